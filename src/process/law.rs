//! Laws of single numbers: how they are drawn, and what they are on average.

use crate::dice::Stream;

use super::choice::Choice;
use super::gamma::gamma;
use super::normal::{normal_probability, normal_quantile};
use super::poisson::poisson;

/// The 95 % point of a standard normal variable.
const Z95: f64 = 1.644_853_626_951_472_7;

/// A law to draw numbers from. Units are the caller's.
///
/// One uniform number for each draw by inversion, unless said otherwise; larger uniform numbers give larger
/// results, so that two laws under the same dice move together.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same; draws nothing.
    Constant(f64),
    /// Equally likely from `low` to `high`.
    Uniform {
        /// Least.
        low: f64,
        /// Most.
        high: f64,
    },
    /// Exponential.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        deviation: f64,
    },
    /// The exponential of a normal variable.
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// A lognormal law given that it is at most `most`.
    TruncatedLognormal {
        /// Mean of the logarithm before the cut.
        mu: f64,
        /// Standard deviation of the logarithm before the cut.
        sigma: f64,
        /// The cut.
        most: f64,
        /// The probability of lying below the cut; see [`Law::truncated_lognormal`].
        below: f64,
    },
    /// Weibull.
    Weibull {
        /// Below 1: the older, the less likely to end soon.
        shape: f64,
        /// The time that 63 % do not exceed.
        scale: f64,
    },
    /// Exponential with the first mean, else with the second. Two uniform numbers.
    Hyperexponential {
        /// Probability of the first phase.
        weight: f64,
        /// Mean of the first phase.
        first: f64,
        /// Mean of the second phase.
        second: f64,
    },
    /// A power-law tail between two bounds.
    BoundedPareto {
        /// The exponent: the smaller, the heavier the tail.
        alpha: f64,
        /// Least.
        low: f64,
        /// Most.
        high: f64,
        /// The share of the unbounded law that lies below `high`; see [`Law::bounded_pareto`].
        cut: f64,
    },
    /// Gamma; Erlang if the shape is a whole number. A varying number of draws.
    Gamma {
        /// Shape: 1 / squared coefficient of variation.
        shape: f64,
        /// Scale: mean / shape.
        scale: f64,
    },
    /// A Poisson count. A varying number of draws for means of 10 and more.
    Poisson {
        /// Mean.
        mean: f64,
    },
    /// One of the given values.
    Discrete {
        /// Their shares.
        choice: Choice,
        /// The values, best in rising order.
        values: Vec<f64>,
    },
    /// One of the given laws, chosen with 32 random bits.
    Mixture {
        /// Their shares.
        choice: Choice,
        /// The laws.
        laws: Vec<Law>,
    },
}

impl Law {
    /// A lognormal law by its mean and coefficient of variation (standard deviation / mean).
    pub fn lognormal_by_mean(mean: f64, variation: f64) -> Self {
        let variance = libm::log1p(variation * variation);
        Self::Lognormal {
            mu: libm::log(mean) - variance / 2.0,
            sigma: libm::sqrt(variance),
        }
    }

    /// A lognormal law by its median and 95 % point.
    pub fn lognormal_by_median(median: f64, p95: f64) -> Self {
        Self::Lognormal {
            mu: libm::log(median),
            sigma: libm::log(p95 / median) / Z95,
        }
    }

    /// A lognormal law given that it is at most `most`.
    pub fn truncated_lognormal(mu: f64, sigma: f64, most: f64) -> Self {
        let below = normal_probability((libm::log(most) - mu) / sigma);
        Self::TruncatedLognormal {
            mu,
            sigma,
            most,
            below,
        }
    }

    /// A power-law tail of exponent `alpha` from `low` to `high`.
    pub fn bounded_pareto(alpha: f64, low: f64, high: f64) -> Self {
        let cut = 1.0 - libm::pow(low / high, alpha);
        Self::BoundedPareto {
            alpha,
            low,
            high,
            cut,
        }
    }

    /// Erlang: the sum of `phases` equal exponentials with this mean in all.
    pub fn erlang(phases: u32, mean: f64) -> Self {
        Self::Gamma {
            shape: f64::from(phases),
            scale: mean / f64::from(phases),
        }
    }

    /// One of the given values, by (value, share).
    ///
    /// # Errors
    /// When the shares make no choice.
    pub fn discrete(values: &[(f64, f64)]) -> Result<Self, String> {
        let shares: Vec<f64> = values.iter().map(|(_, share)| *share).collect();
        let values = values.iter().map(|(value, _)| *value).collect();
        Ok(Self::Discrete {
            choice: Choice::new(&shares)?,
            values,
        })
    }

    /// One of the given laws, by (share, law).
    ///
    /// # Errors
    /// When the shares make no choice.
    pub fn mixture(parts: Vec<(f64, Law)>) -> Result<Self, String> {
        let shares: Vec<f64> = parts.iter().map(|(share, _)| *share).collect();
        let laws = parts.into_iter().map(|(_, law)| law).collect();
        Ok(Self::Mixture {
            choice: Choice::new(&shares)?,
            laws,
        })
    }

    /// Draws one number.
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform { low, high } => low + (high - low) * stream.uniform(),
            Self::Exponential { mean } => exponential(*mean, stream),
            Self::Normal { mean, deviation } => {
                mean + deviation * normal_quantile(stream.uniform())
            }
            Self::Lognormal { mu, sigma } => {
                libm::exp(mu + sigma * normal_quantile(stream.uniform()))
            }
            Self::TruncatedLognormal {
                mu,
                sigma,
                most,
                below,
            } => {
                let z = normal_quantile(stream.uniform() * below);
                // At the cut itself the two roundings may disagree in the last digit.
                libm::exp(mu + sigma * z).min(*most)
            }
            Self::Weibull { shape, scale } => {
                scale * power(-libm::log1p(-stream.uniform()), 1.0 / shape)
            }
            Self::Hyperexponential {
                weight,
                first,
                second,
            } => {
                let mean = if stream.uniform() < *weight {
                    first
                } else {
                    second
                };
                exponential(*mean, stream)
            }
            Self::BoundedPareto {
                alpha, low, cut, ..
            } => low * power(1.0 - stream.uniform() * cut, -1.0 / alpha),
            Self::Gamma { shape, scale } => scale * gamma(*shape, stream),
            Self::Poisson { mean } => poisson(*mean, stream) as f64,
            Self::Discrete { choice, values } => values[choice.place(stream.uniform())],
            Self::Mixture { choice, laws } => laws[choice.draw(stream)].sample(stream),
        }
    }
}

/// `base` (above 0) to the `exponent`: three times as quick as `libm::pow`, exact enough to draw by.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    libm::exp(exponent * libm::log(base))
}

fn exponential(mean: f64, stream: &mut Stream) -> f64 {
    -mean * libm::log1p(-stream.uniform())
}

#[cfg(test)]
mod tests;
