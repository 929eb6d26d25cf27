//! Every shipped runbook can be taken in by one line, is set off by the weather that it is for, and its steps do something.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use crate::common::checks::balances;
use crate::common::{Everything, play_first};
use crate::library::estates::{ESTATE, LOSSES};
use crate::library::heard::*;
use plimsoll::experiment::{Drill, Tried, drill};
use plimsoll::journal::{Cause, Item};
use plimsoll::model::{Model, compile};
use plimsoll::scenario::load_text;
use plimsoll::units::{Money, PoolId, Span, StrategyId};

/// A runbook, the weather that it is for, in which estate, and what it must change: (with it, without it).
struct Case {
    runbook: &'static str,
    weather: &'static str,
    estate: fn() -> String,
    effect: fn(&Everything, &Everything) -> bool,
}

/// H100 beside the H200, which nobody uses in calm; and nothing to read, for nothing feeds it there.
fn with_h100() -> String {
    let pools =
        "sites = [\"dc\", \"aws\"]\npools = [\"dc/h200\", \"aws/spot\", \"aws/on-demand\"]\n";
    let own = |name: &str| format!("name{name}\"\n");
    let mut estate = dry();
    for (name, padded) in [
        ("single", "      = \"single"),
        ("node", "       = \"node"),
        ("large", " = \"large"),
    ] {
        let line = own(padded);
        assert!(estate.contains(&line), "{name}");
        estate = estate.replace(&line, &format!("{line}{pools}"));
    }
    estate
        + r#"
[[pool]]
name  = "aws/h100"
site  = "aws"
gpu   = "h100"
offer = { kind = "on-demand", quota = 64 }
"#
}

fn dry() -> String {
    let dry = ESTATE.lines().filter(|line| !line.starts_with("feed"));
    dry.collect::<Vec<_>>().join("\n") + "\n"
}

/// Checkpoints go home to what is rented, and the private site is lost on the ninth day.
fn going_home() -> String {
    let goes_home = "{ interval = \"4 h\", size = \"400 GB\", sync_to = \"bucket\" }";
    let estate = dry().replace("{ interval = \"4 h\" }", goes_home);
    format!("{estate}{LOSSES}")
}

/// A registry that gives so little that a model is on its way for four hours.
fn slow_registry() -> String {
    let estate = ESTATE.replace("bandwidth = \"1 GB/s\"", "bandwidth = \"10 MB/s\"");
    assert_ne!(estate, ESTATE);
    estate
}

fn as_it_is() -> String {
    ESTATE.to_owned()
}

const CASES: &[Case] = &[
    Case {
        runbook: "keys-rotated.toml",
        weather: "key-rotation.toml",
        estate: slow_registry,
        effect: |with, without| {
            waited_for(with, Cause::Staging) * 10 < waited_for(without, Cause::Staging) * 9
        },
    },
    Case {
        runbook: "checkpoints-blocked.toml",
        weather: "egress-blocks-checkpoints.toml",
        estate: going_home,
        effect: |with, without| rework(with, 0) * 2 < rework(without, 0),
    },
    Case {
        runbook: "gpus-sold-out.toml",
        weather: "h200-sold-out.toml",
        estate: with_h100,
        effect: |with, without| {
            let there = |heard: &Everything| {
                let jobs = heard.jobs.iter();
                jobs.filter(|job| job.pool == Some(PoolId(4))).count()
            };
            let waited = |heard: &Everything| waited_for(heard, Cause::Quota);
            0 < there(with) && there(without) == 0 && waited(with) * 2 < waited(without)
        },
    },
    Case {
        runbook: "edge-model-corrupted.toml",
        weather: "edge-model-corrupted.toml",
        estate: as_it_is,
        effect: |with, without| 2 * with.run.spoiled_jobs < without.run.spoiled_jobs,
    },
    // Three days slow, and back within hours.
    Case {
        runbook: "storage-slow.toml",
        weather: "storage-slow.toml",
        estate: as_it_is,
        effect: |with, without| stalled(with, 0).0 * 5 < stalled(without, 0).0,
    },
    // Three sites for a day without it.
    Case {
        runbook: "keys-out.toml",
        weather: "keys-out.toml",
        estate: as_it_is,
        effect: |with, without| hours_out(without) == 72 && hours_out(with) < 24,
    },
    Case {
        runbook: "price-incident.toml",
        weather: "price-doubles.toml",
        estate: dry,
        effect: |with, without| {
            let paid = |heard: &Everything| heard.pools[2].charged.0 + heard.pools[3].charged.0;
            paid(with) * 10 < paid(without) * 9
        },
    },
];

fn model(runbook: Option<&str>, weather: Option<&str>, estate: &str) -> Model {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let name = folder.join("estate.toml").display().to_string();
    let line = |list: &str, folder: &str, file: Option<&str>| {
        file.map_or(String::new(), |file| {
            format!("{list} = [\"{folder}/{file}\"]\n")
        })
    };
    let weather = line("weather", "weather", weather);
    let runbook = line("runbooks", "runbooks", runbook);
    let estate = short(estate);
    let scenario = load_text(&name, &format!("{weather}{runbook}{estate}"), &[]);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let compiled = compile(&scenario);
    compiled
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
        .model
}

/// Twelve days are enough: all begins on the third.
fn short(estate: &str) -> String {
    let short = estate.replace("horizon       = \"28 d\"", "horizon       = \"12 d\"");
    assert_ne!(short, estate);
    short
}

fn live(model: &Model) -> Everything {
    let heard = play_first(model, 0);
    balances(&heard);
    heard
}

#[test]
fn every_runbook_is_set_off_by_its_weather_and_changes_what_comes_of_it() {
    let mut failed = Vec::new();
    for case in CASES {
        let estate = (case.estate)();
        let with = live(&model(Some(case.runbook), Some(case.weather), &estate));
        let without = live(&model(None, Some(case.weather), &estate));
        let record = with.failovers[0];
        let posted = with
            .postings
            .iter()
            .filter(|line| line.item == Item::Reaction);
        let posted: Money = posted.map(|line| line.amount).sum();
        // People were there for half an hour at the least, and were paid for it.
        let worked = record.alarms > 0
            && record.begun > 0
            && record.failed_steps == 0
            && Span(30 * 60_000) < record.people
            && Money::ZERO < posted
            && posted == record.people_cost;
        if !worked || !(case.effect)(&with, &without) {
            failed.push(format!(
                "{}: {record:?}\n  with    {} {}\n  without {} {}",
                case.runbook,
                figures(&with),
                waited_for(&with, Cause::Staging),
                figures(&without),
                waited_for(&without, Cause::Staging),
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_runbook_in_fair_weather_changes_nothing() {
    for case in CASES {
        let estate = (case.estate)();
        let with = live(&model(Some(case.runbook), None, &estate));
        if with.failovers[0].alarms > 0 {
            // It is busy enough there that somebody waits for two hours: that is what this one is for.
            assert_eq!(case.runbook, "gpus-sold-out.toml");
            continue;
        }
        let without = live(&model(None, None, &estate));
        assert_eq!(with.jobs, without.jobs, "{}", case.runbook);
        assert_eq!(with.run.people_cost, Money::ZERO);
    }
}

/// In worlds of that weather, or in which what it watches is lost on purpose.
fn tried(case: &Case, weather: Option<&str>) -> Vec<Tried> {
    let model = model(Some(case.runbook), weather, &(case.estate)());
    let what = Drill {
        model: &model,
        strategy: StrategyId(0),
        failover: 0,
        seed: 1,
        worlds: 2,
        lasts: Span::DAY,
    };
    drill(&what, &AtomicBool::new(false)).unwrap()
}

#[test]
fn every_runbook_is_tried_out_and_says_how_often_it_worked() {
    for case in CASES {
        // What can be lost on purpose is; a price and a drought come by themselves.
        let by_itself = ["price-incident.toml", "gpus-sold-out.toml"].contains(&case.runbook);
        let all = tried(case, by_itself.then_some(case.weather));
        assert_eq!(all.iter().all(|one| one.lost_at.is_none()), by_itself);
        let known = all.iter().filter_map(Tried::worked).count();
        assert!(0 < known, "{}: {all:?}", case.runbook);
        let people: u64 = all.iter().map(|one| one.people.0).sum();
        assert!(0 < people, "{}", case.runbook);
    }
}

#[test]
fn every_shipped_runbook_is_tested() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios/runbooks");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut tested: Vec<&str> = CASES.iter().map(|case| case.runbook).collect();
    tested.sort_unstable();
    assert_eq!(files, tested);
}
