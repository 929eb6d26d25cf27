//! The legal moves: each keeps every invariant, none decides anything.

use crate::journal::{Cause, JobRecord, JobState};
use crate::model::{Model, Preemption, Request, Supply};
use crate::units::{JobId, PoolId, SimTime, Span};

use super::blocks::Place;
use super::causes::Reading;
use super::job::{Job, NO_HISTORY, Phase, Slot};
use super::line::Waiting;
use super::moment::World;
use super::nodes::Holding;
use super::pool::PoolState;
use super::rent::charged_span;
use super::stretch::wall;

/// Why a placement is not possible now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No room.
    Full,
    /// The quota is used up.
    Quota,
    /// The market had no capacity when it was last asked.
    SoldOut,
    /// There may be room, but what it reads is not there.
    Unstaged,
    /// There may be room, but it cannot do without something that cannot be had there.
    Withheld(Cause),
    /// The quota of its tenant or class is used up, or room is being made for somebody else.
    OverQuota,
    /// A budget is used up; whether who asks is turned away for good.
    Budget(bool),
}

/// What a placement launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Launched {
    /// New instances, which have to boot first; 0 if the gang runs on what is up.
    pub instances: u32,
}

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

    /// A waiting job takes GPUs that are up.
    #[inline]
    pub fn place(&mut self, model: &Model, slot: Slot, pool: PoolId) -> Result<(), Refusal> {
        let gpus = self.jobs[slot].gpus;
        if self.is_guarded {
            // What else stands in the way need not be asked where there is no room.
            if !model.pool(pool).is_rented() && !self.pool(pool).fits(gpus) {
                return Err(Refusal::Full);
            }
            self.guard(model, slot, pool)?;
        }
        let state = &mut self.pools[pool.index()];
        let taken = if state.has_windows() {
            self.take_beside_windows(model, slot, pool)
        } else {
            state.take(gpus)
        };
        let Some(holding) = taken else {
            return Err(Refusal::Full);
        };
        self.hold(model, slot, pool, holding, Phase::Running);
        Ok(())
    }

    /// What but room stands between a job and a pool.
    fn guard(&mut self, model: &Model, slot: Slot, pool: PoolId) -> Result<(), Refusal> {
        let Err(why) = self.may_start(model, slot, pool) else {
            return Ok(());
        };
        if why == Refusal::Unstaged && self.stage_held(model, slot, pool) {
            return Ok(());
        }
        Err(why)
    }

    /// Whether a job could start in a pool if there were room: what it needs can be had there, and what it reads is
    /// there.
    pub fn may_start(&self, model: &Model, slot: Slot, pool: PoolId) -> Result<(), Refusal> {
        let answer = self.may_start_but_for_quota(model, slot, pool);
        let withheld = matches!(answer, Err(Refusal::Withheld(_)));
        if !withheld && model.quotas.are_used() && !self.quotas_allow(model, slot, pool) {
            return Err(Refusal::OverQuota);
        }
        answer
    }

    /// As [`World::may_start`], whatever quotas say.
    pub fn may_start_but_for_quota(
        &self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
    ) -> Result<(), Refusal> {
        if self.services.are_used() {
            let class = model.class_of(self.jobs[slot].request.shape);
            if let Some(cause) = self.withheld(model, class, pool) {
                return Err(Refusal::Withheld(cause));
            }
        }
        if !model.network.steered.is_empty() && !self.is_steered(model, pool) {
            return Err(Refusal::Withheld(Cause::Control));
        }
        if self.staging.transfers.syncs.is_used() {
            self.may_go_on(model, slot, pool)?;
        }
        if self.has_data(model, slot, pool) {
            Ok(())
        } else {
            Err(Refusal::Unstaged)
        }
    }

    /// A waiting job takes GPUs of a rented pool: of idle instances, else of new ones for the whole gang.
    pub fn place_rented(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
    ) -> Result<Launched, Refusal> {
        if !self.budgets.are_kept() {
            return self.rent(model, slot, pool);
        }
        let flags = self.within_budgets(model, slot, pool)?;
        let launched = self.rent(model, slot, pool)?;
        if flags {
            self.flag(model, slot, pool);
        }
        Ok(launched)
    }

    /// As [`World::place_rented`], whatever it costs.
    pub(super) fn rent(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
    ) -> Result<Launched, Refusal> {
        match self.place(model, slot, pool) {
            Ok(()) => return Ok(Launched { instances: 0 }),
            Err(why @ (Refusal::Unstaged | Refusal::Withheld(_) | Refusal::OverQuota)) => {
                return Err(why);
            }
            Err(_) => {}
        }
        let terms = model.pool(pool);
        let gpus = self.jobs[slot].gpus;
        let state = &mut self.pools[pool.index()];
        if !state.may_rent(terms, gpus) {
            return Err(Refusal::Quota);
        }
        let asks_for = PoolState::instances_for(terms, gpus);
        if self.now < state.refused_until || !state.doubt.may_ask(asks_for) {
            return Err(Refusal::SoldOut);
        }
        let Some((holding, instances)) = state.launch(terms, self.now, gpus) else {
            return Err(Refusal::Full);
        };
        state.doubt.ask(asks_for);
        if self.budgets.are_kept() {
            self.count_rent(model, pool);
        }
        self.hold(model, slot, pool, holding, Phase::Booting);
        Ok(Launched { instances })
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

    /// Gives an idle instance back, if it has been idle since `generation`; it is charged to its minimum and
    /// increment, but not beyond the horizon. Returns whether it was given back.
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
        let span = charged_span(offer, self.now.since(launched));
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

    /// A waiting job leaves the line for what it holds now, to run there or until that has booted.
    #[expect(
        clippy::inline_always,
        reason = "measured: each job comes through here once"
    )]
    #[inline(always)]
    pub(super) fn hold(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
        holding: Holding,
        phase: Phase,
    ) {
        let now = self.now;
        if self.at_door == Some(slot) {
            // It has just come and has not waited.
            self.at_door = None;
            if self.causes.keeps_rare() {
                self.causes.forget_rare(slot);
            }
        } else {
            let job = &self.jobs[slot];
            self.line.leave(job.request.shape, job.place);
            if !job.has_run() {
                if self.causes.keeps_rare() {
                    self.causes.turn_rare(slot, job.request.shape, now);
                }
                self.jobs[slot].waits = self.first_wait(job);
            }
        }
        if self.staging.transforming.is_used() {
            self.fix_version(model, slot, pool);
        }
        let terms = model.pool(pool);
        let job = &self.jobs[slot];
        let speed = terms.speed[model.class_of(job.request.shape).index()];
        let speed = self.speed_of(model, job, speed);
        let done = self.done_at(model, slot, pool);
        let job = &mut self.jobs[slot];
        job.pool = pool;
        job.speed = speed;
        job.holding = holding;
        job.placed = now;
        job.started = now;
        job.attempt += 1;
        job.phase = phase;
        job.restart = restart_span(model, job);
        if phase == Phase::Running && self.waits_with_gpus(model, slot, pool) {
            self.hold_staging(slot);
        }
        let job = &mut self.jobs[slot];
        if phase == Phase::Running {
            let left = Span(job.request.requested.0.saturating_sub(done).max(1));
            let rhythm = model.rhythm(job.request.shape, pool);
            let end = now + job.restart + rhythm.wall(wall(left, job.speed));
            job.estimate_end = end;
            if self.keeps_profile && !terms.is_rented() {
                let gpus = job.gpus as u32;
                self.pools[pool.index()].profile.insert(end, slot, gpus);
            }
        }
        if self.staging.is_used() && !self.holds_staging(model, slot) {
            self.read_data(model, slot, true);
        }
        if self.budgets.count_jobs() {
            self.count_job(model, slot, true);
        }
        if self.rules.are_used() {
            self.count_against_rules(model, slot, true);
        }
        if self.claims.are_kept() {
            self.claim(model, slot, true);
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

/// A job that ran before restores its state first.
pub(super) fn restart_span(model: &Model, job: &Job) -> Span {
    if !job.has_run() {
        return Span::ZERO;
    }
    match model.classes[model.class_of(job.request.shape).index()].preemption {
        Preemption::Checkpoint { restart, .. } | Preemption::Kill { restart } => restart,
    }
}
