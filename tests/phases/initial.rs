//! Runs that begin warm, worked by hand; and a run that is cut in two and goes on as if it were one.

use crate::common::bad_days::{POOL, cluster};
use crate::common::clouds::{HOUR, MINUTE, THREE, cost, gpu_time, hybrid, run, terms};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, play};
use plimsoll::journal::Bucket;
use plimsoll::model::{
    Horizon, Incident, Initial, InitialJob, Model, NodeRange, Placement, SpillTest,
};
use plimsoll::units::{ByteBand, BytePrice, ByteTariff, Bytes, PoolId, ProviderId, SimTime, Span};

/// Begins with these jobs: what they are, how much is done, and where they run.
fn warm(model: &mut Model, jobs: &[(Row, u64, Option<PoolId>)], rows: &[Row]) -> Everything {
    let all: Vec<Row> = jobs
        .iter()
        .map(|job| job.0)
        .chain(rows.iter().copied())
        .collect();
    let timeline = timeline(model, &all);
    for (index, &(_, done, pool)) in jobs.iter().enumerate() {
        model.initial.jobs.push(InitialJob {
            name: format!("i-{index}"),
            request: timeline.requests[index],
            done: Span(done),
            unsaved: Span::ZERO,
            pool,
            nodes: Vec::new(),
        });
    }
    play(model, &timeline, 0)
}

#[test]
fn what_runs_goes_on_and_who_waits_comes_first() {
    // One job of 8 GPUs has done 3 of its 5 h; one of 16 waits, and is there before those that come.
    let mut model = cluster();
    let running = (Row::of(0, 8, 5 * HOUR), 3 * HOUR, Some(POOL));
    let waiting = (Row::of(0, 16, HOUR), 0, None);
    let heard = warm(&mut model, &[running, waiting], &[Row::of(0, 8, HOUR)]);
    let starts: Vec<_> = heard
        .jobs
        .iter()
        .map(|job| job.start.map(|at| at.0 / HOUR))
        .collect();
    assert_eq!(starts, [Some(0), Some(2), Some(3)]);
    let ends: Vec<_> = heard.jobs.iter().map(|job| job.end.0 / HOUR).collect();
    assert_eq!(ends, [2, 3, 4]);
    // No restart is paid for what did not stop, and only this run is in the books.
    let useful = gpu_time(8, 2 * HOUR) + gpu_time(16, HOUR) + gpu_time(8, HOUR);
    assert_eq!(heard.pools[0].gpu_time[Bucket::Useful], useful);
    assert_eq!(heard.pools[0].gpu_time[Bucket::Restart], 0);
}

#[test]
fn a_job_that_waits_half_done_pays_its_restart() {
    let mut model = cluster();
    let waiting = (Row::of(0, 8, 5 * HOUR), 3 * HOUR, None);
    let heard = warm(&mut model, &[waiting], &[]);
    assert_eq!(heard.jobs[0].end, SimTime(2 * HOUR + 12 * MINUTE));
    assert_eq!(
        heard.jobs[0].gpu_time[Bucket::Restart],
        gpu_time(8, 12 * MINUTE)
    );
}

#[test]
fn a_job_that_finds_no_room_waits_with_what_it_has_done() {
    // Two of 12 GPUs cannot both lie on two nodes of eight that are not to be shared: the second waits.
    let mut model = cluster();
    let of = |done| (Row::of(0, 12, 4 * HOUR), done, Some(POOL));
    let heard = warm(&mut model, &[of(HOUR), of(2 * HOUR)], &[]);
    assert_eq!(heard.jobs[0].end, SimTime(3 * HOUR));
    assert_eq!(heard.jobs[1].end, SimTime(5 * HOUR + 12 * MINUTE));
}

#[test]
fn nodes_that_are_down_come_back_when_it_is_said() {
    let mut model = cluster();
    model.initial.down = vec![NodeRange {
        pool: POOL,
        first: 0,
        nodes: 1,
    }];
    let mut timeline = timeline(&mut model, &[Row::of(0, 8, HOUR), Row::of(0, 8, HOUR)]);
    timeline.weather = vec![Incident::up(SimTime(5 * HOUR), POOL, 0, 1)];
    let heard = play(&model, &timeline, 0);
    assert_eq!(heard.jobs[1].start, Some(SimTime(HOUR)));
    assert_eq!(heard.pools[0].gpu_time[Bucket::Down], gpu_time(8, 5 * HOUR));
}

#[test]
fn a_fault_takes_what_was_never_saved_before_the_run_either() {
    // Three of its eight hours are done and one of them in no checkpoint; the node fails at 2:00, and the job goes on at
    // once on the other with a restart of 12 min: two hours are done, six are left.
    let mut model = cluster();
    let row = Row::of(0, 8, 8 * HOUR);
    let mut timeline = timeline(&mut model, &[row]);
    timeline.weather = vec![Incident::down(SimTime(2 * HOUR), POOL, 1, 1)];
    model.initial.jobs = vec![InitialJob {
        name: "a".to_owned(),
        request: timeline.requests[0],
        done: Span(3 * HOUR),
        unsaved: Span(HOUR),
        pool: Some(POOL),
        nodes: vec![(1, 8)],
    }];
    let heard = play(&model, &timeline, 0);
    assert_eq!(heard.jobs[0].end, SimTime(8 * HOUR + 12 * MINUTE));
    assert_eq!(heard.jobs[0].interruptions, 1);
    // On the node that it was said to hold; a fault of the other would not have touched it.
    timeline.weather = vec![Incident::down(SimTime(2 * HOUR), POOL, 0, 1)];
    let heard = play(&model, &timeline, 0);
    assert_eq!(heard.jobs[0].end, SimTime(5 * HOUR));
}

#[test]
fn rented_instances_are_held_and_paid_for_from_the_start() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(10 * HOUR));
    let cloud = PoolId(1);
    let running = (Row::of(0, 4, 5 * HOUR), 3 * HOUR, Some(cloud));
    let heard = warm(&mut model, &[running], &[]);
    assert_eq!(heard.jobs[0].end, SimTime(2 * HOUR));
    assert_eq!(heard.pools[1].charged, cost(4, 2 * HOUR, THREE));
    assert_eq!(heard.pools[1].launches, 1);
}

#[test]
fn the_month_began_before_the_run() {
    // 100 GB are free, then 1.00: 60 GB left before, so 20 of the 60 GB of this job cost.
    let gb = 1_000_000_000;
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.strategies[0].placement = Placement::PublicOnly;
    let band = |up_to: u64, price| ByteBand {
        up_to: Bytes(up_to),
        price: BytePrice(price),
    };
    model.sites[0].egress =
        ByteTariff::new(vec![band(100 * gb, 0), band(200 * gb, 1_000_000)]).unwrap();
    model.classes[0].results = Bytes(60 * gb);
    let without = run(&mut model, &[Row::of(0, 4, HOUR)]);
    model.initial.egress = vec![(ProviderId(0), Bytes(60 * gb))];
    let with = run(&mut model, &[Row::of(0, 4, HOUR)]);
    let units = |heard: &Everything| heard.jobs[0].egress_cost.as_units();
    assert_eq!((units(&without), units(&with)), (0.0, 20.0));
}

#[test]
fn an_empty_start_changes_nothing() {
    let mut model = cluster();
    let rows = [Row::of(0, 8, HOUR), Row::of(MINUTE, 16, HOUR)];
    let before = timeline(&mut model, &rows);
    let cold = play(&model, &before, 0);
    model.initial = Initial::default();
    assert_eq!(cold, play(&model, &before, 0));
}
