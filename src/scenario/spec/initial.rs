//! `[initial]`: what a run begins with.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;

/// What is there at the start; nothing unless given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InitialSpec {
    /// A file with an `[initial]` of its own over which this one lies, such as `run --state-out` writes beside its jobs.
    pub from: Given<String>,
    /// The jobs of a recorded demand that straddle the start: those that had started run, in whatever pool has room,
    /// those that had come wait, the demand goes on from there.
    pub trace: Given<InitialTraceSpec>,
    /// A csv file of jobs, such as `run --state-out` writes: job, class, tenant, gpus, priority, requested_s,
    /// duration_s, done_s, unsaved_s, pool, nodes, outcome. A job with a pool runs there; one without waits.
    pub jobs: Given<String>,
    /// Jobs that run.
    pub running: List<InitialJobSpec>,
    /// Jobs that wait, in order of arrival, behind those of `jobs`.
    pub waiting: List<InitialJobSpec>,
    /// Nodes that are down.
    pub down: List<InitialDownSpec>,
    /// What left sites of providers so far in the month.
    pub egress: List<InitialEgressSpec>,
    /// Data that are in caches, those first that were not used for longest.
    pub cached: List<InitialCachedSpec>,
    /// What providers with terms were paid so far in the month: tiers of discounts begin with it.
    pub paid: List<InitialPaidSpec>,
    /// How commitments stand in their present periods; by time, as if spend was in step, unless given.
    pub balance: List<InitialBalanceSpec>,
    /// What was spent of budgets so far in the period that holds the start.
    pub budget: List<InitialBudgetSpec>,
    /// GPU-time that tenants used, as it counts now for fair shares.
    pub used: List<InitialUsedSpec>,
    /// Prices from which moving prices go on, instead of those of their offers.
    pub price: List<InitialPriceSpec>,
    /// The regime in which the `[market_cycle]` is, instead of its `start`.
    pub regime: Given<String>,
}

/// A recorded demand that is cut at the start.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["demand", "at"]))]
pub struct InitialTraceSpec {
    /// The demand, by name.
    pub demand: Given<String>,
    /// When in the recording the run starts: time since its first job, such as "10 d".
    pub at: Given<String>,
}

/// What a provider was paid in the month of the start.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["amount"]))]
pub struct InitialPaidSpec {
    /// The provider.
    pub provider: Given<String>,
    /// Or a site of it.
    pub site: Given<String>,
    /// How much, such as "12000 USD".
    pub amount: Given<String>,
}

/// How a commitment stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["commitment", "since", "paid"]))]
pub struct InitialBalanceSpec {
    /// The commitment, by name.
    pub commitment: Given<String>,
    /// Since when it is counted, before the start and within the present period, such as "9 d" before.
    pub since: Given<String>,
    /// What the provider was paid since then, less discounts.
    pub paid: Given<String>,
    /// What of a shortfall since then was settled already; nothing unless given.
    pub settled: Given<String>,
}

/// What was spent of a budget.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "spent"]))]
pub struct InitialBudgetSpec {
    /// The budget.
    pub name: Given<String>,
    /// How much, such as "12000 USD".
    pub spent: Given<String>,
}

/// What a tenant used.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["tenant", "gpu_hours"]))]
pub struct InitialUsedSpec {
    /// Who.
    pub tenant: Given<String>,
    /// How much counts now.
    pub gpu_hours: Given<f64>,
}

/// A price at the start.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["pool", "price"]))]
pub struct InitialPriceSpec {
    /// The pool, whose offer has `price_moves`.
    pub pool: Given<String>,
    /// The price before what multiplies all, such as "3.10 USD/GPU-h"; at on-demand its market is stressed.
    pub price: Given<String>,
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
    /// How much of what is done is in no checkpoint yet; nothing unless given.
    pub unsaved: Given<String>,
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
#[schemars(extend("required" = ["size"]))]
pub struct InitialEgressSpec {
    /// The site; it counts for its provider.
    pub site: Given<String>,
    /// Or the provider.
    pub provider: Given<String>,
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
