//! How long repairs take, by what is done.

use crate::dice::{Dice, Key, Purpose};
use crate::process::choice::Choice;
use crate::process::law::Law;
use crate::process::renewal::whole_ms;
use crate::units::Span;

const MINUTE: f64 = 6e4;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// What a repair consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepairKind {
    /// Reset, reboot, re-image: nobody comes.
    Automatic,
    /// A spare takes its place; what broke goes to the vendor.
    SpareSwap,
    /// Somebody comes and mends it.
    Manual,
}

/// Kinds of repair with their shares and times in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairMix {
    choice: Choice,
    kinds: Vec<(RepairKind, Law)>,
    /// How long the vendor keeps what was swapped out, in milliseconds.
    pub vendor: Law,
}

impl RepairMix {
    /// A mix by (kind, share, time in milliseconds).
    ///
    /// # Errors
    /// The shares make no choice, or a law is none of durations.
    pub fn new(parts: Vec<(RepairKind, f64, Law)>, vendor: Law) -> Result<Self, String> {
        let shares: Vec<f64> = parts.iter().map(|part| part.1).collect();
        let choice = Choice::new(&shares)?;
        for (kind, _, law) in &parts {
            law.check_duration()
                .map_err(|why| format!("repair time ({kind:?}): {why}"))?;
        }
        vendor
            .check_duration()
            .map_err(|why| format!("time at the vendor: {why}"))?;
        let kinds = parts
            .into_iter()
            .map(|(kind, _, law)| (kind, law))
            .collect();
        Ok(Self {
            choice,
            kinds,
            vendor,
        })
    }

    /// 45 % automatic, 2 h on average; 45 % swapped for a spare in 15 minutes, the broken one back from the
    /// vendor after 3 to 14 days; 10 % manual, 2 days. Shares and means are judgements; the spread of automatic
    /// repairs is that of 23,739 recorded ones (LANL 1996–2005, lognormal with sigma 1.40).
    pub fn usual() -> Self {
        // Lognormal by mean: mu = ln mean − sigma²/2.
        let lognormal = |mean: f64, sigma: f64| Law::Lognormal {
            mu: libm::log(mean) - sigma * sigma / 2.0,
            sigma,
        };
        let parts = vec![
            (RepairKind::Automatic, 0.45, lognormal(2.0 * HOUR, 1.40)),
            (RepairKind::SpareSwap, 0.45, Law::Constant(15.0 * MINUTE)),
            (RepairKind::Manual, 0.10, lognormal(2.0 * DAY, 0.5)),
        ];
        let vendor = Law::Uniform {
            low: 3.0 * DAY,
            high: 14.0 * DAY,
        };
        Self::new(parts, vendor).unwrap_or_else(|fault| unreachable!("{fault}"))
    }

    /// What the `count`-th repair of the entity `key` is, and how long it takes.
    pub fn sample(&self, dice: &Dice, key: Key, count: u32) -> (RepairKind, Span) {
        let mut stream = dice.stream(key, Purpose::FailureCause, count, 1);
        let (kind, law) = &self.kinds[self.choice.draw(&mut stream)];
        (*kind, whole_ms(law.sample(&mut stream)))
    }

    /// How long the vendor keeps what the `count`-th repair swapped out.
    pub fn sample_vendor(&self, dice: &Dice, key: Key, count: u32) -> Span {
        let mut stream = dice.stream(key, Purpose::FailureCause, count, 2);
        whole_ms(self.vendor.sample(&mut stream))
    }

    /// The law of repair times, whatever the kind: for a [`Renewal`](crate::process::Renewal).
    pub fn law(&self) -> Law {
        Law::Mixture {
            choice: self.choice.clone(),
            laws: self.kinds.iter().map(|(_, law)| law.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_mix_has_its_shares_and_mean() {
        let mix = RepairMix::usual();
        // .45 × 2 h + .45 × .25 h + .10 × 48 h = 5.8125 h.
        let mean = mix.law().mean() / HOUR;
        assert!((mean - 5.8125).abs() < 1e-9, "{mean}");
        let dice = Dice {
            seed: 15,
            replication: 0,
        };
        let key = dice.key("node", "a");
        let n = 40_000;
        let (mut swaps, mut sum, mut square) = (0.0, 0.0, 0.0);
        for count in 0..n {
            let (kind, span) = mix.sample(&dice, key, count);
            let hours = span.as_hours();
            sum += hours;
            square += hours * hours;
            if kind == RepairKind::SpareSwap {
                swaps += 1.0;
                assert_eq!(span, Span(15 * Span::MINUTE.0));
                let away = mix.sample_vendor(&dice, key, count).as_hours() / 24.0;
                assert!((3.0..=14.0).contains(&away));
            }
        }
        let n = f64::from(n);
        let error = libm::sqrt((square / n - mean * mean) / n);
        assert!((sum / n - mean).abs() < 4.0 * error, "{}", sum / n);
        assert!((swaps / n - 0.45).abs() < 4.0 * libm::sqrt(0.45 * 0.55 / n));
    }

    #[test]
    fn a_kind_with_a_senseless_law_is_named() {
        let bad = vec![(RepairKind::Manual, 1.0, Law::Constant(0.0))];
        let fault = RepairMix::new(bad, Law::Constant(1.0)).unwrap_err();
        assert!(fault.starts_with("repair time (Manual)"), "{fault}");
        assert!(RepairMix::new(vec![], Law::Constant(1.0)).is_err());
    }
}
