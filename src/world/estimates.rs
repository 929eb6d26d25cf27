//! What is expected of jobs that wait and run, by their own estimates.

use crate::model::Model;
use crate::units::{PoolId, SimTime, Span};

use super::job::Slot;
use super::moment::World;
use super::placing::restart_span;
use super::profile::Shadow;
use super::stretch::wall;

impl World {
    /// When a job would be expected to end if it started in a pool now: restart, work and checkpoints.
    pub fn expected_end(&self, model: &Model, slot: Slot, pool: PoolId) -> SimTime {
        let job = &self.jobs[slot];
        let shape = job.request.shape;
        let speed = model.pools[pool.index()].speed[model.class_of(shape).index()];
        let done = self.done_at(model, slot, pool);
        let left = Span(job.request.requested.0.saturating_sub(done).max(1));
        let speed = self.speed_of(model, job, speed);
        let span = model.rhythm(shape, pool).wall(wall(left, speed));
        self.now + restart_span(model, job) + span
    }

    /// A job that has its GPUs is expected to end at another time.
    pub(super) fn move_estimate(&mut self, slot: Slot, end: SimTime) {
        let job = &mut self.jobs[slot];
        let before = std::mem::replace(&mut job.estimate_end, end);
        let (gpus, state) = (job.gpus as u32, &mut self.pools[job.pool.index()]);
        if self.keeps_profile && state.rent().is_none() {
            state.profile.remove(before, slot);
            state.profile.insert(end, slot, gpus);
        }
    }

    /// A running job overran its estimate: it is expected to take a little longer.
    pub fn extend_estimate(&mut self, slot: Slot) {
        let job = &self.jobs[slot];
        let tenth = wall(Span(job.request.requested.0 / 10), job.speed);
        let end = self.now + tenth.max(Span::MINUTE);
        self.move_estimate(slot, end);
    }

    /// When `gpus` will be free in a pool by the estimates of what runs there; `None` if never.
    pub fn shadow(&mut self, pool: PoolId, gpus: u64) -> Option<Shadow> {
        let (now, jobs) = (self.now, &self.jobs);
        let state = &mut self.pools[pool.index()];
        state
            .profile
            .shadow(now, state.free, gpus, |slot| jobs.release_of(slot, pool))
    }

    /// The job of a pool whose estimated end comes first, if that is not after now.
    pub fn overdue(&mut self, pool: PoolId) -> Option<Slot> {
        let (now, jobs) = (self.now, &self.jobs);
        self.pools[pool.index()]
            .profile
            .overdue(now, |slot| jobs.release_of(slot, pool))
    }

    /// Puts the estimated ends of all pools in order, now and until the end of the run.
    pub fn order_releases(&mut self) {
        let jobs = &self.jobs;
        for (pool, state) in self.pools.iter_mut().enumerate() {
            let pool = PoolId::from(pool);
            state.profile.order_all(|slot| jobs.release_of(slot, pool));
        }
    }
}
