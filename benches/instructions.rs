//! Instructions per job, counted by valgrind: the same number on every run, however busy the machine is.
//!
//! `cargo bench --bench instructions` runs itself under `valgrind --tool=callgrind` twice per case, with one
//! and with three plays of the same world, and prints the difference; without valgrind it says so and ends.
#![allow(missing_docs, clippy::print_stdout)]

mod common;

use std::process::Command;

use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::Silent;
use plimsoll::model::Packing;
use plimsoll::strategy::Strategy;
use plimsoll::units::StrategyId;

const JOBS: u32 = 20_000;
const CASES: [(usize, Packing, &str); 5] = [
    (0, Packing::Count, "fifo, count"),
    (1, Packing::Count, "fit-first, count"),
    (2, Packing::Count, "easy, count"),
    (1, Packing::Best, "fit-first, best fit"),
    (2, Packing::Best, "easy, best fit"),
];

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if let [_, flag, case, plays] = words.as_slice()
        && flag == "--play"
    {
        play(case.parse().unwrap_or(0), plays.parse().unwrap_or(1));
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: valgrind is not installed");
        return;
    }
    for (index, (_, _, name)) in CASES.iter().enumerate() {
        match (count(index, 1), count(index, 3)) {
            (Some(one), Some(three)) => {
                let per_job = (three - one) / (2 * u64::from(JOBS));
                println!("{name:<22} {per_job:>7} instructions per job");
            }
            _ => println!("{name:<22} valgrind gave no count"),
        }
    }
}

/// Plays a case in this process.
fn play(case: usize, plays: u32) {
    let (strategy, packing, _) = CASES[case.min(CASES.len() - 1)];
    let model = common::estate(250, packing, false);
    let timeline = common::timeline(&model, JOBS, 2_000, 0.85);
    let strategy = Strategy::prepare(&model, StrategyId::from(strategy));
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let mut scratch = Scratch::default();
    for _ in 0..plays {
        simulate(
            &model,
            &strategy,
            &timeline,
            &dice,
            &mut scratch,
            &mut Silent,
        )
        .expect("it ends");
    }
}

/// Instructions of one process that plays a case so often.
fn count(case: usize, plays: u32) -> Option<u64> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["--play", &case.to_string(), &plays.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}
