//! The choices that make up a strategy: who is next, and where.

use crate::units::{Price, Span};

use super::rules::RuleMode;
use super::scored::Scored;
use super::spot::SpotPolicy;

/// One strategy of the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategySettings {
    /// Its name.
    pub name: String,
    /// Who is next.
    pub discipline: Discipline,
    /// Where.
    pub placement: Placement,
    /// How it uses capacity that its provider may take back; `None`: as any other.
    pub spot: Option<SpotPolicy>,
    /// Where in the line a preempted job waits again.
    pub requeue: Requeue,
    /// Whether it goes on all the same once a budget is used up, which is then counted.
    pub overspends: bool,
    /// Modes to which it holds rules, whatever else is said of them: what it would be without a rule.
    pub rules: Vec<(u16, RuleMode)>,
}

/// Who is next: the order of the line, and what a job that does not fit means for those behind it.
#[derive(Clone, Debug, PartialEq)]
pub enum Discipline {
    /// Order of arrival; a job that does not fit blocks the pools that it may use.
    Fifo,
    /// Order of arrival; what does not fit is skipped.
    FitFirst,
    /// Shortest requested time first; blocks like FIFO.
    ShortestFirst,
    /// Shortest remaining requested time first, preemptive; what does not fit is skipped.
    ShortestRemaining,
    /// Most urgent first; blocks like FIFO.
    Priority,
    /// EASY backfilling: the first job that does not fit holds a reservation on its home pool.
    Easy,
    /// Conservative backfilling: each blocked job holds a reservation, up to a depth.
    Conservative {
        /// How many blocked jobs hold one.
        depth: u32,
    },
    /// Least attained service (GPU-time received so far) first, preemptive, in discrete levels.
    LeastAttained {
        /// Upper bounds of the levels but the last, in GPU-time.
        levels: Vec<Span>,
    },
    /// The tenant with the least decayed use per weight first; what does not fit is skipped.
    FairShare {
        /// Time in which past use loses half its weight.
        half_life: Span,
        /// Weight of each tenant, in ‰, by tenant id.
        weights: Vec<u64>,
    },
    /// The tenant with the least dominant share (DRF) over GPU types first; what does not fit is skipped.
    DominantShare {
        /// Weight of each tenant, in ‰, by tenant id.
        weights: Vec<u64>,
    },
    /// A weighted sum of age, size, urgency and fair share; blocks like FIFO.
    Multifactor {
        /// Weight of the waiting time, saturating at `age_full`.
        age: u64,
        /// Age at which the age factor is full.
        age_full: Span,
        /// Weight of the gang size.
        size: u64,
        /// Weight of the urgency.
        priority: u64,
        /// Weight of the tenant's fair share.
        fair_share: u64,
        /// Time in which past use loses half its weight.
        half_life: Span,
        /// Weight of each tenant, in ‰, by tenant id.
        weights: Vec<u64>,
    },
}

/// Where a job goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Owned pools only, in file order.
    PrivateOnly,
    /// Rented pools only, cheapest first per unit of work.
    PublicOnly,
    /// Owned pools first; rented ones, cheapest first, when the spill test says so.
    PrivateFirst(Spill),
    /// The pool in which the job's work costs least now, among those with room. Owned capacity is paid for
    /// whether used or not, so using it costs nothing more.
    Cheapest {
        /// Never rent above this price.
        ceiling: Option<Price>,
    },
    /// All pools, owned and rented alike, ranked for each job.
    Scored(Scored),
}

/// When a job that owned capacity cannot hold may be sent to a rented pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spill {
    /// The test.
    pub test: SpillTest,
    /// Never above this price.
    pub ceiling: Option<Price>,
}

/// The test that sends a job out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpillTest {
    /// It has waited at least this long.
    Waited(Span),
    /// By the estimates of what runs, room for it is at least this far away.
    ExpectedDelay(Span),
    /// At least so many jobs wait ahead of it.
    JobsAhead(u32),
}

/// Where a preempted job waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Requeue {
    /// Before all others.
    Front,
    /// At the place of its first arrival.
    #[default]
    Keep,
    /// Behind all others.
    Back,
}
