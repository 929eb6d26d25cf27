//! Gangs that lost a part go on with fewer GPUs, and grow again when all of them are to be had.

use crate::model::{Model, Preemption, Smaller};
use crate::units::{PoolId, ShapeId};

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
    /// A gang that just lost its place waits for all its GPUs if they are free in some pool that it may use, else for
    /// the largest of its smaller sizes that fits where it was; if none does, it waits for all.
    pub(super) fn resize(&mut self, model: &Model, slot: Slot) {
        let job = &self.jobs[slot];
        let history = self.jobs.history(job);
        let before = history.and_then(|history| history.whole);
        if before.is_none() && !history.is_some_and(|history| history.interrupted) {
            return;
        }
        let whole = before.map_or(job.request.shape, |(whole, _)| whole);
        let fits = |pool, shape: ShapeId| {
            let gpus = model.shapes[shape.index()].gpus.occupied();
            self.pool(pool).fits(gpus)
                && self.is_usable(shape, pool)
                && self.may_start(model, slot, pool).is_ok()
        };
        let usable = &self.usable[whole.index()];
        let smaller = if usable.iter().any(|&pool| fits(pool, whole)) {
            None
        } else {
            let mut sizes = model.elastic.smaller(whole).iter();
            sizes.find(|size| fits(job.pool, size.shape)).copied()
        };
        self.set_size(model, slot, whole, smaller);
    }

    /// A gang that lost its place, and that a market just refused, asks for the next smaller size.
    pub(super) fn shrink(&mut self, model: &Model, slot: Slot) {
        let job = &self.jobs[slot];
        let Some(history) = self.jobs.history(job).filter(|history| history.interrupted) else {
            return;
        };
        let whole = history.whole.map_or(job.request.shape, |(whole, _)| whole);
        let now = model.shapes[job.request.shape.index()].gpus;
        let mut sizes = model.elastic.smaller(whole).iter();
        let next = sizes.find(|size| model.shapes[size.shape.index()].gpus < now);
        if let Some(&next) = next {
            self.set_size(model, slot, whole, Some(next));
        }
    }

    pub(super) fn set_size(
        &mut self,
        model: &Model,
        slot: Slot,
        whole: ShapeId,
        smaller: Option<Smaller>,
    ) {
        let shape = smaller.map_or(whole, |size| size.shape);
        self.jobs[slot] = self.jobs[slot].of_shape(model, shape);
        let history = self.jobs.history_mut(slot);
        history.whole = smaller.map(|size| (whole, size.speed));
    }

    /// Whether the strategy in force, with its rules, doors and windows, may send jobs of a shape to a pool.
    fn is_usable(&self, shape: ShapeId, pool: PoolId) -> bool {
        self.usable[shape.index()].contains(&pool)
    }

    /// Whether a gang that runs with fewer GPUs than it asked for could start with all of them where it is.
    pub fn may_grow(&self, model: &Model, slot: Slot) -> bool {
        let job = &self.jobs[slot];
        let whole = self.jobs.history(job).and_then(|history| history.whole);
        let Some((whole, _)) = whole.filter(|_| job.phase == Phase::Running) else {
            return false;
        };
        let class = &model.classes[model.class_of(whole).index()];
        let keeps = matches!(class.preemption, Preemption::Checkpoint { .. });
        let state = self.pool(job.pool);
        let more = model.shapes[whole.index()].gpus.occupied() - job.gpus;
        // What it holds must be there for it again: not on nodes that are about to take no work.
        let stays = |(node, _): (u32, u32)| !state.is_shut(node);
        keeps
            && state.fits(more)
            // With its usual batch it may need more memory than there is, too.
            && self.is_usable(whole, job.pool)
            && !state.has_windows()
            && state.parts(job.holding, job.gpus).all(stays)
            && self.may_start(model, slot, job.pool).is_ok()
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
