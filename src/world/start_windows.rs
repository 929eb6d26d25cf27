//! Windows at one moment: which are open, who must leave, and how long work holds GPUs outside of them.

use crate::journal::{Leave, LeaveReason};
use crate::model::{Model, Teardown};
use crate::units::{PoolId, SimTime};

use super::job::{Phase, Slot};
use super::moment::World;

/// Windows at one moment; nothing where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowsState {
    used: bool,
    /// Which let work start, a bit for each.
    admitting: u64,
    /// Which are open, a bit for each.
    open: u64,
    /// Pools in which nobody may start, by pool.
    shut: Vec<bool>,
    /// Milli-GPUs that jobs hold now while no window of theirs is open.
    over: u64,
    /// Up to when their time is counted.
    since: SimTime,
    /// Their time, in milli-GPU·ms.
    overtime: u128,
    /// How often a job was torn down.
    pub torn_down: u64,
}

impl WindowsState {
    /// As it is at time zero, with nobody there.
    pub(super) fn reset(&mut self, model: &Model) {
        let windows = &model.windows;
        *self = Self {
            used: windows.are_used(),
            admitting: windows.admitting(SimTime::ZERO),
            open: windows.open(SimTime::ZERO),
            shut: std::mem::take(&mut self.shut),
            ..Self::default()
        };
        self.shut.clear();
        if self.used {
            self.shut_pools(model);
        }
    }

    /// Whether there are any.
    #[inline]
    pub const fn are_used(&self) -> bool {
        self.used
    }

    /// Which let work start, a bit for each.
    pub const fn admitting(&self) -> u64 {
        self.admitting
    }

    /// Which are open, a bit for each.
    pub const fn open(&self) -> u64 {
        self.open
    }

    /// Whether nobody may start in a pool.
    pub fn is_shut(&self, pool: PoolId) -> bool {
        self.shut.get(pool.index()).is_some_and(|&shut| shut)
    }

    /// GPU-time that jobs held while no window of theirs was open, in milli-GPU·ms.
    pub fn overtime(&self, now: SimTime) -> u128 {
        self.overtime + u128::from(self.over) * u128::from(now.since(self.since).0)
    }

    fn settle(&mut self, now: SimTime) {
        self.overtime = self.overtime(now);
        self.since = now;
    }

    /// A pool is shut if some class may use it, and none of them may start.
    fn shut_pools(&mut self, model: &Model) {
        self.shut.clear();
        for pool in (0..model.pools.len()).map(PoolId::from) {
            let classes = model.classes.iter().enumerate();
            let mut users = classes
                .filter(|(_, class)| class.pools.contains(&pool))
                .peekable();
            let some = users.peek().is_some();
            let shut =
                users.all(|(class, _)| !model.windows.lets(self.admitting, class.into(), pool));
            self.shut.push(some && shut);
        }
    }
}

impl World {
    /// Windows are as they should be now.
    pub fn turn_start_windows(&mut self, model: &Model) {
        let now = self.now;
        self.windows.settle(now);
        self.windows.admitting = model.windows.admitting(now);
        self.windows.open = model.windows.open(now);
        self.windows.shut_pools(model);
        let jobs = self.jobs.living();
        let over = jobs.filter(|&(slot, job)| job.phase.has_gpus() && self.is_over(model, slot));
        self.windows.over = over.map(|(_, job)| job.gpus * 1000).sum();
    }

    /// Whether a job that has GPUs has them while no window of its class is open there.
    fn is_over(&self, model: &Model, slot: Slot) -> bool {
        let job = &self.jobs[slot];
        let class = model.class_of(job.request.shape);
        !model.windows.lets(self.windows.open, class, job.pool)
    }

    /// A job takes GPUs, or gives them back.
    #[cold]
    pub(super) fn count_overtime(&mut self, model: &Model, slot: Slot, begins: bool) {
        if self.is_over(model, slot) {
            let gpus = self.jobs[slot].gpus * 1000;
            self.windows.settle(self.now);
            if begins {
                self.windows.over += gpus;
            } else {
                self.windows.over -= gpus;
            }
        }
    }

    /// Who must leave now that windows changed from these (that let work start, and that were open), in order of
    /// arrival, and how.
    pub fn must_leave(
        &self,
        model: &Model,
        (admitting, open): (u64, u64),
        found: &mut Vec<(Slot, Leave)>,
    ) {
        found.clear();
        let windows = &model.windows;
        let now = &self.windows;
        for (slot, job) in self.jobs.living() {
            if !job.phase.has_gpus() || job.phase == Phase::Saving {
                continue;
            }
            let about = windows.about(model.class_of(job.request.shape), job.pool);
            if about & now.admitting != 0 {
                continue;
            }
            let over = windows.list.iter().enumerate().find(|&(index, window)| {
                let bit = about & 1 << index;
                match window.teardown {
                    Teardown::Finish => false,
                    Teardown::Checkpoint => bit & admitting != 0,
                    Teardown::Stop => bit & open & !now.open != 0,
                }
            });
            found.extend(over.map(|(index, window)| {
                let leave = Leave {
                    why: LeaveReason::Window(index as u16),
                    saves: window.teardown == Teardown::Checkpoint,
                };
                (slot, leave)
            }));
        }
        found.sort_unstable_by_key(|&(slot, _)| self.jobs[slot].id);
    }

    /// Instances of a rented pool that nobody uses, each with the generation by which it is given back.
    pub fn idle_instances(&self, pool: PoolId) -> Vec<(u32, u32)> {
        let Some(rent) = self.pool(pool).rent() else {
            return Vec::new();
        };
        let held = (0..rent.slots()).filter(|&instance| rent.is_held(instance));
        let idle = held.filter(|&instance| rent.instance(instance).busy == 0);
        idle.map(|instance| (instance, rent.instance(instance).generation))
            .collect()
    }
}
