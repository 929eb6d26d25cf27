//! Jobs that hold their GPUs while what they read comes.

use crate::journal::{Bucket, Cause};
use crate::model::Model;
use crate::units::{PoolId, SimTime};

use super::super::job::{Phase, Slot};
use super::super::moment::World;
use super::Staging;

impl Staging {
    /// Whether jobs of any class hold their GPUs while what they read comes.
    #[inline]
    pub const fn may_hold(&self) -> bool {
        self.holds
    }

    /// Whether any job holds its GPUs and waits for what it reads.
    #[inline]
    pub const fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }
}

impl World {
    /// Whether a job takes GPUs before what it reads is there.
    pub fn holds_staging(&self, model: &Model, slot: Slot) -> bool {
        let class = model.class_of(self.jobs[slot].request.shape);
        self.staging.holds && model.classes[class.index()].holds_staging
    }

    /// Sends what a job reads to where a pool stands. Returns whether all of it is there or will come, so that the job
    /// may wait for it with its GPUs.
    #[cold]
    pub(in crate::world) fn stage_held(&mut self, model: &Model, slot: Slot, pool: PoolId) -> bool {
        if !self.holds_staging(model, slot) {
            return false;
        }
        let cause = self.stage(model, slot, pool);
        let site = model.pool(pool).site;
        let mut data = self.reads(model, slot, pool).iter();
        let comes = data.all(|&id| {
            let held = self.staging.sites[site.index()].find(id);
            let is_there = self.staging.is_there(model, id, site);
            is_there || held.is_some_and(|held| held.coming.is_some())
        });
        comes && cause != Cause::Link
    }

    /// Whether a job that was placed begins with what it reads on its way.
    pub(in crate::world) fn waits_with_gpus(
        &self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
    ) -> bool {
        self.staging.holds && self.holds_staging(model, slot) && !self.has_data(model, slot, pool)
    }

    /// A job whose GPUs are up waits for what it reads.
    pub(in crate::world) fn hold_staging(&mut self, slot: Slot) {
        self.jobs[slot].phase = Phase::Staging;
        self.staging.held.push(slot);
    }

    /// The instances of a booting job are up, and what it reads is not there.
    #[cold]
    pub fn boot_unstaged(&mut self, slot: Slot) {
        let job = self.jobs[slot];
        self.pools[job.pool.index()].boot(job.holding, job.gpus);
        self.changes.other = true;
        self.hold_staging(slot);
    }

    /// Lists the jobs that held their GPUs until what they read came, and begins what is missing for the others.
    #[cold]
    pub fn take_staged(&mut self, model: &Model, staged: &mut Vec<Slot>) {
        staged.clear();
        let mut held = std::mem::take(&mut self.staging.held);
        held.retain(|&slot| {
            let pool = self.jobs[slot].pool;
            let comes = !self.has_data(model, slot, pool);
            if comes {
                self.stage(model, slot, pool);
            } else {
                staged.push(slot);
            }
            comes
        });
        self.staging.held = held;
    }

    /// A job that held its GPUs for what it reads is about to begin: it is expected to end later by as much.
    pub fn end_staging(&mut self, slot: Slot) {
        let job = &self.jobs[slot];
        let end = job.estimate_end + self.now.since(job.placed);
        self.move_estimate(slot, end);
    }

    /// A job that takes GPUs before its data are there has begun: it reads them, and what it waited for them with its
    /// GPUs was staging. The rest was provisioning.
    pub fn staged_with_gpus(&mut self, model: &Model, slot: Slot) {
        if !self.holds_staging(model, slot) {
            return;
        }
        self.read_data(model, slot, true);
        let job = &self.jobs[slot];
        if job.first_start != self.now {
            return;
        }
        let cache = &self.staging.sites[model.pool(job.pool).site.index()];
        let data = self.reads(model, slot, job.pool).iter();
        let came = data.filter_map(|&id| cache.find(id).map(|held| held.since));
        let last = came.max().unwrap_or(SimTime::ZERO);
        let staging = last.since(job.placed);
        self.jobs[slot].waits.turn_staging(staging.0);
    }

    /// A job that holds its GPUs for what it reads loses them.
    pub(in crate::world) fn drop_staging(&mut self, model: &Model, slot: Slot) {
        self.staging.held.retain(|&held| held != slot);
        let placed = self.jobs[slot].placed;
        self.book(model, slot, Bucket::HeldIdle, placed, self.now);
    }

    /// Whether a job is counted among those who read what lies in caches.
    pub(in crate::world) fn counts_as_reader(&self, model: &Model, slot: Slot) -> bool {
        let begins = matches!(
            self.jobs[slot].phase,
            Phase::Asking | Phase::Booting | Phase::Staging
        );
        !begins || !self.holds_staging(model, slot)
    }
}
