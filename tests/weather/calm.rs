//! Weather of no effect: what never comes, never bites or is never reached changes nothing at all.

use crate::common::cases::{quietly, runner};
use crate::common::worlds::worlds;
use crate::common::{Everything, play};
use plimsoll::dice::Dice;
use plimsoll::model::{
    Entity, Failure, Happening, Horizon, Incident, Model, NodeRange, Packing, Rhythm, Timeline,
    Times, Turn,
};
use plimsoll::process::{Law, Renewal, RenewalStart};
use plimsoll::units::{PoolId, SimTime, Span};
use proptest::prelude::*;

/// A billion years, in ms.
const NEVER: f64 = 1e9 * 365.0 * 86.4e6;

/// Every node, and every pool as a whole, that can fail, does so in a billion years.
fn fail_never(model: &mut Model) {
    let mut entities = Vec::new();
    for (index, pool) in model.pools.iter().enumerate() {
        if pool.is_rented() || pool.packing == Packing::Count {
            continue;
        }
        let whole = (0, pool.nodes);
        let ranges = (0..pool.nodes).map(|node| (node, 1)).chain([whole]);
        entities.extend(ranges.map(|(first, nodes)| Entity {
            name: format!("{index}#{first}+{nodes}"),
            nodes: vec![NodeRange {
                pool: PoolId::from(index),
                first,
                nodes,
            }],
        }));
    }
    model.weather.failures = vec![Failure {
        name: "never".to_owned(),
        times: Times::Renewal(Renewal {
            up: Law::Exponential { mean: NEVER },
            down: Law::Constant(1.0),
            start: RenewalStart::Stationary,
        }),
        entities,
    }];
    for class in &mut model.classes {
        class.crash_mean = Some(Span(u64::MAX / 4));
    }
}

/// Checkpoints later than any job ends, broken ones among them.
fn save_never(model: &mut Model) {
    let rhythm = Rhythm {
        interval: Span(1 << 40),
        write: Span(77),
        verify: Span(5),
    };
    model.rhythms = vec![rhythm; model.shapes.len() * model.pools.len()];
    for class in &mut model.classes {
        class.bad_checkpoints = 500_000;
    }
}

/// Markets that always have more than anybody asks for, and quotas that stay as they are.
fn offer_enough(model: &Model, timeline: &mut Timeline) {
    for (index, pool) in model.pools.iter().enumerate() {
        let plimsoll::model::Supply::Rented(offer) = &pool.supply else {
            continue;
        };
        let id = PoolId::from(index);
        let steps = [(0, 9_000_000), (50_000, 5_000_000), (3_600_000, 7_000_000)];
        let steps = steps.map(|(at, n)| (SimTime(at), n));
        let notice = Some(Span(120_000));
        timeline
            .weather
            .extend(Incident::capacities(id, notice, steps));
        timeline.weather.push(Incident {
            at: SimTime::ZERO,
            turn: Turn::Terms,
            what: Happening::Quota {
                pool: id,
                gpus: offer.quota.unwrap_or(u64::MAX),
                passes: false,
            },
        });
    }
    Incident::put_in_order(&mut timeline.weather);
}

/// All that is told of a run but how many events there were, which these incidents are.
fn told(mut heard: Everything) -> Everything {
    heard.run.digest = 0;
    heard.run.events = 0;
    heard.run.passes = 0;
    heard.run.slips = 0;
    heard
}

#[test]
fn what_fails_in_a_billion_years_and_saves_later_leaves_the_same_hash() {
    runner(40)
        .run(&worlds(), |(model, timeline)| {
            let mut stormy = model.clone();
            fail_never(&mut stormy);
            save_never(&mut stormy);
            let dice = Dice {
                seed: 1,
                replication: 0,
            };
            let mut weather = Timeline::default();
            stormy.horizon = Horizon::At(SimTime(400 * 86_400_000));
            Timeline::sample(&stormy, &dice, &mut weather);
            stormy.horizon = model.horizon;
            let mut drawn = timeline.clone();
            drawn.weather = weather.weather;
            for strategy in 0..model.strategies.len() {
                let calm = quietly(|| play(&model, &timeline, strategy))?;
                let storm = quietly(|| play(&stormy, &drawn, strategy))?;
                let name = &model.strategies[strategy].name;
                prop_assert_eq!(calm.run.digest, storm.run.digest, "under {}", name);
                prop_assert!(calm == storm, "under {}", name);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_market_that_has_enough_is_no_market() {
    runner(40)
        .run(&worlds(), |(model, timeline)| {
            let mut offered = timeline.clone();
            offer_enough(&model, &mut offered);
            for strategy in 0..model.strategies.len() {
                let calm = quietly(|| play(&model, &timeline, strategy))?;
                let storm = quietly(|| play(&model, &offered, strategy))?;
                let name = &model.strategies[strategy].name;
                // A decision more may look at the same line again; nothing may come of it.
                prop_assert!(told(calm) == told(storm), "under {}", name);
            }
            Ok(())
        })
        .unwrap();
}
