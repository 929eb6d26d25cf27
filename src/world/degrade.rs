//! Jobs that wait, and go on with fewer GPUs or with smaller batches while a failover says so.

use crate::model::{Model, Smaller};
use crate::units::{ClassId, PoolId, ShapeId, Span};

use super::job::{Phase, Slot};
use super::line::Waiting;
use super::moment::World;

impl World {
    /// Jobs of these classes that wait, and find no room as they are, make do with the fastest of what they can that
    /// does: fewer GPUs, smaller batches; in order of arrival, each leaving less room to those behind it. What would
    /// have to be rented is no room, but for smaller batches: whoever else could go there has gone. Returns how many
    /// do so anew.
    #[cold]
    pub fn degrade(&mut self, model: &Model, classes: &[ClassId]) -> u64 {
        let mut anew = 0;
        if model.elastic.is_empty() {
            return anew;
        }
        let waits = |slot: &Slot| {
            let job = &self.jobs[*slot];
            let class = model.class_of(job.request.shape);
            job.phase == Phase::Waiting && classes.contains(&class)
        };
        let mut waiting: Vec<Slot> = self.jobs.living().map(|(slot, _)| slot).collect();
        waiting.retain(waits);
        waiting.sort_unstable_by_key(|&slot| self.jobs[slot].id);
        let mut free: Vec<u64> = self.pools.iter().map(|pool| pool.free).collect();
        for slot in waiting {
            let job = &self.jobs[slot];
            let history = self.jobs.history(job);
            let whole = history.and_then(|history| history.whole);
            let whole = whole.map_or(job.request.shape, |(whole, _)| whole);
            let Some((shape, size)) = self.size_for(model, slot, whole, &mut free) else {
                continue;
            };
            if shape != self.jobs[slot].request.shape {
                self.ask_for(model, slot, whole, size);
                anew += 1;
            }
        }
        anew
    }

    /// Who waits with a smaller batch asks for its usual one again, now that nobody has to make do.
    #[cold]
    pub fn undo_batches(&mut self, model: &Model, classes: &[ClassId]) {
        let mut waiting: Vec<(Slot, ShapeId)> = Vec::new();
        for (slot, job) in self.jobs.living() {
            let class = model.class_of(job.request.shape);
            let mut batches = model.elastic.batches.iter();
            let is_batch = batches.any(|batch| batch.class == class);
            if is_batch && job.phase == Phase::Waiting && classes.contains(&class) {
                let history = self.jobs.history(job);
                let whole = history.and_then(|history| history.whole);
                waiting.extend(whole.map(|(whole, _)| (slot, whole)));
            }
        }
        waiting.sort_unstable_by_key(|&(slot, _)| self.jobs[slot].id);
        for (slot, whole) in waiting {
            self.ask_for(model, slot, whole, None);
        }
    }

    /// The shape with which a gang finds room, which is taken from `free`, and its size if that is a smaller one.
    fn size_for(
        &self,
        model: &Model,
        slot: Slot,
        whole: ShapeId,
        free: &mut [u64],
    ) -> Option<(ShapeId, Option<Smaller>)> {
        let all = std::iter::once(None);
        let smaller = model.elastic.degraded(whole).iter().copied().map(Some);
        for size in all.chain(smaller) {
            let shape = size.map_or(whole, |size| size.shape);
            let gpus = model.shapes[shape.index()].gpus.occupied();
            let is_batch = model.class_of(shape) != model.class_of(whole);
            let has_room = |&&pool: &&PoolId| {
                let state = self.pool(pool);
                let free = gpus <= free[pool.index()] && state.fits(gpus);
                let rents = is_batch && state.may_be_had(model.pool(pool), self.now, gpus);
                (free || rents)
                    && self.permits(model, shape, pool)
                    && self.may_start(model, slot, pool).is_ok()
            };
            if let Some(&pool) = self.usable[shape.index()].iter().find(has_room) {
                let left = &mut free[pool.index()];
                *left = left.saturating_sub(gpus);
                return Some((shape, size));
            }
        }
        None
    }

    /// A gang that waits asks for another size from now on; what it waited so far is kept.
    fn ask_for(&mut self, model: &Model, slot: Slot, whole: ShapeId, size: Option<Smaller>) {
        let (now, job) = (self.now, &self.jobs[slot]);
        let (before, place) = (job.request.shape, job.place);
        let has_run = job.has_run();
        self.line.leave(before, place);
        if !has_run {
            let waits = self.causes.since(before, now, job.waits);
            self.jobs[slot].waits = waits;
            if self.causes.keeps_rare() {
                self.causes.turn_rare(slot, before, now);
            }
        }
        self.set_size(model, slot, whole, size);
        let shape = self.jobs[slot].request.shape;
        if !has_run {
            let waits = self.jobs[slot].waits;
            self.jobs[slot].waits = self.causes.resume(shape, now, waits);
            if self.causes.keeps_rare() {
                self.causes.turn_rare(slot, shape, now);
            }
        }
        let job = &self.jobs[slot];
        let requested = Span(job.request.requested.0.saturating_sub(job.done));
        self.line.join(shape, place, Waiting { slot, requested });
        self.changes.other = true;
        self.settled = false;
    }
}
