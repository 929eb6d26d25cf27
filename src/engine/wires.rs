//! Data on their way, as time passes: when they are there, and what that cost.

use crate::journal::{Fact, Item, JobState, Observer, Payee, Posting};
use crate::units::Money;
use crate::world::Cargo;

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Puts into the agenda when transfers are expected whose rate has changed.
    #[inline]
    pub(super) fn expect_transfers(&mut self) {
        let moving = &self.world.staging.transfers;
        if moving.feeds.is_used() || !moving.due.is_empty() || !moving.paid.is_empty() {
            self.expect_what_moves();
        }
    }

    /// Apart, so that an estate in which nothing moves pays for three comparisons and no call.
    #[inline(never)]
    fn expect_what_moves(&mut self) {
        if self.world.staging.transfers.feeds.is_used() {
            self.expect_feeds();
        }
        if !self.world.staging.transfers.paid.is_empty() {
            self.post_fares();
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
