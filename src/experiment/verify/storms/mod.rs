//! The table of systems with weather, one file for each family.

mod nodes;
mod parts;
mod prices;
mod saves;
mod spot;

use crate::model::{Class, Discipline, Horizon, Model, Placement, Pool, Shape, StrategySettings};
use crate::units::{MilliGpus, PoolId, SimTime, Span};

use super::storm::Storm;
use super::system::estate;
use super::tier::Tier;

/// The systems that a tier plays.
pub(super) fn storms(tier: Tier) -> Vec<Storm> {
    let families = [
        nodes::storms(),
        parts::storms(),
        saves::storms(),
        spot::storms(),
        prices::storms(),
    ];
    let all = families.into_iter().flatten();
    all.filter(|storm| storm.from <= tier).collect()
}

/// Hours in whole milliseconds.
fn hours(hours: f64) -> Span {
    Span((hours * 3.6e6).round() as u64)
}

/// A span in hours.
fn in_hours(span: Span) -> f64 {
    span.0 as f64 / 3.6e6
}

/// A model whose n-th shape is of so many GPUs and may use the n-th pool only, first come first served.
fn model(pools: Vec<Pool>, gangs: &[u64], horizon: f64, placement: Placement) -> Model {
    let classes: Vec<Class> = (0..gangs.len())
        .map(|kind| Class::bare(&format!("kind {}", kind + 1), vec![PoolId::from(kind)]))
        .collect();
    let mut pools = pools;
    for pool in &mut pools {
        pool.speed = vec![1000; classes.len()];
    }
    let shapes = gangs.iter().enumerate().map(|(kind, &gpus)| Shape {
        gpus: MilliGpus::whole(gpus),
        class: kind.into(),
        labels: crate::units::LabelsId(0),
        weight: 1,
    });
    let strategy = StrategySettings {
        placement,
        ..StrategySettings::bare("fifo", Discipline::Fifo)
    };
    let horizon = Horizon::At(SimTime(hours(horizon).0));
    let mut model = estate(pools, classes, shapes.collect(), horizon, vec![strategy]);
    if model.tenants.is_empty() {
        model.tenants.push("all".to_owned());
    }
    model
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_storm_has_an_exact_answer_and_a_name_of_its_own() {
        let all = storms(Tier::Full);
        for storm in &all {
            assert!(!storm.expected.is_empty(), "{}", storm.name);
            for (quantity, expected) in &storm.expected {
                let sound = expected.is_finite() && *expected > 0.0;
                assert!(sound, "{}: {quantity} {expected}", storm.name);
            }
            let alike = all.iter().filter(|other| other.name == storm.name);
            assert_eq!(alike.count(), 1, "{}", storm.name);
        }
    }
}
