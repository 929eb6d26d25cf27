//! Two strategies compared on the same sampled worlds.

use super::estimate::Estimate;
use super::moments::Moments;
use super::ratio::{Ratio, Side};

/// A ratio of totals of a subject compared with that of a base over replications that come one after the other;
/// the replications are not kept.
///
/// Replication i of both saw the same arrivals, prices and faults, so their difference varies far less than
/// either alone (common random numbers). Variances are linearised (delta method), covariance included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairedRatio {
    subject: Side,
    base: Side,
    /// Subject over base in the first replication, 1 where that says nothing.
    times: Option<f64>,
    /// Of what is left of the subject's numerator beyond what is left of the base's; beyond a multiple of it;
    /// the subject's denominator less the base's; what is left of the base's numerator; its denominator. What
    /// both sides share is told once, so that what they do not share does not drown in its rounding.
    moments: Moments<5>,
}

impl PairedRatio {
    /// Takes the next replication: numerator and denominator of both.
    pub fn push(&mut self, subject: (f64, f64), base: (f64, f64)) {
        let (a, b) = (
            self.subject.take(subject.0, subject.1),
            self.base.take(base.0, base.1),
        );
        let times = *self.times.get_or_insert_with(|| {
            let times = self.subject.near() / self.base.near();
            if times.is_finite() { times } else { 1.0 }
        });
        self.moments
            .push([a - b, a - times * b, subject.1 - base.1, b, base.1]);
    }

    /// Σa/Σb of the subject less Σa/Σb of the base. None if there are no replications or a denominator sums to
    /// zero.
    pub fn difference(&self) -> Option<Estimate> {
        let (a, b) = self.both()?;
        let [own, wider, rest, bottom] = weights((&a, 1.0), (&b, -1.0), 1.0);
        let squares = self.moments.squares([own, 0.0, wider, rest, bottom]);
        Some(self.estimate(a.value - b.value, a.scale.max(b.scale), squares))
    }

    /// The subject's ratio over the base's. None also where the base's is zero.
    pub fn ratio(&self) -> Option<Estimate> {
        let (a, b) = self.both()?;
        if b.value == 0.0 {
            return None;
        }
        // d(A/B) = (dA − (A/B) dB) / B.
        let value = a.value / b.value;
        let squares = self.squares((&a, 1.0 / b.value), (&b, -value / b.value));
        let scale = a.scale.max(value.abs() * b.scale) / b.value.abs();
        Some(self.estimate(value, scale, squares))
    }

    /// The base's ratio over the subject's. None also where the subject's is zero.
    pub fn inverse(&self) -> Option<Estimate> {
        let (a, b) = self.both()?;
        if a.value == 0.0 {
            return None;
        }
        let value = b.value / a.value;
        let squares = self.squares((&a, -value / a.value), (&b, 1.0 / a.value));
        let scale = b.scale.max(value.abs() * a.scale) / a.value.abs();
        Some(self.estimate(value, scale, squares))
    }

    /// Squared deviations of α dA + β dB.
    fn squares(&self, subject: (&Ratio, f64), base: (&Ratio, f64)) -> f64 {
        let [own, wider, rest, bottom] = weights(subject, base, self.times.unwrap_or(1.0));
        self.moments.squares([0.0, own, wider, rest, bottom])
    }

    fn both(&self) -> Option<(Ratio, Ratio)> {
        let [beyond, _, wider, rest, bottom] = self.moments.means();
        let subject = self.subject.ratio(beyond + rest, wider + bottom)?;
        Some((subject, self.base.ratio(rest, bottom)?))
    }

    fn estimate(&self, value: f64, scale: f64, squares: f64) -> Estimate {
        Estimate::from_squares(value, scale, squares, self.moments.count())
    }
}

/// What α dA + β dB is of: the subject's rest beyond `times` the base's, `wider`, `rest` and `bottom`.
///
/// dA = (a − δx)/x̄ with δ = θ − θ₀, and dB likewise; a = beyond + times · rest, x = wider + bottom.
fn weights((a, alpha): (&Ratio, f64), (b, beta): (&Ratio, f64), times: f64) -> [f64; 4] {
    let (alpha, beta) = (alpha / a.bottom, beta / b.bottom);
    [
        alpha,
        -alpha * a.ahead,
        alpha * times + beta,
        -alpha * a.ahead - beta * b.ahead,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};
    use crate::stats::{Precision, mean_interval, t_quantile};

    type Columns<'a> = (&'a [f64], &'a [f64]);

    fn paired(subject: Columns, base: Columns) -> PairedRatio {
        let mut paired = PairedRatio::default();
        for i in 0..subject.0.len() {
            paired.push((subject.0[i], subject.1[i]), (base.0[i], base.1[i]));
        }
        paired
    }

    #[test]
    fn pairing_removes_what_both_share() {
        // Differences 1, 2, 3: mean 2, s = 1, t(2)/√3 = 4.302652730/1.732050808 = 2.484137712.
        let (a, b, ones) = ([11.0, 102.0, 1003.0], [10.0, 100.0, 1000.0], [1.0; 3]);
        let difference = paired((&a, &ones), (&b, &ones)).difference().unwrap();
        assert_eq!(difference.value, 2.0);
        assert!((difference.half_width().unwrap() - 2.484137712).abs() < 1e-8);
        assert!(mean_interval(&a).unwrap().half_width().unwrap() > 1000.0);
    }

    #[test]
    fn comparing_a_strategy_with_itself_is_constant() {
        let (y, x) = ([1.0, 5.0, 6.0], [1.0, 2.0, 3.0]);
        let same = paired((&y, &x), (&y, &x));
        for (estimate, value) in [
            (same.difference(), 0.0),
            (same.ratio(), 1.0),
            (same.inverse(), 1.0),
        ] {
            let estimate = estimate.unwrap();
            assert_eq!(
                (estimate.value, estimate.precision),
                (value, Precision::Constant)
            );
        }
    }

    #[test]
    fn what_differs_by_the_same_everywhere_is_constant() {
        let base: Vec<f64> = (1..60).map(|i| 1e6 / f64::from(i)).collect();
        let hours: Vec<f64> = (1..60).map(|i| 1e3 + f64::from(i * i)).collect();
        let ones = vec![1.0; base.len()];
        let more: Vec<f64> = base.iter().map(|value| value + 7.25).collect();
        let difference = paired((&more, &ones), (&base, &ones)).difference().unwrap();
        assert!((difference.value - 7.25).abs() < 1e-9);
        assert_eq!(difference.precision, Precision::Constant);
        let tenth: Vec<f64> = base.iter().map(|value| value * 1.1).collect();
        for bottom in [&ones, &hours] {
            let times = paired((&tenth, bottom), (&base, bottom));
            let (ratio, inverse) = (times.ratio().unwrap(), times.inverse().unwrap());
            assert!((ratio.value - 1.1).abs() < 1e-12 && (inverse.value * 1.1 - 1.0).abs() < 1e-12);
            assert_eq!(ratio.precision, Precision::Constant);
            assert_eq!(inverse.precision, Precision::Constant);
            assert_ne!(times.difference().unwrap().precision, Precision::Constant);
        }
    }

    #[test]
    fn nothing_to_divide_by_is_none() {
        let (zero, one) = ([0.0; 2], [1.0; 2]);
        assert_eq!(paired((&one, &zero), (&one, &one)).difference(), None);
        assert_eq!(paired((&one, &one), (&zero, &one)).ratio(), None);
        assert_eq!(paired((&zero, &one), (&one, &one)).inverse(), None);
        assert_eq!(PairedRatio::default().difference(), None);
        let nothing = paired((&one, &one), (&zero, &one)).inverse().unwrap();
        assert_eq!(
            (nothing.value, nothing.precision),
            (0.0, Precision::Constant)
        );
    }

    /// The same from residuals of replications that are all kept: (value, half width) of difference, ratio and
    /// inverse.
    fn by_residuals(subject: Columns, base: Columns) -> [(f64, f64); 3] {
        let n = subject.0.len() as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let side = |(y, x): Columns| {
            let theta = mean(y) / mean(x);
            let rest = |(y, x): (&f64, &f64)| y - theta * x;
            let rests = y.iter().zip(x).map(rest);
            (theta, rests.map(|rest| rest / mean(x)).collect::<Vec<_>>())
        };
        let ((a, da), (b, db)) = (side(subject), side(base));
        let half = |alpha: f64, beta: f64| {
            let apart = da.iter().zip(&db).map(|(da, db)| alpha * da + beta * db);
            let squares: f64 = apart.map(|apart| apart * apart).sum();
            t_quantile(0.975, n as u32 - 1) * (squares / (n - 1.0) / n).sqrt()
        };
        [
            (a - b, half(1.0, -1.0)),
            (a / b, half(1.0 / b, -a / b / b)),
            (b / a, half(-b / a / a, 1.0 / a)),
        ]
    }

    #[test]
    fn running_sums_say_what_all_replications_say() {
        let dice = Dice {
            seed: 77,
            replication: 0,
        };
        let key = dice.key("test", "running");
        for experiment in 0..200 {
            let mut stream = dice.stream(key, Purpose::Trial, experiment, 0);
            let count = 2 + experiment as usize % 50;
            let mut column = |low: f64, spread: f64| -> Vec<f64> {
                let values = (0..count).map(|_| low + spread * stream.uniform());
                values.collect()
            };
            let (y, x) = (column(1e6, 1e3), column(50.0, 40.0));
            let (z, w) = (column(3.0, 1e5), column(1e-3, 1e-6));
            let running = paired((&y, &x), (&z, &w));
            let found = [running.difference(), running.ratio(), running.inverse()];
            for (found, (value, half)) in found.into_iter().zip(by_residuals((&y, &x), (&z, &w))) {
                let found = found.unwrap();
                assert!((found.value - value).abs() <= 1e-9 * value.abs());
                assert!((found.half_width().unwrap() - half).abs() <= 1e-6 * half);
            }
        }
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
            let estimate = paired((&a, &world), (&b, &world)).ratio().unwrap();
            covered += u32::from(!estimate.excludes(1.5));
        }
        assert!(
            (920..=971).contains(&covered),
            "{covered} of 1000 intervals hold 1.5"
        );
    }
}
