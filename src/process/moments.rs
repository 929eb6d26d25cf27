//! What laws are on average.

use super::law::Law;
use super::normal::normal_probability;

impl Law {
    /// The mean.
    pub fn mean(&self) -> f64 {
        self.moment(1)
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        match self {
            // Differences of squares would lose these.
            Self::Constant(_) => 0.0,
            Self::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Self::Normal { deviation, .. } => deviation * deviation,
            Self::Poisson { mean } => *mean,
            _ => self.moment(2) - self.mean() * self.mean(),
        }
    }

    /// The first (`order` 1) or second raw moment.
    fn moment(&self, order: u32) -> f64 {
        let r = f64::from(order);
        let power = |x: f64| if order == 1 { x } else { x * x };
        match self {
            Self::Constant(value) => power(*value),
            Self::Uniform { .. } | Self::Normal { .. } | Self::Poisson { .. } if order == 2 => {
                self.variance() + self.mean() * self.mean()
            }
            Self::Uniform { low, high } => f64::midpoint(*low, *high),
            Self::Exponential { mean } => r * power(*mean),
            Self::Normal { mean, .. } | Self::Poisson { mean } => *mean,
            Self::Lognormal { mu, sigma } => libm::exp(r * mu + r * r * sigma * sigma / 2.0),
            Self::TruncatedLognormal {
                mu,
                sigma,
                most,
                below,
            } => {
                let z = (libm::log(*most) - mu) / sigma;
                let whole = libm::exp(r * mu + r * r * sigma * sigma / 2.0);
                whole * normal_probability(z - r * sigma) / below
            }
            Self::Weibull { shape, scale } => power(*scale) * libm::tgamma(1.0 + r / shape),
            Self::Hyperexponential {
                weight,
                first,
                second,
            } => r * (weight * power(*first) + (1.0 - weight) * power(*second)),
            Self::BoundedPareto {
                alpha,
                low,
                high,
                cut,
            } => {
                let density = alpha * libm::pow(*low, *alpha) / cut;
                let exponent = r - alpha;
                if exponent == 0.0 {
                    density * libm::log(high / low)
                } else {
                    density * (libm::pow(*high, exponent) - libm::pow(*low, exponent)) / exponent
                }
            }
            Self::Gamma { shape, scale } => {
                if order == 1 {
                    shape * scale
                } else {
                    shape * (shape + 1.0) * scale * scale
                }
            }
            Self::Discrete { choice, values } => values
                .iter()
                .enumerate()
                .map(|(place, value)| choice.share(place) * power(*value))
                .sum(),
            Self::Mixture { choice, laws } => laws
                .iter()
                .enumerate()
                .map(|(place, law)| choice.share(place) * law.moment(order))
                .sum(),
        }
    }
}
