//! Order of arrival, skipping what does not fit.

use crate::units::ShapeId;

use super::Strategy;
use super::backfill::step_to_admissible;
use super::plan::Plan;

pub(super) fn decide(strategy: &Strategy, plan: &mut Plan<'_>) {
    if plan.world.changes.other || strategy.asks_all() {
        whole_line(strategy, plan);
    } else {
        arrivals_alone(strategy, plan);
    }
}

/// Nothing came free: of those that were there none fits, so only the new ones are offered.
fn arrivals_alone(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    for index in 0..plan.world.changes.arrivals.len() {
        let slot = plan.world.changes.arrivals[index];
        let (shape, place) = {
            let job = &plan.world.jobs[slot];
            (job.request.shape, job.place)
        };
        let is_head = plan.world.line.head_place(shape) == place;
        if !is_head && !plan.world.maintains() {
            continue;
        }
        if let Err(cause) = strategy.offer(plan, slot, shape, place, |_, _| true)
            && is_head
        {
            plan.world.causes.learn(shape, now, cause);
        }
    }
}

fn whole_line(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    enter_what_fits(strategy, plan);
    while let Some(index) = plan.pass.first() {
        let cursor = plan.pass.cursors[index];
        let slot = plan.world.line.slot_at(cursor.shape, cursor.place);
        let offered = strategy.offer(plan, slot, cursor.shape, cursor.place, |_, _| true);
        if let Err(cause) = offered {
            if !cursor.blocked {
                plan.world.causes.learn(cursor.shape, now, cause);
                plan.pass.cursors[index].blocked = true;
            }
            if !strategy.must_ask_each(cursor.shape) {
                // Of jobs that are alike the shorter ones may fit before what is announced.
                if !plan.world.maintains() {
                    plan.pass.leave(index);
                    continue;
                }
                if strategy.rented(cursor.shape).is_empty() {
                    step_to_admissible(strategy, plan, index);
                    continue;
                }
            }
        }
        plan.pass.step(plan.world, index);
    }
}

/// Shapes that find room nowhere take no part; they are ascending by gang size, so where only the count
/// matters all behind the first that is larger than what is free are out as well.
fn enter_what_fits(strategy: &Strategy, plan: &mut Plan<'_>) {
    plan.pass.cursors.clear();
    let most_free = plan
        .world
        .pools
        .iter()
        .map(|pool| pool.free)
        .max()
        .unwrap_or(0);
    let now = plan.world.now;
    let mut next = plan.world.line.shape_from(0);
    while let Some(shape) = next {
        next = plan.world.line.shape_from(u32::from(shape.0) + 1);
        let gpus = strategy.gpus_of(shape);
        if gpus > most_free && !strategy.asks_all() {
            blocked_from(plan, shape);
            return;
        }
        if strategy.must_ask_each(shape)
            || !strategy.rented(shape).is_empty()
            || fits_somewhere(strategy, plan, shape, gpus)
        {
            plan.pass.enter(plan.world, shape);
        } else {
            plan.world
                .causes
                .learn(shape, now, crate::journal::Cause::Capacity);
        }
    }
}

fn fits_somewhere(strategy: &Strategy, plan: &Plan<'_>, shape: ShapeId, gpus: u64) -> bool {
    strategy
        .owned(shape)
        .iter()
        .any(|&pool| plan.world.pool(pool).fits(gpus))
}

/// This shape and all larger ones wait for capacity.
fn blocked_from(plan: &mut Plan<'_>, shape: ShapeId) {
    let now = plan.world.now;
    let mut next = Some(shape);
    while let Some(shape) = next {
        plan.world
            .causes
            .learn(shape, now, crate::journal::Cause::Capacity);
        next = plan.world.line.shape_from(u32::from(shape.0) + 1);
    }
}
