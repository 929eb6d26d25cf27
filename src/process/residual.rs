//! What is left of a duration that somebody looks into at a time of no special meaning.

use crate::dice::Stream;

use super::gamma::gamma;
use super::law::{Law, power};

impl Law {
    /// Whether the law is one of durations from whose stationary stretches [`Law::residual`] can draw.
    ///
    /// # Errors
    /// The parameters make no law, or draws may be negative (normal laws, uniform laws from below 0), or the
    /// law counts (Poisson), or all durations are 0.
    pub fn check_duration(&self) -> Result<(), String> {
        self.check()?;
        match self {
            Self::Normal { .. } => Err(
                "a normal law can be negative; use lognormal or gamma for a duration".to_owned(),
            ),
            Self::Poisson { .. } => {
                Err("a Poisson law counts; use exponential or gamma for a duration".to_owned())
            }
            Self::Constant(value) if *value <= 0.0 => Err(format!(
                "the constant is {value}; a duration must be above 0"
            )),
            Self::Uniform { low, .. } if *low < 0.0 => Err(format!(
                "the lower bound is {low}; a duration must not be negative"
            )),
            Self::Discrete { values, .. } => match values.iter().find(|value| **value <= 0.0) {
                Some(value) => Err(format!("a value is {value}; a duration must be above 0")),
                None => Ok(()),
            },
            Self::Mixture { laws, .. } => laws.iter().try_for_each(Self::check_duration),
            _ => Ok(()),
        }
    }

    /// Draws what is left of the duration that covers a given moment, long after the start: a uniform share
    /// of a length-biased draw (the equilibrium law, P(left > t) = ∫ₜ^∞ S / mean; Cox, "Renewal theory",
    /// 1962, §5.4). For laws that [`Law::check_duration`] accepts. A varying number of draws.
    pub fn residual(&self, stream: &mut Stream) -> f64 {
        match self {
            // The two phases forget their age; which one covers the moment goes by weight × mean.
            Self::Exponential { .. } => self.sample(stream),
            Self::Hyperexponential {
                weight,
                first,
                second,
            } => {
                let (one, two) = (weight * first, (1.0 - weight) * second);
                Self::Hyperexponential {
                    weight: one / (one + two),
                    first: *first,
                    second: *second,
                }
                .sample(stream)
            }
            Self::Mixture { choice, laws } => {
                let means: Vec<f64> = laws
                    .iter()
                    .enumerate()
                    .map(|(place, law)| choice.share(place) * law.mean())
                    .collect();
                laws[pick(&means, stream)].residual(stream)
            }
            _ => {
                let whole = self.length_biased(stream);
                whole * stream.uniform()
            }
        }
    }

    /// Draws from the law whose density is that of this one times the length.
    fn length_biased(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Uniform { low, high } => {
                libm::sqrt(low * low + (high * high - low * low) * stream.uniform())
            }
            // x × a lognormal density is again lognormal, with mu larger by sigma².
            Self::Lognormal { mu, sigma } => Self::Lognormal {
                mu: mu + sigma * sigma,
                sigma: *sigma,
            }
            .sample(stream),
            Self::TruncatedLognormal {
                mu, sigma, most, ..
            } => Self::truncated_lognormal(mu + sigma * sigma, *sigma, *most).sample(stream),
            // (x/scale)^shape of a length-biased Weibull draw is gamma with shape 1 + 1/shape.
            Self::Weibull { shape, scale } => {
                scale * power(gamma(1.0 + 1.0 / shape, stream), 1.0 / shape)
            }
            Self::BoundedPareto {
                alpha, low, high, ..
            } => {
                let exponent = 1.0 - alpha;
                let u = stream.uniform();
                if exponent.abs() < 1e-9 {
                    return low * power(high / low, u);
                }
                let (from, to) = (power(*low, exponent), power(*high, exponent));
                power(from + (to - from) * u, 1.0 / exponent)
            }
            Self::Gamma { shape, scale } => scale * gamma(shape + 1.0, stream),
            Self::Discrete { choice, values } => {
                let means: Vec<f64> = values
                    .iter()
                    .enumerate()
                    .map(|(place, value)| choice.share(place) * value)
                    .collect();
                values[pick(&means, stream)]
            }
            _ => self.sample(stream),
        }
    }
}

/// A place by weights that are not all 0.
fn pick(weights: &[f64], stream: &mut Stream) -> usize {
    let total: f64 = weights.iter().sum();
    let mut left = stream.uniform() * total;
    weights
        .iter()
        .position(|weight| {
            left -= weight;
            left < 0.0
        })
        .unwrap_or(weights.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};

    fn duration_laws() -> Vec<Law> {
        let two_phases = Law::Hyperexponential {
            weight: 0.7,
            first: 1.0,
            second: 6.0,
        };
        vec![
            Law::Constant(4.0),
            Law::Uniform {
                low: 1.0,
                high: 5.0,
            },
            Law::Exponential { mean: 2.5 },
            two_phases.clone(),
            Law::lognormal_by_mean(2.0, 0.8),
            Law::truncated_lognormal(1.0, 1.0, 20.0),
            Law::Weibull {
                shape: 0.7,
                scale: 2.0,
            },
            Law::bounded_pareto(1.5, 1.0, 50.0),
            Law::bounded_pareto(1.0, 1.0, 50.0),
            Law::erlang(3, 6.0),
            Law::discrete(&[(1.0, 0.7), (8.0, 0.3)]).unwrap(),
            Law::mixture(vec![(0.5, two_phases), (0.5, Law::Constant(2.0))]).unwrap(),
        ]
    }

    #[test]
    fn the_mean_left_is_the_second_moment_over_twice_the_mean() {
        let dice = Dice {
            seed: 11,
            replication: 0,
        };
        let n = 200_000;
        for (count, law) in duration_laws().into_iter().enumerate() {
            law.check_duration().unwrap();
            let key = dice.key("law", "residual");
            let mut stream = dice.stream(key, Purpose::Trial, count as u32, 0);
            let draws: Vec<f64> = (0..n).map(|_| law.residual(&mut stream)).collect();
            let mean = draws.iter().sum::<f64>() / f64::from(n);
            let square = draws.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
            let error = libm::sqrt((square - mean * mean) / f64::from(n));
            let exact = (law.variance() + law.mean() * law.mean()) / (2.0 * law.mean());
            assert!((mean - exact).abs() < 4.5 * error, "{law:?} {mean} {exact}");
            // The density at 0 is 1 / mean: the share that ends at once.
            let soon = law.mean() / 100.0;
            let share = draws.iter().filter(|x| **x < soon).count() as f64 / f64::from(n);
            assert!(
                share < 0.01 + 4.5 * libm::sqrt(0.01 / f64::from(n)),
                "{law:?} {share}"
            );
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for law in [
            Law::Normal {
                mean: 9.0,
                deviation: 1.0,
            },
            Law::Poisson { mean: 4.0 },
            Law::Constant(0.0),
            Law::Uniform {
                low: -1.0,
                high: 2.0,
            },
            Law::Exponential { mean: -1.0 },
            Law::discrete(&[(0.0, 1.0)]).unwrap(),
        ] {
            assert!(law.check_duration().is_err(), "{law:?}");
        }
    }
}
