//! What limits where work goes, when and at what cost, and what rules know of it.

use crate::model::{
    Budgets, Envelopes, Failovers, Inspection, LabelReport, Labels, Model, Quotas, Retention,
    Rules, StartWindows, Transforms,
};

/// All of it, before there is a model.
pub(super) struct Limits {
    pub(super) budgets: Budgets,
    pub(super) rules: Rules,
    pub(super) failovers: Failovers,
    pub(super) quotas: Quotas,
    pub(super) envelopes: Envelopes,
    pub(super) windows: StartWindows,
    pub(super) transforms: Transforms,
    pub(super) retention: Retention,
    pub(super) inspections: Vec<Option<Inspection>>,
    pub(super) labels: Labels,
    pub(super) report: LabelReport,
}

impl Limits {
    /// Makes it part of a model; returns what is told of labels.
    pub(super) fn put_into(self, model: &mut Model) -> LabelReport {
        model.budgets = self.budgets;
        model.rules = self.rules;
        model.failovers = self.failovers;
        model.quotas = self.quotas;
        model.envelopes = self.envelopes;
        model.windows = self.windows;
        model.transforms = self.transforms;
        model.retention = self.retention;
        model.inspections = self.inspections;
        model.labels = self.labels;
        self.report
    }
}
