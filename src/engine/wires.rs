//! Data on their way, as time passes: when they are there, and what that cost.

use crate::journal::{Fact, Item, JobState, Observer, Payee, Posting};
use crate::model::LinkUse;
use crate::units::{DatasetId, LinkId, Money};
use crate::world::Cargo;

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Whether [`Run::expect_transfers`] has anything to do.
    #[inline]
    pub(super) fn expects_transfers(&self) -> bool {
        let transfers = &self.world.staging.transfers;
        O::MOVEMENTS
            || !transfers.due.is_empty()
            || !transfers.paid.is_empty()
            || transfers.feeds.is_used()
            || !self.world.staging.transforming.begun.is_empty()
    }

    /// Puts into the agenda when transfers are expected whose rate has changed.
    pub(super) fn expect_transfers(&mut self) {
        if self.world.staging.transfers.feeds.is_used() {
            self.expect_feeds();
        }
        if !self.world.staging.transfers.paid.is_empty() {
            self.post_fares();
        }
        if O::MOVEMENTS {
            self.tell_movements();
        }
        if !self.world.staging.transforming.begun.is_empty() {
            self.expect_transforms();
        }
        if self.world.staging.transfers.due.is_empty() {
            return;
        }
        self.expect_pulls();
        for due in self.world.staging.transfers.due.drain(..) {
            let event = Event {
                rank: Rank::Arrived,
                id: due.id,
                slot: 0,
                attempt: due.version,
                state: JobState::Running,
            };
            self.scratch.agenda.push(due.at, event);
        }
    }

    /// Tells what moved, or was refused to.
    pub(super) fn tell_movements(&mut self) {
        let now = self.world.now;
        for movement in self.world.staging.transfers.judge.told.drain(..) {
            self.out.movement(now, &movement);
        }
    }

    /// A copy of a data set is sent to where it will be kept.
    #[cold]
    pub(super) fn begin_copy(&mut self, copy: u16) {
        if self.world.begin_copy(self.model, copy) {
            let replica = self.model.network.copies[usize::from(copy)];
            let fact = Fact::Replicated(replica.dataset, replica.site);
            self.out.fact(self.world.now, fact);
        }
    }

    /// A copy of a data set is kept no longer.
    #[cold]
    pub(super) fn end_copy(&mut self, copy: u16) {
        let replica = self.model.network.copies[usize::from(copy)];
        let lay = self.world.copy_lies(copy);
        if let Some((dataset, cost)) = self.world.end_copy(self.model, copy) {
            self.post_copy(dataset, cost);
        }
        if lay {
            let fact = Fact::CopyDropped(replica.dataset, replica.site);
            self.out.fact(self.world.now, fact);
        }
    }

    /// Links must not be used for something from now on, or for one cause less.
    #[cold]
    pub(super) fn forbid(&mut self, link: LinkId, used_for: LinkUse, is_forbidden: bool) {
        self.world
            .forbid_link(self.model, link, used_for, is_forbidden);
    }

    /// Posts what sending a copy of a data set cost.
    pub(super) fn post_copy(&mut self, dataset: DatasetId, amount: Money) {
        let now = self.world.now;
        if O::POSTINGS && amount != Money::ZERO {
            self.out.posting(&Posting {
                from: now,
                to: now,
                payee: Payee::Dataset(dataset),
                job: None,
                item: Item::Egress,
                gpu_time: 0,
                amount,
            });
        }
    }

    /// A transfer may be there.
    pub(super) fn arrived(&mut self, event: Event) {
        let (now, arrived) = (
            self.world.now,
            self.world.arrived(self.model, event.id, event.attempt),
        );
        let Some((transfer, amount)) = arrived else {
            return;
        };
        let (pool, job) = match transfer.cargo {
            Cargo::Dataset(dataset, pool) => {
                self.look_at_pull(dataset, transfer.to);
                (pool, None)
            }
            Cargo::Results(job, pool) => {
                self.out.fact(now, Fact::SentHome(job));
                self.out.charged_later(job, amount);
                (pool, Some(job))
            }
            Cargo::Copy(copy) => {
                let replica = self.model.network.copies[usize::from(copy)];
                let (dataset, site) = (replica.dataset, replica.site);
                self.out.fact(now, Fact::Replicated(dataset, site));
                return self.post_copy(dataset, amount);
            }
            Cargo::Checkpoint(slot) => {
                let id = self.world.jobs[slot].id;
                return self.out.fact(now, Fact::CheckpointHome(id));
            }
            Cargo::Restore(slot) => return self.fetched(slot),
            Cargo::Feed(..) | Cargo::Background(_) | Cargo::Sync(_) => return,
        };
        if O::POSTINGS && amount != Money::ZERO {
            self.out.posting(&Posting {
                from: now,
                to: now,
                payee: Payee::Pool(pool),
                job,
                item: Item::Egress,
                gpu_time: 0,
                amount,
            });
        }
    }
}
