//! One server: Pollaczek and Khinchine for any service, and regular arrivals.

use crate::model::Discipline;
use crate::process::Law;
use crate::queueing::{ServiceMoments, many_servers, regular_arrivals, single_server};

use super::super::quantity::{Measure, Quantity};
use super::super::system::{Arrivals, Customers, Servers, System, poisson};
use super::super::tier::Tier;
use super::super::trial::Case;
use super::{case, exact};

const FAMILY: &str = "One server, first come, first served";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        exponential(0.5, Tier::Tests, 4_000),
        exponential(0.8, Tier::Tests, 10_000),
        exponential(0.9, Tier::Full, 60_000),
        exponential(0.95, Tier::Full, 200_000),
        wait_point(0.5, 4_000),
        regular(0.5, Tier::Tests, 4_000),
        regular(0.8, Tier::Quick, 10_000),
        regular(0.9, Tier::Full, 60_000),
        faster(),
    ];
    for (rate, from, length) in [(0.5, Tier::Tests, 4_000), (0.8, Tier::Full, 20_000)] {
        for (law, service, moments) in laws() {
            cases.push(general(law, &service, moments, rate, from, length));
        }
    }
    cases.push(pareto());
    cases
}

/// Laws of service with mean 1.
fn laws() -> [(&'static str, Law, ServiceMoments); 5] {
    let hyper = Law::Hyperexponential {
        weight: 0.9,
        first: 0.5,
        second: 5.5,
    };
    let uniform = Law::Uniform {
        low: 0.0,
        high: 2.0,
    };
    [
        (
            "D: constant",
            Law::Constant(1.0),
            ServiceMoments::constant(1.0),
        ),
        ("G: uniform(0, 2)", uniform, ServiceMoments::uniform(1.0)),
        (
            "G: Erlang-4",
            Law::erlang(4, 1.0),
            ServiceMoments::erlang(1.0, 4),
        ),
        (
            "G: hyperexponential",
            hyper,
            ServiceMoments::hyperexponential(&[(0.9, 0.5), (0.1, 5.5)]),
        ),
        (
            "G: lognormal cv 2",
            Law::lognormal_by_mean(1.0, 2.0),
            ServiceMoments::lognormal(1.0, 2.0),
        ),
    ]
}

fn exponential(rate: f64, from: Tier, length: u32) -> Case {
    let theory = single_server(rate, ServiceMoments::exponential(1.0));
    let system = System::simple(
        format!("M/M/1 λ={rate}"),
        1,
        rate,
        Law::Exponential { mean: 1.0 },
    );
    let quantities = vec![
        Quantity::wait(exact(theory.map(|of| of.mean_wait))),
        // An arrival finds the server busy for the share of time that it is: Poisson arrivals see time
        // averages.
        Quantity::new("P(wait)", rate, Measure::WaitProbability),
    ];
    case(FAMILY, from, length, system, quantities)
}

fn wait_point(rate: f64, length: u32) -> Case {
    let theory = many_servers(1, rate, 1.0);
    let point = exact(theory.map(|of| of.wait_quantile(0.95)));
    // Beyond zero, waits are exponential with rate 1 − λ.
    let measure = Measure::WaitPoint {
        point,
        beyond: 0.05,
        density: 0.05 * (1.0 - rate),
    };
    let system = System::simple(
        format!("M/M/1 λ={rate} (tail)"),
        1,
        rate,
        Law::Exponential { mean: 1.0 },
    );
    let quantities = vec![Quantity::new("wait p95", point, measure)];
    case(FAMILY, Tier::Tests, length, system, quantities)
}

fn regular(rate: f64, from: Tier, length: u32) -> Case {
    let theory = regular_arrivals(rate, 1.0);
    let system = System {
        arrivals: Arrivals::Gaps(Law::Constant(1.0 / rate)),
        ..System::simple(
            format!("D/M/1 λ={rate}"),
            1,
            rate,
            Law::Exponential { mean: 1.0 },
        )
    };
    let wait = Quantity::wait(exact(theory.map(|of| of.mean_wait)));
    case(FAMILY, from, length, system, vec![wait])
}

/// A GPU of 2.5 times the reference speed: rates are 2.5 times as high, times 2.5 times as short.
fn faster() -> Case {
    let system = System {
        name: "M/M/1 λ=1.25 at speed 2.5".to_owned(),
        servers: Servers::Pools(1, 1, 2_500),
        discipline: Discipline::Fifo,
        arrivals: Arrivals::Gaps(poisson(1.25)),
        customers: Customers::one_kind(Law::Exponential { mean: 1.0 }),
    };
    let theory = single_server(1.25, ServiceMoments::exponential(0.4));
    let wait = Quantity::wait(exact(theory.map(|of| of.mean_wait)));
    case(FAMILY, Tier::Tests, 4_000, system, vec![wait])
}

fn general(
    law: &str,
    service: &Law,
    moments: ServiceMoments,
    rate: f64,
    from: Tier,
    length: u32,
) -> Case {
    let theory = single_server(rate, moments);
    let name = match law.split_once(": ") {
        Some(("D", _)) => format!("M/D/1 λ={rate}"),
        Some((_, words)) => format!("M/G/1 {words} λ={rate}"),
        None => law.to_owned(),
    };
    let mut quantities = vec![Quantity::wait(exact(theory.map(|of| of.mean_wait)))];
    if rate <= 0.5 && moments.squared_variation() < 1.0 {
        // With heavier tails the square is too rough to be estimated in seconds.
        quantities.push(Quantity::new(
            "mean wait²",
            exact(theory.map(|of| of.mean_square_wait)),
            Measure::SquaredWait,
        ));
    }
    let system = System::simple(name, 1, rate, service.clone());
    case(FAMILY, from, length, system, quantities)
}

fn pareto() -> Case {
    let moments = ServiceMoments::bounded_pareto(1.5, 1.0, 1000.0);
    let rate = 0.7 / moments.first;
    let service = Law::bounded_pareto(1.5, 1.0, 1000.0);
    let theory = single_server(rate, moments);
    let wait = Quantity::wait(exact(theory.map(|of| of.mean_wait)));
    let system = System::simple(
        "M/G/1 Pareto(1.5; 1, 1000) ρ=0.7".to_owned(),
        1,
        rate,
        service,
    );
    Case {
        error_max: Some(0.01),
        ..case(FAMILY, Tier::Full, 100_000, system, vec![wait])
    }
}
