//! Transforms as time passes: attempts that begin, fail and are made again, looks at what they made, and what that costs.

use crate::journal::{Fact, Item, JobState, Observer, Payee, Posting};
use crate::model::Errand;
use crate::units::{JobId, Money};
use crate::world::After;

use super::agenda::{Event, Rank};
use super::run::Run;

/// Tells events at which a job comes from those at which something is over on hosts.
pub(super) const SEND: u32 = 1;
/// Tells events of looking at what was made from those of making it.
pub(super) const VALIDATES: u32 = 2;

impl<O: Observer> Run<'_, O> {
    /// Puts into the agenda when attempts of transforms, and looks at what they made, are over, or their jobs come.
    #[cold]
    pub(super) fn expect_transforms(&mut self) {
        let now = self.world.now;
        for (at, index, validates) in self.world.staging.transforming.begun.drain(..) {
            let made = &self.model.transforms.derived[usize::from(index)];
            let transform = &self.model.transforms.list[usize::from(made.transform)];
            let of = (made.transform, made.dataset);
            let (fact, work) = if validates {
                let work = transform.validation.as_ref().and_then(|one| one.work);
                (Fact::ValidationBegan(of.0, of.1), work)
            } else {
                (Fact::TransformBegan(of.0, of.1), transform.work)
            };
            self.out.fact(now, fact);
            let what = if validates { VALIDATES } else { 0 };
            let event = Event {
                rank: Rank::Transformed,
                id: u32::from(index),
                slot: 0,
                attempt: what | if work.is_some() { SEND } else { 0 },
                state: JobState::Running,
            };
            self.scratch.agenda.push(at, event);
        }
    }

    /// An attempt of a transform, or a look at what it made, is over on hosts, or comes as a job.
    #[cold]
    pub(super) fn transform_event(&mut self, event: Event) {
        let (index, validates) = (event.id as u16, event.attempt & VALIDATES != 0);
        let attempt = self.world.attempts_at(index);
        if event.attempt & SEND != 0 {
            let Some(job) = self.timeline.errand_of(index, attempt, validates) else {
                return self.world.not_transformed(self.model, index, false);
            };
            let id = JobId::from(job);
            let mut request = *self.timeline.request(id);
            request.submit = self.world.now;
            return self.submit(id, &request);
        }
        if validates {
            return self.looked_at(index);
        }
        let fails = self
            .model
            .attempt_fails(self.dice, usize::from(index), attempt);
        self.tried(index, fails);
    }

    /// The job that was an attempt of a transform, or looked at what it made, has ended.
    #[cold]
    pub(super) fn errand_ended(&mut self, errand: &Errand, state: JobState) {
        match state {
            JobState::Finished if errand.validates => self.looked_at(errand.made),
            JobState::Finished => self.tried(errand.made, false),
            JobState::Failed if !errand.validates => self.tried(errand.made, true),
            _ => {
                // The next may come at this instant, and be turned away too.
                self.turned_away += 1;
                self.world.not_transformed(self.model, errand.made, true);
            }
        }
    }

    fn tried(&mut self, index: u16, fails: bool) {
        let now = self.world.now;
        let made = &self.model.transforms.derived[usize::from(index)];
        let attempt = self.world.attempts_at(index);
        let (cost, after) = self.world.transformed(self.model, index, fails);
        if fails {
            let fact = Fact::TransformFailed(made.transform, made.dataset);
            self.out.fact(now, fact);
        }
        self.post_transform(index, (Item::Transform, cost));
        self.follow_attempt(index, attempt, after);
    }

    /// Somebody has looked at what was made.
    fn looked_at(&mut self, index: u16) {
        let now = self.world.now;
        let made = &self.model.transforms.derived[usize::from(index)];
        let of = (made.transform, made.dataset);
        let attempt = self.world.attempts_at(index);
        let fate = self.model.fate(self.dice, usize::from(index), attempt);
        let (cost, after) = self.world.validated(self.model, index, fate.passes);
        let fact = if fate.passes {
            Fact::ValidationPassed(of.0, of.1)
        } else {
            Fact::ValidationFailed(of.0, of.1)
        };
        self.out.fact(now, fact);
        self.post_transform(index, (Item::Validation, cost));
        self.follow_attempt(index, attempt, after);
    }

    /// What follows from an attempt of this number: what went out flawed will be found.
    fn follow_attempt(&mut self, index: u16, attempt: u32, after: After) {
        if after != After::Released {
            return;
        }
        let now = self.world.now;
        let made = &self.model.transforms.derived[usize::from(index)];
        let fact = Fact::Transformed(made.transform, made.dataset);
        self.out.fact(now, fact);
        self.clear_finding(index);
        let transform = &self.model.transforms.list[usize::from(made.transform)];
        if transform.can_let_flaws_out() {
            self.expect_finding(index, attempt);
        }
    }

    fn post_transform(&mut self, index: u16, (item, amount): (Item, Money)) {
        if O::POSTINGS && amount != Money::ZERO {
            let made = &self.model.transforms.derived[usize::from(index)];
            let now = self.world.now;
            self.out.posting(&Posting {
                from: now,
                to: now,
                payee: Payee::Transform(made.transform),
                job: None,
                item,
                gpu_time: 0,
                amount,
            });
        }
    }
}
