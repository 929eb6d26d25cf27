//! How running jobs are stopped before their end: to make room, because their place is gone, or as was declared.

use crate::journal::Bucket;
use crate::model::{Cut, Model, Preemption, Rhythm};
use crate::units::{PoolId, SimTime, Span};

use super::blocks::Place;
use super::job::{Phase, Slot};
use super::line::Waiting;
use super::moment::World;
use super::rent::Rent;
use super::stretch::work_done;
use super::syncing::Ending;

/// Why a job is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A decision of ours makes room.
    Room,
    /// Its place is about to be taken away.
    Notice,
    /// It goes on with fewer GPUs than it asked for, and could have them all.
    Growth,
    /// What was declared beforehand says that it must leave; whether it may write a checkpoint.
    Teardown(bool),
}

/// What an interruption finds.
#[derive(Clone, Copy, Debug)]
pub struct Loss {
    /// How many of the newest checkpoints turn out to be broken.
    pub bad_checkpoints: u64,
    /// Where charges stop.
    pub horizon: SimTime,
}

/// Instances that were given up while they booted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenUp {
    /// Those that their provider takes away.
    pub reclaimed: u32,
    /// The others.
    pub released: u32,
}

impl World {
    /// How far a job has got, in reference ms, as monitoring would show it.
    pub fn progress(&self, model: &Model, slot: Slot) -> u64 {
        let job = &self.jobs[slot];
        match job.phase {
            Phase::Running | Phase::Saving => {
                let run = self.full_run(slot, self.cut(model, slot).run);
                job.done + work_done(run, job.speed)
            }
            _ => job.done,
        }
    }

    /// What the present stretch of a job was so far, from the end of its restart.
    fn cut(&self, model: &Model, slot: Slot) -> Cut {
        let job = &self.jobs[slot];
        let elapsed = self
            .now
            .min(self.jobs.halted(job))
            .since(job.started + job.restart);
        model.rhythm(job.request.shape, job.pool).cut(elapsed)
    }

    /// When a running job will have run for `more` than now, with the checkpoints that it writes until then; never,
    /// while it is starved of all data.
    pub fn when_run(&self, model: &Model, slot: Slot, more: Span) -> SimTime {
        if let Some(at) = self.when_fed(slot, more) {
            return at;
        }
        let job = &self.jobs[slot];
        let run = self.cut(model, slot).run;
        let rhythm = model.rhythm(job.request.shape, job.pool);
        job.started + job.restart + rhythm.wall(Span(run.0 + more.0))
    }

    /// How long a job would write the checkpoint that lets it stop without loss; `None` if it keeps none.
    pub fn write_span(&self, model: &Model, slot: Slot) -> Option<Span> {
        let class = model.class_of(self.jobs[slot].request.shape);
        match model.classes[class.index()].preemption {
            Preemption::Checkpoint { write, .. } => Some(write),
            Preemption::Kill { .. } => None,
        }
    }

    /// A running job is told to stop. Returns how long it writes a checkpoint first, holding its GPUs; if
    /// that is no time at all, they are free and it waits again.
    pub fn halt(
        &mut self,
        model: &Model,
        slot: Slot,
        why: Reason,
        requeue: Option<bool>,
        idle: impl FnMut(PoolId, u32, u32),
    ) -> Span {
        self.booked.clear();
        let write = self
            .write_span(model, slot)
            .filter(|_| why != Reason::Teardown(false));
        let now = self.now;
        if self.staging.transfers.feeds.is_used() {
            self.stop_feeding(model, slot);
        }
        if self.staging.transfers.syncs.is_used() {
            self.stop_course(slot);
        }
        let keeps_profile = self.keeps_profile && !model.pool(self.jobs[slot].pool).is_rented();
        let history = self.jobs.history_mut(slot);
        match why {
            Reason::Room | Reason::Teardown(_) => history.preemptions += 1,
            Reason::Notice => history.interruptions += 1,
            Reason::Growth => {}
        }
        history.interrupted = why == Reason::Notice;
        history.halted = now;
        let job = &mut self.jobs[slot];
        job.attempt += 1;
        let Some(write) = write else {
            self.lose_work(model, slot, 0, requeue, idle);
            return Span::ZERO;
        };
        job.phase = Phase::Saving;
        if keeps_profile {
            let (end, pool) = (job.estimate_end, job.pool);
            let (save_end, gpus) = (now + write, job.gpus as u32);
            job.estimate_end = save_end;
            let profile = &mut self.pools[pool.index()].profile;
            profile.remove(end, slot);
            profile.insert(save_end, slot, gpus);
        }
        if write == Span::ZERO {
            self.saved(model, slot, requeue, idle);
        }
        write
    }

    /// A stopped job has written its checkpoint: its GPUs are free and it waits again.
    pub fn saved(
        &mut self,
        model: &Model,
        slot: Slot,
        requeue: Option<bool>,
        idle: impl FnMut(PoolId, u32, u32),
    ) {
        if self.staging.keeps_checkpoints() {
            self.keep_checkpoint(model, slot, true);
        }
        let progress = self.progress(model, slot);
        let job = self.jobs[slot];
        let run_from = self.book_before_run(model, slot);
        let halted = self.jobs.halted(&job);
        if !self.saves_home(model, slot, (run_from, halted), progress) && run_from < halted {
            let (starved, run) = (self.starved(slot), (run_from, halted));
            self.jobs.remember_run(slot, job.pool, run, starved);
        }
        self.book(model, slot, Bucket::Checkpoint, halted, self.now);
        self.jobs[slot].done = progress;
        self.jobs.history_mut(slot).unsaved = 0;
        self.free_gpus(model, slot, idle);
        if !model.elastic.is_empty() {
            self.resize(model, slot);
        }
        self.wait_again(slot, requeue);
    }

    /// The place of a job is gone, or the job crashed: it stops at once, goes back to the newest checkpoint that
    /// can be read, and waits again. A gang that still boots is given up; the instances of it are returned.
    pub fn interrupt(
        &mut self,
        model: &Model,
        slot: Slot,
        loss: Loss,
        requeue: Option<bool>,
        idle: impl FnMut(PoolId, u32, u32),
    ) -> GivenUp {
        self.booked.clear();
        let phase = self.jobs[slot].phase;
        if !matches!(phase, Phase::Booting | Phase::Staging) {
            let history = self.jobs.history_mut(slot);
            // A job that was told to stop and is still writing was counted then.
            history.interruptions += u32::from(phase == Phase::Running);
            history.interrupted = true;
        }
        self.jobs[slot].attempt += 1;
        match phase {
            Phase::Booting => {
                let given_up = self.give_up(model, slot, loss.horizon);
                self.wait_again(slot, requeue);
                given_up
            }
            Phase::Staging => {
                self.drop_staging(model, slot);
                self.free_gpus(model, slot, idle);
                self.wait_again(slot, requeue);
                GivenUp::default()
            }
            Phase::Running | Phase::Saving => {
                self.lose_work(model, slot, loss.bad_checkpoints, requeue, idle);
                GivenUp::default()
            }
            Phase::Waiting | Phase::Asking | Phase::Gone => GivenUp::default(),
        }
    }

    /// Gives up instances that boot.
    fn give_up(&mut self, model: &Model, slot: Slot, horizon: SimTime) -> GivenUp {
        let (placed, pool) = (self.jobs[slot].placed, self.jobs[slot].pool);
        self.book(model, slot, Bucket::HeldIdle, placed, self.now);
        self.charges.clear();
        let before = self.pool(pool).rent().map_or(0, Rent::held);
        let reclaimed = self.cancel(model, slot, Some(horizon));
        let after = self.pool(pool).rent().map_or(0, Rent::held);
        self.pools[pool.index()].books.reclaims += u64::from(reclaimed);
        GivenUp {
            reclaimed,
            released: (before - after) as u32 - reclaimed,
        }
    }

    /// What a job that runs did before it came where it is is lost, whatever checkpoints there are.
    pub fn lose_earlier_runs(&mut self, model: &Model, slot: Slot) {
        let runs = self.jobs.take_runs_after(slot, 0);
        self.book_lost_runs(model, slot, &runs);
        let done = std::mem::take(&mut self.jobs[slot].done);
        let history = self.jobs.history_mut(slot);
        history.lost += done;
        history.unsaved = 0;
    }

    /// Stops a job that works; what its newest readable checkpoint does not hold is lost.
    fn lose_work(
        &mut self,
        model: &Model,
        slot: Slot,
        bad: u64,
        requeue: Option<bool>,
        idle: impl FnMut(PoolId, u32, u32),
    ) {
        self.book_loss(model, slot, bad);
        self.free_gpus(model, slot, idle);
        if !model.elastic.is_empty() {
            self.resize(model, slot);
        }
        self.wait_again(slot, requeue);
    }

    fn book_loss(&mut self, model: &Model, slot: Slot, bad: u64) {
        if self.staging.transfers.feeds.is_used() {
            self.stop_feeding(model, slot);
        }
        if self.staging.keeps_checkpoints() {
            self.keep_checkpoint(model, slot, false);
        }
        let progress = self.progress(model, slot);
        let job = self.jobs[slot];
        let rhythm = model.rhythm(job.request.shape, job.pool);
        let run_from = self.book_before_run(model, slot);
        let run_to = self.now.min(self.jobs.halted(&job));
        let kept = self.counting(rhythm, run_from, run_to).saturating_sub(bad);
        let (safe_run, safe_to) = if kept == 0 {
            (Span::ZERO, run_from)
        } else {
            let safe = Span(kept * rhythm.interval.0);
            (safe, run_from + Span(kept * rhythm.cycle().0))
        };
        let (safe_run, before, after) = self.fed_until(slot, safe_run);
        let ending = Ending {
            from: run_from,
            kept,
            last: None,
        };
        let goes_home =
            self.staging.transfers.syncs.is_used() && self.end_course(model, slot, ending);
        if !goes_home && run_from < safe_to {
            let run = (run_from, safe_to);
            self.jobs.remember_run(slot, job.pool, run, before);
        }
        self.book_run(model, slot, Bucket::Rework, (safe_to, run_to), after);
        self.book(model, slot, Bucket::Checkpoint, run_to, self.now);
        let unsaved = &mut self.jobs.history_mut(slot).unsaved;
        let unsaved = if kept == 0 {
            std::mem::take(unsaved)
        } else {
            0
        };
        let job = &mut self.jobs[slot];
        job.done += work_done(safe_run, job.speed);
        job.done -= unsaved;
        let lost = progress - job.done;
        let history = self.jobs.history_mut(slot);
        history.lost += lost;
        history.unsaved = 0;
    }

    /// As the end of the present stretch of a job whose checkpoints go home; returns whether they do.
    fn saves_home(
        &mut self,
        model: &Model,
        slot: Slot,
        (from, halted): (SimTime, SimTime),
        progress: u64,
    ) -> bool {
        if !self.staging.transfers.syncs.is_used() {
            return false;
        }
        let job = &self.jobs[slot];
        let rhythm = model.rhythm(job.request.shape, job.pool);
        let ending = Ending {
            from,
            kept: self.counting(rhythm, from, halted),
            last: Some((halted, progress)),
        };
        self.end_course(model, slot, ending)
    }

    /// How many checkpoints of the present stretch count now. None is written in time while a job saves, but
    /// one that was written may be verified then.
    pub(super) fn counting(&self, rhythm: Rhythm, run_from: SimTime, stop: SimTime) -> u64 {
        let unverified = Rhythm {
            verify: Span::ZERO,
            ..rhythm
        };
        let written = unverified.cut(stop.since(run_from)).checkpoints;
        written.min(rhythm.cut(self.now.since(run_from)).checkpoints)
    }

    /// Books what came before the work of the present stretch; returns where the work began.
    fn book_before_run(&mut self, model: &Model, slot: Slot) -> SimTime {
        let job = self.jobs[slot];
        let stop = self.now.min(self.jobs.halted(&job));
        let run_from = (job.started + job.restart).min(stop);
        self.book(model, slot, Bucket::HeldIdle, job.placed, job.started);
        self.book(model, slot, Bucket::Restart, job.started, run_from);
        run_from
    }

    /// A job whose request the market refused, or that lost its GPUs, joins the line again.
    pub(super) fn wait_again(&mut self, slot: Slot, requeue: Option<bool>) {
        let sequence = match requeue {
            None => self.jobs[slot].place.sequence(),
            Some(true) => self.line.sequence_front(),
            Some(false) => self.line.sequence_back(),
        };
        let now = self.now;
        let job = &mut self.jobs[slot];
        if !job.has_run() {
            // It never ran: the wait goes on where it was, and the time with its provider is part of it.
            let held = now.since(job.placed).0;
            job.waits.add_provisioning(held);
            if job.phase == Phase::Staging {
                job.waits.turn_staging(held);
            }
            job.waits = self.causes.resume(job.request.shape, now, job.waits);
            if self.causes.keeps_rare() {
                self.causes.turn_rare(slot, job.request.shape, now);
            }
        } else if matches!(job.phase, Phase::Running | Phase::Saving) {
            self.jobs.history_mut(slot).waiting_since = now;
        }
        let job = &mut self.jobs[slot];
        job.phase = Phase::Waiting;
        job.place = Place::new(job.place.key(), sequence);
        let requested = Span(job.request.requested.0.saturating_sub(job.done));
        let (shape, place) = (job.request.shape, job.place);
        self.line.join(shape, place, Waiting { slot, requested });
        self.changes.other = true;
    }
}
