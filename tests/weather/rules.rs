//! Rules about what may run where: who waits for them, what happens against those that are audited, and what becomes
//! of running work when one changes, worked by hand.

use crate::common::clouds::{HOUR, gpu_time, hybrid, terms};
use crate::common::helpers::{HOURLY, live, of_class};
use crate::common::phases::phase;
use crate::common::strategies::all_strategies;
use crate::common::worlds::Row;
use crate::common::{Everything, play};
use plimsoll::journal::{Cause, Fact, JobState, RuleMode};
use plimsoll::model::{
    Change, Class, Consequence, Gate, Happening, Horizon, Incident, Model, OnFail, Phase,
    Placement, Preemption, Requeue, Rhythm, Rule, RuleEffect, Rules, SpillTest,
};
use plimsoll::units::{PoolId, SimTime, Span};

const OWN: usize = 0;
const CLOUD: usize = 1;

/// Four owned GPUs, rented nodes of four at once where they are full; jobs of class 1 too; and these rules.
fn ruled(list: Vec<Rule>) -> Model {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    let pools = (0..2).map(PoolId::from).collect();
    model.classes.truncate(1);
    model.classes.push(Class::bare("other", pools));
    for pool in &mut model.pools {
        pool.speed = vec![1000; 2];
    }
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    // Which fire where is filled in when the shapes are known.
    model.rules = Rules::by_hand(list, (0, 0), |_, _, _| false);
    model
}

/// Plays jobs where rules fire as said of a rule, a class and a pool.
fn judge(
    model: &mut Model,
    rows: &[Row],
    weather: &[Incident],
    fires: impl Fn(usize, usize, usize) -> bool,
) -> Everything {
    // Shapes follow from the rows.
    crate::common::worlds::timeline(model, rows);
    fill(model, fires);
    live(model, rows, HOURLY, weather, 0)
}

pub(crate) fn fill(model: &mut Model, fires: impl Fn(usize, usize, usize) -> bool) {
    let shapes = &model.shapes;
    let by_shape =
        |rule: usize, shape: usize, pool: usize| fires(rule, shapes[shape].class.index(), pool);
    let sizes = (shapes.len(), model.pools.len());
    let list = std::mem::take(&mut model.rules.list);
    model.rules = Rules::by_hand(list, sizes, by_shape);
}

fn forbid(mode: RuleMode, evicts: bool) -> Rule {
    Rule {
        mode,
        on_change: if evicts {
            Consequence::Evict
        } else {
            Consequence::Finish
        },
        ..Rule::bare("stays-home", RuleEffect::Forbid)
    }
}

/// Class 0 must not leave.
const fn leaves(_: usize, class: usize, pool: usize) -> bool {
    class == 0 && pool == CLOUD
}

fn turns(at: u64, mode: RuleMode) -> Incident {
    let (rule, passes) = (0, false);
    Incident::terms(SimTime(at), Happening::Rule { rule, mode, passes })
}

fn place(heard: &Everything, job: usize) -> (u64, usize) {
    let record = &heard.jobs[job];
    (record.start.unwrap().0 / HOUR, record.pool.unwrap().index())
}

/// How often, and for how many GPU-hours, something happened against a rule (`None`: any) in a pool.
fn against(heard: &Everything, rule: Option<u16>, pool: usize) -> (u64, u128) {
    let mut records = heard.rules.iter();
    let record = records.find(|record| record.rule == rule && record.pool.index() == pool);
    let record = record.unwrap();
    assert_eq!(record.gpu_time % gpu_time(1, HOUR), 0);
    (record.violations, record.gpu_time / gpu_time(1, HOUR))
}

#[test]
fn who_must_stay_waits_for_room_at_home_and_others_leave() {
    let mut model = ruled(vec![forbid(RuleMode::Enforce, false)]);
    let rows = [
        Row::of(0, 4, 4 * HOUR),
        Row::of(HOUR, 4, HOUR),
        of_class(1, Row::of(HOUR, 4, HOUR)),
    ];
    let heard = judge(&mut model, &rows, &[], leaves);
    // The second waits until the first is over, for want of room; the third, behind it, goes out at once.
    assert_eq!(place(&heard, 1), (4, OWN));
    assert_eq!(heard.jobs[1].waits[Cause::Capacity], 3 * HOUR);
    assert_eq!(heard.jobs[1].waits.total(), 3 * HOUR);
    assert_eq!(place(&heard, 2), (1, CLOUD));
    assert_eq!(against(&heard, None, CLOUD), (0, 0));
    // Without the rule it would have left, too.
    model.rules = Rules::default();
    let heard = live(&mut model, &rows, HOURLY, &[], 0);
    assert_eq!(place(&heard, 1), (1, CLOUD));
}

/// Class 0 may run nowhere from the start; at 3 h the rule is turned off.
#[test]
fn who_may_run_nowhere_waits_for_the_rule_under_every_discipline() {
    let nowhere = |_: usize, class: usize, _: usize| class == 0;
    let mut model = ruled(vec![forbid(RuleMode::Enforce, false)]);
    let rows = [
        Row::of(HOUR, 2, HOUR),
        of_class(1, Row::of(HOUR, 2, HOUR)),
        Row::of(23 * HOUR, 2, HOUR),
    ];
    model.strategies = all_strategies(Requeue::Keep);
    // The cloud sells on demand only: who asks for spot capacity alone has nowhere to go.
    model.strategies.retain(|strategy| strategy.spot.is_none());
    crate::common::worlds::timeline(&mut model, &rows);
    fill(&mut model, nowhere);
    for strategy in 0..model.strategies.len() {
        let name = model.strategies[strategy].name.clone();
        let public = model.strategies[strategy].placement == Placement::PublicOnly;
        let weather = [
            turns(3 * HOUR, RuleMode::Off),
            turns(20 * HOUR, RuleMode::Enforce),
        ];
        let heard = live(&mut model, &rows, Rhythm::NONE, &weather, strategy);
        assert_eq!(place(&heard, 0), (3, usize::from(public)), "{name}");
        assert_eq!(heard.jobs[0].waits[Cause::Rule], 2 * HOUR, "{name}");
        assert_eq!(heard.jobs[0].waits.total(), 2 * HOUR, "{name}");
        // Nobody waits behind it.
        assert_eq!(heard.jobs[1].waits.total(), 0, "{name}");
        // The last finds the rule in force again, and waits to the end.
        assert_eq!(heard.jobs[2].state, JobState::Waiting, "{name}");
        assert_eq!(heard.jobs[2].waits[Cause::Rule], HOUR, "{name}");
        assert_eq!(
            heard
                .rules
                .iter()
                .map(|record| record.violations)
                .sum::<u64>(),
            0
        );
    }
}

#[test]
fn what_no_permit_allows_is_refused_once_there_is_one() {
    // Rule 0 permits class 1 everywhere; rule 1 forbids it the cloud.
    let fires = |rule: usize, class: usize, pool: usize| class == 1 && (rule == 0 || pool == CLOUD);
    let list = vec![
        Rule::bare("others", RuleEffect::Permit),
        Rule::bare("not-out", RuleEffect::Forbid),
    ];
    let mut model = ruled(list);
    let rows = [
        Row::of(0, 4, HOUR),
        of_class(1, Row::of(0, 4, 2 * HOUR)),
        of_class(1, Row::of(0, 4, HOUR)),
    ];
    let heard = judge(&mut model, &rows, &[], fires);
    // Nothing permits the first; the others share what is owned, for to forbid beats to permit.
    assert_eq!(heard.jobs[0].waits[Cause::Rule], 24 * HOUR);
    assert_eq!(place(&heard, 1), (0, OWN));
    assert_eq!(place(&heard, 2), (2, OWN));
    // The permit is only audited: the first runs, unpermitted, for one hour on four GPUs. That is told as the rule
    // behind the last. The third still must not leave.
    model.rules.list[0].mode = RuleMode::Audit;
    let heard = judge(&mut model, &rows, &[], fires);
    assert_eq!(place(&heard, 0), (0, OWN));
    assert_eq!(against(&heard, Some(2), OWN), (1, 4));
    assert_eq!(against(&heard, None, OWN), (1, 4));
    assert_eq!(against(&heard, Some(0), OWN), (0, 0));
    assert_eq!(place(&heard, 1), (1, OWN));
    assert_eq!(place(&heard, 2), (3, OWN));
}

#[test]
fn what_an_audited_rule_would_refuse_happens_and_is_counted() {
    let mut model = ruled(vec![forbid(RuleMode::Audit, false)]);
    let rows = [
        of_class(1, Row::of(0, 4, 4 * HOUR)),
        Row::of(HOUR, 4, 2 * HOUR),
        Row::of(HOUR, 2, 30 * HOUR),
    ];
    // From 10 h on the rule is obeyed: what runs may finish, and goes on being counted.
    let weather = [turns(10 * HOUR, RuleMode::Enforce)];
    let heard = judge(&mut model, &rows, &weather, leaves);
    assert_eq!(place(&heard, 1), (1, CLOUD));
    assert_eq!(place(&heard, 2), (1, CLOUD));
    // Four GPUs for 2 h and two from 1 h to the horizon at 24 h: 8 + 46 GPU-h.
    assert_eq!(against(&heard, Some(0), CLOUD), (2, 54));
    assert_eq!(against(&heard, None, CLOUD), (2, 54));
    assert_eq!(against(&heard, Some(0), OWN), (0, 0));
    let violated = |&&(_, fact): &&(SimTime, Fact)| matches!(fact, Fact::Violated(_, PoolId(1), 0));
    assert_eq!(heard.facts.iter().filter(violated).count(), 2);
}

#[test]
fn running_work_stops_when_a_rule_that_evicts_turns_against_it() {
    for (evicts, way) in [
        (
            true,
            Preemption::Checkpoint {
                write: Span(0),
                restart: Span(0),
            },
        ),
        (true, Preemption::Kill { restart: Span(0) }),
        (false, Preemption::Kill { restart: Span(0) }),
    ] {
        let mut model = ruled(vec![forbid(RuleMode::Off, evicts)]);
        model.classes[0].preemption = way;
        let rows = [
            of_class(1, Row::of(0, 4, 6 * HOUR)),
            Row::of(0, 4, 5 * HOUR + HOUR / 2),
        ];
        // For a time, from 2:30 to 20 h.
        let (rule, mode, passes) = (0, RuleMode::Enforce, true);
        let at = SimTime(2 * HOUR + HOUR / 2);
        let weather = [
            Incident::terms(at, Happening::Rule { rule, mode, passes }),
            Incident::terms(SimTime(20 * HOUR), Happening::RuleOver { rule, mode }),
        ];
        let heard = judge(&mut model, &rows, &weather, leaves);
        let job = heard.jobs[1];
        let evicted = |&&(_, fact): &&(SimTime, Fact)| matches!(fact, Fact::Evicted(..));
        assert_eq!(
            heard.facts.iter().filter(evicted).count(),
            usize::from(evicts)
        );
        if !evicts {
            // It runs on where it is, against the rule from 2:30 to its end at 5:30: 4 × 3 GPU-h.
            assert_eq!(
                (job.end.0, job.pool),
                (5 * HOUR + HOUR / 2, Some(PoolId(1)))
            );
            assert_eq!(against(&heard, Some(0), CLOUD), (1, 12));
            continue;
        }
        // It waits until what is owned is free at 6 h. With a checkpoint 3 h are left; killed, it goes back to its
        // newest checkpoint, that of 2 h, and 3:30 are left.
        let left = match way {
            Preemption::Checkpoint { .. } => 3 * HOUR,
            Preemption::Kill { .. } => 3 * HOUR + HOUR / 2,
        };
        assert_eq!((job.end.0, job.pool), (6 * HOUR + left, Some(PoolId(0))));
        assert_eq!(job.preempted.0, 3 * HOUR + HOUR / 2);
        assert_eq!((job.interruptions, job.preemptions), (1, 0));
        assert_eq!(against(&heard, Some(0), CLOUD), (0, 0));
    }
}

#[test]
fn a_strategy_that_only_audits_a_rule_shows_what_it_costs() {
    let mut model = ruled(vec![forbid(RuleMode::Enforce, false)]);
    let mut audits = model.strategies[0].clone();
    audits.rules = vec![(0, RuleMode::Audit)];
    model.strategies.push(audits);
    let rows = [Row::of(0, 4, 4 * HOUR), Row::of(HOUR, 4, HOUR)];
    let timeline = crate::common::worlds::timeline(&mut model, &rows);
    fill(&mut model, leaves);
    let obeys = play(&model, &timeline, 0);
    let audits = play(&model, &timeline, 1);
    // To obey costs 3 h of waiting and saves 4 GPU-h at 3 USD.
    let waits = [&obeys, &audits].map(|heard| heard.jobs[1].waits.total() / HOUR);
    assert_eq!(waits, [3, 0]);
    let rent = [&obeys, &audits].map(|heard| heard.pools[CLOUD].charged.as_units());
    assert_eq!(rent, [0.0, 12.0]);
    assert_eq!(against(&audits, Some(0), CLOUD), (1, 4));
    assert_eq!(against(&obeys, Some(0), CLOUD), (0, 0));
}

/// A phase enforces a rule from 2 h on; its gate does not hold at 5 h, and it is rolled back.
#[test]
fn a_phase_enforces_a_rule_and_its_roll_back_lifts_that() {
    let mut model = ruled(vec![forbid(RuleMode::Audit, false)]);
    let (rule, mode) = (0, RuleMode::Enforce);
    model.rollout.phases = vec![Phase {
        changes: vec![Change::Rule { rule, mode }],
        gates: vec![Gate::Finished(100)],
        on_fail: OnFail::RollBack,
        ..phase("enforce", 2, 3)
    }];
    let rows = [
        of_class(1, Row::of(0, 4, 10 * HOUR)),
        Row::of(HOUR, 4, HOUR / 2),
        Row::of(3 * HOUR, 4, HOUR),
    ];
    let heard = judge(&mut model, &rows, &[], leaves);
    // Before the phase who would leave does, which is counted: 4 × .5 GPU-h. Who comes at 3 h waits for the roll-back
    // at 5 h, and leaves against the rule for 4 GPU-h more.
    assert_eq!(place(&heard, 1), (1, CLOUD));
    assert_eq!(place(&heard, 2), (5, CLOUD));
    assert_eq!(heard.jobs[2].waits[Cause::Capacity], 2 * HOUR);
    assert_eq!(against(&heard, Some(0), CLOUD), (2, 6));
    let modes: Vec<(u64, RuleMode)> = (heard.facts.iter())
        .filter_map(|&(at, fact)| match fact {
            Fact::RuleChanged(0, mode) => Some((at.0 / HOUR, mode)),
            _ => None,
        })
        .collect();
    assert_eq!(modes, [(2, RuleMode::Enforce), (5, RuleMode::Audit)]);
}
