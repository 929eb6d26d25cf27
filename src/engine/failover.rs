//! Failovers as time passes: what is watched, when that is told, what is done then, and how long work took to go on.

use crate::journal::{Circumstance, Fact, JobState, Observer};
use crate::model::{Door, FailBack, FailoverAction, set_bits};
use crate::units::{Money, SimTime};
use crate::world::{Phase, Reason, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

/// Events of failovers are told apart from those of repair shops, phases and budgets by this number.
pub(super) const FAILOVERS: u32 = u32::MAX - 3;

/// What an event of a failover is about: a place in three bits beside the version.
const LASTED: u32 = 0;
const TOLD_ON: u32 = 1;
const TOLD_OFF: u32 = 2;
const NEXT: u32 = 3;
const COOLED: u32 = 4;
const LOOK: u32 = 5;
pub(super) const STAGE: u32 = 6;

impl<O: Observer> Run<'_, O> {
    pub(super) fn expect_failover(
        &mut self,
        at: SimTime,
        (failover, trigger): (usize, usize),
        what: u32,
    ) {
        let event = Event {
            rank: Rank::Restored,
            id: (failover as u32) << 16 | trigger as u32,
            slot: FAILOVERS,
            attempt: what,
            state: JobState::Running,
        };
        if at <= self.horizon {
            self.scratch.agenda.push(at, event);
        }
    }

    /// Looks at all that is watched: what changed is expected to last.
    fn watch(&mut self) {
        let now = self.world.now;
        if self.model.failovers.watch_budgets() {
            self.world.settle_budgets(self.model);
            self.hear_of_budgets();
        }
        for (failover, of) in self.model.failovers.list.iter().enumerate() {
            for (index, trigger) in of.triggers.iter().enumerate() {
                let was = self.world.failing.states[failover].watches[index].is_so;
                let (is_so, again) = self.world.signals(self.model, of, trigger, was);
                let watch = &mut self.world.failing.states[failover].watches[index];
                let looks = again != watch.look_at && again != SimTime::NEVER;
                watch.look_at = again;
                let changed = watch.is_so != is_so;
                if changed {
                    watch.is_so = is_so;
                    watch.version += 1;
                }
                let version = watch.version;
                if looks {
                    self.expect_failover(again, (failover, index), LOOK);
                }
                if changed {
                    let what = version << 3 | LASTED;
                    self.expect_failover(now + trigger.lasting, (failover, index), what);
                }
            }
        }
    }

    /// Before a decision: what is watched is looked at, doors are as they should be, and nobody waits who is turned
    /// away. Returns whether something is to be done at this instant that comes before the decision.
    #[cold]
    pub(super) fn keep_failovers(&mut self) -> bool {
        self.watch();
        if self.scratch.agenda.next_at() == self.world.now {
            return true;
        }
        self.world.open_targets(self.model);
        self.set_doors();
        for failover in 0..self.model.failovers.list.len() {
            let of = &self.model.failovers.list[failover];
            if self.world.failing.states[failover].is_on && of.action == FailoverAction::Shed {
                self.shed_for(failover);
            }
        }
        false
    }

    /// After a decision: what is watched may have changed by it, and who found no room may do with less of it, which is
    /// decided upon at the same instant.
    #[cold]
    pub(super) fn review_failovers(&mut self) {
        self.watch();
        let mut anew = 0;
        for (failover, of) in self.model.failovers.list.iter().enumerate() {
            let state = &self.world.failing.states[failover];
            if state.is_on && of.action == FailoverAction::Degrade {
                let more = self.world.degrade(self.model, &of.classes);
                self.world.failing.states[failover].record.degraded += more;
                anew += more;
            }
        }
        if anew > 0 {
            self.expect_failover(self.world.now, (0, 0), LOOK);
        }
    }

    /// Something that was expected of a failover.
    #[cold]
    pub(super) fn turn_failover(&mut self, event: Event) {
        let (failover, trigger) = ((event.id >> 16) as usize, (event.id & 0xFFFF) as usize);
        let (what, version) = (event.attempt & 7, event.attempt >> 3);
        let now = self.world.now;
        match what {
            LASTED => {
                let watch = self.world.failing.states[failover].watches[trigger];
                if watch.version == version {
                    let delay = self.model.failovers.list[failover].triggers[trigger].delay;
                    let told = if watch.is_so { TOLD_ON } else { TOLD_OFF };
                    self.expect_failover(now + delay, (failover, trigger), told);
                }
            }
            TOLD_ON | TOLD_OFF => {
                let state = &mut self.world.failing.states[failover];
                state.watches[trigger].told = what == TOLD_ON;
                self.tell(|| Circumstance::Trigger {
                    failover: failover as u16,
                    trigger: trigger as u16,
                    is_so: what == TOLD_ON,
                });
                self.reconsider(failover);
            }
            COOLED => self.reconsider(failover),
            NEXT => self.open_next(failover, version),
            STAGE => self.end_stage(failover, version),
            _ => {}
        }
    }

    /// Begins or ends a failover, if its triggers want that and nothing was changed too recently.
    fn reconsider(&mut self, failover: usize) {
        let of = &self.model.failovers.list[failover];
        let state = &self.world.failing.states[failover];
        if state.is_wanted() == state.is_on {
            if !state.is_on {
                // Whoever reacts to what is over need not go on.
                self.stand_down(failover);
            }
            return;
        }
        let now = self.world.now;
        if let Some(cooled) = state.changed.map(|changed| changed + of.cool_down)
            && now < cooled
        {
            return self.expect_failover(cooled, (failover, 0), COOLED);
        }
        if state.is_on {
            self.stand_down(failover);
            self.end_failover(failover);
        } else if !self.raise_alarm(failover) {
            self.begin_failover(failover);
        }
    }

    pub(super) fn begin_failover(&mut self, failover: usize) {
        let now = self.world.now;
        let of = &self.model.failovers.list[failover];
        self.world.failing.states[failover].begin(now, of.targets.len());
        self.out.fact(now, Fact::FailoverBegan(failover as u16));
        self.world.open_targets(self.model);
        self.tell_targets(|of| of == failover);
        self.set_doors();
        if of.action == FailoverAction::Move {
            self.move_out(failover);
        }
        self.expect_next(failover);
        self.world.changes.other = true;
    }

    fn end_failover(&mut self, failover: usize) {
        let now = self.world.now;
        let back = self.model.failovers.list[failover].fail_back;
        self.world.failing.states[failover].end(now, back);
        self.out.fact(now, Fact::FailoverOver(failover as u16));
        let of = &self.model.failovers.list[failover];
        if of.action == FailoverAction::Degrade && !self.model.elastic.batches.is_empty() {
            self.world.undo_batches(self.model, &of.classes);
        }
        self.set_doors();
        if back == FailBack::AtOnce {
            self.move_out(failover);
        }
        self.world.changes.other = true;
    }

    fn expect_next(&mut self, failover: usize) {
        let of = &self.model.failovers.list[failover];
        let state = &self.world.failing.states[failover];
        if let Some(after) = of.next_after
            && usize::from(state.opened) < of.targets.len()
        {
            let what = state.version << 3 | NEXT;
            self.expect_failover(self.world.now + after, (failover, 0), what);
        }
    }

    /// A target has been open for a while: the next one opens, if somebody still waits.
    fn open_next(&mut self, failover: usize, version: u32) {
        let of = &self.model.failovers.list[failover];
        if self.world.failing.states[failover].version & (u32::MAX >> 3) != version {
            return;
        }
        let waits = self.world.some_wait(self.model, &of.classes);
        let state = &mut self.world.failing.states[failover];
        if waits && usize::from(state.opened) < of.targets.len() {
            state.opened += 1;
            self.set_doors();
        }
        self.expect_next(failover);
    }

    /// Doors are as they should be: who waits has other pools.
    fn set_doors(&mut self) {
        let doors = self.world.doors(self.model);
        if doors == self.world.failing.doors {
            return;
        }
        let before = std::mem::replace(&mut self.world.failing.doors, doors);
        self.tell_doors(before ^ doors);
        self.change_strategy(self.world.rollout.strategy);
        self.world.changes.other = true;
        self.world.settled = false;
    }

    /// Tells which doors of targets are as they are and why, of those failovers that `is_asked`, where they are closed.
    fn tell_targets(&mut self, is_asked: impl Fn(usize) -> bool) {
        if !O::JUSTIFIES {
            return;
        }
        let open = self.world.doors(self.model);
        for (bit, door) in self.model.failovers.doors.iter().enumerate() {
            if let Door::Target { failover, .. } = *door
                && is_asked(usize::from(failover))
                && open >> bit & 1 == 0
            {
                self.tell_door(bit);
            }
        }
    }

    /// Tells of doors that opened or closed, a bit for each.
    fn tell_doors(&mut self, changed: u128) {
        if O::JUSTIFIES {
            for bit in set_bits(changed) {
                self.tell_door(bit);
            }
        }
    }

    fn tell_door(&mut self, bit: usize) {
        let door = self.model.failovers.doors[bit];
        let Door::Target {
            failover,
            target,
            only,
        } = door
        else {
            return;
        };
        let bar = self.world.bar_of_door(self.model, door);
        self.tell(|| Circumstance::Target {
            failover,
            target,
            only,
            bar,
        });
    }

    /// Whoever holds GPUs behind a door that is closed now writes a checkpoint, if it keeps any, and waits again.
    fn move_out(&mut self, failover: usize) {
        let mut victims = std::mem::take(&mut self.scratch.victims);
        self.world.misplaced(self.model, failover, &mut victims);
        for &slot in &victims {
            match self.world.jobs[slot].phase {
                Phase::Running => self.tell_to_stop(slot, Reason::Notice, Fact::Moved),
                Phase::Booting | Phase::Staging => self.interrupt(slot),
                _ => continue,
            }
            self.world.failing.states[failover].record.moved += 1;
        }
        self.scratch.victims = victims;
    }

    fn shed_for(&mut self, failover: usize) {
        let classes = &self.model.failovers.list[failover].classes;
        let mut fresh = std::mem::take(&mut self.scratch.victims);
        self.world.fresh_waiters(self.model, classes, &mut fresh);
        for &slot in &fresh {
            let arrivals = &mut self.world.changes.arrivals;
            arrivals.retain(|&arrived| arrived != slot);
            let job = self.world.jobs[slot].id;
            self.tell(|| Circumstance::TurnedAway {
                job,
                failover: failover as u16,
            });
            self.end(slot, JobState::Shed);
            self.world.failing.states[failover].record.shed += 1;
        }
        self.scratch.victims = fresh;
    }

    /// A job that had lost its place works again, or will not: how long that took is told.
    #[cold]
    pub(super) fn tell_recovery(&mut self, slot: Slot, works: bool) {
        if let Some(record) = self.world.make_good(self.model, slot, works) {
            self.out.recovery(&record);
        }
    }

    /// What people cost who reacted to alarms.
    pub(super) fn people_cost(&self) -> Money {
        let states = self.world.failing.states.iter();
        states.map(|state| state.record.people_cost).sum()
    }

    /// At the horizon: what became of each failover.
    #[cold]
    pub(super) fn close_failovers(&mut self) {
        let now = self.world.now;
        for index in 0..self.world.failing.states.len() {
            if let Some(book) = self.model.failovers.runbook_of(index) {
                self.pay_people(index, book);
            }
            let state = &mut self.world.failing.states[index];
            state.settle(now);
            let record = state.record;
            self.out.failover(&record);
        }
    }
}
