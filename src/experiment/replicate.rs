//! Replications in blocks, in parallel, in order.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rayon::prelude::*;

use crate::dice::Dice;
use crate::engine::{Scratch, Stuck, simulate};
use crate::metrics::{Cell, Fold, Layout};
use crate::model::{Model, Timeline};
use crate::strategy::Strategy;
use crate::units::StrategyId;

use super::both::Both;
use super::bound::{Bound, Done};
use super::columns::Columns;
use super::evidence::EvidenceInto;
use super::rule_prices::{self, RulePair};
use super::watch::Watch;

/// Replications between two writes. Fixed, so that an interrupted run keeps the same replications whatever
/// the number of threads was.
const BLOCK: u32 = 64;

/// What to play.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// The estate and demand.
    pub model: &'a Model,
    /// The strategies, the base of comparison first.
    pub strategies: &'a [StrategyId],
    /// How many sampled worlds, numbered from 0.
    pub replications: u32,
    /// The seed of all randomness.
    pub seed: u64,
    /// Threads to use; 0 is one for each core.
    pub threads: usize,
    /// Samples the world that the dice name.
    pub sample: &'a (dyn Fn(&Dice, &mut Timeline) + Sync),
}

/// How a run is watched and stopped.
#[derive(Clone, Copy)]
pub struct Control<'a> {
    /// Set from outside to stop: what is finished is kept.
    pub cancelled: &'a AtomicBool,
    /// Called with the number of replications played so far, from any thread.
    pub progress: &'a (dyn Fn(u32) + Sync),
}

/// Takes the row of (strategy, replication).
pub type RowSink<'a> = dyn FnMut(usize, u32, &[Cell]) -> io::Result<()> + 'a;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Replicated {
    /// For each strategy of the plan, its columns.
    pub columns: Vec<Columns>,
    /// Strategies of which one only audits rules that another obeys, with how the second differs from the first.
    pub rule_pairs: Vec<(RulePair, Columns)>,
    /// Replications behind them: 0 up to this number, without gaps.
    pub done: u32,
}

/// Why an experiment ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// A replication could not be played to its end.
    #[error("replication {replication}, seed {seed}: {stuck}")]
    Stuck {
        /// Which sampled world.
        replication: u32,
        /// Under which seed.
        seed: u64,
        /// Where.
        stuck: Stuck,
    },
    /// A file could not be written.
    #[error("cannot write a row: {0}")]
    Write(#[from] io::Error),
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
}

/// One thread's memory, reused from replication to replication.
struct Worker {
    scratch: Scratch,
    timeline: Timeline,
    fold: Fold,
    done: Done,
}

/// One replication's rows, one for each strategy.
struct Slot {
    rows: Vec<Vec<Cell>>,
    result: Result<(), Stuck>,
    played: bool,
}

/// Plays `plan` and hands each row to `sink(strategy, replication, cells)`, ordered by replication, then
/// strategy. Stops between replications when `control` says so.
pub fn replicate(
    plan: &Plan<'_>,
    layout: &Layout,
    control: &Control<'_>,
    sink: &mut RowSink<'_>,
) -> Result<Replicated, ExperimentError> {
    replicate_telling::<io::Sink>(plan, layout, control, sink, None)
}

/// As [`replicate`], and writes evidence of those replications that are wanted while they are played: in their order, one
/// at a time, beside the others.
pub fn replicate_telling<W: Write + Send>(
    plan: &Plan<'_>,
    layout: &Layout,
    control: &Control<'_>,
    sink: &mut RowSink<'_>,
    mut evidence: Option<&mut EvidenceInto<'_, W>>,
) -> Result<Replicated, ExperimentError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(plan.threads)
        .build()
        .map_err(|error| ExperimentError::Threads {
            threads: plan.threads,
            reason: error.to_string(),
        })?;
    let stage = Stage::new(plan, layout, control);
    let mut out = Replicated {
        columns: vec![Columns::new(layout); plan.strategies.len()],
        rule_pairs: rule_prices::pairs(plan.model, plan.strategies)
            .into_iter()
            .map(|pair| (pair, Columns::new(layout)))
            .collect(),
        done: 0,
    };
    let mut slots = stage.slots();
    while out.done < plan.replications && !control.cancelled.load(Ordering::Relaxed) {
        let count = BLOCK.min(plan.replications - out.done);
        let (first, block) = (out.done, &mut slots[..count as usize]);
        let evidence = evidence.as_deref_mut();
        pool.install(|| stage.play_block(first, block, evidence))?;
        for slot in block {
            if !slot.played {
                return Ok(out);
            }
            let replication = out.done;
            std::mem::replace(&mut slot.result, Ok(())).map_err(|stuck| {
                ExperimentError::Stuck {
                    replication,
                    seed: plan.seed,
                    stuck,
                }
            })?;
            for (strategy, row) in slot.rows.iter().enumerate() {
                sink(strategy, replication, row)?;
                out.columns[strategy].push(row, &slot.rows[0]);
            }
            for (pair, columns) in &mut out.rule_pairs {
                columns.push(&slot.rows[pair.obeys], &slot.rows[pair.audits]);
            }
            out.done += 1;
        }
    }
    Ok(out)
}

/// What all threads share.
struct Stage<'a> {
    plan: &'a Plan<'a>,
    layout: &'a Layout,
    control: &'a Control<'a>,
    strategies: Vec<Strategy>,
    /// By strategy; `None` where nothing can be rented.
    bounds: Vec<Option<Bound<'a>>>,
    /// Memory of threads that are not playing just now: at most one for each thread ever exists.
    idle: Mutex<Vec<Worker>>,
    played: AtomicU32,
}

impl<'a> Stage<'a> {
    fn new(plan: &'a Plan<'a>, layout: &'a Layout, control: &'a Control<'a>) -> Self {
        Self {
            plan,
            layout,
            control,
            strategies: plan
                .strategies
                .iter()
                .map(|&id| Strategy::prepare(plan.model, id))
                .collect(),
            bounds: plan
                .strategies
                .iter()
                .map(|&id| Bound::of(plan.model, id))
                .collect(),
            idle: Mutex::new(Vec::new()),
            played: AtomicU32::new(0),
        }
    }

    fn slots(&self) -> Vec<Slot> {
        let count = BLOCK.min(self.plan.replications);
        (0..count)
            .map(|_| Slot {
                rows: vec![Vec::with_capacity(self.layout.columns.len()); self.strategies.len()],
                result: Ok(()),
                played: false,
            })
            .collect()
    }

    /// Plays the replications from `first` on, those of which evidence is wanted one after the other.
    fn play_block<W: Write + Send>(
        &self,
        first: u32,
        block: &mut [Slot],
        evidence: Option<&mut EvidenceInto<'_, W>>,
    ) -> io::Result<()> {
        let numbered = (first..).zip(block);
        let wanted = evidence
            .as_ref()
            .map_or(&[][..], |evidence| evidence.wanted);
        let (told, plain): (Vec<_>, Vec<_>) =
            numbered.partition(|(replication, _)| wanted.contains(replication));
        let tell = || {
            let Some(evidence) = evidence else {
                return Ok(());
            };
            for (replication, slot) in told {
                self.play(replication, slot, Some(&mut *evidence));
                evidence.chain.check()?;
                if slot.played {
                    evidence.written.push(replication);
                }
            }
            Ok(())
        };
        let play = || {
            plain
                .into_par_iter()
                .for_each(|(replication, slot)| self.play::<io::Sink>(replication, slot, None));
        };
        rayon::join(tell, play).0
    }

    fn play<W: Write + Send>(
        &self,
        replication: u32,
        slot: &mut Slot,
        evidence: Option<&mut EvidenceInto<'_, W>>,
    ) {
        slot.played = false;
        if self.control.cancelled.load(Ordering::Relaxed) {
            return;
        }
        let mut worker = self.take();
        slot.result = self.play_all(replication, &mut worker, &mut slot.rows, evidence);
        slot.played = true;
        self.lock().push(worker);
        (self.control.progress)(self.played.fetch_add(1, Ordering::Relaxed) + 1);
    }

    fn play_all<W: Write + Send>(
        &self,
        replication: u32,
        worker: &mut Worker,
        rows: &mut [Vec<Cell>],
        mut evidence: Option<&mut EvidenceInto<'_, W>>,
    ) -> Result<(), Stuck> {
        let dice = Dice {
            seed: self.plan.seed,
            replication,
        };
        worker.timeline.clear();
        worker.timeline.replication = replication;
        (self.plan.sample)(&dice, &mut worker.timeline);
        for ((strategy, bound), row) in self.strategies.iter().zip(&self.bounds).zip(rows) {
            worker.fold.clear();
            let timeline = &worker.timeline;
            let mut watch =
                Watch::new(&mut worker.fold, bound.as_ref(), timeline, &mut worker.done);
            let (model, scratch) = (self.plan.model, &mut worker.scratch);
            match &mut evidence {
                None => simulate(model, strategy, timeline, &dice, scratch, &mut watch)?,
                Some(evidence) => evidence.tell((model, timeline), strategy, |scribe| {
                    let mut both = Both(&mut watch, scribe);
                    simulate(model, strategy, timeline, &dice, scratch, &mut both)
                })?,
            };
            watch.tell_bound();
            worker.fold.row(self.layout, row);
        }
        Ok(())
    }

    fn take(&self) -> Worker {
        let idle = self.lock().pop();
        idle.unwrap_or_else(|| Worker {
            scratch: Scratch::default(),
            timeline: Timeline::default(),
            fold: Fold::new(self.layout),
            done: Done::default(),
        })
    }

    /// A thread that panicked in the middle of a push cannot leave the list half changed.
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.idle
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
