//! Budgets worked by hand: when one is used up, who waits, who is turned away, who goes all the same.

use crate::common::cases::{quietly, runner};
use crate::common::checks::Run;
use crate::common::clouds::{HOUR, MINUTE, hybrid, public, run, starts, terms};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::{Row, timeline, worlds};
use crate::common::{Everything, play};
use plimsoll::journal::{Cause, Fact, JobState};
use plimsoll::model::{
    AtLimit, Budget, BudgetPeriod, Discipline, Happening, Horizon, Incident, Model, Rented,
    SpillTest, Timeline,
};
use plimsoll::units::{Bytes, ClassId, Epoch, Money, PoolId, SimTime, Span, TenantId};
use proptest::prelude::*;

fn units(amount: i128) -> Money {
    Money(amount * Money::TICKS_PER_UNIT)
}

/// So much a month for what is rented in the first pool, and whoever would spend more waits.
fn monthly(amount: i128) -> Budget {
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
fn rents(terms: Rented, budgets: Vec<Budget>) -> Model {
    let mut model = public(terms);
    model.epoch = Epoch::parse("2026-01-31T00:00:00Z").unwrap();
    model.horizon = Horizon::At(SimTime(72 * HOUR));
    model.tenants = vec!["a".to_owned(), "b".to_owned()];
    model.budgets.all = budgets;
    model
}

fn of(tenant: usize, row: Row) -> Row {
    Row { tenant, ..row }
}

/// Plays a world and counts everything again.
fn checked(model: &mut Model, rows: &[Row]) -> Everything {
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

fn minutes(at: Option<SimTime>) -> Option<u64> {
    at.map(|at| at.0 / MINUTE)
}

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
fn whoever_is_turned_away_is_gone_at_once() {
    // 12 are spent at 1:00; the hundred that come at 1:30 are all turned away, under any discipline.
    for discipline in [
        Discipline::Fifo,
        Discipline::Easy,
        Discipline::Conservative { depth: 1 },
        Discipline::FitFirst,
        Discipline::ShortestRemaining,
    ] {
        let mut model = rents(
            terms(),
            vec![Budget {
                at_limit: AtLimit::Shed,
                ..monthly(12)
            }],
        );
        model.strategies[0].discipline = discipline;
        let mut rows = vec![Row::of(0, 4, 2 * HOUR)];
        rows.extend([Row::of(90 * MINUTE, 4, HOUR); 100]);
        let heard = checked(&mut model, &rows);
        let shed = heard.jobs.iter().filter(|job| job.state == JobState::Shed);
        assert!(shed.clone().all(|job| job.end.0 == 90 * MINUTE));
        assert_eq!((shed.count(), heard.budgets[0].shed), (100, 100));
    }
}

#[test]
fn whoever_asks_for_more_waits_until_it_is_granted() {
    // 12 are spent at 1:00. Who comes at 1:30 asks; at 5:30 12 more are granted, of which what ran until 2:00 has taken
    // all: 24 of 24. With 30 more there are 18 left: it runs, and who comes at 8:00 finds 36 of 42 spent, who comes at
    // 9:30 48: nobody is asked twice a month. In February the first that is held back asks again.
    let ask = |grants| Budget {
        at_limit: AtLimit::Ask {
            approval: Span(4 * HOUR),
            grants: units(grants),
        },
        ..monthly(12)
    };
    let rows = [
        Row::of(0, 4, 2 * HOUR),
        Row::of(90 * MINUTE, 4, HOUR),
        Row::of(8 * HOUR, 4, HOUR),
        Row::of(9 * HOUR + 30 * MINUTE, 4, 2 * HOUR),
        Row::of(30 * HOUR, 4, HOUR),
    ];
    let heard = checked(&mut rents(terms(), vec![ask(12)]), &rows[..2]);
    assert_eq!(heard.jobs[1].start, Some(SimTime(24 * HOUR)));
    let heard = checked(&mut rents(terms(), vec![ask(30)]), &rows);
    let at: Vec<u64> = starts(&heard)
        .iter()
        .map(|start| start.0 / MINUTE)
        .collect();
    assert_eq!(at, [0, 330, 480, 24 * 60, 34 * 60]);
    let [january, february] = &heard.budgets[..] else {
        panic!("two months")
    };
    assert_eq!(
        (january.granted, january.amount),
        (units(30), Some(units(42)))
    );
    assert_eq!((january.spent, january.overshoot()), (units(48), units(6)));
    assert_eq!((february.granted, february.spent), (units(30), units(36)));
    let facts = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::BudgetAsked(_) => Some((at.0 / MINUTE, false)),
        Fact::BudgetGranted(_) => Some((at.0 / MINUTE, true)),
        _ => None,
    });
    let expected = [(90, false), (330, true), (30 * 60, false), (34 * 60, true)];
    assert_eq!(facts.collect::<Vec<_>>(), expected);
}

#[test]
fn a_budget_that_flags_changes_nothing_but_what_is_told() {
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(90 * MINUTE, 4, HOUR)];
    let flags = Budget {
        at_limit: AtLimit::Flag,
        ..monthly(12)
    };
    let heard = checked(&mut rents(terms(), vec![flags]), &rows);
    let without = checked(&mut rents(terms(), Vec::new()), &rows);
    assert_eq!(heard.run, without.run);
    assert_eq!(heard.jobs, without.jobs);
    // A strategy that overspends makes of every budget one that flags.
    let mut overspends = rents(terms(), vec![monthly(12)]);
    overspends.strategies[0].overspends = true;
    let same = run(&mut overspends, &rows);
    assert_eq!((&same.run, &same.budgets), (&heard.run, &heard.budgets));
    // 24 + 12, of which 12 are allowed; the second was placed above that.
    let january = heard.budgets[0];
    assert_eq!((january.overshoot(), january.flagged), (units(24), 1));
    let told = |fact: &&(SimTime, Fact)| matches!(fact.1, Fact::Flagged(job, _) if job.0 == 1);
    assert_eq!(heard.facts.iter().filter(told).count(), 1);
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

/// Up to three budgets of all kinds over whatever pools there are; amounts around what small worlds spend.
fn limited(
    worlds: impl proptest::strategy::Strategy<Value = (Model, Timeline)>,
) -> impl proptest::strategy::Strategy<Value = (Model, Timeline)> {
    let budget = (
        prop::option::of(0usize..3),
        prop::option::of(0usize..2),
        0u32..8,
        0i128..120,
        prop::sample::select(vec![
            AtLimit::Queue,
            AtLimit::Queue,
            AtLimit::Ask {
                approval: Span(20 * MINUTE),
                grants: units(20),
            },
            AtLimit::Shed,
            AtLimit::Flag,
        ]),
        prop::sample::select(vec![
            BudgetPeriod::Month,
            BudgetPeriod::Quarter,
            BudgetPeriod::Run,
        ]),
        any::<bool>(),
    );
    let epochs = prop::sample::select(vec!["2026-01-05T00:00:00Z", "2026-03-31T22:00:00Z"]);
    (worlds, prop::collection::vec(budget, 1..4), epochs).prop_map(
        |((mut model, timeline), drawn, epoch)| {
            model.epoch = Epoch::parse(epoch).unwrap();
            let pools = model.pools.len();
            for (tenant, class, mask, amount, at_limit, period, looks_ahead) in drawn {
                let all = (0..pools).filter(|pool| mask & (1 << pool) != 0 || mask == 0);
                model.budgets.all.push(Budget {
                    name: format!("{tenant:?} {class:?} {mask} {amount} {at_limit:?} {period:?}"),
                    tenant: tenant.map(TenantId::from),
                    class: class.map(ClassId::from),
                    pools: all.map(PoolId::from).collect(),
                    period,
                    at_limit,
                    looks_ahead,
                    alerts: vec![250_000, 1_000_000, 1_250_000],
                    ..monthly(amount)
                });
            }
            (model, timeline)
        },
    )
}

fn add_up(cases: u32, worlds: impl proptest::strategy::Strategy<Value = (Model, Timeline)>) {
    let held_back = std::cell::Cell::new((0u64, 0u64, 0u64));
    runner(cases)
        .run(&limited(worlds), |(model, timeline)| {
            for strategy in 0..model.strategies.len() {
                quietly(|| {
                    let heard = play(&model, &timeline, strategy);
                    let run = Run {
                        model: &model,
                        timeline: &timeline,
                        strategy,
                        heard: &heard,
                    };
                    run.check();
                    let waits: u64 = heard.jobs.iter().map(|job| job.waits[Cause::Budget]).sum();
                    let (waited, shed, flagged) = held_back.get();
                    let of = |count: fn(&plimsoll::journal::BudgetRecord) -> u64| -> u64 {
                        heard.budgets.iter().map(count).sum()
                    };
                    held_back.set((
                        waited + waits,
                        shed + of(|record| record.shed),
                        flagged + of(|record| record.flagged),
                    ));
                })
                .map_err(|why| {
                    let name = &model.strategies[strategy].name;
                    TestCaseError::fail(format!("{why} under {name}"))
                })?;
            }
            Ok(())
        })
        .unwrap();
    let (waited, shed, flagged) = held_back.get();
    assert!(
        waited > HOUR && shed > 100 && flagged > 100,
        "{waited} {shed} {flagged}"
    );
}

#[test]
fn every_run_with_budgets_adds_up() {
    add_up(60, worlds());
}

#[test]
fn every_run_with_budgets_adds_up_in_bad_weather() {
    add_up(60, stormy_worlds());
}
