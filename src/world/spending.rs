//! What moves spend of budgets, and whom budgets refuse.

use crate::journal::BudgetRecord;
use crate::model::{AtLimit, Budget, Model};
use crate::units::{MilliGpus, Money, PoolId, SimTime};

use super::budget::{BudgetState, Costs, Reached};
use super::job::Slot;
use super::moment::World;
use super::placing::Refusal;
use super::rent::Rent;

/// A budget that is counted up to some instant.
pub(super) struct Account<'a> {
    pub(super) state: &'a mut BudgetState,
    budget: &'a Budget,
    costs: Costs<'a>,
    reached: &'a mut Vec<Reached>,
}

impl World {
    /// Counts a budget up to an instant, and then does something with it.
    pub(super) fn with_budget<R>(
        &mut self,
        model: &Model,
        (index, at): (usize, SimTime),
        change: impl FnOnce(Account<'_>) -> R,
    ) -> R {
        let costs = Costs {
            model,
            tariffs: &self.tariffs,
            pools: &self.pools,
        };
        let (budget, reached) = (&model.budgets.all[index], &mut self.budgets.reached);
        let state = &mut self.budgets.states[index];
        state.advance(budget, costs, at, reached);
        change(Account {
            state,
            budget,
            costs,
            reached,
        })
    }

    /// How many instances of a rented pool are held has changed.
    #[cold]
    pub(super) fn count_rent(&mut self, model: &Model, pool: PoolId) {
        let instances = self.pool(pool).rent().map_or(0, Rent::held);
        let gpus = instances * u64::from(model.pool(pool).gpus_per_node);
        for (index, budget) in model.budgets.all.iter().enumerate() {
            let place = budget.place_of(pool).filter(|_| !budget.is_of_jobs());
            if let Some(place) = place {
                self.with_budget(model, (index, self.now), |of| {
                    of.state.held[place] = gpus;
                });
            }
        }
    }

    /// A job takes the GPUs of its place, or (`false`) leaves them.
    #[cold]
    pub(super) fn count_job(&mut self, model: &Model, slot: Slot, takes: bool) {
        let (pool, gpus) = (self.jobs[slot].pool, self.jobs[slot].gpus);
        for (index, budget) in model.budgets.all.iter().enumerate() {
            self.budgets.states[index].outlay = None;
            if !budget.is_of_jobs() || !self.is_about(model, budget, slot) {
                continue;
            }
            if let Some(place) = budget.place_of(pool) {
                self.with_budget(model, (index, self.now), |of| {
                    let held = &mut of.state.held[place];
                    *held = if takes { *held + gpus } else { *held - gpus };
                });
            }
        }
    }

    /// An instance that is given back now is charged for until `to`.
    #[cold]
    pub(super) fn count_ahead(
        &mut self,
        model: &Model,
        (pool, gpus): (PoolId, MilliGpus),
        to: SimTime,
    ) {
        if to <= self.now {
            return;
        }
        for (index, budget) in model.budgets.all.iter().enumerate() {
            if !budget.is_of_jobs() && budget.place_of(pool).is_some() {
                let at = (index, self.now);
                self.with_budget(model, at, |of| {
                    of.state
                        .add_ahead(of.budget, of.costs, (pool, gpus), to, of.reached);
                });
            }
        }
    }

    /// Data that left a site were paid for, for a job if it is known for which.
    #[cold]
    pub(super) fn count_egress(
        &mut self,
        model: &Model,
        (pool, slot): (PoolId, Option<Slot>),
        at: SimTime,
        amount: Money,
    ) {
        for (index, budget) in model.budgets.all.iter().enumerate() {
            let counts = slot.map_or(!budget.is_of_jobs(), |slot| {
                self.is_about(model, budget, slot)
            });
            if counts && budget.place_of(pool).is_some() {
                self.with_budget(model, (index, at), |of| {
                    of.state.add(of.budget, amount, of.reached);
                });
            }
        }
    }

    /// Whether a budget is about a job, as far as it looks at jobs.
    pub(super) fn is_about(&self, model: &Model, budget: &Budget, slot: Slot) -> bool {
        let request = &self.jobs[slot].request;
        let class = model.rollout.reported(model.class_of(request.shape));
        budget.concerns(request.tenant, class)
    }

    /// Whether a job may go to a rented pool for all that budgets say; `true` if one says no that only counts.
    #[cold]
    pub(super) fn within_budgets(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
    ) -> Result<bool, Refusal> {
        let mut worst: Option<(AtLimit, usize)> = None;
        for (index, budget) in model.budgets.all.iter().enumerate() {
            if budget.place_of(pool).is_none() || !self.is_about(model, budget, slot) {
                continue;
            }
            let refuses = self.exceeds(model, (index, budget), slot, pool);
            let answer = self.at_limit_of(budget);
            if refuses && worst.is_none_or(|(before, _)| severity(before) < severity(answer)) {
                worst = Some((answer, index));
            }
        }
        let (answer, index) = match worst {
            None => return Ok(false),
            Some((AtLimit::Flag, _)) => return Ok(true),
            Some(worst) => worst,
        };
        // What ranks higher than a budget is told first.
        if let Err(why @ Refusal::Withheld(_)) = self.may_start(model, slot, pool) {
            return Err(why);
        }
        let gpus = self.jobs[slot].gpus;
        let state = self.pool(pool);
        if !state.fits(gpus) && !state.may_rent(model.pool(pool), gpus) {
            return Err(Refusal::Quota);
        }
        let sheds = answer == AtLimit::Shed && !self.jobs[slot].has_run();
        if !sheds {
            let approval = match answer {
                AtLimit::Ask { approval, .. } => Some(approval),
                _ => None,
            };
            let expected = self.budgets.states[index].wait(self.now, approval);
            let awaited = &mut self.budgets.awaited;
            awaited.extend(expected.map(|(at, answer)| (index as u16, at, answer)));
        }
        Err(Refusal::Budget(sheds))
    }

    /// Whether a job would spend more in a pool than a budget has left, which then remembers that it said so.
    fn exceeds(
        &mut self,
        model: &Model,
        (index, budget): (usize, &Budget),
        slot: Slot,
        pool: PoolId,
    ) -> bool {
        let more = if budget.looks_ahead {
            self.outlay(model, (index, budget), slot, pool)
        } else {
            Money::ZERO
        };
        // Whom it keeps off until its period is over need not be asked how much he would take.
        let is_open = !self.budgets.states[index].stopped;
        let more = if budget.at_limit == AtLimit::Stop && is_open {
            more.max(self.spoken_for(model, (index, budget), (slot, pool)))
        } else {
            more
        };
        self.with_budget(model, (index, self.now), |of| {
            of.state.refuses = of.state.would_exceed(more);
            of.state.refuses
        })
    }

    /// What happens to who would spend more under the strategy that is played.
    const fn at_limit_of(&self, budget: &Budget) -> AtLimit {
        if self.budgets.only_count {
            AtLimit::Flag
        } else {
            budget.at_limit
        }
    }

    /// A job goes to a rented pool though budgets are used up that allow it: they count it once its market has room.
    pub(super) fn flag(&mut self, model: &Model, slot: Slot, pool: PoolId) {
        let id = self.jobs[slot].id;
        for (index, budget) in model.budgets.all.iter().enumerate() {
            let covers = budget.place_of(pool).is_some();
            if covers
                && self.at_limit_of(budget) == AtLimit::Flag
                && self.budgets.states[index].refuses
                && self.is_about(model, budget, slot)
            {
                self.budgets.flagged.push((index as u16, id, pool));
            }
        }
    }

    /// A job is about to be turned away from the rented pools that it may use: by whichever budgets refuse it.
    pub fn turn_away(&mut self, model: &Model, slot: Slot) {
        let pools = &model.classes[model.class_of(self.jobs[slot].request.shape).index()].pools;
        let (mut told, mut foreseen) = (false, None);
        for (index, budget) in model.budgets.all.iter().enumerate() {
            if budget.at_limit != AtLimit::Shed || !self.is_about(model, budget, slot) {
                continue;
            }
            let of = (index, budget);
            let covered =
                |&&pool: &&PoolId| model.pool(pool).is_rented() && budget.place_of(pool).is_some();
            let mut covered = pools.iter().filter(covered).peekable();
            if budget.looks_ahead && covered.peek().is_some() {
                foreseen = foreseen.or(Some(index));
            }
            if covered.any(|&pool| self.exceeds(model, of, slot, pool)) {
                self.budgets.states[index].record.shed += 1;
                told = true;
            }
        }
        // Whoever was expected to spend too much may have left since, at the same instant.
        if let (false, Some(index)) = (told, foreseen) {
            self.budgets.states[index].record.shed += 1;
        }
    }

    /// From now on another amount may be spent of a budget; returns the one before.
    pub fn limit_budget(
        &mut self,
        model: &Model,
        budget: u16,
        limit: Option<Money>,
    ) -> Option<Money> {
        self.changes.other = true;
        let at = (usize::from(budget), self.now);
        self.with_budget(model, at, |of| {
            of.state.limit_to(of.budget, limit, of.reached)
        })
    }

    /// What happens changes what may be spent of a budget: for good, for a time (`Some(true)`), or such a time is over
    /// (`None`).
    pub fn change_budget(
        &mut self,
        model: &Model,
        budget: u16,
        amount: Money,
        passes: Option<bool>,
    ) {
        if passes == Some(false) {
            self.limit_budget(model, budget, Some(amount));
            return;
        }
        self.changes.other = true;
        let at = (usize::from(budget), self.now);
        self.with_budget(model, at, |of| {
            of.state
                .limit_for_a_time(of.budget, (amount, passes.is_some()), of.reached);
        });
    }

    /// The answer to who asked for more of a budget. Returns whether there is more.
    pub fn grant_budget(&mut self, model: &Model, budget: u16) -> bool {
        let now = self.now;
        self.with_budget(model, (usize::from(budget), now), |of| {
            match of.budget.at_limit {
                AtLimit::Ask { grants, .. } => of.state.grant(of.budget, (now, grants), of.reached),
                _ => false,
            }
        })
    }

    /// What capacity costs.
    pub(super) fn costs<'a>(&'a self, model: &'a Model) -> Costs<'a> {
        Costs {
            model,
            tariffs: &self.tariffs,
            pools: &self.pools,
        }
    }

    /// Counts all budgets up to now.
    pub fn settle_budgets(&mut self, model: &Model) {
        for index in 0..self.budgets.states.len() {
            self.with_budget(model, (index, self.now), |_| ());
        }
    }

    /// The periods of all budgets up to now, to which they must have been counted.
    pub fn budget_periods(&self) -> Vec<BudgetRecord> {
        let mut all = Vec::new();
        for state in &self.budgets.states {
            all.extend_from_slice(&state.over);
            let last = state.so_far();
            // The horizon may be the end of a period: the next one is then told of only if it cost something.
            if last.from < last.to || last.spent != Money::ZERO || state.over.is_empty() {
                all.push(last);
            }
        }
        all
    }

    /// What was spent in the present period of each budget.
    pub fn spent_of_budgets(&self) -> impl Iterator<Item = Money> + '_ {
        self.budgets.states.iter().map(BudgetState::spent)
    }
}

/// Whom to believe where several budgets are used up: it is turned away rather than kept waiting.
const fn severity(answer: AtLimit) -> u8 {
    match answer {
        AtLimit::Flag => 0,
        AtLimit::Queue | AtLimit::Ask { .. } | AtLimit::Stop => 1,
        AtLimit::Shed => 2,
    }
}
