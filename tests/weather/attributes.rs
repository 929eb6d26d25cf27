//! Attributes that change while time passes: what becomes of running work when rules judge it anew, worked by hand, and
//! over random worlds as if the rules had changed.

use crate::common::Everything;
use crate::common::cases::runner;
use crate::common::checks::every_strategy;
use crate::common::clouds::{HOUR, gpu_time, hybrid, terms};
use crate::common::helpers::{HOURLY, live, of_class};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::{Row, timeline};
use plimsoll::journal::{Cause, Consequence, Fact, RuleMode};
use plimsoll::model::{
    AttributeChange, Class, Happening, Horizon, Incident, Model, Preemption, Rule, RuleEffect,
    Rules, SpillTest,
};
use plimsoll::units::{JobId, PoolId, SimTime, Span};
use proptest::prelude::*;

const OWN: usize = 0;
const CLOUD: usize = 1;

/// Four owned GPUs, rented nodes of four at once where they are full; jobs of class 1 too; and this rule, which from
/// the second situation on refuses class 0 the cloud.
fn found_out(rows: &[Row], rule: Rule) -> Model {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.classes.truncate(1);
    let pools = (0..2).map(PoolId::from).collect();
    model.classes.push(Class::bare("other", pools));
    for pool in &mut model.pools {
        pool.speed = vec![1000; 2];
    }
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    timeline(&mut model, rows);
    let classes: Vec<usize> = (model.shapes.iter())
        .map(|shape| shape.class.index())
        .collect();
    let rules = Rules::by_hand(vec![rule], (classes.len(), 2), |_, _, _| false);
    model.rules = rules.then_by_hand(2, |_, _, shape, pool| classes[shape] == 0 && pool == CLOUD);
    model
}

fn turns(model: &mut Model, at: u64, situation: u16) -> Incident {
    let at = SimTime(at);
    let change = model.rules.changes.len() as u16;
    model.rules.changes.push(AttributeChange {
        at,
        situation,
        known: situation,
        by: vec!["found".to_owned()],
        said: Vec::new(),
    });
    Incident::terms(at, Happening::Attributes { change })
}

const SAVES: Preemption = Preemption::Checkpoint {
    write: Span(0),
    restart: Span(0),
};

/// Class 0 runs in the cloud for 5:30 h from the start, with a checkpoint every hour that takes no time; what is owned is
/// busy until 6 h. At 2:30 h it is found out that it must not be there; from `over` on it may again.
fn caught(on_change: Consequence, grace: u64, over: Option<u64>) -> Everything {
    let rows = [
        of_class(1, Row::of(0, 4, 6 * HOUR)),
        Row::of(0, 4, 5 * HOUR + HOUR / 2),
    ];
    let mut model = found_out(
        &rows,
        Rule {
            on_change,
            grace: Span(grace),
            ..Rule::bare("stays-home", RuleEffect::Forbid)
        },
    );
    model.classes[0].preemption = SAVES;
    let mut weather = vec![turns(&mut model, 2 * HOUR + HOUR / 2, 1)];
    weather.extend(over.map(|over| turns(&mut model, over, 0)));
    live(&mut model, &rows, HOURLY, &weather, 0)
}

/// GPU-hours against the rule.
fn against(heard: &Everything) -> u128 {
    let any = heard.rules.iter().filter(|record| record.rule.is_none());
    any.map(|record| record.gpu_time).sum::<u128>() / gpu_time(1, HOUR)
}

fn judged(heard: &Everything) -> Vec<(u64, Consequence)> {
    let facts = heard.facts.iter();
    let judged = facts.filter_map(|&(at, fact)| match fact {
        Fact::Rejudged(JobId(1), PoolId(1), 0, consequence) => Some((at.0, consequence)),
        _ => None,
    });
    judged.collect()
}

const FOUND: u64 = 2 * HOUR + HOUR / 2;

#[test]
fn running_work_finishes_moves_on_stops_or_is_quarantined() {
    for (on_change, end, pool, against_it) in [
        // It runs on to 5:30, against the rule for 3 h on four GPUs.
        (Consequence::Finish, 5 * HOUR + HOUR / 2, CLOUD, 12),
        // With a checkpoint of 2:30, 3 h are left when what is owned is free at 6 h.
        (Consequence::Evict, 9 * HOUR, OWN, 0),
        // Back to the checkpoint of 2 h: 3:30 are left.
        (Consequence::Stop, 9 * HOUR + HOUR / 2, OWN, 0),
        // All that it wrote there is locked: 5:30 are left.
        (Consequence::Quarantine, 11 * HOUR + HOUR / 2, OWN, 0),
    ] {
        let heard = caught(on_change, 0, None);
        let job = heard.jobs[1];
        let found = (job.end.0, job.pool, against(&heard));
        let expected = (end, Some(PoolId::from(pool)), against_it);
        assert_eq!(found, expected, "{on_change:?}");
        assert_eq!(judged(&heard), [(FOUND, on_change)]);
        let changed = (SimTime(FOUND), Fact::AttributesChanged(0));
        assert!(heard.facts.contains(&changed));
    }
}

#[test]
fn what_may_go_on_for_a_time_stops_when_that_is_over_unless_it_may_stay_by_then() {
    // An hour more, to 3:30: 2 h are left at 6 h; 4 GPU-h against the rule.
    let heard = caught(Consequence::Evict, HOUR, None);
    assert_eq!((heard.jobs[1].end.0, against(&heard)), (8 * HOUR, 4));
    let both = [
        (FOUND, Consequence::Grace),
        (FOUND + HOUR, Consequence::Evict),
    ];
    assert_eq!(judged(&heard), both);
    // Half an hour later it may stay: it never stops, and 2 GPU-h were against the rule.
    let heard = caught(Consequence::Quarantine, HOUR, Some(3 * HOUR));
    assert_eq!(heard.jobs[1].end.0, 5 * HOUR + HOUR / 2);
    assert_eq!((heard.jobs[1].interruptions, against(&heard)), (0, 2));
    assert_eq!(judged(&heard), [(FOUND, Consequence::Grace)]);
    // It ends by itself before the time is over.
    let heard = caught(Consequence::Stop, 5 * HOUR, None);
    assert_eq!(heard.jobs[1].end.0, 5 * HOUR + HOUR / 2);
    assert_eq!(against(&heard), 12);
}

#[test]
fn who_waits_waits_for_the_rule_from_then_on_and_no_longer_than_it_holds() {
    let rows = [
        of_class(1, Row::of(0, 4, 12 * HOUR)),
        Row::of(HOUR, 4, HOUR),
        Row::of(3 * HOUR, 4, HOUR),
    ];
    let mut model = found_out(&rows, Rule::bare("stays-home", RuleEffect::Forbid));
    let weather = [
        turns(&mut model, 2 * HOUR, 1),
        turns(&mut model, 7 * HOUR, 0),
    ];
    let heard = live(&mut model, &rows, HOURLY, &weather, 0);
    // The first is done by then. The second may go out again at 7 h; it lacked room at home meanwhile.
    assert_eq!(heard.jobs[1].start, Some(SimTime(HOUR)));
    assert_eq!(heard.jobs[2].start, Some(SimTime(7 * HOUR)));
    assert_eq!(heard.jobs[2].waits[Cause::Capacity], 4 * HOUR);
}

/// A rule that begins to fire because attributes change is a rule that was off and is obeyed from then on.
#[test]
fn rules_that_see_something_else_are_rules_that_change() {
    let fires = prop::collection::vec(prop::bool::weighted(0.4), 16);
    let consequences = prop::sample::select(vec![
        Consequence::Finish,
        Consequence::Evict,
        Consequence::Stop,
        Consequence::Quarantine,
    ]);
    let times = (1u64..10_000_000, 1u64..10_000_000, 0u64..2_000_000);
    let worlds = (stormy_worlds(), fires, consequences, times);
    let found = runner(16).run(&worlds, |((model, timeline), fires, on_change, times)| {
        let (from, lasts, grace) = times;
        let grace = Span(if on_change == Consequence::Finish {
            0
        } else {
            grace
        });
        let of = |model: &Model, shape: usize, pool: usize| {
            fires[model.shapes[shape].class.index() % 4 * 4 + pool % 4]
        };
        let rule = Rule {
            on_change,
            grace,
            ..Rule::bare("found-out", RuleEffect::Forbid)
        };
        let sizes = (model.shapes.len(), model.pools.len());
        let instants = [from, from + lasts].map(SimTime);
        // Attributes change, and change back.
        let (mut found, mut world) = (model.clone(), timeline.clone());
        let nowhere = Rules::by_hand(vec![rule.clone()], sizes, |_, _, _| false);
        found.rules = nowhere.then_by_hand(2, |_, _, shape, pool| of(&model, shape, pool));
        world.weather.extend([turns(&mut found, from, 1)]);
        world.weather.extend([turns(&mut found, from + lasts, 0)]);
        Incident::put_in_order(&mut world.weather);
        // The rule is turned on, and off again.
        let (mut turned, mut other) = (model.clone(), timeline.clone());
        let off = Rule {
            mode: RuleMode::Off,
            ..rule
        };
        turned.rules = Rules::by_hand(vec![off], sizes, |_, shape, pool| of(&model, shape, pool));
        for (at, mode) in instants.into_iter().zip([RuleMode::Enforce, RuleMode::Off]) {
            let (rule, passes) = (0, false);
            let what = Happening::Rule { rule, mode, passes };
            other.weather.push(Incident::terms(at, what));
        }
        Incident::put_in_order(&mut other.weather);
        let mut records = Vec::new();
        every_strategy(&found, &world, |run| {
            records.push((run.heard.jobs.clone(), run.heard.run.digest));
        })?;
        let mut index = 0;
        every_strategy(&turned, &other, |run| {
            let (jobs, digest) = &records[index];
            assert_eq!(jobs, &run.heard.jobs);
            assert_eq!(*digest, run.heard.run.digest);
            index += 1;
        })
    });
    found.unwrap();
}
