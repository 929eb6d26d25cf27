//! Rules of retention, what was deleted by them and who proves it, as evidence; and what an auditor makes of that.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::journal::Deletion;
use crate::units::SimTime;

use super::line::Line;
use super::matrix::Matrix;
use super::moving::names;
use super::scribe::Scribe;

/// Rules of how long what is kept is kept.
#[derive(Clone, Debug, Default)]
pub struct RetentionWords {
    /// The rules, in the order of the scenario.
    pub rules: Vec<RetentionRuleWords>,
    /// What no rule is about, by kind: `result of large`.
    pub without: Vec<String>,
}

/// A rule of how long something is kept.
#[derive(Clone, Debug, Default)]
pub struct RetentionRuleWords {
    /// Its id.
    pub id: String,
    /// How long it keeps what, in words.
    pub keeps: Vec<String>,
    /// Why there is such a rule.
    pub reason: String,
    /// The controls for which it stands.
    pub controls: Vec<String>,
}

/// What evidence says of a rule of retention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetentionTally {
    /// For which controls it stands.
    pub controls: Vec<String>,
    /// How long it keeps what.
    pub keeps: Vec<String>,
    /// What was deleted because of it.
    pub deleted: u64,
    /// Of these, what was deleted later than it should have been.
    pub late: u64,
    /// Of these, what was proven.
    pub proven: u64,
    /// Of these, what nobody proves.
    pub unproven: u64,
}

/// As much as the matrix looks at.
#[derive(Default, Deserialize)]
pub(super) struct ToldOfRetention {
    #[serde(default)]
    retention: Vec<Stated>,
    #[serde(default)]
    without_retention: Vec<String>,
    #[serde(default)]
    retained_by: String,
    #[serde(default)]
    late_ms: u64,
    #[serde(default)]
    proof: String,
}

#[derive(Deserialize)]
struct Stated {
    id: String,
    #[serde(default)]
    keeps: Vec<String>,
    #[serde(default)]
    controls: Vec<String>,
}

/// What a run says of its rules, if it has any or should.
pub(super) fn begin(line: &mut Line, words: &RetentionWords) {
    if !words.rules.is_empty() {
        line.open_list("retention");
        for rule in &words.rules {
            line.open_item();
            line.text("id", &rule.id);
            line.json("keeps", &names(&rule.keeps));
            line.text("reason", &rule.reason);
            line.json("controls", &names(&rule.controls));
            line.close();
        }
        line.close_list();
    }
    if !words.without.is_empty() {
        line.json("without_retention", &names(&words.without));
    }
}

impl Scribe<'_> {
    /// Something was deleted, or that was proven.
    pub(super) fn deletion(&mut self, at: SimTime, of: &Deletion, is_proof: bool) {
        let words = self.words;
        let rule = &words.retention.rules[usize::from(of.rule)].id;
        let mut job = String::new();
        if let Some(id) = of.job {
            self.run.jobs.name(id, &mut job);
        }
        let why = match of.with {
            Some(source) => format!(
                "what it was made of, {}, was deleted",
                words.datasets[source.index()].0
            ),
            None => "its time of keeping is over".to_owned(),
        };
        let (verdict, reason) = match (is_proof, of.proof) {
            (true, _) => ("proven", "whoever deleted it has proven that"),
            (false, Some(_)) => ("deleted", why.as_str()),
            (false, None) => ("unproven", why.as_str()),
        };
        let late = at.since(of.due).0;
        self.page.line(at, "deletion", |line| {
            line.open("subject");
            line.text("kept", of.kind.name());
            if let Some(id) = of.dataset {
                line.text("dataset", &words.datasets[id.index()].0);
            } else {
                line.text("job", &job);
            }
            line.close();
            line.open("destination");
            line.text("site", &words.sites[of.site.index()]);
            line.close();
            line.count("deletion", u64::from(of.number));
            line.text("retained_by", rule);
            line.text("verdict", verdict);
            line.text("reason", reason);
            if is_proof {
                line.text("proof", "given");
            } else {
                let proof = of.proof.map_or("none", |_| "expected");
                line.count("late_ms", late);
                line.text("proof", proof);
            }
            line.count("bytes", of.bytes.0);
        });
    }
}

impl Matrix {
    fn retained(&mut self, id: &str) -> &mut RetentionTally {
        let found = self.retention.iter().position(|(known, _)| known == id);
        let place = found.unwrap_or_else(|| {
            self.retention
                .push((id.to_owned(), RetentionTally::default()));
            self.retention.len() - 1
        });
        &mut self.retention[place].1
    }

    /// Takes in the beginning of a run, or a deletion.
    pub(super) fn retain(&mut self, kind: &str, told: ToldOfRetention) {
        match kind {
            "run" => self.begin_retention(told),
            _ => self.add_deletion(&told),
        }
    }

    /// Takes in the rules with which a run begins.
    fn begin_retention(&mut self, told: ToldOfRetention) {
        for rule in told.retention {
            let tally = self.retained(&rule.id);
            (tally.controls, tally.keeps) = (rule.controls, rule.keeps);
        }
        self.without_retention.extend(told.without_retention);
    }

    /// Takes in a deletion, or its proof, if a rule of retention was behind it.
    fn add_deletion(&mut self, told: &ToldOfRetention) {
        if told.retained_by.is_empty() {
            return;
        }
        let tally = self.retained(&told.retained_by);
        if told.proof == "given" {
            tally.proven += 1;
            return;
        }
        tally.deleted += 1;
        tally.late += u64::from(0 < told.late_ms);
        tally.unproven += u64::from(told.proof == "none");
    }

    /// Whether a rule of retention stands for a control.
    pub(super) fn keeps_for(&self, control: &str) -> bool {
        let mut rules = self.retention.iter();
        rules.any(|(_, tally)| tally.controls.iter().any(|own| own == control))
    }

    /// What is missing of retention, in words.
    pub(super) fn gaps_of_retention(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        let kinds: BTreeSet<&String> = self.without_retention.iter().collect();
        for kind in kinds {
            gaps.push(format!("{kind}: without a rule of retention"));
        }
        for (id, tally) in &self.retention {
            if 0 < tally.unproven {
                gaps.push(format!(
                    "retention {id}: {} of {} deletions are proven by nobody",
                    tally.unproven, tally.deleted
                ));
            }
            if 0 < tally.late {
                gaps.push(format!(
                    "retention {id}: {} of {} deletions came later than they should",
                    tally.late, tally.deleted
                ));
            }
            if tally.controls.is_empty() {
                gaps.push(format!("retention {id} stands for no control"));
            }
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_rule_keeps_and_nobody_proves_is_a_gap() {
        let told = [
            r#"{"line":1,"kind":"run","at":"2026-01-05T00:00:00Z","retention":[{"id":"r","keeps":["copies"],"controls":["c"]}],"without_retention":["results of large"]}"#,
            r#"{"line":2,"kind":"deletion","retained_by":"r","proof":"none","late_ms":5}"#,
            r#"{"line":3,"kind":"deletion","retained_by":"r","proof":"expected","late_ms":0}"#,
            r#"{"line":4,"kind":"deletion","retained_by":"r","proof":"given"}"#,
            // A rule about moves had turned against this one.
            r#"{"line":5,"kind":"deletion"}"#,
        ];
        let matrix = Matrix::read(told.join("\n").as_bytes(), None).unwrap();
        let [(id, tally)] = &matrix.retention[..] else {
            panic!("one rule");
        };
        let counts = (tally.deleted, tally.proven, tally.unproven, tally.late);
        assert_eq!((id.as_str(), counts), ("r", (2, 1, 1, 1)));
        let gaps = [
            "results of large: without a rule of retention",
            "retention r: 1 of 2 deletions are proven by nobody",
            "retention r: 1 of 2 deletions came later than they should",
        ];
        assert_eq!(matrix.gaps(), gaps);
    }
}
