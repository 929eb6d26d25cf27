//! Intervals for a probability seen as `successes` out of `trials`.

use super::special::{incomplete_beta, increasing_root, normal_quantile};

/// The two ends of an interval that need not be symmetric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The score interval (Wilson 1927), about right on average. None if there are no trials.
pub fn wilson(successes: u32, trials: u32, confidence: f64) -> Option<Bounds> {
    if trials == 0 || trials < successes {
        return None;
    }
    let n = f64::from(trials);
    let share = f64::from(successes) / n;
    let z = normal_quantile(f64::midpoint(1.0, confidence));
    let widening = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / widening;
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / widening;
    Some(Bounds {
        low: (centre - half).max(0.0),
        high: (centre + half).min(1.0),
    })
}

/// The exact interval (Clopper and Pearson 1934), which covers at least as often as it says: for guarantees.
/// None if there are no trials.
pub fn clopper_pearson(successes: u32, trials: u32, confidence: f64) -> Option<Bounds> {
    if trials == 0 || trials < successes {
        return None;
    }
    let (k, n) = (f64::from(successes), f64::from(trials));
    let risk = (1.0 - confidence) / 2.0;
    let quantile = |a, b, p| increasing_root(0.0, 1.0, p, |x| incomplete_beta(a, b, x));
    let low = if successes == 0 {
        0.0
    } else {
        quantile(k, n - k + 1.0, risk)
    };
    let high = if successes == trials {
        1.0
    } else {
        quantile(k + 1.0, n - k, 1.0 - risk)
    };
    Some(Bounds { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bounds: Option<Bounds>, low: f64, high: f64) {
        let bounds = bounds.unwrap();
        assert!(
            (bounds.low - low).abs() < 5.1e-9,
            "{} is not {low}",
            bounds.low
        );
        assert!(
            (bounds.high - high).abs() < 5.1e-9,
            "{} is not {high}",
            bounds.high
        );
    }

    #[test]
    fn printed_values() {
        check(wilson(50, 1000, 0.95), 0.03813026, 0.06531382);
        check(clopper_pearson(50, 1000, 0.95), 0.03733540, 0.06539049);
        check(clopper_pearson(3, 1000, 0.95), 0.00061910, 0.00874202);
        // No event in n trials: the one-sided 95 % bound, 1 − 0.05^{1/n}, is the upper end at 90 %.
        check(clopper_pearson(0, 100, 0.90), 0.0, 0.0295130496);
        check(clopper_pearson(0, 1000, 0.90), 0.0, 0.0029912495);
        check(clopper_pearson(100, 100, 0.90), 1.0 - 0.0295130496, 1.0);
    }

    #[test]
    fn impossible_counts_are_none() {
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(clopper_pearson(3, 2, 0.95), None);
    }
}
