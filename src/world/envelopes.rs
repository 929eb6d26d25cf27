//! Envelopes at one moment: what each job has cost so far, how far it may go, and where it goes no more.

use crate::model::{Envelope, Model};
use crate::units::{JobId, MilliGpus, Money, PoolId, SimTime, Span};

use super::job::{Phase, Slot};
use super::moment::World;
use super::placing::restart_span;

/// What one job has spent of its envelope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tab {
    /// Whose it is: slots are used again.
    job: Option<JobId>,
    /// What its places so far have cost, but for the present one.
    spent: Money,
    /// Whether it was reached: then the job goes no more where it counts.
    is_reached: bool,
}

/// Envelopes at one moment; nothing where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvelopesState {
    used: bool,
    tabs: Vec<Tab>,
    /// How many jobs reached theirs.
    pub reached: u64,
    /// What prices that rose while they wrote checkpoints made them cost beyond it.
    pub overshoot: Money,
}

impl EnvelopesState {
    /// Nobody has spent anything.
    pub(super) fn reset(&mut self, model: &Model) {
        self.used = model.envelopes.are_used();
        self.tabs.clear();
        self.reached = 0;
        self.overshoot = Money::ZERO;
    }

    /// Whether there are any.
    #[inline]
    pub const fn are_used(&self) -> bool {
        self.used
    }

    fn tab(&self, slot: Slot, job: JobId) -> Tab {
        let tab = self.tabs.get(slot.0 as usize).copied().unwrap_or_default();
        if tab.job == Some(job) {
            tab
        } else {
            Tab::default()
        }
    }

    fn set(&mut self, slot: Slot, job: JobId, tab: Tab) {
        let index = slot.0 as usize;
        if self.tabs.len() <= index {
            self.tabs.resize(index + 1, Tab::default());
        }
        self.tabs[index] = Tab {
            job: Some(job),
            ..tab
        };
    }
}

/// When a job must leave so that it costs no more than its envelope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// When, at the price of this moment; never, where that is nothing.
    pub at: SimTime,
    /// Whether what is left pays for a checkpoint, if it is to write one.
    pub pays_to_save: bool,
}

impl World {
    /// The envelope of a job, with its number.
    fn envelope_of<'a>(&self, model: &'a Model, slot: Slot) -> Option<(u16, &'a Envelope)> {
        let request = &self.jobs[slot].request;
        model
            .envelopes
            .of(model.class_of(request.shape), request.tenant)
    }

    /// What a job's present place has cost so far, if that counts.
    fn cost_here(&self, slot: Slot) -> Money {
        let job = &self.jobs[slot];
        let prices = self.tariffs.between(job.pool, job.placed, self.now);
        Money::of_odometer(MilliGpus::whole(job.gpus), prices)
    }

    /// What a job has spent of its envelope, its present place included.
    pub fn spent_of_envelope(&self, model: &Model, slot: Slot) -> Money {
        let job = &self.jobs[slot];
        let spent = self.envelopes.tab(slot, job.id).spent;
        let counts = job.phase.has_gpus()
            && self
                .envelope_of(model, slot)
                .is_some_and(|(_, envelope)| envelope.counts(job.pool));
        if counts {
            spent + self.cost_here(slot)
        } else {
            spent
        }
    }

    /// A job leaves its place: what that cost is spent.
    #[cold]
    pub(super) fn pay_from_envelope(&mut self, model: &Model, slot: Slot) {
        let job = &self.jobs[slot];
        let (id, pool) = (job.id, job.pool);
        let Some((_, envelope)) = self.envelope_of(model, slot) else {
            return;
        };
        if !envelope.counts(pool) {
            return;
        }
        let mut tab = self.envelopes.tab(slot, id);
        let over = |spent: Money| Money((spent.0 - envelope.amount.0).max(0));
        let before = over(tab.spent);
        tab.spent += self.cost_here(slot);
        self.envelopes.overshoot += over(tab.spent) - before;
        self.envelopes.set(slot, id, tab);
    }

    /// Whether what is left of a job's envelope lets it go to a rented pool: it was not reached before, it pays at least
    /// for what must come before any work and for leaving again, and, where it looks ahead, for all that is expected.
    #[cold]
    pub(super) fn within_envelope(&self, model: &Model, slot: Slot, pool: PoolId) -> bool {
        let Some((_, envelope)) = self.envelope_of(model, slot) else {
            return true;
        };
        if !envelope.counts(pool) {
            return true;
        }
        let job = &self.jobs[slot];
        let tab = self.envelopes.tab(slot, job.id);
        if tab.is_reached {
            return false;
        }
        let price = self.tariffs.price_at(pool, self.now);
        let span = if envelope.looks_ahead {
            self.expected_end(model, slot, pool).since(self.now)
        } else {
            let saves = if envelope.saves {
                self.write_span(model, slot).unwrap_or(Span::ZERO)
            } else {
                Span::ZERO
            };
            // A moment of work, at the least.
            Span(restart_span(model, job).0 + saves.0 + 1)
        };
        let more = Money::of(MilliGpus::whole(job.gpus), span, price);
        tab.spent + more <= envelope.amount
    }

    /// How far a job that has GPUs may go, if its envelope counts them.
    pub fn limit_of(&self, model: &Model, slot: Slot) -> Option<Limit> {
        let job = &self.jobs[slot];
        let works = matches!(job.phase, Phase::Booting | Phase::Staging | Phase::Running);
        let (_, envelope) = self.envelope_of(model, slot).filter(|_| works)?;
        if !envelope.counts(job.pool) {
            return None;
        }
        let price = self.tariffs.price_at(job.pool, self.now);
        let each = Money::of(MilliGpus::whole(job.gpus), Span(1), price);
        let left = envelope.amount.0 - self.spent_of_envelope(model, slot).0;
        let write = if envelope.saves && job.phase == Phase::Running {
            self.write_span(model, slot).unwrap_or(Span::ZERO)
        } else {
            Span::ZERO
        };
        if each == Money::ZERO {
            return Some(Limit {
                at: SimTime::NEVER,
                pays_to_save: true,
            });
        }
        let span = u64::try_from(left.max(0) / each.0).unwrap_or(u64::MAX);
        Some(Limit {
            at: self.now + Span(span.saturating_sub(write.0)),
            pays_to_save: write.0 <= span,
        })
    }

    /// The number of a job's envelope, which it has reached now, and whether it may write a checkpoint and wait.
    pub fn reach_envelope(&mut self, model: &Model, slot: Slot) -> Option<(u16, bool)> {
        let id = self.jobs[slot].id;
        let (number, envelope) = self.envelope_of(model, slot)?;
        let tab = self.envelopes.tab(slot, id);
        let reached = Tab {
            is_reached: true,
            ..tab
        };
        self.envelopes.set(slot, id, reached);
        self.envelopes.reached += 1;
        Some((number, envelope.saves))
    }
}
