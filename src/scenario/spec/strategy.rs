//! `[[strategy]]`: who is next, and where.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::rule::ModeKind;
use super::scoring::{SpreadByKind, WeightsSpec};
use super::spot::SpotSpec;
use super::{ByName, List};

/// One strategy of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct StrategySpec {
    /// Its name.
    pub name: Given<String>,
    /// Who is next; EASY unless given.
    pub queue: Given<QueueSpec>,
    /// Where; owned pools only unless given.
    pub placement: Given<PlacementSpec>,
    /// How it uses spot pools; as any other rented pool unless given.
    pub spot: Given<SpotSpec>,
    /// Who is next and where, from the beginning of a phase on.
    pub in_phase: List<InPhaseSpec>,
    /// Where in the line a stopped job waits again; "keep" (the place of its first arrival) unless given.
    pub requeue: Given<RequeueKind>,
    /// Modes to which it holds rules, whatever else is said of them, by id: { health-stays-home = "audit" } says what
    /// obeying the rule costs, beside a strategy that obeys it.
    pub rules: ByName<ModeKind>,
    /// What it makes of budgets: "heed" unless given.
    pub budgets: Given<HeedKind>,
}

/// What a strategy makes of budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HeedKind {
    /// What each says happens at its limit.
    Heed,
    /// Jobs go all the same once one is used up, and are counted: what a budget is worth shows in the difference.
    Flag,
}

/// What a strategy does otherwise from the beginning of a phase on, until another phase says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["phase"]))]
pub struct InPhaseSpec {
    /// The phase, by name.
    pub phase: Given<String>,
    /// Who is next; as in the phase before unless given.
    pub queue: Given<QueueSpec>,
    /// Where; as in the phase before unless given.
    pub placement: Given<PlacementSpec>,
}

/// Who is next.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["kind"]))]
pub struct QueueSpec {
    /// The discipline.
    pub kind: Given<QueueKind>,
    /// Conservative: how many blocked jobs hold a reservation; 100 unless given.
    pub depth: Given<u32>,
    /// Least attained: upper bounds of the levels but the last, in GPU-time of one GPU; "1 h", "10 h" unless
    /// given.
    pub levels: List<String>,
    /// Fair share, multifactor: time in which past use loses half its weight; "7 d" unless given.
    pub half_life: Given<String>,
    /// Fair share, dominant share, multifactor: shares of tenants by name; 1 unless given.
    pub weights: ByName<f64>,
    /// Multifactor: weight of the waiting time; 1000 unless given.
    pub age: Given<u64>,
    /// Multifactor: waiting time at which that factor is full; "7 d" unless given.
    pub age_full: Given<String>,
    /// Multifactor: weight of the gang size; 0 unless given.
    pub size: Given<u64>,
    /// Multifactor: weight of the priority; 0 unless given.
    pub priority: Given<u64>,
    /// Multifactor: weight of the tenant's fair share; 1000 unless given.
    pub fair_share: Given<u64>,
}

/// Disciplines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QueueKind {
    /// Order of arrival; a job that does not fit blocks the pools that it may use.
    Fifo,
    /// Order of arrival; what does not fit is skipped.
    FitFirst,
    /// Shortest requested time first.
    Sjf,
    /// Shortest remaining requested time first, preemptive.
    Srtf,
    /// Most urgent first.
    Priority,
    /// EASY backfilling.
    Easy,
    /// Conservative backfilling.
    Conservative,
    /// Least attained service first, preemptive.
    LeastAttained,
    /// The tenant with the least decayed use first.
    FairShare,
    /// The tenant with the least dominant share over GPU types first (DRF).
    DominantShare,
    /// A weighted sum of age, size, urgency and fair share.
    Multifactor,
}

/// Where.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["kind"]))]
pub struct PlacementSpec {
    /// The rule.
    pub kind: Given<PlacementKind>,
    /// Private first: when a job may leave owned capacity; at once unless given.
    pub spill: Given<SpillSpec>,
    /// Cheapest, and those that rank all pools: never rent above this price.
    pub price_ceiling: Given<String>,
    /// Weighted: what one unit of each term is worth.
    pub weights: Given<WeightsSpec>,
    /// Latency first, weighted: the site from which nearness is measured.
    pub from: Given<String>,
    /// Spread: whose jobs; "tenant" unless given.
    pub by: Given<SpreadByKind>,
    /// Deadline aware: by how much sooner than its deadline a job should be over; nothing unless given.
    pub slack: Given<String>,
}

/// Placement rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlacementKind {
    /// Owned pools only.
    PrivateOnly,
    /// Rented pools only.
    PublicOnly,
    /// Owned pools first, rented ones when the spill test says so.
    PrivateFirst,
    /// The pool in which the job's work costs least now.
    Cheapest,
    /// Of all pools that with the least weighted sum of cost, delay, data, latency, carbon and fragmentation.
    Weighted,
    /// Where its data lie; else where the fewest bytes must move.
    DataGravity,
    /// The nearest first.
    LatencyFirst,
    /// Where the run is expected to emit least at the intensity of the moment.
    CarbonAware,
    /// The site where the tenant (or the class) has the fewest GPUs now.
    Spread,
    /// The cheapest while the deadline can still be met, waiting for it included; then whatever is over soonest.
    DeadlineAware,
}

/// When a job may leave owned capacity: one test, and a price that is never exceeded.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SpillSpec {
    /// It has waited at least this long, such as "30 min".
    pub waited: Given<String>,
    /// Room for it is at least this far away.
    pub expected_delay: Given<String>,
    /// At least so many jobs wait ahead of it.
    pub jobs_ahead: Given<u32>,
    /// Never above this price, such as "4.00 USD/GPU-h".
    pub price_ceiling: Given<String>,
}

/// Where in the line a stopped job waits again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequeueKind {
    /// Before all others.
    Front,
    /// At the place of its first arrival.
    Keep,
    /// Behind all others.
    Back,
}
