//! What placements that rank all pools go by.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

/// What one unit of each term is worth, in the currency of the ledger; a term that is absent counts for nothing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WeightsSpec {
    /// A unit of the currency that the run is expected to cost in rented capacity; 1 unless given.
    pub cost: Given<f64>,
    /// An hour until the job is expected to run; where it is worth more than going elsewhere, the job waits.
    pub delay: Given<f64>,
    /// A gigabyte that moves before the job can run, or that it reads over links while it runs.
    pub data: Given<f64>,
    /// A millisecond on the way from the site `from`.
    pub latency: Given<f64>,
    /// A kilogram of CO₂ equivalents that the run is expected to emit.
    pub carbon: Given<f64>,
    /// A free GPU that is left over beside the job on the last node that it takes.
    pub fragmentation: Given<f64>,
}

/// Whose jobs are spread over sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpreadByKind {
    /// Those of each tenant.
    Tenant,
    /// Those of each class.
    Class,
}
