//! A scenario made ready to play, with what there is to say about it.

use std::path::Path;

use anyhow::Context as _;

use crate::dice::Dice;
use crate::experiment::{amount, duration, grouped};
use crate::model::{self, AnswerGate, Compiled, LabelReport, LoadReport, Model, Timeline};
use crate::record::{Assumption, Input, plain, sha256_file};
use crate::scenario;
use crate::trace;
use crate::units::{SimTime, StrategyId};

use super::arguments::ScenarioArguments;
use super::exit::Failure;
use super::labels;

/// A checked scenario.
pub(super) struct Study {
    /// What it means.
    pub(super) model: Model,
    /// Its words after `extends` and `--set`.
    pub(super) resolved: String,
    /// The files it was made from.
    pub(super) inputs: Vec<Input>,
    /// What the user did not say.
    pub(super) assumptions: Vec<Assumption>,
    /// What it asks for, against what there is.
    pub(super) load: LoadReport,
    /// What is known of recorded jobs.
    pub(super) labels: LabelReport,
    /// What was read, line by line.
    pub(super) read: Vec<String>,
    /// Replications, unless the command line says otherwise.
    pub(super) replications: u32,
    /// The seed of all randomness.
    pub(super) seed: u64,
    /// What the answer must keep to.
    pub(super) gates: Vec<AnswerGate>,
    /// Whether the scenario asks for evidence.
    pub(super) evidence: bool,
}

impl Study {
    /// Loads and checks a scenario; all problems are told at once. `seed` overrides the scenario's own.
    pub(super) fn open(arguments: &ScenarioArguments, seed: Option<u64>) -> Result<Self, Failure> {
        let scenario = scenario::load(&arguments.file, &arguments.overrides())?;
        let mut compiled = model::compile(&scenario)?;
        if let Some(seed) = seed.filter(|seed| *seed != compiled.seed) {
            compiled.seed = seed;
            let unplaceable = compiled.load.unplaceable;
            compiled.load = LoadReport::of(&compiled.model, &compiled.imports, unplaceable, seed);
        }
        let mut files = compiled.files.clone();
        files.sort();
        files.dedup();
        let inputs = files
            .iter()
            .map(|file| input(file))
            .collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self {
            read: what_was_read(&compiled),
            assumptions: compiled.assumptions.iter().map(assumption).collect(),
            inputs,
            model: compiled.model,
            resolved: compiled.resolved,
            load: compiled.load,
            labels: compiled.labels,
            replications: compiled.replications,
            seed: compiled.seed,
            gates: compiled.gates,
            evidence: compiled.evidence,
        })
    }

    /// The strategy of a name, or the first.
    pub(super) fn strategy(&self, name: Option<&str>) -> Result<StrategyId, Failure> {
        let names = || self.model.strategies.iter().map(|s| s.name.as_str());
        let index = match name {
            None => 0,
            Some(name) => names().position(|known| known == name).ok_or_else(|| {
                let known: Vec<String> = names().map(|known| format!("`{known}`")).collect();
                Failure::Usage(format!(
                    "the scenario has no strategy `{name}`; it has {}",
                    known.join(", ")
                ))
            })?,
        };
        Ok(StrategyId::from(index))
    }

    /// Whether anything in it is random.
    pub(super) fn rolls_dice(&self) -> bool {
        self.model.rolls_dice()
    }

    /// Samples the world that the dice name.
    pub(super) fn sample(&self, dice: &Dice, timeline: &mut Timeline) {
        Timeline::sample(&self.model, dice, timeline);
    }

    /// The scenario's name and span.
    pub(super) fn title(&self) -> String {
        format!(
            "{} · {} from {}",
            plain(&self.model.name),
            duration(self.load.end.as_seconds(), None),
            self.model.epoch.format(SimTime::ZERO)
        )
    }
}

fn input(file: &Path) -> anyhow::Result<Input> {
    let (sha256, bytes) =
        sha256_file(file).with_context(|| format!("cannot read {} again", file.display()))?;
    Ok(Input {
        path: file.to_string_lossy().replace('\\', "/"),
        sha256,
        bytes,
    })
}

fn assumption(made: &model::Assumption) -> Assumption {
    Assumption {
        what: made.what.clone(),
        value: made.value.clone(),
        source: made.source.clone(),
        as_of: made.as_of.clone(),
        confidence: made.confidence.to_owned(),
    }
}

/// The name of Plimsoll's own table of jobs.
const OWN_FORMAT: &str = trace::Format::Plimsoll {
    start_unix_ms: None,
}
.name();

/// What the run begins with.
fn begins_with(model: &Model) -> String {
    let initial = &model.initial;
    if initial.is_empty() {
        return "started empty: nothing runs, waits or is down at the start".to_owned();
    }
    let running = initial.jobs.iter().filter(|job| job.pool.is_some()).count();
    let waiting = initial.jobs.len() - running;
    let down: u64 = initial
        .down
        .iter()
        .map(|range| u64::from(range.nodes))
        .sum();
    format!(
        "started with {} that run, {} that wait, {} down",
        counted(running as u64, "job"),
        counted(waiting as u64, "job"),
        counted(down, "node"),
    )
}

fn what_was_read(compiled: &Compiled) -> Vec<String> {
    let load = &compiled.load;
    let mut lines: Vec<String> = compiled
        .imports
        .iter()
        .flat_map(|import| {
            // Plimsoll's own table declares itself; of any other source somebody said what it means.
            let own = import.format == OWN_FORMAT;
            let mut lines = import.lines();
            lines.retain(|line| !(own && line.trim_start().starts_with("declared: ")));
            lines
        })
        .collect();
    let sampled = if load.sampled {
        " in the first sampled world"
    } else {
        ""
    };
    let mut dropped = format!("{} dropped", counted(load.rows_dropped, "row"));
    if 0 < load.unplaceable {
        let jobs = counted(load.unplaceable, "job");
        dropped = format!("{dropped}, {jobs} that no pool can hold dropped");
    }
    if 0 < load.beyond_horizon {
        let jobs = counted(load.beyond_horizon, "job");
        dropped = format!("{dropped}, {jobs} at the horizon or later not played");
    }
    lines.push(begins_with(&compiled.model));
    lines.push(format!(
        "{}, {} GPU-h{sampled} ({dropped})",
        counted(load.jobs, "job"),
        hours(load.gpu_time)
    ));
    for gpu in &load.gpus {
        let against = match gpu.ratio() {
            Some(ratio) => format!("on {} owned = {ratio:.2}", hours(gpu.capacity)),
            None => "and none owned".to_owned(),
        };
        lines.push(format!(
            "offered load  {}  {} GPU-h {against}",
            gpu.gpu,
            hours(gpu.demanded)
        ));
    }
    lines.extend(labels::told(&compiled.labels));
    lines
}

/// A number with its noun.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let figures = grouped(&number.to_string());
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("{figures} {noun}"),
        (_, Some(stem)) => format!("{figures} {stem}ies"),
        (_, None) => format!("{figures} {noun}s"),
    }
}

/// GPU-time in GPU-hours, whole unless they are few.
pub(super) fn hours(gpu_time: u128) -> String {
    let hours = gpu_time as f64 / 3.6e9;
    amount(if hours < 10.0 { hours } else { hours.round() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_declared_of_a_table_is_shown_and_what_was_not_is_noted() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let open = |sets: &[&str]| {
            let arguments = ScenarioArguments {
                file: root.join("tests/fixtures/command/small.toml"),
                sets: sets.iter().map(|&set| set.to_owned()).collect(),
                assumes: Vec::new(),
            };
            Study::open(&arguments, None)
                .map_err(|_| "a bad scenario")
                .unwrap()
        };
        let csv = open(&[
            "demand.format=csv",
            "demand.columns={submit='submit_s',duration='duration_s',gpus='gpus',ignore=['*']}",
        ]);
        assert_eq!(
            csv.read[1..4],
            [
                "  declared: submit `submit_s`: seconds since the source's zero",
                "  declared: run time `duration_s`: seconds",
                "  declared: GPUs `gpus`: GPUs",
            ]
        );
        let noted = |what: &str| csv.assumptions.iter().any(|made| made.what == what);
        assert!(noted("columns: unit of time"));
        assert!(noted("columns: unit of GPUs"));
        assert!(noted("columns: clock"));
        let own = open(&[]);
        assert!(!own.read.iter().any(|line| line.contains("declared")));
    }

    #[test]
    fn nouns_agree_with_numbers() {
        assert_eq!(counted(1, "replication"), "1 replication");
        assert_eq!(counted(1_200, "replication"), "1,200 replications");
        assert_eq!(counted(3, "strategy"), "3 strategies");
        assert_eq!(counted(0, "job"), "0 jobs");
    }
}
