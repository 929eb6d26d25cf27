//! What capacity was paid for and what it did, over one pool or several.

use crate::journal::{Bucket, Drawn, GpuTime, PoolRecord};
use crate::units::Money;

use super::cell::Cell;

/// Milli-GPU·ms in one GPU-hour.
const GPU_HOUR: f64 = 3.6e9;

/// The books of some pools of one replication, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// GPU-time paid for, by bucket.
    pub gpu_time: GpuTime,
    /// What the capacity cost.
    pub charged: Money,
    /// The part of it that no job used.
    pub idle: Money,
    /// What moving results out cost.
    pub egress: Money,
    /// What GPUs drew from the wall, where somebody counts.
    pub drawn: Drawn,
    /// What links cost by the hour, of the whole run.
    pub links: Money,
    /// What keeping data sets cost, of the whole run.
    pub storage: Money,
    /// What people cost who reacted to alarms, of the whole run.
    pub people: Money,
    /// What transforms of data cost.
    pub transforms: Money,
    /// What looking at what was made cost.
    pub validations: Money,
    /// What providers gave back, of the whole run.
    pub discounts: Money,
    /// What was promised to providers and not spent, of the whole run.
    pub shortfall: Money,
    /// Instances launched.
    pub launches: u64,
    /// Instances that their provider took away.
    pub reclaims: u64,
    /// Requests that the market refused.
    pub refusals: u64,
    /// Most GPUs held by jobs at one instant, added over the pools: with several pools an upper bound of
    /// the joint peak.
    pub peak_gpus: u64,
}

impl Books {
    /// Adds one pool.
    pub fn add(&mut self, record: &PoolRecord) {
        self.gpu_time.add(&record.gpu_time);
        self.charged += record.charged;
        self.idle += record.idle_cost;
        self.egress += record.egress_cost;
        self.drawn += record.drawn;
        self.launches += record.launches;
        self.reclaims += record.reclaims;
        self.refusals += record.refusals;
        self.peak_gpus += record.peak_gpus;
    }

    /// Adds the books of other pools.
    pub fn join(&mut self, other: &Self) {
        self.gpu_time.add(&other.gpu_time);
        self.charged += other.charged;
        self.idle += other.idle;
        self.egress += other.egress;
        self.drawn += other.drawn;
        self.launches += other.launches;
        self.reclaims += other.reclaims;
        self.refusals += other.refusals;
        self.peak_gpus += other.peak_gpus;
    }

    /// Capacity, electricity by the meter, egress, links, storage, people who react to alarms and what terms with providers change, together.
    pub fn cost(&self) -> Money {
        let kept = self.storage + self.transforms + self.validations;
        let carried = self.egress + self.links + kept + self.people;
        self.charged + self.drawn.cost + carried + self.shortfall - self.discounts
    }

    /// Total cost per GPU-hour of useful work.
    pub fn cost_per_useful(&self) -> Cell {
        Cell::ratio(self.cost().as_units(), self.hours(Bucket::Useful))
    }

    /// Total cost above a bound, over the bound.
    pub fn over_bound(&self, bound: Money) -> Cell {
        let over = (self.cost() - bound).as_units();
        if bound <= Money::ZERO {
            return Cell::default();
        }
        Cell::ratio(over, bound.as_units())
    }

    /// Kilowatt-hours per GPU-hour of useful work.
    pub fn energy_per_useful(&self) -> Cell {
        let drawn = self.drawn.energy.as_kilowatt_hours();
        Cell::ratio(drawn, self.hours(Bucket::Useful))
    }

    /// The share of paid GPU-time that jobs held.
    pub fn allocated(&self) -> Cell {
        Cell::ratio(gpu_hours(self.gpu_time.allocated()), self.paid_hours())
    }

    /// The share of paid GPU-time that was useful.
    pub fn useful(&self) -> Cell {
        Cell::ratio(self.hours(Bucket::Useful), self.paid_hours())
    }

    /// GPU-hours of a bucket.
    pub fn hours(&self, bucket: Bucket) -> f64 {
        gpu_hours(self.gpu_time[bucket])
    }

    /// All GPU-hours paid for.
    pub fn paid_hours(&self) -> f64 {
        gpu_hours(self.gpu_time.total())
    }
}

/// Milli-GPU·ms as GPU-hours.
fn gpu_hours(gpu_time: u128) -> f64 {
    gpu_time as f64 / GPU_HOUR
}
