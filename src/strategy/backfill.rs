//! What a reservation leaves to others.

use crate::units::{PoolId, ShapeId, Span};
use crate::world::{Phase, Place, Reservation, Slot, World, work_done};

use super::Strategy;
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
        // Who has the place of others takes nothing that was free.
        && !plan.pass.reclaimed
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
    matches!(world.jobs[slot].phase, Phase::Running | Phase::Staging).then_some(slot)
}

/// The owned pools in which a shape would find room now, whatever is announced.
pub(super) fn fitting<'a>(
    strategy: &'a Strategy,
    plan: &'a Plan<'_>,
    shape: ShapeId,
    gpus: u64,
) -> impl Iterator<Item = PoolId> + 'a {
    strategy
        .owned(shape)
        .iter()
        .copied()
        .filter(move |&pool| plan.world.pool(pool).fits(gpus))
}

/// A shape goes on with its next job that could start at all.
pub(super) fn step_to_admissible(strategy: &Strategy, plan: &mut Plan<'_>, index: usize) {
    let cursor = plan.pass.cursors[index];
    let next = longest_admissible(strategy, plan, cursor.shape)
        .and_then(|limit| next_within(plan, cursor.shape, cursor.place, limit));
    match next {
        Some(place) => {
            plan.pass.cursors[index].place = place;
        }
        None => plan.pass.leave(index),
    }
}

/// The longest requested time (reference ms) with which a job of the shape may start now somewhere; `None`
/// if it fits nowhere.
fn longest_admissible(strategy: &Strategy, plan: &Plan<'_>, shape: ShapeId) -> Option<u64> {
    let of = plan.model.shapes[shape.index()];
    let gpus = strategy.gpus_of(shape);
    // Who may go out too is asked each by itself: only time may stand in the way.
    let stays = strategy.rented(shape).is_empty();
    fitting(strategy, plan, shape, gpus)
        .map(|pool| {
            let reserved = match plan.world.reservations[pool.index()] {
                Some(reservation) if gpus > reservation.extra => {
                    reservation.at.since(plan.world.now)
                }
                _ => Span(u64::MAX),
            };
            let open = if stays {
                plan.world.longest_beside_windows(plan.model, shape, pool)
            } else {
                Span(u64::MAX)
            };
            let speed = plan.model.pools[pool.index()].speed[of.class.index()];
            match reserved.min(open) {
                Span(u64::MAX) => u64::MAX,
                span => work_done(span, speed),
            }
        })
        .max()
}

fn next_within(plan: &Plan<'_>, shape: ShapeId, after: Place, limit: u64) -> Option<Place> {
    plan.world
        .line
        .queue(shape)
        .first_where(
            Some(after),
            |least| least <= limit,
            |waiting| waiting.requested.0 <= limit,
        )
        .map(|(place, _)| place)
}
