//! What evidence says of each rule: how often it was behind a decision, refused something, or was broken with leave.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};

use serde::Deserialize;

use super::LINE_MAX;

/// What is known of a rule from the evidence of all runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// What it does: permit, forbid.
    pub effect: String,
    /// For which controls it stands.
    pub controls: Vec<String>,
    /// Placements for which it held and against which it did not speak.
    pub allowed: u64,
    /// Decisions in which it kept a job out of a pool that the strategy would have used.
    pub refused: u64,
    /// How often something began to run against it with leave.
    pub excepted: u64,
    /// Steps of what moved against it with leave.
    pub moved: u64,
    /// How often its mode changed.
    pub changes: u64,
    /// The first and the last line that names it, by sequence.
    pub records: Option<(u64, u64)>,
    /// Strategies at whose end it was not obeyed.
    pub open_at_end: BTreeSet<String>,
}

/// What evidence says of all rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// By rule, in the order of the scenario.
    pub rules: Vec<(String, RuleTally)>,
    /// Controls for which the scenario should have rules.
    pub declared: Vec<String>,
    /// Lines of each kind.
    pub kinds: BTreeMap<String, u64>,
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
    sequence: u64,
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
        effect: String,
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

impl Matrix {
    /// Reads evidence that was verified; `strategy` leaves out all others.
    ///
    /// # Errors
    /// If it cannot be read, or holds something that is no line of evidence.
    pub fn read(mut evidence: impl BufRead, strategy: Option<&str>) -> io::Result<Self> {
        use io::Read as _;
        let mut matrix = Self::default();
        let mut modes = BTreeMap::new();
        let mut text = Vec::new();
        loop {
            text.clear();
            let most = LINE_MAX as u64 + 1;
            if evidence.by_ref().take(most).read_until(b'\n', &mut text)? == 0 {
                return Ok(matrix);
            }
            let told: Told = serde_json::from_slice(&text)?;
            if strategy.is_none_or(|only| only == told.strategy) || told.kind == "closing" {
                matrix.add(told, &mut modes);
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

    fn note(&mut self, id: &str, sequence: u64, count: impl FnOnce(&mut RuleTally)) {
        let tally = self.of(id);
        let first = tally.records.map_or(sequence, |(first, _)| first);
        tally.records = Some((first, sequence));
        count(tally);
    }

    fn add(&mut self, told: Told, modes: &mut BTreeMap<String, String>) {
        *self.kinds.entry(told.kind.clone()).or_default() += 1;
        let ids: Vec<String> = told
            .rules
            .iter()
            .map(|rule| match rule {
                Named::Id(id) | Named::Whole { id, .. } => id.clone(),
            })
            .collect();
        match told.kind.as_str() {
            "run" => self.begin(told, modes),
            "placement" | "refusal" => {
                let barred = told.alternatives.iter().filter(|found| found.bar == "rule");
                let refusing: BTreeSet<&String> = barred.flat_map(|found| &found.rules).collect();
                for id in refusing {
                    self.note(id, told.sequence, |tally| tally.refused += 1);
                }
                if told.kind == "placement" {
                    for id in ids.iter().filter(|id| !told.violates.contains(id)) {
                        self.note(id, told.sequence, |tally| tally.allowed += 1);
                    }
                }
            }
            "transfer" => {
                for id in &ids {
                    self.note(id, told.sequence, |tally| match told.verdict.as_str() {
                        "refuse" => tally.refused += 1,
                        _ => tally.moved += 1,
                    });
                }
            }
            "violation" => {
                for id in &ids {
                    self.note(id, told.sequence, |tally| tally.excepted += 1);
                }
            }
            "rule" => {
                for id in &ids {
                    self.note(id, told.sequence, |tally| tally.changes += 1);
                    modes.insert(id.clone(), told.verdict.clone());
                }
            }
            "end" => {
                for (id, mode) in modes.iter().filter(|(_, mode)| *mode != "enforce") {
                    let words = format!("{mode} under {}", told.strategy);
                    self.of(id).open_at_end.insert(words);
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, told: Told, modes: &mut BTreeMap<String, String>) {
        self.runs += 1;
        self.scenario = told.scenario;
        self.seed = told.seed;
        self.declared = told.controls;
        modes.clear();
        for rule in told.rules {
            if let Named::Whole {
                id,
                effect,
                mode,
                controls,
            } = rule
            {
                let tally = self.of(&id);
                tally.effect = effect;
                tally.controls = controls;
                modes.insert(id, mode);
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
            if let (Some(control), true) = (control, rules.is_empty()) {
                gaps.push(format!("control {control} has no rule"));
            }
        }
        for (id, tally) in &self.rules {
            if tally.effect.is_empty() {
                // What stands for what nothing permits is no rule.
                continue;
            }
            if tally.allowed + tally.refused + tally.excepted + tally.moved == 0 {
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
        gaps
    }
}
