//! Whether parameters make a law.

use super::law::Law;

impl Law {
    /// Whether the parameters make a law.
    ///
    /// # Errors
    /// The first parameter that does not, with its value.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Constant(value) => finite("the constant", *value),
            Self::Poisson { mean } if *mean == 0.0 => Ok(()),
            Self::Uniform { low, high } => rising(*low, *high),
            Self::Exponential { mean } | Self::Poisson { mean } => positive("the mean", *mean),
            Self::Normal { mean, deviation } => {
                finite("the mean", *mean)?;
                positive("the standard deviation", *deviation)
            }
            Self::Lognormal { mu, sigma } => {
                finite("mu", *mu)?;
                positive("sigma", *sigma)
            }
            Self::TruncatedLognormal {
                mu,
                sigma,
                most,
                below,
            } => {
                finite("mu", *mu)?;
                positive("sigma", *sigma)?;
                positive("the cut", *most)?;
                positive("the share below the cut", *below)
            }
            Self::Weibull { shape, scale } | Self::Gamma { shape, scale } => {
                positive("the shape", *shape)?;
                positive("the scale", *scale)
            }
            Self::Hyperexponential {
                weight,
                first,
                second,
            } => {
                if !(0.0..=1.0).contains(weight) {
                    return Err(format!("the weight is {weight}; it must lie from 0 to 1"));
                }
                positive("the first mean", *first)?;
                positive("the second mean", *second)
            }
            Self::BoundedPareto {
                alpha, low, high, ..
            } => {
                positive("alpha", *alpha)?;
                positive("the lower bound", *low)?;
                rising(*low, *high)
            }
            Self::Discrete { values, .. } => values
                .iter()
                .try_for_each(|value| finite("a value", *value)),
            Self::Mixture { laws, .. } => laws.iter().try_for_each(Self::check),
        }
    }
}

fn finite(what: &str, value: f64) -> Result<(), String> {
    if value.is_finite() {
        return Ok(());
    }
    Err(format!("{what} is {value}; it must be finite"))
}

fn positive(what: &str, value: f64) -> Result<(), String> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(format!("{what} is {value}; it must be above 0"))
}

fn rising(low: f64, high: f64) -> Result<(), String> {
    if low.is_finite() && high.is_finite() && low < high {
        return Ok(());
    }
    Err(format!(
        "the bounds are {low} and {high}; they must be finite, the first below the second"
    ))
}
