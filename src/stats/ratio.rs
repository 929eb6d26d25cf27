//! The ratio of two totals, such as cost per useful GPU-hour.

use super::estimate::Estimate;
use super::mean::{largest, mean};

/// A ratio of totals and how far each replication pulls it (its linearised residuals).
pub(super) struct Linearised {
    /// θ = Σ y / Σ x.
    pub(super) value: f64,
    /// (y_i − θ x_i) / x̄, one for each replication; they average to zero.
    pub(super) residuals: Vec<f64>,
    /// The size of the numbers subtracted, in the unit of θ.
    pub(super) scale: f64,
}

/// Σ numerator / Σ denominator with a 95 % interval by the delta method.
///
/// The mean of the replications' own ratios would be biased; the ratio of totals is not, to first order, and
/// its variance is that of y_i − θ x_i over x̄² (Law, *Simulation Modeling and Analysis*, 2015, §9.5.3).
/// None if there are no replications or the denominators sum to zero.
///
/// Panics if the slices differ in length, which is a bug of the caller.
pub fn ratio_interval(numerators: &[f64], denominators: &[f64]) -> Option<Estimate> {
    let ratio = linearise(numerators, denominators)?;
    Some(Estimate::from_deviations(
        ratio.value,
        ratio.scale,
        ratio.residuals.into_iter(),
    ))
}

pub(super) fn linearise(numerators: &[f64], denominators: &[f64]) -> Option<Linearised> {
    assert_eq!(numerators.len(), denominators.len());
    let (top, bottom) = (mean(numerators)?, mean(denominators)?);
    if bottom == 0.0 {
        return None;
    }
    let value = top / bottom;
    let residuals = numerators
        .iter()
        .zip(denominators)
        .map(|(y, x)| (y - value * x) / bottom)
        .collect();
    let scale = largest(numerators).max(value.abs() * largest(denominators)) / bottom.abs();
    Some(Linearised {
        value,
        residuals,
        scale,
    })
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
