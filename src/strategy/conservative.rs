//! Conservative backfilling: each blocked job, up to a depth, holds a reservation, and nobody may delay any.
//!
//! Reservations are made anew in the order of the line at each decision, over the estimates of what runs:
//! when a job ends early the plan is compressed in line order, the classic definition.

use crate::units::{PoolId, ShapeId};
use crate::world::{PoolState, Slot};

use super::Strategy;
use super::plan::Plan;

/// Free GPUs of a pool from now on, as steps: `free[i]` holds from `at[i]` to `at[i + 1]`.
#[derive(Clone, Debug, Default)]
pub(super) struct FreeOver {
    at: Vec<u64>,
    free: Vec<u64>,
}

pub(super) fn decide(strategy: &Strategy, plan: &mut Plan<'_>, depth: u32) {
    let now = plan.world.now;
    let pools = plan.world.pools.len();
    plan.world.order_releases();
    let mut profiles = std::mem::take(&mut plan.pass.profiles);
    profiles.resize_with(pools, FreeOver::default);
    for (profile, state) in profiles.iter_mut().zip(&plan.world.pools) {
        profile.fill(now.0, state);
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
            profiles[pool.index()].earliest(gpus, span) == Some(now.0)
        });
        match offered {
            Ok(pool) if !plan.model.pool(pool).is_rented() => {
                let span = plan.world.jobs[slot].estimate_end.since(now).0;
                profiles[pool.index()].subtract(now.0, span, gpus);
            }
            Ok(_) => {}
            Err(cause) if cause.is_data() => plan.world.causes.find(shape, now, cause),
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
    strategy
        .owned(shape)
        .iter()
        .enumerate()
        .filter_map(|(rank, &pool)| {
            let end = plan.world.expected_end(plan.model, slot, pool);
            let span = end.since(plan.world.now).0;
            let start = profiles[pool.index()].earliest(gpus, span)?;
            Some((start, rank, pool, span))
        })
        .min()
}

impl FreeOver {
    /// Room for so many steps.
    pub(super) fn reserve(&mut self, steps: usize) {
        self.at.reserve(steps.saturating_sub(self.at.len()));
        self.free.reserve(steps.saturating_sub(self.free.len()));
    }

    /// What is free now, and what will come free by the estimates.
    fn fill(&mut self, now: u64, state: &PoolState) {
        self.at.clear();
        self.free.clear();
        self.at.push(now);
        self.free.push(state.free);
        for (end, release) in state.profile.iter() {
            let last = self.at.len() - 1;
            let free = self.free[last] + u64::from(release.gpus);
            if self.at[last] == end.0 {
                self.free[last] = free;
            } else {
                self.at.push(end.0);
                self.free.push(free);
            }
        }
    }

    /// The earliest start of `gpus` for `span`; `None` if there are never so many.
    fn earliest(&self, gpus: u64, span: u64) -> Option<u64> {
        let mut start: Option<u64> = None;
        for index in 0..self.at.len() {
            if start.is_some_and(|start| self.at[index] >= start.saturating_add(span)) {
                break;
            }
            if self.free[index] < gpus {
                start = None;
            } else if start.is_none() {
                start = Some(self.at[index]);
            }
        }
        start
    }

    /// Takes `gpus` away from `start` for `span`.
    fn subtract(&mut self, start: u64, span: u64, gpus: u64) {
        let from = self.cut(start);
        let to = self.cut(start.saturating_add(span));
        for free in &mut self.free[from..to] {
            *free = free.saturating_sub(gpus);
        }
    }

    /// Makes a step begin at `at`; returns its index.
    fn cut(&mut self, at: u64) -> usize {
        let index = self.at.partition_point(|&step| step < at);
        if self.at.get(index) != Some(&at) {
            let free = self.free[index - 1];
            self.at.insert(index, at);
            self.free.insert(index, free);
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_found_and_taken() {
        let mut profile = FreeOver {
            at: vec![0, 10, 20],
            free: vec![2, 5, 8],
        };
        assert_eq!(profile.earliest(2, 100), Some(0));
        assert_eq!(profile.earliest(4, 5), Some(10));
        profile.subtract(12, 4, 3);
        assert_eq!(
            (profile.at.clone(), profile.free.clone()),
            (vec![0, 10, 12, 16, 20], vec![2, 5, 2, 5, 8])
        );
        assert_eq!(profile.earliest(4, 5), Some(16));
        assert_eq!(profile.earliest(4, 2), Some(10));
        assert_eq!(profile.earliest(9, 1), None);
    }
}
