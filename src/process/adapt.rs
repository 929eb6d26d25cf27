//! Presets made to measure: other gangs, longer or shorter runs.

use crate::units::MilliGpus;

use super::law::Law;
use super::workload::{GangSettings, WorkloadSettings};

impl WorkloadSettings {
    /// The same workload with run times multiplied by `factor` (above 0).
    pub fn with_run_times_scaled(mut self, factor: f64) -> Self {
        for gang in &mut self.gangs {
            gang.run_time_s = gang.run_time_s.clone().scaled(factor);
        }
        self
    }

    /// The same workload with another mix of gangs, by (gang, share). Each runs as the largest present gang
    /// that it holds, or as the smallest one.
    pub fn with_gangs(mut self, mix: &[(MilliGpus, f64)]) -> Self {
        let old = std::mem::take(&mut self.gangs);
        let like = |gpus: MilliGpus| {
            let held = old
                .iter()
                .filter(|gang| gang.gpus <= gpus)
                .max_by_key(|gang| gang.gpus);
            held.or_else(|| old.iter().min_by_key(|gang| gang.gpus))
        };
        self.gangs = mix
            .iter()
            .filter_map(|&(gpus, share)| {
                like(gpus).map(|gang| GangSettings {
                    gpus,
                    share,
                    ..gang.clone()
                })
            })
            .collect();
        self
    }
}

impl Law {
    /// The law of `factor` (above 0) times a number of this law; a Poisson count stays a count of `factor`
    /// times the mean.
    pub fn scaled(self, factor: f64) -> Self {
        let shift = libm::log(factor);
        match self {
            Self::Constant(value) => Self::Constant(value * factor),
            Self::Uniform { low, high } => Self::Uniform {
                low: low * factor,
                high: high * factor,
            },
            Self::Exponential { mean } => Self::Exponential {
                mean: mean * factor,
            },
            Self::Normal { mean, deviation } => Self::Normal {
                mean: mean * factor,
                deviation: deviation * factor,
            },
            Self::Lognormal { mu, sigma } => Self::Lognormal {
                mu: mu + shift,
                sigma,
            },
            Self::TruncatedLognormal {
                mu,
                sigma,
                most,
                below,
            } => Self::TruncatedLognormal {
                mu: mu + shift,
                sigma,
                most: most * factor,
                below,
            },
            Self::Weibull { shape, scale } => Self::Weibull {
                shape,
                scale: scale * factor,
            },
            Self::Hyperexponential {
                weight,
                first,
                second,
            } => Self::Hyperexponential {
                weight,
                first: first * factor,
                second: second * factor,
            },
            Self::BoundedPareto {
                alpha,
                low,
                high,
                cut,
            } => Self::BoundedPareto {
                alpha,
                low: low * factor,
                high: high * factor,
                cut,
            },
            Self::Gamma { shape, scale } => Self::Gamma {
                shape,
                scale: scale * factor,
            },
            Self::Poisson { mean } => Self::Poisson {
                mean: mean * factor,
            },
            Self::Discrete { choice, values } => {
                let values = values.into_iter().map(|value| value * factor).collect();
                Self::Discrete { choice, values }
            }
            Self::Mixture { choice, laws } => {
                let laws = laws.into_iter().map(|law| law.scaled(factor)).collect();
                Self::Mixture { choice, laws }
            }
        }
    }
}
