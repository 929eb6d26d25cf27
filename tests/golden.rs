//! Golden schedules, worked by hand and by brute force.

mod common;

use common::{Row, model, owned, play, timeline};
use plimsoll::model::{Discipline, Packing};

/// Eight GPUs that are only counted; run times known exactly: (arrival, GPUs, run time).
const JOBS: [(u64, u64, u64); 7] = [
    (0, 3, 2),
    (0, 6, 5),
    (1, 4, 9),
    (2, 2, 4),
    (3, 4, 1),
    (3, 6, 8),
    (3, 1, 2),
];

fn starts(discipline: Discipline) -> Vec<u64> {
    let rows: Vec<Row> = JOBS
        .iter()
        .map(|&(at, gpus, span)| (at * 1000, gpus, span * 1000, span * 1000))
        .collect();
    let mut model = model(vec![owned("eight", 1, 8, Packing::Count)], vec![discipline]);
    let timeline = timeline(&mut model, &rows);
    play(&model, &timeline, 0)
        .jobs
        .iter()
        .map(|job| job.start.unwrap().0 / 1000)
        .collect()
}

#[test]
fn seven_jobs_on_eight_gpus() {
    assert_eq!(starts(Discipline::Fifo), [0, 2, 7, 7, 11, 16, 16]);
    assert_eq!(starts(Discipline::Easy), [0, 2, 7, 2, 8, 16, 6]);
    assert_eq!(
        starts(Discipline::Conservative { depth: 100 }),
        [0, 2, 7, 2, 7, 16, 8]
    );
    assert_eq!(starts(Discipline::ShortestFirst), [0, 2, 16, 2, 7, 8, 7]);
    assert_eq!(starts(Discipline::FitFirst), [0, 10, 1, 2, 6, 15, 3]);
}
