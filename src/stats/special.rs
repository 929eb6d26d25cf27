//! The two special functions behind every interval: the regularised incomplete beta function and the normal
//! quantile.
//!
//! They are written out, on `libm`, because a library that calls the platform's `exp` and `ln` would make
//! the last digits of a report depend on the machine. `statrs` checks them in the tests.

/// Terms of the continued fraction; it needs about √max(a, b) of them, so this is enough for a, b ≤ 10⁸.
const TERMS_MAX: u32 = 100_000;

/// The regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0, 1] (DLMF 8.17.22, evaluated
/// by Lentz's method).
pub(super) fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast only on this side of the mean; the other side is its mirror image.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - lower_tail(b, a, 1.0 - x);
    }
    lower_tail(a, b, x)
}

fn lower_tail(a: f64, b: f64, x: f64) -> f64 {
    let log_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
        + a * libm::log(x)
        + b * libm::log1p(-x);
    libm::exp(log_front) * continued_fraction(a, b, x) / a
}

fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for term in 1..TERMS_MAX {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        product *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        product *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    product
}

/// The x at which an increasing `function` on [low, high] reaches `target`, by bisection to the last bit.
pub(super) fn increasing_root(
    mut low: f64,
    mut high: f64,
    target: f64,
    function: impl Fn(f64) -> f64,
) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || high <= middle {
            return middle;
        }
        if function(middle) < target {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The standard normal quantile at probability `p` in (0, 1).
pub fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    // Below −40 the distribution function is smaller than any positive float.
    increasing_root(-40.0, 0.0, p, |x| {
        0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incomplete_beta_agrees_with_an_independent_library() {
        for (a, b) in [
            (0.5, 0.5),
            (4.5, 0.5),
            (3.0, 998.0),
            (51.0, 950.0),
            (500.0, 501.0),
        ] {
            for x in [0.001, 0.01, 0.05, 0.3, 0.5, 0.9, 0.999] {
                let expected = statrs::function::beta::beta_reg(a, b, x);
                let error = (incomplete_beta(a, b, x) - expected).abs();
                assert!(error < 1e-11, "I_{x}({a}, {b}) is off by {error}");
            }
        }
        // I_x(2, 3) = 6x² − 8x³ + 3x⁴ = 1.5 − 1 + 0.1875 at x = 1/2.
        assert!((incomplete_beta(2.0, 3.0, 0.5) - 0.6875).abs() < 1e-15);
    }

    #[test]
    fn normal_quantile_has_its_textbook_values() {
        assert!((normal_quantile(0.975) - 1.959963984540054).abs() < 1e-14);
        assert!((normal_quantile(0.05) + 1.6448536269514722).abs() < 1e-14);
        assert!(normal_quantile(0.5).abs() < 1e-15);
    }
}
