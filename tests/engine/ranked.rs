//! Disciplines that rank everybody anew, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, terms};
use crate::common::worlds::{Row, rented, timeline};
use crate::common::{model, owned, play};
use plimsoll::model::{Discipline, Packing, Placement, Preemption, Requeue, Spill, SpillTest};
use plimsoll::units::{SimTime, Span};

/// (start, end) in minutes of each job on eight GPUs.
fn minutes(discipline: Discipline, preemption: Preemption, rows: &[Row]) -> Vec<(u64, u64)> {
    let mut model = model(vec![owned("eight", 1, 8, Packing::Count)], vec![discipline]);
    model.classes[0].preemption = preemption;
    model.tenants = vec!["a".to_owned(), "b".to_owned()];
    let timeline = timeline(&mut model, rows);
    play(&model, &timeline, 0)
        .jobs
        .iter()
        .map(|job| (job.start.unwrap().0 / MINUTE, job.end.0 / MINUTE))
        .collect()
}

const FREE: Preemption = Preemption::Checkpoint {
    write: Span::ZERO,
    restart: Span::ZERO,
};

fn levels() -> Discipline {
    // Eight GPUs for 15 min are two GPU-hours.
    Discipline::LeastAttained {
        levels: vec![Span(2 * HOUR)],
    }
}

#[test]
fn least_attained_service_lets_the_new_go_first() {
    // The first falls to the second level at 15 min. The second comes at 20 with nothing received yet and
    // stops it; at 35 it has had its two GPU-hours and is the first one's equal.
    let rows = [Row::of(0, 8, HOUR), Row::of(20 * MINUTE, 8, 40 * MINUTE)];
    let equals_go_on = [(0, 100), (20, 60)];
    // Who runs is not stopped by an equal: the second goes on to its end at 60, the first from there.
    assert_eq!(minutes(levels(), FREE, &rows), equals_go_on);
    // A third that comes at 50 is new, and stops the second for its ten minutes.
    let third = [rows[0], rows[1], Row::of(50 * MINUTE, 8, 10 * MINUTE)];
    let found = minutes(levels(), FREE, &third);
    assert_eq!(found[2], (50, 60));
    // At 60 both old ones wait on the second level: the first came first and has 40 min left.
    assert_eq!((found[0], found[1]), ((0, 100), (20, 110)));
}

#[test]
fn what_a_kill_lost_was_still_received() {
    // Killed at 20 min, the first starts again at 30 on the second level; a new one at 40 stops it again.
    let kill = Preemption::Kill {
        restart: Span::ZERO,
    };
    let rows = [
        Row::of(0, 8, HOUR),
        Row::of(20 * MINUTE, 8, 10 * MINUTE),
        Row::of(40 * MINUTE, 8, 5 * MINUTE),
    ];
    // The first runs 0–20 and 30–40 in vain, and its hour from 45 on.
    assert_eq!(
        minutes(levels(), kill, &rows),
        [(0, 105), (20, 30), (40, 45)]
    );
}

#[test]
fn fair_share_goes_to_who_used_less() {
    let discipline = Discipline::FairShare {
        half_life: Span(1000 * HOUR),
        weights: vec![1000, 1000],
    };
    let by = |submit: u64, tenant: usize, length: u64| Row {
        tenant,
        ..Row::of(submit * MINUTE, 8, length * MINUTE)
    };
    // While tenant a runs, another of a and then one of b come: b has used nothing and goes first, and with
    // ten minutes it has still used less than a has when the next two are weighed.
    let rows = [
        by(0, 0, 30),
        by(1, 0, 30),
        by(2, 1, 10),
        by(3, 1, 10),
        by(4, 0, 30),
    ];
    let found = minutes(discipline.clone(), FREE, &rows);
    assert_eq!(found, [(0, 30), (50, 80), (30, 40), (40, 50), (80, 110)]);
    // With a hundredth of the weight b's ten minutes count as a thousand: only its first goes ahead.
    let unequal = Discipline::FairShare {
        half_life: Span(1000 * HOUR),
        weights: vec![1000, 10],
    };
    let found = minutes(unequal, FREE, &rows);
    assert_eq!(found, [(0, 30), (40, 70), (30, 40), (100, 110), (70, 100)]);
}

fn multifactor(age: u64, size: u64, priority: u64, fair_share: u64) -> Discipline {
    Discipline::Multifactor {
        age,
        age_full: Span(HOUR),
        size,
        priority,
        fair_share,
        half_life: Span(HOUR),
        weights: vec![1000, 1000],
    }
}

#[test]
fn each_factor_of_the_multifactor_priority_decides_alone() {
    // While all GPUs are busy come: an old small one, a large one, an urgent one, one of another tenant.
    let rows = [
        Row::of(0, 8, 100 * MINUTE),
        Row::of(MINUTE, 5, HOUR),
        Row::of(2 * MINUTE, 8, HOUR),
        Row {
            priority: 9,
            ..Row::of(3 * MINUTE, 6, HOUR)
        },
        Row {
            tenant: 1,
            ..Row::of(4 * MINUTE, 7, HOUR)
        },
    ];
    let first = |discipline| {
        let found = minutes(discipline, FREE, &rows);
        (1..rows.len()).find(|&job| found[job].0 == 100)
    };
    // Age is full after an hour for all of them: arrival decides.
    assert_eq!(first(multifactor(1, 0, 0, 0)), Some(1));
    assert_eq!(first(multifactor(0, 1, 0, 0)), Some(2));
    assert_eq!(first(multifactor(0, 0, 1, 0)), Some(3));
    assert_eq!(first(multifactor(0, 0, 0, 1)), Some(4));
}

#[test]
fn a_stopped_job_waits_where_it_is_told_to() {
    let at = |minute: u64, length: u64| Row::of(minute * MINUTE, 8, length * MINUTE);
    let ends = |requeue| {
        let mut model = model(vec![owned("eight", 1, 8, Packing::Count)], vec![levels()]);
        model.strategies[0].requeue = requeue;
        // C stops B at 40, D stops at 55 whoever runs then; A and B wait for each other on the second level.
        let rows = [at(0, 60), at(16, 60), at(40, 10), at(55, 5)];
        let timeline = timeline(&mut model, &rows);
        let jobs = play(&model, &timeline, 0).jobs;
        [jobs[0].end.0 / MINUTE, jobs[1].end.0 / MINUTE]
    };
    // A 0–16, B 16–40, C 40–50, A 50–55, D 55–60: A has 39 min left and came first: 60–99; B has 36: 99–135.
    assert_eq!(ends(Requeue::Keep), [99, 135]);
    // A was stopped last and stands behind B: B 60–96, A 96–135.
    assert_eq!(ends(Requeue::Back), [135, 96]);
    // B was stopped last and stands before A: B 50–55, D 55–60, B 60–91, A 91–135.
    assert_eq!(ends(Requeue::Front), [135, 91]);
}

#[test]
fn a_wake_far_ahead_does_not_hide_one_that_is_near() {
    let cloud = rented("cloud", 8, terms());
    let mut model = model(
        vec![owned("eight", 1, 8, Packing::Count), cloud],
        vec![levels()],
    );
    // B waits, and is to be asked again at 3 h 1 min; but it runs from 10 min on, and at 25 min it falls to
    // the second level, where the third job has been waiting for it to.
    model.strategies[0].placement = Placement::PrivateFirst(Spill {
        test: SpillTest::Waited(Span(3 * HOUR)),
        ceiling: None,
    });
    let at = |minute: u64, length: u64| Row::of(minute * MINUTE, 8, length * MINUTE);
    let timeline = timeline(&mut model, &[at(0, 10), at(1, 60), at(12, 10)]);
    let jobs = play(&model, &timeline, 0).jobs;
    assert_eq!(jobs[2].start, Some(SimTime(25 * MINUTE)));
    assert_eq!(jobs[1].end, SimTime(80 * MINUTE));
}
