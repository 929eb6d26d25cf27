//! Gamma variables.

use crate::dice::Stream;

use super::law::power;
use super::normal::normal_quantile;

/// A gamma variable with the given shape and scale 1.
///
/// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); a shape below 1 by their
/// boost. The number of draws varies, so each variable needs a stream of its own.
pub fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        let boost = power(stream.uniform(), 1.0 / shape);
        return gamma(shape + 1.0, stream) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let x = normal_quantile(stream.uniform());
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        let u = stream.uniform();
        let square = x * x;
        if u < 1.0 - 0.0331 * square * square
            || libm::log(u) < 0.5 * square + d * (1.0 - v + libm::log(v))
        {
            return d * v;
        }
    }
}
