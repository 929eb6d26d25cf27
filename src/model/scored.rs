//! Placements that rank every pool a job may use, owned and rented alike, by what it would mean to run there.

use crate::units::{Price, SiteId, Span};

/// A placement that ranks pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    /// What it ranks them by.
    pub by: Scoring,
    /// Never rent above this price.
    pub ceiling: Option<Price>,
    /// From where nearness is measured.
    pub from: Option<SiteId>,
}

/// What pools are ranked by; the least comes first. Where two are alike the cheaper counts, then the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scoring {
    /// A weighted sum of all terms.
    Weighted(Weights),
    /// Bytes that must move before the job can run, or that it reads over links while it runs.
    DataGravity,
    /// How long a byte is on its way from [`Scored::from`].
    LatencyFirst,
    /// What the run is expected to emit at the intensity of the moment.
    CarbonAware,
    /// GPUs that the job's group has at the pool's site already.
    Spread(Grouping),
    /// What the run is expected to cost, as long as it ends before its deadline by the estimates; where it would not
    /// anywhere, how soon it ends.
    DeadlineAware {
        /// By how much it should be over sooner.
        slack: Span,
    },
}

/// Who shares a count of GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Jobs of one tenant.
    Tenant,
    /// Jobs of one class.
    Class,
}

/// What one unit of each term is worth in the ledger's currency, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    /// A unit of the currency that the run is expected to cost.
    pub cost: u64,
    /// An hour until it is expected to run.
    pub delay: u64,
    /// A gigabyte that moves for it.
    pub data: u64,
    /// A millisecond on the way from [`Scored::from`].
    pub latency: u64,
    /// A kilogram that the run is expected to emit.
    pub carbon: u64,
    /// A free GPU that is left over beside it on the last node it takes.
    pub fragmentation: u64,
}

impl Scored {
    /// Whether a job may wait for a pool that is full though it could go elsewhere at once.
    pub const fn may_wait(&self) -> bool {
        match self.by {
            Scoring::Weighted(weights) => weights.delay > 0,
            Scoring::DeadlineAware { .. } => true,
            _ => false,
        }
    }

    /// Whether it looks at what pools draw from the wall.
    pub const fn asks_carbon(&self) -> bool {
        match self.by {
            Scoring::Weighted(weights) => weights.carbon > 0,
            Scoring::CarbonAware => true,
            _ => false,
        }
    }

    /// Whether it looks at how far pools are away.
    pub const fn asks_latency(&self) -> bool {
        match self.by {
            Scoring::Weighted(weights) => weights.latency > 0,
            Scoring::LatencyFirst => true,
            _ => false,
        }
    }
}
