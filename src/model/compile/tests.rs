//! Whole scenarios: one that is right, and many that are wrong in one way each.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::dice::Dice;
use crate::model::*;
use crate::scenario::{Problems, load};
use crate::units::*;

use super::{Compiled, compile};

mod artifacts;
mod assumed;
mod attributes;
mod batches;
mod budgets;
mod capacity;
mod checkpoints;
mod commitments;
mod enrich;
mod enrich_mistakes;
mod envelopes;
mod factors;
mod failovers;
mod feeds;
mod gates;
mod identity;
mod labels;
mod maintenance;
mod markets;
mod memory;
mod mistakes;
mod moves;
mod network;
mod phases;
mod power;
mod quotas;
mod retention;
mod rules;
mod runbooks;
mod sampling;
mod scorings;
mod services;
mod sheets;
mod signals;
mod spot;
mod start_windows;
mod storages;
mod traffic;
mod transforms;
mod units;
mod validations;
mod weather;

const GOOD: &str = r#"
[scenario]
name = "small"
start = 2026-01-05T00:00:00Z
horizon = "2 d"

[[site]]
name = "dc"
kind = "private"
jurisdiction = "DE"

[[site]]
name = "cloud"
catalog = "nebius-eu-north1"

[[pool]]
name = "dc/h200"
site = "dc"
gpu = "h200"
nodes = 2
offer = { kind = "owned", tco = "h200-4y" }

[[pool]]
name = "cloud/h100"
site = "cloud"
gpu = "h100"
offer = { kind = "on-demand", quota = 20, provisioning = "8 min" }

[[class]]
name = "large"
match = { gpus = "8.." }

[[class]]
name = "small"
burst = false

[[demand]]
trace = "trace.csv"

[[strategy]]
name = "private only"
queue = { kind = "easy" }
placement = { kind = "private-only" }

[[strategy]]
name = "burst"
queue = { kind = "fifo" }
placement = { kind = "private-first", spill = { waited = "30 min", price_ceiling = "4 USD/GPU-h" } }
"#;

const TRACE: &str = "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n\
    a,0.000,100.000,200.000,1.000,vision,all,0,finished\n\
    b,10.000,50.000,,16.000,speech,all,2,failed\n\
    c,86400.000,10.000,10.000,1.000,vision,all,0,finished\n";

/// A folder of its own for one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, scenario: &str, trace: &str) -> Self {
        // Tests run side by side, and some call theirs alike.
        static MADE: AtomicU32 = AtomicU32::new(0);
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let path = std::env::temp_dir().join(format!("plimsoll-{name}-{process}-{made}"));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("x.toml"), scenario).unwrap();
        std::fs::write(path.join("trace.csv"), trace).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn try_compile(folder: &Path, sets: &[&str]) -> Result<Compiled, String> {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let told = |problems: Problems| {
        // Whatever a test of this module gets wrong, it is told what to do about it.
        for problem in problems.iter() {
            assert!(!problem.fix.trim().is_empty(), "{problem:?}");
        }
        problems.render(false)
    };
    compile(&load(&folder.join("x.toml"), &sets).map_err(told)?).map_err(told)
}

/// What becomes of a scenario with these words.
fn compiled(name: &str, text: &str) -> Result<Compiled, String> {
    try_compile(&Folder::new(name, text, TRACE).0, &[])
}

/// What becomes of the good scenario with these words behind it.
fn good_with(name: &str, words: &str) -> Result<Compiled, String> {
    compiled(name, &format!("{GOOD}\n{words}"))
}

/// The good scenario with these words in class `large`, and these behind all others.
fn large_with(large: &str, words: &str) -> String {
    let large = format!("name = \"large\"\n{large}\n");
    GOOD.replace("name = \"large\"\n", &large) + words
}

#[test]
fn a_good_scenario_becomes_a_model() {
    let folder = Folder::new("good", GOOD, TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let model = &compiled.model;
    assert_eq!(
        model.pools[0].prices().price_at(SimTime::ZERO),
        Price(2_495_268)
    );
    assert_eq!(
        model.pools[1].prices().price_at(SimTime::ZERO),
        Price(2_950_000)
    );
    // A quota of 20 holds two instances of 8.
    assert_eq!(model.pools[1].nodes, 2);
    // The reference is the first pool's H200: 1000 × 1.000 / 1.150 = 869.6.
    assert_eq!(model.pools[0].speed, [1000, 1000]);
    assert_eq!(model.pools[1].speed, [870, 870]);
    assert_eq!(model.classes[0].pools, [PoolId(0), PoolId(1)]);
    assert_eq!(model.classes[1].pools, [PoolId(0)]);
    assert_eq!(model.tenants, ["vision", "speech"]);
    let shapes: Vec<_> = model
        .shapes
        .iter()
        .map(|s| (s.gpus.0, s.class.0, s.weight))
        .collect();
    assert_eq!(shapes, [(1000, 1, 2), (16_000, 0, 1)]);
    assert!(!model.rolls_dice());
    assert_eq!((compiled.seed, compiled.replications), (1, 100));
    // 1 GPU × 100 s + 16 × 50 s + 1 × 10 s = 910 GPU·s
    assert_eq!(compiled.load.gpu_time, 910_000_000);
    let h200 = &compiled.load.gpus[0];
    assert_eq!((h200.owned, h200.demanded), (16, 910_000_000));
    assert_eq!(h200.capacity, 16_000 * 2 * 86_400_000);
    assert_eq!(compiled.files.len(), 2);
    assert!(
        compiled
            .assumptions
            .iter()
            .any(|a| a.what == "pool cloud/h100: price"
                && a.value == "2.95 USD/GPU-h"
                && a.confidence == "verified")
    );
}

#[test]
fn a_replay_is_the_trace_up_to_the_horizon() {
    let folder = Folder::new("replay", GOOD, TRACE);
    let compiled = try_compile(&folder.0, &["scenario.horizon=1 d"]).unwrap();
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication: 5,
    };
    Timeline::sample(&compiled.model, &dice, &mut timeline);
    // Job c comes at the horizon, which is not part of the run.
    let submits: Vec<u64> = timeline
        .requests
        .iter()
        .map(|request| request.submit.0)
        .collect();
    assert_eq!(submits, [0, 10_000]);
    // b does not say what it asks for: its true 50 s.
    assert_eq!(timeline.requests[1].requested, Span(50_000));
    assert_eq!(timeline.requests[1].priority, 2);
    assert_eq!(compiled.model.job_name(&timeline, 1), "b");
}

#[test]
fn prices_step_and_come_from_files() {
    let folder = Folder::new("prices", GOOD, TRACE);
    let steps =
        "pool.cloud/h100.offer.steps=[{from=\"2026-01-06T00:00:00Z\", price=\"5 USD/GPU-h\"}]";
    let model = try_compile(
        &folder.0,
        &["pool.cloud/h100.offer.price=3 USD/GPU-h", steps],
    )
    .unwrap()
    .model;
    let prices = model.pools[1].prices();
    let steps: Vec<_> = prices.steps().collect();
    // The start is the 5th, so the 6th is one day later.
    assert_eq!(
        steps,
        [
            (SimTime(0), Price(3_000_000)),
            (SimTime(86_400_000), Price(5_000_000))
        ]
    );

    let csv = "from,price_per_gpu_hour\n2025-12-01T00:00:00Z,2.5\n2026-01-01T00:00:00Z,2.75\n\
               2026-01-05T12:00:00Z,3\n";
    std::fs::write(folder.0.join("prices.csv"), csv).unwrap();
    let path = format!(
        "pool.cloud/h100.offer.prices={}",
        folder.0.join("prices.csv").display()
    );
    let model = try_compile(&folder.0, &[&path]).unwrap().model;
    let steps: Vec<_> = model.pools[1].prices().steps().collect();
    // Of what was before the start only the last price counts.
    assert_eq!(
        steps,
        [
            (SimTime(0), Price(2_750_000)),
            (SimTime(43_200_000), Price(3_000_000))
        ]
    );

    std::fs::write(folder.0.join("prices.csv"), csv.replace("2.75", "cheap")).unwrap();
    let told = try_compile(&folder.0, &[&path]).unwrap_err();
    assert!(told.contains("prices.csv, row 2"), "{told}");
}

#[test]
fn provisioning_times_are_lognormal_by_median_and_p95() {
    let folder = Folder::new("boot", GOOD, TRACE);
    let compiled = try_compile(
        &folder.0,
        &["pool.cloud/h100.offer.provisioning_p95=30 min"],
    )
    .unwrap();
    let Supply::Rented(terms) = &compiled.model.pools[1].supply else {
        panic!("not on demand");
    };
    let Boot::LogNormal { mu, sigma } = terms.boot else {
        panic!("not lognormal");
    };
    // ln 480,000 ms = 13.0815; (ln 30 − ln 8) ÷ 1.64485 = 1.32176 ÷ 1.64485 = .80357
    assert!(
        (mu - 13.0815).abs() < 1e-4 && (sigma - 0.80357).abs() < 1e-5,
        "{mu} {sigma}"
    );
    assert!(compiled.model.rolls_dice());
    let told =
        try_compile(&folder.0, &["pool.cloud/h100.offer.provisioning_p95=3 min"]).unwrap_err();
    assert!(told.contains("this p95 contradicts the median"), "{told}");
}

#[test]
fn a_cost_record_can_change_one_of_the_catalog() {
    let own = "[[tco]]\nname = \"ours\"\nbase = \"h200-4y\"\nenergy = \"0.18 USD/kWh\"\n";
    let folder = Folder::new("tco", &(GOOD.replace("h200-4y", "ours") + own), TRACE);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    // 1 kW × 1.3 × .09 more than 2.495268
    assert_eq!(
        model.pools[0].prices().price_at(SimTime::ZERO),
        Price(2_612_268)
    );
    let alone = "[[tco]]\nname = \"ours\"\nenergy = \"0.18 USD/kWh\"\n";
    let folder = Folder::new(
        "tco-alone",
        &(GOOD.replace("h200-4y", "ours") + alone),
        TRACE,
    );
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(told.contains("`capital` of a tco is missing"), "{told}");
    assert!(told.contains("12 problems"), "{told}");
}

#[test]
fn shipped_scenarios_compile() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for name in [
        "hybrid-burst.toml",
        "edge.toml",
        "starter.toml",
        "phased-growth.toml",
        "rollout-90d-regulated.toml",
        "rollout-90d-resilience.toml",
        "spot-shock.toml",
        "h200-drought.toml",
        "checkpoints-home.toml",
        "staging.toml",
        "starving.toml",
    ] {
        let scenario = load(&folder.join(name), &[]).unwrap();
        let compiled = compile(&scenario).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(compiled.model.rolls_dice(), "{name}");
        assert!(0 < compiled.load.jobs, "{name}");
    }
}
