//! What must hold for a phase to end, and what is told of it: gates and figures, worked by hand.

use crate::common::bad_days::{POOL, cluster, every};
use crate::common::clouds::{HOUR, MINUTE, cost, gpu_time, public, terms};
use crate::common::phases::{hours, phase, play};
use crate::common::worlds::Row;
use plimsoll::journal::Bucket;
use plimsoll::model::{
    Draw, Gate, Horizon, Incident, Model, OnFail, Phase, PowerMeter, Preemption, Route, Storage,
};
use plimsoll::units::{Bandwidth, BytePrice, LinkId, Money, SimTime, SiteId, Span};

#[test]
fn a_gate_that_does_not_hold_delays_its_phase() {
    // From 2:00 for 4 h, with jobs on half of the GPUs asked for: 8 of 16 GPUs run from 4:00 on. At 6:00 it is a
    // quarter, at 8:00 a third, at 10:00 three eighths; half of 16 GPUs from 4:00 is never half from 2:00, but two
    // such jobs from 8:00 on make (2 + 6 + 10 + …): at 10:00 8 × 6 + 8 × 2 of 16 × 8 is a half.
    let gated = |on_fail| {
        let mut model = cluster();
        model.rollout.phases = vec![Phase {
            gates: vec![Gate::Utilisation(500_000)],
            on_fail,
            ..phase("pilot", 2, 4)
        }];
        model
    };
    let rows = [
        Row::of(4 * HOUR, 8, 12 * HOUR),
        Row::of(8 * HOUR, 8, 12 * HOUR),
    ];
    let delay = OnFail::Delay(Span(2 * HOUR));
    let heard = play(&mut gated(delay), &rows, &[]);
    let pilot = &heard.phases[0];
    assert_eq!((hours(pilot.ended), pilot.failures), (Some(10), 2));
    assert_eq!(
        (pilot.on_time(), pilot.slip()),
        (Some(false), Span(4 * HOUR))
    );
    let heard = play(&mut gated(OnFail::Proceed), &rows, &[]);
    let pilot = &heard.phases[0];
    assert_eq!((hours(pilot.ended), pilot.failures), (Some(6), 1));
}

#[test]
fn each_gate_asks_what_it_says() {
    let passes = |gate| {
        let mut model = cluster();
        model.rollout.phases = vec![Phase {
            gates: vec![gate],
            ..phase("pilot", 2, 4)
        }];
        // Both nodes are held from 0:00 to 5:00; the next two jobs came at 3:00 and 3:30 and wait 2 h and 1:30, on
        // average 1:45, and one that comes at 5:30 waits at 6:00.
        let rows = [
            Row::of(0, 16, 5 * HOUR),
            Row::of(3 * HOUR, 8, 10 * HOUR),
            Row::of(3 * HOUR + 30 * MINUTE, 8, 10 * HOUR),
            Row::of(5 * HOUR + 30 * MINUTE, 8, HOUR),
        ];
        play(&mut model, &rows, &[]).phases[0].failures == 0
    };
    assert!(passes(Gate::MeanWait(Span(105 * MINUTE))));
    assert!(!passes(Gate::MeanWait(Span(105 * MINUTE - 1))));
    assert!(passes(Gate::Finished(1)) && !passes(Gate::Finished(2)));
    assert!(passes(Gate::Waiting(1)) && !passes(Gate::Waiting(0)));
    assert!(passes(Gate::Utilisation(1_000_000)));
}

#[test]
fn a_gate_on_which_nothing_can_be_said_does_not_hold() {
    // Nobody starts from 2:00 to 6:00, though a job waits; and of rented GPUs alone none are owned.
    let gate = |mut model: Model, gate, rows: &[Row]| {
        model.rollout.phases = vec![Phase {
            gates: vec![gate],
            ..phase("pilot", 2, 4)
        }];
        play(&mut model, rows, &[]).phases[0].failures
    };
    let rows = [Row::of(0, 16, 10 * HOUR), Row::of(3 * HOUR, 8, HOUR)];
    assert_eq!(gate(cluster(), Gate::MeanWait(Span(9 * HOUR)), &rows), 1);
    let mut rented = public(terms());
    rented.horizon = Horizon::At(SimTime(24 * HOUR));
    let rows = [Row::of(0, 4, 10 * HOUR)];
    assert_eq!(gate(rented, Gate::Utilisation(1), &rows), 1);
}

#[test]
fn work_that_is_starved_of_data_counts_less_in_its_phase() {
    // 8 GPUs read 8 GB/s of a storage that gives 4. Checkpoints of 30 min come after each hour, starved or not: of the
    // 3 h from 0:00 two were running, and half of that was starved.
    let mut model = cluster();
    model.classes[0].feed = Some(Bandwidth(1_000_000_000));
    let gives = Bandwidth(4_000_000_000);
    model.network.storages = vec![Storage::bare("lake", SiteId(0), gives)];
    model.network.feeds = vec![vec![Route {
        cost: BytePrice(0),
        latency: Span::ZERO,
        links: vec![LinkId(0)],
    }]];
    model.rhythms = vec![every(1, 30 * MINUTE)];
    model.rollout.phases = vec![phase("pilot", 0, 3)];
    let heard = play(&mut model, &[Row::of(0, 8, 4 * HOUR)], &[]);
    assert_eq!(heard.phases[0].held, gpu_time(8, 3 * HOUR));
    assert_eq!(heard.phases[0].useful, gpu_time(8, HOUR));
    // At the end the books say the same.
    let booked = heard.all.pools[0].gpu_time[Bucket::Useful];
    assert_eq!(booked, gpu_time(8, 4 * HOUR));
}

#[test]
fn electricity_by_the_meter_is_a_cost_of_its_phase() {
    // 16 GPUs draw 100 W at rest and 500 W at work, at 1 USD a kWh. Eight of them work from 1:00 to 9:00, cut at 3:00
    // by a fault of their node until 5:00; with nothing saved they start again on the other node at once.
    let flat = |rate| [(SimTime::ZERO, rate)];
    let draw = |milliwatts| Draw::new(milliwatts, &flat(1_000_000), &flat(0)).unwrap();
    let mut model = cluster();
    model.classes[0].preemption = Preemption::Kill {
        restart: Span::ZERO,
    };
    let meter = PowerMeter {
        idle: draw(100_000),
        busy: draw(500_000),
        most: 700_000,
        billed: true,
    };
    model.power.meters = vec![Some(meter)];
    model.weather.script = vec![
        Incident::down(SimTime(3 * HOUR), POOL, 0, 1),
        Incident::up(SimTime(5 * HOUR), POOL, 0, 1),
    ];
    // The first ends with the node down and the job at work, the second when both are over, the third is all of it.
    model.rollout.phases = vec![phase("a", 0, 4), phase("b", 4, 8), phase("all", 0, 24)];
    let heard = play(&mut model, &[Row::of(HOUR, 8, 6 * HOUR)], &[]);
    assert_eq!(heard.all.jobs[0].end, SimTime(9 * HOUR));
    let costs: Vec<Money> = heard.phases.iter().map(|phase| phase.cost).collect();
    // At rest 1.6 an hour, 3.2 more while the job runs, .8 less while the node is down.
    let electricity = |tenths: u64| cost(1, HOUR, tenths * 100_000);
    let capacity = |hours: u64| cost(16, hours * HOUR, 2_000_000);
    assert_eq!(costs[0], capacity(4) + electricity(64 + 3 * 32 - 8));
    assert_eq!(costs[1], capacity(8) + electricity(128 + 5 * 32 - 8));
    let pool = &heard.all.pools[0];
    assert_eq!(costs[2], pool.charged + pool.drawn.cost);
}

#[test]
fn phases_that_change_nothing_change_no_job() {
    let rows: Vec<Row> = (0..40)
        .map(|n| Row::of(n * 10 * MINUTE, 1 + n % 9, 90 * MINUTE))
        .collect();
    let mut model = cluster();
    let without = play(&mut model, &rows, &[]);
    model.rollout.phases = vec![phase("nothing", 2, 4), phase("more", 3, 1)];
    let with = play(&mut model, &rows, &[]);
    assert_eq!(without.all.jobs, with.all.jobs);
    assert_eq!(without.all.pools, with.all.pools);
    assert_eq!(without.all.postings, with.all.postings);
}
