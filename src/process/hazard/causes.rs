//! Why things failed.

use crate::dice::{Dice, Key, Purpose};
use crate::process::choice::Choice;

/// The 419 unexpected interruptions of a training run on 16,384 H100 in 54 days, by cause (arXiv 2407.21783,
/// table 5; counts, because the printed percentage of the first does not match its count).
pub const LLAMA3_CAUSES: [(&str, u32); 18] = [
    ("faulty GPU", 148),
    ("GPU HBM3 memory", 72),
    ("software bug", 54),
    ("network switch or cable", 35),
    ("host maintenance", 32),
    ("GPU SRAM memory", 19),
    ("GPU system processor", 17),
    ("NIC", 7),
    ("NCCL watchdog timeout", 7),
    ("silent data corruption", 6),
    ("GPU thermal interface or sensor", 6),
    ("SSD", 3),
    ("power supply", 3),
    ("server chassis", 2),
    ("IO expansion board", 2),
    ("dependency", 2),
    ("CPU", 2),
    ("system memory", 2),
];

/// Causes with their shares.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureCauses {
    names: Vec<String>,
    choice: Choice,
}

impl FailureCauses {
    /// Causes by name and count.
    ///
    /// # Errors
    /// There is none, or all counts are 0.
    pub fn new(counts: &[(&str, u32)]) -> Result<Self, String> {
        let shares: Vec<f64> = counts.iter().map(|(_, count)| f64::from(*count)).collect();
        Ok(Self {
            names: counts.iter().map(|(name, _)| (*name).to_owned()).collect(),
            choice: Choice::new(&shares)?,
        })
    }

    /// The cause of the `count`-th failure of the entity `key`.
    pub fn sample(&self, dice: &Dice, key: Key, count: u32) -> &str {
        let mut stream = dice.stream(key, Purpose::FailureCause, count, 0);
        &self.names[self.choice.draw(&mut stream)]
    }

    /// The share of a cause; 0 if there is none of this name.
    pub fn share(&self, name: &str) -> f64 {
        let place = self.names.iter().position(|known| known == name);
        place.map_or(0.0, |place| self.choice.share(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_are_drawn_in_proportion() {
        assert_eq!(
            LLAMA3_CAUSES.iter().map(|(_, count)| count).sum::<u32>(),
            419
        );
        let causes = FailureCauses::new(&LLAMA3_CAUSES).unwrap();
        // 148 of 419 = 35.3 %.
        assert!((causes.share("faulty GPU") - 0.353_221_957).abs() < 1e-9);
        assert_eq!(causes.share("gremlins"), 0.0);
        let dice = Dice {
            seed: 419,
            replication: 0,
        };
        let key = dice.key("node", "a");
        let n = 40_000;
        let faulty = (0..n)
            .filter(|count| causes.sample(&dice, key, *count) == "faulty GPU")
            .count();
        let share = faulty as f64 / f64::from(n);
        let error = libm::sqrt(0.353 * 0.647 / f64::from(n));
        assert!((share - 0.353_2).abs() < 4.0 * error, "{share}");
        assert!(FailureCauses::new(&[("a", 0)]).is_err());
    }
}
