//! What may go wrong in a scenario: laws to draw from and what is sure to happen.

use crate::process::Renewal;
use crate::units::PoolId;

use super::happening::Incident;
use super::market::Market;

/// The weather of a scenario; each replication draws its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weather {
    /// What fails and is repaired, whether anybody uses it or not.
    pub failures: Vec<Failure>,
    /// What happens in every replication, in the order in which it is played.
    pub script: Vec<Incident>,
    /// What the market does by itself.
    pub market: Market,
}

/// Things that fail alike, each by its own dice.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Its name; with an entity's name it names the dice.
    pub name: String,
    /// Up and down times.
    pub times: Renewal,
    /// What fails.
    pub entities: Vec<Entity>,
}

/// Something that is up or down as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its name within the scenario.
    pub name: String,
    /// The nodes that it holds.
    pub nodes: Vec<NodeRange>,
}

/// Neighbouring nodes of one owned pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeRange {
    /// Whose.
    pub pool: PoolId,
    /// The first.
    pub first: u32,
    /// How many.
    pub nodes: u32,
}

impl Weather {
    /// Whether two replications can differ by it.
    pub fn rolls_dice(&self) -> bool {
        !self.failures.is_empty() || self.market.rolls_dice()
    }
}
