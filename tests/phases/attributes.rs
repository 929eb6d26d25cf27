//! Attributes that phases change: who may go where from when a phase begins, and no longer when it is rolled back, by hand; and
//! over random worlds as if the phase had changed a rule.

use crate::common::cases::runner;
use crate::common::checks::every_strategy;
use crate::common::clouds::HOUR;
use crate::common::phases::{behind, elastic, phase, play, starts};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::{Row, timeline};
use plimsoll::journal::{Cause, Consequence, Fact, RuleMode};
use plimsoll::model::{
    Begins, Change, Finding, FindingRow, Findings, Gate, Model, OnFail, Phase, Rule, RuleEffect,
    Rules,
};
use plimsoll::units::{SimTime, Span};
use proptest::prelude::*;

const CLOUD: usize = 1;
const CERTIFIED: Change = Change::Attributes {
    finding: 0,
    holds: true,
};

/// The first phase of some name says otherwise of attributes: while it holds, rules see the second situation.
fn says(mut rules: Rules, phase: &str) -> Rules {
    let row = |situation: u16| FindingRow {
        situation,
        known: situation,
        ..FindingRow::default()
    };
    rules.findings = Findings {
        list: vec![Finding::Phase(phase.to_owned())],
        rows: vec![row(0), row(1)],
    };
    rules
}

/// A rule refuses the cloud, until a phase gives it its certificate.
fn uncertified(mut model: Model, rows: &[Row], on_change: Consequence) -> Model {
    timeline(&mut model, rows);
    let rule = Rule {
        on_change,
        ..Rule::bare("certified-only", RuleEffect::Forbid)
    };
    let sizes = (model.shapes.len(), model.pools.len());
    let rules = Rules::by_hand(vec![rule], sizes, |_, _, pool| pool == CLOUD);
    model.rules = says(rules.then_by_hand(2, |_, _, _, _| false), "certified");
    model
}

/// The owned GPUs are held for ten hours.
const LONG: fn() -> Row = || Row::of(0, 4, 10 * HOUR);

#[test]
fn a_certificate_that_a_phase_brings_comes_as_late_as_the_phase() {
    // The first phase ends at 3:00, and the certificate is there an hour later. If somebody must have finished by then, it is
    // looked at again at 5:00, half an hour after the first did.
    let rows = [
        Row::of(0, 2, 10 * HOUR),
        Row::of(0, 2, 4 * HOUR + HOUR / 2),
        Row::of(2 * HOUR, 4, HOUR),
    ];
    for (gates, hour) in [(Vec::new(), 4), (vec![Gate::Finished(1)], 6)] {
        let first = Phase {
            gates,
            on_fail: OnFail::Delay(Span(2 * HOUR)),
            ..phase("build", 1, 2)
        };
        let second = Phase {
            changes: vec![CERTIFIED],
            ..behind("certified", (0, &first), 1, 5)
        };
        let mut model = elastic(Vec::new());
        model.rollout.phases = vec![first, second];
        let mut model = uncertified(model, &rows, Consequence::Finish);
        let heard = play(&mut model, &rows, &[]);
        assert_eq!(starts(&heard), [Some(0), Some(0), Some(hour * 60)]);
        // What is refused one pool waits for what the other lacks.
        let waited = heard.all.jobs[2].waits[Cause::Capacity];
        assert_eq!(waited, (hour - 2) * HOUR);
        let found = (SimTime(hour * HOUR), Fact::Found(0, true));
        assert!(heard.all.facts.contains(&found));
    }
}

#[test]
fn what_a_phase_that_is_rolled_back_said_holds_no_longer() {
    // The certificate is there from 3:00 to 5:00, when nothing has finished yet. Who went out at 4:00 has to stop then, and
    // begins again at home at 10:00; who comes at 6:00 waits for the rule.
    let mut model = elastic(Vec::new());
    model.rollout.phases = vec![Phase {
        changes: vec![CERTIFIED],
        gates: vec![Gate::Finished(100)],
        on_fail: OnFail::RollBack,
        ..phase("certified", 3, 2)
    }];
    let rows = [
        LONG(),
        Row::of(4 * HOUR, 4, 3 * HOUR),
        Row::of(6 * HOUR, 4, HOUR),
    ];
    let heard = play(
        &mut uncertified(model, &rows, Consequence::Stop),
        &rows,
        &[],
    );
    assert!(heard.phases[0].rolled_back);
    let found = heard.all.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::Found(0, holds) => Some((at.0 / HOUR, holds)),
        _ => None,
    });
    let found: Vec<_> = found.collect();
    assert_eq!(found, [(3, true), (5, false)]);
    assert_eq!(heard.all.jobs[1].interruptions, 1);
    assert_eq!(starts(&heard)[1], Some(240));
    assert!(10 * HOUR < heard.all.jobs[1].end.0);
    assert!(starts(&heard)[2].is_some_and(|at| 600 <= at));
}

/// A phase in which rules see something else is a phase in which they are in another mode.
#[test]
fn rules_that_see_something_else_from_a_phase_on_are_rules_that_change() {
    let fires = prop::collection::vec(prop::bool::weighted(0.4), 16);
    let consequences = prop::sample::select(vec![
        Consequence::Finish,
        Consequence::Evict,
        Consequence::Stop,
        Consequence::Quarantine,
    ]);
    let worlds = (
        stormy_worlds(),
        fires,
        consequences,
        1u64..10_000_000,
        any::<bool>(),
    );
    let found = runner(6).run(
        &worlds,
        |((model, timeline), fires, on_change, from, back)| {
            let of = |model: &Model, shape: usize, pool: usize| {
                fires[model.shapes[shape].class.index() % 4 * 4 + pool % 4]
            };
            let rule = Rule {
                on_change,
                ..Rule::bare("found-out", RuleEffect::Forbid)
            };
            let sizes = (model.shapes.len(), model.pools.len());
            let begun = |change: Change| Phase {
                begins: Begins::At(SimTime(from)),
                planned_start: SimTime(from),
                changes: vec![change],
                gates: if back {
                    vec![Gate::Finished(u64::MAX)]
                } else {
                    Vec::new()
                },
                on_fail: OnFail::RollBack,
                ..phase("certified", 0, 1)
            };
            let (mut found, mut turned) = (model.clone(), model.clone());
            let nowhere = Rules::by_hand(vec![rule.clone()], sizes, |_, _, _| false);
            let rules = nowhere.then_by_hand(2, |_, _, shape, pool| of(&model, shape, pool));
            found.rules = says(rules, "certified");
            found.rollout.phases = vec![begun(CERTIFIED)];
            let off = Rule {
                mode: RuleMode::Off,
                ..rule
            };
            turned.rules =
                Rules::by_hand(vec![off], sizes, |_, shape, pool| of(&model, shape, pool));
            turned.rollout.phases = vec![begun(Change::Rule {
                rule: 0,
                mode: RuleMode::Enforce,
            })];
            let mut records = Vec::new();
            every_strategy(&found, &timeline, |run| {
                records.push((run.heard.jobs.clone(), run.heard.run.digest));
            })?;
            let mut index = 0;
            every_strategy(&turned, &timeline, |run| {
                let (jobs, digest) = &records[index];
                assert_eq!(jobs, &run.heard.jobs);
                assert_eq!(*digest, run.heard.run.digest);
                index += 1;
            })
        },
    );
    found.unwrap();
}
