//! `[initial]`: what a run begins with.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;

/// What is there at the start; nothing unless given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InitialSpec {
    /// A csv file of jobs, such as `run --state-out` writes: job, class, tenant, gpus, priority, requested_s,
    /// duration_s, done_s, pool, outcome. A job with a pool runs there; one without waits.
    pub jobs: Given<String>,
    /// Jobs that run.
    pub running: List<InitialJobSpec>,
    /// Jobs that wait, in order of arrival, behind those of `jobs`.
    pub waiting: List<InitialJobSpec>,
    /// Nodes that are down.
    pub down: List<InitialDownSpec>,
    /// What left sites of providers so far in the month.
    pub egress: List<InitialEgressSpec>,
    /// Data that are in caches.
    pub cached: List<InitialCachedSpec>,
}

/// A job that is there at the start.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["gpus", "requested"]))]
pub struct InitialJobSpec {
    /// Its name; a number unless given.
    pub job: Given<String>,
    /// Its class.
    pub class: Given<String>,
    /// Who pays.
    pub tenant: Given<String>,
    /// GPUs of its gang.
    pub gpus: Given<f64>,
    /// How urgent; 0 unless given.
    pub priority: Given<i32>,
    /// How long its owner says that it runs in all, such as "8 h".
    pub requested: Given<String>,
    /// How long it runs in all; as long as requested unless given.
    pub duration: Given<String>,
    /// How much of that is done, such as "3 h"; nothing unless given.
    pub done: Given<String>,
    /// With running: where.
    pub pool: Given<String>,
}

/// Nodes that are down at the start.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["pool", "nodes", "lasts"]))]
pub struct InitialDownSpec {
    /// The pool.
    pub pool: Given<String>,
    /// The first of them, from 0; 0 unless given.
    pub first: Given<u32>,
    /// How many.
    pub nodes: Given<u32>,
    /// For how much longer, such as "5 h".
    pub lasts: Given<String>,
}

/// What left a site so far in the month.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["site", "size"]))]
pub struct InitialEgressSpec {
    /// The site; it counts for its provider.
    pub site: Given<String>,
    /// How much, such as "12 TB".
    pub size: Given<String>,
}

/// A data set that is in a cache.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["site", "dataset"]))]
pub struct InitialCachedSpec {
    /// The site.
    pub site: Given<String>,
    /// The data set.
    pub dataset: Given<String>,
}
