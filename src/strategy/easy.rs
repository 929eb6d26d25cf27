//! EASY backfilling (Lifka, 1995): the first job that fits nowhere holds a reservation on its home pool, the
//! finite pool where by the estimates it would fit first. A later job may use that pool if it is expected to
//! end before the reservation, or fits into what the reservation leaves over.
//!
//! The line may be long: once every pool holds a reservation, a shape's next candidate is found by its
//! estimate without walking over those that cannot start.

use crate::journal::Cause;
use crate::units::ShapeId;
use crate::world::{Reservation, Slot};

use super::Strategy;
use super::backfill::{fitting, permitted, step_to_admissible, take_extra};
use super::plan::Plan;
use super::shadow::shadow;

/// Decides; `moved` says whether estimates of running jobs have just moved on.
pub(super) fn decide(strategy: &Strategy, plan: &mut Plan<'_>, moved: bool) {
    let nothing_opened = !plan.world.changes.other && !moved && strategy.refusals_stand();
    if plan.world.settled && nothing_opened {
        arrivals_alone(strategy, plan);
    } else {
        whole_line(strategy, plan);
    }
}

/// Nothing came free and no estimate moved: the reservations stand, and only the new jobs are offered.
fn arrivals_alone(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    if strategy.rents() {
        find_again(strategy, plan);
    }
    for index in 0..plan.world.changes.arrivals.len() {
        let slot = plan.world.changes.arrivals[index];
        let (shape, place) = {
            let job = &plan.world.jobs[slot];
            (job.request.shape, job.place)
        };
        let is_head = plan.world.line.head_place(shape) == place;
        // Rented pools refused the one ahead of it.
        if !is_head && strategy.rents() && !may_start(strategy, plan, slot, shape) {
            continue;
        }
        match strategy.offer(plan, slot, shape, place, |plan, pool| {
            permitted(plan, slot, pool)
        }) {
            Ok(pool) => take_extra(plan, slot, pool),
            Err(cause) if is_head => plan.world.causes.learn(shape, now, cause),
            Err(_) => {}
        }
    }
}

/// What a pass over the whole line would find anew of those who wait: reservations that slip on, and shapes
/// for which those placed since the last pass left no room.
fn find_again(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    let held = plan.world.reservations.iter().flatten();
    plan.world.slips += held.filter(|held| held.at <= now).count() as u64;
    let mut next = plan.world.line.shape_from(0);
    while let Some(shape) = next {
        next = plan.world.line.shape_from(u32::from(shape.0) + 1);
        let gpus = strategy.gpus_of(shape);
        if fitting(strategy, plan, shape, gpus).next().is_none() {
            plan.world.causes.fill_up(shape, now);
        }
    }
}

fn whole_line(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    plan.world.reservations.fill(None);
    plan.world.causes.begin_pass();
    plan.pass.begin(plan.world, plan.model.pools.len());
    let mut unreserved = strategy.owned_in_use();
    while let Some(index) = plan.pass.first() {
        let cursor = plan.pass.cursors[index];
        let shape = cursor.shape;
        let slot = plan.world.line.slot_at(shape, cursor.place);
        let offered = strategy.offer(plan, slot, shape, cursor.place, |plan, pool| {
            permitted(plan, slot, pool)
        });
        match offered {
            Ok(pool) => take_extra(plan, slot, pool),
            Err(cause) if plan.lets_others_pass(cause) => {
                // It is no candidate before its data are there, or a service answers: it reserves nothing.
                plan.world.causes.find(shape, now, cause);
                if plan.pass.over_quota {
                    // Others of its shape may have room in a quota of their own.
                    plan.pass.step(plan.world, index);
                } else {
                    plan.pass.leave(index);
                }
                continue;
            }
            Err(cause) => {
                if !cursor.blocked {
                    plan.world.causes.find(shape, now, cause);
                    plan.pass.cursors[index].blocked = true;
                    // Where every pool holds a reservation, nobody gets another.
                    let reserved = unreserved > 0 && reserve(strategy, plan, slot, shape);
                    unreserved -= usize::from(reserved);
                    if reserved && unreserved == 0 {
                        narrow(strategy, plan);
                        continue;
                    }
                }
            }
        }
        advance(strategy, plan, index, unreserved == 0);
    }
    plan.world.causes.end_pass(now);
    plan.world.settled = unreserved == 0;
}

/// Reserves for a blocked job on its home pool; says whether it holds a reservation now.
fn reserve(strategy: &Strategy, plan: &mut Plan<'_>, slot: Slot, shape: ShapeId) -> bool {
    let now = plan.world.now;
    let awaited = plan.pass.awaited;
    let home = strategy
        .owned(shape)
        .iter()
        .enumerate()
        .filter(|(_, pool)| awaited.is_none_or(|awaited| awaited == **pool))
        .filter_map(|(rank, &pool)| {
            shadow(plan, slot, pool).map(|shadow| (shadow.at, rank, pool, shadow.extra))
        })
        .min();
    let Some((at, _, pool, extra)) = home else {
        return false;
    };
    if plan.world.reservations[pool.index()].is_some() {
        return false;
    }
    if at == now {
        // Enough GPUs are free by count but not where the packing needs them: the reservation slips.
        plan.world.slips += 1;
    }
    plan.world.reservations[pool.index()] = Some(Reservation { slot, at, extra });
    true
}

/// Every pool holds a reservation now: each shape goes on with its first job that could start at all.
fn narrow(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    let mut index = plan.pass.cursors.len();
    while index > 0 {
        index -= 1;
        let cursor = plan.pass.cursors[index];
        if strategy.must_ask_each(cursor.shape) || !strategy.rented(cursor.shape).is_empty() {
            if cursor.blocked {
                advance(strategy, plan, index, true);
            }
            continue;
        }
        let gpus = strategy.gpus_of(cursor.shape);
        if fitting(strategy, plan, cursor.shape, gpus).next().is_none() {
            if !cursor.blocked {
                plan.world.causes.find(cursor.shape, now, Cause::Capacity);
            }
            plan.pass.leave(index);
            continue;
        }
        if !cursor.blocked {
            let slot = plan.world.line.slot_at(cursor.shape, cursor.place);
            if may_start(strategy, plan, slot, cursor.shape) {
                // The pass will come to it in its turn.
                continue;
            }
            plan.world.causes.find(cursor.shape, now, Cause::Order);
            plan.pass.cursors[index].blocked = true;
        }
        advance(strategy, plan, index, true);
    }
}

fn may_start(strategy: &Strategy, plan: &Plan<'_>, slot: Slot, shape: ShapeId) -> bool {
    let gpus = plan.world.jobs[slot].gpus;
    fitting(strategy, plan, shape, gpus).any(|pool| permitted(plan, slot, pool))
}

/// Moves a shape on to its next job; `skip` walks over jobs that no reservation lets through.
fn advance(strategy: &Strategy, plan: &mut Plan<'_>, index: usize, skip: bool) {
    let cursor = plan.pass.cursors[index];
    let ask_each = strategy.must_ask_each(cursor.shape);
    // Reservations say nothing about rented pools: who may go out is asked until one of the shape is refused.
    let skip = skip && strategy.rented(cursor.shape).is_empty();
    if ask_each || !(skip || cursor.blocked) {
        plan.pass.step(plan.world, index);
        return;
    }
    step_to_admissible(strategy, plan, index);
}
