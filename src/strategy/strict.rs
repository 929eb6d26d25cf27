//! Strict order (FIFO, priority, shortest first): a job that does not fit closes the owned pools that it may
//! use for all behind it. With one pool this is the textbook "head of line blocks".

use crate::model::Discipline;

use super::Strategy;
use super::plan::Plan;

pub(super) fn decide(strategy: &Strategy, plan: &mut Plan<'_>) {
    let by_arrival = matches!(strategy.settings.discipline, Discipline::Fifo);
    if plan.world.settled && !plan.world.changes.other && by_arrival {
        // Whoever came stands behind a line to which everything is closed.
        return;
    }
    plan.world.causes.begin_pass();
    plan.pass.begin(plan.world, plan.model.pools.len());
    let mut open = plan
        .model
        .pools
        .iter()
        .filter(|pool| !pool.is_rented())
        .count();
    while let Some(index) = plan.pass.first() {
        let cursor = plan.pass.cursors[index];
        let offered = strategy.offer(
            plan,
            cursor.slot,
            cursor.shape,
            cursor.place,
            |plan, pool| !plan.pass.closed[pool.index()],
        );
        if let Err(cause) = offered {
            let now = plan.world.now;
            plan.world.causes.find(cursor.shape, now, cause);
            for &pool in strategy.owned(cursor.shape) {
                let closed = &mut plan.pass.closed[pool.index()];
                open -= usize::from(!*closed);
                *closed = true;
            }
            if open == 0 && !strategy.rents() {
                break;
            }
            if !strategy.must_ask_each(cursor.shape) {
                plan.pass.leave(index);
                continue;
            }
        }
        plan.pass.step(plan.world, index);
    }
    let now = plan.world.now;
    plan.world.causes.end_pass(now);
    plan.world.settled = open == 0 && !strategy.rents();
}
