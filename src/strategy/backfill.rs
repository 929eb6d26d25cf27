//! What a reservation leaves to others.

use crate::units::PoolId;
use crate::world::{Phase, Reservation, Slot, World};

use super::plan::Plan;

/// Whether a job may use a pool beside the reservation that is held there.
pub(super) fn permitted(plan: &Plan<'_>, slot: Slot, pool: PoolId) -> bool {
    match plan.world.reservations[pool.index()] {
        None => true,
        Some(Reservation { at, extra, .. }) => {
            plan.world.jobs[slot].gpus <= extra
                || plan.world.expected_end(plan.model, slot, pool) <= at
        }
    }
}

/// A job was placed beside a reservation: if it will still run then, it uses up what is left over.
pub(super) fn take_extra(plan: &mut Plan<'_>, slot: Slot, pool: PoolId) {
    let end = plan.world.jobs[slot].estimate_end;
    let gpus = plan.world.jobs[slot].gpus;
    if let Some(reservation) = &mut plan.world.reservations[pool.index()]
        && end > reservation.at
    {
        reservation.extra -= gpus;
    }
}

/// Jobs that run longer than they were expected to: their estimates move on. Says whether any did.
#[inline]
pub(super) fn extend_overdue(plan: &mut Plan<'_>) -> bool {
    let now = plan.world.now;
    let mut pools = plan.world.pools.iter();
    pools.any(|pool| pool.profile.may_be_overdue(now)) && extend_all_overdue(plan)
}

fn extend_all_overdue(plan: &mut Plan<'_>) -> bool {
    let mut moved = false;
    for pool in 0..plan.world.pools.len() {
        while let Some(slot) = overdue(plan.world, PoolId::from(pool)) {
            plan.world.extend_estimate(slot);
            moved = true;
        }
    }
    moved
}

fn overdue(world: &mut World, pool: PoolId) -> Option<Slot> {
    let slot = world.overdue(pool)?;
    (world.jobs[slot].phase == Phase::Running).then_some(slot)
}
