//! Budgets that phases change: raised, begun and rolled back, worked by hand.

use crate::common::clouds::{HOUR, MINUTE};
use crate::common::phases::{CLOUD, elastic, phase, play, starts};
use crate::common::worlds::Row;
use plimsoll::journal::Cause;
use plimsoll::model::{AtLimit, Budget, BudgetPeriod, Change, Gate, Model, OnFail, Phase};
use plimsoll::units::Money;

fn units(amount: i128) -> Money {
    Money(amount * Money::TICKS_PER_UNIT)
}

/// Four owned GPUs, rented nodes of four for 12 an hour, and so much for them in the whole run.
fn estate(amount: i128, changes: Vec<Change>) -> Model {
    let mut model = elastic(changes);
    model.budgets.all = vec![Budget {
        name: "cloud".to_owned(),
        tenant: None,
        class: None,
        pools: vec![CLOUD],
        amount: units(amount),
        awaits_phase: false,
        looks_ahead: false,
        period: BudgetPeriod::Run,
        at_limit: AtLimit::Queue,
        alerts: vec![500_000],
    }];
    model
}

const fn to(amount: Option<Money>) -> Change {
    Change::Budget { budget: 0, amount }
}

/// The owned GPUs are held for ten hours.
const LONG: fn() -> Row = || Row::of(0, 4, 10 * HOUR);

#[test]
fn a_budget_that_is_raised_lets_those_go_who_waited() {
    // 6 are spent at 0:30; the second comes at 1:00 and waits until the phase allows 60, at 3:00.
    let mut model = estate(6, vec![to(Some(units(60)))]);
    let rows = [LONG(), Row::of(0, 4, HOUR), Row::of(HOUR, 4, HOUR)];
    let heard = play(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(0), Some(180)]);
    assert_eq!(heard.all.jobs[2].waits[Cause::Budget], 2 * HOUR);
    let [record] = heard.all.budgets[..] else {
        panic!("one period")
    };
    assert_eq!((record.spent, record.amount), (units(24), Some(units(60))));
    // Half of 6 was spent at 0:15; half of 60 never.
    assert_eq!(record.alerts[0].map(|at| at.0), Some(15 * MINUTE));
}

#[test]
fn a_budget_that_begins_with_a_phase_limits_nothing_before() {
    let mut model = estate(6, vec![to(Some(units(6)))]);
    model.budgets.all[0].awaits_phase = true;
    // From 0:00 to 2:00 24 are spent, at 3:00 there are 6 for all of the run: whoever comes then waits for a place at
    // home, at 10:00.
    let rows = [LONG(), Row::of(0, 4, 2 * HOUR), Row::of(4 * HOUR, 4, HOUR)];
    let heard = play(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(0), Some(600)]);
    assert_eq!(heard.all.jobs[2].waits[Cause::Budget], 6 * HOUR);
    assert_eq!(heard.all.budgets[0].used_up.map(|at| at.0), Some(3 * HOUR));
}

#[test]
fn a_phase_that_is_rolled_back_takes_its_budget_back() {
    // The phase allows 60 from 3:00 on; at 5:00 nothing has finished, and it is taken back: 12 of 6 are spent.
    let mut model = estate(6, Vec::new());
    model.rollout.phases = vec![Phase {
        changes: vec![to(Some(units(60)))],
        gates: vec![Gate::Finished(100)],
        on_fail: OnFail::RollBack,
        ..phase("try", 3, 2)
    }];
    let rows = [
        LONG(),
        Row::of(0, 4, HOUR),
        Row::of(4 * HOUR, 4, HOUR / 2),
        Row::of(6 * HOUR, 4, HOUR),
    ];
    let heard = play(&mut model, &rows, &[]);
    assert!(heard.phases[0].rolled_back);
    assert_eq!(starts(&heard), [Some(0), Some(0), Some(240), Some(600)]);
    let record = heard.all.budgets[0];
    assert_eq!((record.spent, record.amount), (units(18), Some(units(6))));
    assert_eq!(record.overshoot(), units(12));
}
