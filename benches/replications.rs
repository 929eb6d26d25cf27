//! Seconds for 1,000 replications × 4 strategies × 10,000 jobs on all cores, through the code behind
//! `compare`: worlds are sampled anew for each replication and shared by the strategies, and every metric is
//! folded. `cargo bench --bench replications`; a number after `--` is how many replications.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods)]

mod common;

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use plimsoll::dice::Dice;
use plimsoll::experiment::{Control, Plan, layout_of, replicate};
use plimsoll::model::{Packing, Timeline};
use plimsoll::units::StrategyId;

const JOBS: u32 = 10_000;

fn main() {
    let replications = std::env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(1_000);
    let model = common::estate(125, Packing::Best, true);
    let sample = |dice: &Dice, timeline: &mut Timeline| {
        common::sample(&model, dice, JOBS, 1_000, 0.85, timeline);
    };
    let strategies: Vec<StrategyId> = (0..model.strategies.len()).map(StrategyId::from).collect();
    let plan = Plan {
        model: &model,
        strategies: &strategies,
        replications,
        seed: 1,
        threads: 0,
        sample: &sample,
    };
    let control = Control {
        cancelled: &AtomicBool::new(false),
        progress: &|_| {},
    };
    let layout = layout_of(&model);
    let begun = Instant::now();
    replicate(&plan, &layout, &control, &mut |_, _, _| Ok(())).expect("it ends");
    let seconds = begun.elapsed().as_secs_f64();
    let runs = f64::from(replications) * strategies.len() as f64;
    println!(
        "{replications} replications × {} strategies × {JOBS} jobs: {seconds:.2} s, {:.0} ns per job",
        strategies.len(),
        seconds * 1e9 / (runs * f64::from(JOBS))
    );
}
