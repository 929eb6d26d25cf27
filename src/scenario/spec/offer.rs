//! `offer = { … }`: what capacity costs and how it comes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::List;

/// What capacity costs and how it comes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["kind"]))]
pub struct OfferSpec {
    /// What kind of offer.
    pub kind: Given<OfferKind>,
    /// Owned: a record of what owning costs, from the catalog or a `[[tco]]`.
    pub tco: Given<String>,
    /// The price, such as "2.50 USD/GPU-h"; on-demand: from the catalog unless given.
    pub price: Given<String>,
    /// On-demand: prices that hold from given times on.
    pub steps: List<StepSpec>,
    /// On-demand: a csv file of prices with columns `from` and `price_per_gpu_hour`.
    pub prices: Given<String>,
    /// On-demand: most GPUs that may be held at once.
    pub quota: Given<u64>,
    /// On-demand: time from launch until an instance is up, such as "8 min"; the median if a p95 is given.
    pub provisioning: Given<String>,
    /// On-demand: the time that one launch in twenty exceeds.
    pub provisioning_p95: Given<String>,
    /// On-demand: least time that an instance is charged for; "1 min" unless given.
    pub minimum: Given<String>,
    /// On-demand: charges are rounded up to a multiple of this; "1 s" unless given.
    pub increment: Given<String>,
    /// On-demand: an instance that no job uses for this long is given back; "10 min" unless given.
    pub idle_release: Given<String>,
}

/// The kind of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OfferKind {
    /// Ours: paid for whether used or not.
    Owned,
    /// Hosted for us under a fixed contract: paid for whether used or not.
    Hosted,
    /// Rented by the instance at a published price.
    OnDemand,
}

/// A price that holds from a time on.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["from", "price"]))]
pub struct StepSpec {
    /// From when: an instant, or time since the start such as "3 d".
    pub from: Given<Moment>,
    /// The price, such as "3.10 USD/GPU-h".
    pub price: Given<String>,
}
