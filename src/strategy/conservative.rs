//! Conservative backfilling: each blocked job, up to a depth, holds a reservation, and nobody may delay any.
//!
//! Reservations are made anew in the order of the line at each decision, over the estimates of what runs:
//! when a job ends early the plan is compressed in line order, the classic definition.

use crate::units::{PoolId, ShapeId};
use crate::world::Slot;

use super::Strategy;
use super::free_over::FreeOver;
use super::plan::Plan;

pub(super) fn decide(strategy: &Strategy, plan: &mut Plan<'_>, depth: u32) {
    let now = plan.world.now;
    let pools = plan.world.pools.len();
    plan.world.order_releases();
    let mut profiles = std::mem::take(&mut plan.pass.profiles);
    profiles.resize_with(pools, FreeOver::default);
    for (index, profile) in profiles.iter_mut().enumerate() {
        let pool = PoolId::from(index);
        let per_node = plan.model.pool(pool).gpus_per_node;
        profile.fill(now, plan.world.pool(pool), per_node);
    }
    plan.world.causes.begin_pass();
    plan.pass.begin(plan.world, pools);
    let mut blocked = 0;
    while let Some(index) = plan.pass.first() {
        if blocked >= depth {
            break;
        }
        let cursor = plan.pass.cursors[index];
        let shape = cursor.shape;
        let slot = plan.world.line.slot_at(shape, cursor.place);
        let gpus = plan.world.jobs[slot].gpus;
        let offered = strategy.offer(plan, slot, shape, cursor.place, |plan, pool| {
            let end = plan.world.expected_end(plan.model, slot, pool);
            let span = end.since(now).0;
            // Placing looks by itself at which nodes are about to be closed.
            profiles[pool.index()].earliest_open(gpus, span) == Some(now.0)
        });
        match offered {
            // Who has the place of others takes nothing that was free.
            Ok(pool) if !plan.model.pool(pool).is_rented() && !plan.pass.reclaimed => {
                let span = plan.world.jobs[slot].estimate_end.since(now).0;
                profiles[pool.index()].subtract(now.0, span, gpus);
            }
            Ok(_) => {}
            Err(cause) if plan.lets_others_pass(cause) => {
                plan.world.causes.find(shape, now, cause);
            }
            Err(cause) => {
                blocked += 1;
                plan.world.causes.find(shape, now, cause);
                if let Some((start, _, pool, span)) = home(strategy, plan, &profiles, slot, shape) {
                    plan.world.slips += u64::from(start == now.0);
                    profiles[pool.index()].subtract(start, span, gpus);
                }
            }
        }
        plan.pass.step(plan.world, index);
    }
    plan.world.causes.end_pass(now);
    plan.pass.profiles = profiles;
}

/// The owned pool in which a job would start first, with its rank and how long it is expected to run there.
fn home(
    strategy: &Strategy,
    plan: &Plan<'_>,
    profiles: &[FreeOver],
    slot: Slot,
    shape: ShapeId,
) -> Option<(u64, usize, PoolId, u64)> {
    let gpus = plan.world.jobs[slot].gpus;
    let saves = plan.world.saves(plan.model, slot);
    let awaited = plan.pass.awaited;
    strategy
        .owned(shape)
        .iter()
        .enumerate()
        .filter(|(_, pool)| awaited.is_none_or(|awaited| awaited == **pool))
        .filter_map(|(rank, &pool)| {
            let end = plan.world.expected_end(plan.model, slot, pool);
            let span = end.since(plan.world.now).0;
            let start = profiles[pool.index()].earliest(gpus, span, saves)?;
            Some((start, rank, pool, span))
        })
        .min()
}
