//! The lives of jobs between placements: they come, start, end and give back what they hold. Each move keeps every
//! invariant, none decides anything.

use crate::journal::{Cause, JobRecord, JobState};
use crate::model::{Model, Request, Supply};
use crate::units::{JobId, PoolId, SimTime, Span};

use super::blocks::Place;
use super::causes::Reading;
use super::job::{Job, NO_HISTORY, Phase, Slot};
use super::line::Waiting;
use super::moment::World;
use super::nodes::Holding;
use super::rent::charged_span;

impl World {
    /// A job joins the line with the order key that its discipline gives it; placed, it occupies `gpus`.
    #[expect(
        clippy::inline_always,
        reason = "measured: each job comes through here once"
    )]
    #[inline(always)]
    pub fn arrive(&mut self, id: JobId, request: &Request, key: u64, gpus: u64) -> Slot {
        let place = Place::new(key, self.line.sequence_back());
        let slot = self.jobs.insert(|| Job {
            id,
            // Part by part: as a whole it would be put together in memory and read back at once, which stalls.
            request: Request {
                submit: request.submit,
                requested: request.requested,
                shape: request.shape,
                tenant: request.tenant,
                priority: request.priority,
            },
            gpus,
            phase: Phase::Waiting,
            attempt: 0,
            pool: PoolId(0),
            speed: 1000,
            holding: Holding::Nothing,
            placed: SimTime::NEVER,
            started: SimTime::NEVER,
            first_start: SimTime::NEVER,
            restart: Span::ZERO,
            estimate_end: SimTime::NEVER,
            done: 0,
            place,
            waits: Reading::default(),
            history: NO_HISTORY,
            wake: SimTime::NEVER,
        });
        self.admit();
        self.at_door = Some(slot);
        if !self.line.is_empty() {
            self.admit();
        }
        self.changes.arrivals.push(slot);
        if self.keeps_ranking {
            self.ranking.push(slot);
        }
        slot
    }

    /// Whoever stands at the door joins the line. A job that comes to an empty line is kept at the door until
    /// somebody decides, since most are placed at once and never need a place in it.
    pub fn admit(&mut self) {
        if let Some(slot) = self.at_door.take() {
            let job = &mut self.jobs[slot];
            // The reading is the same for as long as the instant lasts.
            job.waits = self.causes.read(job.request.shape, self.now);
            if self.causes.keeps_rare() {
                self.causes.join_rare(slot, job.request.shape, self.now);
            }
            let requested = job.request.requested;
            self.line
                .join(job.request.shape, job.place, Waiting { slot, requested });
        }
    }

    /// A placed job begins to run.
    #[inline]
    pub fn start(&mut self, slot: Slot) {
        let now = self.now;
        let job = &mut self.jobs[slot];
        job.phase = Phase::Running;
        job.started = now;
        if job.has_run() {
            let restart = job.restart;
            let history = self.jobs.history_mut(slot);
            let waited = now.since(history.waiting_since);
            history.preempted += waited;
            history.recovers = history.interrupted;
            if history.interrupted {
                history.interrupted = false;
                history.shrinks += u32::from(history.whole.is_some());
                history.recoveries += 1;
                history.recovery += waited + restart;
            }
        } else {
            job.first_start = now;
            job.waits.add_provisioning(now.since(job.placed).0);
        }
    }

    /// The instances of a booting job are up, and it begins to run.
    pub fn boot(&mut self, slot: Slot) {
        let job = self.jobs[slot];
        self.pools[job.pool.index()].boot(job.holding, job.gpus);
        self.changes.other = true;
        self.start(slot);
    }

    /// A job ends. Writes its record; `booked` then lists the stretches that were booked with it.
    #[inline]
    pub fn end(
        &mut self,
        model: &Model,
        slot: Slot,
        state: JobState,
        record: &mut JobRecord,
        idle: impl FnMut(PoolId, u32, u32),
    ) {
        self.booked.clear();
        self.close_job(model, slot, state, record);
        if self.jobs[slot].phase == Phase::Waiting {
            let (shape, place) = (self.jobs[slot].request.shape, self.jobs[slot].place);
            if self.at_door == Some(slot) {
                self.at_door = None;
            } else {
                self.line.leave(shape, place);
            }
        } else {
            self.free_gpus(model, slot, idle);
            self.changes.other = true;
        }
        if self.keeps_ranking {
            self.ranking.retain(|&ranked| ranked != slot);
        }
        self.jobs.remove(slot);
    }

    /// Gives an idle instance back, if it has been idle since `generation`; it is charged until it is wiped, to its
    /// minimum and increment, but not beyond the horizon. Returns whether it was given back.
    pub fn release(
        &mut self,
        model: &Model,
        pool: PoolId,
        instance: u32,
        generation: u32,
        horizon: SimTime,
    ) -> bool {
        let terms = model.pool(pool);
        let Supply::Rented(offer) = &terms.supply else {
            return false;
        };
        let Some(launched) = self.pools[pool.index()].release(terms, instance, generation) else {
            return false;
        };
        self.charges.clear();
        if self.budgets.are_kept() {
            self.count_rent(model, pool);
        }
        let used = self.now.since(launched);
        let span = charged_span(offer, Span(used.0 + offer.teardown.0));
        self.charge(model, pool, launched, (launched + span).min(horizon));
        self.changes.other = true;
        true
    }

    /// How long a job that waits and has never run has waited so far.
    pub(super) fn first_wait(&self, job: &Job) -> Reading {
        if job.request.submit == self.now {
            return Reading::default();
        }
        self.causes.since(job.request.shape, self.now, job.waits)
    }

    /// How long a job waited for rare causes before it first ran, or has waited so far.
    #[cold]
    pub(super) fn rare_wait(&self, slot: Slot) -> [u64; Cause::RARE] {
        let job = &self.jobs[slot];
        if job.phase != Phase::Waiting || job.has_run() {
            self.causes.rare_of(slot)
        } else if job.request.submit == self.now {
            [0; Cause::RARE]
        } else {
            self.causes.rare_since(slot, job.request.shape, self.now)
        }
    }

    #[inline]
    pub(super) fn free_gpus(
        &mut self,
        model: &Model,
        slot: Slot,
        mut idle: impl FnMut(PoolId, u32, u32),
    ) {
        if self.rules.are_used() {
            self.count_against_rules(model, slot, false);
        }
        if self.windows.are_used() {
            self.count_overtime(model, slot, false);
        }
        if self.envelopes.are_used() {
            self.pay_from_envelope(model, slot);
        }
        if self.claims.are_kept() {
            self.claim(model, slot, false);
        }
        let job = &mut self.jobs[slot];
        let keeps = self.keeps_profile && !model.pool(job.pool).is_rented();
        let (state, pool) = (&mut self.pools[job.pool.index()], job.pool);
        let now = self.now;
        state.give(job.holding, job.gpus, now, |instance, generation| {
            idle(pool, instance, generation);
        });
        if keeps {
            state.profile.remove(job.estimate_end, slot);
        }
        job.holding = Holding::Nothing;
        if self.budgets.count_jobs() {
            self.count_job(model, slot, false);
        }
        if self.staging.is_used() && self.counts_as_reader(model, slot) {
            self.read_data(model, slot, false);
        }
        if self.staging.transfers.feeds.is_used() {
            self.staging.transfers.feeds.remove(slot);
        }
    }
}
