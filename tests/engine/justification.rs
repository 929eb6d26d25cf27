//! Why jobs go where they go: what decisions find of each pool, worked by hand; and over random worlds, that what is told
//! is what happened, and changes nothing.

use crate::common::cases::{quietly, runner};
use crate::common::clouds::{HOUR, THREE, hybrid, terms};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::{Row, timeline, worlds};
use crate::common::{Everything, play};
use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::{
    Bar, Cause, Choice, Considered, Fact, JobRecord, Justification, Observer, RunRecord,
};
use plimsoll::model::{Model, Rented, Rule, RuleEffect, Rules, SpillTest, Timeline};
use plimsoll::strategy::Strategy;
use plimsoll::units::{JobId, PoolId, Price, SimTime, Span, StrategyId};
use proptest::prelude::*;

const OWN: PoolId = PoolId(0);
const CLOUD: PoolId = PoolId(1);

/// What is told, in its order.
#[derive(Debug, Default)]
struct Asked {
    why: Vec<Justification>,
    facts: Vec<(SimTime, Fact)>,
    /// For each placement told as a fact, how many justifications were told before.
    placed: Vec<(SimTime, JobId, PoolId, usize)>,
    jobs: Vec<JobRecord>,
    run: RunRecord,
}

impl Observer for Asked {
    const JUSTIFIES: bool = true;
    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.facts.push((at, fact));
        if let Fact::Placed(job, pool) = fact {
            self.placed.push((at, job, pool, self.why.len()));
        }
    }
    fn justified(&mut self, justification: &Justification) {
        self.why.push(justification.clone());
    }
    fn job(&mut self, record: &JobRecord) {
        self.jobs.push(*record);
    }
    fn run(&mut self, record: &RunRecord) {
        self.run = *record;
    }
}

fn ask(model: &Model, timeline: &Timeline, strategy: usize) -> Asked {
    let strategy = Strategy::prepare(model, StrategyId::from(strategy));
    let (mut asked, mut scratch) = (Asked::default(), Scratch::default());
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    simulate(model, &strategy, timeline, &dice, &mut scratch, &mut asked).unwrap();
    asked.jobs.sort_by_key(|record| record.job);
    asked
}

fn of(asked: &Asked, job: u32) -> Vec<&Justification> {
    let of = |why: &&Justification| why.job == JobId(job);
    asked.why.iter().filter(of).collect()
}

/// Pools with what stood in the way, in the order told.
fn bars(why: &Justification) -> Vec<(PoolId, Option<u16>, Option<Bar>)> {
    let told = |found: &Considered| (found.pool, found.place, found.bar);
    why.considered.iter().map(told).collect()
}

/// Four owned GPUs and a cloud behind "two hours". Job 0 takes all for 4 h; job 1 comes at 1 h, waits for room, may leave
/// at 3 h, and does.
#[test]
fn who_leaves_is_told_with_what_it_waited() {
    let mut model = hybrid(SpillTest::Waited(Span(2 * HOUR)), terms());
    let rows = [Row::of(0, 4, 4 * HOUR), Row::of(HOUR, 4, HOUR)];
    let timeline = timeline(&mut model, &rows);
    let asked = ask(&model, &timeline, 0);
    let first = of(&asked, 0);
    assert_eq!(first.len(), 1);
    assert_eq!(
        (first[0].chosen, first[0].choice),
        (Some(OWN), Choice::First)
    );
    // The cloud could have been had, and was not asked.
    assert_eq!(
        bars(first[0]),
        [(OWN, Some(0), None), (CLOUD, Some(1), None)]
    );
    assert!(first[0].considered[0].asked && !first[0].considered[1].asked);
    let second = of(&asked, 1);
    assert_eq!(second.len(), 2, "{second:?}");
    assert_eq!(second[0].at, SimTime(HOUR));
    assert_eq!(second[0].choice, Choice::Nothing(Cause::Capacity));
    assert_eq!(
        bars(second[0]),
        [
            (OWN, Some(0), Some(Bar::Full)),
            (CLOUD, Some(1), Some(Bar::Early))
        ]
    );
    assert_eq!(
        (second[1].at, second[1].chosen),
        (SimTime(3 * HOUR), Some(CLOUD))
    );
    let waited = Choice::Waited(Span(2 * HOUR), Span(2 * HOUR));
    assert_eq!(second[1].choice, waited);
    assert_eq!(
        bars(second[1]),
        [(OWN, Some(0), Some(Bar::Full)), (CLOUD, Some(1), None)]
    );
    let taken = second[1].taken().unwrap();
    // At the speed of reference an hour of work is a GPU-hour.
    assert_eq!((taken.price, taken.per_work), (Price(THREE), Price(THREE)));
}

/// The same, by how long owned capacity is expected to be full: at 1 h, three hours; and by who is ahead.
#[test]
fn who_leaves_is_told_with_the_delay_or_the_line() {
    let rows = [
        Row::of(0, 4, 4 * HOUR),
        Row::of(HOUR, 4, HOUR),
        Row::of(HOUR, 4, HOUR),
    ];
    let mut model = hybrid(SpillTest::ExpectedDelay(Span(2 * HOUR)), terms());
    let world = timeline(&mut model, &rows);
    let asked = ask(&model, &world, 0);
    let delayed = Choice::Delayed(Some(Span(3 * HOUR)), Span(2 * HOUR));
    assert_eq!(of(&asked, 1)[0].choice, delayed);
    let mut model = hybrid(SpillTest::JobsAhead(1), terms());
    let world = timeline(&mut model, &rows);
    let asked = ask(&model, &world, 0);
    // Nobody is ahead of job 1, which waits until 4 h; it is ahead of job 2.
    assert_eq!(of(&asked, 1)[0].choice, Choice::Nothing(Cause::Capacity));
    assert_eq!(of(&asked, 2)[0].choice, Choice::Behind(1, 1));
}

#[test]
fn rules_quotas_and_ceilings_are_told_by_pool() {
    let rows = [
        Row::of(0, 4, 4 * HOUR),
        Row::of(0, 4, 4 * HOUR),
        Row::of(0, 4, HOUR),
    ];
    // Room for one node in the cloud: job 1 has it, job 2 meets the quota.
    let one = Rented {
        quota: Some(4),
        ..terms()
    };
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), one);
    let world = timeline(&mut model, &rows);
    let asked = ask(&model, &world, 0);
    let third = of(&asked, 2);
    assert_eq!(third[0].choice, Choice::Nothing(Cause::Quota));
    assert!(third[0].is_refused());
    assert_eq!(bars(third[0])[1], (CLOUD, Some(1), Some(Bar::Quota)));
    // A rule that keeps all at home, and one in audit that speaks against home itself.
    model.rules = Rules::by_hand(
        vec![
            Rule::bare("stays-home", RuleEffect::Forbid),
            Rule {
                mode: plimsoll::model::RuleMode::Audit,
                ..Rule::bare("not-here", RuleEffect::Forbid)
            },
        ],
        (model.shapes.len(), 2),
        |rule, _, pool| rule != pool,
    );
    let asked = ask(&model, &world, 0);
    let second = of(&asked, 1);
    assert_eq!(second[0].choice, Choice::Nothing(Cause::Capacity));
    assert_eq!(
        bars(second[0]),
        [
            (OWN, Some(0), Some(Bar::Full)),
            (CLOUD, None, Some(Bar::Rule))
        ]
    );
    let refusing = |index: usize| {
        let found = second[0].considered[index];
        (found.refusing, found.violated)
    };
    assert_eq!((refusing(0), refusing(1)), ((0, 0b10), (0b01, 0b01)));
}

/// What must hold of what is told of any run.
fn told_as_it_happened(model: &Model, asked: &Asked) {
    for &(at, job, pool, before) in &asked.placed {
        let mut told = asked.why[..before].iter().rev();
        let why = told
            .find(|why| why.job == job)
            .unwrap_or_else(|| panic!("nobody says why {job:?} is placed"));
        assert_eq!((why.at, why.chosen), (at, Some(pool)), "{job:?}");
    }
    let chosen = asked.why.iter().filter(|why| why.chosen.is_some()).count();
    assert_eq!(chosen, asked.placed.len());
    for why in &asked.why {
        let pools: std::collections::BTreeSet<PoolId> =
            why.considered.iter().map(|found| found.pool).collect();
        assert_eq!(pools.len(), why.considered.len(), "each pool once");
        let places = why.considered.iter().map_while(|found| found.place);
        let count = places.clone().count();
        assert!(places.eq(0..count as u16), "in the order of the strategy");
        let taken = why.chosen.map(|_| why.taken().unwrap());
        if let Some(taken) = taken {
            assert_eq!((taken.bar, taken.asked, taken.refusing), (None, true, 0));
            let place = taken.place.unwrap();
            // Whatever comes before it in the order stood under a bar.
            for found in &why.considered[..usize::from(place)] {
                assert!(found.bar.is_some(), "{why:?}");
            }
            let rented = model.pool(taken.pool).is_rented();
            if why.choice != Choice::Ranked {
                assert_eq!(why.choice == Choice::First, !rented);
            }
        } else {
            assert!(
                why.considered.iter().all(|found| found.bar.is_some()),
                "{why:?}"
            );
        }
    }
}

fn all_is_told(model: &Model, timeline: &Timeline) -> Result<(), TestCaseError> {
    for strategy in 0..model.strategies.len() {
        quietly(|| {
            let heard: Everything = play(model, timeline, strategy);
            let asked = ask(model, timeline, strategy);
            // Who asks why changes nothing.
            assert_eq!(asked.facts, heard.facts);
            assert_eq!(asked.jobs, heard.jobs);
            assert_eq!(asked.run, heard.run);
            told_as_it_happened(model, &asked);
        })
        .map_err(|why| {
            let name = &model.strategies[strategy].name;
            TestCaseError::fail(format!("{why} under {name}"))
        })?;
    }
    Ok(())
}

#[test]
fn random_worlds_are_told_as_they_happen() {
    runner(25)
        .run(&worlds(), |(model, timeline)| {
            all_is_told(&model, &timeline)
        })
        .unwrap();
    runner(25)
        .run(&stormy_worlds(), |(model, timeline)| {
            all_is_told(&model, &timeline)
        })
        .unwrap();
}
