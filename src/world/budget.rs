//! One budget at one moment: what was spent of it in the present period, and what accrues.

use crate::journal::{ALERTS_MAX, BudgetRecord};
use crate::model::{Budget, Model, Supply, Tariffs};
use crate::units::{Epoch, MilliGpus, Money, PoolId, SimTime, Span};

use super::pool::PoolState;

/// All of an amount, in millionths.
pub(super) const ALL: u32 = 1_000_000;

/// When something of a budget was reached, of which, and which share of its amount in millionths.
pub(super) type Reached = (SimTime, u16, u32);

/// One budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BudgetState {
    /// What may be spent now; `None` if nothing limits it.
    pub(super) limit: Option<Money>,
    /// What may be spent if nothing happens for a time.
    usual: Option<Money>,
    /// Amounts that hold for a time; the lowest counts.
    passing: Vec<Money>,
    /// Up to when `spent` counts.
    pub(super) since: SimTime,
    /// When the present period ends.
    pub(super) ends: SimTime,
    spent: Money,
    /// GPUs that cost now, by place among the pools of the budget.
    pub(super) held: Vec<u64>,
    /// Charges for time beyond the end of the present period.
    ahead: Vec<(PoolId, MilliGpus, SimTime, SimTime)>,
    pub(super) used_up: bool,
    /// Whether the last job that asked was told that it would spend too much.
    pub(super) refuses: bool,
    /// What those who run were last expected to spend yet, and when that was worked out.
    pub(super) outlay: Option<(SimTime, Money)>,
    /// Whether what ran was told to stop in this period, since all that may be spent is spoken for.
    pub(super) stopped: bool,
    /// When it is to be looked at whether that must be.
    pub(super) look_at: SimTime,
    /// Alerts that were reached in this period.
    told: usize,
    /// Whether the end of this period is expected already.
    awaited: bool,
    /// When it is known whether there is more, if somebody asked for it in this period.
    asked: Option<SimTime>,
    /// The present period, as far as it is known.
    pub(super) record: BudgetRecord,
    /// Those that are over.
    pub(super) over: Vec<BudgetRecord>,
}

/// What capacity costs.
#[derive(Clone, Copy)]
pub(super) struct Costs<'a> {
    pub(super) model: &'a Model,
    pub(super) tariffs: &'a Tariffs,
    pub(super) pools: &'a [PoolState],
}

impl Costs<'_> {
    fn of(&self, pool: PoolId, gpus: MilliGpus, from: SimTime, to: SimTime) -> Money {
        Money::of_odometer(gpus, self.tariffs.between(pool, from, to))
    }

    /// What a pool costs that is not rented by the instance, used or not.
    fn of_all(&self, pool: PoolId, from: SimTime, to: SimTime) -> Money {
        let (state, terms) = (&self.pools[pool.index()], self.model.pool(pool));
        let stretches = (0..).map_while(|number| state.paid(terms, to, number));
        let cost = |(gpus, begun, until): (u64, SimTime, SimTime)| {
            let (begun, until) = (begun.max(from), until.min(to));
            if until <= begun {
                return Money::ZERO;
            }
            self.of(pool, MilliGpus::whole(gpus), begun, until)
        };
        stretches.map(cost).sum()
    }
}

impl BudgetState {
    pub(super) fn new((index, budget): (usize, &Budget), epoch: Epoch, spent: Money) -> Self {
        let limit = (!budget.awaits_phase).then_some(budget.amount);
        Self {
            limit,
            usual: limit,
            passing: Vec::new(),
            since: SimTime::ZERO,
            ends: budget.period.end(epoch, SimTime::ZERO),
            spent,
            held: vec![0; budget.pools.len()],
            ahead: Vec::new(),
            used_up: false,
            refuses: false,
            outlay: None,
            stopped: false,
            look_at: SimTime::NEVER,
            told: 0,
            awaited: false,
            asked: None,
            record: BudgetRecord {
                budget: index as u16,
                from: SimTime::ZERO,
                to: SimTime::ZERO,
                amount: None,
                granted: Money::ZERO,
                spent: Money::ZERO,
                used_up: None,
                alerts: [None; ALERTS_MAX],
                flagged: 0,
                shed: 0,
                stopped: 0,
            },
            over: Vec::new(),
        }
    }

    /// What was spent in the present period up to when it was last counted.
    pub(super) const fn spent(&self) -> Money {
        self.spent
    }

    /// Counts what accrues up to `to`, through the ends of as many periods as lie before it.
    pub(super) fn advance(
        &mut self,
        budget: &Budget,
        costs: Costs<'_>,
        to: SimTime,
        reached: &mut Vec<Reached>,
    ) {
        while self.since < to {
            let (from, until) = (self.since, self.ends.min(to));
            let before = self.spent;
            self.spent = before + self.accrued(budget, costs, from, until);
            let held = std::mem::take(&mut self.held);
            let spent_at = |at| before + accrued(&held, budget, costs, from, at);
            self.look(
                budget,
                |amount| first_instant((from, until), |at| amount <= spent_at(at)),
                reached,
            );
            self.held = held;
            self.since = until;
            if until == self.ends {
                self.turn(budget, costs, reached);
            }
        }
    }

    pub(super) fn accrued(
        &self,
        budget: &Budget,
        costs: Costs<'_>,
        from: SimTime,
        to: SimTime,
    ) -> Money {
        accrued(&self.held, budget, costs, from, to)
    }

    /// So much is spent at once, at an instant up to which everything is counted.
    pub(super) fn add(&mut self, budget: &Budget, amount: Money, reached: &mut Vec<Reached>) {
        self.spent += amount;
        let now = self.since;
        self.look(budget, |_| now, reached);
    }

    /// Charges for a stretch that begins at the instant up to which everything is counted: what lies beyond the end of
    /// the period is spent in the next.
    pub(super) fn add_ahead(
        &mut self,
        budget: &Budget,
        costs: Costs<'_>,
        (pool, gpus): (PoolId, MilliGpus),
        to: SimTime,
        reached: &mut Vec<Reached>,
    ) {
        let within = to.min(self.ends);
        let amount = costs.of(pool, gpus, self.since, within);
        if within < to {
            self.ahead.push((pool, gpus, within, to));
        }
        self.add(budget, amount, reached);
    }

    /// Another amount may be spent from now on, unless one holds for a time; returns the one before.
    pub(super) fn limit_to(
        &mut self,
        budget: &Budget,
        usual: Option<Money>,
        reached: &mut Vec<Reached>,
    ) -> Option<Money> {
        let before = std::mem::replace(&mut self.usual, usual);
        self.weigh(budget, reached);
        before
    }

    /// Another amount may be spent for a time, or (`false`) such a time is over.
    pub(super) fn limit_for_a_time(
        &mut self,
        budget: &Budget,
        (amount, begins): (Money, bool),
        reached: &mut Vec<Reached>,
    ) {
        if begins {
            self.passing.push(amount);
        } else if let Some(place) = self.passing.iter().position(|&held| held == amount) {
            self.passing.swap_remove(place);
        }
        self.weigh(budget, reached);
    }

    /// What may be spent as things stand.
    fn allowed(&self) -> Option<Money> {
        let said = self.passing.iter().copied().min().or(self.usual);
        said.map(|amount| amount + self.record.granted)
    }

    /// Somebody waits: what is to be expected that was not so far, the end of the period and an answer.
    pub(super) fn wait(
        &mut self,
        now: SimTime,
        approval: Option<Span>,
    ) -> impl Iterator<Item = (SimTime, bool)> {
        let turn = (!self.awaited && self.ends != SimTime::NEVER).then_some((self.ends, false));
        self.awaited = true;
        let asks = approval.filter(|_| self.asked.is_none());
        self.asked = self.asked.or(asks.map(|approval| now + approval));
        let answer = asks.map(|approval| (now + approval, true));
        turn.into_iter().chain(answer)
    }

    /// More may be spent in this period, if it was asked for in it and the answer is due.
    pub(super) fn grant(
        &mut self,
        budget: &Budget,
        (now, more): (SimTime, Money),
        reached: &mut Vec<Reached>,
    ) -> bool {
        let due = self.asked == Some(now) && self.record.granted == Money::ZERO;
        if due {
            self.record.granted = more;
            self.weigh(budget, reached);
        }
        due
    }

    /// The amount may have changed. Alerts that lie above what was spent can be reached again.
    fn weigh(&mut self, budget: &Budget, reached: &mut Vec<Reached>) {
        let before = self.limit;
        self.limit = self.allowed();
        let (limit, spent) = (self.limit, self.spent);
        self.stopped &= before.is_some() && limit.is_some_and(|limit| Some(limit) <= before);
        let is_reached = |share: &u32| limit.is_some_and(|limit| part(limit, *share) <= spent);
        let still = budget.alerts.partition_point(is_reached);
        self.told = self.told.min(still);
        self.used_up &= limit.is_some_and(|limit| limit <= spent);
        let now = self.since;
        self.look(budget, |_| now, reached);
    }

    /// Notes what has been reached, `when` saying at which instant an amount was.
    pub(super) fn look(
        &mut self,
        budget: &Budget,
        when: impl Fn(Money) -> SimTime,
        reached: &mut Vec<Reached>,
    ) {
        let Some(limit) = self.limit else {
            return;
        };
        while let Some(&share) = budget.alerts.get(self.told) {
            let amount = part(limit, share);
            if self.spent < amount {
                break;
            }
            let at = when(amount);
            self.record.alerts[self.told].get_or_insert(at);
            if share != ALL {
                reached.push((at, self.record.budget, share));
            }
            self.told += 1;
        }
        if !self.used_up && limit <= self.spent {
            self.used_up = true;
            let at = when(limit);
            self.record.used_up.get_or_insert(at);
            reached.push((at, self.record.budget, ALL));
        }
    }

    /// A period is over, and the next begins with nothing but what was charged ahead for it.
    fn turn(&mut self, budget: &Budget, costs: Costs<'_>, reached: &mut Vec<Reached>) {
        let over = self.so_far();
        self.over.push(over);
        self.record = BudgetRecord {
            from: self.ends,
            used_up: None,
            alerts: [None; ALERTS_MAX],
            granted: Money::ZERO,
            flagged: 0,
            shed: 0,
            stopped: 0,
            ..over
        };
        (self.used_up, self.stopped, self.told) = (false, false, 0);
        (self.awaited, self.asked) = (false, None);
        self.limit = self.allowed();
        self.spent = Money::ZERO;
        self.ends = budget.period.end(costs.model.epoch, self.since);
        for (pool, gpus, from, to) in std::mem::take(&mut self.ahead) {
            let within = to.min(self.ends);
            self.spent += costs.of(pool, gpus, from, within);
            if within < to {
                self.ahead.push((pool, gpus, within, to));
            }
        }
        let now = self.since;
        self.look(budget, |_| now, reached);
    }

    /// When something holds of what accrues from an instant on, if it does by another: `holds` must go on to hold of more.
    pub(super) fn reaches(
        &self,
        budget: &Budget,
        costs: Costs<'_>,
        (from, to): (SimTime, SimTime),
        holds: impl Fn(Money) -> bool,
    ) -> Option<SimTime> {
        let then = |at: SimTime| holds(self.accrued(budget, costs, from, at));
        then(to).then(|| first_instant((from, to), then))
    }

    /// The present period as it looks now.
    pub(super) const fn so_far(&self) -> BudgetRecord {
        BudgetRecord {
            to: self.since,
            amount: self.limit,
            spent: self.spent,
            ..self.record
        }
    }

    /// Whether so much more would be too much.
    pub(super) fn would_exceed(&self, more: Money) -> bool {
        let exceeds = |limit: Money| limit <= self.spent || limit < self.spent + more;
        self.stopped || self.limit.is_some_and(exceeds)
    }
}

/// What accrues of what is held between two instants.
fn accrued(held: &[u64], budget: &Budget, costs: Costs<'_>, from: SimTime, to: SimTime) -> Money {
    let each = budget.pools.iter().zip(held);
    each.map(|(&pool, &gpus)| {
        let owned = matches!(costs.model.pool(pool).supply, Supply::Owned { .. });
        if owned && !budget.is_of_jobs() {
            costs.of_all(pool, from, to)
        } else {
            costs.of(pool, MilliGpus::whole(gpus), from, to)
        }
    })
    .sum()
}

/// The smallest amount that is at least this share of the whole.
const fn part(whole: Money, share: u32) -> Money {
    let all = ALL as i128;
    Money((whole.0 * share as i128 + all - 1) / all)
}

/// The first instant in a stretch, its end included, from which on something holds that holds at its end.
pub(super) fn first_instant(
    (from, to): (SimTime, SimTime),
    holds: impl Fn(SimTime) -> bool,
) -> SimTime {
    let (mut low, mut high) = (from.0, to.0);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(SimTime(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    SimTime(high)
}
