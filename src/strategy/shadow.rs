//! When a job would fit, by the estimates of what runs and what maintenance is announced.

use crate::units::PoolId;
use crate::world::{Shadow, Slot};

use super::plan::Plan;

/// The earliest instant at which a job fits into a pool by count, until its expected end, and what is left over
/// all that time; `None` if never.
pub(super) fn shadow(plan: &mut Plan<'_>, slot: Slot, pool: PoolId) -> Option<Shadow> {
    if !plan.world.pool(pool).has_windows() {
        let gpus = plan.world.jobs[slot].gpus;
        return plan.world.shadow(pool, gpus);
    }
    let found = plan.world.shadow_beside_windows(plan.model, slot, pool);
    #[cfg(debug_assertions)]
    assert_eq!(found, scanned(plan, slot, pool), "job {slot:?} in {pool:?}");
    found
}

/// The same by looking at every step and every window.
#[cfg(debug_assertions)]
fn scanned(plan: &Plan<'_>, slot: Slot, pool: PoolId) -> Option<Shadow> {
    let (now, gpus) = (plan.world.now, plan.world.jobs[slot].gpus);
    let span = plan.world.expected_end(plan.model, slot, pool).since(now).0;
    let saves = plan.world.saves(plan.model, slot);
    let per_node = plan.model.pool(pool).gpus_per_node;
    let mut free = super::free_over::FreeOver::default();
    free.fill(now, &plan.world.pool_in_order(pool), per_node);
    free.earliest(gpus, span, saves).map(|at| Shadow {
        at: crate::units::SimTime(at),
        extra: free.least(at, span) - free.closed(at, span, saves) - gpus,
    })
}
