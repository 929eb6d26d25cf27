//! What GPUs draw from the wall, what that costs and emits: worked by hand, and over random worlds.

use crate::common::bad_days::{POOL, down, up};
use crate::common::cases::runner;
use crate::common::checks::every_strategy;
use crate::common::clouds::{HOUR, MINUTE, public, run, terms, world};
use crate::common::power::meters;
use crate::common::storms::stormy_worlds;
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play, play_in};
use plimsoll::engine::Scratch;
use plimsoll::journal::{Item, PoolRecord};
use plimsoll::model::{
    Draw, Gpu, Horizon, Incident, Model, Packing, Placement, Power, PowerMeter, RateSteps,
};
use plimsoll::units::{Epoch, Money, SimTime};

/// 100 W at rest and 500 W at work at the wall.
fn meter(prices: &[(u64, i64)], grams: &[(u64, i64)]) -> PowerMeter {
    let steps = |steps: &[(u64, i64)], scale: i64| -> Vec<(SimTime, i64)> {
        let step = |&(hour, rate): &(u64, i64)| (SimTime(hour * HOUR), rate * scale);
        steps.iter().map(step).collect()
    };
    // Prices in thousandths of a unit, emissions in grams.
    let (prices, grams) = (steps(prices, 1_000), steps(grams, 1_000_000));
    PowerMeter {
        idle: Draw::new(100_000, &prices, &grams).unwrap(),
        busy: Draw::new(500_000, &prices, &grams).unwrap(),
        most: 700_000,
        billed: true,
    }
}

/// Two owned nodes of four GPUs for ten hours.
fn metered(prices: &[(u64, i64)], grams: &[(u64, i64)]) -> Model {
    let mut model = world(
        vec![owned("own", 2, 4, Packing::Best)],
        Placement::PrivateOnly,
    );
    model.horizon = Horizon::At(SimTime(10 * HOUR));
    model.power = Power {
        meters: vec![Some(meter(prices, grams))],
    };
    model
}

/// Thousandths of a unit of currency.
fn milli(amount: Money) -> i128 {
    let each = Money::TICKS_PER_UNIT / 1000;
    assert_eq!(amount.0 % each, 0);
    amount.0 / each
}

fn figures(pool: &PoolRecord) -> (f64, i128, f64) {
    let drawn = pool.drawn;
    let round = |value: f64| (value * 1e9).round() / 1e9;
    (
        round(drawn.energy.as_kilowatt_hours()),
        milli(drawn.cost),
        round(drawn.carbon.as_kilograms()),
    )
}

fn posted(heard: &Everything) -> Vec<(Option<u32>, u64, u64, i128)> {
    let lines = heard.postings.iter();
    let electricity = lines.filter(|line| line.item == Item::Electricity);
    electricity
        .map(|line| {
            let job = line.job.map(|job| job.0);
            (
                job,
                line.from.0 / HOUR,
                line.to.0 / HOUR,
                milli(line.amount),
            )
        })
        .collect()
}

#[test]
fn a_flat_tariff_charges_rest_and_work() {
    let mut model = metered(&[(0, 100)], &[(0, 400)]);
    // Four GPUs work for 3 h: 4 × 3 × .5 = 6 kWh. The rest, 80 − 12 GPU-h at .1: 6.8 kWh.
    let heard = run(&mut model, &[Row::of(HOUR, 4, 3 * HOUR)]);
    let pool = &heard.pools[0];
    // 12.8 kWh × .10 = 1.28; × 400 g = 5.12 kg.
    assert_eq!(figures(pool), (12.8, 1_280, 5.12));
    assert_eq!(milli(heard.jobs[0].drawn.cost), 600);
    assert_eq!(milli(pool.drawn_idle.cost), 680);
    assert_eq!(posted(&heard), [(Some(0), 1, 4, 600), (None, 0, 10, 680)]);
    // Capacity is charged as ever: 80 GPU-h at 2.
    assert_eq!(milli(pool.charged), 160_000);
}

#[test]
fn two_steps_and_a_negative_hour_are_charged_as_they_fall() {
    // .10 until 2 h, −.05 until 3 h, then .20; emissions halve at 2 h.
    let mut model = metered(&[(0, 100), (2, -50), (3, 200)], &[(0, 400), (2, 200)]);
    let heard = run(&mut model, &[Row::of(HOUR, 4, 3 * HOUR)]);
    // The job draws 2 kW for one hour of each: 2 × (.10 − .05 + .20) = .50.
    assert_eq!(milli(heard.jobs[0].drawn.cost), 500);
    // At rest: 2 h, 1 h, 7 h of .8 kW, less .4 kW while the job runs:
    // (1.6 − .4) × .10 + (.8 − .4) × −.05 + (5.6 − .4) × .20 = .12 − .02 + 1.04.
    assert_eq!(milli(heard.pools[0].drawn_idle.cost), 1_140);
    // kg: the job 2 × .4 + 4 × .2; the rest 1.2 × .4 + 5.6 × .2.
    assert_eq!(figures(&heard.pools[0]), (12.8, 1_640, 3.2));
}

#[test]
fn a_negative_price_pays_who_draws() {
    let mut model = metered(&[(0, -100)], &[(0, 0)]);
    let heard = run(&mut model, &[Row::of(0, 8, 10 * HOUR)]);
    // 8 GPUs × 10 h × .5 kW × −.10.
    assert_eq!(figures(&heard.pools[0]), (40.0, -4_000, 0.0));
    assert_eq!(posted(&heard), [(Some(0), 0, 10, -4_000)]);
}

#[test]
fn a_node_that_is_down_draws_nothing() {
    let mut model = metered(&[(0, 100)], &[(0, 400)]);
    let mut timeline = timeline(&mut model, &[]);
    timeline.weather = vec![down(0, 1), up(5 * HOUR, 1)];
    Incident::put_in_order(&mut timeline.weather);
    let heard = play(&model, &timeline, 0);
    // 4 GPUs × 10 h and 4 × 5 h at .1 kW.
    assert_eq!(figures(&heard.pools[0]), (6.0, 600, 2.4));
    assert_eq!(posted(&heard), [(None, 0, 10, 600)]);
    assert_eq!(heard.pools[0].pool, POOL);
}

#[test]
fn a_gpu_that_is_broken_draws_nothing() {
    // 8 GPUs × 10 h at .1 kW but one for 5 h; or, where the node drains for it, four.
    for (drains, energy, cost, carbon) in [(false, 7.5, 750, 3.0), (true, 6.0, 600, 2.4)] {
        let mut model = metered(&[(0, 100)], &[(0, 400)]);
        let mut timeline = timeline(&mut model, &[]);
        let gpu = Gpu {
            name: String::new(),
            pool: POOL,
            node: 1,
            gpu: 2,
        };
        let weather = [(0, false), (5 * HOUR, true)];
        let incident = |(at, up): (u64, bool)| gpu.incident(SimTime(at), up, drains);
        timeline.weather = weather.map(incident).to_vec();
        let heard = play(&model, &timeline, 0);
        assert_eq!(figures(&heard.pools[0]), (energy, cost, carbon));
        assert_eq!(posted(&heard), [(None, 0, 10, cost)]);
    }
}

#[test]
fn electricity_is_posted_month_by_month() {
    let mut model = metered(&[(0, 100)], &[(0, 0)]);
    model.epoch = Epoch::parse("2026-01-31T20:00:00Z").unwrap();
    // February begins at 4 h: the job has 3 h of 2 kW before it and 1 h after.
    let heard = run(&mut model, &[Row::of(HOUR, 4, 4 * HOUR)]);
    assert_eq!(
        posted(&heard),
        [
            (Some(0), 1, 4, 600),
            (Some(0), 4, 5, 200),
            // .8 kW × 4 h − .4 × 3, then .8 × 6 − .4 × 1.
            (None, 0, 4, 200),
            (None, 4, 10, 440),
        ]
    );
}

#[test]
fn rented_capacity_emits_and_is_not_billed() {
    let mut model = public(terms());
    let unbilled = PowerMeter {
        billed: false,
        ..meter(&[(0, 0)], &[(0, 400)])
    };
    model.power.meters = vec![Some(unbilled)];
    let heard = run(&mut model, &[Row::of(0, 2, 30 * MINUTE)]);
    // Two GPUs at work and two at rest for half an hour: .5 + .1 kWh, 400 g each.
    assert_eq!(figures(&heard.pools[0]), (0.6, 0, 0.24));
    assert_eq!(posted(&heard), []);
}

#[test]
fn who_counts_power_changes_nothing_else() {
    let mut model = metered(&[(0, 100), (3, 5)], &[(0, 400)]);
    let rows = [Row::of(HOUR, 4, 3 * HOUR), Row::of(2 * HOUR, 8, HOUR)];
    let counted = run(&mut model, &rows);
    model.power = Power::default();
    let not = run(&mut model, &rows);
    assert_eq!(counted.facts, not.facts);
    assert_eq!(counted.run.digest, not.run.digest);
    assert_eq!(counted.pools[0].charged, not.pools[0].charged);
    assert!(not.jobs.iter().all(|job| job.drawn.energy.0 == 0));
}

#[test]
fn what_is_drawn_adds_up_whatever_happens() {
    let drawn = std::cell::Cell::new(0u32);
    runner(60)
        .run(
            &(stormy_worlds(), meters()),
            |((mut model, timeline), meters)| {
                model.power.meters = meters.into_iter().take(model.pools.len()).collect();
                model.power.meters.resize(model.pools.len(), None);
                for (meter, pool) in model.power.meters.iter_mut().zip(&model.pools) {
                    if let Some(meter) = meter.as_mut().filter(|_| pool.is_rented()) {
                        meter.billed = false;
                        meter.idle.cost = RateSteps::constant(0);
                        meter.busy.cost = RateSteps::constant(0);
                    }
                }
                let mut scratch = Scratch::default();
                every_strategy(&model, &timeline, |run| {
                    let heard = run.heard;
                    assert!(*heard == play_in(&model, &timeline, run.strategy, &mut scratch));
                    let some = heard
                        .pools
                        .iter()
                        .any(|pool| pool.drawn.cost != Money::ZERO);
                    drawn.set(drawn.get() + u32::from(some));
                })
            },
        )
        .unwrap();
    assert!(drawn.get() > 1_000, "{}", drawn.get());
}
