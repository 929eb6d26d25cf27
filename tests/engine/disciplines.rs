//! Disciplines and packings worked by hand, each through the whole engine; times in seconds.

use crate::common::{Row, model, owned, play, timeline};
use plimsoll::model::{Discipline, Model, Packing, Timeline};
use plimsoll::units::{Span, TenantId};

/// Jobs of (arrival, GPUs, run time), which ask for what they need.
fn exact(jobs: &[(u64, u64, u64)]) -> Vec<Row> {
    let row = |&(at, gpus, span): &(u64, u64, u64)| (at * 1000, gpus, span * 1000, span * 1000);
    jobs.iter().map(row).collect()
}

/// First starts, in the order of arrival.
fn starts(model: &Model, timeline: &Timeline) -> Vec<u64> {
    let jobs = play(model, timeline, 0).jobs;
    let start = |at: Option<plimsoll::units::SimTime>| at.map_or(u64::MAX, |at| at.0 / 1000);
    jobs.iter().map(|job| start(job.start)).collect()
}

#[test]
fn least_attained_service_in_two_levels() {
    // One GPU; after 10 GPU-seconds a job falls to the second level. A (25 s) falls at 10, when B and C wait
    // on the first: B runs 10–15, C from 15. C falls at 25 and goes on: among equals who runs does. At 30 D
    // comes on the first level and stops it, 30–35. Then A, which came before C, runs its last 15 s, 35–50,
    // and C its last 5 s, 50–55.
    let levels = vec![Span(10_000)];
    let one_gpu = vec![owned("one", 1, 1, Packing::Count)];
    let mut model = model(one_gpu, vec![Discipline::LeastAttained { levels }]);
    let timeline = timeline(
        &mut model,
        &exact(&[(0, 1, 25), (4, 1, 5), (6, 1, 20), (30, 1, 5)]),
    );
    let jobs = play(&model, &timeline, 0).jobs;
    let told: Vec<_> = jobs
        .iter()
        .map(|job| (job.start.map(|at| at.0), job.end.0, job.preemptions))
        .collect();
    assert_eq!(
        told,
        [
            (Some(0), 50_000, 1),
            (Some(10_000), 15_000, 0),
            (Some(15_000), 55_000, 1),
            (Some(30_000), 35_000, 0)
        ]
    );
}

#[test]
fn fair_share_with_decay() {
    // One GPU, two tenants, half-life 100 s, halving linearly: x − x/2 · t/100.
    // X: A0 A1 A2 A3 (10 s each), Y: B0 (30 s), B1 (10 s).
    //  0: A0 runs. 10: X used 10, Y nothing: B0, though three of X came before.
    // 40: X 10 − 5 · .3 = 8.5, Y 30: A1. 50: X 10 − 5 · .4 + 10 = 18, Y 30 − 15 · .1 = 28.5: A2.
    // 60: X 18 − 9 · .1 + 10 = 27.1, Y 30 − 15 · .2 = 27: B1. Without decay both had used 30, and A3 came
    //     first. 70: A3.
    let jobs = [
        (0, 1, 10),
        (1, 1, 10),
        (2, 1, 10),
        (3, 1, 10),
        (4, 1, 30),
        (5, 1, 10),
    ];
    let fair = |half_life| {
        let discipline = Discipline::FairShare {
            half_life,
            weights: vec![1000, 1000],
        };
        let mut model = model(vec![owned("one", 1, 1, Packing::Count)], vec![discipline]);
        let mut timeline = timeline(&mut model, &exact(&jobs));
        model.tenants = vec!["X".to_owned(), "Y".to_owned()];
        timeline.requests[4].tenant = TenantId(1);
        timeline.requests[5].tenant = TenantId(1);
        starts(&model, &timeline)
    };
    assert_eq!(fair(Span(100_000)), [0, 40, 50, 70, 10, 60]);
    assert_eq!(
        fair(Span(1 << 50)),
        [0, 40, 50, 60, 10, 70],
        "nearly without decay"
    );
}

#[test]
fn multifactor_adds_age_and_urgency() {
    // One GPU; age counts 10 for each second up to 1,000 at 100 s, urgency as it is. A holds the GPU to 20.
    //  20: B waited 18: 180. C 100 + 100 = 200. D 80 + 70 = 150. C runs 20–50.
    //  50: B 480, D 380 + 70 = 450: B runs 50–130.
    // 130: D waited 118, its age is full: 1,000 + 70. E 850 + 230 = 1,080: E runs 130–140, then D.
    let discipline = Discipline::Multifactor {
        age: 1,
        age_full: Span(100_000),
        size: 0,
        priority: 1,
        fair_share: 0,
        half_life: Span(1_000_000),
        weights: vec![1000],
    };
    let jobs = [
        (0, 1, 20),
        (2, 1, 80),
        (10, 1, 30),
        (12, 1, 10),
        (45, 1, 10),
    ];
    let mut model = model(vec![owned("one", 1, 1, Packing::Count)], vec![discipline]);
    let mut timeline = timeline(&mut model, &exact(&jobs));
    for (request, priority) in timeline.requests.iter_mut().zip([0, 0, 100, 70, 230]) {
        request.priority = priority;
    }
    assert_eq!(starts(&model, &timeline), [0, 50, 20, 140, 130]);
}

#[test]
fn multifactor_adds_size() {
    // Eight GPUs; size counts a thousand for all of them, age nothing. At 10 the gang of 6 (750) goes before
    // the earlier gang of 4 (500), which does not fit beside it and closes the pool for the single.
    let discipline = Discipline::Multifactor {
        age: 0,
        age_full: Span(100_000),
        size: 1,
        priority: 0,
        fair_share: 0,
        half_life: Span(1_000_000),
        weights: vec![1000],
    };
    let jobs = [(0, 8, 10), (1, 4, 10), (2, 6, 10), (3, 1, 10)];
    let eight = vec![owned("eight", 1, 8, Packing::Count)];
    let mut model = model(eight, vec![discipline]);
    let timeline = timeline(&mut model, &exact(&jobs));
    assert_eq!(starts(&model, &timeline), [0, 20, 10, 20]);
}

#[test]
fn fragmentation_decides_otherwise_than_best_fit() {
    // Two nodes of 8. A gang of 6 and one of 5 leave 2 and 3 free. Requests are 1, 2, 4, 8 GPUs with shares
    // .50 .15 .15 .20, so F(f) = f · Σ_{m>f} w is 50, 70, 105 (hundredths) for 1, 2, 3 free GPUs.
    // A single GPU grows it by F(1) − F(2) = −20 on the fuller node, by F(2) − F(3) = −35 on the other:
    // FGD leaves 2 and 2, where both pairs fit; best fit leaves 1 and 3, and the second pair waits for the
    // gang of 6 to end at 100.
    let jobs = [
        (0, 6, 100),
        (0, 5, 200),
        (1, 1, 200),
        (2, 2, 200),
        (3, 2, 200),
        (1000, 4, 1),
        (1000, 8, 1),
    ];
    let packed = |packing| {
        let pools = vec![owned("two", 2, 8, packing)];
        let mut model = model(pools, vec![Discipline::FitFirst]);
        let timeline = timeline(&mut model, &exact(&jobs));
        for shape in &mut model.shapes {
            shape.weight = match shape.gpus.0 / 1000 {
                1 => 50,
                2 | 4 => 15,
                8 => 20,
                _ => 0,
            };
        }
        starts(&model, &timeline)[..5].to_vec()
    };
    assert_eq!(packed(Packing::Fgd), [0, 0, 1, 2, 3]);
    assert_eq!(packed(Packing::Best), [0, 0, 1, 2, 100]);
}

#[test]
fn conservative_reservations_are_compressed() {
    // Four GPUs. A (3 GPUs, asks for 10), B (4, 5), C (2, 6), D (1, 7). D ends at 10 by its request, when B
    // is due, and starts at 3 on the free GPU. C is due after B, at 15.
    // If A ends at 4 already, three GPUs are free until 10: C asks for 6 and delays nobody, so it moves from
    // 15 to 4; B keeps 10.
    let run_of_a = |seconds: u64| {
        let rows: [Row; 4] = [
            (0, 3, seconds * 1000, 10_000),
            (1000, 4, 5000, 5000),
            (2000, 2, 6000, 6000),
            (3000, 1, 7000, 7000),
        ];
        let four = vec![owned("four", 1, 4, Packing::Count)];
        let mut model = model(four, vec![Discipline::Conservative { depth: 10 }]);
        let timeline = timeline(&mut model, &rows);
        starts(&model, &timeline)
    };
    assert_eq!(run_of_a(10), [0, 10, 15, 3]);
    assert_eq!(run_of_a(4), [0, 10, 4, 3]);
}
