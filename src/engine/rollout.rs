//! Phases are played: they begin by date or one behind the other, order, change things, and end when their time is
//! over, all is there and their gates hold. How long orders take is on the tape; when a phase begins may depend on
//! what was decided.

use crate::dice::Purpose;
use crate::journal::{Circumstance, Fact, JobState, Observer, PhaseRecord};
use crate::model::{Begins, Change, Gate, OnFail, Request};
use crate::strategy::{InForce, Strategy};
use crate::units::{JobId, PoolId, SimTime, Span};
use crate::world::Slot;

use super::agenda::{Event, Rank};
use super::births::Birth;
use super::run::Run;

/// Events of phases are told apart from those of repair shops by this number.
pub(super) const PHASES: u32 = u32::MAX - 1;
/// What a phase does next.
const BEGIN: u32 = 0;
const CHECK: u32 = 1;

impl<O: Observer> Run<'_, O> {
    /// What begins by date, and what was ordered by date.
    pub(super) fn open_phases(&mut self) {
        for index in 0..self.model.rollout.phases.len() {
            let phase = &self.model.rollout.phases[index];
            self.world.rollout.phases[index].due = phase.orders.len() as u32;
            for order in &phase.orders {
                if let Some(ordered) = order.ordered {
                    self.expect_delivery(order.number, ordered);
                }
            }
            if let Begins::At(at) = phase.begins {
                self.schedule_phase(at, Rank::Fault, index as u32, BEGIN);
            }
        }
    }

    fn schedule_phase(&mut self, at: SimTime, rank: Rank, id: u32, what: u32) {
        let event = Event {
            rank,
            id,
            slot: PHASES,
            attempt: what,
            state: JobState::Running,
        };
        if at <= self.horizon {
            self.scratch.agenda.push(at, event);
        }
    }

    fn expect_delivery(&mut self, number: u32, ordered: SimTime) {
        let lead = self.timeline.lead_times.get(number as usize);
        let at = ordered + lead.copied().unwrap_or(Span::ZERO);
        self.schedule_phase(at, Rank::Restored, number, 0);
    }

    /// A phase begins, or is looked at.
    pub(super) fn phase_event(&mut self, event: Event) {
        let index = event.id as usize;
        match (event.rank, event.attempt) {
            (Rank::Restored, _) => self.delivered(event.id),
            (_, BEGIN) => self.begin_phase(index),
            _ => self.check_phase(index),
        }
        self.post_shut();
    }

    fn begin_phase(&mut self, index: usize) {
        let now = self.world.now;
        let standing = self.world.standing(self.model);
        let state = &mut self.world.rollout.phases[index];
        state.begun = Some(now);
        state.at_begin = standing;
        self.out.fact(now, Fact::PhaseBegan(index as u16));
        let phase = &self.model.rollout.phases[index];
        for order in phase.orders.iter().filter(|order| order.ordered.is_none()) {
            self.expect_delivery(order.number, now);
        }
        for retirement in &phase.retires {
            self.give_up(retirement.pool, retirement.nodes, retirement.notice);
        }
        for &change in &phase.changes {
            let back = self.make_change(change);
            self.world.rollout.phases[index].undo.push(back);
        }
        let phase = Some(index as u16);
        if self.root.changes_in(phase) {
            let back = self.make_change(Change::Strategy { phase });
            self.world.rollout.phases[index].undo.push(back);
        }
        let ends = now + self.model.rollout.phases[index].lasts;
        self.schedule_phase(ends, Rank::Fault, index as u32, CHECK);
    }

    fn make_change(&mut self, change: Change) -> Change {
        let timeline = self.timeline;
        let posted = self.world.posted.clone();
        let base = timeline.tariffs.as_ref().unwrap_or(&posted);
        let masks = match change {
            Change::Attributes { .. } => self.before_finding(),
            _ => self.world.rules.masks(),
        };
        let back = self.world.make_change(self.model, change, base);
        if self.world.budgets.have_news() {
            self.hear_of_budgets();
        }
        if let Change::Rule { rule, .. } = change {
            self.judge_anew(rule, masks);
        }
        if let Change::Attributes { finding, holds } = change
            && back != change
        {
            self.follow_finding((finding, holds), masks);
        }
        if self.world.envelopes.are_used() {
            self.review_limits();
        }
        if let Change::Strategy { phase } = change {
            self.tell(|| Circumstance::Strategy(phase));
            self.change_strategy(phase);
        }
        back
    }

    /// The strategy goes on as it says for a phase, under the rules in force.
    pub(super) fn change_strategy(&mut self, phase: Option<u16>) {
        let now = InForce {
            masks: self.world.rules.masks(),
            doors: self.world.failing.doors,
            windows: self.world.windows.admitting(),
        };
        let now = self.root.in_force(self.model, phase, now);
        let before = std::mem::replace(&mut self.strategy, now);
        self.take_over_line(before);
        // A shape that could start nowhere may now have somewhere else to go, and the other way round.
        self.bar_shapes();
        self.tell_usable();
    }

    /// The line is in the order of the discipline in force, and what it remembers fades as that says.
    fn take_over_line(&mut self, before: &Strategy) {
        let strategy = self.strategy;
        if !strategy.orders_otherwise_than(before) {
            return;
        }
        let ranks = strategy.keeps_ranking();
        self.world
            .reorder(ranks, |request| strategy.order_key(request));
        if let Some(half_life) = before.usage_half_life()
            && strategy.usage_half_life() != Some(half_life)
        {
            self.world.fade_use(half_life);
        }
    }

    /// Nodes are given up: whoever runs there has the notice to leave.
    fn give_up(&mut self, pool: PoolId, count: u32, notice: Span) {
        let nodes = self.world.begin_retirement(self.model, pool, count);
        let now = self.world.now;
        for &node in &nodes {
            let event = Event {
                rank: Rank::Gone,
                id: u32::from(pool.0) << 20 | node,
                slot: u32::from(pool.0),
                attempt: 0,
                state: JobState::Running,
            };
            self.scratch.agenda.push(now + notice, event);
        }
        for &node in &nodes {
            self.warn_on(pool, node, 1, notice);
        }
    }

    /// The notice of an owned node is over.
    pub(super) fn retired(&mut self, pool: PoolId, node: u32) {
        self.interrupt_on(pool, node, 1);
        self.world.retire(pool, node);
        self.out.fact(self.world.now, Fact::Retired(pool, 1));
        self.post_shut();
    }

    fn delivered(&mut self, number: u32) {
        let phases = &self.model.rollout.phases;
        let mut orders = phases.iter().enumerate().flat_map(|(index, phase)| {
            let orders = phase.orders.iter();
            orders.map(move |order| (index, order))
        });
        let Some((index, order)) = orders.find(|(_, order)| order.number == number) else {
            return;
        };
        self.world.deliver(order.pool, order.first, order.nodes);
        let now = self.world.now;
        self.births.push(Birth {
            order: number,
            at: now,
            next: 0,
        });
        self.look_ahead();
        self.break_what_is_new(number);
        self.out.fact(now, Fact::Delivered(order.pool, order.nodes));
        let state = &mut self.world.rollout.phases[index];
        state.due -= 1;
        if state.due == 0 && state.awaits_orders {
            state.awaits_orders = false;
            // As a fault it comes after the ends of this instant.
            self.schedule_phase(now, Rank::Fault, index as u32, CHECK);
        }
    }

    /// The time of a phase is over: whether it ends.
    fn check_phase(&mut self, index: usize) {
        let now = self.world.now;
        let state = &mut self.world.rollout.phases[index];
        if state.due > 0 {
            state.awaits_orders = true;
            return;
        }
        let phase = &self.model.rollout.phases[index];
        self.tell_gates(index);
        if !phase.gates.iter().all(|&gate| self.holds(index, gate)) {
            self.world.rollout.phases[index].failures += 1;
            match phase.on_fail {
                OnFail::Delay(span) => {
                    self.schedule_phase(now + span, Rank::Fault, index as u32, CHECK);
                    return;
                }
                OnFail::RollBack => return self.roll_back(index),
                OnFail::Proceed => {}
            }
        }
        let standing = self.world.standing(self.model);
        let state = &mut self.world.rollout.phases[index];
        state.ended = Some(now);
        state.at_end = standing;
        self.out.fact(now, Fact::PhaseEnded(index as u16));
        for (next, phase) in self.model.rollout.phases.iter().enumerate() {
            if let Begins::After { phase: of, delay } = phase.begins
                && usize::from(of) == index
            {
                self.schedule_phase(now + delay, Rank::Fault, next as u32, BEGIN);
            }
        }
    }

    /// Tells which gates of a phase hold.
    fn tell_gates(&mut self, index: usize) {
        if !O::JUSTIFIES {
            return;
        }
        let gates = self.model.rollout.phases[index].gates.iter();
        for (number, &gate) in gates.enumerate() {
            let holds = self.holds(index, gate);
            self.tell(|| Circumstance::Gate {
                phase: index as u16,
                gate: number as u16,
                holds,
            });
        }
    }

    fn roll_back(&mut self, index: usize) {
        let standing = self.world.standing(self.model);
        let state = &mut self.world.rollout.phases[index];
        state.rolled_back = true;
        state.at_end = standing;
        for change in std::mem::take(&mut state.undo).into_iter().rev() {
            self.make_change(change);
        }
        let fact = Fact::PhaseRolledBack(index as u16);
        self.out.fact(self.world.now, fact);
    }

    fn holds(&self, index: usize, gate: Gate) -> bool {
        let (from, to) = (
            self.world.rollout.phases[index].at_begin,
            self.world.standing(self.model),
        );
        match gate {
            Gate::Utilisation(least) => {
                let paid = to.owned_paid - from.owned_paid;
                let held = to.owned_held.saturating_sub(from.owned_held);
                // Of nothing there is no share: a gate on which nothing can be said does not hold.
                paid > 0 && held * 1_000_000 >= paid * u128::from(least)
            }
            Gate::MeanWait(most) => {
                let started = u128::from(to.started - from.started);
                // Where nobody started the wait may be anything.
                started > 0 && to.waited - from.waited <= u128::from(most.0) * started
            }
            Gate::Finished(least) => to.finished - from.finished >= least,
            Gate::Waiting(most) => self.world.line.len() <= most,
        }
    }

    /// A job starts for the first time.
    pub(super) fn count_start(&mut self, slot: Slot) {
        let job = &self.world.jobs[slot];
        if job.first_start == self.world.now {
            let wait = self.world.now.since(job.request.submit);
            self.world.rollout.started += 1;
            self.world.rollout.waited += u128::from(wait.0);
        }
    }

    /// A job that comes while a share of its class goes elsewhere: its shape there, if the die says so.
    pub(super) fn cut_over(&self, id: JobId, request: &Request) -> Request {
        let class = self.model.class_of(request.shape);
        let cutovers = &self.world.rollout.cutovers;
        let Some(&(_, twin, share)) = cutovers.iter().find(|(of, ..)| *of == class) else {
            return *request;
        };
        let key = self
            .dice
            .key("cutover", &self.model.classes[class.index()].name);
        let mut stream = self.dice.stream(key, Purpose::Cutover, id.0, 0);
        if stream.below(1_000_000) >= u64::from(share) {
            return *request;
        }
        Request {
            shape: self.model.rollout.twin_of(request.shape, twin),
            ..*request
        }
    }

    /// At the horizon: what became of each phase.
    pub(super) fn close_phases(&mut self) {
        if self.model.rollout.phases.is_empty() {
            return;
        }
        let standing = self.world.standing(self.model);
        for (index, phase) in self.model.rollout.phases.iter().enumerate() {
            let state = &self.world.rollout.phases[index];
            let goes_on = state.begun.is_some() && state.ended.is_none() && !state.rolled_back;
            let (from, to) = (
                state.at_begin,
                if goes_on { standing } else { state.at_end },
            );
            self.out.phase(&PhaseRecord {
                phase: index as u16,
                planned_start: phase.planned_start,
                planned_end: phase.planned_end(),
                begun: state.begun,
                ended: state.ended,
                rolled_back: state.rolled_back,
                failures: state.failures,
                horizon: self.world.now,
                cost: to.cost - from.cost,
                useful: to.useful.saturating_sub(from.useful),
                held: to.held.saturating_sub(from.held),
                paid: to.paid.saturating_sub(from.paid),
                started: to.started - from.started,
                waited: to.waited - from.waited,
                finished: to.finished - from.finished,
            });
        }
    }
}
