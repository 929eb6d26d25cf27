//! What every plan on the same estate pays, whatever it does.

use crate::journal::{Bucket, Item, PoolRecord};
use crate::model::{Model, PowerMeter};
use crate::units::{MilliGpus, Money, SimTime};

use super::allowed::Allowed;

/// What owned, hosted and reserved capacity costs, after the best discount there could be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Owned {
    /// All of it.
    pub(super) all: Money,
    /// Without that of providers to whom spend was promised.
    pub(super) elsewhere: Money,
}

/// Adds up the charges of pools that are not rented by the instance.
pub(super) fn owned(model: &Model, allowed: &Allowed, pools: &[PoolRecord]) -> Owned {
    let mut owned = Owned::default();
    for record in pools.iter().filter(|record| !record.rented) {
        let index = record.pool.index();
        debug_assert!(!model.pools[index].is_rented());
        let cost = share(record.charged, allowed.keeps[index]);
        owned.all += cost;
        if !allowed.promised[index] {
            owned.elsewhere += cost;
        }
    }
    owned
}

/// A part of an amount, in millionths, rounded down.
fn share(amount: Money, millionths: u128) -> Money {
    let (whole, rest) = (amount.0 / 1_000_000, amount.0 % 1_000_000);
    let millionths = millionths as i128;
    Money(whole * millionths + rest * millionths / 1_000_000)
}

/// GPU-time of an owned pool that some job could have used.
pub(super) fn usable(record: &PoolRecord) -> u128 {
    record.gpu_time.total() - record.gpu_time[Bucket::Down]
}

/// The least that the meter charges: of all that is up at least what does nothing draws, and where prices are below
/// zero everything may have drawn the most.
pub(super) fn electricity(model: &Model, pools: &[PoolRecord], end: SimTime) -> Money {
    let of = |record: &PoolRecord| {
        let meter = model
            .power
            .meter(record.pool)
            .filter(|meter| meter.billed)?;
        Some(metered(meter, record, model.pool(record.pool).gpus(), end))
    };
    pools.iter().filter_map(of).sum()
}

fn metered(meter: &PowerMeter, record: &PoolRecord, gpus: u64, end: SimTime) -> Money {
    let all = MilliGpus::whole(gpus);
    let quiet = if meter.busy.milliwatts < meter.idle.milliwatts {
        &meter.busy
    } else {
        &meter.idle
    };
    let rates = |of: &crate::model::Draw| of.cost.steps().map(|step| step.1).collect::<Vec<_>>();
    let lowest = rates(quiet).into_iter().min().unwrap_or(0);
    if lowest < 0 {
        let below = |of: &crate::model::Draw| -> i128 {
            let steps: Vec<(SimTime, i64)> = of.cost.steps().collect();
            let ends = steps
                .iter()
                .skip(1)
                .map(|step| step.0)
                .chain([SimTime::NEVER]);
            let parts = steps.iter().zip(ends).map(|(&(from, rate), to)| {
                let span = to.min(end).0.saturating_sub(from.0);
                i128::from(rate.min(0)) * i128::from(span)
            });
            parts.sum()
        };
        return Money(i128::from(all.0) * below(&meter.busy).min(below(&meter.idle)));
    }
    let up = usable(record);
    let least = up as i128 * i128::from(lowest);
    let whole = u128::from(all.0) * u128::from(end.0);
    if record.gpu_time.total() != whole {
        return Money(least);
    }
    // All of it is there all the time: what it draws at rest, less what was down at the worst of times.
    let highest = rates(quiet).into_iter().max().unwrap_or(0);
    let rest = quiet.over(all, SimTime::ZERO, end).cost.0;
    let down = (whole - up) as i128 * i128::from(highest);
    Money(least.max(rest - down))
}

/// What at most comes back of what was settled before the run; and the tiers of discounts are rounded, each by less
/// than a tick.
pub(super) fn comes_back(model: &Model) -> Money {
    let balances = model.initial.balances.iter();
    let settled: Money = balances.map(|balance| balance.settled).sum();
    let discounts = model.commitments.discounts.iter();
    let tiers: usize = discounts.map(|discount| discount.tiers.len()).sum();
    settled + Money(tiers as i128 * MONTHS_MAX)
}

/// More months than any run has.
const MONTHS_MAX: i128 = 10_000;

/// All that was promised to providers for the time of the run; nothing where something was settled before.
pub(super) fn promised(model: &Model, end: SimTime) -> Money {
    if !model.initial.balances.is_empty() {
        return Money::ZERO;
    }
    let nothing = |_| Vec::new();
    let due = model
        .commitments
        .settle(model.epoch, end, &model.initial, nothing);
    let owed = due.iter().filter(|line| line.item == Item::Shortfall);
    owed.map(|line| line.amount).sum()
}
