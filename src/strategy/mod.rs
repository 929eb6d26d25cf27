//! What an operator would decide now.

use crate::model::Model;
use crate::units::StrategyId;

/// A strategy made ready for a model: settings with every name and rank worked out.
#[derive(Clone, Debug)]
pub struct Strategy {
    id: StrategyId,
}

impl Strategy {
    /// Works out what of a strategy does not change from replication to replication.
    pub fn prepare(_model: &Model, id: StrategyId) -> Self {
        Self { id }
    }

    /// Which strategy of the scenario this is.
    pub const fn id(&self) -> StrategyId {
        self.id
    }
}
