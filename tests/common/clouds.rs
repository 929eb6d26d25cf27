//! Rented pools for tests that are worked by hand.

use plimsoll::journal::Fact;
use plimsoll::model::{
    Boot, Discipline, Model, Packing, Placement, Pool, PriceSteps, RentKind, Rented, Spill,
    SpillTest,
};
use plimsoll::units::{MilliGpus, Money, Price, SimTime, Span};

use super::worlds::{Row, rented, timeline};
use super::{Everything, model, owned, play};

pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
/// 3 USD per GPU-hour.
pub const THREE: u64 = 3_000_000;

/// 3 USD/GPU-h, up at once, charged to the millisecond, given back at once.
pub fn terms() -> Rented {
    Rented {
        kind: RentKind::OnDemand,
        notice: Span::ZERO,
        prices: PriceSteps::constant(Price(THREE)),
        quota: None,
        boot: Boot::Fixed(Span::ZERO),
        minimum: Span::ZERO,
        increment: Span(1),
        idle_release: Span::ZERO,
        teardown: Span::ZERO,
    }
}

pub fn steps(prices: &[(u64, u64)]) -> PriceSteps {
    let steps: Vec<_> = prices
        .iter()
        .map(|&(at, price)| (SimTime(at), Price(price)))
        .collect();
    PriceSteps::new(&steps).unwrap()
}

pub fn world(pools: Vec<Pool>, placement: Placement) -> Model {
    let mut model = model(pools, vec![Discipline::Fifo]);
    model.strategies[0].placement = placement;
    model
}

/// Nodes of four GPUs that are rented on these terms.
pub fn rented_pool(terms: Rented) -> Pool {
    rented("cloud", 4, terms)
}

/// Only nodes of four GPUs that are rented on these terms.
pub fn public(terms: Rented) -> Model {
    world(vec![rented("cloud", 4, terms)], Placement::PublicOnly)
}

/// Four owned GPUs, and rented nodes of four behind a spill test.
pub fn hybrid(test: SpillTest, terms: Rented) -> Model {
    world(
        vec![
            owned("own", 1, 4, Packing::Count),
            rented("cloud", 4, terms),
        ],
        Placement::PrivateFirst(Spill {
            test,
            ceiling: None,
        }),
    )
}

pub fn run(model: &mut Model, rows: &[Row]) -> Everything {
    let timeline = timeline(model, rows);
    play(model, &timeline, 0)
}

pub fn starts(heard: &Everything) -> Vec<(u64, usize)> {
    heard
        .jobs
        .iter()
        .map(|job| (job.start.unwrap().0, job.pool.unwrap().index()))
        .collect()
}

pub fn released(heard: &Everything) -> Vec<u64> {
    heard
        .facts
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::Released(..)))
        .map(|(at, _)| at.0)
        .collect()
}

pub fn gpu_time(gpus: u64, ms: u64) -> u128 {
    u128::from(gpus) * 1000 * u128::from(ms)
}

pub fn cost(gpus: u64, ms: u64, price: u64) -> Money {
    Money::of(MilliGpus::whole(gpus), Span(ms), Price(price))
}
