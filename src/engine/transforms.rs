//! Transforms as time passes: attempts that begin, fail and are made again, and what they cost.

use crate::journal::{Fact, Item, JobState, Observer, Payee, Posting};
use crate::model::Errand;
use crate::units::{JobId, Money};

use super::agenda::{Event, Rank};
use super::run::Run;

/// Told apart from events at which an attempt is over: one at which its job comes.
pub(super) const SEND: u32 = 1;

impl<O: Observer> Run<'_, O> {
    /// Puts into the agenda when attempts of transforms are over, or their jobs come.
    #[cold]
    pub(super) fn expect_transforms(&mut self) {
        let now = self.world.now;
        for (at, index) in self.world.staging.transforming.begun.drain(..) {
            let made = &self.model.transforms.derived[usize::from(index)];
            let fact = Fact::TransformBegan(made.transform, made.dataset);
            self.out.fact(now, fact);
            let transform = &self.model.transforms.list[usize::from(made.transform)];
            let event = Event {
                rank: Rank::Transformed,
                id: u32::from(index),
                slot: 0,
                attempt: if transform.work.is_some() { SEND } else { 0 },
                state: JobState::Running,
            };
            self.scratch.agenda.push(at, event);
        }
    }

    /// An attempt of a transform comes as a job.
    pub(super) fn send_errand(&mut self, event: Event) {
        let index = event.id as u16;
        let attempt = self.world.attempts_at(index);
        let Some(job) = self.timeline.errand_of(index, attempt) else {
            return self.world.not_transformed(self.model, index, false);
        };
        let id = JobId::from(job);
        let mut request = *self.timeline.request(id);
        request.submit = self.world.now;
        self.submit(id, &request);
    }

    /// The job that was an attempt of a transform has ended.
    #[cold]
    pub(super) fn errand_ended(&mut self, errand: &Errand, state: JobState) {
        match state {
            JobState::Finished => self.tried(errand.made, false),
            JobState::Failed => self.tried(errand.made, true),
            _ => {
                // The next may come at this instant, and be turned away too.
                self.turned_away += 1;
                self.world.not_transformed(self.model, errand.made, true);
            }
        }
    }

    /// An attempt of a transform on hosts is over.
    pub(super) fn transformed(&mut self, event: Event) {
        let index = event.id as u16;
        let attempt = self.world.attempts_at(index);
        let fails = self
            .model
            .attempt_fails(self.dice, usize::from(index), attempt);
        self.tried(index, fails);
    }

    fn tried(&mut self, index: u16, fails: bool) {
        let now = self.world.now;
        let made = &self.model.transforms.derived[usize::from(index)];
        let cost = self.world.transformed(self.model, index, fails);
        let fact = if fails {
            Fact::TransformFailed(made.transform, made.dataset)
        } else {
            Fact::Transformed(made.transform, made.dataset)
        };
        self.out.fact(now, fact);
        if O::POSTINGS && cost != Money::ZERO {
            self.out.posting(&Posting {
                from: now,
                to: now,
                payee: Payee::Transform(made.transform),
                job: None,
                item: Item::Transform,
                gpu_time: 0,
                amount: cost,
            });
        }
    }
}
