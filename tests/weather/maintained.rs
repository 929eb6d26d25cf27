//! Planned maintenance against closed forms and in random worlds.

use super::maintenance::rolling;
use crate::common::bad_days::POOL;
use crate::common::cases::{quietly, runner};
use crate::common::checks::Run;
use crate::common::clouds::{HOUR, gpu_time};
use crate::common::worlds::worlds;
use crate::common::{Everything, owned, play};
use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::{Bucket, Fact};
use plimsoll::model::{
    Discipline, Drain, Entity, Failure, Horizon, Incident, Maintenance, Model, NodeRange, Packing,
    Timeline, Times,
};
use plimsoll::process::{Law, Renewal, RenewalStart};

use plimsoll::units::{PoolId, SimTime, Span, StrategyId};
use proptest::prelude::*;

/// Nodes of one GPU that fail by an exponential law, with and without maintenance.
fn shaky(maintenance: Vec<Maintenance>) -> Model {
    let mut model = crate::common::model(
        vec![owned("own", 20, 1, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(4000 * HOUR));
    let entities = (0..20).map(|first| Entity {
        name: format!("node {first}"),
        nodes: vec![NodeRange {
            pool: POOL,
            first,
            nodes: 1,
        }],
    });
    let exponential = |hours: u64| Law::Exponential {
        mean: (hours * HOUR) as f64,
    };
    let renewal = Renewal::new(exponential(90), exponential(10), RenewalStart::Stationary);
    model.weather.failures = vec![Failure {
        name: "node".to_owned(),
        times: Times::Renewal(renewal.unwrap()),
        entities: entities.collect(),
    }];
    model.weather.maintenance = maintenance;
    model
}

/// Worlds behind the estimate below.
const WORLDS: u32 = 400;

/// Faults by the calendar and work by plan do not know each other, so the chance to find a node up is
/// 90/(90 + 10) × (1 − 5/100): each node is worked on for 5 h of every 100, four nodes at a time.
#[test]
fn availability_is_that_of_faults_times_that_of_plans() {
    let plan = Maintenance {
        name: "firmware".to_owned(),
        batches: (0..5)
            .map(|batch| {
                vec![NodeRange {
                    pool: POOL,
                    first: 4 * batch,
                    nodes: 4,
                }]
            })
            .collect(),
        start: SimTime(30 * HOUR),
        every: Some(Span(100 * HOUR)),
        lasts: Span(5 * HOUR),
        notice: Span::ZERO,
        drain: Drain::Wait,
    };
    let model = shaky(vec![plan]);
    let strategy = plimsoll::strategy::Strategy::prepare(&model, StrategyId(0));
    let all = gpu_time(20, 4000 * HOUR) as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut scratch = Scratch::default();
    for replication in 0..WORLDS {
        let dice = Dice {
            seed: 7,
            replication,
        };
        let mut timeline = Timeline::default();
        Timeline::sample(&model, &dice, &mut timeline);
        let mut heard = Everything::default();
        simulate(
            &model,
            &strategy,
            &timeline,
            &dice,
            &mut scratch,
            &mut heard,
        )
        .unwrap();
        let books = heard.pools[0].gpu_time;
        assert_eq!(books[Bucket::Maintenance], gpu_time(20, 200 * HOUR));
        let up = books[Bucket::IdlePaid] as f64 / all;
        sum += up;
        squares += up * up;
    }
    let worlds = f64::from(WORLDS);
    let mean = sum / worlds;
    let error = ((squares / worlds - mean * mean) / (worlds - 1.0)).sqrt();
    let theory = 0.9 * 0.95;
    assert!(error < 0.001, "{error} is too coarse to see a mistake");
    assert!(
        (mean - theory).abs() < 4.5 * error,
        "{mean} ± {error}, {theory}"
    );
}

#[test]
fn plans_change_nobodys_luck() {
    let dice = Dice {
        seed: 3,
        replication: 0,
    };
    let faults = |model: &Model| {
        let mut timeline = Timeline::default();
        Timeline::sample(model, &dice, &mut timeline);
        let planned = |incident: &Incident| {
            use plimsoll::model::Happening::{Announce, Service};
            matches!(incident.what, Announce { .. } | Service { .. })
        };
        let mut weather = timeline.weather;
        weather.retain(|incident| !planned(incident));
        weather
    };
    assert_eq!(
        faults(&shaky(Vec::new())),
        faults(&shaky(vec![rolling(Drain::Wait)]))
    );
}

/// As [`worlds`], where the nodes of owned pools are worked on as planned.
fn maintained() -> impl Strategy<Value = (Model, Timeline, bool)> {
    let plan = (
        0u64..20_000_000,
        prop::option::of(8_000_000u64..20_000_000),
        prop::sample::select(vec![1u64, 600_000, 1_000_003]),
        1u32..4,
        prop::sample::select(vec![0u64, 1_800_000, u64::MAX]),
        any::<bool>(),
    );
    (worlds(), plan).prop_map(|((mut model, mut timeline), plan)| {
        let (start, every, lasts, batch, notice, exact) = plan;
        let told_apart = |&pool: &usize| {
            let pool = &model.pools[pool];
            !pool.is_rented() && pool.packing != Packing::Count
        };
        let mut batches = Vec::new();
        for pool in (0..model.pools.len()).filter(told_apart) {
            let nodes = model.pools[pool].nodes;
            for first in (0..nodes).step_by(batch as usize) {
                batches.push(vec![NodeRange {
                    pool: PoolId::from(pool),
                    first,
                    nodes: batch.min(nodes - first),
                }]);
            }
        }
        if !batches.is_empty() {
            let plan = Maintenance {
                name: "work".to_owned(),
                batches,
                start: SimTime(start),
                every: every.map(Span),
                lasts: Span(lasts),
                notice: Span(notice),
                drain: Drain::Wait,
            };
            timeline.weather.extend(plan.incidents(0, Span(40_000_000)));
            model.weather.maintenance = vec![plan];
            Incident::put_in_order(&mut timeline.weather);
        }
        if exact {
            for (request, truth) in timeline.requests.iter_mut().zip(&timeline.truth) {
                request.requested = request.requested.max(truth.work);
            }
        }
        (model, timeline, exact && notice == u64::MAX)
    })
}

#[test]
fn every_run_adds_up_beside_maintenance() {
    let worked = std::cell::Cell::new(0u32);
    runner(120)
        .run(&maintained(), |(model, timeline, nobody_waits)| {
            for strategy in 0..model.strategies.len() {
                let heard = quietly(|| play(&model, &timeline, strategy))?;
                let run = Run {
                    model: &model,
                    timeline: &timeline,
                    strategy,
                    heard: &heard,
                };
                let name = &model.strategies[strategy].name;
                quietly(|| run.check())
                    .map_err(|why| TestCaseError::fail(format!("{why} under {name}")))?;
                let begun = |fact: &&(SimTime, Fact)| matches!(fact.1, Fact::MaintenanceBegun(..));
                worked.set(worked.get() + heard.facts.iter().filter(begun).count() as u32);
                let saves = heard.jobs.iter().any(|job| job.preemptions > 0);
                if nobody_waits && !saves {
                    // Everybody ends by its estimate and knew of the work: no batch has to wait for anybody.
                    let drained = heard
                        .pools
                        .iter()
                        .map(|pool| pool.gpu_time[Bucket::Draining]);
                    let terms = model.pools.iter();
                    let owned = terms.zip(drained).filter(|(pool, _)| !pool.is_rented());
                    prop_assert!(
                        owned.into_iter().all(|(_, drained)| drained == 0),
                        "under {}",
                        name
                    );
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(worked.get() > 1_000, "{}", worked.get());
}
