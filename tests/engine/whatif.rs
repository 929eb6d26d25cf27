//! The same world with one thing changed: whom it touches, and whom not.

use crate::common::cases::{quietly, runner};
use crate::common::checks::Run;
use crate::common::clouds::{HOUR, hybrid, terms};
use crate::common::play;
use crate::common::worlds::{Row, timeline, worlds};
use plimsoll::dice::Dice;
use plimsoll::experiment::{Changed, Replay, find_job, paid, waited, who_differs};
use plimsoll::journal::{Fact, JobRecord};
use plimsoll::model::{Horizon, Model, SpillTest, Timeline};
use plimsoll::units::{JobId, Money, PoolId, SimTime, Span, StrategyId};
use proptest::prelude::*;

fn replay(timeline: Timeline) -> Replay {
    Replay {
        dice: Dice {
            seed: 1,
            replication: 0,
        },
        timeline,
    }
}

#[test]
fn a_job_that_may_not_go_out_waits_and_frees_the_money() {
    // Two jobs of 4 GPUs, 1 h each: one at home, one rented at once for 12 USD.
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(3 * HOUR));
    let rows = [Row::of(0, 4, HOUR), Row::of(0, 4, HOUR)];
    let before = replay(timeline(&mut model, &rows));
    let mut kept = before.clone();
    let job = find_job(&model, &before.timeline, "j-2").unwrap();
    assert_eq!(job, JobId(1));
    let other = model.keep_off(&mut kept.timeline, job, PoolId(1));
    let first = StrategyId(0);
    let sides = [(&model, first, &before), (&other, first, &kept)];
    let changed = Changed::of_one(sides[0], sides[1]).unwrap();
    let at = changed.layout.position("cost_total").unwrap();
    // It waits an hour for the first one's place: 12 USD less, 3600 s more.
    let versus = changed.columns[1].versus_first(at);
    assert_eq!(versus.difference().unwrap().value, -12.0);
    let at = changed.layout.position("wait_mean_s").unwrap();
    let versus = changed.columns[1].versus_first(at);
    assert_eq!(versus.difference().unwrap().value, 1800.0);
    let others = who_differs(sides[0], sides[1]).unwrap();
    let differ = others.differ;
    assert_eq!((differ.len(), others.same, others.replaced), (1, 2, 0));
    let [a, b] = &differ[0].records;
    assert_eq!(differ[0].name, "j-2");
    assert_eq!((waited(a), waited(b)), (0, HOUR));
    assert_eq!((a.pool, b.pool), (Some(PoolId(1)), Some(PoolId(0))));
    assert_eq!(paid(a), Money(12 * Money::TICKS_PER_UNIT));
    // The changed world is no other world: without the change nobody differs.
    assert!(who_differs(sides[0], sides[0]).unwrap().differ.is_empty());
}

/// Where and when everybody ran, and for how much.
fn courses(records: &[JobRecord]) -> Vec<(JobId, String)> {
    let course = |of: &JobRecord| {
        let when = (of.start, of.end, waited(of));
        (
            of.job,
            format!("{when:?} {:?} {:?}", of.pool, of.compute_cost),
        )
    };
    records.iter().map(course).collect()
}

fn is_placed(fact: &Fact, job: JobId, pool: PoolId) -> bool {
    matches!(*fact, Fact::Placed(of, at, ..) if (of, at) == (job, pool))
}

#[test]
fn who_is_kept_off_a_pool_never_runs_there_and_nobody_else_is_touched_by_that_alone() {
    let bitten = std::cell::Cell::new((0u32, 0u32));
    let choice = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    runner(60)
        .run(
            &(worlds(), choice),
            |((mut model, timeline), (job, pool))| {
                if timeline.requests.is_empty() {
                    return Ok(());
                }
                // A few of the many strategies of random worlds.
                model.strategies = model.strategies.into_iter().step_by(5).collect();
                let job = JobId::from(job.index(timeline.requests.len()));
                let pool = PoolId::from(pool.index(model.pools.len()));
                let mut kept = timeline.clone();
                let other: Model = model.keep_off(&mut kept, job, pool);
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let before = play(&model, &timeline, strategy);
                        let after = play(&other, &kept, strategy);
                        let run = Run {
                            model: &other,
                            timeline: &kept,
                            strategy,
                            heard: &after,
                        };
                        run.check();
                        let there = |(_, fact): &(SimTime, Fact)| is_placed(fact, job, pool);
                        assert!(!after.facts.iter().any(there), "{job:?} ran in {pool:?}");
                        let (used, free) = bitten.get();
                        let class = model.class_of(timeline.requests[job.index()].shape);
                        let could = model.classes[class.index()].pools.contains(&pool);
                        if could {
                            let was = before.facts.iter().any(there);
                            bitten.set((used + u32::from(was), free));
                        } else {
                            // It could not run there anyhow, so nothing is otherwise.
                            assert_eq!(courses(&before.jobs), courses(&after.jobs));
                            bitten.set((used, free + 1));
                        }
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    let (used, free) = bitten.get();
    assert!(used > 50 && free > 50, "{used} {free}");
}
