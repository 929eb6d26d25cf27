//! An estimated number together with how sure we are of it.

/// The confidence level of every interval that does not say otherwise.
pub const CONFIDENCE: f64 = 0.95;

/// Spread below this share of the value is rounding, not randomness: a sum of 10⁴ floats keeps 12 digits.
const ROUNDING: f64 = 1e-12;

/// How sure a sample makes us of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Precision {
    /// One observation: it says nothing about spread. Print no interval.
    Single,
    /// Several observations, all alike: nothing that this number depends on varied. Print no "± 0".
    Constant,
    /// Half the width of the 95 % confidence interval, in the unit of the value.
    HalfWidth(f64),
}

/// A value estimated from replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The point estimate: a mean, or a ratio or difference of means.
    pub value: f64,
    /// How sure we are of it.
    pub precision: Precision,
    /// How many replications it rests on.
    pub replications: u32,
}

impl Estimate {
    /// The lower end of the 95 % interval, if there is one.
    pub fn low(&self) -> Option<f64> {
        self.half_width().map(|half| self.value - half)
    }

    /// The upper end of the 95 % interval, if there is one.
    pub fn high(&self) -> Option<f64> {
        self.half_width().map(|half| self.value + half)
    }

    /// Half the width of the 95 % interval, if there is one.
    pub fn half_width(&self) -> Option<f64> {
        match self.precision {
            Precision::HalfWidth(half) => Some(half),
            Precision::Single | Precision::Constant => None,
        }
    }

    /// Whether the data speak against `value`: the interval does not hold it. A constant speaks against
    /// every other value; a single observation against none.
    pub fn excludes(&self, value: f64) -> bool {
        match self.precision {
            Precision::Single => false,
            Precision::Constant => self.value != value,
            Precision::HalfWidth(half) => half < (self.value - value).abs(),
        }
    }

    /// `value` with the spread of the mean of `replications` deviations whose squares sum to `squares`: the
    /// observations less their mean, or the linearised residuals of a smooth function of means (the delta
    /// method).
    ///
    /// `scale` is the size of the numbers that were subtracted to get the deviations; spread that is only
    /// rounding at that size counts as none.
    pub(super) fn from_squares(value: f64, scale: f64, squares: f64, replications: u32) -> Self {
        if replications <= 1 {
            return Self {
                value,
                precision: Precision::Single,
                replications,
            };
        }
        let n = f64::from(replications);
        let error = (squares / (n - 1.0) / n).sqrt();
        let precision = if error <= ROUNDING * scale {
            Precision::Constant
        } else {
            let confidence = f64::midpoint(1.0, CONFIDENCE);
            Precision::HalfWidth(super::t_quantile(confidence, replications - 1) * error)
        };
        Self {
            value,
            precision,
            replications,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_spread_gives_ends() {
        let spread = Estimate {
            value: 3.0,
            precision: Precision::HalfWidth(0.5),
            replications: 9,
        };
        assert_eq!((spread.low(), spread.high()), (Some(2.5), Some(3.5)));
        assert!(spread.excludes(2.0) && !spread.excludes(2.6));
        let constant = Estimate {
            precision: Precision::Constant,
            ..spread
        };
        assert_eq!((constant.low(), constant.high()), (None, None));
        assert!(constant.excludes(3.1) && !constant.excludes(3.0));
        let single = Estimate {
            precision: Precision::Single,
            ..spread
        };
        assert_eq!(single.half_width(), None);
        assert!(!single.excludes(100.0));
    }
}
