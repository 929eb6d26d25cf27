//! What must not matter, does not: names, units, unused capacity, how work is sorted into classes.

use crate::common::cases::{quietly, runner};
use crate::common::worlds::{endless_worlds, worlds};
use crate::common::{Everything, owned, play};
use plimsoll::model::{
    Boot, Model, Packing, Placement, PriceSteps, Rented, Scoring, Shape, Supply, Timeline,
};
use plimsoll::units::{ClassId, Money, Price, ShapeId, Span};
use proptest::prelude::*;

fn same(left: &Everything, right: &Everything, name: &str) -> Result<(), TestCaseError> {
    prop_assert!(left.facts == right.facts, "facts differ under {}", name);
    for (mine, other) in left.jobs.iter().zip(&right.jobs) {
        prop_assert_eq!(mine, other, "under {}", name);
    }
    prop_assert_eq!(left.jobs.len(), right.jobs.len());
    Ok(())
}

fn each_strategy(
    (mut model, timeline): (Model, Timeline),
    change: impl Fn(&mut Model, &mut Timeline),
    compare: impl Fn(&Everything, &Everything, &str) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    for pool in &mut model.pools {
        // Draws belong to names: fixed boots leave nothing to draw.
        if let Supply::Rented(Rented { boot, .. }) = &mut pool.supply
            && matches!(boot, Boot::LogNormal { .. })
        {
            *boot = Boot::Fixed(Span(123_456));
        }
    }
    let (mut changed, mut other) = (model.clone(), timeline.clone());
    change(&mut changed, &mut other);
    for strategy in 0..model.strategies.len() {
        let name = &model.strategies[strategy].name;
        let left = quietly(|| play(&model, &timeline, strategy))?;
        let right = quietly(|| play(&changed, &other, strategy))?;
        compare(&left, &right, name)?;
    }
    Ok(())
}

#[test]
fn names_do_not_matter() {
    runner(20)
        .run(&worlds(), |world| {
            each_strategy(
                world,
                |model, _| {
                    for pool in &mut model.pools {
                        pool.name.push_str("-renamed");
                    }
                },
                |left, right, name| {
                    prop_assert!(left == right, "under {}", name);
                    Ok(())
                },
            )
        })
        .unwrap();
}

fn twice(price: &mut Price) {
    price.0 *= 2;
}

fn double_prices(model: &mut Model) {
    for pool in &mut model.pools {
        match &mut pool.supply {
            Supply::Owned { price, .. } => twice(price),
            Supply::Rented(offer) => {
                let steps: Vec<_> = offer.prices.steps().collect();
                let steps: Vec<_> = steps.iter().map(|&(at, p)| (at, Price(p.0 * 2))).collect();
                offer.prices = PriceSteps::new(&steps).unwrap();
            }
        }
    }
    for strategy in &mut model.strategies {
        match &mut strategy.placement {
            Placement::PrivateFirst(spill) => spill.ceiling.iter_mut().for_each(twice),
            Placement::Cheapest { ceiling } => ceiling.iter_mut().for_each(twice),
            Placement::Scored(scored) => {
                scored.ceiling.iter_mut().for_each(twice);
                // What one unit of cost is worth beside the other terms is a price as well.
                if let Scoring::Weighted(weights) = &mut scored.by {
                    weights.cost /= 2;
                }
            }
            Placement::PrivateOnly | Placement::PublicOnly => {}
        }
    }
}

#[test]
fn twice_the_prices_cost_twice() {
    runner(20)
        .run(&worlds(), |world| {
            each_strategy(
                world,
                |model, _| double_prices(model),
                |left, right, name| {
                    prop_assert!(left.facts == right.facts, "under {}", name);
                    for (mine, other) in left.jobs.iter().zip(&right.jobs) {
                        prop_assert_eq!(mine.compute_cost.0 * 2, other.compute_cost.0);
                        prop_assert_eq!(mine.egress_cost, other.egress_cost);
                    }
                    for (mine, other) in left.pools.iter().zip(&right.pools) {
                        prop_assert_eq!(mine.charged.0 * 2, other.charged.0);
                        prop_assert_eq!(mine.idle_cost.0 * 2, other.idle_cost.0);
                    }
                    Ok(())
                },
            )
        })
        .unwrap();
}

#[test]
fn a_pool_that_nobody_may_use_costs_only_itself() {
    runner(40)
        .run(&worlds(), |world| {
            each_strategy(
                world,
                |model, _| {
                    let mut pool = owned("unused", 3, 8, Packing::Count);
                    pool.speed = vec![1000, 1000];
                    model.pools.push(pool);
                },
                // (The fair share of the multifactor priority is of the whole estate, used or not.)
                |left, right, name| {
                    if name.starts_with("Multifactor") {
                        return Ok(());
                    }
                    same(left, right, name)?;
                    let (unused, used) = right.pools.split_last().unwrap();
                    prop_assert_eq!(&left.pools[..], used, "under {}", name);
                    let all = 24_000 * i128::from(right.run.horizon.0) * 2_000_000;
                    prop_assert_eq!(unused.charged, Money(all));
                    prop_assert_eq!(unused.idle_cost, Money(all));
                    prop_assert_eq!(left.run, right.run, "under {}", name);
                    Ok(())
                },
            )
        })
        .unwrap();
}

/// Every second job moves to a class that is a copy of its own.
fn split_classes(model: &mut Model, timeline: &mut Timeline) {
    let classes = model.classes.len();
    model.classes.extend(model.classes.clone());
    for pool in &mut model.pools {
        pool.speed.extend(pool.speed.clone());
    }
    let before = model.shapes.clone();
    let mut keys: Vec<(u64, usize)> = Vec::new();
    let key = |index: usize, shape: ShapeId| {
        let of = before[shape.index()];
        (of.gpus.0, of.class.index() + index % 2 * classes)
    };
    for (index, request) in timeline.requests.iter().enumerate() {
        keys.push(key(index, request.shape));
    }
    let mut shapes = keys.clone();
    shapes.sort_unstable();
    shapes.dedup();
    model.shapes = shapes
        .iter()
        .map(|&(milli, class)| Shape {
            gpus: plimsoll::units::MilliGpus(milli),
            class: ClassId::from(class),
            labels: plimsoll::units::LabelsId(0),
            weight: keys.iter().filter(|&&k| k == (milli, class)).count() as u64,
        })
        .collect();
    for (request, key) in timeline.requests.iter_mut().zip(&keys) {
        request.shape = ShapeId::from(shapes.binary_search(key).unwrap());
    }
}

#[test]
fn two_classes_alike_are_one() {
    runner(40)
        .run(&worlds(), |world| {
            each_strategy(world, split_classes, |left, right, name| {
                prop_assert!(left.facts == right.facts, "under {}", name);
                for (mine, other) in left.jobs.iter().zip(&right.jobs) {
                    prop_assert_eq!(mine.waits.total(), other.waits.total());
                    prop_assert_eq!(mine.compute_cost, other.compute_cost);
                    prop_assert_eq!(mine.gpu_time, other.gpu_time);
                }
                prop_assert_eq!(&left.pools, &right.pools, "under {}", name);
                prop_assert_eq!(left.run.waiting_area, right.run.waiting_area);
                Ok(())
            })
        })
        .unwrap();
}

#[test]
fn later_worlds_start_like_earlier_ones() {
    // What comes later cannot change what has ended before: no strategy sees the future.
    runner(40)
        .run(&endless_worlds(), |world| {
            let half = world.1.requests.len() / 2;
            let until = world.1.requests[half].submit;
            each_strategy(
                world,
                |_, timeline| {
                    timeline.requests.truncate(half);
                    timeline.truth.truncate(half);
                },
                |all, some, name| {
                    let early = |heard: &Everything| -> Vec<_> {
                        let facts = heard.facts.iter().copied();
                        facts.filter(|&(at, _)| at < until).collect()
                    };
                    prop_assert!(early(all) == early(some), "under {}", name);
                    Ok(())
                },
            )
        })
        .unwrap();
}
