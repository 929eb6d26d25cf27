//! One replication from its first instant to its horizon.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::journal::{JobRecord, Observer, RunRecord};
use crate::model::{Class, Horizon, Model, Timeline};
use crate::strategy::Strategy;
use crate::units::{JobId, SimTime, Span};
use crate::world::{PoolState, Profile, World};

use super::artifacts::Harm;
use super::births::Birth;
use super::carry::starts_plainly;
use super::ledger::IdleBooks;
use super::retention::Deletions;
use super::scratch::{Scratch, fresh_world};

/// Rounds of one instant after which the strategy is held to be going in circles.
const ROUNDS_PER_INSTANT_MAX: u32 = 64;

/// Why a replication cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stuck {
    /// The strategy and the engine went round in circles at one instant: a bug, told with where it was.
    #[error("strategy `{strategy}` made no end of decisions at {at:?} (jobs {jobs:?} among them)")]
    Circles {
        /// Which strategy.
        strategy: String,
        /// When.
        at: SimTime,
        /// Some of the jobs that were decided upon.
        jobs: Vec<u32>,
    },
    /// The strategy looks at estimated ends, which are kept of a limited number of jobs.
    #[error(
        "strategy `{strategy}` keeps the estimated ends of at most {most} living jobs, and there are more after \
         {days} days; bring less demand or more capacity, shorten the horizon, or use a queue of kind fifo"
    )]
    Crowded {
        /// Which strategy.
        strategy: String,
        /// After so many days.
        days: u64,
        /// How many there may be.
        most: u32,
    },
}

/// One run in progress.
pub(super) struct Run<'a, O> {
    pub(super) model: &'a Model,
    /// The strategy in force.
    pub(super) strategy: &'a Strategy,
    /// The strategy as it began, which knows what it does in each phase.
    pub(super) root: &'a Strategy,
    pub(super) timeline: &'a Timeline,
    pub(super) dice: &'a Dice,
    pub(super) scratch: &'a mut Scratch,
    pub(super) world: World,
    pub(super) out: &'a mut O,
    pub(super) horizon: SimTime,
    pub(super) next_arrival: usize,
    pub(super) next_arrival_at: SimTime,
    pub(super) next_incident: usize,
    pub(super) next_incident_at: SimTime,
    /// The end of the present month, where something must be paid then; never otherwise.
    pub(super) month_end: SimTime,
    /// What came during the run.
    pub(super) births: Vec<Birth>,
    pub(super) next_price: usize,
    pub(super) next_price_at: SimTime,
    pub(super) digest: u64,
    pub(super) events: u64,
    pub(super) passes: u64,
    /// Whether all that a job has to see to when it starts is its end.
    pub(super) is_plain: bool,
    /// Whether no data ever move, and no node is ever waited for.
    pub(super) is_still: bool,
    /// Jobs that were turned away, of which there are only so many, and nobody has counted yet.
    pub(super) turned_away: u64,
    /// Since when nothing but windows turned, and how many events there were then.
    pub(super) quiet: (SimTime, u64),
    /// What went wrong for good.
    pub(super) harm: Harm,
    /// Whether what came of any job is looked at, or may be flawed.
    pub(super) inspects: bool,
    /// How often jobs that live did all their work, and it did not pass.
    pub(super) tries: BTreeMap<JobId, u16>,
    /// The record of the job that ended last.
    pub(super) record: JobRecord,
    /// What each pool was charged for and no job used, by month.
    pub(super) idle: IdleBooks,
    /// What was deleted because its time was over, and when that is proven.
    pub(super) deletions: Deletions,
}

/// Plays one replication under one strategy and tells `out` all that happens.
pub fn simulate<O: Observer>(
    model: &Model,
    strategy: &Strategy,
    timeline: &Timeline,
    dice: &Dice,
    scratch: &mut Scratch,
    out: &mut O,
) -> Result<RunRecord, Stuck> {
    let mut world = fresh_world(model, strategy, timeline, scratch);
    world.keeps_stretches = O::POSTINGS;
    scratch.orders.witness.begin(O::JUSTIFIES);
    world.staging.transfers.judge.tells = O::MOVEMENTS;
    scratch.reserve(&mut world, model, strategy, timeline);
    out.begin(scratch.room.of_class());
    let horizon = match model.horizon {
        Horizon::At(at) => at,
        Horizon::LastSubmit => timeline.last_submit(),
        Horizon::UntilEmpty => SimTime::NEVER,
    };
    scratch.pool_keys.clear();
    scratch.feed_ends.clear();
    scratch.class_keys.clear();
    if model.pools.iter().any(crate::model::Pool::is_rented) {
        let keys = model.pools.iter().map(|pool| dice.key("pool", &pool.name));
        scratch.pool_keys.extend(keys);
    }
    if model.classes.iter().any(Class::rolls_dice) {
        let keys = model.classes.iter();
        let keys = keys.map(|class| dice.key("class", &class.name));
        scratch.class_keys.extend(keys);
    }
    let next_price_at = scratch.price_change(0);
    let is_plain = starts_plainly(model, scratch, &world);
    let is_still = is_plain && world.is_still(model);
    let mut run = Run {
        model,
        strategy,
        root: strategy,
        timeline,
        dice,
        scratch,
        world,
        out,
        horizon,
        next_arrival: 0,
        next_arrival_at: timeline.submit_of(0),
        next_incident: 0,
        next_incident_at: timeline.incident_at(0),
        month_end: SimTime::NEVER,
        births: Vec::new(),
        next_price: 0,
        next_price_at,
        digest: 0x9e37_79b9_7f4a_7c15,
        events: 0,
        passes: 0,
        is_plain,
        is_still,
        turned_away: 0,
        quiet: (SimTime::ZERO, 0),
        harm: Harm::default(),
        inspects: !model.inspections.is_empty(),
        tries: BTreeMap::new(),
        record: JobRecord::BLANK,
        idle: IdleBooks::default(),
        deletions: Deletions::default(),
    };
    run.open();
    let ended = run.play();
    let record = ended.map(|()| run.close());
    let world = run.world;
    scratch.world = Some(world);
    record
}

impl<O: Observer> Run<'_, O> {
    /// What is so before the first instant.
    fn open(&mut self) {
        self.open_shops();
        self.name_instances();
        self.tell_usable();
        self.open_phases();
        if self.model.rules.are_used() || self.model.windows.are_used() {
            self.bar_shapes();
        }
        self.expect_windows();
        self.expect_month();
        self.begin_retention();
    }

    fn play(&mut self) -> Result<(), Stuck> {
        let warm = self.begins_warm();
        if warm {
            self.begin_warm();
        }
        self.world.close_first(self.model);
        let mut next = if warm {
            Some(SimTime::ZERO)
        } else {
            self.next_instant()
        };
        while let Some(now) = next {
            self.world.advance_to(now);
            self.instant(now)?;
            next = self.next_instant();
        }
        Ok(())
    }

    /// One instant: what must happen, what is chosen, what must hold.
    #[expect(
        clippy::inline_always,
        reason = "measured: asked once, for each instant there is"
    )]
    #[inline(always)]
    fn instant(&mut self, now: SimTime) -> Result<(), Stuck> {
        let mut rounds = 0;
        if self.month_end == now {
            self.turn_month();
        }
        loop {
            self.happen(now);
            #[cfg(debug_assertions)]
            assert!(!self.is_still || self.world.rests(), "something moves here");
            if O::MOVEMENTS && self.is_still {
                // Results leave also where nothing else moves.
                self.tell_movements();
            }
            if !self.is_still {
                if self.world.staging.holds_any() && self.world.changes.other {
                    self.begin_staged();
                }
                if self.has_consequences() {
                    self.follow_up();
                }
                if self.world.budgets.stop_work() {
                    self.keep_stops();
                }
                if self.world.failing.are_used() && self.keep_failovers() {
                    self.count_round(&mut rounds)?;
                    continue;
                }
            }
            if self.world.is_crowded() {
                return Err(self.crowded(now));
            }
            if !self.world.decision_due() {
                return Ok(());
            }
            self.decide();
            self.carry_out(now);
            if !self.is_still {
                if self.has_consequences() {
                    self.follow_up();
                }
                if self.world.failing.are_used() {
                    self.review_failovers();
                }
                if self.world.budgets.stop_work() {
                    self.expect_stops();
                }
            }
            #[cfg(debug_assertions)]
            super::finish::audit(self);
            if self.scratch.agenda.next_at() > now {
                return Ok(());
            }
            self.count_round(&mut rounds)?;
        }
    }

    /// One more round of this instant.
    fn count_round(&mut self, rounds: &mut u32) -> Result<(), Stuck> {
        *rounds += 1;
        if *rounds == ROUNDS_PER_INSTANT_MAX {
            // Whoever is turned away makes room in the line for the next: that is no circle.
            if std::mem::take(&mut self.turned_away) == 0 {
                return Err(self.circles(self.world.now));
            }
            *rounds = 0;
        }
        Ok(())
    }

    /// Whether anything moved or was freed. Asked before [`Run::follow_up`], because mostly nothing was.
    #[inline]
    fn has_consequences(&self) -> bool {
        !self.world.staging.gone.is_empty()
            || self.world.awaits_service()
            || self.expects_transfers()
    }

    /// What moved and what was freed has its own consequences.
    #[inline(never)]
    fn follow_up(&mut self) {
        if !self.world.staging.gone.is_empty() {
            self.tell_gone();
        }
        if self.world.retention.is_used() {
            self.keep_retention();
        }
        if self.world.awaits_service() {
            self.serve_what_is_clear();
        }
        self.expect_transfers();
    }

    #[cold]
    fn crowded(&self, now: SimTime) -> Stuck {
        Stuck::Crowded {
            strategy: self.strategy.name().to_owned(),
            days: now.0 / Span::DAY.0,
            most: Profile::SLOTS_MAX,
        }
    }

    #[cold]
    fn circles(&self, now: SimTime) -> Stuck {
        let living = self.world.jobs.living();
        Stuck::Circles {
            strategy: self.strategy.name().to_owned(),
            at: now,
            jobs: living.take(5).map(|(_, job)| job.id.0).collect(),
        }
    }

    /// The next instant before or at the horizon at which anything happens.
    fn next_instant(&self) -> Option<SimTime> {
        if self.next_arrival_at == SimTime::NEVER
            && self.horizon == SimTime::NEVER
            && self.nothing_is_left()
        {
            return None;
        }
        let event = self.scratch.agenda.next_at();
        let mut next = self.next_arrival_at.min(event);
        let outside = self.next_incident_at.min(self.next_price_at);
        if outside.min(self.month_end) < next {
            if self.month_end < next && self.has_more(next) {
                next = self.month_end;
            }
            // A price matters only while something is left to happen, weather included, which may make more happen
            // after it; what is down is counted up to the horizon.
            let goes_on = next != SimTime::NEVER || !self.world.line.is_empty();
            if goes_on || self.horizon != SimTime::NEVER {
                next = next.min(self.next_incident_at);
            }
            if goes_on || next != SimTime::NEVER {
                next = next.min(self.next_price_at);
            }
        }
        (next <= self.horizon && next != SimTime::NEVER).then_some(next)
    }

    /// Whether something is still to come: an event, the horizon, or a day on which permits let more through.
    pub(super) fn has_more(&self, next: SimTime) -> bool {
        let ends = next != SimTime::NEVER || self.horizon != SimTime::NEVER;
        ends || self.world.staging.transfers.judge.owes_days()
    }

    /// Whether nobody is alive and nothing is rented: events that are left are of jobs that are gone.
    fn nothing_is_left(&self) -> bool {
        let rents = |pool: &PoolState| pool.rent().is_some_and(|rent| rent.held() > 0);
        self.world.jobs.is_empty()
            && self.world.staging.transfers.is_empty()
            && !self.world.pools.iter().any(rents)
    }
}
