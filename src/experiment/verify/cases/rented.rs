//! Rented capacity: without a quota an infinite server, with one a queue; and what it is charged for.

use crate::model::Discipline;
use crate::process::Law;
use crate::queueing::{busy_from_empty, many_servers};

use super::super::quantity::{Measure, Quantity};
use super::super::system::{Arrivals, Customers, Servers, System, poisson};
use super::super::tier::Tier;
use super::super::trial::Case;
use super::{case, exact};

const FAMILY: &str = "Rented GPUs, up at once, given back at once";

/// The run is cut here, in units of time; most jobs are still running then in the first of these.
const CUTS: [f64; 3] = [1.0, 6.0, 50.0];

pub(super) fn cases() -> Vec<Case> {
    let exponential = Law::Exponential { mean: 2.0 };
    let mut cases: Vec<Case> = CUTS
        .iter()
        .map(|&cut| infinite("M/M/∞", &exponential, cut))
        .collect();
    cases.push(constant_from_empty());
    cases.push(quota());
    cases
}

/// Arrival rate 10, mean time 2: 20 GPUs in the long run, fewer from an empty start.
fn infinite(kind: &str, service: &Law, cut: f64) -> Case {
    let busy = busy_from_empty(10.0, 2.0, cut);
    // ∫₀ᵗ λm(1 − e^(−s/m)) ds = m (λt − m(t)) with m(t) = λm(1 − e^(−t/m)): all work that came, less what
    // those who still run have before them.
    let gpu_time = 2.0 * (10.0 * cut - busy);
    let mut system = cut_at(format!("{kind} λ=10, mean 2, cut at {cut}"), service, cut);
    system.discipline = Discipline::FitFirst;
    let hours = 1e6 / 3.6e6;
    let quantities = vec![
        Quantity::new("GPUs at the cut", busy, Measure::Running),
        Quantity::new("GPUs charged", gpu_time / cut, Measure::MeanCharged(cut)),
        Quantity::new("cost, 1/GPU-hour", gpu_time * hours, Measure::Cost),
    ];
    case(FAMILY, Tier::Tests, 1, system, quantities)
}

fn constant_from_empty() -> Case {
    let system = cut_at(
        "M/D/∞ λ=10, time 2, cut at 1".to_owned(),
        &Law::Constant(2.0),
        1.0,
    );
    // Nobody has left yet: λt.
    let quantities = vec![Quantity::new("GPUs at the cut", 10.0, Measure::Running)];
    case(FAMILY, Tier::Tests, 1, system, quantities)
}

fn cut_at(name: String, service: &Law, cut: f64) -> System {
    System {
        name,
        servers: Servers::Rented(None),
        discipline: Discipline::Fifo,
        arrivals: Arrivals::Until(poisson(10.0), cut),
        customers: Customers::one_kind(service.clone()),
    }
}

/// A quota of four GPUs is four servers.
fn quota() -> Case {
    let system = System {
        servers: Servers::Rented(Some(4)),
        ..System::simple(
            "M/M/4 by quota ρ=0.7".to_owned(),
            4,
            2.8,
            Law::Exponential { mean: 1.0 },
        )
    };
    let wait = exact(many_servers(4, 2.8, 1.0).map(|of| of.mean_wait));
    case(
        FAMILY,
        Tier::Tests,
        10_000,
        system,
        vec![Quantity::wait(wait)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::engine::{Scratch, simulate};
    use crate::journal::{JobRecord, Observer};
    use crate::model::Timeline;
    use crate::strategy::Strategy;
    use crate::units::{SimTime, StrategyId};

    #[derive(Default)]
    struct Starts(Vec<(u32, Option<SimTime>)>);

    impl Observer for Starts {
        fn job(&mut self, record: &JobRecord) {
            self.0.push((record.job.0, record.start));
        }
    }

    fn starts(system: &System, seed: u64) -> Vec<(u32, Option<SimTime>)> {
        let model = system.model();
        let dice = Dice {
            seed,
            replication: 0,
        };
        let mut timeline = Timeline::default();
        system.sample(&model.shapes, &dice, 20_000, &mut timeline);
        let strategy = Strategy::prepare(&model, StrategyId::from(0));
        let mut heard = Starts::default();
        let mut scratch = Scratch::default();
        simulate(
            &model,
            &strategy,
            &timeline,
            &dice,
            &mut scratch,
            &mut heard,
        )
        .unwrap();
        heard.0.sort_unstable();
        heard.0
    }

    #[test]
    fn a_quota_serves_as_so_many_owned_gpus_do_job_by_job() {
        for seed in 0..5 {
            let rented = quota().system;
            let owned = System {
                servers: Servers::Counted(4),
                ..rented.clone()
            };
            assert_eq!(starts(&rented, seed), starts(&owned, seed), "seed {seed}");
        }
    }
}
