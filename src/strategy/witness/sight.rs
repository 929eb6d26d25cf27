//! One pool as a decision found it.

use crate::journal::Bar;
use crate::model::Model;
use crate::units::{PoolId, Price, ShapeId};
use crate::world::{PoolState, Refusal, Slot, World};

use super::super::candidates::unit_cost;

/// One pool as a decision found it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    pub(super) pool: PoolId,
    /// What stands in the way, budgets left aside unless the pool was asked.
    pub(super) bar: Option<Refusal>,
    pub(super) asked: bool,
    pub(super) price: Price,
}

/// What stands between a job and a pool, budgets left aside.
pub(super) fn bar_to(model: &Model, world: &World, slot: Slot, pool: PoolId) -> Option<Refusal> {
    let (terms, state) = (model.pool(pool), world.pool(pool));
    let gpus = world.jobs[slot].gpus;
    let fits = state.fits(gpus);
    let is_open = terms.is_rented() || fits && world.has_room_beside_windows(model, slot, pool);
    if !is_open {
        return Some(Refusal::Full);
    }
    if let Err(why) = world.may_start(model, slot, pool) {
        return Some(why);
    }
    if fits {
        return None;
    }
    let instances = PoolState::instances_for(terms, gpus);
    if !state.may_rent(terms, gpus) {
        Some(Refusal::Quota)
    } else if world.now < state.refused_until || !state.doubt.may_ask(instances) {
        Some(Refusal::SoldOut)
    } else {
        None
    }
}

/// Where a pool stands among those that a decision saw.
pub(super) fn find(sights: &[Sight], pool: PoolId) -> Option<usize> {
    sights.iter().position(|sight| sight.pool == pool)
}

pub(super) fn per_work(model: &Model, shape: ShapeId, sight: &Sight) -> Price {
    let of = &model.shapes[shape.index()];
    // Costs of work are kept in thousandths of a price.
    Price(unit_cost(model, of, sight.pool, sight.price) / 1000)
}

pub(super) const fn bar(why: Refusal) -> Bar {
    match why {
        Refusal::Full => Bar::Full,
        Refusal::Quota | Refusal::OverQuota => Bar::Quota,
        Refusal::SoldOut => Bar::SoldOut,
        Refusal::Unstaged => Bar::Unstaged,
        Refusal::Withheld(cause) => Bar::Withheld(cause),
        Refusal::Envelope => Bar::Envelope,
        Refusal::Budget(sheds) => Bar::Budget(sheds),
    }
}
