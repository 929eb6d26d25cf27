//! Runbooks worked by hand: nothing begins before somebody has noticed, decided and approved; people are paid for what they
//! work; what fails stops the rest.

use crate::common::clouds::{HOUR, MINUTE};
use crate::common::{Everything, play};
use crate::failover::{BACKUP, DC, TWO, estate, hold, lost, placed, reroute, to};
use plimsoll::journal::{Fact, Item};
use plimsoll::model::{
    Incident, Model, Rhythm, Rule, RuleEffect, RuleMode, Rules, Runbook, Stage, Step, StepDoes,
};
use plimsoll::process::Law;
use plimsoll::units::{Money, Price, SimTime, Span, WorkingHours};

fn minutes(minutes: u64) -> Law {
    Law::Constant((minutes * MINUTE) as f64)
}

fn step(does: StepDoes) -> Step {
    Step {
        does,
        says: String::new(),
        when: String::new(),
        is_allowed: true,
        approval: false,
        execute: None,
        fails: 0,
    }
}

/// Ten minutes until it is noticed, five until somebody is there, twenty until they have decided; two people at 60 an hour,
/// around the clock.
pub(crate) fn book(steps: Vec<Step>) -> Runbook {
    Runbook {
        name: "out".to_owned(),
        failover: 0,
        severity: "high",
        owner: "on call".to_owned(),
        automatic: false,
        times: [
            Some(minutes(10)),
            Some(minutes(5)),
            Some(minutes(20)),
            Some(minutes(30)),
            None,
        ],
        in_hours: [false; Stage::ALL.len()],
        hours: WorkingHours::default(),
        people: 2,
        rate: Price(60_000_000),
        steps,
    }
}

fn run(model: &mut Model, book: Runbook, weather: &[Incident]) -> Everything {
    let mut timeline = crate::common::worlds::timeline(model, &TWO);
    let shapes = model.shapes.clone();
    hold(model, reroute(vec![to(&[BACKUP])]), &shapes);
    model.failovers.runbooks = vec![book];
    model.rhythms = vec![
        Rhythm {
            interval: Span(HOUR),
            write: Span::ZERO,
            verify: Span::ZERO,
        };
        model.shapes.len() * model.pools.len()
    ];
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    let heard = play(model, &timeline, 0);
    // What people cost is posted to the tick, and nothing else is changed by it.
    let people = heard
        .postings
        .iter()
        .filter(|line| line.item == Item::Reaction);
    let people: Money = people.map(|line| line.amount).sum();
    assert_eq!(people, heard.failovers[0].people_cost);
    assert_eq!(people, heard.run.people_cost);
    heard
}

fn begun(heard: &Everything) -> Option<u64> {
    let mut facts = heard.facts.iter();
    facts.find_map(|&(at, fact)| matches!(fact, Fact::FailoverBegan(_)).then_some(at.0 / MINUTE))
}

fn units(units: i128) -> Money {
    Money(units * Money::TICKS_PER_UNIT)
}

#[test]
fn nothing_begins_before_it_is_noticed_decided_approved_and_done() {
    let heard = run(
        &mut estate(1),
        book(looked_at_and_approved()),
        &lost(DC, 1, 150, 1200),
    );
    // Lost at 2:30: noticed at 2:40, somebody there at 2:45, decided at 3:05, looked at by 3:20, approved at 3:50, done at
    // 3:55, and the job runs again 85 min after its loss: more than the hour that was wanted.
    assert_eq!(begun(&heard), Some(235));
    assert_eq!(placed(&heard, 0)[1], (235, BACKUP));
    assert_eq!(heard.recoveries[0].took, Span(85 * MINUTE));
    assert_eq!(heard.recoveries[0].in_time(), Some(false));
    // Two people work from 2:45 to 3:55: 140 min at 60 an hour.
    assert_eq!(heard.failovers[0].people, Span(140 * MINUTE));
    assert_eq!(heard.failovers[0].people_cost, units(140));
    assert_eq!(heard.failovers[0].alarms, 1);
    // What carries itself out pages nobody: 2:40, looked at by 2:55, approved at 3:25, done at 3:30.
    let automatic = Runbook {
        automatic: true,
        ..book(looked_at_and_approved())
    };
    let heard = run(&mut estate(1), automatic, &lost(DC, 1, 150, 1200));
    assert_eq!(begun(&heard), Some(210));
    // Only who approves is paid: two people for half an hour.
    assert_eq!(heard.failovers[0].people_cost, units(60));
}

/// Something is looked at for a quarter of an hour; what follows is approved, and takes five minutes.
pub(crate) fn looked_at_and_approved() -> Vec<Step> {
    vec![
        Step {
            execute: Some(minutes(15)),
            ..step(StepDoes::Check)
        },
        Step {
            approval: true,
            execute: Some(minutes(5)),
            ..step(StepDoes::Failover)
        },
    ]
}

#[test]
fn at_night_it_waits_for_the_morning_and_only_work_is_paid() {
    // Monday; people decide from 8:00 to 18:00 only.
    let office = Runbook {
        hours: WorkingHours::weekly(&[0, 1, 2, 3, 4], (8 * HOUR, 18 * HOUR), 0),
        in_hours: [false, false, true, true, false],
        ..book(vec![step(StepDoes::Failover)])
    };
    let heard = run(&mut estate(1), office, &lost(DC, 1, 150, 1200));
    // Somebody is there at 2:45; twenty minutes of deciding end at 8:20.
    assert_eq!(begun(&heard), Some(500));
    assert_eq!(heard.failovers[0].people, Span(40 * MINUTE));
}

#[test]
fn who_reacts_to_what_is_over_stands_down() {
    let heard = run(
        &mut estate(1),
        book(vec![step(StepDoes::Failover)]),
        &lost(DC, 1, 150, 175),
    );
    assert_eq!(begun(&heard), None);
    assert_eq!(placed(&heard, 0), [(0, DC), (175, DC)]);
    let record = heard.failovers[0];
    assert_eq!((record.alarms, record.called_off, record.begun), (1, 1, 0));
    // Two people were there from 2:45 to 2:55.
    assert_eq!(record.people, Span(20 * MINUTE));
}

#[test]
fn a_step_that_fails_or_must_not_be_done_stops_the_rest() {
    for (fails, is_allowed) in [(1_000_000, true), (0, false)] {
        let steps = vec![
            Step {
                fails,
                is_allowed,
                ..step(StepDoes::Check)
            },
            step(StepDoes::Failover),
        ];
        let heard = run(&mut estate(1), book(steps), &lost(DC, 1, 150, 1200));
        assert_eq!(begun(&heard), None);
        assert_eq!(heard.failovers[0].failed_steps, 1);
        let failed = heard
            .facts
            .iter()
            .filter(|(_, fact)| *fact == Fact::StepFailed(0, 0));
        assert_eq!(
            failed.map(|(at, _)| at.0 / MINUTE).collect::<Vec<_>>(),
            [185]
        );
        assert_eq!(placed(&heard, 0)[1], (1200, DC));
    }
}

#[test]
fn what_a_step_changes_is_changed_back_when_it_is_over() {
    let mut model = estate(1);
    crate::common::worlds::timeline(&mut model, &TWO);
    let list = vec![Rule::bare("stays", RuleEffect::Forbid)];
    model.rules = Rules::by_hand(list, (1, 3), |_, _, pool| pool == BACKUP.index());
    let steps = vec![
        step(StepDoes::Rules(vec![(0, RuleMode::Audit)])),
        step(StepDoes::Failover),
    ];
    let heard = run(&mut model, book(steps), &lost(DC, 1, 150, 300));
    // The rule keeps it at home until it is only audited, at 3:05; from 5:00 on it is obeyed again.
    assert_eq!(placed(&heard, 0)[1], (185, BACKUP));
    let modes: Vec<(u64, RuleMode)> = heard
        .facts
        .iter()
        .filter_map(|&(at, fact)| match fact {
            Fact::RuleChanged(0, mode) => Some((at.0 / MINUTE, mode)),
            _ => None,
        })
        .collect();
    assert_eq!(modes, [(185, RuleMode::Audit), (300, RuleMode::Enforce)]);
    let violated = heard
        .facts
        .iter()
        .any(|(_, fact)| matches!(fact, Fact::Violated(..)));
    assert!(violated);
}

/// An alarm that is over before anybody noticed leaves the run as it was, but for a little bookkeeping.
#[test]
fn times_are_the_alarms_own_luck() {
    let random = |name: &str| Runbook {
        name: name.to_owned(),
        times: [None, None, Some(Law::Exponential { mean: 1e6 }), None, None],
        ..book(vec![step(StepDoes::Failover)])
    };
    let weather = [lost(DC, 1, 150, 400), lost(DC, 1, 500, 800)].concat();
    let once = run(&mut estate(1), random("a"), &weather);
    assert_eq!(once, run(&mut estate(1), random("a"), &weather));
    let begins = |heard: &Everything| {
        let facts = heard.facts.iter();
        let begins = facts.filter(|(_, fact)| matches!(fact, Fact::FailoverBegan(_)));
        begins.map(|(at, _)| *at).collect::<Vec<SimTime>>()
    };
    let twice = begins(&once);
    assert_eq!(twice.len(), 2);
    // Each alarm draws anew, and another name has other luck.
    assert_ne!(twice[0].0 - 150 * MINUTE, twice[1].0 - 500 * MINUTE);
    assert_ne!(begins(&run(&mut estate(1), random("b"), &weather)), twice);
}
