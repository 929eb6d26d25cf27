//! A provider that moves its price in small regular steps, as its own market fills or empties.

use crate::dice::{Dice, Key, Purpose};
use crate::process::normal::normal_quantile;
use crate::units::{Price, SimTime, Span};

use crate::process::steps::{push_step, share_of};

/// Every `every` the provider looks at the utilisation of its market, which nobody else sees, and multiplies
/// its price: by 1.05 or 1.10 above target, by 0.95 or 0.90 below.
///
/// The utilisation is the logistic function of an autoregressive process (one value for each step, exact
/// transitions), so that it stays between 0 and 1. It does not hear of our demand: we are price takers.
#[derive(Clone, Debug, PartialEq)]
pub struct Controller {
    /// Time between looks.
    pub every: Span,
    /// The utilisation that the provider wants.
    pub target: f64,
    /// Nothing happens while utilisation is closer to the target than this.
    pub quiet: f64,
    /// The larger factors are used when utilisation is farther from the target than this.
    pub strong: f64,
    /// The factors from far below target to far above.
    pub factors: [f64; 5],
    /// Median of the market's utilisation.
    pub utilisation: f64,
    /// Standard deviation of the utilisation's logit in the long run.
    pub utilisation_deviation: f64,
    /// Time after which half of a departure from the median is forgotten.
    pub utilisation_half_life: Span,
    /// Utilisation at the start; drawn from the long run if none is given.
    pub utilisation_start: Option<f64>,
    /// Correlation of the utilisations of two markets of one provider, from 0 to 1.
    pub shared: f64,
    /// Least price as a share of on-demand.
    pub floor: f64,
    /// Highest price as a share of on-demand.
    pub cap: f64,
    /// The price at the start as a share of on-demand.
    pub start: f64,
}

/// Whose luck moves a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControllerKeys {
    /// The market's own.
    pub market: Key,
    /// The provider's: its markets look on the same days and share part of their utilisation.
    pub provider: Key,
}

impl Controller {
    /// As spot prices of one large provider moved in 2022–26 (40 regions): a change each 14 days by 5 or 10 %,
    /// between a tenth and 0.91 of on-demand. The correlation and the band of the larger steps were found so
    /// that two markets that move on one day go the same way in about 83 % of cases and three steps of four are
    /// the smaller ones (`docs/model.md`, "Fitted, and how well"). The rest of the utilisation process is a
    /// judgement; it is not published.
    pub fn usual(start: f64) -> Self {
        Self {
            every: Span(14 * Span::DAY.0),
            target: 0.80,
            quiet: 0.03,
            strong: 0.10,
            factors: [0.90, 0.95, 1.0, 1.05, 1.10],
            utilisation: 0.80,
            utilisation_deviation: 0.6,
            utilisation_half_life: Span(90 * Span::DAY.0),
            utilisation_start: None,
            shared: 0.60,
            floor: 0.10,
            cap: 0.91,
            start,
        }
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// The first setting that does not, with its value.
    pub fn check(&self) -> Result<(), String> {
        let share = |what: &str, value: f64| {
            if value > 0.0 && value < 1.0 {
                return Ok(());
            }
            Err(format!("{what} is {value}; it must lie between 0 and 1"))
        };
        share("the target utilisation", self.target)?;
        share("the median utilisation", self.utilisation)?;
        self.utilisation_start
            .map_or(Ok(()), |start| share("the utilisation at the start", start))?;
        if self.every.0 == 0 || self.utilisation_half_life.0 == 0 {
            return Err("the time between steps and the half-life must be above 0".to_owned());
        }
        if !(self.utilisation_deviation >= 0.0 && self.utilisation_deviation.is_finite()) {
            let deviation = self.utilisation_deviation;
            return Err(format!(
                "the deviation is {deviation}; it must be 0 or more"
            ));
        }
        if !(0.0..=1.0).contains(&self.shared) {
            let shared = self.shared;
            return Err(format!(
                "the shared part is {shared}; it must lie from 0 to 1"
            ));
        }
        if !(0.0 <= self.quiet && self.quiet <= self.strong) {
            let (quiet, strong) = (self.quiet, self.strong);
            return Err(format!(
                "the bands are {quiet} and {strong}; they must rise from 0"
            ));
        }
        if self
            .factors
            .iter()
            .any(|factor| !(*factor > 0.0 && factor.is_finite()))
        {
            return Err(format!(
                "the factors are {:?}; all must be above 0",
                self.factors
            ));
        }
        check_bounds(self.floor, self.cap, self.start)
    }

    /// Appends the price at the start of the scenario and each change before `end`.
    pub fn sample(
        &self,
        on_demand: Price,
        dice: &Dice,
        keys: ControllerKeys,
        end: Span,
        out: &mut Vec<(SimTime, Price)>,
    ) {
        let purpose = Purpose::MarketUtilisation;
        // The first look falls anywhere in the first interval, for all markets of the provider alike.
        let mut stream = dice.stream(keys.provider, purpose, 0, 1);
        let mut at = SimTime((stream.uniform() * self.every.0 as f64) as u64 + 1);
        let mut share = self.start;
        push_step(out, SimTime::ZERO, share_of(on_demand, share));
        let keep = libm::exp2(-(self.every.0 as f64) / self.utilisation_half_life.0 as f64);
        let noise = self.utilisation_deviation * libm::sqrt(1.0 - keep * keep);
        let mut away = match self.utilisation_start {
            Some(start) => logit(start) - logit(self.utilisation),
            None => self.utilisation_deviation * self.normal(dice, keys, 0),
        };
        let mut look = 0;
        while at.0 < end.0 {
            let utilisation = logistic(logit(self.utilisation) + away);
            share = (share * self.factor(utilisation)).clamp(self.floor, self.cap);
            push_step(out, at, share_of(on_demand, share));
            look += 1;
            away = keep * away + noise * self.normal(dice, keys, look);
            at = at + self.every;
        }
    }

    /// A standard normal number of look `count`, partly the provider's.
    fn normal(&self, dice: &Dice, keys: ControllerKeys, count: u32) -> f64 {
        let draw = |key: Key, part: u16| {
            let mut stream = dice.stream(key, Purpose::MarketUtilisation, count, part);
            normal_quantile(stream.uniform())
        };
        let (own, provider) = (draw(keys.market, 2), draw(keys.provider, 3));
        libm::sqrt(self.shared) * provider + libm::sqrt(1.0 - self.shared) * own
    }

    fn factor(&self, utilisation: f64) -> f64 {
        let gap = utilisation - self.target;
        let place = if gap.abs() <= self.quiet {
            2
        } else if gap < -self.strong {
            0
        } else if gap < 0.0 {
            1
        } else if gap <= self.strong {
            3
        } else {
            4
        };
        self.factors[place]
    }
}

/// Whether a price that starts as share `start` of on-demand can stay between `floor` and `cap`.
pub(super) fn check_bounds(floor: f64, cap: f64, start: f64) -> Result<(), String> {
    if !(floor > 0.0 && floor <= cap && cap.is_finite()) {
        return Err(format!(
            "the floor is {floor} and the cap {cap} of on-demand; they must be above 0 and rise"
        ));
    }
    if !(floor..=cap).contains(&start) {
        return Err(format!(
            "the price starts at {start} of on-demand; it must lie between floor {floor} and cap {cap}"
        ));
    }
    Ok(())
}

fn logit(share: f64) -> f64 {
    libm::log(share / (1.0 - share))
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = Span::DAY.0;

    fn sampled(
        controller: &Controller,
        market: &str,
        replication: u32,
        days: u64,
    ) -> Vec<(SimTime, Price)> {
        let dice = Dice {
            seed: 77,
            replication,
        };
        let keys = ControllerKeys {
            market: dice.key("market", market),
            provider: dice.key("provider", "gcp"),
        };
        let mut out = Vec::new();
        controller.sample(Price(11_060_000), &dice, keys, Span(days * DAY), &mut out);
        out
    }

    #[test]
    fn a_full_market_climbs_by_a_tenth_to_its_cap() {
        let full = Controller {
            utilisation: 0.95,
            utilisation_deviation: 0.0,
            ..Controller::usual(0.55)
        };
        full.check().unwrap();
        let steps = sampled(&full, "us-central1", 0, 120);
        // .55 → .605 → .6655 → .73205 → .805255 → .8857805 → .91, then no step any more.
        let shares: Vec<u64> = steps.iter().map(|step| step.1.0).collect();
        let exact = [0.55, 0.605, 0.665_5, 0.732_05, 0.805_255, 0.885_780_5, 0.91];
        let exact = exact.map(|share: f64| (share * 11_060_000.0 + 0.5) as u64);
        assert_eq!(shares, exact);
        assert!(steps[1].0.0 <= 14 * DAY);
        assert!(
            steps[1..]
                .windows(2)
                .all(|pair| pair[1].0.since(pair[0].0).0 == 14 * DAY)
        );
    }

    #[test]
    fn steps_are_by_five_or_ten_percent_inside_the_bounds() {
        let usual = Controller::usual(0.5);
        let mut changed = 0;
        for replication in 0..200 {
            let steps = sampled(&usual, "us-east4", replication, 730);
            for pair in steps.windows(2) {
                let ratio = pair[1].1.0 as f64 / pair[0].1.0 as f64;
                let share = pair[1].1.0 as f64 / 11_060_000.0;
                assert!((0.099_999..0.910_001).contains(&share));
                let clamped = !(0.100_001..=0.909_999).contains(&share);
                let regular = [0.9, 0.95, 1.05, 1.1]
                    .iter()
                    .any(|f| (ratio - f).abs() < 1e-5);
                assert!(clamped || regular, "{ratio}");
                changed += 1;
            }
        }
        // 52 looks each; a third or so are quiet or at a bound.
        assert!((4_000..10_000).contains(&changed), "{changed}");
    }

    #[test]
    fn markets_of_one_provider_mostly_move_together() {
        let usual = Controller {
            quiet: 0.0,
            strong: 0.0,
            ..Controller::usual(0.5)
        };
        let (mut same, mut pairs) = (0.0, 0.0);
        for replication in 0..4_000 {
            // The first move only: moves of one replication are not independent.
            let one = sampled(&usual, "us-central1", replication, 15);
            let other = sampled(&usual, "europe-west4", replication, 15);
            let up = |steps: &[(SimTime, Price)]| steps[0].1 < steps[1].1;
            same += f64::from(u8::from(up(&one) == up(&other)));
            pairs += 1.0;
        }
        // 1/2 + asin(.60)/π = .7048.
        let error = libm::sqrt(0.705 * 0.295 / pairs);
        assert!(
            (same / pairs - 0.704_8).abs() < 4.0 * error,
            "{}",
            same / pairs
        );
    }

    #[test]
    fn senseless_settings_are_refused() {
        let usual = Controller::usual(0.5);
        for bad in [
            Controller {
                start: 0.95,
                ..usual.clone()
            },
            Controller {
                floor: 0.0,
                ..usual.clone()
            },
            Controller {
                target: 1.0,
                ..usual.clone()
            },
            Controller {
                every: Span(0),
                ..usual.clone()
            },
            Controller {
                shared: 1.5,
                ..usual.clone()
            },
            Controller {
                strong: 0.01,
                ..usual.clone()
            },
            Controller {
                factors: [0.0; 5],
                ..usual.clone()
            },
            Controller {
                utilisation_deviation: f64::NAN,
                ..usual.clone()
            },
            Controller {
                utilisation_start: Some(0.0),
                ..usual
            },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
