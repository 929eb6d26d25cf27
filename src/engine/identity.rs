//! Credentials as time passes: those that are revoked, and those that a job outlives.

use crate::journal::{Fact, JobState, Observer};
use crate::model::OnSync;
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

    /// A job has just come: it fails if nobody vouches for it anywhere.
    pub(super) fn vouch_for(&mut self, slot: Slot) {
        let job = &self.world.jobs[slot];
        let (id, shape) = (job.id, job.request.shape);
        let class = self.model.class_of(shape);
        let mut pools = self.strategy.pools_of(shape).peekable();
        let away = |pool| self.world.turns_away(self.model, class, pool);
        if pools.peek().is_some() && pools.all(away) {
            self.world.changes.arrivals.pop();
            self.harm.denied_jobs += 1;
            self.out.fact(self.world.now, Fact::Denied(id));
            self.end(slot, JobState::Failed);
        }
    }

    /// A job has outlived its credential and comes to a checkpoint, which it cannot sync.
    pub(super) fn expire(&mut self, slot: Slot) {
        match self.world.on_sync(self.model, slot) {
            OnSync::Fail => self.fail_to_sync(slot),
            OnSync::Stop => {
                // What it has just written is nowhere.
                let lost = u64::from(self.world.counts_now(self.model, slot));
                self.interrupt_losing(slot, lost);
            }
            OnSync::GoOn => {}
        }
    }

    fn fail_to_sync(&mut self, slot: Slot) {
        let id = self.world.jobs[slot].id;
        self.out.fact(self.world.now, Fact::Expired(id));
        self.harm.expired_jobs += 1;
        self.end(slot, JobState::Failed);
    }
}
