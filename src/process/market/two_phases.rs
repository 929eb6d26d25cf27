//! Times that are short or long, as recorded markets are.

use crate::process::law::Law;

/// An exponential time with mean `short`, or, with probability 1 − `weight`, with mean `long`. Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoPhases {
    /// Probability of the short phase, above 0 and below 1.
    pub weight: f64,
    /// Mean of the short phase.
    pub short: f64,
    /// Mean of the long phase.
    pub long: f64,
}

impl TwoPhases {
    /// By probability of the short phase and means in hours.
    pub const fn hours(weight: f64, short: f64, long: f64) -> Self {
        Self {
            weight,
            short: short * 3.6e6,
            long: long * 3.6e6,
        }
    }

    /// Exponential with this mean: both phases alike.
    pub(super) const fn exponential(mean: f64) -> Self {
        Self {
            weight: 0.5,
            short: mean,
            long: mean,
        }
    }

    /// By mean and spread d ≥ 0, the squared coefficient of variation being 1 + 2 d²: the means of the phases
    /// are mean × (1 − d √((1−w)/w)) and mean × (1 + d √(w/(1−w))). `None` if the short one is not positive.
    pub(super) fn by_spread(weight: f64, mean: f64, spread: f64) -> Option<Self> {
        let odds = libm::sqrt(weight / (1.0 - weight));
        let phases = Self {
            weight,
            short: mean * (1.0 - spread / odds),
            long: mean * (1.0 + spread * odds),
        };
        (phases.short > mean * 1e-3).then_some(phases)
    }

    /// Whether it is a law.
    ///
    /// # Errors
    /// The weight is not between 0 and 1, or a mean is not above 0.
    pub fn check(&self) -> Result<(), String> {
        if !(self.weight > 0.0 && self.weight < 1.0) {
            return Err(format!(
                "the weight is {}; it must lie between 0 and 1",
                self.weight
            ));
        }
        self.law().check()
    }

    /// The law.
    pub const fn law(&self) -> Law {
        Law::Hyperexponential {
            weight: self.weight,
            first: self.short,
            second: self.long,
        }
    }

    /// The mean in milliseconds.
    pub fn mean(&self) -> f64 {
        self.weight * self.short + (1.0 - self.weight) * self.long
    }

    /// The coefficient of variation: standard deviation / mean.
    pub fn variation(&self) -> f64 {
        let square =
            self.weight * self.short * self.short + (1.0 - self.weight) * self.long * self.long;
        libm::sqrt(2.0 * square / (self.mean() * self.mean()) - 1.0)
    }

    /// The same shape with another mean.
    pub(super) fn with_mean(&self, mean: f64) -> Self {
        let factor = mean / self.mean();
        Self {
            weight: self.weight,
            short: self.short * factor,
            long: self.long * factor,
        }
    }

    /// The phases as (probability of being entered, mean).
    pub(super) const fn entered(&self) -> [(f64, f64); 2] {
        [(self.weight, self.short), (1.0 - self.weight, self.long)]
    }

    /// The phases as (probability of being met at any moment, mean).
    pub(super) fn met(&self) -> [(f64, f64); 2] {
        let mean = self.mean();
        self.entered()
            .map(|(share, phase)| (share * phase / mean, phase))
    }
}
