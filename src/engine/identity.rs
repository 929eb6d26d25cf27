//! Credentials as time passes: those that are revoked, and those that a job outlives.

use crate::journal::{Fact, JobState, Observer};
use crate::units::OutletId;
use crate::world::{Phase, Slot};

use super::agenda::Rank;
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Credentials are revoked: whatever uses them stops, whatever it was to do when it loses its provider.
    pub(super) fn revoke(&mut self, id: OutletId) {
        let now = self.world.now;
        let mut victims = std::mem::take(&mut self.scratch.victims);
        self.world.jobs_that_need(self.model, id, &mut victims);
        for &slot in &victims {
            let job = &self.world.jobs[slot];
            if matches!(job.phase, Phase::Running | Phase::Booting | Phase::Staging) {
                self.out.fact(now, Fact::Revoked(job.id));
                self.harm.revoked_jobs += 1;
                self.interrupt(slot);
            }
        }
        self.scratch.victims = victims;
    }

    /// A job begins to run with a credential that may not last as long as it.
    pub(super) fn start_with_credential(&mut self, slot: Slot) {
        if let Some(at) = self.world.outlives(self.model, slot) {
            self.schedule(at, Rank::Expired, slot);
        }
    }

    /// A job has outlived its credential and comes to a checkpoint, which it cannot sync: it fails.
    pub(super) fn expire(&mut self, slot: Slot) {
        let id = self.world.jobs[slot].id;
        self.out.fact(self.world.now, Fact::Expired(id));
        self.harm.expired_jobs += 1;
        self.end(slot, JobState::Failed);
    }
}
