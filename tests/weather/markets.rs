//! Markets from the words of a scenario to the books: the shipped scenarios, and recordings of the real thing.
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};

use crate::common::{Everything, play};
use plimsoll::dice::Dice;
use plimsoll::journal::{Bucket, Fact};
use plimsoll::model::{Compiled, Happening, Model, Timeline, compile};
use plimsoll::scenario::{load, load_text};
use plimsoll::units::{Money, PoolId, Price, SimTime, Span};

pub(super) fn shipped(name: &str, horizon: &str) -> Compiled {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let set = [format!("scenario.horizon={horizon}")];
    let scenario = load(&root.join("scenarios").join(name), &set).unwrap();
    compile(&scenario).unwrap_or_else(|problems| panic!("{problems}"))
}

pub(super) fn world(model: &Model, replication: u32) -> Timeline {
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication,
    };
    Timeline::sample(model, &dice, &mut timeline);
    timeline
}

/// Postings are the books, pool by pool.
fn balances(heard: &Everything) {
    for pool in &heard.pools {
        let mine = heard
            .postings
            .iter()
            .filter(|p| p.pool() == Some(pool.pool));
        let total = mine.clone().fold(Money::ZERO, |sum, p| sum + p.amount);
        assert_eq!(total, pool.charged + pool.egress_cost);
        for bucket in Bucket::ALL {
            let of = mine.clone().filter(|p| p.bucket() == Some(bucket));
            let posted: u128 = of.map(|p| p.gpu_time).sum();
            assert_eq!(posted, pool.gpu_time[bucket], "{bucket:?}");
        }
    }
}

#[test]
fn the_shipped_markets_balance_under_every_strategy() {
    for name in ["spot-shock.toml", "h200-drought.toml"] {
        let model = shipped(name, "6 d").model;
        let (mut refused, mut reclaimed) = (0, 0);
        for replication in 0..3 {
            let timeline = world(&model, replication);
            for strategy in 0..model.strategies.len() {
                let heard = play(&model, &timeline, strategy);
                balances(&heard);
                refused += heard.pools.iter().map(|pool| pool.refusals).sum::<u64>();
                reclaimed += heard.pools.iter().map(|pool| pool.reclaims).sum::<u64>();
                let interrupted = |fact: &Fact| matches!(fact, Fact::Interrupted(..));
                let owned_only = strategy == 0;
                assert!(!owned_only || !heard.facts.iter().any(|(_, fact)| interrupted(fact)));
            }
        }
        assert!(
            refused > 0 && reclaimed > 0,
            "{name}: {refused} {reclaimed}"
        );
    }
}

/// The path of a recording, or `None` with a word about it.
fn recording(file: &str) -> Option<PathBuf> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("PLIMSOLL_DATA").map_or(default, PathBuf::from);
    let path = folder.join(file);
    if !path.exists() {
        println!("skipped: no data at {}", path.display());
        return None;
    }
    Some(path)
}

const ESTATE: &str = r#"
[scenario]
name    = "replay"
start   = 2026-01-05T00:00:00Z
horizon = "203 d"

[[site]]
name = "cloud"
kind = "gpuaas"

[[pool]]
name  = "spot"
site  = "cloud"
gpu   = "h100"
offer = { kind = "spot", quota = 64 OFFER }

[[class]]
name = "any"
match = { gpus = "1.." }

[[demand]]
name      = "some"
generator = { preset = "shared-research", jobs_per_day = 1.0 }
drop      = ["unplaceable"]

[[strategy]]
name      = "out"
placement = { kind = "public-only" }
"#;

fn estate(offer: &str, more: &str) -> Model {
    let text = ESTATE.replace(" OFFER", offer) + more;
    let scenario = load_text("replay.toml", &text, &[]).unwrap();
    let compiled = compile(&scenario).unwrap_or_else(|problems| panic!("{problems}"));
    compiled.model
}

#[test]
fn a_recorded_price_shock_is_the_one_in_the_scenario() {
    let Some(path) = recording("prices/gcp_gpu_price_changes_2022-2026.csv.gz") else {
        return;
    };
    let series = "series = { region = \"us-central1\", instance = \"a3-highgpu-8g\" }";
    let offer = format!(
        ", prices = '{}', prices_format = \"gcp-spot\", {series}",
        path.display()
    );
    let replayed = estate(&offer, "");
    let written = shipped("spot-shock.toml", "203 d").model;
    let steps = |model: &Model, pool: usize| model.pools[pool].prices().steps().collect::<Vec<_>>();
    assert_eq!(steps(&replayed, 0), steps(&written, 1));
    assert_eq!(steps(&replayed, 0)[0], (SimTime(0), Price(2_548_800)));
}

#[test]
fn recorded_availability_is_replayed_at_its_share() {
    let file = "skypilot-spot/availability__1-node__aws-02-15-2023__us-west-2a_v100_1.json.gz";
    let Some(path) = recording(file) else {
        return;
    };
    let market = format!(
        "\n[[market]]\nname = \"zone\"\navailability = '{}'\ninstances = 8\nbegins = \"random\"\n",
        path.display()
    );
    let model = estate(", market = \"zone\", price = \"2 USD/GPU-h\"", &market);
    let (mut up, mut all) = (0, 0);
    let mut first = Vec::new();
    for replication in 0..20 {
        let timeline = world(&model, replication);
        let end = 203 * Span::DAY.0;
        let steps: Vec<(u64, u32)> = timeline
            .weather
            .iter()
            .filter_map(|incident| match incident.what {
                Happening::Capacity {
                    pool, instances, ..
                } => {
                    assert_eq!(pool, PoolId(0));
                    Some((incident.at.0, instances))
                }
                _ => None,
            })
            .collect();
        first.push(steps[1].0);
        let ends = steps[1..].iter().map(|step| step.0).chain([end]);
        for (step, next) in steps.iter().zip(ends) {
            assert!(step.1 == 0 || step.1 == 8);
            up += if step.1 > 0 { next - step.0 } else { 0 };
        }
        all += end;
    }
    // Up .88 to .91 in the three zones of us-west-2.
    let share = up as f64 / all as f64;
    assert!((0.86..0.93).contains(&share), "{share}");
    first.dedup();
    assert!(
        first.len() > 15,
        "replications begin at places of their own"
    );
}

#[test]
fn check_says_what_the_outside_does() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "scenarios/h200-drought.toml"])
        .args(["--set", "scenario.horizon=7 d"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "300")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    for words in [
        "price  aws-a/spot  drawn, mean-reverting; ",
        "market  us-east-2b/h200  6 instances on average when up, region us-east-2: aws-b/spot (notice",
        "verda/on-demand (nothing is taken back)",
        "drought  h200 sold out  4 markets dry at once",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn recorded_nodes_that_come_and_go_are_a_market() {
    let file = "bamboo-parcae-spot/p3-trace.csv";
    let Some(path) = recording(file) else {
        return;
    };
    let market = format!(
        "\n[[market]]\nname = \"zone\"\navailability = '{}'\nformat = \"node-events\"\n",
        path.display()
    );
    let model = estate(", market = \"zone\", price = \"2 USD/GPU-h\"", &market);
    let timeline = world(&model, 0);
    let mut held = (0, 0u64);
    let (mut area, mut least_after) = (0u128, u32::MAX);
    let end = 11 * Span::HOUR.0;
    for incident in &timeline.weather {
        if let Happening::Capacity { instances, .. } = incident.what {
            let at = incident.at.0.min(end);
            area += u128::from(held.0) * u128::from(at - held.1);
            held = (u64::from(instances), at);
            if 1_000_000 < at && at < end {
                least_after = least_after.min(instances);
            }
        }
    }
    // 24.0 of 32 nodes on average over the 11.4 h that were recorded.
    let mean = area as f64 / held.1 as f64;
    assert!((22.0..26.0).contains(&mean), "{mean}");
    assert!(least_after < 24, "some go");
}
