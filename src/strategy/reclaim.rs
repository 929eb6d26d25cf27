//! Making room by quota: less urgent jobs of the same quota, and those who borrowed what is somebody's own, are stopped.
//!
//! Whom: in one pool at a time, in the order in which the strategy tries pools; those who borrow first, then those of the
//! own quota; the least urgent first, then who started last; no more than is needed (Kueue's order, and its second look:
//! whoever turns out not to be needed goes on).

use std::cmp::Reverse;

use crate::model::Model;
use crate::units::{JobId, PoolId, ShapeId, SimTime};
use crate::world::{Job, Phase, Promise, Slot, World};

use super::Strategy;
use super::plan::Plan;

impl Strategy {
    /// A job found no room. Where its quotas let it, others are stopped in the first pool where that helps; returns
    /// whether it has that place now. Who must write a checkpoint first keeps it waiting: the room is promised to it.
    #[cold]
    pub(super) fn reclaim(
        &self,
        plan: &mut Plan<'_>,
        slot: Slot,
        shape: ShapeId,
    ) -> Option<PoolId> {
        let mut victims = std::mem::take(&mut plan.pass.victims);
        let mut placed = None;
        for &pool in self.owned(shape) {
            if make_room(plan, slot, pool, &mut victims) {
                plan.world.admit();
                for &victim in &victims {
                    plan.preempt(victim, self.requeue());
                    if plan.world.jobs[victim].phase == Phase::Waiting {
                        // It may have a place elsewhere, at once.
                        plan.wake_at(victim, plan.world.now);
                    }
                }
                let job = &plan.world.jobs[slot];
                let (job, gpus) = (job.id, job.gpus);
                plan.world.promises.make(pool, Promise { slot, job, gpus });
                placed = plan.place(slot, pool).is_ok().then_some(pool);
                break;
            }
        }
        plan.pass.victims = victims;
        placed
    }
}

/// A job that wants a place in a pool.
#[derive(Clone, Copy)]
struct Wish {
    slot: Slot,
    pool: PoolId,
}

/// Whom to stop so that a job has room in a pool; `false` if that does not help, or room is being made already.
fn make_room(plan: &mut Plan<'_>, slot: Slot, pool: PoolId, victims: &mut Vec<Slot>) -> bool {
    victims.clear();
    let now = plan.world.now;
    let (model, world) = (plan.model, &mut *plan.world);
    let Some(flavor) = model.quotas.flavor(pool) else {
        return false;
    };
    let wanted = world.may_start_but_for_quota(model, slot, pool);
    if !world.promises.may_stop(pool, now) || wanted.is_err() {
        return false;
    }
    if let Some(promise) = world.promised(pool) {
        if promise.slot == slot && saving(world, pool) == 0 {
            // All whom it had stopped are gone, and yet it does not fit.
            world.promises.give_up(pool, now);
        }
        return false;
    }
    let wish = Wish { slot, pool };
    let world = &*world;
    for (_, _, _, victim) in candidates(model, world, wish) {
        if suffices(model, world, wish, victims) {
            break;
        }
        let used = |quota| {
            let held = world.quota_use(model, quota, flavor);
            held - gone(model, world, pool, (victims, quota))
        };
        if world.may_stop_for(model, (slot, victim), pool, &used) {
            victims.push(victim);
        }
    }
    if !suffices(model, world, wish, victims) {
        return false;
    }
    // Whoever turns out not to be needed goes on, the last chosen first.
    for index in (0..victims.len()).rev() {
        let victim = victims.remove(index);
        if !suffices(model, world, wish, victims) {
            victims.insert(index, victim);
        }
    }
    !victims.is_empty()
}

/// In which order a running job is stopped: whether it is of a quota of the one who wishes, its priority, and who started
/// last.
type Turn = (bool, i32, Reverse<(SimTime, JobId)>, Slot);

/// Those who run in a pool, in the order in which they would be stopped.
fn candidates(model: &Model, world: &World, wish: Wish) -> Vec<Turn> {
    let runs = |job: &Job| job.phase == Phase::Running && job.pool == wish.pool;
    let running = world.jobs.living().filter(|(_, job)| runs(job));
    let turn = |(victim, job): (Slot, &Job)| {
        let own = (0..model.quotas.list.len()).any(|quota| {
            World::is_of_quota(model, quota, job)
                && World::is_of_quota(model, quota, &world.jobs[wish.slot])
        });
        let last = Reverse((job.started, job.id));
        (own, job.request.priority, last, victim)
    };
    let mut all: Vec<Turn> = running.map(turn).collect();
    all.sort_unstable();
    all
}

/// GPUs of a pool whose jobs write a checkpoint to leave.
fn saving(world: &World, pool: PoolId) -> u64 {
    let living = world.jobs.living();
    let saves = living.filter(|(_, job)| job.phase == Phase::Saving && job.pool == pool);
    saves.map(|(_, job)| job.gpus).sum()
}

/// What a quota would hold less in a pool without those who were chosen, and who save already.
fn gone(model: &Model, world: &World, pool: PoolId, (chosen, quota): (&[Slot], usize)) -> u64 {
    let leaves = |victim: Slot, job: &Job| {
        job.pool == pool && (job.phase == Phase::Saving || chosen.contains(&victim))
    };
    let living = world.jobs.living();
    let gone = living.filter(|&(victim, job)| leaves(victim, job));
    let of_quota = gone.filter(|(_, job)| World::is_of_quota(model, quota, job));
    of_quota.map(|(_, job)| job.gpus).sum()
}

/// Whether a job has room, and is within its quotas, once those who were chosen are gone.
fn suffices(model: &Model, world: &World, wish: Wish, chosen: &[Slot]) -> bool {
    let Wish { slot, pool } = wish;
    let freed: u64 = chosen.iter().map(|&victim| world.jobs[victim].gpus).sum();
    let free = world.pool(pool).free + saving(world, pool) + freed;
    free >= world.jobs[slot].gpus
        && world.within_quotas(model, slot, pool, |quota| {
            gone(model, world, pool, (chosen, quota))
        })
}
