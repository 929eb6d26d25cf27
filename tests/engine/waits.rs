//! Why jobs wait, worked by hand: each millisecond of a wait has one cause.

use crate::common::clouds::{HOUR, MINUTE};
use crate::common::worlds::{Row, timeline};
use crate::common::{model, owned, play};
use plimsoll::journal::Cause;
use plimsoll::model::{Discipline, Packing, Preemption};
use plimsoll::units::Span;

const CAUSES: [Cause; 4] = [
    Cause::Quota,
    Cause::Provisioning,
    Cause::Capacity,
    Cause::Order,
];

/// (start, waits by quota, provisioning, capacity and order) of each job on eight GPUs.
fn waits(discipline: Discipline, rows: &[Row]) -> Vec<(u64, [u64; 4])> {
    let mut model = model(vec![owned("eight", 1, 8, Packing::Count)], vec![discipline]);
    let timeline = timeline(&mut model, rows);
    play(&model, &timeline, 0)
        .jobs
        .iter()
        .map(|job| (job.start.unwrap().0, CAUSES.map(|cause| job.waits[cause])))
        .collect()
}

#[test]
fn the_head_waits_for_capacity_and_those_behind_it_for_their_turn() {
    let rows = [
        Row::of(0, 6, HOUR),
        Row::of(MINUTE, 4, HOUR),
        Row::of(2 * MINUTE, 2, HOUR),
    ];
    // Four do not fit beside six; two would, but stand behind. At 1 h both start.
    assert_eq!(
        waits(Discipline::Fifo, &rows),
        [
            (0, [0; 4]),
            (HOUR, [0, 0, 59 * MINUTE, 0]),
            (HOUR, [0, 0, 0, 58 * MINUTE]),
        ]
    );
    // Skipping what does not fit, the two start at once.
    assert_eq!(waits(Discipline::FitFirst, &rows)[2], (2 * MINUTE, [0; 4]));
}

#[test]
fn a_reservation_is_an_order() {
    let rows = [
        Row::of(0, 4, HOUR),
        Row::of(0, 2, 30 * MINUTE),
        Row::of(1, 6, HOUR),
        Row::of(2, 4, 2 * HOUR),
    ];
    // 4 + 2 of 8 are busy. Six come free at 1 h, so two are left over for others then.
    let found = waits(Discipline::Easy, &rows);
    assert_eq!(found[2], (HOUR, [0, 0, HOUR - 1, 0]));
    // Until 30 min the last does not fit; from then on it would, but it would delay the six: it waits its
    // turn until 2 h. From 1 h on the six leave it two: that is capacity again.
    let (start, causes) = found[3];
    assert_eq!(start, 2 * HOUR);
    assert_eq!(causes, [0, 0, 30 * MINUTE - 2 + HOUR, 30 * MINUTE]);
}

#[test]
fn waiting_again_is_no_wait_of_the_first_start() {
    let mut model = model(
        vec![owned("eight", 1, 8, Packing::Count)],
        vec![Discipline::ShortestRemaining],
    );
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(MINUTE),
        restart: Span(2 * MINUTE),
    };
    // The long one is stopped at 10 min for a short one, which starts when the checkpoint is written at 11;
    // at 31 the long one goes on, restores for 2 min and has 50 min left: 83 min.
    let rows = [Row::of(0, 8, HOUR), Row::of(10 * MINUTE, 8, 20 * MINUTE)];
    let timeline = timeline(&mut model, &rows);
    let heard = play(&model, &timeline, 0);
    let (long, short) = (&heard.jobs[0], &heard.jobs[1]);
    assert_eq!((long.waits.total(), long.preemptions), (0, 1));
    assert_eq!(long.preempted, Span(20 * MINUTE));
    assert_eq!(long.end.0, 83 * MINUTE);
    assert_eq!(short.start.unwrap().0, 11 * MINUTE);
    assert_eq!(short.waits.0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MINUTE, 0]);
    // 60 useful, 1 checkpoint, 2 restart, on eight GPUs.
    let minutes: Vec<u128> = long
        .gpu_time
        .0
        .iter()
        .map(|time| time / (8000 * u128::from(MINUTE)))
        .collect();
    assert_eq!(minutes[..4], [60, 1, 0, 2]);
    assert!(minutes[4..].iter().all(|&time| time == 0));
}
