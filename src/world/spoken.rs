//! Budgets that stop what runs: what of them is spoken for, when work must be told to stop so that they are not
//! overspent, and whom.

use std::collections::BTreeMap;

use crate::journal::{Leave, LeaveReason};
use crate::model::{AtLimit, Budget, Model, Rented, Supply};
use crate::units::{MilliGpus, Money, PoolId, SimTime, Span};

use super::budget::{ALL, BudgetState, first_instant};
use super::job::{Phase, Slot};
use super::moment::World;
use super::placing::restart_span;
use super::pool::PoolState;
use super::rent::charged_span;

/// Nothing is foreseen further ahead.
const FORESIGHT: Span = Span(400 * 86_400_000);

/// GPUs that are paid on after work was told to stop.
#[derive(Clone, Copy, Debug, Default)]
struct Tail<'a> {
    pool: PoolId,
    gpus: u64,
    /// How long they are held after the word.
    span: Span,
    /// Until when they are held whatever is said: somebody writes already.
    until: SimTime,
    /// When their instance was launched and its terms, where instances count.
    instance: Option<(SimTime, &'a Rented)>,
}

impl Tail<'_> {
    /// Until when they are charged for if the word comes at an instant.
    fn ends(&self, at: SimTime) -> SimTime {
        let free = (at + self.span).max(self.until);
        self.instance.map_or(free, |(launched, terms)| {
            let held = Span(free.since(launched).0 + terms.teardown.0);
            launched + charged_span(terms, held)
        })
    }
}

impl World {
    /// What jobs that a budget stops go on to hold after the word, and what their instances are charged for then.
    fn tails<'a>(&self, model: &'a Model, budget: &Budget) -> Vec<Tail<'a>> {
        let mut tails = Vec::new();
        let mut by_instance: BTreeMap<(PoolId, u32), Tail<'a>> = BTreeMap::new();
        if !budget.is_of_jobs() {
            for &pool in &budget.pools {
                self.instances(model, pool, &mut by_instance);
            }
        }
        for (slot, job) in self.jobs.living() {
            let counts = job.phase.has_gpus()
                && model.pool(job.pool).is_rented()
                && budget.place_of(job.pool).is_some()
                && self.is_about(model, budget, slot);
            let write = self.write_span(model, slot).unwrap_or(Span::ZERO);
            let (span, until) = match job.phase {
                Phase::Running => (write, SimTime::ZERO),
                Phase::Saving => (Span::ZERO, self.jobs.halted(job) + write),
                _ => continue,
            };
            if !counts {
                continue;
            }
            if budget.is_of_jobs() {
                tails.push(Tail {
                    pool: job.pool,
                    gpus: job.gpus,
                    span,
                    until,
                    instance: None,
                });
                continue;
            }
            for (instance, _) in self.pool(job.pool).parts(job.holding, job.gpus) {
                if let Some(tail) = by_instance.get_mut(&(job.pool, instance)) {
                    (tail.span, tail.until) = (tail.span.max(span), tail.until.max(until));
                }
            }
        }
        tails.extend(by_instance.into_values());
        tails
    }

    /// All instances that are held of a pool.
    fn instances<'a>(
        &self,
        model: &'a Model,
        pool: PoolId,
        found: &mut BTreeMap<(PoolId, u32), Tail<'a>>,
    ) {
        let terms = model.pool(pool);
        let (Supply::Rented(offer), Some(rent)) = (&terms.supply, self.pool(pool).rent()) else {
            return;
        };
        for instance in (0..rent.slots()).filter(|&instance| rent.is_held(instance)) {
            let tail = Tail {
                pool,
                gpus: u64::from(terms.gpus_per_node),
                instance: Some((rent.instance(instance).launched, offer)),
                ..Tail::default()
            };
            found.insert((pool, instance), tail);
        }
    }

    /// What GPUs cost for a time at the price of this moment: nobody foresees others.
    fn at_this_price(&self, pool: PoolId, gpus: u64, span: Span) -> Money {
        let price = self.tariffs.price_at(pool, self.now);
        Money::of(MilliGpus::whole(gpus), span, price)
    }

    /// What is charged in the present period from an instant on if the word comes then.
    fn charged_after(&self, tails: &[Tail<'_>], at: SimTime, ends: SimTime) -> Money {
        let each = tails.iter().map(|tail| {
            let to = tail.ends(at).min(ends);
            if to <= at {
                return Money::ZERO;
            }
            self.at_this_price(tail.pool, tail.gpus, to.since(at))
        });
        each.sum()
    }

    /// What a budget must keep for what runs on it, with a job that would join it in a pool, gets to work there, and is
    /// told to stop at once.
    pub(super) fn spoken_for(
        &mut self,
        model: &Model,
        (index, budget): (usize, &Budget),
        (slot, pool): (Slot, PoolId),
    ) -> Money {
        let ends = self.with_budget(model, (index, self.now), |of| of.state.ends);
        let tails = self.tails(model, budget);
        let all = self.charged_after(&tails, self.now, ends);
        let job = &self.jobs[slot];
        let write = self.write_span(model, slot).unwrap_or(Span::ZERO);
        // A moment of work, at the least.
        let span = Span(restart_span(model, job).0 + write.0 + 1);
        let terms = model.pool(pool);
        let (gpus, span) = match &terms.supply {
            // New instances, or more increments of those that are held: no more than new ones cost.
            Supply::Rented(offer) if !budget.is_of_jobs() => {
                let instances = PoolState::instances_for(terms, job.gpus);
                let held = Span(span.0 + offer.teardown.0);
                let gpus = instances * u64::from(terms.gpus_per_node);
                (gpus, charged_span(offer, held))
            }
            _ => (job.gpus, span),
        };
        let to = (self.now + span).min(ends);
        all + self.at_this_price(pool, gpus, to.since(self.now))
    }

    /// When what runs on a budget must be told to stop, as things stand, or else when that is to be looked at again, and
    /// which of both; `None` if neither. When a price changes, it is asked anew.
    pub fn stop_at(
        &mut self,
        model: &Model,
        index: usize,
        horizon: SimTime,
    ) -> Option<(SimTime, bool)> {
        let budget = &model.budgets.all[index];
        if budget.at_limit != AtLimit::Stop || self.budgets.only_count {
            return None;
        }
        let now = self.now;
        self.with_budget(model, (index, now), |_| ());
        let state = &self.budgets.states[index];
        let limit = state.limit.filter(|_| !state.stopped);
        let next =
            (state.ends <= horizon && state.ends != SimTime::NEVER).then_some((state.ends, false));
        let Some(limit) = limit else {
            return next;
        };
        let tails = self.tails(model, budget);
        let to = state.ends.min(horizon).min(now + FORESIGHT);
        let too_much = |at: SimTime| limit < self.all_by(model, (state, budget), &tails, at, to);
        if !too_much(to) {
            return next;
        }
        let first = first_instant((now, to), too_much);
        Some((SimTime(first.0.saturating_sub(1)).max(now), true))
    }

    /// What a budget comes to in its period if the word comes at an instant.
    fn all_by(
        &self,
        model: &Model,
        (state, budget): (&BudgetState, &Budget),
        tails: &[Tail<'_>],
        at: SimTime,
        to: SimTime,
    ) -> Money {
        let accrues = state.accrued(budget, self.costs(model), self.now, at);
        state.spent() + accrues + self.charged_after(tails, at, to)
    }

    /// Whether it is new that a budget is to be looked at then.
    pub fn looks_anew(&mut self, index: usize, at: SimTime) -> bool {
        let state = &mut self.budgets.states[index];
        at != std::mem::replace(&mut state.look_at, at)
    }

    /// What runs on a budget is told to stop now: who, in order of arrival, and how; who writes a checkpoint is whose cost
    /// is still in it.
    pub fn stop_work(
        &mut self,
        model: &Model,
        index: usize,
        horizon: SimTime,
        leavers: &mut Vec<(Slot, Leave)>,
    ) {
        leavers.clear();
        let budget = &model.budgets.all[index];
        let state = &self.budgets.states[index];
        let limit = state.limit.unwrap_or_default();
        let to = state.ends.min(horizon);
        let tails = self.tails(model, budget);
        let all_fits = self.all_by(model, (state, budget), &tails, self.now, to) <= limit;
        let mut left = limit.0 - state.spent().0;
        let why = LeaveReason::Budget(index as u16);
        let mut all = Vec::new();
        self.who_holds(&mut all);
        for slot in all {
            let job = &self.jobs[slot];
            let covered = model.pool(job.pool).is_rented() && budget.place_of(job.pool).is_some();
            if !covered || !self.is_about(model, budget, slot) || job.phase == Phase::Saving {
                continue;
            }
            let write = self
                .write_span(model, slot)
                .filter(|_| job.phase == Phase::Running);
            let cost = write.map(|write| self.at_this_price(job.pool, job.gpus, write).0);
            let saves = cost.is_some_and(|cost| all_fits || cost <= left);
            left -= if saves { cost.unwrap_or(0) } else { 0 };
            leavers.push((slot, Leave { why, saves }));
        }
        let stopped = leavers.len() as u64;
        let reached = &mut self.budgets.reached;
        let state = &mut self.budgets.states[index];
        state.record.stopped += stopped;
        state.stopped = true;
        if !state.used_up {
            state.used_up = true;
            state.record.used_up.get_or_insert(state.since);
            reached.push((state.since, state.record.budget, ALL));
        }
        self.changes.other = true;
        self.settled = false;
    }

    /// Whether a budget keeps everybody off a rented pool until its period is over, or there is more.
    pub fn is_closed_by_budget(&self, model: &Model, pool: PoolId) -> bool {
        let states = model.budgets.all.iter().zip(&self.budgets.states);
        let mut states = states.filter(|(_, state)| state.stopped);
        states.any(|(budget, _)| !budget.is_of_jobs() && budget.place_of(pool).is_some())
    }
}
