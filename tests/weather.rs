//! What the outside does to the estate, worked by hand: faults, checkpoints, reclaims, refusals, quotas.

mod common;

use common::clouds::{HOUR, MINUTE, THREE, cost, gpu_time, public, terms, world};
use common::worlds::{Row, rented, timeline};
use common::{Everything, model, owned, play};
use plimsoll::journal::{Bucket, Cause, Fact, JobState};
use plimsoll::model::{
    Boot, Discipline, Entity, Happening, Horizon, Incident, Model, NodeRange, Packing, Placement,
    Preemption, Rented, Rhythm, Shop, Supply, Term, Timeline, Turn,
};
use plimsoll::process::Law;
use plimsoll::units::{PoolId, Price, SimTime, Span};

const POOL: PoolId = PoolId(0);

/// Two nodes of eight GPUs; checkpoints every 2 h take 6 min, a restart takes 12.
fn cluster() -> Model {
    let mut model = model(
        vec![owned("own", 2, 8, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(6 * MINUTE),
        restart: Span(12 * MINUTE),
    };
    model
}

fn every(hours: u64, write: u64) -> Rhythm {
    Rhythm {
        interval: Span(hours * HOUR),
        write: Span(write),
        verify: Span::ZERO,
    }
}

/// Plays jobs under this weather; all jobs write checkpoints in this rhythm.
fn run(model: &mut Model, rows: &[Row], rhythm: Rhythm, weather: &[Incident]) -> Everything {
    let mut timeline = timeline(model, rows);
    model.rhythms = vec![rhythm; model.shapes.len() * model.pools.len()];
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    play(model, &timeline, 0)
}

fn down(at: u64, node: u32) -> Incident {
    Incident::down(SimTime(at), POOL, node, 1)
}

fn up(at: u64, node: u32) -> Incident {
    Incident::up(SimTime(at), POOL, node, 1)
}

fn capacity(steps: &[(u64, u32)], notice: u64) -> Vec<Incident> {
    let steps: Vec<_> = steps.iter().map(|&(at, n)| (SimTime(at), n)).collect();
    Incident::capacities(POOL, Some(Span(notice)), steps).collect()
}

#[test]
fn a_fault_loses_what_the_last_checkpoint_does_not_hold() {
    let rows = [Row::of(0, 16, 10 * HOUR)];
    let weather = [down(5 * HOUR, 1), up(6 * HOUR, 1)];
    let heard = run(&mut cluster(), &rows, every(2, 6 * MINUTE), &weather);
    let job = &heard.jobs[0];
    // Two cycles of 2.1 h are over at 4.2 h; at 5 h it has run 4.8 h and the checkpoint holds 4 h of them.
    // It waits until 6 h, restarts for 0.2 h, runs 6 h with two checkpoints: 6 + 0.2 + 6.2 = 12.4 h.
    assert_eq!(job.end, SimTime(12 * HOUR + 24 * MINUTE));
    assert_eq!(job.state, JobState::Finished);
    assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(16, 10 * HOUR));
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(16, 48 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Checkpoint], gpu_time(16, 24 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Restart], gpu_time(16, 12 * MINUTE));
    assert_eq!((job.interruptions, job.recoveries), (1, 1));
    assert_eq!(job.preempted, Span(HOUR));
    assert_eq!(job.recovery, Span(72 * MINUTE));
    let pool = &heard.pools[0];
    assert_eq!(pool.gpu_time[Bucket::Down], gpu_time(8, HOUR));
    assert_eq!(pool.gpu_time.total(), gpu_time(16, 24 * HOUR));
}

#[test]
fn a_fault_in_a_write_falls_back_to_the_checkpoint_before() {
    // At 4.15 h the second checkpoint is half written: 4 h have run, the first holds 2 h.
    let at = 4 * HOUR + 9 * MINUTE;
    let rows = [Row::of(0, 16, 10 * HOUR)];
    let weather = [down(at, 0), up(at + MINUTE, 0)];
    let heard = run(&mut cluster(), &rows, every(2, 6 * MINUTE), &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(16, 2 * HOUR));
    // The first write, half of the second, and three of the 8 h that are left.
    assert_eq!(job.gpu_time[Bucket::Checkpoint], gpu_time(16, 27 * MINUTE));
    let whole = at + 13 * MINUTE + 8 * HOUR + 18 * MINUTE;
    assert_eq!(job.end, SimTime(whole));
}

#[test]
fn a_fault_in_a_restart_pays_the_restart_again() {
    let rows = [Row::of(0, 16, 10 * HOUR)];
    let weather = [
        down(5 * HOUR, 1),
        up(5 * HOUR + MINUTE, 1),
        down(5 * HOUR + 6 * MINUTE, 0),
        up(5 * HOUR + 7 * MINUTE, 0),
    ];
    let heard = run(&mut cluster(), &rows, every(2, 6 * MINUTE), &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.gpu_time[Bucket::Restart], gpu_time(16, 17 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(16, 48 * MINUTE));
    // 5 h 7 min, a restart of 12 min, 6 h and 2 writes.
    assert_eq!(job.end, SimTime(11 * HOUR + 31 * MINUTE));
}

#[test]
fn a_finish_beats_a_fault_and_a_repair_beats_both() {
    let rows = [Row::of(0, 16, 5 * HOUR), Row::of(HOUR, 16, HOUR)];
    let heard = run(
        &mut cluster(),
        &rows,
        Rhythm::NONE,
        &[down(5 * HOUR, 1), up(5 * HOUR, 1)],
    );
    assert_eq!(heard.jobs[0].end, SimTime(5 * HOUR));
    assert_eq!(heard.jobs[0].interruptions, 0);
    // The repair of 5 h comes before the fault of 5 h: the node stays down.
    assert_eq!(heard.jobs[1].start, None);
    assert_eq!(
        heard.pools[0].gpu_time[Bucket::Down],
        gpu_time(8, 19 * HOUR)
    );
}

#[test]
fn a_node_is_up_when_every_cause_is_over() {
    let weather = [
        Incident::down(SimTime(HOUR), POOL, 0, 2),
        down(2 * HOUR, 1),
        Incident::up(SimTime(3 * HOUR), POOL, 0, 2),
        up(5 * HOUR, 1),
    ];
    let rows = [Row::of(0, 16, 2 * HOUR)];
    let heard = run(&mut cluster(), &rows, Rhythm::NONE, &weather);
    // Without checkpoints all is lost at 1 h; both nodes are back at 5 h.
    assert_eq!(heard.jobs[0].end, SimTime(7 * HOUR + 12 * MINUTE));
    let pool = &heard.pools[0];
    assert_eq!(
        pool.gpu_time[Bucket::Down],
        gpu_time(8, 2 * HOUR) + gpu_time(8, 4 * HOUR)
    );
}

#[test]
fn only_the_jobs_of_a_node_suffer_with_it() {
    let rows = [
        Row::of(0, 4, 4 * HOUR),
        Row::of(1, 4, 4 * HOUR),
        Row::of(2, 8, 4 * HOUR),
    ];
    let heard = run(
        &mut cluster(),
        &rows,
        Rhythm::NONE,
        &[down(HOUR, 0), up(2 * HOUR, 0)],
    );
    let interruptions: Vec<u32> = heard.jobs.iter().map(|job| job.interruptions).collect();
    assert_eq!(interruptions, [1, 1, 0]);
    assert_eq!(heard.jobs[2].end, SimTime(4 * HOUR + 2));
    assert_eq!(heard.jobs[0].end, SimTime(6 * HOUR + 12 * MINUTE));
}

/// Nodes of four GPUs on spot terms.
fn spot(write: u64) -> Model {
    let mut model = public(terms());
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(write),
        restart: Span(12 * MINUTE),
    };
    model
}

#[test]
fn a_checkpoint_that_fits_the_notice_saves_all() {
    let weather = capacity(&[(3 * HOUR, 1), (5 * HOUR, 2)], 10 * MINUTE);
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let heard = run(&mut spot(6 * MINUTE), &rows, Rhythm::NONE, &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.gpu_time[Bucket::Rework], 0);
    assert_eq!(job.gpu_time[Bucket::Checkpoint], gpu_time(8, 6 * MINUTE));
    // The victim drains unused from 3:06 to 3:10; the other instance goes back at 3:06, idle for no time.
    let pool = &heard.pools[0];
    assert_eq!(pool.gpu_time[Bucket::Draining], gpu_time(4, 4 * MINUTE));
    assert_eq!(pool.reclaims, 1);
    // From 3:06 it asks for two instances and is refused, every 3 min 5 s, until 5 h.
    let refused: Vec<u64> = heard
        .facts
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::Refused(..)))
        .map(|(at, _)| at.0)
        .collect();
    assert_eq!(refused[0], 3 * HOUR + 6 * MINUTE);
    assert!(refused.windows(2).all(|pair| pair[1] - pair[0] == 185_000));
    assert_eq!(pool.refusals, refused.len() as u64);
    let restarted = refused.last().unwrap() + 185_000;
    assert!((5 * HOUR..5 * HOUR + 185_000).contains(&restarted));
    assert_eq!(job.end, SimTime(restarted + 12 * MINUTE + 7 * HOUR));
    // Two instances for 3 h 6 min and one for 4 min more, then two until the end.
    let charged = cost(8, 3 * HOUR + 6 * MINUTE, THREE)
        + cost(4, 4 * MINUTE, THREE)
        + cost(8, 12 * MINUTE + 7 * HOUR, THREE);
    assert_eq!(pool.charged, charged);
}

#[test]
fn a_checkpoint_that_does_not_fit_is_not_begun() {
    let weather = capacity(&[(3 * HOUR, 0), (5 * HOUR, 2)], 2 * MINUTE);
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let heard = run(&mut spot(6 * MINUTE), &rows, every(2, 6 * MINUTE), &weather);
    let job = &heard.jobs[0];
    // It runs on to 3:02 and falls back to the checkpoint of 2:06: 56 min are lost.
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(8, 56 * MINUTE));
    assert_eq!(heard.pools[0].gpu_time[Bucket::Draining], 0);
    assert_eq!(heard.pools[0].reclaims, 2);
    // A job whose work is done within the notice is done.
    let rows = [Row::of(0, 8, 3 * HOUR + MINUTE)];
    let heard = run(&mut spot(6 * MINUTE), &rows, Rhythm::NONE, &weather);
    assert_eq!(heard.jobs[0].state, JobState::Finished);
    assert_eq!(heard.jobs[0].interruptions, 0);
    assert_eq!(
        heard.pools[0].gpu_time[Bucket::Draining],
        gpu_time(8, MINUTE)
    );
}

#[test]
fn a_gang_that_loses_an_instance_while_it_boots_is_given_up() {
    let mut model = public(Rented {
        boot: Boot::Fixed(Span(30 * MINUTE)),
        ..terms()
    });
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    let weather = capacity(&[(10 * MINUTE, 1), (20 * MINUTE, 2)], 2 * MINUTE);
    let heard = run(&mut model, &[Row::of(0, 8, HOUR)], Rhythm::NONE, &weather);
    let job = &heard.jobs[0];
    // Both instances are charged for 10 min; it asks again at once and hears "no" until 20 min.
    let asked_again = 10 * MINUTE + 4 * 185_000;
    assert!(20 * MINUTE <= asked_again && asked_again - 185_000 < 20 * MINUTE);
    assert_eq!(job.start, Some(SimTime(asked_again + 30 * MINUTE)));
    assert_eq!(job.waits.total(), asked_again + 30 * MINUTE);
    // Booting, hearing "no" four times and booting again are provisioning; the memory of "no" is capacity.
    assert_eq!(job.waits[Cause::Provisioning], 40 * MINUTE + 4 * 5_000);
    assert_eq!(job.waits[Cause::Capacity], 4 * 180_000);
    assert_eq!(job.gpu_time[Bucket::HeldIdle], gpu_time(8, 40 * MINUTE));
    assert_eq!(heard.pools[0].charged, cost(8, 40 * MINUTE + HOUR, THREE));
}

#[test]
fn nobody_asks_a_market_that_refused_until_it_is_forgotten() {
    let mut model = world(
        vec![rented("a", 4, terms()), rented("b", 4, terms())],
        Placement::PublicOnly,
    );
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    let weather = capacity(&[(0, 0)], 0);
    let rows = [
        Row::of(0, 4, HOUR),
        Row::of(MINUTE, 4, HOUR),
        Row::of(HOUR, 4, HOUR),
    ];
    let heard = run(&mut model, &rows, Rhythm::NONE, &weather);
    // The first asks `a`, hears "no" after 5 s and goes to `b`; the second does not ask `a`; the third does.
    let starts: Vec<u64> = heard.jobs.iter().map(|job| job.start.unwrap().0).collect();
    assert_eq!(starts, [5_000, MINUTE, HOUR + 5_000]);
    assert_eq!(
        (heard.pools[0].refusals, heard.pools[0].charged),
        (2, cost(0, 0, 0))
    );
}

#[test]
fn a_quota_can_be_cut_and_raised() {
    let mut model = public(Rented {
        quota: Some(8),
        ..terms()
    });
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    let quota = |at: u64, gpus| Incident {
        at: SimTime(at),
        turn: Turn::Terms,
        what: Happening::Quota {
            pool: POOL,
            gpus: Some(gpus),
        },
    };
    let weather = [quota(HOUR, 4), quota(3 * HOUR, 8)];
    let rows = [Row::of(0, 4, 5 * HOUR), Row::of(2 * HOUR, 4, HOUR)];
    let heard = run(&mut model, &rows, Rhythm::NONE, &weather);
    assert_eq!(heard.jobs[1].start, Some(SimTime(3 * HOUR)));
    assert_eq!(heard.jobs[1].waits[Cause::Quota], HOUR);
}

#[test]
fn postings_add_up_to_the_books_in_bad_weather_too() {
    let weather = [down(5 * HOUR, 1), up(6 * HOUR, 1), down(20 * HOUR, 0)];
    let rows = [Row::of(0, 16, 10 * HOUR), Row::of(0, 2, 10 * HOUR)];
    let heard = run(&mut cluster(), &rows, every(2, 6 * MINUTE), &weather);
    assert_eq!(posted(&heard), heard.pools[0].gpu_time.0);
    let weather = capacity(&[(3 * HOUR, 1), (5 * HOUR, 2), (7 * HOUR, 0)], 10 * MINUTE);
    let heard = run(
        &mut spot(6 * MINUTE),
        &[Row::of(0, 8, 10 * HOUR)],
        every(2, MINUTE),
        &weather,
    );
    assert_eq!(posted(&heard), heard.pools[0].gpu_time.0);
}

fn posted(heard: &Everything) -> [u128; Bucket::ALL.len()] {
    let mut posted = [0; Bucket::ALL.len()];
    let mut total = plimsoll::units::Money::ZERO;
    for posting in &heard.postings {
        posted[posting.bucket.unwrap() as usize] += posting.gpu_time;
        total += posting.amount;
    }
    assert_eq!(total, heard.pools[0].charged);
    posted
}

#[test]
fn weather_of_no_effect_changes_nothing() {
    let rows = [Row::of(0, 16, 10 * HOUR), Row::of(HOUR, 2, 10 * HOUR)];
    let still = run(&mut cluster(), &rows, Rhythm::NONE, &[]);
    let model = &mut cluster();
    let timeline: Timeline = timeline(model, &rows);
    assert_eq!(play(model, &timeline, 0), still);
}

#[test]
fn on_demand_instances_stay_when_the_market_has_less() {
    let mut weather = capacity(&[(3 * HOUR, 0), (20 * HOUR, 9)], 0);
    for incident in &mut weather {
        if let Happening::Capacity { notice, .. } = &mut incident.what {
            *notice = None;
        }
    }
    let rows = [Row::of(0, 8, 10 * HOUR), Row::of(4 * HOUR, 4, HOUR)];
    let heard = run(&mut spot(6 * MINUTE), &rows, Rhythm::NONE, &weather);
    assert_eq!(
        (heard.jobs[0].end, heard.jobs[0].interruptions),
        (SimTime(10 * HOUR), 0)
    );
    // The second hears "no" every 3 min 5 s until 20 h.
    let start = heard.jobs[1].start.unwrap().0;
    assert!((20 * HOUR..20 * HOUR + 185_000).contains(&start));
    assert_eq!(heard.pools[0].reclaims, 0);
}

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
