//! A few things that fail far more often than their kind.

use crate::dice::{Dice, Key, Purpose};

/// Lemons: entities whose failure rate is multiplied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lemons {
    /// The share of entities that are lemons.
    pub share: f64,
    /// What their failure rate is multiplied by.
    pub factor: f64,
}

impl Lemons {
    /// 15 % of nodes with five times the rate: a judgement after reports on large fleets.
    pub const fn usual() -> Self {
        Self {
            share: 0.15,
            factor: 5.0,
        }
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// The share is not from 0 to 1, or the factor not above 0.
    pub fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.share) {
            return Err(format!(
                "the share of lemons is {}; it must lie from 0 to 1",
                self.share
            ));
        }
        if !(self.factor > 0.0 && self.factor.is_finite()) {
            return Err(format!(
                "the factor of lemons is {}; it must be above 0",
                self.factor
            ));
        }
        Ok(())
    }

    /// What the failure rate of the entity `key` is multiplied by in this replication: 1 or the factor. Divide
    /// by [`Lemons::mean_factor`] to keep the mean rate of the fleet; divide up times by the result.
    pub fn factor_of(&self, dice: &Dice, key: Key) -> f64 {
        let mut stream = dice.stream(key, Purpose::Lemon, 0, 0);
        if stream.uniform() < self.share {
            self.factor
        } else {
            1.0
        }
    }

    /// The mean factor over the fleet.
    pub fn mean_factor(&self) -> f64 {
        1.0 + self.share * (self.factor - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lemons_are_chosen_by_name() {
        let lemons = Lemons::usual();
        lemons.check().unwrap();
        let dice = Dice {
            seed: 8,
            replication: 2,
        };
        let n = 10_000;
        let factor = |node: u32| lemons.factor_of(&dice, dice.key("node", &format!("n{node}")));
        let mean = (0..n).map(factor).sum::<f64>() / f64::from(n);
        // 1 + .15 × 4 = 1.6, standard deviation 4 √(.15 × .85) = 1.43.
        assert!((lemons.mean_factor() - 1.6).abs() < 1e-12);
        assert!(
            (mean - 1.6).abs() < 4.0 * 1.43 / libm::sqrt(f64::from(n)),
            "{mean}"
        );
        assert_eq!(factor(7), factor(7));
        assert!(
            Lemons {
                share: 1.1,
                ..lemons
            }
            .check()
            .is_err()
        );
        assert!(
            Lemons {
                factor: 0.0,
                ..lemons
            }
            .check()
            .is_err()
        );
    }
}
