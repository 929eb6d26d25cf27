//! Two strategies compared on the same sampled worlds.
//!
//! Replication i of both saw the same arrivals, prices and faults, so their difference varies far less than
//! either alone (common random numbers). All functions compare a `subject` with a `base`, replication by
//! replication, and panic if the slices differ in length, which is a bug of the caller.

use super::estimate::Estimate;
use super::mean::{largest, mean};
use super::ratio::{Linearised, linearise, ratio_interval};

/// mean(subject) − mean(base) with the paired t interval at 95 %. None if there are no replications.
pub fn paired_difference(subject: &[f64], base: &[f64]) -> Option<Estimate> {
    assert_eq!(subject.len(), base.len());
    let differences: Vec<f64> = subject.iter().zip(base).map(|(a, b)| a - b).collect();
    let difference = mean(&differences)?;
    let scale = largest(subject).max(largest(base));
    let deviations = differences.iter().map(|value| value - difference);
    Some(Estimate::from_deviations(difference, scale, deviations))
}

/// mean(subject) / mean(base) with a 95 % interval by the delta method, covariance included.
/// None if there are no replications or the base averages to zero.
pub fn paired_ratio(subject: &[f64], base: &[f64]) -> Option<Estimate> {
    ratio_interval(subject, base)
}

/// The difference of two metrics that are themselves ratios of totals, such as cost per useful GPU-hour:
/// Σa/Σb of the subject less Σa/Σb of the base, each given as (numerators, denominators), linearised.
/// None if there are no replications or a denominator sums to zero.
pub fn paired_difference_of_ratios(
    subject: (&[f64], &[f64]),
    base: (&[f64], &[f64]),
) -> Option<Estimate> {
    let (a, b) = both(subject, base)?;
    let value = a.value - b.value;
    let residuals = a.residuals.iter().zip(&b.residuals).map(|(a, b)| a - b);
    Some(Estimate::from_deviations(
        value,
        a.scale.max(b.scale),
        residuals,
    ))
}

/// The quotient of two metrics that are themselves ratios of totals, as in [`paired_difference_of_ratios`].
/// None if there are no replications, a denominator sums to zero, or the base's ratio is zero.
pub fn paired_ratio_of_ratios(
    subject: (&[f64], &[f64]),
    base: (&[f64], &[f64]),
) -> Option<Estimate> {
    let (a, b) = both(subject, base)?;
    if b.value == 0.0 {
        return None;
    }
    let value = a.value / b.value;
    let scale = a.scale.max(value.abs() * b.scale) / b.value.abs();
    // d(A/B) = (dA − (A/B) dB) / B.
    let residuals = a
        .residuals
        .iter()
        .zip(&b.residuals)
        .map(|(da, db)| (da - value * db) / b.value);
    Some(Estimate::from_deviations(value, scale, residuals))
}

fn both(subject: (&[f64], &[f64]), base: (&[f64], &[f64])) -> Option<(Linearised, Linearised)> {
    assert_eq!(subject.0.len(), base.0.len());
    Some((linearise(subject.0, subject.1)?, linearise(base.0, base.1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};
    use crate::stats::{Precision, mean_interval};

    #[test]
    fn pairing_removes_what_both_share() {
        // Differences 1, 2, 3: mean 2, s = 1, t(2)/√3 = 4.302652730/1.732050808 = 2.484137712.
        let (a, b) = ([11.0, 102.0, 1003.0], [10.0, 100.0, 1000.0]);
        let difference = paired_difference(&a, &b).unwrap();
        assert_eq!(difference.value, 2.0);
        assert!((difference.half_width().unwrap() - 2.484137712).abs() < 1e-8);
        assert!(mean_interval(&a).unwrap().half_width().unwrap() > 1000.0);
    }

    #[test]
    fn comparing_a_strategy_with_itself_is_constant() {
        let (y, x) = ([1.0, 5.0, 6.0], [1.0, 2.0, 3.0]);
        for (estimate, value) in [
            (paired_difference(&y, &y), 0.0),
            (paired_ratio(&y, &y), 1.0),
            (paired_difference_of_ratios((&y, &x), (&y, &x)), 0.0),
            (paired_ratio_of_ratios((&y, &x), (&y, &x)), 1.0),
        ] {
            let estimate = estimate.unwrap();
            assert_eq!(
                (estimate.value, estimate.precision),
                (value, Precision::Constant)
            );
        }
    }

    #[test]
    fn ratios_over_ones_are_plain_means() {
        let (a, b, ones) = ([3.0, 4.0, 8.0], [1.0, 2.0, 3.5], [1.0; 3]);
        let plain = paired_difference(&a, &b).unwrap();
        let linear = paired_difference_of_ratios((&a, &ones), (&b, &ones)).unwrap();
        assert!((plain.value - linear.value).abs() < 1e-12);
        assert!((plain.half_width().unwrap() - linear.half_width().unwrap()).abs() < 1e-12);
        let plain = paired_ratio(&a, &b).unwrap();
        let linear = paired_ratio_of_ratios((&a, &ones), (&b, &ones)).unwrap();
        assert!((plain.value - linear.value).abs() < 1e-12);
        assert!((plain.half_width().unwrap() - linear.half_width().unwrap()).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_divide_by_is_none() {
        let (zero, one) = ([0.0; 2], [1.0; 2]);
        assert_eq!(paired_ratio(&one, &zero), None);
        assert_eq!(
            paired_difference_of_ratios((&one, &zero), (&one, &one)),
            None
        );
        assert_eq!(paired_ratio_of_ratios((&one, &one), (&zero, &one)), None);
        assert_eq!(paired_difference(&[], &[]), None);
    }

    #[test]
    fn intervals_of_ratio_of_ratios_cover_as_often_as_they_say() {
        // A world w = Exp(1) + 1 is shared; both ratios are noisy multiples 3 and 2 of it: truth 1.5.
        let dice = Dice {
            seed: 55,
            replication: 0,
        };
        let key = dice.key("test", "paired coverage");
        let mut covered = 0;
        for experiment in 0..1000 {
            let mut stream = dice.stream(key, Purpose::Trial, experiment, 0);
            let world: Vec<f64> = (0..40).map(|_| 1.0 - libm::log(stream.uniform())).collect();
            let mut noisy = |factor: f64| -> Vec<f64> {
                world
                    .iter()
                    .map(|w| w * (factor + stream.uniform() - 0.5))
                    .collect()
            };
            let (a, b) = (noisy(3.0), noisy(2.0));
            let estimate = paired_ratio_of_ratios((&a, &world), (&b, &world)).unwrap();
            covered += u32::from(!estimate.excludes(1.5));
        }
        assert!(
            (920..=971).contains(&covered),
            "{covered} of 1000 intervals hold 1.5"
        );
    }
}
