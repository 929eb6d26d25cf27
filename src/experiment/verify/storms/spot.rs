//! Work on capacity that is taken away and comes back.
//!
//! A job that is refused asks again 5 s + 3 min later, so it waits longer than the capacity is away, and a
//! geometric number of asks: with s the time between asks and p the chance that capacity which was away is
//! there s later, the mean wait is s/p and its mean square s² (2 − p)/p².

use crate::dice::Dice;
use crate::model::{
    Boot, Incident, Packing, Placement, Pool, Preemption, PriceSteps, RentKind, Rented, Rhythm,
    Supply, Timeline,
};
use crate::process::{Law, Renewal, RenewalStart};
use crate::reliability::{Checkpoints, Interrupted, SpotRun, availability, availability_after};
use crate::units::{PoolId, SimTime, Span};

use super::super::storm::{Heard, Storm};
use super::super::system::PRICE;
use super::super::tier::Tier;
use super::{hours, in_hours, model};

const FAMILY: &str = "Spot capacity: exact answers";

/// Mean hours between losses, and until capacity is back.
const UP: f64 = 20.0;
const DOWN: f64 = 0.5;
/// Hours of work.
const WORK: f64 = 8.0;
/// Pools, each with a market and a job of its own.
const POOLS: usize = 8;
/// Where the run is cut: no job comes near it.
const END: f64 = 1_000.0;
/// Hours between two asks of a job that is refused.
const ASKS: f64 = 185.0 / 3600.0;

/// The chance that capacity which was away is there at the next ask.
fn back() -> f64 {
    // Down now and up after t: A (1 − e^{−rt}), where A(t | up) = A + (1 − A) e^{−rt}.
    let long_run = availability(UP, DOWN);
    long_run * (1.0 - availability_after(UP, DOWN, ASKS)) / (1.0 - long_run)
}

fn run() -> SpotRun {
    SpotRun {
        rate: 1.0 / UP,
        wait: ASKS / back(),
        work: WORK,
    }
}

pub(super) fn storms() -> Vec<Storm> {
    let kept = |write: f64, restart: f64| Preemption::Checkpoint {
        write: hours(write),
        restart: hours(restart),
    };
    let lost = Preemption::Kill {
        restart: Span::ZERO,
    };
    let rhythm = Rhythm {
        interval: hours(1.0),
        write: hours(0.05),
        verify: Span::ZERO,
    };
    // As `SpotRun::with_checkpoints`, but for the last checkpoint, which the engine does not write.
    let saved = Checkpoints {
        mean_between_failures: UP,
        cost: 0.05,
        restart: 0.1,
    };
    let paid = saved.completion(WORK, 1.0, false);
    let interruptions = paid / UP;
    let every_hour = Interrupted {
        wall: paid + interruptions * run().wait,
        paid,
        interruptions,
    };
    let mut resumed = storm(
        "8 h, nothing lost",
        kept(0.0, 0.0),
        None,
        run().perfect_resume(),
    );
    // Every job pays for its work, no more and no less: nothing to estimate.
    resumed.expected.pop();
    // A compound Poisson sum: its variance is the mean number of waits × their mean square.
    let square = ASKS * ASKS * (2.0 - back()) / (back() * back());
    let variance = WORK / UP * square;
    resumed
        .expected
        .push(("variance of the time".to_owned(), variance));
    resumed.error_max = Some(0.02);
    vec![
        storm("8 h, all lost", lost, None, run().from_scratch()),
        resumed,
        storm(
            "8 h, saved every hour",
            kept(0.05, 0.1),
            Some(rhythm),
            every_hour,
        ),
    ]
}

fn storm(name: &str, way: Preemption, rhythm: Option<Rhythm>, expected: Interrupted) -> Storm {
    let loses = expected.paid > WORK;
    let pool = |n: usize| Pool {
        supply: Supply::Rented(Rented {
            kind: RentKind::Spot,
            notice: Span::ZERO,
            prices: PriceSteps::constant(PRICE),
            quota: None,
            boot: Boot::Fixed(Span::ZERO),
            minimum: Span::ZERO,
            increment: Span(1),
            idle_release: Span::ZERO,
            teardown: Span::ZERO,
        }),
        ..Pool::bare(&format!("p{n}"), 0, 1, Packing::First)
    };
    let pools = (0..POOLS).map(pool).collect();
    let mut model = model(pools, &[1; POOLS], END, Placement::PublicOnly);
    for class in &mut model.classes {
        class.preemption = way;
    }
    if let Some(rhythm) = rhythm {
        model.rhythms = vec![rhythm; POOLS * POOLS];
    }
    let mean = WORK + WORK / UP * run().wait;
    let values = move |heard: &Heard| {
        let jobs = heard.jobs.iter();
        let times: Vec<f64> = jobs
            .map(|job| in_hours(job.end.since(job.submit)))
            .collect();
        let each = |sum: f64| sum / POOLS as f64;
        let paid = heard
            .pools
            .iter()
            .map(|pool| pool.gpu_time.total() as f64 / 3.6e9);
        let interruptions = heard.jobs.iter().map(|job| f64::from(job.interruptions));
        let squares = times.iter().map(|time| (time - mean) * (time - mean));
        vec![
            each(times.iter().sum()),
            each(interruptions.sum()),
            each(if loses { paid.sum() } else { squares.sum() }),
        ]
    };
    Storm {
        family: FAMILY,
        name: name.to_owned(),
        model,
        work: vec![hours(WORK); POOLS],
        world: Some(Box::new(markets)),
        expected: vec![
            ("mean time".to_owned(), expected.wall),
            ("interruptions".to_owned(), expected.interruptions),
            ("hours paid".to_owned(), expected.paid),
        ],
        measure: Box::new(values),
        from: Tier::Tests,
        error_max: Some(0.01),
        skewed: true,
    }
}

/// Each pool's market has one instance, or none.
fn markets(dice: &Dice, into: &mut Timeline) {
    let exponential = |hours: f64| Law::Exponential {
        mean: hours * 3.6e6,
    };
    let times = Renewal {
        up: exponential(UP),
        down: exponential(DOWN),
        start: RenewalStart::Up,
    };
    let mut changes: Vec<(SimTime, bool)> = Vec::new();
    for pool in 0..POOLS {
        changes.clear();
        let key = dice.key("market", &pool.to_string());
        times.sample(dice, key, hours(100.0), &mut changes);
        let steps = changes.iter().map(|&(at, up)| (at, u32::from(up)));
        let incidents = Incident::capacities(PoolId::from(pool), Some(Span::ZERO), steps);
        into.weather.extend(incidents);
    }
    Incident::put_in_order(&mut into.weather);
}
