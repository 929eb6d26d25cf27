//! Carrying a plan out: what was placed starts (or boots), what was stopped writes its checkpoint.

use crate::dice::Purpose;
use crate::journal::{Fact, JobState, Observer};
use crate::model::{Boot, Masks, Model, Overrun, Supply};
use crate::process::{Outcome, exponential_below, lognormal_ms};
use crate::units::{PoolId, SimTime, Span};
use crate::world::{Phase, Slot, SpotNews, World, wall};

use super::agenda::{Event, Rank};
use super::run::Run;
use super::scratch::Scratch;

/// Whether a job that starts has nothing to see to but its end: each line is for one of
/// [`Run::begin_running_among_more`] and [`Run::begin_work`].
pub(super) fn starts_plainly(model: &Model, scratch: &Scratch, world: &World) -> bool {
    model.rollout.phases.is_empty()
        && !model.failovers.are_used()
        && !world.staging.may_hold()
        && !world.staging.transfers.syncs.is_used()
        && !world.staging.transfers.feeds.is_used()
        && !world.services.are_used()
        && !model.envelopes.are_used()
        && !model.budgets.stop_work()
        && model.elastic.is_empty()
        && !world.spot.is_kept()
        && scratch.class_keys.is_empty()
}

impl<O: Observer> Run<'_, O> {
    /// Carries out what the strategy planned.
    pub(super) fn carry_out(&mut self, now: SimTime) {
        if O::JUSTIFIES {
            self.tell_why();
        }
        if !self.scratch.orders.stops.is_empty() {
            self.carry_out_stops(now);
        }
        for index in 0..self.scratch.orders.starts.len() {
            let start = self.scratch.orders.starts[index];
            let id = self.world.jobs[start.slot].id;
            self.note(10 + u64::from(start.pool.0 & 3), u64::from(id.0));
            self.out.fact(now, Fact::Placed(id, start.pool));
            if start.launched == 0 {
                if self.world.jobs[start.slot].phase != Phase::Staging {
                    self.world.start(start.slot);
                    self.begin_running(start.slot);
                } else if self.world.envelopes.are_used() {
                    self.expect_limit(start.slot);
                }
                if self.world.rules.are_used() {
                    self.note_violations(start.slot, Masks::default());
                }
                continue;
            }
            if !self.ask_market(index) {
                continue;
            }
            self.out.fact(now, Fact::Rented(start.pool, start.launched));
            if self.world.rules.are_used() {
                self.note_violations(start.slot, Masks::default());
            }
            let boot = self.boot_span(start.slot, start.pool);
            self.schedule(now + boot, Rank::Booted, start.slot);
            if self.world.envelopes.are_used() {
                self.expect_limit(start.slot);
            }
        }
        self.scratch.orders.starts.clear();
        if !self.scratch.orders.wakes.is_empty() {
            self.set_wakes();
        }
        if !self.scratch.orders.idle.is_empty() {
            self.set_release_timers();
        }
        if self.world.budgets.are_kept() {
            self.carry_out_budgets(now);
        }
    }

    /// Decisions asked to be called again.
    fn set_wakes(&mut self) {
        for index in 0..self.scratch.orders.wakes.len() {
            let (at, slot) = self.scratch.orders.wakes[index];
            let id = self.world.jobs[slot].id.0;
            let event = Event {
                rank: Rank::Wake,
                id,
                slot: slot.0,
                attempt: 0,
                state: JobState::Running,
            };
            self.scratch.agenda.push(at, event);
        }
        self.scratch.orders.wakes.clear();
    }

    /// Stopped jobs write their checkpoints.
    fn carry_out_stops(&mut self, now: SimTime) {
        for index in 0..self.scratch.orders.stops.len() {
            let (slot, pool) = self.scratch.orders.stops[index];
            let id = self.world.jobs[slot].id;
            self.note(9, u64::from(id.0));
            self.out.fact(now, Fact::Preempted(id, pool));
        }
        self.scratch.orders.stops.clear();
        self.post_stops();
        for index in 0..self.scratch.orders.saves.len() {
            let (slot, at) = self.scratch.orders.saves[index];
            self.schedule(at, Rank::Saved, slot);
        }
        self.scratch.orders.saves.clear();
    }

    /// A job runs from now on: its end is known to the engine alone.
    pub(super) fn begin_running(&mut self, slot: Slot) {
        let job = &self.world.jobs[slot];
        self.out
            .fact(self.world.now, Fact::Started(job.id, job.pool));
        if self.is_plain {
            self.expect_end(slot);
        } else {
            self.begin_running_among_more(slot);
        }
    }

    /// As above, where a job that starts has more to see to than its end.
    #[inline(never)]
    fn begin_running_among_more(&mut self, slot: Slot) {
        if !self.model.rollout.phases.is_empty() {
            self.count_start(slot);
        }
        if self.world.staging.may_hold() {
            self.world.staged_with_gpus(self.model, slot);
        }
        let fetches = self.world.staging.transfers.syncs.is_used() && self.goes_on(slot);
        let at = if fetches {
            SimTime::NEVER
        } else {
            self.begin_work(slot)
        };
        if self.world.services.are_used() {
            self.start_on_artifacts(slot);
        }
        if !self.model.elastic.is_empty() {
            self.expect_growth(slot);
        }
        if self.world.envelopes.are_used() {
            self.expect_limit(slot);
        }
        self.hear_spot(slot, SpotNews::Runs);
        // No class crashes by itself where none rolls dice.
        if !self.scratch.class_keys.is_empty() {
            self.schedule_crash(slot, at);
        }
    }

    /// A job restores its state, if it has any, and works. Returns when it ends, as far as that is known.
    #[inline]
    pub(super) fn begin_work(&mut self, slot: Slot) -> SimTime {
        // When a job ends that reads while it runs is worked out where it is known what it gets.
        let feeds = self.world.staging.transfers.feeds.is_used()
            && self.world.start_feeding(self.model, slot);
        let at = if feeds {
            SimTime::NEVER
        } else {
            self.expect_end(slot)
        };
        if self.world.services.are_used() {
            self.start_with_credential(slot);
        }
        if self.world.failing.are_used() {
            self.tell_recovery(slot, true);
        }
        at
    }

    /// What jobs hold their GPUs for may have come: they begin.
    #[cold]
    pub(super) fn begin_staged(&mut self) {
        let mut staged = std::mem::take(&mut self.scratch.victims);
        self.world.take_staged(self.model, &mut staged);
        for &slot in &staged {
            self.world.end_staging(slot);
            self.world.start(slot);
            self.begin_running(slot);
        }
        self.scratch.victims = staged;
    }

    /// Puts the end of a job that has started into the agenda.
    #[expect(
        clippy::inline_always,
        reason = "measured: each job comes through here once"
    )]
    #[inline(always)]
    fn expect_end(&mut self, slot: Slot) -> SimTime {
        let job = &self.world.jobs[slot];
        let truth = self.timeline.truth_of(job.id);
        let work = Span(truth.work.0 - job.done);
        let rhythm = self.model.rhythm(job.request.shape, job.pool);
        let mut span = rhythm.wall(wall(work, job.speed));
        let mut state = ended(truth.outcome);
        if self.model.overrun == Overrun::Kill {
            let asked = Span(job.request.requested.0.saturating_sub(job.done).max(1));
            let allowed = rhythm.wall(wall(asked, job.speed));
            if allowed < span {
                // It reaches what it asked for before its work is done.
                (span, state) = (allowed, JobState::TimedOut);
            }
        }
        let at = job.started + job.restart + span;
        let (id, attempt) = (job.id.0, job.attempt);
        let agenda = &mut self.scratch.agenda;
        agenda.add(at, Rank::Finish, id, slot.0, attempt, state);
        at
    }

    /// A class that crashes by itself spends, while it runs, a budget that each attempt draws anew.
    fn schedule_crash(&mut self, slot: Slot, end: SimTime) {
        let job = &self.world.jobs[slot];
        let class = self.model.class_of(job.request.shape);
        let Some(mean) = self.model.classes[class.index()].crash_mean else {
            return;
        };
        let key = self.scratch.class_keys[class.index()];
        let part = job.attempt as u16;
        let mut stream = self.dice.stream(key, Purpose::Crash, job.id.0, part);
        let left = end.since(self.world.now);
        if let Some(after) = exponential_below(&mut stream, mean, left) {
            self.schedule(self.world.now + after, Rank::Crash, slot);
        }
    }

    /// Instances that became idle are given back if nobody uses them until the offer's idle release.
    pub(super) fn set_release_timers(&mut self) {
        for index in 0..self.scratch.orders.idle.len() {
            let (pool, instance, generation) = self.scratch.orders.idle[index];
            let Supply::Rented(offer) = &self.model.pool(pool).supply else {
                continue;
            };
            let mut at = self.world.now + offer.idle_release;
            if self.world.windows.is_shut(pool) {
                // Nobody could use it before a window opens.
                at = self.world.now;
            }
            if !self.model.elastic.is_empty() {
                // What stays of a gang that lost a part is its own to go on with: it is there until the decision.
                at = at.max(self.world.now + Span(1));
            }
            if self.world.budgets.stop_work() && self.world.is_closed_by_budget(self.model, pool) {
                at = self.world.now;
            }
            let id = u32::from(pool.0) << 20 | instance;
            let slot = u32::from(pool.0);
            let event = Event {
                rank: Rank::Release,
                id,
                slot,
                attempt: generation,
                state: JobState::Running,
            };
            self.scratch.agenda.push(at, event);
        }
        self.scratch.orders.idle.clear();
    }

    fn boot_span(&self, slot: Slot, pool: PoolId) -> Span {
        let Supply::Rented(offer) = &self.model.pool(pool).supply else {
            return Span::ZERO;
        };
        match offer.boot {
            Boot::Fixed(span) => span,
            Boot::LogNormal { mu, sigma } => {
                let job = &self.world.jobs[slot];
                let key = self.scratch.pool_keys[pool.index()];
                let part = job.attempt as u16;
                let mut stream = self.dice.stream(key, Purpose::Boot, job.id.0, part);
                lognormal_ms(&mut stream, mu, sigma)
            }
        }
    }

    pub(super) fn schedule(&mut self, at: SimTime, rank: Rank, slot: Slot) {
        let event = Event::of(rank, slot, &self.world.jobs[slot]);
        self.scratch.agenda.push(at, event);
    }
}

/// How a job stands when all its work is done.
pub(super) const fn ended(outcome: Outcome) -> JobState {
    match outcome {
        Outcome::Finished => JobState::Finished,
        Outcome::Failed => JobState::Failed,
        Outcome::Cancelled => JobState::Cancelled,
        Outcome::TimedOut => JobState::TimedOut,
    }
}
