//! How long a redundant set lasts until too few are up.

/// The mean time from all `n` up until fewer than `k` are up, if each fails at `failure_rate` and `repairers`
/// mend one at a time each at `repair_rate` (a birth-death first passage: with i down, h(i) = 1/λ(i) + µ(i)/λ(i)
/// h(i − 1), summed; Trivedi, "Probability and statistics with reliability", §8.3).
pub fn mean_time_to_outage(
    k: u32,
    n: u32,
    repairers: u32,
    failure_rate: f64,
    repair_rate: f64,
) -> f64 {
    if k == 0 {
        return f64::INFINITY;
    }
    let (mut step, mut sum) = (0.0, 0.0);
    for down in 0..=n.saturating_sub(k) {
        if k > n {
            break;
        }
        let failures = f64::from(n - down) * failure_rate;
        let repairs = f64::from(down.min(repairers)) * repair_rate;
        step = (1.0 + repairs * step) / failures;
        sum += step;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;
    use crate::reliability::availability;

    #[test]
    fn printed_values() {
        let (failure, repair) = (1.0 / 2000.0, 1.0 / 24.0);
        // (3λ + µ) / (2λ²) and (5λ + µ) / (6λ²).
        assert_close(
            mean_time_to_outage(1, 2, 1, failure, repair),
            86333.33333333333,
        );
        assert_close(
            mean_time_to_outage(2, 3, 1, failure, repair),
            29444.44444444444,
        );
        // Both of two down, mended independently: (1 − A)².
        let down = 1.0 - availability(2000.0, 24.0);
        assert_close(down * down, 1.406052274e-4);
    }

    #[test]
    fn edges() {
        assert_eq!(mean_time_to_outage(0, 2, 1, 0.1, 1.0), f64::INFINITY);
        assert_eq!(mean_time_to_outage(3, 2, 1, 0.1, 1.0), 0.0);
        // All needed: the first failure of two ends it.
        assert_close(mean_time_to_outage(2, 2, 1, 0.1, 1.0), 5.0);
    }
}
