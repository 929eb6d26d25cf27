//! Windows as time passes: when they open and close, who leaves then, and what is given back.

use crate::journal::{Fact, JobState, Leave, LeaveReason, Observer};
use crate::units::{PoolId, SimTime};
use crate::world::{Phase, Reason, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

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
        self.expect_windows();
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
