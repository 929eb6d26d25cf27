//! What GPUs drew, counted again step by step from lives and capacities.

use plimsoll::journal::{Bucket, Drawn};
use plimsoll::model::{Draw, PowerMeter, RateSteps};
use plimsoll::units::{Carbon, Energy, JobId, Money, PoolId, SimTime};
use proptest::prelude::*;

use super::capacity::Capacity;
use super::checks::Run;
use super::life::{Life, occupied};

/// Jobs, pools and postings agree on what was drawn, and with what their lives say.
pub fn draws(run: &Run<'_>, lives: &[Life], capacities: &[Capacity]) {
    let mut caused = vec![Drawn::ZERO; run.model.pools.len()];
    for record in &run.heard.jobs {
        let mut all = Drawn::ZERO;
        for (pool, drawn) in of_job(run, record.job, &lives[record.job.index()]) {
            caused[pool.index()] += drawn;
            all += drawn;
        }
        assert_eq!(record.drawn, all, "{:?} drew", record.job);
    }
    for (pool, record) in run.heard.pools.iter().enumerate() {
        let sum = caused[pool] + record.drawn_idle;
        assert_eq!(record.drawn, sum, "pool {pool} drew");
        let Some(meter) = run.model.power.meter(record.pool) else {
            assert_eq!(record.drawn, Drawn::ZERO, "nobody counts pool {pool}");
            continue;
        };
        let time = |buckets: &[Bucket]| buckets.iter().map(|&b| record.gpu_time[b]).sum::<u128>();
        let rest = [Bucket::HeldIdle, Bucket::IdlePaid, Bucket::Draining];
        let resting = time(&rest);
        let working = record.gpu_time.total() - resting - time(&[Bucket::Down]);
        let energy = resting * u128::from(meter.idle.milliwatts)
            + working * u128::from(meter.busy.milliwatts);
        assert_eq!(record.drawn.energy.0, energy as i128, "pool {pool}: kWh");
        if !run.model.pool(record.pool).is_rented() {
            let mut idle = Drawn::ZERO;
            for &(from, to, gpus) in &capacities[pool].idle {
                idle += stepwise(&meter.idle, gpus * 1000, from, to);
            }
            assert_eq!(record.drawn_idle, idle, "pool {pool} at rest");
        }
    }
}

fn of_job(run: &Run<'_>, job: JobId, life: &Life) -> Vec<(PoolId, Drawn)> {
    let milli = run.model.milli_of(run.timeline.requests[job.index()].shape);
    let held = occupied(run.model, run.timeline, job.index()) * 1000;
    let mut parts = Vec::new();
    for attempt in &life.attempts {
        let Some(meter) = run.model.power.meter(attempt.pool) else {
            continue;
        };
        let works = attempt.started.unwrap_or(attempt.freed);
        let mut drawn = stepwise(&meter.idle, held, attempt.placed, works);
        drawn += stepwise(&meter.busy, milli, works, attempt.freed);
        drawn += stepwise(&meter.idle, held - milli, works, attempt.freed);
        parts.push((attempt.pool, drawn));
    }
    parts
}

/// Step by step, without an odometer.
fn stepwise(draw: &Draw, milli: u64, from: u64, to: u64) -> Drawn {
    let over = |rates: &RateSteps| {
        let steps: Vec<(SimTime, i64)> = rates.steps().collect();
        let mut total = 0i128;
        for (index, &(at, rate)) in steps.iter().enumerate() {
            let until = steps.get(index + 1).map_or(u64::MAX, |next| next.0.0);
            let (low, high) = (from.max(at.0), to.min(until));
            if low < high {
                total += i128::from(milli) * i128::from(high - low) * i128::from(rate);
            }
        }
        total
    };
    let span = i128::from(to - from);
    Drawn {
        energy: Energy(i128::from(milli) * i128::from(draw.milliwatts) * span),
        cost: Money(over(&draw.cost)),
        carbon: Carbon(over(&draw.carbon)),
    }
}

/// Meters with rates that change now and then, also below zero; some pools have none.
pub fn meters() -> impl Strategy<Value = Vec<Option<PowerMeter>>> {
    let steps = prop::collection::vec((1u64..4_000_000, -300_000i64..900_000), 0..6);
    let grams = prop::collection::vec((1u64..4_000_000, 0i64..900_000_000), 0..6);
    let meter = (steps, grams, 0u64..200_000, 0u64..2_000_000, any::<bool>()).prop_map(
        |(prices, grams, idle, more, billed)| {
            let of = |spans: &[(u64, i64)], first| {
                let mut at = 0;
                let mut steps = vec![(SimTime(0), first)];
                for &(span, rate) in spans {
                    at += span;
                    steps.push((SimTime(at), rate));
                }
                steps
            };
            let prices = if billed {
                of(&prices, 90_000)
            } else {
                of(&[], 0)
            };
            let grams = of(&grams, 350_000_000);
            PowerMeter {
                idle: Draw::new(idle, &prices, &grams).unwrap(),
                busy: Draw::new(idle + more, &prices, &grams).unwrap(),
                most: idle + 2 * more,
                billed,
            }
        },
    );
    prop::collection::vec(prop::option::weighted(0.8, meter), 3)
}
