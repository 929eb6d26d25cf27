//! The legal moves: each keeps every invariant, none decides anything.

use crate::journal::{Bucket, Cause, JobRecord, JobState, Waits};
use crate::model::{Model, Preemption, Request, Supply};
use crate::units::{JobId, PoolId, SimTime, Span};

use super::blocks::Place;
use super::job::{Job, NO_HISTORY, Phase, Slot};
use super::line::Waiting;
use super::moment::World;
use super::nodes::Holding;
use super::rent::charged_span;
use super::stretch::{wall, work_done};

/// Why a placement is not possible now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No room.
    Full,
    /// The quota is used up.
    Quota,
}

/// What a placement launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Launched {
    /// New instances, which have to boot first; 0 if the gang runs on what is up.
    pub instances: u32,
}

impl World {
    /// A job joins the line with the order key that its discipline gives it.
    pub fn arrive(&mut self, id: JobId, request: Request, key: u64, milli: u64) -> Slot {
        let place = Place::new(key, self.line.sequence_back());
        let slot = self.jobs.insert(Job {
            id,
            request,
            gpus: milli.div_ceil(1000),
            phase: Phase::Waiting,
            attempt: 0,
            preemptions: 0,
            pool: PoolId(0),
            speed: 1000,
            holding: Holding::Nothing,
            placed: SimTime::NEVER,
            started: SimTime::NEVER,
            first_start: None,
            restart: Span::ZERO,
            estimate_end: SimTime::NEVER,
            done: 0,
            lost: 0,
            place,
            waits: self.causes.read(request.shape, self.now),
            waiting_since: self.now,
            preempted: Span::ZERO,
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
            let job = &self.jobs[slot];
            let requested = job.request.requested;
            self.line
                .join(job.request.shape, job.place, Waiting { slot, requested });
        }
    }

    /// A waiting job takes GPUs that are up.
    pub fn place(&mut self, model: &Model, slot: Slot, pool: PoolId) -> Result<(), Refusal> {
        let gpus = self.jobs[slot].gpus;
        let Some(holding) = self.pools[pool.index()].take(gpus) else {
            return Err(Refusal::Full);
        };
        self.leave_line(model, slot, pool, holding);
        let job = &mut self.jobs[slot];
        job.phase = Phase::Running;
        job.restart = restart_span(model, job);
        let left = Span(job.request.requested.0.saturating_sub(job.done).max(1));
        job.estimate_end = self.now + job.restart + wall(left, job.speed);
        if self.keeps_profile && !model.pools[pool.index()].is_rented() {
            let (end, gpus) = (job.estimate_end, job.gpus as u32);
            self.pools[pool.index()].profile.insert(end, slot, gpus);
        }
        Ok(())
    }

    /// A waiting job takes GPUs of a rented pool: of idle instances, else of new ones for the whole gang.
    pub fn place_rented(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
    ) -> Result<Launched, Refusal> {
        if self.place(model, slot, pool).is_ok() {
            return Ok(Launched { instances: 0 });
        }
        let terms = model.pool(pool);
        let gpus = self.jobs[slot].gpus;
        let state = &mut self.pools[pool.index()];
        if !state.may_rent(terms, gpus) {
            return Err(Refusal::Quota);
        }
        let Some((holding, instances)) = state.launch(terms, self.now, gpus) else {
            return Err(Refusal::Full);
        };
        self.leave_line(model, slot, pool, holding);
        let job = &mut self.jobs[slot];
        job.phase = Phase::Booting;
        job.restart = restart_span(model, job);
        Ok(Launched { instances })
    }

    /// A placed job begins to run.
    pub fn start(&mut self, slot: Slot) {
        let now = self.now;
        let job = &mut self.jobs[slot];
        job.phase = Phase::Running;
        job.started = now;
        if job.first_start.is_none() {
            job.first_start = Some(now);
            job.waits[Cause::Provisioning] += now.since(job.placed).0;
        } else {
            job.preempted += now.since(job.waiting_since);
        }
    }

    /// The instances of a booting job are up, and it begins to run.
    pub fn boot(&mut self, slot: Slot) {
        let job = self.jobs[slot];
        self.pools[job.pool.index()].boot(job.holding, job.gpus);
        self.changes.other = true;
        self.start(slot);
    }

    /// A running job overran its estimate: it is expected to take a little longer.
    pub fn extend_estimate(&mut self, slot: Slot) {
        let job = &mut self.jobs[slot];
        let tenth = wall(Span(job.request.requested.0 / 10), job.speed);
        let (before, gpus) = (job.estimate_end, job.gpus as u32);
        job.estimate_end = self.now + tenth.max(Span::MINUTE);
        let (end, pool) = (job.estimate_end, job.pool);
        let profile = &mut self.pools[pool.index()].profile;
        profile.remove(before, slot);
        profile.insert(end, slot, gpus);
    }

    /// How far a job has got, in reference ms, as monitoring would show it.
    pub fn progress(&self, slot: Slot) -> u64 {
        let job = &self.jobs[slot];
        if job.phase != Phase::Running {
            return job.done;
        }
        let elapsed = self.now.since(job.started).0.saturating_sub(job.restart.0);
        job.done + work_done(Span(elapsed), job.speed)
    }

    /// A running job is stopped to make room. Returns how long it writes a checkpoint first, holding its
    /// GPUs; if that is no time at all, they are free and it waits again.
    pub fn preempt(
        &mut self,
        model: &Model,
        slot: Slot,
        front_or_back: Option<bool>,
        idle: impl FnMut(PoolId, u32, u32),
    ) -> Span {
        let progress = self.progress(slot);
        self.booked.clear();
        let (class, job) = {
            let job = self.jobs[slot];
            (model.class_of(job.request.shape), job)
        };
        let restart_end = (job.started + job.restart).min(self.now);
        self.book(model, slot, Bucket::HeldIdle, job.placed, job.started);
        self.book(model, slot, Bucket::Restart, job.started, restart_end);
        let write = match model.classes[class.index()].preemption {
            Preemption::Checkpoint { write, .. } => {
                self.jobs[slot].done = progress;
                let now = self.now;
                if restart_end < now {
                    self.jobs.remember_run(slot, job.pool, restart_end, now);
                }
                write
            }
            Preemption::Kill { .. } => {
                self.jobs[slot].lost += progress - job.done;
                self.book(model, slot, Bucket::Rework, restart_end, self.now);
                Span::ZERO
            }
        };
        // Everything up to now is accounted for: what follows is a stretch of its own.
        let now = self.now;
        self.jobs.history_mut(slot).stretches += 1;
        let keeps_profile = self.keeps_profile && !model.pool(job.pool).is_rented();
        let job = &mut self.jobs[slot];
        job.attempt += 1;
        job.preemptions += 1;
        job.placed = now;
        job.started = now;
        job.phase = Phase::Saving;
        if keeps_profile {
            let (end, pool) = (job.estimate_end, job.pool);
            let (save_end, gpus) = (now + write, job.gpus as u32);
            job.estimate_end = save_end;
            self.pools[pool.index()].profile.remove(end, slot);
            self.pools[pool.index()]
                .profile
                .insert(save_end, slot, gpus);
        }
        if write == Span::ZERO {
            self.saved(model, slot, front_or_back, idle);
        }
        write
    }

    /// A stopped job has written its checkpoint: its GPUs are free and it waits again.
    pub fn saved(
        &mut self,
        model: &Model,
        slot: Slot,
        front_or_back: Option<bool>,
        idle: impl FnMut(PoolId, u32, u32),
    ) {
        let saving_since = self.jobs[slot].placed;
        self.book(model, slot, Bucket::Checkpoint, saving_since, self.now);
        self.free_gpus(model, slot, idle);
        let sequence = match front_or_back {
            None => self.jobs[slot].place.sequence(),
            Some(true) => self.line.sequence_front(),
            Some(false) => self.line.sequence_back(),
        };
        let now = self.now;
        let job = &mut self.jobs[slot];
        job.phase = Phase::Waiting;
        job.waiting_since = now;
        job.place = Place::new(job.place.key(), sequence);
        let requested = Span(job.request.requested.0.saturating_sub(job.done));
        let (shape, place) = (job.request.shape, job.place);
        self.line.join(shape, place, Waiting { slot, requested });
        self.changes.other = true;
    }

    /// A job ends. Returns its record; `booked` then lists the stretches that were booked with it.
    pub fn end(
        &mut self,
        model: &Model,
        slot: Slot,
        state: JobState,
        idle: impl FnMut(PoolId, u32, u32),
    ) -> JobRecord {
        self.booked.clear();
        let record = self.close_job(model, slot, state);
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
        record
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
        let Supply::OnDemand(offer) = &terms.supply else {
            return false;
        };
        let Some(launched) = self.pools[pool.index()].release(terms, instance, generation) else {
            return false;
        };
        self.charges.clear();
        let span = charged_span(offer, self.now.since(launched));
        self.charge(terms, pool, launched, (launched + span).min(horizon));
        self.changes.other = true;
        true
    }

    fn leave_line(&mut self, model: &Model, slot: Slot, pool: PoolId, holding: Holding) {
        let now = self.now;
        let job = &mut self.jobs[slot];
        if self.at_door == Some(slot) {
            self.at_door = None;
        } else {
            self.line.leave(job.request.shape, job.place);
        }
        if job.first_start.is_none() {
            job.waits = if job.request.submit == now {
                Waits::default()
            } else {
                self.causes.since(job.request.shape, now, job.waits)
            };
        }
        job.pool = pool;
        job.speed = model.pools[pool.index()].speed[model.class_of(job.request.shape).index()];
        job.holding = holding;
        job.placed = now;
        job.started = now;
        job.attempt += 1;
    }

    fn free_gpus(&mut self, model: &Model, slot: Slot, mut idle: impl FnMut(PoolId, u32, u32)) {
        let job = &mut self.jobs[slot];
        let keeps = self.keeps_profile && !model.pool(job.pool).is_rented();
        let (state, pool) = (&mut self.pools[job.pool.index()], job.pool);
        state.give(job.holding, job.gpus, |instance, generation| {
            idle(pool, instance, generation);
        });
        if keeps {
            state.profile.remove(job.estimate_end, slot);
        }
        job.holding = Holding::Nothing;
    }
}

/// A job that ran before restores its state first.
fn restart_span(model: &Model, job: &Job) -> Span {
    if job.preemptions == 0 {
        return Span::ZERO;
    }
    match model.classes[model.class_of(job.request.shape).index()].preemption {
        Preemption::Checkpoint { restart, .. } | Preemption::Kill { restart } => restart,
    }
}
