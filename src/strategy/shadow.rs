//! When a job would fit, by the estimates of what runs and what maintenance is announced.

use crate::units::{PoolId, SimTime};
use crate::world::{Shadow, Slot};

use super::plan::Plan;

/// The earliest instant at which a job fits into a pool by count, until its expected end, and what is left over
/// all that time; `None` if never.
pub(super) fn shadow(plan: &mut Plan<'_>, slot: Slot, pool: PoolId) -> Option<Shadow> {
    let gpus = plan.world.jobs[slot].gpus;
    if !plan.world.pool(pool).has_windows() {
        return plan.world.shadow(pool, gpus);
    }
    plan.world.order_releases();
    let end = plan.world.expected_end(plan.model, slot, pool);
    let span = end.since(plan.world.now).0;
    let mut free = std::mem::take(&mut plan.pass.free_over);
    free.fill(plan, pool);
    let saves = plan.world.saves(plan.model, slot);
    let found = free.earliest(gpus, span, saves).map(|at| Shadow {
        at: SimTime(at),
        extra: free.least(at, span) - free.closed(at, span, saves) - gpus,
    });
    plan.pass.free_over = free;
    found
}
