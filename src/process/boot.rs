//! Times that vary by a factor rather than by an amount.

use crate::dice::Stream;
use crate::units::Span;

use super::normal::normal_quantile;

/// A lognormal time: `mu` and `sigma` are the mean and standard deviation of the logarithm of milliseconds.
/// One uniform gives one value, at least 1 ms and at most 10¹³ ms.
pub fn lognormal_ms(stream: &mut Stream, mu: f64, sigma: f64) -> Span {
    let normal = normal_quantile(stream.uniform());
    Span(libm::exp(mu + sigma * normal).clamp(1.0, 1e13) as u64)
}
