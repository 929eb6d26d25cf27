//! The share of time that things are up.

/// The share of time up in the long run, for any laws with these means: MTBF / (MTBF + MTTR), the MTBF being
/// the mean time up (renewal reward theorem).
pub fn availability(mean_up: f64, mean_down: f64) -> f64 {
    mean_up / (mean_up + mean_down)
}

/// The share of time that all of `n` independent things are up.
pub fn gang_availability(availability: f64, n: u32) -> f64 {
    libm::exp(f64::from(n) * libm::log(availability))
}

/// The probability that at least `k` of `n` independent things are up (the upper tail of a binomial count).
pub fn at_least(k: u32, n: u32, availability: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n || availability <= 0.0 {
        return 0.0;
    }
    if availability >= 1.0 {
        return 1.0;
    }
    let odds = availability / (1.0 - availability);
    let count = |k: u32| libm::lgamma(f64::from(k) + 1.0);
    let log_first = count(n) - count(k) - count(n - k)
        + f64::from(k) * libm::log(availability)
        + f64::from(n - k) * libm::log1p(-availability);
    let mut term = 1.0;
    let mut sum = 1.0;
    for up in k..n {
        term *= odds * f64::from(n - up) / f64::from(up + 1);
        sum += term;
        if term < sum * 1e-18 {
            break;
        }
    }
    // The first term may be tiny and the sum huge: join them as logarithms.
    libm::exp(log_first + libm::log(sum)).min(1.0)
}

/// The probability of being up a time `after` it was up, for exponential up and down times:
/// A + (1 − A) e^{−(1/MTBF + 1/MTTR) t} (Ross, "Stochastic processes", 1996, §5.4).
pub fn availability_after(mean_up: f64, mean_down: f64, after: f64) -> f64 {
    let long_run = availability(mean_up, mean_down);
    long_run + (1.0 - long_run) * libm::exp(-(1.0 / mean_up + 1.0 / mean_down) * after)
}

/// The variance of the time up in a window of length `window` of a stationary process with exponential up and
/// down times: with s = 1/MTBF + 1/MTTR, 2 A (1 − A) (s t − 1 + e^{−s t}) / s².
pub fn up_time_variance(mean_up: f64, mean_down: f64, window: f64) -> f64 {
    let long_run = availability(mean_up, mean_down);
    let speed = 1.0 / mean_up + 1.0 / mean_down;
    let passed = speed * window;
    2.0 * long_run * (1.0 - long_run) * (passed + libm::expm1(-passed)) / (speed * speed)
}

/// The variance of the share of time up in a window: [`up_time_variance`] / window².
pub fn availability_variance(mean_up: f64, mean_down: f64, window: f64) -> f64 {
    up_time_variance(mean_up, mean_down, window) / (window * window)
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    #[test]
    fn printed_values() {
        // MTBF 2000 h, MTTR 24 h.
        let a = availability(2000.0, 24.0);
        assert_close(a, 0.9881422925);
        assert_close(gang_availability(a, 8), 0.9089832908);
        assert_close(gang_availability(a, 128), 0.2172172942);
        assert_close(at_least(1230, 1250, a), 0.9254594291);
        assert_close(at_least(1225, 1250, a), 0.9949133921);
        assert_close(availability_after(2000.0, 24.0, 24.0), 0.9924524656);
        assert_close(availability_variance(2000.0, 24.0, 720.0), 7.464534567e-4);
        // On/off with rates .05 and 2: mean up 20, mean down .5.
        assert_close(availability(20.0, 0.5), 0.9756097561);
        assert_close(up_time_variance(20.0, 0.5, 100.0), 2.310174144);
    }

    #[test]
    fn edges_of_the_binomial_tail() {
        assert_eq!(at_least(0, 5, 0.3), 1.0);
        assert_eq!(at_least(6, 5, 0.3), 0.0);
        assert_eq!(at_least(5, 5, 1.0), 1.0);
        assert_eq!(at_least(1, 5, 0.0), 0.0);
        // Two coins: 3/4 of at least one head, 1/4 of two.
        assert_close(at_least(1, 2, 0.5), 0.75);
        assert_close(at_least(2, 2, 0.5), 0.25);
    }
}
