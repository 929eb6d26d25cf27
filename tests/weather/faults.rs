//! What the outside does to the estate, worked by hand: faults, checkpoints, reclaims, refusals, quotas.

use crate::common::bad_days::{POOL, capacity, cluster, down, every, posted, run, up};
use crate::common::clouds::{HOUR, MINUTE, THREE, cost, gpu_time, hybrid, public, terms, world};
use crate::common::play;
use crate::common::worlds::{Row, rented, timeline};
use plimsoll::journal::{Bucket, Cause, Fact, JobState};
use plimsoll::model::{
    Begins, Boot, Change, Happening, Horizon, Incident, Model, OnFail, Phase, Placement,
    Preemption, Rented, Rhythm, SpillTest, Timeline, Turn,
};
use plimsoll::units::{PoolId, SimTime, Span};

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
            gpus,
            passes: false,
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

#[test]
fn a_quota_that_is_cut_for_a_time_and_one_of_a_phase_do_not_lift_each_other() {
    // Nodes of four GPUs, an offer of 12 of them, closed until 3:00. Cut to 8 from 1:00 to 2:00, which opens nothing,
    // and to 4 from 2:30 to 6:00, which outlasts the opening: one of the three jobs goes out at 3:00, two at 6:00.
    let cut = |from: u64, to: u64, gpus| {
        let (pool, passes) = (PoolId(1), true);
        let at = |half_hours: u64| SimTime(half_hours * 30 * MINUTE);
        [
            Incident::terms(at(from), Happening::Quota { pool, gpus, passes }),
            Incident::terms(at(to), Happening::QuotaOver { pool, gpus }),
        ]
    };
    let offer = Rented {
        quota: Some(12),
        ..terms()
    };
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), offer);
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.rollout.closed = vec![PoolId(1)];
    model.rollout.phases = vec![Phase {
        changes: vec![Change::Quota {
            pool: PoolId(1),
            gpus: None,
        }],
        name: "open".to_owned(),
        begins: Begins::At(SimTime(3 * HOUR)),
        lasts: Span(2 * HOUR),
        planned_start: SimTime(3 * HOUR),
        orders: Vec::new(),
        retires: Vec::new(),
        gates: Vec::new(),
        on_fail: OnFail::Proceed,
    }];
    let weather = [cut(2, 4, 8), cut(5, 12, 4)].concat();
    let mut rows = vec![Row::of(0, 4, 20 * HOUR)];
    rows.extend([Row::of(HOUR, 4, 9 * HOUR); 3]);
    let heard = run(&mut model, &rows, Rhythm::NONE, &weather);
    let mut starts: Vec<_> = heard.jobs.iter().map(|job| job.start).collect();
    starts.sort_unstable();
    let hours = [0, 3, 6, 6].map(|hours| Some(SimTime(hours * HOUR)));
    assert_eq!(starts, hours);
}
