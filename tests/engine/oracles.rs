//! Other simulators' results, reproduced job by job: every start and every end.
#![allow(clippy::print_stdout)]

use std::io::Read as _;
use std::path::Path;

use crate::common::{Row, model, owned, play, timeline};
use plimsoll::model::{Discipline, Packing};

/// The rows of a gzipped csv of whole seconds, without its header.
fn rows(name: &str) -> Vec<Vec<u64>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/oracles")
        .join(name);
    let file =
        std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .map(|field| field.parse::<f64>().unwrap() as u64)
                .collect()
        })
        .collect()
}

fn check(trace: &str, cluster: &str, nodes: u32, per_node: u32, packing: Packing, of: Discipline) {
    // Columns job_id, num_gpu, submit_time, duration; results job_id, start, end.
    let jobs = rows(&format!("{trace}.trace.csv.gz"));
    let expected = rows(&format!("{trace}.{cluster}.csv.gz"));
    let rows: Vec<Row> = jobs
        .iter()
        .map(|job| (job[2] * 1000, job[1], job[3] * 1000, job[3] * 1000))
        .collect();
    let mut model = model(vec![owned("cluster", nodes, per_node, packing)], vec![of]);
    let timeline = timeline(&mut model, &rows);
    let heard = play(&model, &timeline, 0);
    // Jobs are numbered by arrival, in the order of the file on ties.
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|&index| (jobs[index][2], index));
    let mut wrong = 0;
    for result in &expected {
        let index = jobs.iter().position(|job| job[0] == result[0]).unwrap();
        let number = order.iter().position(|&other| other == index).unwrap();
        let record = &heard.jobs[number];
        let got = (record.start.unwrap().0, record.end.0);
        if got != (result[1] * 1000, result[2] * 1000) {
            wrong += 1;
            if wrong < 4 {
                println!(
                    "{trace}.{cluster}: job {} got {got:?}, expected {result:?}",
                    result[0]
                );
            }
        }
    }
    assert_eq!(
        wrong,
        0,
        "{trace}.{cluster}: {wrong} of {} jobs differ",
        expected.len()
    );
    assert_eq!(expected.len(), jobs.len());
}

#[test]
fn fifo_on_a_count() {
    check(
        "synth480_60g",
        "count.fifo",
        15,
        4,
        Packing::Count,
        Discipline::Fifo,
    );
    check(
        "synth5k_256g",
        "count.fifo",
        32,
        8,
        Packing::Count,
        Discipline::Fifo,
    );
}

#[test]
fn fit_first_on_a_count() {
    check(
        "synth480_60g",
        "count.fjf",
        15,
        4,
        Packing::Count,
        Discipline::FitFirst,
    );
    check(
        "synth5k_256g",
        "count.fjf",
        32,
        8,
        Packing::Count,
        Discipline::FitFirst,
    );
}

#[test]
fn shortest_first_by_request() {
    let of = Discipline::ShortestFirst;
    check(
        "synth480_60g",
        "accasim-count.sjf",
        15,
        4,
        Packing::Count,
        of.clone(),
    );
    check(
        "synth5k_256g",
        "accasim-count.sjf",
        32,
        8,
        Packing::Count,
        of,
    );
}

#[test]
fn shortest_remaining_preempts_for_nothing() {
    let of = Discipline::ShortestRemaining;
    check(
        "synth480_60g",
        "count.shortest",
        15,
        4,
        Packing::Count,
        of.clone(),
    );
    check("synth5k_256g", "count.shortest", 32, 8, Packing::Count, of);
}

#[test]
fn fifo_on_nodes() {
    check(
        "synth480_60g",
        "nodes8.fifo",
        8,
        8,
        Packing::Consolidated,
        Discipline::Fifo,
    );
    check(
        "synth5k_256g",
        "nodes8.fifo",
        32,
        8,
        Packing::Consolidated,
        Discipline::Fifo,
    );
}

#[test]
fn easy_as_in_the_textbook() {
    check(
        "synth480_60g",
        "count.easy-textbook",
        15,
        4,
        Packing::Count,
        Discipline::Easy,
    );
}
