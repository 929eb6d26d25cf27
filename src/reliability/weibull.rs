//! Facts of Weibull lifetimes.

/// Lifetimes whose hazard falls (shape below 1) or rises (above 1) with age.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weibull {
    /// Shape.
    pub shape: f64,
    /// The time that 63 % do not exceed.
    pub scale: f64,
}

impl Weibull {
    /// By shape and mean: scale = mean / Γ(1 + 1/shape).
    pub fn by_mean(shape: f64, mean: f64) -> Self {
        let scale = mean / libm::tgamma(1.0 + 1.0 / shape);
        Self { shape, scale }
    }

    /// The squared coefficient of variation, Γ(1 + 2/shape) / Γ(1 + 1/shape)² − 1.
    pub fn squared_variation(&self) -> f64 {
        let first = libm::tgamma(1.0 + 1.0 / self.shape);
        libm::tgamma(1.0 + 2.0 / self.shape) / (first * first) - 1.0
    }

    /// The probability of lasting longer than `time`.
    pub fn survival(&self, time: f64) -> f64 {
        libm::exp(-libm::pow(time / self.scale, self.shape))
    }

    /// The probability of lasting until `time` for something of age `age`.
    pub fn survival_given(&self, age: f64, time: f64) -> f64 {
        let spent = libm::pow(age / self.scale, self.shape);
        libm::exp(spent - libm::pow(time / self.scale, self.shape))
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    #[test]
    fn printed_values() {
        let young = Weibull::by_mean(0.7, 1000.0);
        assert_close(young.scale, 789.9995499);
        assert_close(young.squared_variation(), 2.138685632);
        assert_close(young.survival(100.0), 0.7903168927);
        assert_close(young.survival_given(1000.0, 1100.0), 0.9218521619);
        let old = Weibull::by_mean(1.5, 1000.0);
        assert_close(old.scale, 1107.732167);
        assert_close(old.squared_variation(), 0.4609984862);
        assert_close(old.survival(100.0), 0.97324091);
        assert_close(old.survival_given(1000.0, 1100.0), 0.8764957184);
    }
}
