//! Gangs that lost a part go on with fewer GPUs, and grow again when all of them are to be had.

use crate::model::{Model, Preemption};
use crate::units::ShapeId;

use super::job::{Job, Phase, Slot};
use super::moment::World;

impl Job {
    /// The job with another size.
    pub(super) fn of_shape(&self, model: &Model, shape: ShapeId) -> Self {
        let mut job = *self;
        job.request.shape = shape;
        job.gpus = model.shapes[shape.index()].gpus.occupied();
        job
    }
}

impl World {
    /// A gang that was stopped waits for all its GPUs if they are free in some pool that it may use, else for the
    /// largest of its smaller sizes that fits where it was; if none does, it waits for all.
    pub(super) fn resize(&mut self, model: &Model, slot: Slot) {
        let job = &self.jobs[slot];
        let history = self.jobs.history(job);
        let of = job.request.shape;
        let before = history.and_then(|history| history.whole);
        if before.is_none() && !history.is_some_and(|history| history.interrupted) {
            return;
        }
        let whole = before.map_or(of, |(whole, _)| whole);
        let fits = |pool, shape: ShapeId| {
            let gpus = model.shapes[shape.index()].gpus.occupied();
            self.pool(pool).fits(gpus)
        };
        let class = &model.classes[model.class_of(whole).index()];
        let smaller = if class.pools.iter().any(|&pool| fits(pool, whole)) {
            None
        } else {
            let mut sizes = model.elastic.smaller(whole).iter();
            sizes.find(|size| fits(job.pool, size.shape)).copied()
        };
        let shape = smaller.map_or(whole, |size| size.shape);
        let resized = job.of_shape(model, shape);
        self.jobs[slot] = resized;
        let history = self.jobs.history_mut(slot);
        history.whole = smaller.map(|size| (whole, size.speed));
        history.shrinks += u32::from(smaller.is_some() && shape != of);
    }

    /// Whether a gang that runs with fewer GPUs than it asked for could have all of them where it is.
    pub fn may_grow(&self, model: &Model, slot: Slot) -> bool {
        let job = &self.jobs[slot];
        let whole = self.jobs.history(job).and_then(|history| history.whole);
        let Some((whole, _)) = whole.filter(|_| job.phase == Phase::Running) else {
            return false;
        };
        let class = &model.classes[model.class_of(whole).index()];
        let keeps = matches!(class.preemption, Preemption::Checkpoint { .. });
        let free = self.pool(job.pool).free + job.gpus;
        keeps && model.shapes[whole.index()].gpus.occupied() <= free
    }

    /// The speed of a job in ‰ of the reference GPU type where a gang of its whole size runs at `speed`.
    #[inline]
    pub(super) fn speed_of(&self, model: &Model, job: &Job, speed: u32) -> u32 {
        if model.elastic.is_empty() {
            return speed;
        }
        let whole = self.jobs.history(job).and_then(|history| history.whole);
        whole.map_or(speed, |(_, share)| (speed * share / 1000).max(1))
    }
}
