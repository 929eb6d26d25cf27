//! Every strategy of every shipped scenario, with all audits on: each job has one record, all accounts agree to the tick,
//! and playing the world again changes nothing.
#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;
use std::fs::read_dir;
use std::path::{Path, PathBuf};

use crate::common::checks::balances;
use crate::common::{Everything, play};
use plimsoll::dice::Dice;
use plimsoll::model::{Horizon, Model, Timeline, compile};
use plimsoll::scenario::load;
use plimsoll::units::{SimTime, Span};

/// Days that are played at the most.
const DAYS: u64 = 10;

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|of| of == "toml"))
        .collect();
    files.sort();
    files
}

/// The model of a scenario, for a few days; nothing if the data that it replays are not here.
fn model(path: &Path) -> Option<Model> {
    let compiled = load(path, &[]).and_then(|loaded| compile(&loaded));
    let compiled = match compiled {
        Ok(compiled) => compiled,
        Err(problems) => {
            let told = problems.render(false);
            assert!(
                told.contains("cannot be opened"),
                "{}: {told}",
                path.display()
            );
            println!("skipped: no data for {}", path.display());
            return None;
        }
    };
    let mut model = compiled.model;
    let end = SimTime(DAYS * Span::DAY.0);
    model.horizon = match model.horizon {
        Horizon::At(at) => Horizon::At(at.min(end)),
        Horizon::LastSubmit | Horizon::UntilEmpty => Horizon::At(end),
    };
    Some(model)
}

fn one_record_each(timeline: &Timeline, heard: &Everything, what: &str) {
    let records: BTreeSet<usize> = heard.jobs.iter().map(|job| job.job.index()).collect();
    assert_eq!(records.len(), heard.jobs.len(), "{what}");
    let end = heard.run.horizon;
    let came = |index: &usize| timeline.requests[*index].submit <= end;
    let mut all = (0..timeline.requests.len()).filter(came);
    assert!(all.all(|index| records.contains(&index)), "{what}");
    let brought = |index: &&usize| **index < timeline.requests.len();
    let mut brought = records.iter().filter(brought);
    assert!(brought.all(came), "{what}");
}

#[test]
fn every_strategy_of_every_shipped_scenario_stands_all_audits() {
    let mut played = 0;
    for path in scenarios() {
        let Some(model) = model(&path) else { continue };
        let mut timeline = Timeline::default();
        let dice = Dice {
            seed: 1,
            replication: 0,
        };
        Timeline::sample(&model, &dice, &mut timeline);
        for (strategy, settings) in model.strategies.iter().enumerate() {
            let what = format!("{} under {}", path.display(), settings.name);
            let heard = play(&model, &timeline, strategy);
            one_record_each(&timeline, &heard, &what);
            balances(&heard);
            let again = play(&model, &timeline, strategy);
            assert_eq!(heard.run, again.run, "{what}");
            played += 1;
        }
    }
    assert!(70 <= played, "{played} strategies");
}
