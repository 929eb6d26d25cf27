//! Many servers: Erlang C, Crommelin's constant service, hyperexponential service; and the same queue built
//! of gangs on nodes, and of two pools.

use crate::model::Discipline;
use crate::process::Law;
use crate::queueing::{
    many_servers, many_servers_constant_service_wait, many_servers_hyperexponential,
};

use super::super::quantity::{Measure, Quantity};
use super::super::system::{Arrivals, Customers, Servers, System, poisson};
use super::super::tier::Tier;
use super::super::trial::Case;
use super::{case, exact};

const FAMILY: &str = "Many servers, first come, first served";

pub(super) fn cases() -> Vec<Case> {
    let (tests, quick, full) = (Tier::Tests, Tier::Quick, Tier::Full);
    let mut cases = vec![
        exponential(2, 0.8, tests, 10_000),
        exponential(4, 0.7, tests, 10_000),
        exponential(4, 0.9, full, 60_000),
        exponential(8, 0.7, tests, 10_000),
        exponential(8, 0.9, full, 60_000),
        exponential(16, 0.8, tests, 10_000),
        exponential(16, 0.9, full, 100_000),
        waits_at_all(64, 0.9, tests, 20_000),
        waits_at_all(100, 0.9, quick, 20_000),
        waits_at_all(100, 0.95, full, 100_000),
        thousand(),
        wait_point(8, 0.7, 10_000),
        pools_or_nodes("M/M/4 of two pools", Servers::Pools(2, 2, 1000), 1),
        pools_or_nodes("M/M/4 of gangs of 8", Servers::Nodes(4), 8),
    ];
    for (servers, load, from) in [
        (2, 0.8, tests),
        (4, 0.8, tests),
        (8, 0.8, quick),
        (16, 0.8, quick),
        (4, 0.9, full),
        (8, 0.9, full),
        (16, 0.9, full),
    ] {
        cases.push(constant(servers, load, from));
    }
    for (servers, load, from) in [
        (2, 0.6, tests),
        (8, 0.7, quick),
        (2, 0.8, full),
        (8, 0.9, full),
    ] {
        cases.push(hyperexponential(servers, load, from));
    }
    cases
}

fn system(kind: &str, servers: u32, load: f64, service: Law) -> System {
    let rate = load * f64::from(servers);
    System::simple(
        format!("M/{kind}/{servers} ρ={load}"),
        servers,
        rate,
        service,
    )
}

fn exponential(servers: u32, load: f64, from: Tier, length: u32) -> Case {
    let theory = many_servers(servers, load * f64::from(servers), 1.0);
    let quantities = vec![
        Quantity::wait(exact(theory.map(|of| of.mean_wait))),
        Quantity::new(
            "P(wait)",
            exact(theory.map(|of| of.wait_probability)),
            Measure::WaitProbability,
        ),
    ];
    let system = system("M", servers, load, Law::Exponential { mean: 1.0 });
    case(FAMILY, from, length, system, quantities)
}

fn waits_at_all(servers: u32, load: f64, from: Tier, length: u32) -> Case {
    let mut case = exponential(servers, load, from, length);
    case.quantities.remove(0);
    case
}

fn thousand() -> Case {
    Case {
        error_max: Some(0.02),
        ..waits_at_all(1000, 0.99, Tier::Full, 2_000_000)
    }
}

fn wait_point(servers: u32, load: f64, length: u32) -> Case {
    let theory = many_servers(servers, load * f64::from(servers), 1.0);
    let point = exact(theory.map(|of| of.wait_quantile(0.95)));
    // Beyond zero, waits are exponential with rate c·µ − λ.
    let measure = Measure::WaitPoint {
        point,
        beyond: 0.05,
        density: 0.05 * (1.0 - load) * f64::from(servers),
    };
    let mut system = system("M", servers, load, Law::Exponential { mean: 1.0 });
    system.name.push_str(" (tail)");
    let quantities = vec![Quantity::new("wait p95", point, measure)];
    case(FAMILY, Tier::Quick, length, system, quantities)
}

/// Four servers in another guise: the queue must not know.
fn pools_or_nodes(name: &str, servers: Servers, gpus: u64) -> Case {
    let theory = many_servers(4, 2.8, 1.0);
    let mut customers = Customers::one_kind(Law::Exponential { mean: 1.0 });
    customers[0].gpus = gpus;
    let system = System {
        name: format!("{name} ρ=0.7"),
        servers,
        discipline: Discipline::Fifo,
        arrivals: Arrivals::Gaps(poisson(2.8)),
        customers,
    };
    let wait = Quantity::wait(exact(theory.map(|of| of.mean_wait)));
    case(FAMILY, Tier::Tests, 10_000, system, vec![wait])
}

fn constant(servers: u32, load: f64, from: Tier) -> Case {
    let theory = many_servers_constant_service_wait(servers, load * f64::from(servers), 1.0);
    let system = system("D", servers, load, Law::Constant(1.0));
    let wait = Quantity::wait(exact(theory));
    case(FAMILY, from, 10_000, system, vec![wait])
}

/// Service with a squared coefficient of variation of 4 and balanced means.
fn hyperexponential(servers: u32, load: f64, from: Tier) -> Case {
    let theory = many_servers_hyperexponential(servers, load * f64::from(servers), 4.0);
    // p = (1 + √((cv² − 1)/(cv² + 1))) / 2; rates 2p and 2(1 − p), so that both phases carry half the load.
    let weight = f64::midpoint(1.0, 0.6_f64.sqrt());
    let service = Law::Hyperexponential {
        weight,
        first: 0.5 / weight,
        second: 0.5 / (1.0 - weight),
    };
    let system = system("H2", servers, load, service);
    let wait = Quantity::wait(exact(theory.map(|of| of.mean_wait)));
    case(FAMILY, from, 20_000, system, vec![wait])
}
