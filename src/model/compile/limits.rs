//! What limits where work goes, when and at what cost, as it was read.

use crate::model::{Budgets, Envelopes, Failovers, Model, Quotas, Rules, StartWindows, Transforms};

/// What limits where work goes, when and at what cost.
pub(super) struct Limits {
    pub(super) budgets: Budgets,
    pub(super) rules: Rules,
    pub(super) failovers: Failovers,
    pub(super) quotas: Quotas,
    pub(super) envelopes: Envelopes,
    pub(super) windows: StartWindows,
    pub(super) transforms: Transforms,
}

impl Limits {
    /// Puts all of it into a model.
    pub(super) fn put_into(self, model: &mut Model) {
        model.budgets = self.budgets;
        model.rules = self.rules;
        model.failovers = self.failovers;
        model.quotas = self.quotas;
        model.envelopes = self.envelopes;
        model.windows = self.windows;
        model.transforms = self.transforms;
    }
}
