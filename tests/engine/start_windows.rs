//! Windows in which work may start, worked by hand, and random worlds in which nobody starts outside of theirs.

use crate::common::Everything;
use crate::common::cases::runner;
use crate::common::checks::{Run, every_strategy};
use crate::common::clouds::{HOUR, MINUTE, cost, gpu_time, public, released, starts, terms};
use crate::common::life::lives;
use crate::common::spending::{checked, units};
use crate::common::worlds::{Row, worlds};
use crate::common::{model, owned, play};
use plimsoll::journal::{Bucket, Cause, Fact, JobState};
use plimsoll::model::{
    Boot, Discipline, Envelope, Horizon, Model, Packing, Preemption, Rented, StartWindow,
    StartWindows, Teardown,
};
use plimsoll::units::{ClassId, PoolId, SimTime, Span, WorkingHours};
use proptest::prelude::*;

const DAILY: [u64; 7] = [0, 1, 2, 3, 4, 5, 6];

/// Each day for the first class in the first pool; the run begins at midnight.
fn daily(from: u64, to: u64, teardown: Teardown) -> StartWindow {
    StartWindow {
        name: format!("{from} to {to}"),
        classes: vec![ClassId(0)],
        pools: vec![PoolId(0)],
        hours: WorkingHours::weekly(&DAILY, (from * HOUR, to * HOUR), 0),
        teardown,
        lead: Span::ZERO,
    }
}

/// Rented nodes of four GPUs for 12 an hour, which are given back when idle for ten minutes.
fn cloud(windows: Vec<StartWindow>) -> Model {
    let mut model = public(Rented {
        idle_release: Span(10 * MINUTE),
        ..terms()
    });
    model.horizon = Horizon::At(SimTime(72 * HOUR));
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(6 * MINUTE),
        restart: Span(3 * MINUTE),
    };
    model.windows = StartWindows { list: windows };
    model
}

fn torn(heard: &Everything) -> Vec<u64> {
    let torn = heard.facts.iter();
    let torn = torn.filter(|(_, fact)| matches!(fact, Fact::TornDown(..)));
    torn.map(|(at, _)| at.0 / MINUTE).collect()
}

#[test]
fn what_runs_at_the_end_writes_a_checkpoint_and_goes_on_in_the_next_window() {
    // Five hours of work, 8:00 to 12:00, told six minutes before: 3:54 are done, the write ends at noon and the node is
    // given back then, though it could be idle for ten minutes. The next day 3 min of restart and 1:06 are left.
    let mut model = cloud(vec![StartWindow {
        lead: Span(6 * MINUTE),
        ..daily(8, 12, Teardown::Checkpoint)
    }]);
    let heard = checked(&mut model, &[Row::of(0, 4, 5 * HOUR)]);
    let job = &heard.jobs[0];
    assert_eq!(job.start, Some(SimTime(8 * HOUR)));
    assert_eq!(job.waits[Cause::Hold], 8 * HOUR);
    assert_eq!(job.waits.total(), 8 * HOUR);
    assert_eq!(torn(&heard), [11 * 60 + 54]);
    assert_eq!(job.end, SimTime(33 * HOUR + 9 * MINUTE));
    assert_eq!(job.preempted, Span(20 * HOUR));
    assert_eq!((job.preemptions, job.interruptions), (1, 0));
    // At 33:09 the window is open, and somebody might come: ten minutes more.
    assert_eq!(released(&heard), [12 * HOUR, 33 * HOUR + 19 * MINUTE]);
    let held = 4 * HOUR + HOUR + 9 * MINUTE;
    assert_eq!(job.compute_cost, cost(4, held, 3_000_000));
    let charged = held + 10 * MINUTE;
    assert_eq!(heard.pools[0].charged, cost(4, charged, 3_000_000));
    assert_eq!((heard.run.torn_down, heard.run.overtime), (1, 0));
    // It opens three times and closes three times in three days.
    let turns = heard
        .facts
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::WindowOpened(0) | Fact::WindowClosed(0)));
    assert_eq!(turns.count(), 6);
}

#[test]
fn a_checkpoint_that_begins_at_the_end_is_written_after_it() {
    // No lead: told at noon, it writes until 12:06, which is overtime: four GPUs for six minutes.
    let mut model = cloud(vec![daily(8, 12, Teardown::Checkpoint)]);
    let heard = checked(&mut model, &[Row::of(0, 4, 5 * HOUR)]);
    assert_eq!(torn(&heard), [12 * 60]);
    assert_eq!(released(&heard)[0], 12 * HOUR + 6 * MINUTE);
    assert_eq!(heard.run.overtime, gpu_time(4, 6 * MINUTE));
    // Four of five hours are done: the rest and the restart end at 33:03.
    assert_eq!(heard.jobs[0].end, SimTime(33 * HOUR + 3 * MINUTE));
}

#[test]
fn what_is_stopped_loses_its_work_each_time() {
    // Three hours do not fit into 8:00 to 10:00: two are lost each day, eight GPU-hours.
    let mut model = cloud(vec![daily(8, 10, Teardown::Stop)]);
    model.horizon = Horizon::At(SimTime(36 * HOUR));
    let heard = checked(&mut model, &[Row::of(0, 4, 3 * HOUR)]);
    let job = &heard.jobs[0];
    assert_eq!(job.state, JobState::Waiting);
    assert_eq!(torn(&heard), [10 * 60, 34 * 60]);
    // The second time it restores its state first: three minutes of the two hours.
    let rework = gpu_time(4, 4 * HOUR - 3 * MINUTE);
    assert_eq!(job.gpu_time[Bucket::Rework], rework);
    assert_eq!(job.gpu_time[Bucket::Checkpoint], 0);
}

#[test]
fn what_may_finish_runs_on_and_who_waits_for_a_window_holds_nobody_up() {
    // Four owned GPUs. The first runs from 9:00 to 12:00, two hours after its window. The second waits for room until
    // 10:00 and for the window until tomorrow 8:00; the third, of another class, comes at 11:00 and goes at noon.
    let mut model = model(
        vec![owned("own", 1, 4, Packing::Count)],
        vec![Discipline::Fifo, Discipline::Easy],
    );
    model.horizon = Horizon::At(SimTime(48 * HOUR));
    let second = model.classes[0].clone();
    model.classes.push(second);
    model.pools[0].speed = vec![1000; 2];
    model.windows.list = vec![daily(8, 10, Teardown::Finish)];
    let rows = [
        Row::of(9 * HOUR, 4, 3 * HOUR),
        Row::of(9 * HOUR + 30 * MINUTE, 4, HOUR),
        Row {
            class: 1,
            ..Row::of(11 * HOUR, 4, HOUR)
        },
    ];
    let heard = checked(&mut model, &rows);
    let at: Vec<u64> = starts(&heard).iter().map(|start| start.0 / HOUR).collect();
    assert_eq!(at, [9, 32, 12]);
    let waits = heard.jobs[1].waits;
    assert_eq!(waits[Cause::Capacity], 30 * MINUTE);
    assert_eq!(waits[Cause::Hold], 22 * HOUR);
    assert_eq!(heard.jobs[2].waits[Cause::Capacity], HOUR);
    assert_eq!(heard.run.overtime, gpu_time(4, 2 * HOUR));
    assert!(torn(&heard).is_empty());
}

#[test]
fn windows_that_follow_each_other_are_one() {
    let mut model = cloud(vec![
        daily(8, 10, Teardown::Stop),
        daily(10, 12, Teardown::Stop),
    ]);
    let heard = checked(&mut model, &[Row::of(0, 4, 3 * HOUR)]);
    assert!(torn(&heard).is_empty());
    assert_eq!(heard.jobs[0].end, SimTime(11 * HOUR));
}

#[test]
fn a_gang_that_boots_at_the_end_is_given_up() {
    // It boots from 8:00 to 10:30 and its window ends at 10:00: two hours are paid for in vain.
    let mut model = cloud(vec![daily(8, 10, Teardown::Checkpoint)]);
    if let plimsoll::model::Supply::Rented(offer) = &mut model.pools[0].supply {
        offer.boot = Boot::Fixed(Span(150 * MINUTE));
    }
    model.horizon = Horizon::At(SimTime(12 * HOUR));
    let heard = checked(&mut model, &[Row::of(0, 4, HOUR)]);
    assert_eq!(heard.jobs[0].start, None);
    assert_eq!(released(&heard), [10 * HOUR]);
    assert_eq!(heard.pools[0].charged, cost(4, 2 * HOUR, 3_000_000));
    let waits = heard.jobs[0].waits;
    assert_eq!(waits[Cause::Hold], 10 * HOUR);
    assert_eq!(waits[Cause::Provisioning], 2 * HOUR);
}

#[test]
fn a_run_without_a_horizon_ends_though_somebody_can_never_start() {
    // Five hours cost 60, and no more than 30 may be spent, ever. The other class is done on the first day.
    let mut model = cloud(vec![daily(8, 10, Teardown::Finish)]);
    model.horizon = Horizon::UntilEmpty;
    model.envelopes.list = vec![Envelope {
        name: "small".to_owned(),
        classes: vec![ClassId(0)],
        tenants: None,
        pools: vec![PoolId(0)],
        amount: units(30),
        saves: false,
        looks_ahead: true,
    }];
    let heard = checked(
        &mut model,
        &[Row::of(0, 4, 5 * HOUR), Row::of(0, 4, 2 * HOUR)],
    );
    let states: Vec<_> = heard.jobs.iter().map(|job| job.state).collect();
    assert_eq!(states, [JobState::Waiting, JobState::Finished]);
    // Hours are the same each week: after one in which nothing happened nothing ever will.
    let days = heard.run.horizon.0 / (24 * HOUR);
    assert!((7..10).contains(&days), "{days}");
}

#[test]
fn a_run_without_a_horizon_goes_on_while_windows_let_somebody_start() {
    // Four owned GPUs; each day the next of twelve starts at 8:00 and runs three hours.
    let mut model = model(
        vec![owned("own", 1, 4, Packing::Count)],
        vec![Discipline::Fifo],
    );
    model.windows.list = vec![daily(8, 10, Teardown::Finish)];
    model.horizon = Horizon::UntilEmpty;
    let heard = checked(&mut model, &[Row::of(0, 4, 3 * HOUR); 12]);
    let ends: Vec<u64> = heard.jobs.iter().map(|job| job.end.0 / HOUR).collect();
    let days: Vec<u64> = (0..12).map(|day| day * 24 + 11).collect();
    assert_eq!(ends, days);
}

#[test]
fn a_window_that_is_open_all_the_time_changes_nothing() {
    let rows = [Row::of(0, 4, 5 * HOUR), Row::of(HOUR, 8, 2 * HOUR)];
    let mut free = cloud(Vec::new());
    let without = checked(&mut free, &rows);
    let mut model = cloud(vec![StartWindow {
        hours: WorkingHours::weekly(&[0, 1, 2, 3, 4], (0, 24 * HOUR), 0),
        ..daily(0, 1, Teardown::Stop)
    }]);
    let with = checked(&mut model, &rows);
    assert_eq!(with.jobs, without.jobs);
    assert_eq!(with.run.digest, without.run.digest);
}

/// Random windows of both classes in whatever pools there are.
fn windowed() -> impl proptest::strategy::Strategy<Value = (Model, plimsoll::model::Timeline)> {
    let window = (
        0u64..24,
        1u64..12,
        prop::sample::select(vec![Teardown::Finish, Teardown::Checkpoint, Teardown::Stop]),
        prop::sample::select(vec![0u64, 1, 30]),
        1usize..4,
        1u32..8,
    );
    (worlds(), prop::collection::vec(window, 1..4)).prop_map(|((mut model, timeline), drawn)| {
        // What is torn down may never be done, so somebody must end the run.
        if model.horizon == Horizon::UntilEmpty {
            model.horizon = Horizon::At(SimTime(60 * HOUR));
        }
        for (from, length, teardown, lead, classes, pools) in drawn {
            let all = |most: usize, mask: u32| (0..most).filter(move |one| mask & (1 << one) != 0);
            let to = (from + length) % 24;
            model.windows.list.push(StartWindow {
                hours: WorkingHours::weekly(&DAILY, (from * HOUR, to * HOUR), 0),
                lead: Span(lead * MINUTE),
                classes: all(2, classes as u32).map(ClassId::from).collect(),
                pools: all(model.pools.len(), pools).map(PoolId::from).collect(),
                ..daily(0, 1, teardown)
            });
        }
        (model, timeline)
    })
}

/// Nobody starts while no window lets it, and overtime is what was held while none was open.
fn within_windows(run: &Run<'_>) {
    let windows = &run.model.windows;
    let class = |job: usize| run.model.class_of(run.timeline.requests[job].shape);
    for &(at, fact) in &run.heard.facts {
        if let Fact::Placed(job, pool) = fact {
            let open = windows.admitting(at);
            assert!(
                windows.lets(open, class(job.index()), pool),
                "{job:?} {at:?}"
            );
        }
    }
    let mut overtime = 0;
    for (job, life) in lives(run.model, run.timeline, run.heard).iter().enumerate() {
        let shape = run.timeline.requests[job].shape;
        let gpus = run.model.shapes[shape.index()].gpus.occupied();
        for attempt in &life.attempts {
            let mut at = SimTime(attempt.placed);
            while at.0 < attempt.freed {
                let next = SimTime(windows.next_change(at).0.min(attempt.freed));
                if !windows.lets(windows.open(at), class(job), attempt.pool) {
                    overtime += gpu_time(gpus, next.0 - at.0);
                }
                at = next;
            }
        }
    }
    assert_eq!(run.heard.run.overtime, overtime);
    let torn = torn(run.heard).len() as u64;
    assert_eq!(run.heard.run.torn_down, torn);
}

#[test]
fn in_random_worlds_nobody_starts_outside_of_windows() {
    let seen = std::cell::Cell::new((0u64, 0u64, 0u128));
    runner(60)
        .run(&windowed(), |(model, timeline)| {
            every_strategy(&model, &timeline, |run| {
                within_windows(run);
                let heard = run.heard;
                let waits: u64 = heard.jobs.iter().map(|job| job.waits[Cause::Hold]).sum();
                let (held, torn, over) = seen.get();
                seen.set((
                    held + waits,
                    torn + heard.run.torn_down,
                    over + heard.run.overtime,
                ));
            })
        })
        .unwrap();
    let (held, torn, over) = seen.get();
    assert!(
        held > HOUR && torn > 100 && over > 0,
        "{held} {torn} {over}"
    );
}

/// The same world under the same strategy gives the same bytes, whatever was played before with the same memory.
#[test]
fn windows_are_the_same_when_memory_is_used_again() {
    let mut model = cloud(vec![daily(8, 12, Teardown::Checkpoint)]);
    let timeline = crate::common::worlds::timeline(&mut model, &[Row::of(0, 4, 5 * HOUR)]);
    let mut scratch = plimsoll::engine::Scratch::default();
    let first = crate::common::play_in(&model, &timeline, 0, &mut scratch);
    let again = crate::common::play_in(&model, &timeline, 0, &mut scratch);
    assert_eq!(first, again);
    assert_eq!(first, play(&model, &timeline, 0));
}
