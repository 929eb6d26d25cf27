//! Placing a waiting job: what stands between it and a pool, and how it takes GPUs that are up or instances that boot.

use crate::journal::Cause;
use crate::model::{Model, Preemption};
use crate::units::{PoolId, Span};

use super::job::{Job, Phase, Slot};
use super::moment::World;
use super::nodes::Holding;
use super::pool::PoolState;
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
    /// What is left of its cost envelope does not pay for it.
    Envelope,
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
    #[inline]
    pub fn may_start(&self, model: &Model, slot: Slot, pool: PoolId) -> Result<(), Refusal> {
        let answer = self.may_start_but_for_quota(model, slot, pool);
        if model.quotas.are_used() {
            return self.within_quota(model, slot, pool, answer);
        }
        answer
    }

    fn within_quota(
        &self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
        answer: Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let withheld = matches!(answer, Err(Refusal::Withheld(_)));
        if !withheld && !self.quotas_allow(model, slot, pool) {
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
        if self.envelopes.are_used() && !self.within_envelope(model, slot, pool) {
            return Err(Refusal::Envelope);
        }
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
        if self.windows.are_used() {
            self.count_overtime(model, slot, true);
        }
        if self.claims.are_kept() {
            self.claim(model, slot, true);
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
