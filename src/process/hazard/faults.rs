//! The calendar of one entity's faults: law, lemons, infant mortality and what a repair restores.

use crate::dice::{Dice, Key, Purpose};
use crate::process::law::Law;
use crate::process::renewal::{Renewal, RenewalStart, whole_ms};
use crate::units::{SimTime, Span};

use super::infant::InfantMortality;
use super::lemons::Lemons;

/// What a repair restores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mending {
    /// As good as new: the age begins at 0 again (a renewal process).
    #[default]
    AsNew,
    /// As bad as old: the age goes on where it stopped (minimal repair; failures are a Poisson process in the
    /// time up, with the hazard of the law).
    AsOld,
}

/// How entities of one kind fail and are mended, whether busy or not. Laws in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    /// Up times of an ordinary entity.
    pub up: Law,
    /// Down times.
    pub down: Law,
    /// What a repair restores.
    pub mending: Mending,
    /// Some entities age faster: their times up pass at the lemon's pace (for an exponential law, its rate is
    /// multiplied).
    pub lemons: Option<Lemons>,
    /// An extra hazard of the new, in calendar age; a repair does not bring it back.
    pub infant: Option<InfantMortality>,
    /// Age of the entities at the start of the scenario, time up and calendar age alike.
    pub age: Span,
}

impl Faults {
    /// New and ordinary entities, mended as good as new: the same draws as a [`Renewal`] that starts up.
    pub const fn new(up: Law, down: Law) -> Self {
        Self {
            up,
            down,
            mending: Mending::AsNew,
            lemons: None,
            infant: None,
            age: Span::ZERO,
        }
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// The first setting that does not.
    pub fn check(&self) -> Result<(), String> {
        Renewal {
            up: self.up.clone(),
            down: self.down.clone(),
            start: RenewalStart::Up,
        }
        .check()?;
        self.lemons.map_or(Ok(()), |lemons| lemons.check())?;
        self.infant.map_or(Ok(()), |infant| infant.check())
    }

    /// Appends the state of entity `key` at the start, which is up, and each change before `end`.
    ///
    /// The k-th up time, the k-th down time and the k-th strike of infant mortality have names of their own.
    pub fn sample(&self, dice: &Dice, key: Key, end: Span, out: &mut Vec<(SimTime, bool)>) {
        let pace = self
            .lemons
            .map_or(1.0, |lemons| lemons.factor_of(dice, key));
        let mut used = self.age.0 as f64 * pace;
        let mut at = SimTime::ZERO;
        let mut count = 0;
        while at.0 < end.0 {
            out.push((at, true));
            let up = self.up_time(dice, key, count, used, pace);
            let up = up.min(self.strike(dice, key, count, at).unwrap_or(up));
            used = match self.mending {
                Mending::AsNew => 0.0,
                Mending::AsOld => used + up.0 as f64 * pace,
            };
            at = at + up;
            if at.0 >= end.0 {
                break;
            }
            out.push((at, false));
            let mut stream = dice.stream(key, Purpose::DownTime, count, 0);
            at = at + whole_ms(self.down.sample(&mut stream));
            count += 1;
        }
    }

    /// The `count`-th time up of something that has used up `used` of its law.
    fn up_time(&self, dice: &Dice, key: Key, count: u32, used: f64, pace: f64) -> Span {
        let mut stream = dice.stream(key, Purpose::UpTime, count, 0);
        let drawn = if used > 0.0 {
            self.up.conditional(used, stream.uniform())
        } else {
            self.up.sample(&mut stream)
        };
        whole_ms(drawn / pace)
    }

    fn strike(&self, dice: &Dice, key: Key, count: u32, at: SimTime) -> Option<Span> {
        let infant = self.infant?;
        let mut stream = dice.stream(key, Purpose::UpTime, count, 1);
        infant.strikes(Span(self.age.0 + at.0), stream.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 3.6e6;

    fn weibull() -> Law {
        Law::Weibull {
            shape: 0.7,
            scale: 500.0 * HOUR,
        }
    }

    fn sampled(faults: &Faults, replication: u32, hours: u64) -> Vec<(SimTime, bool)> {
        let dice = Dice {
            seed: 3,
            replication,
        };
        let mut out = Vec::new();
        let end = Span(hours * Span::HOUR.0);
        faults.sample(&dice, dice.key("node", "a"), end, &mut out);
        out
    }

    /// Mean and standard error of a count over replications.
    fn mean_falls(faults: &Faults, hours: u64, n: u32) -> (f64, f64) {
        let falls = |replication| {
            let steps = sampled(faults, replication, hours);
            steps.iter().filter(|step| !step.1).count() as f64
        };
        let counts: Vec<f64> = (0..n).map(falls).collect();
        let n = f64::from(n);
        let mean = counts.iter().sum::<f64>() / n;
        let variance = counts.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        (mean, libm::sqrt(variance / n))
    }

    #[test]
    fn plain_faults_are_a_renewal_process() {
        let faults = Faults::new(weibull(), Law::lognormal_by_mean(24.0 * HOUR, 1.5));
        faults.check().unwrap();
        let (up, down) = (faults.up.clone(), faults.down.clone());
        let renewal = Renewal::new(up, down, RenewalStart::Up).unwrap();
        for replication in 0..20 {
            let dice = Dice {
                seed: 3,
                replication,
            };
            let mut steps = Vec::new();
            let end = Span(20_000 * Span::HOUR.0);
            renewal.sample(&dice, dice.key("node", "a"), end, &mut steps);
            let faults = sampled(&faults, replication, 20_000);
            assert_eq!(steps, faults);
            assert!(faults.len() > 10);
        }
    }

    #[test]
    fn minimal_repair_fails_by_the_hazard_of_its_age() {
        // Repairs of 1 ms: after 2000 h up the failures are Poisson with mean (2000/500)^.7 = 2.6390; with
        // age 1000 h at the start (3000/500)^.7 − (1000/500)^.7 = 3.5051 − 1.6245 = 1.8806.
        let old = Faults {
            mending: Mending::AsOld,
            ..Faults::new(weibull(), Law::Constant(1.0))
        };
        let (mean, error) = mean_falls(&old, 2_000, 20_000);
        assert!((mean - 2.639_0).abs() < 4.0 * error, "{mean}");
        assert!(
            (error * error * 20_000.0 / mean - 1.0).abs() < 0.05,
            "not Poisson"
        );
        let aged = Faults {
            age: Span(1_000 * Span::HOUR.0),
            ..old
        };
        let (mean, error) = mean_falls(&aged, 2_000, 20_000);
        assert!((mean - 1.880_6).abs() < 4.0 * error, "{mean}");
    }

    #[test]
    fn lemons_fail_in_their_proportion() {
        // Rate 1/1000 h, repairs of 1 ms, 1000 h: 1 failure, 5 for a lemon, 1.6 in the mean.
        let faults = Faults {
            lemons: Some(Lemons::usual()),
            ..Faults::new(Law::Exponential { mean: 1e3 * HOUR }, Law::Constant(1.0))
        };
        let (mean, error) = mean_falls(&faults, 1_000, 20_000);
        assert!((mean - 1.6).abs() < 4.0 * error, "{mean}");
    }

    #[test]
    fn infant_mortality_adds_its_hazard_and_fades() {
        // A usual law of 1e5 h: .01 failures in 1000 h; the extra hazard −ln .8 = .2231 is all spent by then
        // (e^{−1000/24}); repairs of 1 ms and a hazard that goes on make the extra failures Poisson.
        let infant = InfantMortality {
            share: 0.2,
            fading: Span::DAY,
        };
        let faults = Faults {
            infant: Some(infant),
            ..Faults::new(Law::Exponential { mean: 1e5 * HOUR }, Law::Constant(1.0))
        };
        faults.check().unwrap();
        let (mean, error) = mean_falls(&faults, 1_000, 20_000);
        assert!((mean - 0.233_1).abs() < 4.0 * error, "{mean}");
        let aged = Faults {
            age: Span(100 * Span::DAY.0),
            ..faults
        };
        let (mean, error) = mean_falls(&aged, 1_000, 20_000);
        assert!((mean - 0.01).abs() < 4.0 * error, "{mean}");
    }

    #[test]
    fn a_longer_horizon_changes_nothing_earlier() {
        let faults = Faults {
            mending: Mending::AsOld,
            lemons: Some(Lemons::usual()),
            ..Faults::new(weibull(), Law::Constant(HOUR))
        };
        let (short, long) = (sampled(&faults, 1, 5_000), sampled(&faults, 1, 9_000));
        assert_eq!(short, long[..short.len()]);
        let bad = Faults {
            lemons: Some(Lemons {
                share: 2.0,
                factor: 1.0,
            }),
            ..faults
        };
        assert!(bad.check().is_err());
    }
}
