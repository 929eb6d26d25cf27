//! Budgets worked by hand: when one is used up, who waits, who is turned away, who goes all the same.

use crate::common::Everything;
use crate::common::clouds::{HOUR, MINUTE, hybrid, run, starts, terms};
use crate::common::spending::{checked, minutes, monthly, of, rents, units};
use crate::common::worlds::Row;
use plimsoll::journal::{Cause, Fact, JobState};
use plimsoll::model::{
    Budget, BudgetPeriod, Discipline, Happening, Horizon, Incident, Rented, SpillTest,
};
use plimsoll::units::{Bytes, ClassId, Money, PoolId, SimTime, Span, TenantId};

#[test]
fn once_a_budget_is_used_up_jobs_wait_for_the_next_month() {
    // Half of 36 is spent at 1:30 by one node; from 2:00 on two nodes spend 24 an hour, so 80 %, 28.8, is reached at
    // 2:12 and all of it at 2:30. Both run to their ends: 48 + 12 are 24 more than the budget.
    let mut model = rents(
        terms(),
        vec![Budget {
            alerts: vec![500_000, 800_000, 1_000_000, 1_500_000],
            ..monthly(36)
        }],
    );
    let rows = [
        Row::of(0, 4, 4 * HOUR),
        Row::of(2 * HOUR, 4, HOUR),
        Row::of(5 * HOUR, 4, HOUR),
        Row::of(30 * HOUR, 4, HOUR),
    ];
    let heard = checked(&mut model, &rows);
    let hours: Vec<u64> = starts(&heard).iter().map(|start| start.0 / HOUR).collect();
    assert_eq!(hours, [0, 2, 24, 30]);
    assert_eq!(heard.jobs[2].waits[Cause::Budget], 19 * HOUR);
    assert_eq!(heard.jobs[2].waits.total(), 19 * HOUR);
    let [january, february] = &heard.budgets[..] else {
        panic!("two months")
    };
    assert_eq!(january.to, SimTime(24 * HOUR));
    assert_eq!((january.spent, january.overshoot()), (units(60), units(24)));
    assert_eq!(minutes(january.used_up), Some(150));
    // A half more, 54, is reached at 3:30, when one node is left.
    let alerts = [Some(90), Some(132), Some(150), Some(210), None];
    assert_eq!(january.alerts.map(minutes)[..5], alerts);
    assert_eq!((february.spent, february.used_up), (units(24), None));
    assert_eq!(february.overshoot(), Money::ZERO);
    let told = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::BudgetReached(0, share) => Some((at.0 / MINUTE, share / 10_000)),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    // February: 12 from 24:00 to 25:00, then half of the next hour's: 18 at 30:30.
    let expected = [(90, 50), (132, 80), (150, 100), (210, 150), (1_830, 50)];
    assert_eq!(told, expected);
}

#[test]
fn a_job_of_another_tenant_passes_whom_a_budget_holds_back() {
    // Tenant a may spend 12 a month, all together 36. Its first job has spent 12 at 1:00, so its second waits at 1:30,
    // and that of tenant b, which is alike and comes later, goes. At 2:30 all have spent 24 + 12: nobody goes.
    let mine = Budget {
        name: "a".to_owned(),
        tenant: Some(TenantId(0)),
        ..monthly(12)
    };
    for discipline in [Discipline::Fifo, Discipline::FitFirst, Discipline::Easy] {
        let mut model = rents(terms(), vec![mine.clone(), monthly(36)]);
        model.strategies[0].discipline = discipline;
        let rows = [
            Row::of(0, 4, 2 * HOUR),
            Row::of(90 * MINUTE, 4, HOUR),
            of(1, Row::of(90 * MINUTE, 4, HOUR)),
            of(1, Row::of(150 * MINUTE, 4, HOUR)),
        ];
        let heard = checked(&mut model, &rows);
        let at: Vec<u64> = starts(&heard)
            .iter()
            .map(|start| start.0 / MINUTE)
            .collect();
        assert_eq!(at, [0, 24 * 60, 90, 24 * 60]);
        let spent: Vec<_> = heard.budgets.iter().map(|of| of.spent).collect();
        assert_eq!(spent, [24, 12, 36, 24].map(units));
    }
}

#[test]
fn a_class_is_told_apart_as_a_tenant_is() {
    let mut model = rents(
        terms(),
        vec![Budget {
            class: Some(ClassId(1)),
            ..monthly(0)
        }],
    );
    let second = model.classes[0].clone();
    model.classes.push(second);
    model.pools[0].speed = vec![1000; 2];
    let tuning = Row {
        class: 1,
        ..Row::of(0, 4, HOUR)
    };
    let heard = checked(&mut model, &[tuning, Row::of(0, 4, HOUR)]);
    // Nothing may be spent at all, in no month.
    assert_eq!(heard.jobs[0].state, JobState::Waiting);
    assert_eq!(heard.jobs[0].waits[Cause::Budget], 72 * HOUR);
    assert_eq!(heard.jobs[1].start, Some(SimTime::ZERO));
}

#[test]
fn a_budget_that_looks_ahead_is_not_overrun_by_what_runs() {
    // The first asks for 2 h, 24 of 36. At 0:10 2 are spent, 22 to come, and the second would cost 24: it waits. At 0:20
    // the third asks for 12 beside 4 + 20: just enough. The first ends after an hour, the third at 1:20, and 24 are
    // spent: two hours would be too much still. When the fourth comes at 23:00, one hour of January is left, which is
    // what the second costs in it: it goes, and the fourth waits for February, where it costs 24 beside 12 to come.
    let budget = Budget {
        looks_ahead: true,
        ..monthly(36)
    };
    let mut model = rents(terms(), vec![budget]);
    let rows = [
        Row {
            requested: 2 * HOUR,
            ..Row::of(0, 4, HOUR)
        },
        Row::of(10 * MINUTE, 4, 2 * HOUR),
        Row::of(20 * MINUTE, 4, HOUR),
        Row::of(23 * HOUR, 4, 2 * HOUR),
    ];
    let heard = checked(&mut model, &rows);
    let at: Vec<u64> = starts(&heard)
        .iter()
        .map(|start| start.0 / MINUTE)
        .collect();
    assert_eq!(at, [0, 23 * 60, 20, 24 * 60]);
    assert_eq!(heard.jobs[1].waits[Cause::Budget], 23 * HOUR - 10 * MINUTE);
    let spent: Vec<_> = heard.budgets.iter().map(|of| of.spent).collect();
    assert_eq!(spent, [units(36), units(36)]);
}

#[test]
fn whom_a_budget_holds_back_runs_at_home_when_a_place_comes_free() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(72 * HOUR));
    model.budgets.all = vec![Budget {
        pools: vec![PoolId(1)],
        period: BudgetPeriod::Run,
        ..monthly(0)
    }];
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(30 * MINUTE, 4, HOUR)];
    let heard = checked(&mut model, &rows);
    assert_eq!(starts(&heard), [(0, 0), (2 * HOUR, 0)]);
    assert_eq!(heard.jobs[1].waits[Cause::Budget], 90 * MINUTE);
}

#[test]
fn whom_a_budget_holds_back_reserves_at_home() {
    // Two of four owned GPUs are held for 10 h. The second job needs four and may not go out: it reserves for 10:00. The
    // third would hold two beyond that, and waits behind it, until 11:00; the fourth ends before and goes at 3:00.
    for discipline in [Discipline::Easy, Discipline::Conservative { depth: 100 }] {
        let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
        model.strategies[0].discipline = discipline;
        model.horizon = Horizon::At(SimTime(72 * HOUR));
        model.budgets.all = vec![Budget {
            pools: vec![PoolId(1)],
            period: BudgetPeriod::Run,
            ..monthly(0)
        }];
        let rows = [
            Row::of(0, 2, 10 * HOUR),
            Row::of(HOUR, 4, HOUR),
            Row::of(2 * HOUR, 2, 20 * HOUR),
            Row::of(3 * HOUR, 2, 2 * HOUR),
        ];
        let heard = checked(&mut model, &rows);
        let at: Vec<u64> = starts(&heard).iter().map(|start| start.0 / HOUR).collect();
        assert_eq!(at, [0, 10, 11, 3]);
        assert_eq!(heard.jobs[1].waits[Cause::Budget], 9 * HOUR);
    }
}

#[test]
fn a_minimum_that_reaches_into_the_next_month_is_spent_there() {
    // Ten minutes before the month ends an instance is taken that is charged for an hour: 2 of January, 10 of
    // February. Of what tenant a's jobs hold there are 2 only.
    let hourly = Rented {
        minimum: Span::HOUR,
        ..terms()
    };
    let mine = Budget {
        tenant: Some(TenantId(0)),
        ..monthly(100)
    };
    let mut model = rents(hourly, vec![monthly(100), mine]);
    let heard = checked(
        &mut model,
        &[Row::of(24 * HOUR - 10 * MINUTE, 4, 10 * MINUTE)],
    );
    let spent: Vec<_> = heard.budgets.iter().map(|of| of.spent).collect();
    assert_eq!(spent, [2, 10, 2, 0].map(units));
}

#[test]
fn what_leaves_the_site_counts() {
    let mut model = rents(terms(), vec![monthly(100)]);
    model.classes[0].results = Bytes(2_000_000_000);
    model.sites[0].egress =
        plimsoll::units::ByteTariff::flat(plimsoll::units::BytePrice(5_000_000));
    // An hour for 12, and 2 GB for 5 each.
    let heard = checked(&mut model, &[Row::of(0, 4, HOUR)]);
    assert_eq!(heard.budgets[0].spent, units(22));
}

#[test]
fn quarters_end_with_their_last_month_and_a_run_has_one_period() {
    for (period, begins) in [
        (BudgetPeriod::Quarter, vec![0, 60 * 24, 72 * 24]),
        (BudgetPeriod::Year, vec![0, 72 * 24]),
        (BudgetPeriod::Run, vec![0, 72 * 24]),
    ] {
        let mut model = rents(
            terms(),
            vec![Budget {
                period,
                ..monthly(12)
            }],
        );
        // The quarter ends with 31 March, a day and two months after the start.
        model.horizon = Horizon::At(SimTime(72 * 24 * HOUR));
        let heard = checked(&mut model, &[]);
        let mut said: Vec<u64> = heard.budgets.iter().map(|of| of.from.0 / HOUR).collect();
        said.push(heard.budgets.last().unwrap().to.0 / HOUR);
        assert_eq!(said, begins, "{period:?}");
    }
}

#[test]
fn all_of_an_estate_counts_its_own_hours_too() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(10 * HOUR));
    model.budgets.all = vec![Budget {
        pools: vec![PoolId(0), PoolId(1)],
        period: BudgetPeriod::Run,
        ..monthly(20)
    }];
    // Four owned GPUs at 2 are 8 an hour, used or not: 20 are spent at 2:30, before the second job comes.
    let rows = [Row::of(0, 4, 4 * HOUR), Row::of(3 * HOUR, 4, HOUR)];
    let heard = checked(&mut model, &rows);
    assert_eq!(minutes(heard.budgets[0].used_up), Some(150));
    assert_eq!(heard.budgets[0].spent, units(80));
    assert_eq!(starts(&heard), [(0, 0), (4 * HOUR, 0)]);
}

#[test]
fn what_was_spent_before_the_run_counts_in_its_first_period() {
    let mut model = rents(terms(), vec![monthly(36)]);
    model.initial.budgets = vec![(0, units(30))];
    // 6 are left: half an hour.
    let rows = [Row::of(0, 4, HOUR), Row::of(40 * MINUTE, 4, HOUR)];
    let heard = checked(&mut model, &rows);
    assert_eq!(minutes(heard.budgets[0].used_up), Some(30));
    assert_eq!(heard.jobs[1].start, Some(SimTime(24 * HOUR)));
    assert_eq!(heard.budgets[1].spent, units(12));
}

#[test]
fn an_amount_that_is_cut_for_a_time_comes_back() {
    // From 2:00 to 6:00 only 6 may be spent, of which two hours have used 24; who comes at 3:00 waits until 6:00.
    let mut model = rents(terms(), vec![monthly(1_000)]);
    let (budget, amount) = (0, units(6));
    let cut = Happening::Budget {
        budget,
        amount,
        passes: true,
    };
    let back = Happening::BudgetOver { budget, amount };
    model.weather.script = vec![
        Incident::terms(SimTime(2 * HOUR), cut),
        Incident::terms(SimTime(6 * HOUR), back),
    ];
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(3 * HOUR, 4, HOUR)];
    let heard = checked(&mut model, &rows);
    assert_eq!(heard.jobs[1].start, Some(SimTime(6 * HOUR)));
    assert_eq!(heard.jobs[1].waits[Cause::Budget], 3 * HOUR);
    let january = heard.budgets[0];
    assert_eq!(minutes(january.used_up), Some(120));
    assert_eq!(january.amount, Some(units(1_000)));
}

#[test]
fn a_budget_that_is_never_reached_changes_nothing() {
    let rows = [
        Row::of(0, 4, 40 * HOUR),
        Row::of(HOUR, 2, HOUR),
        Row::of(30 * HOUR, 4, HOUR),
    ];
    let with = checked(&mut rents(terms(), vec![monthly(10_000)]), &rows);
    let without = run(&mut rents(terms(), Vec::new()), &rows);
    let with = Everything {
        budgets: Vec::new(),
        ..with
    };
    assert_eq!(with, without);
}
