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

/// An exponential time with this mean, at least 1 ms and at most 10¹³ ms.
pub fn exponential_ms(stream: &mut Stream, mean: Span) -> Span {
    let span = -libm::log(stream.uniform()) * mean.0 as f64;
    Span(span.clamp(1.0, 1e13) as u64)
}
