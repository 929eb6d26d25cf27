//! Strict order (FIFO, priority, shortest first): a job that does not fit closes the owned pools that it may
//! use for all behind it. With one pool this is the textbook "head of line blocks".

use crate::model::Discipline;
use crate::units::ShapeId;

use super::Strategy;
use super::plan::Plan;

pub(super) fn decide(strategy: &Strategy, plan: &mut Plan<'_>) {
    let by_arrival = matches!(strategy.settings.discipline, Discipline::Fifo);
    if plan.world.settled && !plan.world.changes.other && by_arrival {
        // Whoever came stands behind a line to which everything is closed.
        return;
    }
    if strategy.asks_all() {
        ask_all(strategy, plan);
    } else {
        until_closed(strategy, plan);
    }
}

/// Owned pools only: the pass is over when the last of them is closed.
fn until_closed(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    plan.world.causes.begin_pass();
    plan.pass.blocked.clear();
    plan.pass.closed.clear();
    plan.pass.closed.resize(plan.model.pools.len(), false);
    let mut open = strategy.owned_in_use();
    while let Some(shape) = plan.world.line.first_shape(&plan.pass.blocked) {
        let Some((place, waiting)) = plan.world.line.head(shape) else {
            break;
        };
        let offered = strategy.offer(plan, waiting.slot, shape, place, |plan, pool| {
            !plan.pass.closed[pool.index()]
        });
        if let Err(cause) = offered {
            plan.world.causes.find(shape, now, cause);
            plan.pass.blocked.push(shape);
            if cause.lets_others_pass() {
                continue;
            }
            open -= close(strategy, plan, shape);
            if open == 0 {
                break;
            }
        }
    }
    plan.world.causes.end_pass(now);
    plan.world.settled = open == 0;
}

/// Some may go out: whoever is behind closed pools is offered the rented ones all the same.
fn ask_all(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    plan.world.causes.begin_pass();
    plan.pass.begin(plan.world, plan.model.pools.len());
    while let Some(index) = plan.pass.first() {
        let cursor = plan.pass.cursors[index];
        let slot = plan.world.line.slot_at(cursor.shape, cursor.place);
        let offered = strategy.offer(plan, slot, cursor.shape, cursor.place, |plan, pool| {
            !plan.pass.closed[pool.index()]
        });
        if let Err(cause) = offered {
            plan.world.causes.find(cursor.shape, now, cause);
            if !plan.lets_others_pass(cause) {
                close(strategy, plan, cursor.shape);
            }
            if !strategy.must_ask_each(cursor.shape) {
                plan.pass.leave(index);
                continue;
            }
        }
        plan.pass.step(plan.world, index);
    }
    plan.world.causes.end_pass(now);
    plan.world.settled = false;
}

/// Closes the owned pools of a shape; returns how many were open.
fn close(strategy: &Strategy, plan: &mut Plan<'_>, shape: ShapeId) -> usize {
    let mut closed = 0;
    for &pool in strategy.owned(shape) {
        let flag = &mut plan.pass.closed[pool.index()];
        closed += usize::from(!*flag);
        *flag = true;
    }
    closed
}
