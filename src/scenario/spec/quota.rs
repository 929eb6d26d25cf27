//! `[[quota]]`: how many GPUs tenants and classes may hold.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::ByName;

/// How many GPUs the jobs of a tenant or a class may hold at once, what they may borrow of others, and whom they may stop.
/// The words are Kueue's.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "of", "nominal"]))]
pub struct QuotaSpec {
    /// Its name.
    pub name: Given<String>,
    /// Whose jobs.
    pub of: Given<QuotaForSpec>,
    /// GPUs of its own, by GPU type or pool: { h200 = 16, "cloud/h100" = 8 }. What is not named is not limited.
    pub nominal: ByName<u64>,
    /// Quotas of one cohort lend each other what they do not use; it neither borrows nor lends unless given.
    pub cohort: Given<String>,
    /// GPUs beyond its own that it may borrow, by GPU type or pool; all that others lend unless given.
    pub borrowing_limit: ByName<u64>,
    /// GPUs of its own that it lends, by GPU type or pool; all that it does not use unless given.
    pub lending_limit: ByName<u64>,
    /// Whether a job that finds no room may stop others of the same quota; "never" unless given.
    pub within: Given<WithinKind>,
    /// Whom a job that finds no room, and stays within the nominal quota, may stop of those who borrowed in its cohort;
    /// "never" unless given.
    pub reclaim: Given<ReclaimKind>,
}

/// Quotas, and other cohorts, that lend each other what they do not use, with what the cohort has as a whole. Those that
/// quotas name and nobody writes down have nothing of their own, and belong to no other. The words are Kueue's.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct CohortSpec {
    /// Its name, as quotas and other cohorts say it.
    pub name: Given<String>,
    /// The cohort to which it belongs as a whole; none unless given.
    pub parent: Given<String>,
    /// GPUs of its own, beside what its members have, by GPU type or pool; none unless given.
    pub nominal: ByName<u64>,
    /// GPUs that its members together may hold beyond what all of them and it have, by GPU type or pool; all that others
    /// lend unless given.
    pub borrowing_limit: ByName<u64>,
    /// GPUs of what it and its members have that it lends to others of its parent, by GPU type or pool; all that they do
    /// not use unless given.
    pub lending_limit: ByName<u64>,
}

/// Whose jobs a quota limits: one of these.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QuotaForSpec {
    /// Jobs of this tenant: the team or project that pays.
    pub tenant: Given<String>,
    /// Jobs of this class.
    pub class: Given<String>,
}

/// Whom jobs of a quota may stop of the same quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WithinKind {
    /// Nobody.
    Never,
    /// Those of lower priority.
    LowerPriority,
}

/// Whom jobs of a quota may stop of those who borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReclaimKind {
    /// Nobody.
    Never,
    /// Those of lower priority.
    LowerPriority,
    /// Anybody.
    Any,
}
