//! Memory: from the second replication on the loop asks for none, also where a world is larger than all before.
//!
//! A counting allocator watches the loop and the fold of its metrics, and for a world that was played before
//! its sampling too. A larger world makes room between its sampling and its first instant. What is kept of all
//! replications is asked for once.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout as Memory, System};
use std::cell::Cell;

use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::experiment::{Columns, evidence_words, layout_of};
use plimsoll::journal::{
    Choice, Considered, JobRecord, Justification, Observer, PoolRecord, RunRecord,
};
use plimsoll::metrics::{self, Fold};
use plimsoll::model::{Compiled, Model, Timeline, compile};
use plimsoll::record::{Chain, Jobs, RunWords, verify, write_run};
use plimsoll::scenario::load_text;
use plimsoll::strategy::Strategy;
use plimsoll::units::{JobId, PoolId, Price, ShapeId, SimTime, Span, StrategyId, TenantId};

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

/// Jobs of three tenants in six days that offer `load` of 128 owned GPUs, with as many to rent.
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

/// Hears what the fold hears, and how many requests there had been at the beginning and at the end; and why, if it asks.
struct Watched<'a, const ASKS: bool> {
    fold: &'a mut Fold,
    begun: u64,
    ended: u64,
    /// How many decisions were told of.
    decisions: u64,
}

impl<const ASKS: bool> Observer for Watched<'_, ASKS> {
    const JUSTIFIES: bool = ASKS;

    fn justified(&mut self, _: &Justification) {
        self.decisions += 1;
    }
    fn begin(&mut self, of_class: &[u32]) {
        self.fold.begin(of_class);
        self.begun = REQUESTS.get();
    }
    fn job(&mut self, record: &JobRecord) {
        self.fold.job(record);
    }
    fn pool(&mut self, record: &PoolRecord) {
        self.fold.pool(record);
    }
    fn run(&mut self, record: &RunRecord) {
        self.fold.run(record);
        self.ended = REQUESTS.get();
    }
}

/// Requests for memory.
struct Requests {
    /// While the world was sampled, played and folded.
    all: u64,
    /// From the first instant to the last.
    in_loop: u64,
    /// Decisions that were told of.
    decisions: u64,
}

/// Samples a world of `demand`, plays it on the estate of `model`, and counts.
fn play<const ASKS: bool>(
    demand: &Model,
    model: &Model,
    strategy: &Strategy,
    memory: &mut Reused,
) -> Requests {
    let dice = Dice {
        seed: 7,
        replication: 0,
    };
    let before = REQUESTS.get();
    Timeline::sample(demand, &dice, &mut memory.timeline);
    memory.fold.clear();
    let mut watched = Watched::<ASKS> {
        fold: &mut memory.fold,
        begun: 0,
        ended: 0,
        decisions: 0,
    };
    let (timeline, scratch) = (&memory.timeline, &mut memory.scratch);
    let played = simulate(model, strategy, timeline, &dice, scratch, &mut watched);
    let in_loop = watched.ended - watched.begun;
    let decisions = watched.decisions;
    let all = REQUESTS.get() - before;
    assert!(played.is_ok());
    Requests {
        all,
        in_loop,
        decisions,
    }
}

fn prepared(model: &Model, name: &str) -> Strategy {
    let mut all = model.strategies.iter();
    let id = all.position(|strategy| strategy.name == name);
    let id = id.map(StrategyId::from);
    Strategy::prepare(model, id.expect("a strategy of the scenario"))
}

fn memory_for(model: &Model) -> Reused {
    Reused {
        timeline: Timeline::default(),
        scratch: Scratch::default(),
        fold: Fold::new(&layout_of(model)),
    }
}

fn check(name: &str) {
    // Both demands have the same shapes, so that either can be played on the one estate.
    let (usual, busy) = (model(0.2), model(1.2));
    let strategy = prepared(&usual, name);
    let mut memory = memory_for(&usual);
    let play = play::<false>;
    let first = play(&usual, &usual, &strategy, &mut memory);
    assert!(0 < first.all, "the counter counts");
    let few = memory.timeline.requests.len();
    let larger = play(&busy, &usual, &strategy, &mut memory);
    let many = memory.timeline.requests.len();
    assert!(1_000 <= many, "{many} jobs are too few to tell");
    assert!(4 * few <= many, "{many} jobs are not many more than {few}");
    assert!(0 < larger.all, "{name}: room was made for the larger world");
    assert_eq!(larger.in_loop, 0, "{name}: a world larger than all before");
    let again = play(&busy, &usual, &strategy, &mut memory);
    assert_eq!(again.all, 0, "{name}: the same world again");
}

/// Whoever asks why has every decision told without memory being asked for: what a decision saw, the order of the pools
/// and their scores lie in buffers that serve again. A world that was played before needs no more of them.
#[test]
fn why_is_told_from_memory_that_serves_again() {
    let busy = model(1.2);
    for name in ["easy, spill", "cheapest", "fair share", "by weights"] {
        let strategy = prepared(&busy, name);
        let mut memory = memory_for(&busy);
        let first = play::<true>(&busy, &busy, &strategy, &mut memory);
        assert!(first.in_loop > 0, "{name}: the counter counts");
        let again = play::<true>(&busy, &busy, &strategy, &mut memory);
        assert_eq!(again.in_loop, 0, "{name}");
        assert!(again.decisions > 1_000, "{name}: {}", again.decisions);
    }
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

#[test]
fn what_is_kept_for_intervals_does_not_grow_with_replications() {
    let layout = layout_of(&model(0.2));
    let (mut first, mut second) = (Columns::new(&layout), Columns::new(&layout));
    let mut rows = [0; 2].map(|_| vec![metrics::Cell::amount(1.0); layout.columns.len()]);
    let before = REQUESTS.get();
    for replication in 0..10_000 {
        rows[0][0] = metrics::Cell::amount(f64::from(replication));
        first.push(&rows[0], &rows[0]);
        second.push(&rows[1], &rows[0]);
    }
    assert_eq!(REQUESTS.get() - before, 0);
    let apart = second.versus_first(0).difference();
    assert_eq!(apart.map(|apart| apart.value), Some(1.0 - 4999.5));
}

struct Numbered;

impl Jobs for Numbered {
    fn name(&self, job: JobId, out: &mut String) {
        out.push_str(["a", "b"][job.index() % 2]);
    }
    fn tenant(&self, _: JobId) -> TenantId {
        TenantId(0)
    }
    fn shape(&self, _: JobId) -> ShapeId {
        ShapeId(0)
    }
}

/// Requests for memory while so many decisions are noted, each of some hundred bases; and the bytes that were written.
fn noted(model: &Model, decisions: u32) -> (u64, Vec<u8>) {
    let words = evidence_words(model, "0123456789abcdef", 1);
    let run = RunWords {
        strategy: "first".to_owned(),
        replication: 0,
        rules: Vec::new(),
        controls: Vec::new(),
        scorings: Vec::new(),
        jobs: &Numbered,
    };
    let mut why = Justification {
        at: SimTime::ZERO,
        job: JobId(0),
        shape: ShapeId(0),
        chosen: Some(PoolId(0)),
        choice: Choice::Waited(Span(1), Span(1)),
        considered: vec![Considered {
            pool: PoolId(0),
            place: Some(0),
            fired: 0,
            refusing: 0,
            unknown: 0,
            violated: 0,
            bar: None,
            score: None,
            asked: true,
            price: Price(0),
            per_work: Price(0),
            version: 0,
        }],
    };
    let mut out = Vec::with_capacity(400 * decisions as usize + 100_000);
    let mut chain = Chain::new(&mut out);
    let mut requests = 0;
    write_run(&mut chain, (&words, &run), |scribe| {
        let before = REQUESTS.get();
        for number in 0..decisions {
            why.at = SimTime(u64::from(number) * 1_000);
            why.job = JobId(number);
            why.considered[0].price = Price(u64::from(number % 300));
            scribe.justified(&why);
        }
        requests = REQUESTS.get() - before;
    });
    let seal = chain.finish(&words).expect("it is written");
    verify(out.as_slice(), Some(&seal)).expect("it is whole");
    (requests, out)
}

/// Whoever writes evidence asks for memory for what is said once and for a few blocks of notes, however many there are.
#[test]
fn evidence_of_many_decisions_needs_no_more_memory_than_of_few() {
    let model = model(0.5);
    let (few, _) = noted(&model, 5_000);
    let (many, bytes) = noted(&model, 200_000);
    // Blocks in flight are ten at most, each of which grows a dozen times at first.
    assert!(many < few + 10 * 30, "{few} {many}");
    assert!(many < 4_000, "{many}");
    // And what is written grows by some 220 bytes for each decision.
    let each = bytes.len() / 200_000;
    assert!((150..260).contains(&each), "{each}");
}
