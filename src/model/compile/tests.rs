//! Whole scenarios: one that is right, and many that are wrong in one way each.

use std::path::{Path, PathBuf};

use crate::dice::Dice;
use crate::model::*;
use crate::scenario::load;
use crate::units::*;

use super::{Compiled, compile};

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
        let path = std::env::temp_dir().join(format!("plimsoll-{name}-{}", std::process::id()));
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
    let scenario =
        load(&folder.join("x.toml"), &sets).map_err(|problems| problems.render(false))?;
    compile(&scenario).map_err(|problems| problems.render(false))
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
fn mistakes_are_told_with_place_and_fix() {
    let folder = Folder::new("mistakes", GOOD, TRACE);
    let cases: [(&[&str], &[&str]); 22] = [
        (
            &["pool.dc/h200.gpu=h20"],
            &["unknown GPU type `h20`", "did you mean `h200`?"],
        ),
        (
            &["pool.dc/h200.site=dcc"],
            &["unknown site `dcc`", "did you mean `dc`?"],
        ),
        (
            &["pool.dc/h200.nodes=0"],
            &["0 is out of range", "from 1 to"],
        ),
        (
            &["pool.dc/h200.offer.tco=h200-4"],
            &["unknown cost record `h200-4`", "did you mean `h200-4y`?"],
        ),
        (
            &["pool.dc/h200.offer.price=2 USD/GPU-h"],
            &["both `tco` and `price`"],
        ),
        (&["pool.dc/h200.offer.quota=4"], &["`quota` means nothing"]),
        (
            &["pool.dc/h200.site=cloud"],
            &["this offer contradicts site `cloud` of kind gpuaas"],
        ),
        (
            &[
                "pool.cloud/h100.site=dc",
                "pool.cloud/h100.offer.price=1 USD/GPU-h",
            ],
            &["this offer contradicts site `dc` of kind private"],
        ),
        (
            &["pool.cloud/h100.offer.price=-2 USD/GPU-h"],
            &["`-2 USD/GPU-h` is negative"],
        ),
        (
            &["pool.cloud/h100.offer.price=2 EUR/GPU-h"],
            &[
                "`EUR` is not the scenario's currency `USD`",
                "one currency for now",
            ],
        ),
        (
            &["pool.cloud/h100.offer.price=2 USD/h"],
            &["`USD/h` is not a unit of price"],
        ),
        (
            &["pool.cloud/h100.offer.quota=7"],
            &["a quota of 7 GPUs holds no instance of 8"],
        ),
        (
            &["pool.cloud/h100.gpu=b200"],
            &[
                "the catalog has no price for b200",
                "it has h200, h100, l40s",
            ],
        ),
        (
            &["pool.cloud/h100.offer.steps=[{from=\"1 d\", price=\"2 USD/GPU-h\"}]"],
            &["no price holds at the start"],
        ),
        (
            &[
                "pool.cloud/h100.offer.steps=[{from=\"0 d\", price=\"2 USD/GPU-h\"},{from=\"0 h\", price=\"3 USD/GPU-h\"}]",
            ],
            &["two prices begin at the same instant"],
        ),
        (&["scenario.name=../x"], &["`../x` cannot name a folder"]),
        (
            &["scenario.start=yesterday"],
            &["`yesterday` is not an instant"],
        ),
        (
            &["scenario.horizon=3 GiB"],
            &["`GiB` is not a unit of time"],
        ),
        (
            &["class.small.name=large"],
            &["there are two of class `large`"],
        ),
        (
            &["strategy.burst.placement.spill.jobs_ahead=4"],
            &["more than one spill test"],
        ),
        (
            &["demand.trace=none.csv"],
            &["none.csv", "cannot be opened"],
        ),
        (
            &["demand.format=philly"],
            &["the zone of the trace is missing"],
        ),
    ];
    for (sets, expected) in cases {
        let told = try_compile(&folder.0, sets).expect_err(&format!("{sets:?} is accepted"));
        for words in expected {
            assert!(told.contains(words), "{sets:?}: {words}\nnot in\n{told}");
        }
    }
}

#[test]
fn a_gang_that_fits_nowhere_is_told_or_dropped() {
    let folder = Folder::new("gang", GOOD, &TRACE.replace("16.000", "512.000"));
    let told = try_compile(&folder.0, &[]).unwrap_err();
    let place = folder.0.join("trace.csv").display().to_string();
    assert_eq!(
        told,
        format!(
            "error: no pool can ever hold a gang of 512 GPUs (largest: dc/h200 with 16)\n   \
             ┌─ {place}, row 2: job b, tenant speech\n   \
             = 1 job is like this; drop them with `demand.drop = [\"unplaceable\"]` or add capacity\n\n\
             1 problem, nothing was run\n"
        )
    );
    let kept = folder.0.join("x.toml");
    std::fs::write(
        &kept,
        GOOD.replace("trace.csv\"", "trace.csv\"\ndrop = [\"unplaceable\"]"),
    )
    .unwrap();
    let compiled = try_compile(&folder.0, &[]).unwrap();
    assert_eq!((compiled.load.jobs, compiled.load.unplaceable), (2, 1));
}

#[test]
fn an_empty_scenario_lists_what_it_needs() {
    let folder = Folder::new("empty", "", TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    for words in [
        "[scenario]",
        "[[pool]]",
        "[[demand]]",
        "[[strategy]]",
        "4 problems",
    ] {
        assert!(told.contains(words), "{words} not in\n{told}");
    }
}

#[test]
fn missing_keys_point_at_their_table() {
    let folder = Folder::new("missing", &GOOD.replace("gpu = \"h200\"\n", ""), TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(told.contains("the gpu of a pool is missing"), "{told}");
    assert!(told.contains("16 │ [[pool]]"), "{told}");
}

#[test]
fn shipped_scenarios_compile() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for name in ["hybrid-burst.toml", "edge.toml", "starter.toml"] {
        let scenario = load(&folder.join(name), &[]).unwrap();
        let compiled = compile(&scenario).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(compiled.model.rolls_dice(), "{name}");
        assert!(0 < compiled.load.jobs, "{name}");
    }
}

#[test]
fn a_load_is_met_in_the_mean() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hybrid-burst.toml");
    let scenario = load(&path, &["scenario.horizon=112 d".to_owned()]).unwrap();
    let model = compile(&scenario)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .model;
    let mut timeline = Timeline::default();
    let mut busy = 0.0;
    for replication in 0..50 {
        Timeline::sample(
            &model,
            &Dice {
                seed: 1,
                replication,
            },
            &mut timeline,
        );
        let gpu_time = |(request, truth): (&Request, &Truth)| {
            model.milli_of(request.shape) as f64 * truth.work.0 as f64
        };
        busy += timeline
            .requests
            .iter()
            .zip(&timeline.truth)
            .map(gpu_time)
            .sum::<f64>();
    }
    let owned = 256_000.0 * 112.0 * 86_400_000.0 * 50.0;
    // Asked for: .87. The GPU-time of one job varies by a factor of about 12 about its mean, and 1.9 million
    // jobs come, so the standard error of the ratio is 12 ÷ √(1.9 × 10⁶) = .9 %; days and bursts add some.
    assert!((busy / owned / 0.87 - 1.0).abs() < 0.04, "{}", busy / owned);
}

#[test]
fn sampling_is_a_function_of_seed_and_replication() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hybrid-burst.toml");
    let model = compile(&load(&path, &[]).unwrap())
        .unwrap_or_else(|problems| panic!("{problems}"))
        .model;
    let sample = |replication| {
        let mut timeline = Timeline::default();
        Timeline::sample(
            &model,
            &Dice {
                seed: 3,
                replication,
            },
            &mut timeline,
        );
        timeline
    };
    assert_eq!(sample(4), sample(4));
    assert_ne!(sample(4).requests, sample(5).requests);
    let mut reused = sample(9);
    Timeline::sample(
        &model,
        &Dice {
            seed: 3,
            replication: 4,
        },
        &mut reused,
    );
    assert_eq!(reused, sample(4));
    assert!(reused.requests.is_sorted_by_key(|request| request.submit));
}
