//! `[[budget]]`: what may be spent.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;

/// What may be spent in a period, and what happens to who would spend more.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "amount", "per"]))]
pub struct BudgetSpec {
    /// Its name.
    pub name: Given<String>,
    /// Whose spending, or on what; everything unless given.
    pub of: Given<BudgetOfSpec>,
    /// How much may be spent in each period, such as "120000 USD".
    pub amount: Given<String>,
    /// What a period is.
    pub per: Given<BudgetPeriodKind>,
    /// What counts: "rented" unless given.
    pub counts: Given<CountsKind>,
    /// Whether a job is also held back if it is expected, by its own estimate and those of the jobs that run, that
    /// more than the amount is spent by the end of the period; only what was spent counts unless given.
    pub looks_ahead: Given<bool>,
    /// What happens, once it is used up, to a job that would go to rented capacity: "queue" unless given.
    pub at_limit: Given<AtLimitKind>,
    /// With at_limit = "ask": how long it takes to approve more, such as "8 h".
    pub approval: Given<String>,
    /// With at_limit = "ask": how much more may then be spent in that period, such as "5000 USD"; once in a period.
    pub grants: Given<String>,
    /// Shares of the amount of which somebody wants to hear, such as "50%" and "80%".
    pub alerts: List<String>,
    /// The phase from whose beginning on it limits anything; from the start unless given.
    pub in_phase: Given<String>,
}

/// Whose spending a budget limits, or on what; all that is given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BudgetOfSpec {
    /// Jobs of this tenant: the team or project that pays.
    pub tenant: Given<String>,
    /// Jobs of this class.
    pub class: Given<String>,
    /// Pools at sites of this provider.
    pub provider: Given<String>,
    /// Pools at this site.
    pub site: Given<String>,
    /// This pool.
    pub pool: Given<String>,
}

/// What a period of a budget is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BudgetPeriodKind {
    /// A UTC month.
    Month,
    /// A quarter of the UTC year.
    Quarter,
    /// A UTC year.
    Year,
    /// The whole run.
    Run,
}

/// What counts against a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CountsKind {
    /// What a placement decides: instances that are rented, and what leaves their sites.
    Rented,
    /// Capacity of every kind: also what is owned, hosted or reserved, used or not.
    All,
}

/// What happens to a job that would go to rented capacity once a budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AtLimitKind {
    /// It waits: for a place in owned capacity, or for the next period.
    Queue,
    /// It is turned away, unless it has run before.
    Shed,
    /// As "queue", and the first of a period asks for more, which comes after `approval`.
    Ask,
    /// It goes all the same, and is counted.
    Flag,
    /// As "queue", and what runs on rented capacity that the budget counts is told to stop, so early that what its
    /// checkpoints cost is still in the budget; it goes on in owned capacity or in the next period.
    Stop,
}
