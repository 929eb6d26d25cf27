//! The quantile of Student's t distribution.

use super::special::{incomplete_beta, increasing_root};

/// The quantile of Student's t at probability `p` in [0.5, 1) with `degrees` ≥ 1 degrees of freedom.
///
/// From P(|T| > t) = I_x(ν/2, 1/2) with x = ν/(ν + t²) (DLMF 8.17, Johnson, Kotz and Balakrishnan 1995, ch. 28).
pub fn t_quantile(p: f64, degrees: u32) -> f64 {
    let freedom = f64::from(degrees.max(1));
    let cumulative =
        |t: f64| 1.0 - 0.5 * incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    let mut high = 2.0;
    while cumulative(high) < p && high < 1e15 {
        high *= 2.0;
    }
    increasing_root(0.0, high, p, cumulative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn quantiles_agree_with_printed_tables() {
        for (degrees, expected) in [
            (9, 2.26215716),
            (19, 2.09302405),
            (29, 2.04522964),
            (49, 2.00957524),
            (99, 1.98421695),
            (999, 1.96234146),
        ] {
            assert!(
                (t_quantile(0.975, degrees) - expected).abs() < 5e-9,
                "{degrees}"
            );
        }
    }

    #[test]
    fn quantiles_agree_with_an_independent_library() {
        for degrees in [1, 2, 3, 7, 30, 127, 10_000, 1_000_000] {
            let expected = StudentsT::new(0.0, 1.0, f64::from(degrees)).unwrap();
            for p in [0.6, 0.9, 0.975, 0.995] {
                let back = expected.cdf(t_quantile(p, degrees));
                assert!((back - p).abs() < 1e-10, "t({p}, {degrees}) returns {back}");
            }
        }
        // One degree is the Cauchy law: tan(π·0.475).
        assert!((t_quantile(0.975, 1) - 12.706204736).abs() < 1e-8);
    }
}
