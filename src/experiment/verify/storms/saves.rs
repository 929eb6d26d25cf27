//! Work that fails and is saved now and then: how long it takes.
//!
//! The engine writes no checkpoint where the work ends, so theory is asked for the same. Restarts can fail, and
//! the first start is free, in both.

use crate::model::{
    Entity, Failure, Model, NodeRange, Packing, Placement, Pool, Preemption, Rhythm, Times,
};
use crate::process::{Law, Renewal, RenewalStart};
use crate::reliability::{
    Checkpoints, RestartFaults, time_without_checkpoints, variance_without_checkpoints,
};
use crate::units::{PoolId, Span};

use super::super::storm::{Heard, Measure, Storm};
use super::super::tier::Tier;
use super::{hours, in_hours, model};

const FAMILY: &str = "Work that fails and is saved: exact answers";

/// Jobs that work side by side, each with its own luck.
const JOBS: usize = 32;

pub(super) fn storms() -> Vec<Storm> {
    let first = saved(24.0, 0.1, 0.2);
    let second = saved(10.0, 0.1, 0.25);
    vec![
        intervals(
            "M=24 h, d=0.1, R=0.2, best interval",
            first,
            first.best_interval(),
        ),
        intervals(
            "M=24 h, d=0.1, R=0.2, Young's",
            first,
            first.young_interval(),
        ),
        intervals(
            "M=10 h, d=0.1, R=0.25, best interval",
            second,
            second.best_interval(),
        ),
        intervals(
            "M=10 h, d=0.1, R=0.25, Young's",
            second,
            second.young_interval(),
        ),
        completion("100 h, every 2 h, crashes", true),
        completion("100 h, every 2 h, on 8 nodes that fail", false),
        plain(),
        spread(),
    ]
}

const fn saved(mean_between_failures: f64, cost: f64, restart: f64) -> Checkpoints {
    Checkpoints {
        mean_between_failures,
        cost,
        restart,
    }
}

/// Jobs that crash by themselves and save their work.
fn crashing(of: Checkpoints, interval: Option<f64>) -> Model {
    let nodes = JOBS as u32;
    let pool = Pool::bare("p0", nodes, 1, Packing::Best);
    let mut model = model(vec![pool], &[1], 100_000.0, Placement::PrivateOnly);
    save(&mut model, of, interval);
    model.classes[0].crash_mean = Some(hours(of.mean_between_failures));
    model
}

fn save(model: &mut Model, of: Checkpoints, interval: Option<f64>) {
    model.classes[0].preemption = Preemption::Checkpoint {
        write: hours(of.cost),
        restart: hours(of.restart),
    };
    if let Some(interval) = interval {
        model.rhythms = vec![Rhythm {
            interval: hours(interval),
            write: hours(of.cost),
            verify: Span::ZERO,
        }];
    }
}

fn mean_time(heard: &Heard) -> f64 {
    let times = heard
        .jobs
        .iter()
        .map(|job| in_hours(job.end.since(job.submit)));
    times.sum::<f64>() / heard.jobs.len() as f64
}

/// Long work at an interval: time for an hour of it, the inverse of the efficiency but for the last write.
fn intervals(name: &str, of: Checkpoints, interval: f64) -> Storm {
    let work = 50.5 * interval;
    let expected = of.completion(work, interval, false) / work;
    let model = crashing(of, Some(interval));
    let measure = move |heard: &Heard| vec![mean_time(heard) / work];
    let quantity = ("time for an hour of work".to_owned(), expected);
    storm(name, model, hours(work), quantity, Box::new(measure))
}

/// 100 h of work: by crashes of its own, or on nodes that fail an eighth as often and are repaired in a
/// millisecond.
fn completion(name: &str, crashes: bool) -> Storm {
    let of = saved(24.0, 0.1, 0.2);
    let quantity = ("mean time".to_owned(), of.completion(100.0, 2.0, false));
    if crashes {
        let model = crashing(of, Some(2.0));
        return storm(
            name,
            model,
            hours(100.0),
            quantity,
            Box::new(|heard| vec![mean_time(heard)]),
        );
    }
    let pool = Pool::bare("p0", 8, 1, Packing::Best);
    let mut model = model(vec![pool], &[8], 1_000.0, Placement::PrivateOnly);
    save(&mut model, of, Some(2.0));
    let entity = |first: u32| Entity {
        name: first.to_string(),
        nodes: vec![NodeRange {
            pool: PoolId(0),
            first,
            nodes: 1,
        }],
    };
    model.weather.failures.push(Failure {
        name: "node".to_owned(),
        times: Times::Renewal(Renewal {
            up: Law::Exponential {
                mean: 8.0 * 24.0 * 3.6e6,
            },
            down: Law::Constant(1.0),
            start: RenewalStart::Up,
        }),
        entities: (0..8).map(entity).collect(),
    });
    let mut storm = storm(
        name,
        model,
        hours(100.0),
        quantity,
        Box::new(|heard| vec![mean_time(heard)]),
    );
    storm.work.truncate(1);
    storm
}

/// No checkpoints at all.
fn plain() -> Storm {
    let expected = time_without_checkpoints(10.0, 24.0, 0.2, RestartFaults::CanFail);
    storm(
        "10 h without checkpoints, M=24 h, R=0.2",
        crashing(saved(24.0, 0.0, 0.2), None),
        hours(10.0),
        ("mean time".to_owned(), expected),
        Box::new(|heard| vec![mean_time(heard)]),
    )
}

/// The variance, where restarts are free.
fn spread() -> Storm {
    let mean = time_without_checkpoints(10.0, 24.0, 0.0, RestartFaults::CanFail);
    let measure = move |heard: &Heard| {
        let away = heard
            .jobs
            .iter()
            .map(|job| in_hours(job.end.since(job.submit)) - mean);
        vec![away.map(|x| x * x).sum::<f64>() / heard.jobs.len() as f64]
    };
    let mut storm = storm(
        "10 h without checkpoints, M=24 h, R=0",
        crashing(saved(24.0, 0.0, 0.0), None),
        hours(10.0),
        (
            "variance of the time".to_owned(),
            variance_without_checkpoints(10.0, 24.0),
        ),
        Box::new(measure),
    );
    storm.error_max = Some(0.02);
    storm
}

fn storm(name: &str, model: Model, work: Span, quantity: (String, f64), measure: Measure) -> Storm {
    Storm {
        family: FAMILY,
        name: name.to_owned(),
        model,
        work: vec![work; JOBS],
        world: None,
        expected: vec![quantity],
        measure,
        from: Tier::Tests,
        error_max: None,
        skewed: false,
    }
}
