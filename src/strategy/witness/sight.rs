//! One pool as a decision found it.

use crate::journal::{Bar, Considered};
use crate::model::{Masks, Model};
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

pub(super) fn find(sights: &[Sight], pool: PoolId) -> Option<&Sight> {
    sights.iter().find(|sight| sight.pool == pool)
}

pub(super) fn per_work(model: &Model, shape: ShapeId, sight: &Sight) -> Price {
    let of = &model.shapes[shape.index()];
    // Costs of work are kept in thousandths of a price.
    Price(unit_cost(model, of, sight.pool, sight.price) / 1000)
}

pub(super) fn considered(
    model: &Model,
    world: &World,
    shape: ShapeId,
    sight: &Sight,
) -> Considered {
    let masks = world.rules.masks();
    let (fired, refusing, violated, version) = if model.rules.are_used() {
        let version = model.version(masks, shape, sight.pool).unwrap_or(0);
        let whose = model.labelled(shape);
        let data = model.data_refused(masks, (whose, version), sight.pool);
        (
            model
                .rules
                .fired_in(masks.situation, (shape, version), sight.pool)
                & masks.active
                | data,
            model.rules.refusing(masks, (shape, version), sight.pool) | data,
            model.rules.violated(masks, (shape, version), sight.pool),
            version,
        )
    } else {
        (0, 0, 0, 0)
    };
    let unknown = if refusing == 0 {
        0
    } else {
        unknown(model, masks, (shape, version), sight.pool)
    };
    Considered {
        pool: sight.pool,
        place: None,
        fired,
        refusing,
        unknown,
        violated,
        bar: None,
        score: None,
        asked: sight.asked,
        price: sight.price,
        per_work: per_work(model, shape, sight),
        version,
    }
}

/// Of which rules in force it is not known whether they hold. A rule about what moves is asked of all that comes, not of
/// the pool: it is not among them.
fn unknown(model: &Model, masks: Masks, job: (ShapeId, u8), pool: PoolId) -> u128 {
    model.rules.unknown_in(masks.situation, job, pool) & masks.active
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
