//! Envelopes as time passes: when a job has cost all that it may, and what becomes of it.

use crate::journal::{JobState, Leave, LeaveReason, Observer};
use crate::units::SimTime;
use crate::world::{Phase, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// A job has a place: when it must leave it, at the price of this moment, is expected.
    #[cold]
    pub(super) fn expect_limit(&mut self, slot: Slot) {
        let limit = self.world.limit_of(self.model, slot);
        if let Some(limit) = limit.filter(|limit| limit.at <= self.horizon) {
            self.schedule(limit.at, Rank::Limit, slot);
        }
    }

    /// Prices changed: so may when jobs must leave.
    #[cold]
    pub(super) fn review_limits(&mut self) {
        let mut holders = std::mem::take(&mut self.scratch.victims);
        self.world.who_holds(&mut holders);
        for &slot in &holders {
            self.expect_limit(slot);
        }
        self.scratch.victims = holders;
    }

    /// A job may have cost all that it may; if prices changed since that was expected, it is expected anew already. At
    /// a checkpoint of its own phase it is asked again: a gang that booted then may have none to write.
    #[cold]
    pub(super) fn limit(&mut self, slot: Slot, event: Event) {
        let job = &self.world.jobs[slot];
        if job.id.0 != event.id || job.attempt != event.attempt {
            return;
        }
        let Some(limit) = self.world.limit_of(self.model, slot) else {
            return;
        };
        if limit.at > self.world.now || limit.at == SimTime::NEVER {
            return;
        }
        let Some((envelope, saves)) = self.world.reach_envelope(self.model, slot) else {
            return;
        };
        let boots = self.world.jobs[slot].phase != Phase::Running;
        if saves || boots {
            self.tear_down(
                slot,
                Leave {
                    why: LeaveReason::Envelope(envelope),
                    saves: limit.pays_to_save,
                },
            );
        }
        if !saves {
            self.end(slot, JobState::Overspent);
        }
        self.world.changes.other = true;
    }
}
