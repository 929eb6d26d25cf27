//! What evidence says of each rule: how often it was behind a decision, refused something, or was broken with leave.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};

use serde::Deserialize;

use crate::units::Epoch;

use super::LINE_MAX;
use super::coverage::reads;
use super::retained::RetentionTally;
use super::tally::RuleTally;

/// What evidence says of all rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// By rule, in the order of the scenario.
    pub rules: Vec<(String, RuleTally)>,
    /// Controls for which the scenario should have rules.
    pub declared: Vec<String>,
    /// By rule of retention, in the order of the scenario.
    pub retention: Vec<(String, RetentionTally)>,
    /// What no rule of retention is about.
    pub without_retention: BTreeSet<String>,
    /// Lines of each kind.
    pub kinds: BTreeMap<String, u64>,
    /// Bytes of the lines that were looked at.
    pub bytes: u64,
    /// The same, if each decision and step said all that it rests on.
    pub whole_bytes: u64,
    /// Lines that tell of something that happened.
    pub decided: u64,
    /// Simulated time behind them, of all runs together, in milliseconds.
    pub span_ms: u64,
    /// How many runs there are.
    pub runs: u64,
    /// The hash of the scenario.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
}

/// Rules that stand for a control.
pub type Stands<'a> = Vec<&'a (String, RuleTally)>;

/// As much of a line as the matrix looks at.
#[derive(Deserialize)]
struct Told {
    line: u64,
    kind: String,
    #[serde(default)]
    scenario: String,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    strategy: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    step: String,
    #[serde(default)]
    at: String,
    work: Option<u32>,
    basis: Option<u32>,
    way: Option<u32>,
    #[serde(default)]
    rules: Vec<Named>,
    #[serde(default)]
    violates: Vec<String>,
    #[serde(default)]
    controls: Vec<String>,
    #[serde(default)]
    alternatives: Vec<Alternative>,
}

/// A rule, by its id or with all that is said of it where a run begins.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Id(String),
    Whole {
        id: String,
        #[serde(default)]
        on: String,
        effect: String,
        #[serde(default)]
        when: String,
        mode: String,
        #[serde(default)]
        controls: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Alternative {
    #[serde(default)]
    bar: String,
    #[serde(default)]
    rules: Vec<String>,
}

/// What is kept of a run while it is read.
#[derive(Default)]
struct Reading {
    strategy: String,
    /// Whether its strategy is asked for.
    counts: bool,
    /// When it began, in milliseconds since 1970.
    began: i64,
    /// By what is said once and its number, how many bytes that takes.
    shared: BTreeMap<(&'static str, u32), u64>,
    /// The mode of each rule.
    modes: BTreeMap<String, String>,
    /// By basis, the rules that allowed, and those that refused another pool.
    bases: BTreeMap<u32, (Vec<String>, BTreeSet<String>)>,
    /// By way, the rules against it.
    ways: BTreeMap<u32, Vec<String>>,
}

impl Matrix {
    /// Reads evidence that was verified; `strategy` leaves out all others.
    ///
    /// # Errors
    /// If it cannot be read, or holds something that is no line of evidence.
    pub fn read(mut evidence: impl BufRead, strategy: Option<&str>) -> io::Result<Self> {
        use io::Read as _;
        let mut matrix = Self::default();
        let mut run = Reading::default();
        let mut text = Vec::new();
        loop {
            text.clear();
            let most = LINE_MAX as u64 + 1;
            let read = evidence.by_ref().take(most).read_until(b'\n', &mut text)?;
            if read == 0 {
                return Ok(matrix);
            }
            let told: Told = serde_json::from_slice(&text)?;
            if told.kind == "run" {
                run = Reading {
                    began: instant(&told.at),
                    counts: strategy.is_none_or(|only| only == told.strategy),
                    strategy: told.strategy.clone(),
                    ..Reading::default()
                };
            }
            if run.counts || told.kind == "closing" {
                matrix.weigh(&told, read as u64, &mut run);
                if matches!(told.kind.as_str(), "run" | "deletion") {
                    matrix.retain(&told.kind, serde_json::from_slice(&text)?);
                }
                matrix.add(told, &mut run);
            }
        }
    }

    /// Counts the bytes of a line, and of what it rests on.
    fn weigh(&mut self, told: &Told, bytes: u64, run: &mut Reading) {
        self.bytes += bytes;
        let named = [
            ("work", told.work),
            ("basis", told.basis),
            ("way", told.way),
        ];
        match (
            told.kind.as_str(),
            named.iter().find(|(kind, _)| *kind == told.kind),
        ) {
            (_, Some(&(kind, Some(number)))) => {
                run.shared.insert((kind, number), bytes);
            }
            ("run" | "closing", _) => {}
            ("end", _) => {
                let span = instant(&told.at).saturating_sub(run.began);
                self.span_ms += u64::try_from(span).unwrap_or(0);
            }
            _ => {
                let rests_on = named
                    .into_iter()
                    .filter_map(|(kind, number)| Some((kind, number?)));
                let rests_on = rests_on.filter_map(|key| run.shared.get(&key));
                self.whole_bytes += bytes + rests_on.sum::<u64>();
                self.decided += 1;
            }
        }
    }

    fn of(&mut self, id: &str) -> &mut RuleTally {
        let found = self.rules.iter().position(|(known, _)| known == id);
        let index = found.unwrap_or_else(|| {
            self.rules.push((id.to_owned(), RuleTally::default()));
            self.rules.len() - 1
        });
        &mut self.rules[index].1
    }

    fn note(&mut self, id: &str, line: u64, count: impl FnOnce(&mut RuleTally)) {
        let tally = self.of(id);
        let first = tally.records.map_or(line, |(first, _)| first);
        tally.records = Some((first, line));
        count(tally);
    }

    fn add(&mut self, told: Told, run: &mut Reading) {
        *self.kinds.entry(told.kind.clone()).or_default() += 1;
        let line = told.line;
        match told.kind.as_str() {
            "run" => self.begin(told, run),
            "basis" => run.learn_basis(&told),
            "way" => {
                run.ways.insert(told.way.unwrap_or_default(), ids(&told));
            }
            "placement" | "refusal" => {
                let basis = told.basis.and_then(|basis| run.bases.get(&basis));
                let Some((allowing, refusing)) = basis else {
                    return;
                };
                for id in refusing {
                    self.note(id, line, |tally| tally.refused += 1);
                }
                if told.kind == "placement" {
                    for id in allowing {
                        self.note(id, line, |tally| tally.allowed += 1);
                    }
                }
            }
            "transfer" => {
                let against = told.way.and_then(|way| run.ways.get(&way));
                for id in against.into_iter().flatten() {
                    self.note(id, line, |tally| match told.step.as_str() {
                        "refused" => tally.refused += 1,
                        _ => tally.moved += 1,
                    });
                }
            }
            "violation" => {
                for id in ids(&told) {
                    self.note(&id, line, |tally| tally.excepted += 1);
                }
            }
            "rule" => {
                for id in ids(&told) {
                    self.note(&id, line, |tally| tally.changes += 1);
                    run.modes.insert(id, told.verdict.clone());
                }
            }
            "end" => {
                for (id, mode) in run.modes.iter().filter(|(_, mode)| *mode != "enforce") {
                    let words = format!("{mode} under {}", run.strategy);
                    self.of(id).open_at_end.insert(words);
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, told: Told, run: &mut Reading) {
        self.runs += 1;
        self.scenario = told.scenario;
        self.seed = told.seed;
        self.declared = told.controls;
        for rule in told.rules {
            if let Named::Whole {
                id,
                on,
                effect,
                when,
                mode,
                controls,
            } = rule
            {
                let tally = self.of(&id);
                tally.on = on;
                tally.effect = effect;
                tally.reads = reads(&when);
                tally.controls = controls;
                run.modes.insert(id, mode);
            }
        }
    }

    /// Rules by the controls for which they stand, those without any under `None`; declared controls come first.
    pub fn by_control(&self) -> Vec<(Option<&str>, Stands<'_>)> {
        let mut controls: Vec<&str> = self.declared.iter().map(String::as_str).collect();
        for (_, tally) in &self.rules {
            for control in &tally.controls {
                if !controls.contains(&control.as_str()) {
                    controls.push(control);
                }
            }
        }
        for control in self.retention.iter().flat_map(|(_, tally)| &tally.controls) {
            if !controls.contains(&control.as_str()) {
                controls.push(control);
            }
        }
        let stands = |control: &str| {
            let rules = self.rules.iter();
            rules
                .filter(|(_, tally)| tally.controls.iter().any(|own| own == control))
                .collect::<Vec<_>>()
        };
        let mut found: Vec<_> = controls
            .into_iter()
            .map(|control| (Some(control), stands(control)))
            .collect();
        let free = self
            .rules
            .iter()
            .filter(|(_, tally)| tally.controls.is_empty());
        let free: Vec<_> = free.collect();
        if !free.is_empty() {
            found.push((None, free));
        }
        found
    }

    /// What is missing, in words.
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        for (control, rules) in self.by_control() {
            if let (Some(control), true) = (control, rules.is_empty())
                && !self.keeps_for(control)
            {
                gaps.push(format!("control {control} has no rule"));
            }
        }
        for (id, tally) in &self.rules {
            if tally.effect.is_empty() {
                // What stands for what nothing permits is no rule.
                continue;
            }
            if tally.decisions() == 0 {
                gaps.push(format!("rule {id} was behind no decision"));
            }
            if tally.controls.is_empty() {
                gaps.push(format!("rule {id} stands for no control"));
            }
            if !tally.open_at_end.is_empty() {
                let open: Vec<&str> = tally.open_at_end.iter().map(String::as_str).collect();
                gaps.push(format!(
                    "rule {id} is not obeyed at the end, so its exceptions have no end: {}",
                    open.join(", ")
                ));
            }
        }
        gaps.extend(self.gaps_of_retention());
        gaps
    }
}

/// Milliseconds since 1970; 0 if it is no instant.
fn instant(text: &str) -> i64 {
    Epoch::parse(text).map_or(0, Epoch::unix_ms)
}

/// The rules that a line names.
fn ids(told: &Told) -> Vec<String> {
    let ids = told.rules.iter().map(|rule| match rule {
        Named::Id(id) | Named::Whole { id, .. } => id.clone(),
    });
    ids.collect()
}

impl Reading {
    fn learn_basis(&mut self, told: &Told) {
        let barred = told.alternatives.iter().filter(|found| found.bar == "rule");
        let refusing = barred.flat_map(|found| found.rules.iter().cloned());
        let mut allowing = ids(told);
        allowing.retain(|id| !told.violates.contains(id));
        let number = told.basis.unwrap_or_default();
        self.bases.insert(number, (allowing, refusing.collect()));
    }
}
