//! The upper tail of a gamma variable.

/// Enough for shapes up to about 10⁸.
const TERMS_MAX: u32 = 100_000;

/// The probability Q(shape, x) that a gamma variable of this shape and scale 1 exceeds `x` ≥ 0.
///
/// Source: DLMF 8.11.4 (series, for small `x`) and 8.9.2 (continued fraction, by Lentz's method).
pub(super) fn gamma_tail(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if !x.is_finite() {
        return 0.0;
    }
    let front = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        return (1.0 - front * series(shape, x)).max(0.0);
    }
    front * continued_fraction(shape, x)
}

fn series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0 / shape;
    let mut sum = term;
    for k in 1..TERMS_MAX {
        term *= x / (shape + f64::from(k));
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

fn continued_fraction(shape: f64, x: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut b = x + 1.0 - shape;
    let mut c = 1e300;
    let mut d = 1.0 / away_from_zero(b);
    let mut product = d;
    for k in 1..TERMS_MAX {
        let k = f64::from(k);
        let a = -k * (k - shape);
        b += 2.0;
        d = 1.0 / away_from_zero(a * d + b);
        c = away_from_zero(b + a / c);
        product *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_that_have_short_formulas() {
        for x in [0.1, 0.9, 1.0, 2.5, 7.0, 40.0] {
            // Q(1, x) = e^−x; Q(2, x) = (1 + x) e^−x; Q(1/2, x) = erfc √x.
            let (one, two) = (libm::exp(-x), (1.0 + x) * libm::exp(-x));
            assert!((gamma_tail(1.0, x) / one - 1.0).abs() < 1e-12, "{x}");
            assert!((gamma_tail(2.0, x) / two - 1.0).abs() < 1e-12, "{x}");
            let half = libm::erfc(libm::sqrt(x));
            assert!((gamma_tail(0.5, x) / half - 1.0).abs() < 1e-12, "{x}");
        }
        assert_eq!(gamma_tail(3.0, 0.0), 1.0);
        assert_eq!(gamma_tail(3.0, f64::INFINITY), 0.0);
    }
}
