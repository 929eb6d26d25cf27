//! The production engine against a slow reference that looks at the whole line at every event: every start,
//! every end and every pool, over hundreds of random traces.

use crate::common::slow::{Ran, simulate};
use crate::common::worlds::{Row, timeline};
use crate::common::{model, owned, play};
use plimsoll::dice::{Dice, Purpose, Stream};
use plimsoll::model::{Discipline, Model, Overrun, Packing, Timeline};
use plimsoll::units::PoolId;

const DISCIPLINES: [Discipline; 7] = [
    Discipline::Fifo,
    Discipline::FitFirst,
    Discipline::ShortestFirst,
    Discipline::Priority,
    Discipline::Easy,
    Discipline::Conservative { depth: 10_000 },
    Discipline::Conservative { depth: 3 },
];

/// A random trace with bursts, ties, gangs up to `largest`, and requests that are exact, short or long.
fn rows(stream: &mut Stream, jobs: u64, largest: u64, classes: u64) -> Vec<Row> {
    let mut at = 0;
    (0..jobs)
        .map(|_| {
            at += match stream.below(10) {
                0..4 => 0,
                4..7 => stream.below(4) * 60_000,
                _ => stream.below(1_500_000),
            };
            let gpus = if stream.below(4) == 0 {
                1 + stream.below(largest)
            } else {
                1 << stream.below(4)
            };
            let work = match stream.below(4) {
                0 => 60_000 * (1 + stream.below(5)),
                1 => 1 + stream.below(10),
                _ => 1 + stream.below(5_000_000),
            };
            let requested = match stream.below(4) {
                0 => 1 + stream.below(5_000_000),
                1 => work / 2 + 1,
                2 => work * 3,
                _ => work,
            };
            Row {
                requested,
                class: stream.below(classes) as usize,
                priority: stream.below(3) as i32 - 1,
                ..Row::of(at, gpus, work)
            }
        })
        .collect()
}

fn compare(model: &Model, timeline: &Timeline, of: &str) {
    for strategy in 0..model.strategies.len() {
        let expected = simulate(model, timeline, strategy);
        let heard = play(model, timeline, strategy);
        let got: Vec<Option<Ran>> = heard
            .jobs
            .iter()
            .map(|record| {
                record.start.map(|start| Ran {
                    start: start.0,
                    end: record.end.0,
                    pool: record.pool.unwrap().index(),
                })
            })
            .collect();
        let wrong = (0..expected.len()).find(|&job| got[job] != expected[job]);
        if let Some(job) = wrong {
            panic!(
                "{of}, {}: job {job} of {} ran {:?}, expected {:?}",
                model.strategies[strategy].name,
                expected.len(),
                got[job],
                expected[job]
            );
        }
    }
}

fn stream(case: u32) -> Stream {
    let dice = Dice {
        seed: 11,
        replication: case,
    };
    dice.stream(dice.key("test", "references"), Purpose::Trial, 0, 0)
}

#[test]
fn one_pool() {
    for case in 0..250 {
        let mut stream = stream(case);
        let gpus = 4 + stream.below(20) as u32;
        let jobs = 5 + stream.below(60);
        let mut model = model(
            vec![owned("pool", 1, gpus, Packing::Count)],
            DISCIPLINES.to_vec(),
        );
        model.pools[0].speed = vec![[1000, 1150, 400][stream.below(3) as usize]];
        if stream.below(4) == 0 {
            model.overrun = Overrun::Kill;
        }
        let rows = rows(&mut stream, jobs, u64::from(gpus) + 1, 1);
        let timeline = timeline(&mut model, &rows);
        compare(&model, &timeline, &format!("case {case}"));
    }
}

#[test]
fn long_lines() {
    for case in 0..4 {
        let mut stream = stream(10_000 + case);
        let mut model = model(
            vec![owned("pool", 1, 8, Packing::Count)],
            DISCIPLINES.to_vec(),
        );
        let mut rows = rows(&mut stream, 250, 8, 1);
        for row in &mut rows {
            // Everybody comes within minutes, so that hundreds wait.
            row.submit /= 100;
        }
        let timeline = timeline(&mut model, &rows);
        compare(&model, &timeline, &format!("case {case}"));
    }
}

#[test]
fn several_pools_with_their_own_speeds_and_classes() {
    for case in 0..200 {
        let mut stream = stream(20_000 + case);
        let pools = 2 + stream.below(2) as usize;
        let estate = (0..pools)
            .map(|index| {
                let gpus = 2 + stream.below(12) as u32;
                let mut pool = owned(&format!("pool-{index}"), 1, gpus, Packing::Count);
                pool.speed = (0..2)
                    .map(|_| [1000, 2200, 400, 870][stream.below(4) as usize])
                    .collect();
                pool
            })
            .collect();
        let mut model = model(estate, DISCIPLINES.to_vec());
        let mut other = model.classes[0].clone();
        other.name = "other".to_owned();
        other.pools = (0..pools).rev().map(PoolId::from).collect();
        if stream.below(2) == 0 {
            other.pools.truncate(1);
        }
        model.classes.push(other);
        let jobs = 5 + stream.below(60);
        let rows = rows(&mut stream, jobs, 14, 2);
        let timeline = timeline(&mut model, &rows);
        compare(&model, &timeline, &format!("case {case}"));
    }
}

#[test]
fn ties_everywhere() {
    for case in 0..250 {
        let mut stream = stream(30_000 + case);
        let mut model = model(
            vec![owned("pool", 1, 12, Packing::Count)],
            DISCIPLINES.to_vec(),
        );
        let mut rows = rows(&mut stream, 40, 12, 1);
        for row in &mut rows {
            // Everything happens on a coarse clock: many jobs come, end and are expected to end together.
            let ticks = |ms: u64, by: u64| ms.div_ceil(by) * by;
            row.submit = ticks(row.submit / 4, 600_000);
            row.work = ticks(row.work, 1_200_000);
            row.requested = ticks(row.requested, 1_200_000);
        }
        let timeline = timeline(&mut model, &rows);
        compare(&model, &timeline, &format!("case {case}"));
    }
}
