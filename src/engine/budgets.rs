//! Budgets in a run: whoever one turns away leaves, the ends of periods that somebody waits for, and what is told.

use crate::journal::{Circumstance, Fact, JobState, Observer};
use crate::model::Happening;
use crate::units::{PoolId, SimTime};
use crate::world::{Phase, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

/// Events of budgets are told apart from those of repair shops and phases by this number.
pub(super) const BUDGETS: u32 = u32::MAX - 2;

impl<O: Observer> Run<'_, O> {
    /// What a decision means for budgets.
    #[cold]
    pub(super) fn carry_out_budgets(&mut self, now: SimTime) {
        for index in 0..self.scratch.orders.sheds.len() {
            let slot = self.scratch.orders.sheds[index];
            let event = Event {
                state: JobState::Shed,
                ..Event::of(Rank::Wake, slot, &self.world.jobs[slot])
            };
            self.scratch.agenda.push(now, event);
        }
        self.scratch.orders.sheds.clear();
        if self.world.budgets.have_news() {
            self.hear_of_budgets();
        }
    }

    /// Tells what was reached, and expects the ends of periods that somebody waits for. Nothing happens at the end of
    /// any other: whoever comes later is counted in the period of its own instant.
    #[cold]
    pub(super) fn hear_of_budgets(&mut self) {
        for (at, budget, share) in self.world.budgets.take_reached() {
            self.out.fact(at, Fact::BudgetReached(budget, share));
        }
        for (job, pool) in self.world.budgets.take_flagged() {
            self.out.fact(self.world.now, Fact::Flagged(job, pool));
        }
        for (budget, at, answer) in self.world.budgets.take_awaited() {
            if answer {
                self.out.fact(self.world.now, Fact::BudgetAsked(budget));
            }
            let event = Event {
                rank: Rank::Restored,
                id: u32::from(budget),
                slot: BUDGETS,
                attempt: u32::from(answer),
                state: JobState::Running,
            };
            if at <= self.horizon {
                self.scratch.agenda.push(at, event);
            }
        }
    }

    /// Before a decision: what runs on budgets that are spoken for is told to stop, and what is idle there is given back.
    #[cold]
    pub(super) fn keep_stops(&mut self) {
        let mut leavers = Vec::new();
        for index in 0..self.model.budgets.all.len() {
            let due = self.world.stop_at(self.model, index, self.horizon);
            if due.is_none_or(|(at, stops)| !stops || self.world.now < at) {
                continue;
            }
            self.world
                .stop_work(self.model, index, self.horizon, &mut leavers);
            for &(slot, leave) in &leavers {
                self.tear_down(slot, leave);
            }
            self.give_back_closed();
        }
        self.expect_stops();
        self.hear_of_budgets();
    }

    /// When what runs on budgets is to be told to stop, or when that is to be looked at, is expected.
    #[cold]
    pub(super) fn expect_stops(&mut self) {
        for index in 0..self.model.budgets.all.len() {
            let due = self.world.stop_at(self.model, index, self.horizon);
            let at = due.map_or(SimTime::NEVER, |(at, _)| at);
            if self.world.looks_anew(index, at) && at <= self.horizon {
                let event = Event {
                    rank: Rank::Limit,
                    id: index as u32,
                    slot: BUDGETS,
                    attempt: 0,
                    state: JobState::Running,
                };
                self.scratch.agenda.push(at, event);
            }
        }
    }

    /// Idle instances of pools that budgets keep everybody off are given back at once.
    fn give_back_closed(&mut self) {
        for pool in (0..self.model.pools.len()).map(PoolId::from) {
            if !self.world.is_closed_by_budget(self.model, pool) {
                continue;
            }
            for (instance, generation) in self.world.idle_instances(pool) {
                self.give_back(pool, instance, generation);
            }
        }
    }

    /// A budget may be spent anew, or who asked for more of one is answered.
    #[cold]
    pub(super) fn turn_budgets(&mut self, event: Event) {
        self.world.settle_budgets(self.model);
        let budget = event.id as u16;
        if event.attempt == 1 {
            if self.world.grant_budget(self.model, budget) {
                self.out.fact(self.world.now, Fact::BudgetGranted(budget));
            } else {
                self.tell(|| Circumstance::BudgetDenied(budget));
            }
        }
        self.world.changes.other = true;
    }

    /// The amount of a budget changes.
    #[cold]
    pub(super) fn befall_budgets(&mut self, what: Happening) {
        match what {
            Happening::Budget {
                budget,
                amount,
                passes,
            } => self
                .world
                .change_budget(self.model, budget, amount, Some(passes)),
            Happening::BudgetOver { budget, amount } => {
                self.world.change_budget(self.model, budget, amount, None);
            }
            _ => {}
        }
        self.hear_of_budgets();
    }

    /// A job is turned away.
    #[cold]
    pub(super) fn shed(&mut self, slot: Slot, event: Event) {
        let job = &self.world.jobs[slot];
        if job.id.0 == event.id && job.phase == Phase::Waiting && job.attempt == event.attempt {
            self.world.turn_away(self.model, slot);
            self.end(slot, JobState::Shed);
            self.turned_away += 1;
            self.world.changes.other = true;
        }
    }

    /// At the horizon: what became of each period of each budget.
    #[cold]
    pub(super) fn close_budgets(&mut self) {
        if !self.world.budgets.are_kept() {
            return;
        }
        self.world.settle_budgets(self.model);
        self.hear_of_budgets();
        for record in self.world.budget_periods() {
            self.out.budget(&record);
        }
    }
}
