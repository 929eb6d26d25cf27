//! Memory: from the second replication on the loop asks for none.
//!
//! A counting allocator watches sampling, the run and the fold of its metrics. Memory is asked for only by a
//! world that is larger in some way than all before it (more jobs at one instant, a longer line); whatever a
//! replication would ask for each time, the second one shows.
#![allow(unsafe_code)]

mod common;

use std::alloc::{GlobalAlloc, Layout as Memory, System};
use std::cell::Cell;

use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::experiment::layout_of;
use plimsoll::metrics::Fold;
use plimsoll::model::{Compiled, Model, Timeline, compile};
use plimsoll::scenario::load_text;
use plimsoll::strategy::Strategy;
use plimsoll::units::StrategyId;

struct Counting;

thread_local! {
    /// Requests for memory by this thread.
    static REQUESTS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has nothing to count any more.
    let _ = REQUESTS.try_with(|requests| requests.set(requests.get() + 1));
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, memory: Memory) -> *mut u8 {
        count();
        unsafe { System.alloc(memory) }
    }
    unsafe fn dealloc(&self, at: *mut u8, memory: Memory) {
        unsafe { System.dealloc(at, memory) }
    }
    unsafe fn realloc(&self, at: *mut u8, memory: Memory, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(at, memory, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Jobs of three tenants in ten days that offer `load` of 128 owned GPUs, with as many to rent.
fn model(load: f64) -> Model {
    let text = include_str!("fixtures/allocations.toml").replace("LOAD", &format!("{load}"));
    let scenario = load_text("allocations.toml", &text, &[]).expect("a scenario");
    let Compiled { model, .. } = compile(&scenario).expect("a model");
    model
}

struct Reused {
    timeline: Timeline,
    scratch: Scratch,
    fold: Fold,
}

/// Requests for memory while a world of `demand` is sampled, played on the estate of `model` and folded.
fn requests(
    demand: &Model,
    model: &Model,
    strategy: &Strategy,
    replication: u32,
    memory: &mut Reused,
) -> u64 {
    let dice = Dice {
        seed: 7,
        replication,
    };
    let before = REQUESTS.get();
    Timeline::sample(demand, &dice, &mut memory.timeline);
    memory.fold.clear();
    let (fold, scratch) = (&mut memory.fold, &mut memory.scratch);
    let played = simulate(model, strategy, &memory.timeline, &dice, scratch, fold);
    let after = REQUESTS.get();
    assert!(played.is_ok());
    after - before
}

fn check(name: &str) {
    // Both demands have the same shapes, so that either can be played on the one estate.
    let (busy, usual) = (model(1.2), model(0.6));
    let id = usual
        .strategies
        .iter()
        .position(|strategy| strategy.name == name)
        .map(StrategyId::from)
        .expect("a strategy of the scenario");
    let strategy = Strategy::prepare(&usual, id);
    let mut memory = Reused {
        timeline: Timeline::default(),
        scratch: Scratch::default(),
        fold: Fold::new(&layout_of(&usual)),
    };
    let first = requests(&busy, &usual, &strategy, 0, &mut memory);
    assert!(0 < first, "the counter counts");
    let jobs = memory.timeline.requests.len();
    assert!(2_000 <= jobs, "{jobs} jobs are too few to tell");
    let again = requests(&busy, &usual, &strategy, 0, &mut memory);
    assert_eq!(again, 0, "{name}: the same world as second replication");
    // Worlds that are larger than all before may ask for more, once.
    for replication in 1..4 {
        requests(&busy, &usual, &strategy, replication, &mut memory);
    }
    let later: Vec<u64> = (4..7)
        .map(|replication| requests(&usual, &usual, &strategy, replication, &mut memory))
        .collect();
    assert_eq!(later, [0; 3], "{name}: other worlds, none larger");
}

#[test]
fn fifo() {
    check("fifo");
}

#[test]
fn fit_first() {
    check("fit-first");
}

#[test]
fn easy_on_nodes_with_best_fit() {
    check("easy");
}

#[test]
fn conservative() {
    check("conservative");
}

#[test]
fn priority() {
    check("priority");
}

#[test]
fn shortest_remaining_with_preemption() {
    check("shortest remaining");
}

#[test]
fn least_attained_with_preemption() {
    check("least attained");
}

#[test]
fn fair_share() {
    check("fair share");
}

#[test]
fn multifactor() {
    check("multifactor");
}

#[test]
fn easy_that_spills_to_rented_instances() {
    check("easy, spill");
}

#[test]
fn cheapest_first() {
    check("cheapest");
}
