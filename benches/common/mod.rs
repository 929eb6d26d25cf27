//! The workload of the speed figures, and the yardstick they are measured with.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::print_stdout)]

pub mod whole;
pub mod words;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Instant;

use plimsoll::dice::{Dice, Purpose};
use plimsoll::model::{
    Boot, Class, Discipline, Horizon, Model, Outcome, Packing, Placement, Pool, PriceSteps,
    RentKind, Rented, Request, Shape, Site, Spill, SpillTest, Spread, StrategySettings, Supply,
    Timeline, Truth,
};
use plimsoll::process::lognormal_ms;
use plimsoll::units::{
    ClassId, Currency, Epoch, MilliGpus, PoolId, Price, ShapeId, SimTime, Span, TenantId,
};

/// Gang sizes and their shares in percent.
const GANGS: [(u64, u64); 7] = [
    (1, 40),
    (2, 12),
    (4, 14),
    (8, 20),
    (16, 8),
    (32, 4),
    (64, 2),
];

/// An estate of one owned pool (`nodes` × 8 GPUs) and, if wanted, a rented one beside it.
pub fn estate(nodes: u32, packing: Packing, rented: bool) -> Model {
    let pool = |name: &str, supply, nodes, packing| Pool {
        spread: Spread::Remainder,
        supply,
        ..Pool::bare(name, nodes, 8, packing)
    };
    let price = Price(2_500_000);
    let mut pools = vec![pool(
        "owned",
        Supply::Owned { price, term: None },
        nodes,
        packing,
    )];
    if rented {
        let offer = Rented {
            kind: RentKind::OnDemand,
            notice: Span::ZERO,
            prices: PriceSteps::constant(Price(3_500_000)),
            quota: Some(u64::from(nodes)),
            boot: Boot::LogNormal {
                mu: 13.1,
                sigma: 0.8,
            },
            minimum: Span::MINUTE,
            increment: Span::SECOND,
            idle_release: Span(600_000),
            teardown: Span::ZERO,
        };
        pools.push(pool("rented", Supply::Rented(offer), 0, Packing::Best));
    }
    let all = (0..pools.len()).map(PoolId::from).collect();
    let shape = |&(gpus, weight): &(u64, u64)| Shape {
        gpus: MilliGpus::whole(gpus),
        class: ClassId(0),
        labels: plimsoll::units::LabelsId(0),
        weight,
    };
    let epoch = Epoch::parse("2026-01-05T00:00:00Z").expect("a date");
    Model {
        horizon: Horizon::LastSubmit,
        sites: vec![Site::bare("dc")],
        pools,
        classes: vec![Class::bare("training", all)],
        tenants: vec!["all".to_owned()],
        shapes: GANGS.iter().map(shape).collect(),
        strategies: strategies(),
        ..Model::bare("bench", epoch, Currency::parse("USD").expect("a currency"))
    }
}

/// The strategies that are measured; those with "spill" need the rented pool.
fn strategies() -> Vec<StrategySettings> {
    let spill = Spill {
        test: SpillTest::Waited(Span(1_800_000)),
        ceiling: Some(Price(4_000_000)),
    };
    vec![
        StrategySettings::bare("fifo", Discipline::Fifo),
        StrategySettings::bare("fit-first", Discipline::FitFirst),
        StrategySettings::bare("easy", Discipline::Easy),
        StrategySettings {
            placement: Placement::PrivateFirst(spill),
            ..StrategySettings::bare("easy, spill", Discipline::Easy)
        },
    ]
}

/// The world of replication 0: see [`sample`].
pub fn timeline(model: &Model, jobs: u32, gpus: u64, load: f64) -> Timeline {
    let mut timeline = Timeline::default();
    sample(
        model,
        &Dice {
            seed: 1,
            replication: 0,
        },
        jobs,
        gpus,
        load,
        &mut timeline,
    );
    timeline
}

/// `jobs` jobs with lognormal run times (σ 1.2, mean 2 h) that offer `load` of `gpus` GPUs.
pub fn sample(
    model: &Model,
    dice: &Dice,
    jobs: u32,
    gpus: u64,
    load: f64,
    timeline: &mut Timeline,
) {
    let key = dice.key("bench", "demand");
    let mean_ms = 7_200_000.0f64;
    let sigma = 1.2f64;
    let mu = libm_ln(mean_ms) - sigma * sigma / 2.0;
    let total: u64 = GANGS.iter().map(|gang| gang.1).sum();
    let mean_gang = GANGS
        .iter()
        .map(|gang| (gang.0 * gang.1) as f64)
        .sum::<f64>()
        / total as f64;
    let gap = mean_ms * mean_gang / (load * gpus as f64);
    let mut at = 0.0;
    timeline.clear();
    for job in 0..jobs {
        let mut stream = dice.stream(key, Purpose::JobBody, job, 0);
        at += -libm_ln(stream.uniform()) * gap;
        let mut pick = stream.below(total);
        let shape = GANGS
            .iter()
            .position(|gang| {
                let here = pick < gang.1;
                pick = pick.saturating_sub(gang.1);
                here
            })
            .unwrap_or(0);
        let work = lognormal_ms(&mut stream, mu, sigma);
        timeline.requests.push(Request {
            submit: SimTime(at as u64),
            requested: Span(work.0 + work.0 * stream.below(100) / 100),
            shape: ShapeId::from(shape),
            tenant: TenantId(0),
            priority: 0,
        });
        timeline.truth.push(Truth {
            work,
            outcome: Outcome::Finished,
        });
    }
    debug_assert!(model.shapes.len() == GANGS.len());
}

#[allow(clippy::disallowed_methods)]
fn libm_ln(x: f64) -> f64 {
    x.ln()
}

/// Nanoseconds of one pop and push on a standard heap that holds 1,024 numbers: the yardstick.
#[allow(clippy::disallowed_methods)]
pub fn hold() -> f64 {
    let mut heap: BinaryHeap<Reverse<u64>> = BinaryHeap::with_capacity(1025);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..1024 {
        heap.push(Reverse(next() >> 40));
    }
    let rounds = 400_000;
    let begun = Instant::now();
    for _ in 0..rounds {
        if let Some(Reverse(least)) = heap.pop() {
            heap.push(Reverse(least + (next() >> 40)));
        }
    }
    let ns = begun.elapsed().as_nanos() as f64 / f64::from(rounds);
    black_box(heap);
    ns
}
