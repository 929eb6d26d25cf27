//! Windows as time passes: when they open and close, who leaves then, and what is given back.

use crate::journal::{Fact, JobState, Leave, LeaveReason, Observer};
use crate::units::{PoolId, SimTime, Span};
use crate::world::{Phase, Reason, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

/// After so long windows are open as before.
const WEEK: Span = Span(7 * Span::DAY.0);

impl<O: Observer> Run<'_, O> {
    /// The next change of any window is expected.
    pub(super) fn expect_windows(&mut self) {
        if !self.world.windows.are_used() {
            return;
        }
        let at = self.model.windows.next_change(self.world.now);
        let event = Event {
            rank: Rank::Window,
            id: 0,
            slot: 0,
            attempt: 0,
            state: JobState::Running,
        };
        if at <= self.horizon && at != SimTime::NEVER {
            self.scratch.agenda.push(at, event);
        }
    }

    /// Windows change: who waits has other pools, and who must leave is told to.
    #[cold]
    pub(super) fn turn_windows(&mut self) {
        let now = self.world.now;
        let before = (self.world.windows.admitting(), self.world.windows.open());
        self.world.turn_start_windows(self.model);
        let open = self.world.windows.open();
        for window in crate::model::set_bits(u128::from(before.1 ^ open)) {
            let number = window as u16;
            let fact = if open & 1 << window == 0 {
                Fact::WindowClosed(number)
            } else {
                Fact::WindowOpened(number)
            };
            self.out.fact(now, fact);
        }
        self.change_strategy(self.world.rollout.strategy);
        let mut leavers = Vec::new();
        self.world.must_leave(self.model, before, &mut leavers);
        for (slot, leave) in leavers {
            self.tear_down(slot, leave);
        }
        self.give_back_shut();
        self.world.changes.other = true;
        self.world.settled = false;
        if !self.is_quiet_for_good() {
            self.expect_windows();
        }
    }

    /// Whether nothing but windows turned for longer than a week, and nothing else is to come: hours are the same each
    /// week, so whoever waits then waits for ever.
    fn is_quiet_for_good(&mut self) -> bool {
        let (now, (since, events)) = (self.world.now, self.quiet);
        let outside = [
            self.next_arrival_at,
            self.next_incident_at,
            self.next_price_at,
        ];
        let is_alone = outside.iter().all(|&at| at == SimTime::NEVER)
            && !self.has_more(self.scratch.agenda.next_at());
        if is_alone && self.events == events + 1 {
            self.quiet.1 = self.events;
            return now.since(since) > WEEK;
        }
        self.quiet = (now, self.events);
        false
    }

    /// A job must leave as was declared.
    pub(super) fn tear_down(&mut self, slot: Slot, leave: Leave) {
        match self.world.jobs[slot].phase {
            Phase::Running => {
                let why = Reason::Teardown(leave.saves);
                self.tell_to_stop(slot, why, |job, pool| Fact::TornDown(job, pool, leave));
                let is_over = matches!(leave.why, LeaveReason::Window(_));
                self.world.windows.torn_down += u64::from(is_over);
            }
            // It has nothing to save.
            Phase::Booting | Phase::Staging => self.interrupt(slot),
            _ => {}
        }
    }

    /// Idle instances of pools in which nobody may start are given back at once.
    fn give_back_shut(&mut self) {
        for pool in (0..self.model.pools.len()).map(PoolId::from) {
            if !self.world.windows.is_shut(pool) {
                continue;
            }
            for (instance, generation) in self.world.idle_instances(pool) {
                self.give_back(pool, instance, generation);
            }
        }
    }
}
