//! Choosing one of a few by their weights.

use crate::dice::Stream;

/// Cumulative shares, the last of which is 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    cumulative: Vec<f64>,
}

impl Choice {
    /// A choice by weights, which need not add up to 1.
    ///
    /// # Errors
    /// When there is no weight, or one is negative or not finite, or all are 0.
    pub fn new(weights: &[f64]) -> Result<Self, String> {
        if weights
            .iter()
            .any(|weight| !weight.is_finite() || *weight < 0.0)
        {
            return Err(format!(
                "shares {weights:?} must be finite and not negative"
            ));
        }
        let total: f64 = weights.iter().sum();
        if total <= 0.0 || !total.is_finite() {
            return Err("shares must have a positive sum; give at least one above 0".to_owned());
        }
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = weights
            .iter()
            .map(|weight| {
                sum += weight;
                sum / total
            })
            .collect();
        // Rounding must not leave a gap at the end, and what has no weight is never chosen.
        let last = weights
            .iter()
            .rposition(|weight| *weight > 0.0)
            .unwrap_or(0);
        cumulative[last..].fill(1.0);
        Ok(Self { cumulative })
    }

    /// The place that a uniform number between 0 and 1 falls on; larger numbers, later places.
    pub fn place(&self, uniform: f64) -> usize {
        // Few entries: a scan is quicker than a search.
        self.cumulative
            .iter()
            .position(|&upper| uniform < upper)
            .unwrap_or(0)
    }

    /// Draws a place with 32 random bits.
    pub fn draw(&self, stream: &mut Stream) -> usize {
        self.place(uniform32(stream))
    }

    /// The share of place `place`.
    pub fn share(&self, place: usize) -> f64 {
        let below = if place == 0 {
            0.0
        } else {
            self.cumulative[place - 1]
        };
        self.cumulative[place] - below
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.cumulative.len()
    }

    /// Whether there is no place; never, for a choice that was made.
    pub fn is_empty(&self) -> bool {
        self.cumulative.is_empty()
    }
}

/// A uniform number strictly between 0 and 1 of 32 random bits: enough to choose by.
pub(super) fn uniform32(stream: &mut Stream) -> f64 {
    (f64::from(stream.next_u32()) + 0.5) * (1.0 / 4_294_967_296.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_their_shares() {
        let choice = Choice::new(&[1.0, 0.0, 3.0, 0.0]).unwrap();
        assert_eq!(choice.place(0.249), 0);
        assert_eq!(choice.place(0.25), 2);
        assert_eq!(choice.place(1.0 - 1e-16), 2);
        assert_eq!(
            (choice.share(1), choice.share(2), choice.share(3)),
            (0.0, 0.75, 0.0)
        );
    }

    #[test]
    fn useless_weights_are_refused() {
        assert!(Choice::new(&[]).is_err());
        assert!(Choice::new(&[0.0, 0.0]).is_err());
        assert!(Choice::new(&[1.0, -0.1]).is_err());
        assert!(Choice::new(&[f64::NAN]).is_err());
    }
}
