//! Nanoseconds per job of one replication, as a ratio to one pop and push on a standard heap of 1,024.
//!
//! `cargo bench --bench main_job` prints a table; `-- scale` adds 10⁶ jobs on 10⁵ GPUs and 10⁷ on 10⁶; any
//! other word keeps the cases whose name contains it.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods)]

mod common;

use std::time::Instant;

use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::Silent;
use plimsoll::metrics::{Cell, Fold, Layout};
use plimsoll::model::{Model, Packing, Timeline};
use plimsoll::strategy::Strategy;
use plimsoll::units::StrategyId;

fn main() {
    let scale = std::env::args().any(|arg| arg == "scale");
    println!(
        "{:<44} {:>9} {:>9} {:>7}",
        "case", "ns/job", "ns/hold", "ratio"
    );
    for load in [0.85, 0.95] {
        for packing in [Packing::Count, Packing::Best] {
            case(100_000, 1_250, load, packing, false, 5);
        }
        case(100_000, 1_250, load, Packing::Best, true, 5);
    }
    if scale {
        case(1_000_000, 12_500, 0.85, Packing::Count, false, 3);
        case(10_000_000, 125_000, 0.85, Packing::Count, false, 2);
    }
}

fn case(jobs: u32, nodes: u32, load: f64, packing: Packing, rented: bool, rounds: u32) {
    let model = common::estate(nodes, packing, rented);
    let timeline = common::timeline(&model, jobs, u64::from(nodes) * 8, load);
    for (index, settings) in model.strategies.iter().enumerate() {
        if (settings.name == "easy, spill") != rented {
            continue;
        }
        let name = format!(
            "{} · {packing:?} · load {load} · {jobs} jobs",
            settings.name
        );
        if !wanted(&name) {
            continue;
        }
        let strategy = Strategy::prepare(&model, StrategyId::from(index));
        let (mut best, mut yardstick) = (f64::INFINITY, f64::INFINITY);
        let mut worker = Worker::new(&model);
        for _ in 0..rounds {
            yardstick = yardstick.min(common::hold());
            best = best.min(worker.once(&model, &strategy, &timeline, rented));
        }
        let ns = best / f64::from(jobs);
        println!(
            "{name:<44} {ns:>9.1} {yardstick:>9.1} {:>7.2}",
            ns / yardstick
        );
    }
}

fn wanted(name: &str) -> bool {
    let mut words = std::env::args()
        .skip(1)
        .filter(|word| word != "scale" && word != "--bench");
    let first = words.next();
    first.is_none_or(|word| name.contains(&word)) && words.all(|word| name.contains(&word))
}

/// What plays one replication after another and uses its memory again, as the workers of an experiment do.
struct Worker {
    scratch: Scratch,
    layout: Layout,
    fold: Fold,
    row: Vec<Cell>,
}

impl Worker {
    fn new(model: &Model) -> Self {
        let classes = model.classes.iter().map(|class| class.name.clone());
        let pools = model.pools.iter().map(|pool| pool.name.clone());
        let layout = Layout::new(
            &classes.collect::<Vec<String>>(),
            &pools.collect::<Vec<String>>(),
        );
        Self {
            scratch: Scratch::default(),
            fold: Fold::new(&layout),
            layout,
            row: Vec::new(),
        }
    }

    /// Nanoseconds of one run; with everything on, metrics are folded as well.
    fn once(
        &mut self,
        model: &Model,
        strategy: &Strategy,
        timeline: &Timeline,
        everything: bool,
    ) -> f64 {
        let dice = Dice {
            seed: 1,
            replication: 0,
        };
        let scratch = &mut self.scratch;
        let begun = Instant::now();
        if everything {
            self.fold.clear();
            let fold = &mut self.fold;
            simulate(model, strategy, timeline, &dice, scratch, fold).expect("it ends");
            self.fold.row(&self.layout, &mut self.row);
        } else {
            simulate(model, strategy, timeline, &dice, scratch, &mut Silent).expect("it ends");
        }
        begun.elapsed().as_nanos() as f64
    }
}
