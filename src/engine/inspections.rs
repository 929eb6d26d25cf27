//! Results that are looked at when a job has done its work: it counts, or does all of it again; and what counted though it
//! was flawed is found later.

use crate::journal::{Fact, Item, JobState, Observer, Payee, Posting};
use crate::units::{ClassId, JobId, Money, PoolId};
use crate::world::Slot;

use super::agenda::{Event, Rank};
use super::run::Run;

/// Told apart from events of copies: one of the result of a job.
pub(super) const OF_RESULT: u32 = 1;

impl<O: Observer> Run<'_, O> {
    /// A job has done its work: whether what came of it does not pass, so that it does all of it again.
    #[cold]
    pub(super) fn is_turned_back(&mut self, slot: Slot, state: JobState) -> bool {
        let job = self.world.jobs[slot];
        let is_errand = self.timeline.errand(job.id.index()).is_some();
        let Some(inspection) = self.model.inspection(job.request.shape) else {
            return false;
        };
        if state != JobState::Finished || is_errand {
            return false;
        }
        let tries = self.tries.get(&job.id).copied().unwrap_or(0);
        let whose = (job.request.shape, job.id);
        let fate = self.model.fate_of_result(self.dice, whose, tries);
        if let Some(validation) = &inspection.validation {
            let class = self.model.class_of(job.request.shape);
            self.count_look((class, validation.price), fate.passes);
            let fact = if fate.passes {
                Fact::ResultPassed(job.id, job.pool)
            } else {
                Fact::ResultRejected(job.id, job.pool)
            };
            self.out.fact(self.world.now, fact);
        }
        if !fate.passes {
            self.tries.insert(job.id, tries + 1);
            self.lose_all(slot);
            return true;
        }
        if fate.flawed {
            self.harm.flawed += 1;
            self.expect_result_found(
                job.id,
                job.pool,
                self.model.result_found_after(self.dice, whose, tries),
            );
        }
        self.tries.remove(&job.id);
        false
    }

    fn count_look(&mut self, (class, price): (ClassId, Money), passes: bool) {
        let told = &mut self.world.staging.transforming.validations;
        told.done += 1;
        told.failed += u64::from(!passes);
        told.cost += price;
        if O::POSTINGS && price != Money::ZERO {
            let now = self.world.now;
            self.out.posting(&Posting {
                from: now,
                to: now,
                payee: Payee::Validation(class),
                job: None,
                item: Item::Validation,
                gpu_time: 0,
                amount: price,
            });
        }
    }

    /// All that a job has done is lost, and it waits again.
    fn lose_all(&mut self, slot: Slot) {
        self.world.booked.clear();
        self.world.lose_earlier_runs(self.model, slot);
        self.post_booked(slot);
        self.interrupt_losing(slot, u64::MAX);
    }

    fn expect_result_found(&mut self, job: JobId, pool: PoolId, after: crate::units::Span) {
        let event = Event {
            rank: Rank::Found,
            id: job.0,
            slot: OF_RESULT,
            attempt: u32::from(pool.0),
            state: JobState::Running,
        };
        self.scratch.agenda.push(self.world.now + after, event);
    }

    /// A result that counted is found to be flawed.
    pub(super) fn result_found(&mut self, event: Event) {
        self.world.staging.transforming.validations.found += 1;
        let fact = Fact::ResultFlawed(JobId(event.id), PoolId(event.attempt as u16));
        self.out.fact(self.world.now, fact);
    }
}
