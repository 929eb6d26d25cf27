//! Gangs under first come, first served: how much the line can bear, and the exact two-server time.

use crate::model::Discipline;
use crate::process::Law;
use crate::queueing::{GangShare, gang_pair, gang_stability};

use super::super::quantity::{Measure, Quantity};
use super::super::system::{Arrivals, Customers, Servers, System, poisson};
use super::super::tier::Tier;
use super::super::trial::Case;
use super::{case, exact};

const THROUGHPUT: &str = "Gangs, first come, first served: the line never empty";
const PAIRS: &str = "Gangs of 1 and 2 on two GPUs, first come, first served";

/// Needs with rates of their own: (GPUs, share, service rate). Solved numerically as a saturated chain;
/// for two classes see Grosof, Harchol-Balter and Scheller-Wolf 2020.
type Mixed = (u32, [(u64, f64, f64); 2], f64);
const MIXED: [Mixed; 3] = [
    (8, [(1, 0.9, 1.0), (8, 0.1, 0.1)], 0.7983962684),
    (8, [(1, 0.9, 0.1), (8, 0.1, 1.0)], 0.3809366151),
    (30, [(3, 0.9, 1.0), (10, 0.1, 0.25)], 4.144658480),
];

pub(super) fn cases() -> Vec<Case> {
    let equal: [(u32, &[(u64, f64)]); 6] = [
        (2, &[(1, 0.5), (2, 0.5)]),
        (2, &[(1, 0.8), (2, 0.2)]),
        (8, &[(1, 0.5), (8, 0.5)]),
        (8, &[(1, 0.9), (8, 0.1)]),
        (8, &[(1, 0.25), (2, 0.25), (4, 0.25), (8, 0.25)]),
        (64, &[(1, 0.7), (8, 0.2), (64, 0.1)]),
    ];
    let pairs = [
        (0.5, 0.5, 1.0, 1.0, Tier::Tests),
        (0.8, 0.5, 1.0, 1.0, Tier::Tests),
        (1.0, 0.2, 1.0, 1.0, Tier::Quick),
        (0.6, 0.3, 0.5, 1.5, Tier::Quick),
        (1.0, 0.5, 1.0, 1.0, Tier::Full),
        (0.6, 0.5, 1.0, 0.5, Tier::Full),
    ];
    let of_equal = equal.iter().map(|&(gpus, mix)| same_rate(gpus, mix));
    let of_mixed = MIXED.iter().map(own_rates);
    let of_pairs = pairs
        .iter()
        .map(|&(rate, share, single, pair, from)| two_servers(rate, share, (single, pair), from));
    of_equal.chain(of_mixed).chain(of_pairs).collect()
}

fn saturated(gpus: u32, words: &str, customers: Vec<Customers>, largest_rate: f64) -> Case {
    let system = System {
        name: format!("{gpus} GPUs, {words}"),
        servers: Servers::Counted(gpus),
        discipline: Discipline::Fifo,
        arrivals: Arrivals::AtOnce,
        customers,
    };
    let per_start = Quantity::new("time per start", 1.0 / largest_rate, Measure::TimePerStart);
    case(THROUGHPUT, Tier::Tests, 2_000, system, vec![per_start])
}

fn same_rate(gpus: u32, mix: &[(u64, f64)]) -> Case {
    let shares: Vec<GangShare> = mix
        .iter()
        .map(|&(gpus, probability)| GangShare {
            gpus: gpus as u32,
            probability,
        })
        .collect();
    let largest = exact(gang_stability(gpus, &shares).map(|of| of.arrival_rate));
    let words: Vec<String> = mix
        .iter()
        .map(|(gpus, share)| format!("{gpus}:{}", short(*share)))
        .collect();
    let customers = mix
        .iter()
        .map(|&(gpus, share)| customer(gpus, share, 1.0))
        .collect();
    saturated(gpus, &words.join(" "), customers, largest)
}

fn own_rates(&(gpus, needs, largest): &Mixed) -> Case {
    let words =
        needs.map(|(gpus, share, rate)| format!("{gpus}:{} µ={}", short(share), short(rate)));
    let customers = needs.map(|(gpus, share, rate)| customer(gpus, share, rate));
    saturated(gpus, &words.join(" "), customers.to_vec(), largest)
}

fn two_servers(rate: f64, pair_share: f64, (single, pair): (f64, f64), from: Tier) -> Case {
    let theory = gang_pair(rate, pair_share, single, pair);
    let system = System {
        name: format!("λ={rate} P(2)={pair_share} µ=({single},{pair})"),
        servers: Servers::Counted(2),
        discipline: Discipline::Fifo,
        arrivals: Arrivals::Gaps(poisson(rate)),
        customers: vec![
            customer(1, 1.0 - pair_share, single),
            customer(2, pair_share, pair),
        ],
    };
    let time = Quantity::time(exact(theory.map(|of| of.mean_time)));
    case(PAIRS, from, 10_000, system, vec![time])
}

fn customer(gpus: u64, share: f64, rate: f64) -> Customers {
    Customers {
        share,
        gpus,
        service: Law::Exponential { mean: 1.0 / rate },
        priority: 0,
    }
}

/// A share without its leading zero: lines are short.
fn short(value: f64) -> String {
    let text = value.to_string();
    text.strip_prefix('0').unwrap_or(&text).to_owned()
}
