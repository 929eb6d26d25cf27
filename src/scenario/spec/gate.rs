//! `[[gate]]`: what the answer must keep to.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;
use super::rule::AttributeValue;

/// What a number of the answer must keep to, and of which strategies.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "metric"]))]
pub struct GateSpec {
    /// Its name.
    pub name: Given<String>,
    /// Which number: a name of docs/metrics.md, of one class, pool, provider, budget … its name after a dot, as in
    /// runs.csv: "wait_p95_s.training", "gpu_h_share.provider.acme".
    pub metric: Given<String>,
    /// What it may be at most: a number in the unit of the metric, or with a unit, such as "30 min", "60 %" or
    /// "120000 USD".
    pub at_most: Given<AttributeValue>,
    /// What it must be at least; one of both is given.
    pub at_least: Given<AttributeValue>,
    /// In which share of the sampled worlds it must hold, world by world, such as "90 %"; unless given it is asked of the
    /// number over all worlds, with its interval.
    pub in_worlds: Given<AttributeValue>,
    /// Strategies that must pass; unless given it is told of all, and one that passes is enough.
    pub strategies: List<String>,
}
