//! What rules and evidence cost: nanoseconds per job with rules in force and without, of one verdict, and of evidence.
//!
//! `cargo bench --bench rules` prints a table. The jobs, the nodes and the strategy are those of the last row of
//! `benches/main_job.rs`. Its last part runs the whole command; `cargo bench --bench rules -- million` runs only that, for a
//! million jobs.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods)]

mod common;

use std::hint::black_box;
use std::time::Instant;

use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::experiment::{Plan, evidence_of, evidence_words};
use plimsoll::metrics::{Fold, Layout};
use plimsoll::model::{Model, Timeline};
use plimsoll::record::Chain;
use plimsoll::strategy::Strategy;
use plimsoll::units::{PoolId, ShapeId, StrategyId};

use common::whole::{Took, Whole};
use common::words::{ESTATE, RULES_ABOUT, compiled, put, rules};

const JOBS: u32 = 100_000;
const NODES: u32 = 1_250;
const ROUNDS: u32 = 7;
/// Jobs of the whole command, and how often it is run each way.
const WHOLE_JOBS: u32 = 200_000;
const MANY_JOBS: u32 = 1_000_000;
const TURNS: u32 = 5;
const DICE: Dice = Dice {
    seed: 1,
    replication: 0,
};

fn main() {
    if std::env::args().any(|word| word == "million") {
        return whole(MANY_JOBS);
    }
    println!("{:<44} {:>9} {:>7}", "case", "ns/job", "ratio");
    for load in [0.85, 0.95] {
        let (bare, ruled) = (estate(false), estate(true));
        let mut cases = [Case::new(&bare, load), Case::new(&ruled, load)];
        // One after the other in each round, so that a slow minute strikes both.
        for _ in 0..ROUNDS {
            cases.iter_mut().for_each(Case::play);
        }
        let [bare_ns, ruled_ns] = cases.map(|case| case.best / f64::from(JOBS));
        println!("{:<44} {bare_ns:>9.1}", format!("no rules · load {load}"));
        let ratio = ruled_ns / bare_ns;
        let name = format!("sixteen rules · load {load}");
        println!("{name:<44} {ruled_ns:>9.1} {ratio:>7.2}");
        let evidence_ns = evidence(&ruled, load);
        let name = format!("the same with evidence, once · load {load}");
        println!(
            "{name:<44} {evidence_ns:>9.1} {:>7.2}",
            evidence_ns / bare_ns
        );
    }
    println!("{:<44} {:>9.2}", "one verdict", verdict());
    whole(WHOLE_JOBS);
}

struct Case<'m> {
    model: &'m Model,
    strategy: Strategy,
    timeline: Timeline,
    layout: Layout,
    fold: Fold,
    scratch: Scratch,
    best: f64,
}

impl<'m> Case<'m> {
    fn new(model: &'m Model, load: f64) -> Self {
        let classes = model.classes.iter().map(|class| class.name.clone());
        let pools = model.pools.iter().map(|pool| pool.name.clone());
        let layout = Layout::new(
            &classes.collect::<Vec<String>>(),
            &pools.collect::<Vec<String>>(),
        );
        Self {
            strategy: Strategy::prepare(model, StrategyId(0)),
            timeline: common::timeline(model, JOBS, u64::from(NODES) * 8, load),
            fold: Fold::new(&layout),
            scratch: Scratch::default(),
            best: f64::INFINITY,
            layout,
            model,
        }
    }

    fn play(&mut self) {
        let mut row = Vec::new();
        let begun = Instant::now();
        self.fold.clear();
        simulate(
            self.model,
            &self.strategy,
            &self.timeline,
            &DICE,
            &mut self.scratch,
            &mut self.fold,
        )
        .expect("it ends");
        self.fold.row(&self.layout, &mut row);
        self.best = self.best.min(begun.elapsed().as_nanos() as f64);
    }
}

/// Nanoseconds per job of a run that writes its evidence to nowhere.
fn evidence(model: &Model, load: f64) -> f64 {
    let world = common::timeline(model, JOBS, u64::from(NODES) * 8, load);
    let plan = Plan {
        model,
        strategies: &[StrategyId(0)],
        replications: 1,
        seed: DICE.seed,
        threads: 1,
        sample: &|_, timeline| timeline.clone_from(&world),
    };
    let words = evidence_words(model, "", DICE.seed);
    let mut best = f64::INFINITY;
    for _ in 0..2 {
        let begun = Instant::now();
        let mut chain = Chain::new(std::io::sink());
        evidence_of(&plan, 0, &words, &mut chain).expect("it is written");
        best = best.min(begun.elapsed().as_nanos() as f64);
    }
    best / f64::from(JOBS)
}

/// Nanoseconds of asking the table once.
fn verdict() -> f64 {
    let model = estate(true);
    let (masks, asked) = (model.rules.first_masks(), 10_000_000u32);
    let (shapes, pools) = (model.shapes.len(), model.pools.len());
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let mut allowed = 0u32;
        for turn in 0..asked as usize {
            let (shape, pool) = (ShapeId::from(turn % shapes), PoolId::from(turn % pools));
            let verdict = model.rules.permit(black_box(masks), black_box(shape), pool);
            allowed += u32::from(verdict);
        }
        black_box(allowed);
        best = best.min(begun.elapsed().as_nanos() as f64 / f64::from(asked));
    }
    best
}

fn estate(ruled: bool) -> Model {
    let mut text = put(ESTATE, &RULES_ABOUT);
    if ruled {
        text.push_str(&rules());
    }
    compiled(&text)
}

/// Runs the whole command in turns, with rules and evidence and with neither, and prints the middle of what each took.
fn whole(jobs: u32) {
    let whole = Whole::new(jobs);
    let mut all = [const { Vec::new() }; 2];
    for _ in 0..TURNS {
        for (ruled, took) in [false, true].into_iter().zip(&mut all) {
            let Some(found) = whole.run(ruled) else {
                println!("skipped: the system does not tell what threads take");
                return;
            };
            took.push(found);
        }
    }
    println!("whole command, {jobs} jobs, rules and evidence against neither, in seconds");
    for (name, of) in [
        (
            "processor, but for the writer",
            Took::beside as fn(Took) -> f64,
        ),
        ("processor", |took| took.all),
        ("by the clock", |took| took.wall),
    ] {
        let [bare, ruled] = [&all[0], &all[1]].map(|took| middle(took.iter().map(|&one| of(one))));
        println!(
            "  {name:<42} {bare:>9.2} {ruled:>9.2} {:>7.2}",
            ruled / bare
        );
    }
}

/// The median of an odd number of figures.
fn middle(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
