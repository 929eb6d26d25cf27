//! The ratio of two totals, such as cost per useful GPU-hour.

use super::estimate::Estimate;
use super::moments::Moments;

/// Σ numerator / Σ denominator over replications that come one after the other; the replications are not kept.
///
/// The mean of the replications' own ratios would be biased; the ratio of totals is not, to first order, and
/// its variance is that of y_i − θ x_i over x̄² (Law, *Simulation Modeling and Analysis*, 2015, §9.5.3). A plain
/// amount is a ratio with denominators of 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunningRatio {
    side: Side,
    /// Of y − θ₀x and x.
    moments: Moments<2>,
    totals: (f64, f64),
}

impl RunningRatio {
    /// Takes the next replication.
    pub fn push(&mut self, numerator: f64, denominator: f64) {
        let rest = self.side.take(numerator, denominator);
        self.moments.push([rest, denominator]);
        self.totals.0 += numerator;
        self.totals.1 += denominator;
    }

    /// Σ numerator and Σ denominator so far; exact where they are whole numbers.
    pub fn totals(&self) -> (f64, f64) {
        self.totals
    }

    /// θ = Σ y / Σ x with its 95 % interval by the delta method. None if there are no replications or the
    /// denominators sum to zero.
    pub fn estimate(&self) -> Option<Estimate> {
        let [rest, bottom] = self.moments.means();
        let ratio = self.side.ratio(rest, bottom)?;
        // (y_i − θ x_i) / x̄ = (rest_i − (θ − θ₀) x_i) / x̄.
        let squares = self.moments.squares([1.0 / bottom, -ratio.ahead / bottom]);
        Some(Estimate::from_squares(
            ratio.value,
            ratio.scale,
            squares,
            self.moments.count(),
        ))
    }
}

/// One numerator and denominator, told as what is left of it beyond a ratio that is near its own.
///
/// Numbers that differ only in their last digits keep what differs: θ₀ is the first replication's ratio, so
/// where all replications have the same ratio nothing is left.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Side {
    /// θ₀, known from the first replication whose denominator is not zero.
    near: Option<f64>,
    largest: (f64, f64),
}

/// A ratio of means.
pub(super) struct Ratio {
    pub(super) value: f64,
    /// θ − θ₀.
    pub(super) ahead: f64,
    /// The mean of the denominators.
    pub(super) bottom: f64,
    /// The size of the numbers subtracted, in the unit of θ.
    pub(super) scale: f64,
}

impl Side {
    /// y − θ₀x.
    pub(super) fn take(&mut self, numerator: f64, denominator: f64) -> f64 {
        if self.near.is_none() && denominator != 0.0 {
            self.near = Some(numerator / denominator);
        }
        self.largest.0 = self.largest.0.max(numerator.abs());
        self.largest.1 = self.largest.1.max(denominator.abs());
        numerator - self.near() * denominator
    }

    /// θ₀; 0 as long as it is not known, when it is multiplied with zeros.
    pub(super) fn near(&self) -> f64 {
        self.near.unwrap_or(0.0)
    }

    /// The ratio, from the means of what is left and of the denominators.
    pub(super) fn ratio(&self, rest: f64, bottom: f64) -> Option<Ratio> {
        if bottom == 0.0 {
            return None;
        }
        let ahead = rest / bottom;
        let value = self.near() + ahead;
        Some(Ratio {
            value,
            ahead,
            bottom,
            scale: self.largest.0.max(value.abs() * self.largest.1) / bottom.abs(),
        })
    }
}

/// [`RunningRatio`] of replications that are all there. Panics if the slices differ in length, which is a bug
/// of the caller.
pub fn ratio_interval(numerators: &[f64], denominators: &[f64]) -> Option<Estimate> {
    assert_eq!(numerators.len(), denominators.len());
    let mut running = RunningRatio::default();
    for (numerator, denominator) in numerators.iter().zip(denominators) {
        running.push(*numerator, *denominator);
    }
    running.estimate()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};
    use crate::stats::Precision;

    #[test]
    fn a_small_sample_by_hand() {
        // θ = (1+5+6)/(1+2+3) = 2; residuals y − 2x = −1, 1, 0; x̄ = 2.
        // s² = 2/2 = 1; half width = t(2)·1/(2√3) = 4.302652730/3.464101615.
        let ratio = ratio_interval(&[1.0, 5.0, 6.0], &[1.0, 2.0, 3.0]).unwrap();
        assert_eq!(ratio.value, 2.0);
        assert!((ratio.half_width().unwrap() - 4.302652730 / 3.464101615).abs() < 1e-8);
    }

    #[test]
    fn degenerate_ratios_stay_numbers() {
        assert_eq!(ratio_interval(&[], &[]), None);
        assert_eq!(ratio_interval(&[1.0, 2.0], &[0.0, 0.0]), None);
        assert_eq!(
            ratio_interval(&[3.0], &[4.0]).unwrap().precision,
            Precision::Single
        );
        // Proportional columns: every replication has the same ratio, up to rounding.
        let x: Vec<f64> = (1..40).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| x * 0.1).collect();
        assert_eq!(
            ratio_interval(&y, &x).unwrap().precision,
            Precision::Constant
        );
    }

    #[test]
    fn intervals_cover_as_often_as_they_say() {
        // x = 1 + Exp(1), y = 3x + x·(U − ½)·2: the true ratio is 3; numerator and denominator move together.
        let dice = Dice {
            seed: 51,
            replication: 0,
        };
        let key = dice.key("test", "ratio coverage");
        let mut covered = 0;
        for experiment in 0..1000 {
            let mut stream = dice.stream(key, Purpose::Trial, experiment, 0);
            let x: Vec<f64> = (0..40).map(|_| 1.0 - libm::log(stream.uniform())).collect();
            let y: Vec<f64> = x
                .iter()
                .map(|x| x * (3.0 + 2.0 * (stream.uniform() - 0.5)))
                .collect();
            covered += u32::from(!ratio_interval(&y, &x).unwrap().excludes(3.0));
        }
        assert!(
            (920..=971).contains(&covered),
            "{covered} of 1000 intervals hold 3"
        );
    }
}
