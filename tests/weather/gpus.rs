//! Single GPUs that break while their node goes on, drains or stops, worked by hand and against closed forms.

use crate::common::bad_days::{POOL, cluster, down, posted, up};
use crate::common::clouds::{HOUR, MINUTE, gpu_time};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::{Bucket, Fact};
use plimsoll::model::{
    Discipline, Entity, Failure, Gpu, GpuFailure, Horizon, Incident, Model, NodeRange, Packing,
    Rhythm, Timeline, Times,
};
use plimsoll::process::{Law, Renewal, RenewalStart};
use plimsoll::units::{SimTime, Span, StrategyId};

fn gpu(node: u32, gpu: u8) -> Gpu {
    Gpu {
        name: format!("{node}.{gpu}"),
        pool: POOL,
        node,
        gpu,
    }
}

/// A GPU is broken from one hour on until another.
fn broken((node, which): (u32, u8), from: u64, to: u64, drains: bool) -> [Incident; 2] {
    let gpu = gpu(node, which);
    [
        gpu.incident(SimTime(from), false, drains),
        gpu.incident(SimTime(to), true, drains),
    ]
}

/// Two nodes of eight GPUs, a day, no checkpoints: what a fault takes is lost from the beginning.
fn run(rows: &[Row], weather: &[Incident]) -> Everything {
    let mut model = cluster();
    let mut timeline = timeline(&mut model, rows);
    model.rhythms = vec![Rhythm::NONE; model.shapes.len() * model.pools.len()];
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    let heard = play(&model, &timeline, 0);
    assert_eq!(posted(&heard), heard.pools[0].gpu_time.0);
    let paid = gpu_time(16, 24 * HOUR);
    assert_eq!(heard.pools[0].gpu_time.total(), paid, "all of it is paid");
    heard
}

fn starts(heard: &Everything) -> Vec<Option<u64>> {
    let starts = heard.jobs.iter().map(|job| job.start);
    starts.map(|start| start.map(|at| at.0 / MINUTE)).collect()
}

fn bucket(heard: &Everything, bucket: Bucket) -> u128 {
    heard.pools[0].gpu_time[bucket]
}

/// Who was interrupted, at which minute.
fn stops(heard: &Everything) -> Vec<(u64, u32)> {
    let stop = |&(at, fact): &(SimTime, Fact)| match fact {
        Fact::Interrupted(job, _) => Some((at.0 / MINUTE, job.0)),
        _ => None,
    };
    heard.facts.iter().filter_map(stop).collect()
}

#[test]
fn the_job_that_holds_it_stops_and_the_node_goes_on() {
    // A of 5 and B of 3 GPUs fill node 0, on which A holds the GPUs 0 to 4; C fills node 1. GPU 5 breaks at 1:00:
    // B stops and takes the two free GPUs of node 0 and no other: it is a gang of 3, and waits until 3:00. D of 2
    // comes at 1:30 and is behind it, in strict order.
    let rows = [
        Row::of(0, 5, 10 * HOUR),
        Row::of(0, 3, 4 * HOUR),
        Row::of(0, 8, 10 * HOUR),
    ];
    let weather = broken((0, 5), HOUR, 3 * HOUR, false);
    let heard = run(&rows, &weather);
    assert_eq!(stops(&heard), [(60, 1)]);
    assert_eq!(bucket(&heard, Bucket::Down), gpu_time(1, 2 * HOUR));
    // B lost an hour, restarts for 12 min at 3:00 and works its 4 h.
    assert_eq!(bucket(&heard, Bucket::Rework), gpu_time(3, HOUR));
    assert_eq!(heard.jobs[1].end, SimTime(7 * HOUR + 12 * MINUTE));
    let told: Vec<(u64, Fact)> = heard
        .facts
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::GpusDown(..) | Fact::GpusUp(..)))
        .map(|&(at, fact)| (at.0 / HOUR, fact))
        .collect();
    let expected = [(1, Fact::GpusDown(POOL, 1)), (3, Fact::GpusUp(POOL, 1))];
    assert_eq!(told, expected);

    // Of 2 GPUs B would go on at once, on the two that are left.
    let rows = [
        Row::of(0, 6, 10 * HOUR),
        Row::of(0, 2, 4 * HOUR),
        Row::of(0, 8, 10 * HOUR),
        Row::of(90 * MINUTE, 1, HOUR),
    ];
    let heard = run(&rows, &broken((0, 0), HOUR, 3 * HOUR, false));
    // GPU 0 is A's: six GPUs are not to be had before 3:00, nor is the one beside B that D would take.
    assert_eq!(stops(&heard), [(60, 0)]);
    assert_eq!(
        starts(&heard),
        [Some(0), Some(0), Some(0), Some(240)],
        "D waits behind A until 3:00, and then until B is done"
    );
}

#[test]
fn a_node_that_drains_keeps_who_is_there_and_takes_nobody() {
    // As before, but node 0 drains: B stops at 1:00 and its two good GPUs are down with the third. A ends at 2:00,
    // and its five are down too until 3:00, when B and D start.
    let rows = [
        Row::of(0, 5, 2 * HOUR),
        Row::of(0, 3, 4 * HOUR),
        Row::of(0, 8, 10 * HOUR),
        Row::of(90 * MINUTE, 1, HOUR),
    ];
    let heard = run(&rows, &broken((0, 5), HOUR, 3 * HOUR, true));
    assert_eq!(stops(&heard), [(60, 1)]);
    assert_eq!(
        bucket(&heard, Bucket::Down),
        gpu_time(3, HOUR) + gpu_time(8, HOUR)
    );
    assert_eq!(starts(&heard), [Some(0), Some(0), Some(0), Some(180)]);
    assert_eq!(heard.jobs[1].end, SimTime(7 * HOUR + 12 * MINUTE));
    // A GPU that nobody holds stops nobody: GPU 7 of node 0, on which only A lies.
    let heard = run(&rows[..1], &broken((0, 7), HOUR, 3 * HOUR, true));
    assert_eq!(stops(&heard), []);
    assert_eq!(
        bucket(&heard, Bucket::Down),
        gpu_time(3, HOUR) + gpu_time(8, HOUR)
    );
}

#[test]
fn a_gpu_is_up_when_it_its_node_and_its_rack_are() {
    // GPU 3 of node 0 is broken from 1 to 5 and, for another cause, from 4:30 to 6; its node is down from 2 to 3,
    // the rack of both nodes from 2:30 to 4. Node 0: one GPU for 1 h, eight for 2 h, one for 2 h; node 1: eight for
    // 1:30.
    let half = 30 * MINUTE;
    let rack = |at, is_up| {
        let (at, first, nodes) = (SimTime(at), 0, 2);
        if is_up {
            Incident::up(at, POOL, first, nodes)
        } else {
            Incident::down(at, POOL, first, nodes)
        }
    };
    let mut weather = vec![
        down(2 * HOUR, 0),
        up(3 * HOUR, 0),
        rack(2 * HOUR + half, false),
        rack(4 * HOUR, true),
    ];
    weather.extend(broken((0, 3), HOUR, 5 * HOUR, false));
    weather.extend(broken((0, 3), 4 * HOUR + half, 6 * HOUR, false));
    // Eight GPUs of node 1 until 2:30; then they wait for a whole node: node 1 at 4:00. Eight more have to wait for
    // the last GPU.
    let rows = [
        Row::of(30 * MINUTE, 8, 2 * HOUR),
        Row::of(30 * MINUTE, 8, HOUR),
        Row::of(HOUR, 8, HOUR),
    ];
    let heard = run(&rows, &weather);
    let expected = gpu_time(1, HOUR) + gpu_time(8, 2 * HOUR) + gpu_time(1, 2 * HOUR);
    assert_eq!(
        bucket(&heard, Bucket::Down),
        expected + gpu_time(8, HOUR + half)
    );
    // Node 0 had the first, which stops at 1:00 with GPU 3; it starts again at 1:30 on node 1, when the second is
    // done, and stops there at 2:30 with the rack. From 4:00 on it runs on node 1 to its end at 6:12, when it has
    // restarted once more; the third waits for it in strict order, and finds node 0 whole at 6:00.
    assert_eq!(stops(&heard), [(60, 0), (150, 0)]);
    assert_eq!(heard.jobs[0].end, SimTime(6 * HOUR + 12 * MINUTE));
    assert_eq!(starts(&heard), [Some(30), Some(30), Some(360)]);
}

#[test]
fn a_fault_within_maintenance_or_a_drain_is_counted_once() {
    // Node 0 drains for GPU 1 from 1 to 4, and GPU 2 breaks from 2 to 3 besides; a fault of the node from 3:30 to
    // 5 follows. All eight are down from 1 to 5.
    let mut weather = broken((0, 1), HOUR, 4 * HOUR, true).to_vec();
    weather.extend(broken((0, 2), 2 * HOUR, 3 * HOUR, false));
    weather.extend([down(3 * HOUR + 30 * MINUTE, 0), up(5 * HOUR, 0)]);
    let heard = run(&[], &weather);
    assert_eq!(bucket(&heard, Bucket::Down), gpu_time(8, 4 * HOUR));
    // To the end of the run what is not mended is down.
    let heard = run(&[], &broken((1, 7), 20 * HOUR, 30 * HOUR, false)[..1]);
    assert_eq!(bucket(&heard, Bucket::Down), gpu_time(1, 4 * HOUR));
}

fn exponential(hours: u64) -> Law {
    Law::Exponential {
        mean: (hours * HOUR) as f64,
    }
}

fn times(up: u64, down: u64) -> Times {
    let renewal = Renewal::new(exponential(up), exponential(down), RenewalStart::Stationary);
    Times::Renewal(renewal.unwrap())
}

/// Ten nodes of four GPUs that fail by themselves, beside faults of their nodes.
fn shaky(drains: bool) -> Model {
    let mut model = crate::common::model(
        vec![owned("own", 10, 4, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(2000 * HOUR));
    let gpus = (0..10).flat_map(|node| (0..4).map(move |which| gpu(node, which)));
    model.weather.gpus = vec![GpuFailure {
        name: "gpu".to_owned(),
        times: times(95, 5),
        drains,
        gpus: gpus.collect(),
    }];
    let node = |first| Entity {
        name: format!("node {first}"),
        nodes: vec![NodeRange {
            pool: POOL,
            first,
            nodes: 1,
        }],
    };
    model.weather.failures = vec![Failure {
        name: "node".to_owned(),
        times: times(90, 10),
        entities: (0..10).map(node).collect(),
    }];
    model
}

/// The mean share of GPU-time that is idle and its standard error.
fn availability(model: &Model, worlds: u32) -> (f64, f64) {
    let strategy = plimsoll::strategy::Strategy::prepare(model, StrategyId(0));
    let all = gpu_time(40, 2000 * HOUR) as f64;
    let (mut sum, mut squares, mut scratch) = (0.0, 0.0, Scratch::default());
    let (mut timeline, n) = (Timeline::default(), f64::from(worlds));
    for replication in 0..worlds {
        let dice = Dice {
            seed: 7,
            replication,
        };
        Timeline::sample(model, &dice, &mut timeline);
        let mut heard = Everything::default();
        simulate(model, &strategy, &timeline, &dice, &mut scratch, &mut heard).unwrap();
        let idle = heard.pools[0].gpu_time[Bucket::IdlePaid] as f64 / all;
        sum += idle;
        squares += idle * idle;
    }
    let mean = sum / n;
    (mean, ((squares / n - mean * mean) / (n - 1.0)).sqrt())
}

/// A GPU works if it and its node do: 0.95 × 0.9. If a node drains for each of its four GPUs: 0.95⁴ × 0.9.
#[test]
fn availability_is_that_of_the_gpu_times_that_of_its_node() {
    let all_four = 0.95 * 0.95 * 0.95 * 0.95;
    for (drains, theory) in [(false, 0.95 * 0.9), (true, all_four * 0.9)] {
        let (mean, error) = availability(&shaky(drains), 60);
        assert!(error < 0.002, "{error} is too coarse to see a mistake");
        assert!(
            (mean - theory).abs() < 4.5 * error,
            "{mean} ± {error}, {theory}"
        );
    }
}

/// With jobs of one GPU on every second GPU, a fault of a GPU hits one half of the time.
#[test]
fn faults_hit_jobs_as_often_as_they_hold_gpus() {
    let mut model = shaky(false);
    model.weather.failures.clear();
    model.horizon = Horizon::At(SimTime(400 * HOUR));
    let rows = vec![Row::of(0, 1, 4000 * HOUR); 20];
    let (mut faults, mut hits) = (0u32, 0u32);
    for replication in 0..40 {
        let dice = Dice {
            seed: 11,
            replication,
        };
        let mut jobs = timeline(&mut model, &rows);
        let mut sampled = Timeline::default();
        Timeline::sample(&model, &dice, &mut sampled);
        jobs.weather = sampled.weather;
        let heard = play(&model, &jobs, 0);
        faults += jobs
            .weather
            .iter()
            .filter(|incident| {
                let down = matches!(incident.what, plimsoll::model::Happening::GpuDown { .. });
                down && incident.at <= SimTime(400 * HOUR)
            })
            .count() as u32;
        hits += stops(&heard).len() as u32;
    }
    // 20 of the 38 GPUs that work on average: 0.526; packed on few nodes they are hit by the lower GPUs alone.
    let share = f64::from(hits) / f64::from(faults);
    let error = (0.25 / f64::from(faults)).sqrt();
    assert!(faults > 4_000, "{faults}");
    assert!((share - 20.0 / 38.0).abs() < 4.0 * error + 0.01, "{share}");
}

#[test]
fn gpus_that_fail_in_a_billion_years_leave_the_same_hash() {
    let rows = [Row::of(0, 5, 10 * HOUR), Row::of(HOUR, 16, 4 * HOUR)];
    let hash = |never: bool| {
        let mut model = cluster();
        if never {
            let law = Law::Exponential {
                mean: 1e9 * 365.0 * 86.4e6,
            };
            let renewal = Renewal::new(law, Law::Constant(1.0), RenewalStart::Up).unwrap();
            model.weather.gpus = vec![GpuFailure {
                name: "never".to_owned(),
                times: Times::Renewal(renewal),
                drains: true,
                gpus: (0..8).map(|which| gpu(0, which)).collect(),
            }];
        }
        let mut jobs = timeline(&mut model, &rows);
        let (mut sampled, dice) = (Timeline::default(), crate::common::bad_days::DICE);
        Timeline::sample(&model, &dice, &mut sampled);
        jobs.weather = sampled.weather;
        play(&model, &jobs, 0).run
    };
    assert_eq!(hash(true), hash(false));
}

#[test]
fn another_failing_gpu_changes_nobody_elses_luck() {
    let weather = |model: &Model| {
        let dice = crate::common::bad_days::DICE;
        let mut timeline = Timeline::default();
        Timeline::sample(model, &dice, &mut timeline);
        timeline.weather
    };
    let mut fewer = shaky(true);
    fewer.weather.gpus[0].gpus.remove(0);
    let (all, left) = (weather(&shaky(true)), weather(&fewer));
    let of_first = |incident: &Incident| {
        use plimsoll::model::Happening::{GpuDown, GpuUp};
        matches!(
            incident.what,
            GpuDown {
                node: 0,
                gpu: 0,
                ..
            } | GpuUp {
                node: 0,
                gpu: 0,
                ..
            }
        )
    };
    assert!(all.iter().any(of_first));
    let others: Vec<Incident> = all.into_iter().filter(|one| !of_first(one)).collect();
    assert_eq!(others, left);
    // Spans are times of their own: what is drawn for a longer run begins as that for a shorter one.
    let mut longer = shaky(true);
    longer.horizon = Horizon::At(SimTime(2000 * HOUR) + Span::DAY);
    let longer = weather(&longer);
    let begins: Vec<Incident> = longer
        .into_iter()
        .filter(|one| one.at < SimTime(2000 * HOUR))
        .collect();
    assert_eq!(begins, weather(&shaky(true)));
}
