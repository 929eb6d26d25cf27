//! Disciplines that cannot see sizes: with exponential service and no idle server while somebody waits, the
//! number in system is the same birth-and-death process under all of them, so Erlang's mean time holds.

use crate::model::Discipline;
use crate::process::Law;
use crate::queueing::many_servers;
use crate::units::Span;

use super::super::quantity::Quantity;
use super::super::system::{Arrivals, Customers, Servers, System, UNIT_MS, poisson};
use super::super::tier::Tier;
use super::super::trial::Case;
use super::{case, exact};

const FAMILY: &str = "Blind to size: Erlang's mean time under every order";

pub(super) fn cases() -> Vec<Case> {
    let unit = Span(UNIT_MS as u64);
    let weights = vec![1000, 3000];
    let disciplines = [
        ("fit-first", Discipline::FitFirst),
        ("EASY", Discipline::Easy),
        ("conservative", Discipline::Conservative { depth: 1000 }),
        (
            "least attained",
            Discipline::LeastAttained {
                levels: vec![unit, Span(4 * unit.0)],
            },
        ),
        (
            "fair share",
            Discipline::FairShare {
                half_life: Span(100 * unit.0),
                weights: weights.clone(),
            },
        ),
        (
            "multifactor",
            Discipline::Multifactor {
                age: 1,
                age_full: Span(10 * unit.0),
                size: 1,
                priority: 1,
                fair_share: 2,
                half_life: Span(100 * unit.0),
                weights,
            },
        ),
    ];
    disciplines
        .into_iter()
        .map(|(name, discipline)| under(name, discipline))
        .collect()
}

fn under(name: &str, discipline: Discipline) -> Case {
    let kind = |share, priority| Customers {
        share,
        gpus: 1,
        service: Law::Exponential { mean: 1.0 },
        priority,
    };
    let system = System {
        name: format!("M/M/2 {name} ρ=0.7"),
        servers: Servers::Counted(2),
        discipline,
        arrivals: Arrivals::Gaps(poisson(1.4)),
        customers: vec![kind(0.5, 0), kind(0.5, 500)],
    };
    let theory = exact(many_servers(2, 1.4, 1.0).map(|of| of.mean_time));
    case(
        FAMILY,
        Tier::Tests,
        5_000,
        system,
        vec![Quantity::time(theory)],
    )
}
