//! Planned maintenance: who may start before it, who is stopped, what it costs, worked by hand.

use crate::common::bad_days::{POOL, cluster, down, every, posted, up};
use crate::common::clouds::{HOUR, MINUTE, gpu_time};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, play};
use plimsoll::journal::{Bucket, Fact, JobState};
use plimsoll::model::{
    Discipline, Drain, Incident, Maintenance, Model, NodeRange, Preemption, Rhythm,
};

use plimsoll::units::{SimTime, Span};

/// Work of an hour on each node of [`cluster`], one after the other from 4 h on, announced from the start.
pub(super) fn rolling(drain: Drain) -> Maintenance {
    let node = |first| {
        vec![NodeRange {
            pool: POOL,
            first,
            nodes: 1,
        }]
    };
    Maintenance {
        name: "firmware".to_owned(),
        batches: vec![node(0), node(1)],
        start: SimTime(4 * HOUR),
        every: None,
        lasts: Span(HOUR),
        notice: Span(24 * HOUR),
        drain,
    }
}

fn run(model: &mut Model, rows: &[Row], rhythm: Rhythm, weather: &[Incident]) -> Everything {
    let mut timeline = timeline(model, rows);
    model.rhythms = vec![rhythm; model.shapes.len() * model.pools.len()];
    timeline.weather = weather.to_vec();
    for (plan, maintenance) in model.weather.maintenance.iter().enumerate() {
        let incidents = maintenance.incidents(plan as u16, Span(24 * HOUR));
        timeline.weather.extend(incidents);
    }
    Incident::put_in_order(&mut timeline.weather);
    let heard = play(model, &timeline, 0);
    assert_eq!(posted(&heard), heard.pools[0].gpu_time.0);
    let paid = gpu_time(model.pools[0].gpus(), 24 * HOUR);
    assert_eq!(heard.pools[0].gpu_time.total(), paid, "all of it is paid");
    heard
}

fn under(discipline: Discipline, drain: Drain, rows: &[Row]) -> Everything {
    let mut model = cluster();
    model.strategies[0].discipline = discipline;
    model.weather.maintenance = vec![rolling(drain)];
    run(&mut model, rows, Rhythm::NONE, &[])
}

fn starts(heard: &Everything) -> Vec<Option<u64>> {
    let starts = heard.jobs.iter().map(|job| job.start);
    starts.map(|start| start.map(|at| at.0 / MINUTE)).collect()
}

fn bucket(heard: &Everything, bucket: Bucket) -> u128 {
    heard.pools[0].gpu_time[bucket]
}

/// A runs for 3 h on node 0. B of 6 h meets the work on either node whenever it starts before 5 h. C of 4 h at
/// 0:30 is over at 4:30, before node 1 is due. D of 1:30 at 3 h would run into the work on both.
fn four() -> [Row; 4] {
    [
        Row::of(0, 8, 3 * HOUR),
        Row::of(0, 8, 6 * HOUR),
        Row::of(30 * MINUTE, 8, 4 * HOUR),
        Row::of(3 * HOUR, 8, 90 * MINUTE),
    ]
}

#[test]
fn nobody_starts_who_would_run_into_announced_work() {
    // EASY: B reserves 5:00, when node 0 is back; C may go before it, and D takes node 1 at 6:00.
    let conservative = Discipline::Conservative { depth: 100 };
    for discipline in [Discipline::Easy, conservative, Discipline::FitFirst] {
        let name = format!("{discipline:?}");
        let heard = under(discipline, Drain::Wait, &four());
        let minutes = [Some(0), Some(300), Some(30), Some(360)];
        assert_eq!(starts(&heard), minutes, "{name}");
        assert_eq!(bucket(&heard, Bucket::Maintenance), gpu_time(16, HOUR));
        assert_eq!(bucket(&heard, Bucket::Draining), 0);
        assert_eq!(heard.run.slips, 0, "{name}");
        assert!(heard.jobs.iter().all(|job| job.interruptions == 0));
    }
    // In strict order C and D wait behind B: C at 6:00 on node 1, D behind it at 10:00.
    let heard = under(Discipline::Fifo, Drain::Wait, &four());
    assert_eq!(starts(&heard), [Some(0), Some(300), Some(360), Some(600)]);
}

#[test]
fn what_is_not_announced_yet_keeps_nobody_from_starting() {
    // Announced at 3:00: B starts at 0:00 on node 1 and runs until 6:00, so the batch that is due there at 5:00
    // waits for it, and the work is from 6:00 to 7:00.
    let mut model = cluster();
    model.weather.maintenance = vec![Maintenance {
        notice: Span(HOUR),
        ..rolling(Drain::Wait)
    }];
    let heard = run(&mut model, &four()[..2], Rhythm::NONE, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(0)]);
    let told: Vec<(u64, Fact)> = heard
        .facts
        .iter()
        .filter(|(_, fact)| {
            use Fact::{MaintenanceBegun, MaintenanceDue, MaintenanceOver};
            matches!(
                fact,
                MaintenanceDue(..) | MaintenanceBegun(..) | MaintenanceOver(..)
            )
        })
        .map(|&(at, fact)| (at.0 / HOUR, fact))
        .collect();
    let expected = [
        (4, Fact::MaintenanceDue(POOL, 1)),
        (4, Fact::MaintenanceBegun(POOL, 1)),
        (5, Fact::MaintenanceOver(POOL, 1)),
        (5, Fact::MaintenanceDue(POOL, 1)),
        (6, Fact::MaintenanceBegun(POOL, 1)),
        (7, Fact::MaintenanceOver(POOL, 1)),
    ];
    assert_eq!(told, expected);
    assert_eq!(bucket(&heard, Bucket::Maintenance), gpu_time(16, HOUR));
}

#[test]
fn a_node_that_waits_for_one_gpu_drains_the_other_seven() {
    // A job of one GPU that outlasts its estimate of 3 h until 7 h on node 0: due at 4, worked on from 7 to 8;
    // node 1 follows from 8 to 9. Seven GPUs drain for three hours.
    let mut model = cluster();
    model.weather.maintenance = vec![rolling(Drain::Wait)];
    let late = Row {
        requested: 3 * HOUR,
        ..Row::of(0, 1, 7 * HOUR)
    };
    // Who comes at 5:00 for 3:30 may have node 1 at once: its turn cannot come before 6:00, but then it would be
    // met. For 50 minutes it may.
    let rows = [
        late,
        Row::of(5 * HOUR, 8, 50 * MINUTE),
        Row::of(6 * HOUR, 8, 210 * MINUTE),
    ];
    let heard = run(&mut model, &rows, Rhythm::NONE, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(300), Some(480)]);
    assert_eq!(bucket(&heard, Bucket::Draining), gpu_time(7, 3 * HOUR));
    assert_eq!(bucket(&heard, Bucket::Maintenance), gpu_time(16, HOUR));
}

#[test]
fn those_who_save_leave_and_those_who_do_not_are_stopped() {
    // One gang of all 16 GPUs for 10 h, which can save: it starts at once, is told to stop at 4:00, writes for
    // 6 min, and cannot run again before both nodes are done: 4:06 to 5:06, then 5:06 to 6:06. It restarts for 12
    // min and works for the other 6 h.
    let heard = under(
        Discipline::Easy,
        Drain::Checkpoint,
        &[Row::of(0, 16, 10 * HOUR)],
    );
    let job = &heard.jobs[0];
    assert_eq!((job.start, job.interruptions), (Some(SimTime::ZERO), 1));
    let end = 6 * HOUR + 6 * MINUTE + 12 * MINUTE + 6 * HOUR;
    assert_eq!((job.end, job.state), (SimTime(end), JobState::Finished));
    assert_eq!(job.gpu_time[Bucket::Checkpoint], gpu_time(16, 6 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Rework], 0);
    assert_eq!(bucket(&heard, Bucket::Maintenance), gpu_time(16, HOUR));

    // Killed, it would lose all since the checkpoint at 2:00, which is written by 2:06: 1:54. But it is not even
    // started before: at 6:00 it runs from its beginning, with checkpoints at 8:00, 10:06, 12:12 and 14:18.
    let mut model = cluster();
    model.weather.maintenance = vec![rolling(Drain::Kill)];
    let heard = run(
        &mut model,
        &[Row::of(0, 16, 10 * HOUR)],
        every(2, 6 * MINUTE),
        &[],
    );
    let job = &heard.jobs[0];
    assert_eq!(job.start, Some(SimTime(6 * HOUR)));
    assert_eq!(job.end, SimTime(16 * HOUR + 24 * MINUTE));

    // Announced too late it is started, and killed.
    let mut model = cluster();
    model.weather.maintenance = vec![Maintenance {
        notice: Span::ZERO,
        ..rolling(Drain::Kill)
    }];
    let heard = run(
        &mut model,
        &[Row::of(0, 16, 10 * HOUR)],
        every(2, 6 * MINUTE),
        &[],
    );
    let job = &heard.jobs[0];
    let lost = gpu_time(16, HOUR + 54 * MINUTE);
    assert_eq!((job.start, job.interruptions), (Some(SimTime::ZERO), 1));
    assert_eq!(job.gpu_time[Bucket::Rework], lost);
    // Back at 6:00: restart 12 min, 8 h of work with three checkpoints.
    assert_eq!(job.end, SimTime(14 * HOUR + 30 * MINUTE));

    // Jobs that cannot save are not started where they would be stopped.
    let mut model = cluster();
    model.weather.maintenance = vec![rolling(Drain::Checkpoint)];
    model.classes[0].preemption = Preemption::Kill {
        restart: Span::ZERO,
    };
    let heard = run(&mut model, &[Row::of(0, 16, 10 * HOUR)], Rhythm::NONE, &[]);
    assert_eq!(heard.jobs[0].start, Some(SimTime(6 * HOUR)));
}

#[test]
fn a_job_that_ends_when_its_node_is_due_has_ended() {
    // C ends at 5:00 sharp on node 1, which is due then.
    let rows = [Row::of(0, 8, HOUR), Row::of(0, 8, 5 * HOUR)];
    let mut model = cluster();
    model.weather.maintenance = vec![Maintenance {
        notice: Span::ZERO,
        ..rolling(Drain::Kill)
    }];
    let heard = run(&mut model, &rows, Rhythm::NONE, &[]);
    assert_eq!(heard.jobs[1].state, JobState::Finished);
    assert_eq!(heard.jobs[1].interruptions, 0);
}

#[test]
fn a_fault_within_maintenance_is_maintenance_and_goes_on_after_it() {
    // Node 0 is worked on from 4 to 5 and broken from 4:30 to 7: an hour of maintenance, two hours down.
    let mut model = cluster();
    model.weather.maintenance = vec![rolling(Drain::Wait)];
    let weather = [down(4 * HOUR + 30 * MINUTE, 0), up(7 * HOUR, 0)];
    let rows = [Row::of(5 * HOUR + MINUTE, 8, HOUR)];
    let heard = run(&mut model, &rows, Rhythm::NONE, &weather);
    assert_eq!(bucket(&heard, Bucket::Maintenance), gpu_time(16, HOUR));
    assert_eq!(bucket(&heard, Bucket::Down), gpu_time(8, 2 * HOUR));
    // Node 1 is back at 6:00.
    assert_eq!(starts(&heard), [Some(360)]);
}

#[test]
fn a_round_that_is_due_while_one_goes_on_comes_behind_it() {
    // Rounds every 3 h from 4 h on; the first is held up until 9:00 by a job that outlasts its estimate. It is over
    // at 11:00, and the rounds of 7 h and 10 h follow it at once, until 13:00 and 15:00. Those of 13 h and 16 h come
    // at 15:00 and 17:00, that of 19 h in time, that of 22 h in time and ends with the horizon.
    let mut model = cluster();
    model.weather.maintenance = vec![Maintenance {
        every: Some(Span(3 * HOUR)),
        ..rolling(Drain::Wait)
    }];
    let late = Row {
        requested: 3 * HOUR,
        ..Row::of(0, 8, 9 * HOUR)
    };
    let heard = run(&mut model, &[late], Rhythm::NONE, &[]);
    let over = |&&(_, fact): &&(SimTime, Fact)| matches!(fact, Fact::MaintenanceOver(..));
    let hours: Vec<u64> = heard
        .facts
        .iter()
        .filter(over)
        .map(|fact| fact.0.0 / HOUR)
        .collect();
    let expected = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24];
    assert_eq!(hours, expected);
    assert_eq!(bucket(&heard, Bucket::Maintenance), gpu_time(8, 14 * HOUR));
    assert_eq!(bucket(&heard, Bucket::Draining), 0);
}
