//! The books of one pool: every milli-GPU·ms and every tick in exactly one account.

use crate::journal::{Bucket, Drawn, GpuTime};
use crate::units::Money;

/// What a pool's capacity was used for and what it cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// GPU-time that jobs held, by bucket.
    pub used: GpuTime,
    /// What jobs were charged for it.
    pub used_cost: Money,
    /// GPU-time that the provider charged for so far; owned pools are charged at the horizon.
    pub charged: u128,
    /// What the provider charged so far.
    pub charged_cost: Money,
    /// What moving results out cost.
    pub egress_cost: Money,
    /// What jobs drew from the wall, where somebody counts.
    pub drawn: Drawn,
    /// What was drawn besides; while jobs are booked before capacity is, below zero.
    pub drawn_idle: Drawn,
    /// Instances launched.
    pub launches: u64,
    /// Instances that the provider took away.
    pub reclaims: u64,
    /// Requests that the market refused.
    pub refusals: u64,
    /// Most GPUs held by jobs at once.
    pub peak_gpus: u64,
}

impl Books {
    /// All GPU-time that was paid for, with what no job used as idle.
    pub fn closed(&self) -> GpuTime {
        let mut all = self.used;
        all[Bucket::IdlePaid] += self.charged - self.used.total();
        all
    }
}
