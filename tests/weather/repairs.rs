//! Capacity that is ours for a time, repairs that wait for hands, and work that breaks by itself, by hand.

use crate::common::bad_days::{POOL, cluster, down, every, posted, run, up};
use crate::common::clouds::{HOUR, MINUTE, cost, gpu_time};
use crate::common::worlds::Row;
use plimsoll::journal::{Bucket, JobState};
use plimsoll::model::{
    Entity, Horizon, Incident, Model, NodeRange, Preemption, Rhythm, Shop, Supply, Term,
};
use plimsoll::process::Law;
use plimsoll::units::{Price, SimTime, Span};

/// Two nodes of eight GPUs that are ours from 2 h to 10 h.
fn block() -> (Model, Vec<Incident>) {
    let mut model = cluster();
    let term = Term {
        from: SimTime(2 * HOUR),
        until: SimTime(10 * HOUR),
        notice: Span(30 * MINUTE),
    };
    model.pools[0].supply = Supply::Owned {
        price: Price(2_000_000),
        term: Some(term),
    };
    (model, Incident::term(POOL, term).collect())
}

#[test]
fn a_block_is_there_from_its_beginning_to_its_end() {
    let (mut model, weather) = block();
    let rows = [
        Row::of(0, 16, 3 * HOUR),
        Row::of(9 * HOUR + 40 * MINUTE, 8, MINUTE),
    ];
    let heard = run(&mut model, &rows, Rhythm::NONE, &weather);
    assert_eq!(heard.jobs[0].start, Some(SimTime(2 * HOUR)));
    assert_eq!(heard.jobs[0].end, SimTime(5 * HOUR));
    // Within half an hour of the end nothing starts.
    assert_eq!(heard.jobs[1].start, None);
    let pool = &heard.pools[0];
    assert_eq!(pool.gpu_time[Bucket::Useful], gpu_time(16, 3 * HOUR));
    assert_eq!(pool.gpu_time[Bucket::Draining], gpu_time(16, 30 * MINUTE));
    assert_eq!(pool.gpu_time.total(), gpu_time(16, 8 * HOUR));
    assert_eq!(pool.charged, cost(16, 8 * HOUR, 2_000_000));
    assert_eq!(posted(&heard), pool.gpu_time.0);
}

#[test]
fn the_end_of_a_block_is_announced_and_stops_everybody() {
    // A checkpoint of 6 min fits into the half hour: 7.5 h are kept, and nothing is ever done again.
    let (mut model, weather) = block();
    let heard = run(
        &mut model,
        &[Row::of(0, 16, 9 * HOUR)],
        Rhythm::NONE,
        &weather,
    );
    let job = &heard.jobs[0];
    assert_eq!(
        job.gpu_time[Bucket::Useful],
        gpu_time(16, 7 * HOUR + 30 * MINUTE)
    );
    assert_eq!(job.gpu_time[Bucket::Checkpoint], gpu_time(16, 6 * MINUTE));
    assert_eq!((job.interruptions, job.state), (1, JobState::Waiting));
    assert_eq!(
        heard.pools[0].gpu_time[Bucket::Draining],
        gpu_time(16, 24 * MINUTE)
    );
    // One that keeps nothing runs to the end, and loses all.
    let (mut model, weather) = block();
    model.classes[0].preemption = Preemption::Kill {
        restart: Span::ZERO,
    };
    let heard = run(
        &mut model,
        &[Row::of(0, 16, 9 * HOUR)],
        Rhythm::NONE,
        &weather,
    );
    assert_eq!(
        heard.jobs[0].gpu_time[Bucket::Rework],
        gpu_time(16, 8 * HOUR)
    );
    assert_eq!(heard.pools[0].charged, cost(16, 8 * HOUR, 2_000_000));
    assert_eq!(posted(&heard), heard.pools[0].gpu_time.0);
}

#[test]
fn a_node_that_breaks_while_it_is_not_ours_costs_nothing() {
    let (mut model, mut weather) = block();
    weather.extend([
        down(HOUR, 0),
        up(3 * HOUR, 0),
        down(9 * HOUR, 1),
        up(12 * HOUR, 1),
    ]);
    let heard = run(&mut model, &[], Rhythm::NONE, &weather);
    let pool = &heard.pools[0];
    // 2 h to 3 h, and 9 h to 10 h, of which the last half hour would drain.
    assert_eq!(pool.gpu_time[Bucket::Down], gpu_time(8, 2 * HOUR));
    assert_eq!(pool.gpu_time.total(), gpu_time(16, 8 * HOUR));
    assert_eq!(posted(&heard), pool.gpu_time.0);
}

#[test]
fn one_crew_mends_two_nodes_one_after_the_other() {
    // Both break after 10 h; a repair takes 4 h: up again at 14 and 18 h, broken again at 24 and 28.
    let shop = |crews, spares| Shop {
        name: "node".to_owned(),
        up: Law::Constant(10.0 * HOUR as f64),
        down: Law::Constant(4.0 * HOUR as f64),
        crews,
        spares,
        swap: Span(15 * MINUTE),
        entities: (0..2)
            .map(|first| Entity {
                name: format!("own#{first}"),
                nodes: vec![NodeRange {
                    pool: POOL,
                    first,
                    nodes: 1,
                }],
            })
            .collect(),
    };
    let down = |crews, spares| {
        let mut model = cluster();
        model.weather.shops = vec![shop(crews, spares)];
        let heard = run(&mut model, &[Row::of(0, 16, HOUR)], Rhythm::NONE, &[]);
        heard.pools[0].gpu_time[Bucket::Down]
    };
    let swap = 15 * MINUTE;
    // Without spares what is mended is put in place: 4 h 15 min, then 8 h 15 min; the first breaks again at
    // 24 h 15 min, beyond the horizon.
    assert_eq!(down(1, 0), gpu_time(8, 12 * HOUR + 2 * swap));
    assert_eq!(down(2, 0), gpu_time(8, 8 * HOUR + 2 * swap));
    // The spare bridges one fault at 10 h, what is mended at 14 h the other, what is mended at 18 h the one of
    // 20 h 15 min.
    assert_eq!(down(1, 1), gpu_time(8, 4 * HOUR + 3 * swap));
    // Two spares bridge both; both nodes break again at 20 h 15 min, when both spares are mended.
    assert_eq!(down(1, 2), gpu_time(8, 4 * swap));
}

#[test]
fn what_is_not_ours_occupies_no_crew() {
    // Node 1 is never delivered; node 0 breaks at the same instant, after 10 h, and has the one crew for itself: 4 h
    // and a swap of 15 min, not 8 h.
    let node = |first| Entity {
        name: format!("own#{first}"),
        nodes: vec![NodeRange {
            pool: POOL,
            first,
            nodes: 1,
        }],
    };
    let mut model = cluster();
    model.rollout.late = vec![Some(1)];
    model.weather.shops = vec![Shop {
        name: "node".to_owned(),
        up: Law::Constant(10.0 * HOUR as f64),
        down: Law::Constant(4.0 * HOUR as f64),
        crews: 1,
        spares: 0,
        swap: Span(15 * MINUTE),
        entities: vec![node(1), node(0)],
    }];
    let heard = run(&mut model, &[], Rhythm::NONE, &[]);
    let down = heard.pools[0].gpu_time[Bucket::Down];
    assert_eq!(down, gpu_time(8, 4 * HOUR + 15 * MINUTE));
}

#[test]
fn a_class_that_crashes_restarts_from_its_checkpoint() {
    let mut model = cluster();
    model.horizon = Horizon::At(SimTime(2000 * HOUR));
    model.classes[0].crash_mean = Some(Span(10 * HOUR));
    let heard = run(&mut model, &[Row::of(0, 16, 500 * HOUR)], every(1, 0), &[]);
    let job = &heard.jobs[0];
    assert_eq!(job.state, JobState::Finished);
    // About 500 / 10 crashes; each costs a restart of 12 min and half an hour of work on average.
    assert!(
        (35..75).contains(&job.interruptions),
        "{}",
        job.interruptions
    );
    assert_eq!(job.preempted, Span::ZERO);
    let restarts = gpu_time(16, u64::from(job.interruptions) * 12 * MINUTE);
    assert!(job.gpu_time[Bucket::Restart] <= restarts);
    assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(16, 500 * HOUR));
    let rework = job.gpu_time[Bucket::Rework] / gpu_time(16, MINUTE);
    let mean = rework as u64 / u64::from(job.interruptions);
    assert!((20..40).contains(&mean), "{mean} min lost at each crash");
}

#[test]
fn a_broken_checkpoint_is_one_more_interval_lost() {
    // All but one in a million are broken: whatever was written, the work starts again.
    let mut model = cluster();
    model.classes[0].bad_checkpoints = 999_999;
    let rows = [Row::of(0, 16, 10 * HOUR)];
    let weather = [down(5 * HOUR, 1), up(6 * HOUR, 1)];
    let heard = run(&mut model, &rows, every(2, 6 * MINUTE), &weather);
    let job = &heard.jobs[0];
    assert_eq!(
        job.gpu_time[Bucket::Rework],
        gpu_time(16, 4 * HOUR + 48 * MINUTE)
    );
    assert_eq!(
        job.end,
        SimTime(6 * HOUR + 12 * MINUTE + 10 * HOUR + 4 * 6 * MINUTE)
    );
}
