//! Budgets counted again from postings, and whom they should have refused from facts.

use plimsoll::journal::{BudgetRecord, Fact, Item, JobState, Posting};
use plimsoll::model::{AtLimit, Budget, Change, Happening, Incident, Supply};
use plimsoll::units::{JobId, Money, PoolId, SimTime};

use super::checks::Run;

/// Whether a budget is about a job.
fn concerns(run: &Run<'_>, budget: &Budget, job: JobId) -> bool {
    let request = &run.timeline.requests[job.index()];
    budget.concerns(request.tenant, run.model.class_of(request.shape))
}

/// Whether what is posted counts against a budget.
fn counts(run: &Run<'_>, budget: &Budget, posting: &Posting) -> bool {
    let is_money = matches!(posting.item, Item::Capacity(_) | Item::Egress);
    let covered = posting
        .pool()
        .is_some_and(|pool| budget.pools.contains(&pool));
    let mine = match posting.job {
        _ if budget.tenant.is_none() && budget.class.is_none() => true,
        Some(job) => concerns(run, budget, job),
        None => false,
    };
    is_money && covered && mine
}

/// Whether an instant lies in a period; the horizon does in the last.
fn within(run: &Run<'_>, record: &BudgetRecord, at: SimTime) -> bool {
    let last = record.to == run.heard.run.horizon;
    record.from <= at && (at < record.to || last)
}

/// What is said of budgets is what is posted, and nobody went where money was used up.
pub fn budgets(run: &Run<'_>) {
    let said = &run.heard.budgets;
    for (index, budget) in run.model.budgets.all.iter().enumerate() {
        let periods: Vec<_> = said
            .iter()
            .filter(|record| usize::from(record.budget) == index)
            .collect();
        assert_eq!(periods[0].from, SimTime::ZERO);
        assert!(periods.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert_eq!(periods.last().unwrap().to, run.heard.run.horizon);
        let before: Money = run
            .model
            .initial
            .budgets
            .iter()
            .filter(|of| of.0 == index)
            .map(|of| of.1)
            .sum();
        for (place, record) in periods.iter().enumerate() {
            let next_begins = periods.get(place + 1).map(|next| next.from);
            let mine = run.heard.postings.iter().filter(|posting| {
                let in_time = record.from <= posting.from
                    && next_begins.is_none_or(|next| posting.from < next);
                in_time && counts(run, budget, posting)
            });
            let posted: Money = mine.map(|posting| posting.amount).sum();
            let carried = if place == 0 { before } else { Money::ZERO };
            assert_eq!(record.spent, posted + carried, "{} {place}", budget.name);
            let reached = record.amount.is_some_and(|most| most <= record.spent);
            assert!(record.used_up.is_some() || !reached, "{}", budget.name);
            assert!(record.alerts.is_sorted_by(|a, b| match (a, b) {
                (Some(a), Some(b)) => a <= b,
                (None, Some(_)) => false,
                _ => true,
            }));
        }
        if amounts_stay(run) {
            nobody_went(run, budget, &periods);
            for record in &periods {
                stops_in_time(run, budget, record);
            }
        }
    }
    let shed = run
        .heard
        .jobs
        .iter()
        .filter(|job| job.state == JobState::Shed);
    // Failovers turn jobs away, too.
    let others = run.heard.failovers.iter().map(|record| record.shed);
    let told: u64 = said.iter().map(|record| record.shed).chain(others).sum();
    assert!(shed.count() as u64 <= told);
}

/// Whether no phase and nothing that happens changes what may be spent.
fn amounts_stay(run: &Run<'_>) -> bool {
    let phases = &run.model.rollout.phases;
    let changed = |change: &Change| matches!(change, Change::Budget { .. });
    let happens = |incident: &Incident| matches!(incident.what, Happening::Budget { .. });
    !phases.iter().flat_map(|phase| &phase.changes).any(changed)
        && !run.timeline.weather.iter().any(happens)
}

/// While a budget is used up that lets nobody go, nobody goes.
fn nobody_went(run: &Run<'_>, budget: &Budget, periods: &[&BudgetRecord]) {
    let mut flagged = vec![0; periods.len()];
    for &(at, fact) in &run.heard.facts {
        let Fact::Placed(job, pool) = fact else {
            continue;
        };
        let rented = run.model.pool(pool).is_rented() && budget.pools.contains(&pool);
        if !rented || !concerns(run, budget, job) {
            continue;
        }
        let place = periods
            .iter()
            .position(|period| within(run, period, at))
            .unwrap();
        let used_up = periods[place].used_up;
        let overspends = run.model.strategies[run.strategy].overspends;
        if budget.at_limit == AtLimit::Flag || overspends {
            let counts = budget.looks_ahead || used_up.is_some_and(|since| since <= at);
            flagged[place] += u64::from(counts);
        } else {
            // At the very instant money may have been spent after the decision, and once more is granted who was held
            // back may go.
            let is_over = used_up.is_some_and(|since| since < at);
            let granted = periods[place].granted != Money::ZERO;
            assert!(!is_over || granted, "{job:?} at {at:?}");
        }
    }
    for (record, &flagged) in periods.iter().zip(&flagged) {
        assert!(record.flagged <= flagged, "{}", budget.name);
    }
}

/// A budget that stops what runs is not overspent where prices stay, but by what nobody holds back: data that were moved.
fn stops_in_time(run: &Run<'_>, budget: &Budget, record: &BudgetRecord) {
    let overspends = run.model.strategies[run.strategy].overspends;
    // Of what is rented, at prices that stay.
    let steady = |pool: &PoolId| match &run.model.pool(*pool).supply {
        Supply::Rented(offer) => offer.prices.steps().count() == 1,
        Supply::Owned { .. } => false,
    };
    let steady = run.timeline.tariffs.is_none() && budget.pools.iter().all(steady);
    if budget.at_limit != AtLimit::Stop || overspends || !steady {
        return;
    }
    let before = run.model.initial.budgets.is_empty();
    let moved = run.heard.postings.iter().filter(|posting| {
        let in_time = within(run, record, posting.from);
        in_time && posting.item == Item::Egress && counts(run, budget, posting)
    });
    let moved: Money = moved.map(|posting| posting.amount).sum();
    assert!(
        !before || record.overshoot() <= moved,
        "{}: {:?} beyond it, {moved:?} moved",
        budget.name,
        record.overshoot()
    );
}
