//! A price that wanders around a level, and is pinned at on-demand when its market is empty.

use crate::dice::{Dice, Key, Purpose};
use crate::process::law::Law;
use crate::process::normal::normal_quantile;
use crate::process::renewal::{Renewal, RenewalStart};
use crate::units::{Price, SimTime, Span};

use super::controller::check_bounds;
use crate::process::steps::{combine_steps, push_step, share_of};

/// The logarithm of the price is an Ornstein-Uhlenbeck process seen each `every` (exact transitions, so the
/// tick changes no moment), clamped to [floor, cap] × on-demand; the process itself is not clamped.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanReverting {
    /// The price at the start as a share of on-demand.
    pub start: f64,
    /// The share of on-demand that the price returns to: its median in the long run.
    pub level: f64,
    /// Time after which half of a departure from the level is forgotten.
    pub half_life: Span,
    /// How far the logarithm spreads in a day without the pull: standard deviation for each √day.
    pub daily_sigma: f64,
    /// Least price as a share of on-demand.
    pub floor: f64,
    /// Highest price as a share of on-demand.
    pub cap: f64,
    /// Time between changes.
    pub every: Span,
    /// The stressed regime, if there is one.
    pub stress: Option<Stress>,
}

/// A regime in which the price is exactly on-demand; both times are exponential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stress {
    /// Mean time between the end of one and the start of the next.
    pub mean_between: Span,
    /// Mean length.
    pub mean_length: Span,
    /// How it begins: calm (up), stressed (down), or as found long after its beginning.
    pub start: RenewalStart,
}

impl MeanReverting {
    /// As zonal spot prices of one large provider: half-life 5 days, 8 % a day, between a tenth of on-demand
    /// and all of it, one change in 6 hours; stressed for 3 days every 60. Bounds and ticks were seen in
    /// price lists; half-life, sigma and stress are judgements for scarce types; `docs/model.md` ("Fitted, and how well")
    /// compares them with a history of 2020, when prices hardly moved.
    pub fn usual(start: f64, level: f64) -> Self {
        Self {
            start,
            level,
            half_life: Span(5 * Span::DAY.0),
            daily_sigma: 0.08,
            floor: 0.10,
            cap: 1.0,
            every: Span(6 * Span::HOUR.0),
            stress: Some(Stress {
                mean_between: Span(60 * Span::DAY.0),
                mean_length: Span(3 * Span::DAY.0),
                start: RenewalStart::Stationary,
            }),
        }
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// The first setting that does not, with its value.
    pub fn check(&self) -> Result<(), String> {
        check_bounds(self.floor, self.cap, self.start)?;
        check_bounds(self.floor, self.cap, self.level)
            .map_err(|why| why.replace("the price starts at", "the level is"))?;
        if !(self.daily_sigma >= 0.0 && self.daily_sigma.is_finite()) {
            return Err(format!(
                "sigma is {}; it must be 0 or more",
                self.daily_sigma
            ));
        }
        let stress = self
            .stress
            .map_or([Span(1); 2], |s| [s.mean_between, s.mean_length]);
        for (what, span) in [
            ("the half-life", self.half_life),
            ("the time between changes", self.every),
            ("the mean time between stresses", stress[0]),
            ("the mean length of stress", stress[1]),
        ] {
            if span.0 == 0 {
                return Err(format!("{what} must be above 0"));
            }
        }
        Ok(())
    }

    /// Standard deviation of the logarithm in the long run: sigma / √(2 θ), θ = ln 2 / half-life in days.
    pub fn stationary_deviation(&self) -> f64 {
        self.daily_sigma / libm::sqrt(2.0 * self.pull_per_day())
    }

    /// Appends the price at the start of the scenario and each change before `end`.
    pub fn sample(
        &self,
        on_demand: Price,
        dice: &Dice,
        key: Key,
        end: Span,
        out: &mut Vec<(SimTime, Price)>,
    ) {
        let wander = self.wander(on_demand, dice, key, end);
        let calm = self.calm(dice, key, end);
        let pinned = |price, calm| if calm { price } else { on_demand };
        out.extend(combine_steps(&wander, &calm, pinned));
    }

    /// The price without stress.
    fn wander(&self, on_demand: Price, dice: &Dice, key: Key, end: Span) -> Vec<(SimTime, Price)> {
        let keep = libm::exp2(-(self.every.0 as f64) / self.half_life.0 as f64);
        let noise = self.stationary_deviation() * libm::sqrt(1.0 - keep * keep);
        let mut away = libm::log(self.start / self.level);
        let (mut at, mut tick) = (SimTime::ZERO, 0);
        let mut steps = Vec::new();
        while at.0 < end.0 {
            let share = (self.level * libm::exp(away)).clamp(self.floor, self.cap);
            push_step(&mut steps, at, share_of(on_demand, share));
            let mut stream = dice.stream(key, Purpose::PriceNoise, tick, 0);
            away = keep * away + noise * normal_quantile(stream.uniform());
            at = at + self.every;
            tick += 1;
        }
        steps
    }

    /// When the market is calm and when not.
    fn calm(&self, dice: &Dice, key: Key, end: Span) -> Vec<(SimTime, bool)> {
        let Some(stress) = self.stress else {
            return vec![(SimTime::ZERO, true)];
        };
        let mut steps = Vec::new();
        let exponential = |mean: Span| Law::Exponential {
            mean: mean.0 as f64,
        };
        let renewal = Renewal {
            up: exponential(stress.mean_between),
            down: exponential(stress.mean_length),
            start: stress.start,
        };
        renewal.sample(dice, key, end, &mut steps);
        steps
    }

    fn pull_per_day(&self) -> f64 {
        std::f64::consts::LN_2 * Span::DAY.0 as f64 / self.half_life.0 as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON_DEMAND: Price = Price(7_912_000);

    fn sampled(law: &MeanReverting, replication: u32, days: u64) -> Vec<(SimTime, Price)> {
        let dice = Dice {
            seed: 31,
            replication,
        };
        let key = dice.key("offer", "aws-us-east-2/az1");
        let mut out = Vec::new();
        law.sample(ON_DEMAND, &dice, key, Span(days * Span::DAY.0), &mut out);
        assert_eq!(out[0].0, SimTime::ZERO);
        assert!(
            out.windows(2)
                .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1)
        );
        out
    }

    fn price_at(steps: &[(SimTime, Price)], at: u64) -> Price {
        steps[steps.partition_point(|step| step.0.0 <= at) - 1].1
    }

    #[test]
    fn the_logarithm_has_the_moments_of_its_process() {
        // No bound in reach: 8 % a day, half-life 5 d, start .52, level .26. After 5 days the mean of the
        // logarithm is ln .26 + ln 2 / 2, its variance v (1 − 2^−2) with v = .0064 / (2 × .138629) = .023083.
        let law = MeanReverting {
            floor: 1e-3,
            cap: 50.0,
            stress: None,
            ..MeanReverting::usual(0.52, 0.26)
        };
        law.check().unwrap();
        let variance = 0.023_083 * 0.75;
        for every in [Span(6 * Span::HOUR.0), Span(60 * Span::HOUR.0)] {
            let law = MeanReverting {
                every,
                ..law.clone()
            };
            let n = 20_000;
            let (mut first, mut second) = (0.0, 0.0);
            for replication in 0..n {
                let price = price_at(&sampled(&law, replication, 6), 5 * Span::DAY.0);
                let share = price.0 as f64 / ON_DEMAND.0 as f64;
                let off = libm::log(share / 0.26) - std::f64::consts::LN_2 / 2.0;
                first += off;
                second += off * off;
            }
            let n = f64::from(n);
            assert!(
                (first / n).abs() < 4.0 * libm::sqrt(variance / n),
                "{}",
                first / n
            );
            let error = variance * libm::sqrt(2.0 / n);
            assert!(
                (second / n - variance).abs() < 4.0 * error,
                "{}",
                second / n
            );
        }
    }

    #[test]
    fn stress_pins_the_price_at_on_demand_for_its_share_of_time() {
        // 3 days in 63 on average.
        let law = MeanReverting::usual(0.26, 0.26);
        law.check().unwrap();
        let n = 20_000;
        let mut pinned = 0.0;
        for replication in 0..n {
            let steps = sampled(&law, replication, 21);
            let price = price_at(&steps, 20 * Span::DAY.0);
            assert!(price <= ON_DEMAND && price.0 >= ON_DEMAND.0 / 10);
            pinned += f64::from(u8::from(price == ON_DEMAND));
        }
        let share = 3.0 / 63.0;
        let error = libm::sqrt(share * (1.0 - share) / f64::from(n));
        assert!((pinned / f64::from(n) - share).abs() < 4.0 * error);
    }

    #[test]
    fn a_longer_horizon_changes_nothing_earlier() {
        let law = MeanReverting::usual(0.26, 0.30);
        for replication in 0..50 {
            let (short, long) = (
                sampled(&law, replication, 60),
                sampled(&law, replication, 90),
            );
            assert_eq!(short, long[..short.len()]);
        }
    }

    #[test]
    fn senseless_settings_are_refused() {
        let usual = MeanReverting::usual(0.26, 0.26);
        let stress = Stress {
            mean_between: Span(0),
            mean_length: Span(1),
            start: RenewalStart::Up,
        };
        for bad in [
            MeanReverting {
                start: 0.05,
                ..usual.clone()
            },
            MeanReverting {
                level: 1.5,
                ..usual.clone()
            },
            MeanReverting {
                daily_sigma: -1.0,
                ..usual.clone()
            },
            MeanReverting {
                half_life: Span(0),
                ..usual.clone()
            },
            MeanReverting {
                every: Span(0),
                ..usual.clone()
            },
            MeanReverting {
                stress: Some(stress),
                ..usual
            },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
