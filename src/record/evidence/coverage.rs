//! Which controls of a map the rules and records of evidence stand for, what is missing, and how large the real log would
//! be.

use std::collections::BTreeSet;

use crate::catalog::{Control, ControlMap, RuleFacts};

use super::matrix::Matrix;

/// Days of a year, on average.
const YEAR_DAYS: f64 = 365.25;
const DAY_MS: f64 = 86_400_000.0;
/// Bytes of what prices of storage call a gigabyte.
const GIGABYTE: f64 = 1e9;

/// What stands for a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered<'a> {
    /// The control.
    pub control: &'a Control,
    /// Rules that stand for it.
    pub rules: Vec<&'a str>,
    /// How often one of them was behind a decision.
    pub decisions: u64,
    /// Lines of the kinds that show it at work.
    pub records: u64,
    /// What is missing, in words; nothing if there is a rule or a record for all that it asks.
    pub gap: Option<String>,
}

/// How large a real log of the same decisions would be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Volume {
    /// Simulated days behind it, of all runs together.
    pub days: f64,
    /// Records a year.
    pub records_a_year: f64,
    /// Bytes a year, each record with all that it rests on.
    pub bytes_a_year: f64,
    /// The same if what records have in common is said once, as in this file.
    pub shared_bytes_a_year: f64,
}

impl Matrix {
    /// Each control of a map, with what stands for it.
    pub fn cover<'a>(&'a self, map: &'a ControlMap) -> Vec<Covered<'a>> {
        map.controls
            .iter()
            .map(|control| self.covered(control))
            .collect()
    }

    fn covered<'a>(&'a self, control: &'a Control) -> Covered<'a> {
        let stands = |(_, tally): &&(String, super::RuleTally)| {
            let facts = RuleFacts {
                on: &tally.on,
                effect: &tally.effect,
                reads: &tally.reads,
                controls: &tally.controls,
            };
            // What stands for what nothing permits is no rule.
            !tally.effect.is_empty() && control.is_met_by(facts)
        };
        let rules: Vec<_> = self.rules.iter().filter(stands).collect();
        let decisions = rules.iter().map(|(_, tally)| tally.decisions()).sum();
        let kinds = control.records.iter();
        let records = kinds.filter_map(|kind| self.kinds.get(kind)).sum();
        let gap = if control.asks_for_rules() && rules.is_empty() {
            Some("no rule".to_owned())
        } else if !rules.is_empty() && decisions == 0 {
            Some("its rules were behind no decision".to_owned())
        } else if !control.records.is_empty() && records == 0 {
            Some(format!("no record of a {}", control.records.join(" or ")))
        } else {
            None
        };
        Covered {
            control,
            rules: rules.into_iter().map(|(id, _)| id.as_str()).collect(),
            decisions,
            records,
            gap,
        }
    }

    /// How large a real log would be; `None` if no time passed.
    pub fn volume(&self) -> Option<Volume> {
        let days = self.span_ms as f64 / DAY_MS;
        let a_year = |count: u64| count as f64 / days * YEAR_DAYS;
        (0.0 < days).then(|| Volume {
            days,
            records_a_year: a_year(self.decided),
            bytes_a_year: a_year(self.whole_bytes),
            shared_bytes_a_year: a_year(self.bytes),
        })
    }
}

impl Volume {
    /// Gigabytes that are kept at once when each year's records are kept for so many months.
    pub fn kept_gigabytes(&self, months: u32) -> f64 {
        self.bytes_a_year * f64::from(months) / 12.0 / GIGABYTE
    }
}

/// The attributes that a condition reads, without whose they are; what stands in quotation marks is no attribute.
pub(super) fn reads(when: &str) -> BTreeSet<String> {
    let outside = when.split('"').step_by(2);
    let words =
        outside.flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || "._-".contains(c))));
    let named = words.filter_map(|word| {
        let (whose, name) = word.split_once('.')?;
        let is_whose = ["job", "target", "data", "from", "to", "link"].contains(&whose);
        (is_whose && !name.is_empty()).then(|| name.to_owned())
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::super::RuleTally;
    use super::*;

    #[test]
    fn what_a_condition_reads_is_found() {
        let when = r#""job.secret" in job.classification && !(data.kind == "x" || size(to.marks)>1.5) && link.name != "a""#;
        let expected = ["classification", "kind", "marks", "name"].map(str::to_owned);
        assert_eq!(reads(when), expected.into());
    }

    fn matrix() -> Matrix {
        let rule = |id: &str, on: &str, effect: &str, refused| {
            let tally = RuleTally {
                on: on.to_owned(),
                effect: effect.to_owned(),
                reads: ["classification".to_owned()].into(),
                refused,
                ..RuleTally::default()
            };
            (id.to_owned(), tally)
        };
        Matrix {
            rules: vec![
                rule("home", "run", "forbid", 3),
                rule("idle", "move", "require", 0),
                // What nothing permits.
                rule("unpermitted", "run", "", 7),
            ],
            kinds: [("placement".to_owned(), 9), ("key".to_owned(), 2)].into(),
            span_ms: 10 * 86_400_000,
            bytes: 1_000_000,
            whole_bytes: 4_000_000,
            decided: 2_000,
            ..Matrix::default()
        }
    }

    #[test]
    fn controls_have_rules_and_records_or_gaps() {
        let head = "name = \"x\"\ntitle = \"X\"\nsource = \"s\"\nas_of = \"2026\"\nretention_months = 72\n";
        let controls = [
            ("1", "on = \"run\"\nrecords = [\"placement\"]"),
            ("2", "effect = \"require\""),
            ("3", "reads = [\"sanitised\"]"),
            ("4", "records = [\"key\"]"),
            ("5", "records = [\"deletion\"]"),
        ];
        let controls = controls
            .map(|(id, rest)| format!("[[control]]\nid = \"{id}\"\nwords = \"w\"\n{rest}\n"));
        let map = ControlMap::parse(&(head.to_owned() + &controls.concat())).unwrap();
        let matrix = matrix();
        let found = matrix.cover(&map);
        let told: Vec<_> = found
            .iter()
            .map(|of| {
                (
                    of.rules.join(","),
                    of.decisions,
                    of.records,
                    of.gap.as_deref(),
                )
            })
            .collect();
        let expected = [
            ("home", 3, 9, None),
            ("idle", 0, 0, Some("its rules were behind no decision")),
            ("", 0, 0, Some("no rule")),
            ("", 0, 2, None),
            ("", 0, 0, Some("no record of a deletion")),
        ];
        let expected = expected
            .map(|(rules, decisions, records, gap)| (rules.to_owned(), decisions, records, gap));
        assert_eq!(told, expected);
    }

    /// Ten days hold 4 MB: a year 146.1 MB, six years 876.6 MB.
    #[test]
    fn the_real_log_is_predicted() {
        let volume = matrix().volume().unwrap();
        assert_eq!(volume.days, 10.0);
        assert!((volume.records_a_year - 73_050.0).abs() < 1e-6);
        assert!((volume.bytes_a_year - 146.1e6).abs() < 1.0);
        assert!((volume.shared_bytes_a_year - 36.525e6).abs() < 1.0);
        assert!((volume.kept_gigabytes(72) - 0.8766).abs() < 1e-9);
        assert_eq!(Matrix::default().volume(), None);
    }
}
