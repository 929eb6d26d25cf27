//! Times in whole milliseconds that one uniform number decides.

use crate::dice::Stream;
use crate::units::Span;

use super::law::Law;
use super::normal::normal_quantile;

/// A lognormal time: `mu` and `sigma` are the mean and standard deviation of the logarithm of milliseconds.
/// One uniform gives one value, at least 1 ms and at most 10¹³ ms.
pub fn lognormal_ms(stream: &mut Stream, mu: f64, sigma: f64) -> Span {
    let normal = normal_quantile(stream.uniform());
    Span(libm::exp(mu + sigma * normal).clamp(1.0, 1e13) as u64)
}

/// A length of time in whole milliseconds by any law of milliseconds, at least 1 ms and at most 10¹³ ms.
pub fn law_ms(law: &Law, stream: &mut Stream) -> Span {
    Span(law.sample(stream).clamp(1.0, 1e13) as u64)
}

/// No draw of a time is longer, in ms.
const LONGEST: u64 = 10_000_000_000_000;

/// An exponential time with this mean, at least 1 ms and at most 10¹³ ms.
pub fn exponential_ms(stream: &mut Stream, mean: Span) -> Span {
    exponential(stream.uniform(), mean)
}

fn exponential(uniform: f64, mean: Span) -> Span {
    let span = -libm::log(uniform) * mean.0 as f64;
    Span(span.clamp(1.0, LONGEST as f64) as u64)
}

/// As [`exponential_ms`], if it is less than `bound`. Most draws that are not can be told
/// without a logarithm, since −ln u ≥ 1 − u.
pub fn exponential_below(stream: &mut Stream, mean: Span, bound: Span) -> Option<Span> {
    let uniform = stream.uniform();
    // A part in 10⁹ is left for rounding.
    if bound.0 <= LONGEST && (1.0 - uniform) * mean.0 as f64 * (1.0 - 1e-9) > bound.0 as f64 {
        return None;
    }
    Some(exponential(uniform, mean)).filter(|&span| span < bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};

    #[test]
    fn whether_a_time_is_in_bounds_can_be_told_without_the_logarithm() {
        let dice = Dice {
            seed: 5,
            replication: 0,
        };
        let key = dice.key("test", "exponential");
        let (mean, mut within) = (Span(1_000_000), 0);
        for count in 0..20_000u32 {
            let stream = || dice.stream(key, Purpose::Trial, count, 0);
            let span = exponential_ms(&mut stream(), mean);
            for bound in [Span(0), Span(1_000), Span(700_000), span, Span(span.0 + 1)] {
                let expected = (span < bound).then_some(span);
                assert_eq!(exponential_below(&mut stream(), mean, bound), expected);
            }
            within += u32::from(span.0 < 700_000);
        }
        // 1 − e^(−0.7) = 0.5034; the error is 0.0035.
        assert!((f64::from(within) / 20_000.0 - 0.5034).abs() < 0.015);
        let mut stream = dice.stream(key, Purpose::Trial, 0, 0);
        assert!(exponential_below(&mut stream, mean, Span(u64::MAX)).is_some());
    }
}
