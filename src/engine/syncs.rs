//! Checkpoints that go home, as time passes: jobs that go on elsewhere, and what is paid at the end of a month.

use crate::journal::{Fact, Observer};
use crate::units::SimTime;
use crate::world::{Phase, Slot};

use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// A job that has its GPUs goes on from a checkpoint that it can have. Returns whether that has to come first.
    #[cold]
    pub(super) fn goes_on(&mut self, slot: Slot) -> bool {
        let before = self.world.jobs[slot].done;
        let fetches = self.world.go_on(self.model, slot);
        let job = &self.world.jobs[slot];
        if job.done < before {
            self.out
                .fact(self.world.now, Fact::FellBack(job.id, job.pool));
        }
        self.post_booked(slot);
        fetches
    }

    /// The checkpoint for which a job holds its GPUs is there.
    pub(super) fn fetched(&mut self, slot: Slot) {
        let job = &self.world.jobs[slot];
        if job.phase != Phase::Running {
            return;
        }
        self.out
            .fact(self.world.now, Fact::Fetched(job.id, job.pool));
        self.world.fetched(self.model, slot);
        self.begin_work(slot);
    }

    /// Looks for the end of the month if anything moves while jobs run: it is paid in its month. Where permits let only so
    /// much move in a day, each day ends as well.
    pub(super) fn expect_month(&mut self) {
        let (now, epoch) = (self.world.now, self.model.epoch);
        let transfers = &self.world.staging.transfers;
        let flows = transfers.feeds.is_used() || transfers.syncs.is_used();
        self.month_end = if flows && !self.model.network.links.is_empty() {
            epoch.next_month(now)
        } else {
            SimTime::NEVER
        };
        if !self.model.network.moves.caps().is_empty() {
            self.month_end = self.month_end.min(epoch.next_day(now));
        }
    }

    /// A month is over: what moved in it is paid in it. Or a day is.
    #[cold]
    pub(super) fn turn_month(&mut self) {
        let (now, epoch) = (self.world.now, self.model.epoch);
        let last = SimTime(now.0.saturating_sub(1));
        if epoch.next_month(last) == now {
            self.world.turn_month(self.model);
        }
        if !self.model.network.moves.caps().is_empty() {
            self.world.turn_day(self.model);
        }
        self.post_fares();
        self.expect_month();
    }
}
