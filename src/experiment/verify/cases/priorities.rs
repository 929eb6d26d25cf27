//! Priorities without preemption: Cobham's waits and Kleinrock's conservation law.

use crate::model::Discipline;
use crate::process::Law;
use crate::queueing::{
    PriorityClass, ServiceMoments, conserved_work, non_preemptive_waits,
    non_preemptive_waits_many_servers,
};

use super::super::quantity::{Measure, Quantity};
use super::super::system::{Arrivals, Customers, Servers, System, poisson};
use super::super::tier::Tier;
use super::super::trial::Case;
use super::{case, exact};

const FAMILY: &str = "Priorities, not preemptive";

pub(super) fn cases() -> Vec<Case> {
    let unit = || {
        (
            Law::Exponential { mean: 1.0 },
            ServiceMoments::exponential(1.0),
        )
    };
    let equal = vec![(0.2, unit()), (0.3, unit()), (0.2, unit())];
    // Squared coefficient of variation 4, balanced means.
    let weight = f64::midpoint(1.0, 0.6_f64.sqrt());
    let (first, second) = (0.5 / weight, 0.5 / (1.0 - weight));
    let varied = (
        Law::Hyperexponential {
            weight,
            first,
            second,
        },
        ServiceMoments::hyperexponential(&[(weight, first), (1.0 - weight, second)]),
    );
    let mixed = vec![
        (0.1, (Law::Constant(2.0), ServiceMoments::constant(2.0))),
        (0.2, unit()),
        (0.3, varied),
    ];
    vec![
        one_server("M/M/1 λ=(.2,.3,.2)", Tier::Tests, &equal),
        one_server("M/(D,M,H2)/1 λ=(.1,.2,.3)", Tier::Quick, &mixed),
        many_servers(),
    ]
}

type Kind = (f64, (Law, ServiceMoments));

fn system(name: &str, gpus: u32, kinds: &[Kind]) -> System {
    let total: f64 = kinds.iter().map(|(rate, _)| rate).sum();
    let customers = kinds
        .iter()
        .enumerate()
        .map(|(index, (rate, (service, _)))| Customers {
            share: rate / total,
            gpus: 1,
            service: service.clone(),
            priority: -(index as i32),
        })
        .collect();
    System {
        name: name.to_owned(),
        servers: Servers::Counted(gpus),
        discipline: Discipline::Priority,
        arrivals: Arrivals::Gaps(poisson(total)),
        customers,
    }
}

fn waits_of(theory: Option<Vec<f64>>, kinds: usize) -> Vec<Quantity> {
    let theory = theory.unwrap_or_else(|| vec![f64::NAN; kinds]);
    let name = |index: usize| format!("wait, class {}", index + 1);
    theory
        .into_iter()
        .enumerate()
        .map(|(index, wait)| Quantity::new(&name(index), wait, Measure::Wait(Some(index))))
        .collect()
}

fn one_server(name: &str, from: Tier, kinds: &[Kind]) -> Case {
    let classes: Vec<PriorityClass> = kinds
        .iter()
        .map(|(rate, (_, moments))| PriorityClass {
            arrival_rate: *rate,
            service: *moments,
        })
        .collect();
    let loads = kinds
        .iter()
        .map(|(rate, (_, moments))| rate * moments.first)
        .collect();
    let mut quantities = waits_of(non_preemptive_waits(&classes), kinds.len());
    quantities.push(Quantity::new(
        "Σ load × wait",
        exact(conserved_work(&classes)),
        Measure::LoadedWait(loads),
    ));
    case(FAMILY, from, 10_000, system(name, 1, kinds), quantities)
}

fn many_servers() -> Case {
    let kind = || {
        let service = Law::Exponential { mean: 1.0 };
        (2.0, (service, ServiceMoments::exponential(1.0)))
    };
    let kinds = vec![kind(), kind(), kind()];
    let theory = non_preemptive_waits_many_servers(8, &[2.0; 3], 1.0);
    let system = system("M/M/8 λ=(2,2,2)", 8, &kinds);
    case(FAMILY, Tier::Quick, 20_000, system, waits_of(theory, 3))
}
