//! Rented nodes with budgets, for tests that are worked by hand.

use plimsoll::model::{AtLimit, Budget, BudgetPeriod, Horizon, Model, Rented};
use plimsoll::units::{Epoch, Money, PoolId, SimTime};

use super::checks::Run;
use super::clouds::{HOUR, MINUTE, public};
use super::worlds::{Row, timeline};
use super::{Everything, play};

pub fn units(amount: i128) -> Money {
    Money(amount * Money::TICKS_PER_UNIT)
}

/// So much a month for what is rented in the first pool, and whoever would spend more waits.
pub fn monthly(amount: i128) -> Budget {
    Budget {
        name: "cloud".to_owned(),
        tenant: None,
        class: None,
        pools: vec![PoolId(0)],
        amount: units(amount),
        awaits_phase: false,
        looks_ahead: false,
        period: BudgetPeriod::Month,
        at_limit: AtLimit::Queue,
        alerts: Vec::new(),
    }
}

/// Only nodes of four GPUs for 12 an hour; January ends after a day, and the run two days later.
pub fn rents(terms: Rented, budgets: Vec<Budget>) -> Model {
    let mut model = public(terms);
    model.epoch = Epoch::parse("2026-01-31T00:00:00Z").unwrap();
    model.horizon = Horizon::At(SimTime(72 * HOUR));
    model.tenants = vec!["a".to_owned(), "b".to_owned()];
    model.budgets.all = budgets;
    model
}

pub fn of(tenant: usize, row: Row) -> Row {
    Row { tenant, ..row }
}

/// Plays a world and counts everything again.
pub fn checked(model: &mut Model, rows: &[Row]) -> Everything {
    let mut timeline = timeline(model, rows);
    timeline.weather.clone_from(&model.weather.script);
    let heard = play(model, &timeline, 0);
    let run = Run {
        model,
        timeline: &timeline,
        strategy: 0,
        heard: &heard,
    };
    run.check();
    heard
}

pub fn minutes(at: Option<SimTime>) -> Option<u64> {
    at.map(|at| at.0 / MINUTE)
}
