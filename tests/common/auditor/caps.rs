//! What permits let through in a day, worked out again from what set out: each counts in full, once, against the UTC day on
//! which it does; what is larger than the cap of a day sets out when nothing is owed, and takes up the days that follow.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::moves::Legs;
use super::{Effect, Fires, Known};

/// What each permit with a cap has let through and no day has made up for.
#[derive(Default)]
pub(super) struct Caps {
    spent: BTreeMap<String, u128>,
    day: String,
    /// Transfers that have set out: they go on as they like.
    known: BTreeSet<u64>,
    /// When something last set out on the strength of a permit.
    last: String,
    /// When a permit last changed: of what happens in the same instant nobody says what came first.
    changed: String,
    /// Whether something was unclear: from then on nobody can tell.
    unclear: bool,
    /// How often something was counted.
    pub(super) counted: u64,
}

impl Caps {
    /// A permit has another mode.
    pub(super) fn turn(&mut self, rule: &Known, line: &Json) {
        if rule.of_moves && rule.effect == Effect::Permit {
            self.changed = line["at"].to_string();
            self.unclear |= self.last == self.changed;
        }
    }

    /// Judges a step of what moves, and counts what sets out.
    pub(super) fn judge(
        &mut self,
        rules: &[Known],
        line: &Json,
        fires: Fires<'_>,
    ) -> Result<(), String> {
        let sets_out = ["begins", "turns"].iter().any(|step| line["step"] == *step);
        let legs = Legs::of(line);
        // What stands still has no way to be judged on; what leaves at once crosses none.
        let is_on_its_way = legs.crosses() || line["transfer"].is_null();
        let permits = || {
            let all = rules.iter().enumerate();
            all.filter(|(_, rule)| rule.of_moves && rule.effect == Effect::Permit)
        };
        let has_caps = permits().any(|(_, rule)| rule.bytes_per_day.is_some());
        let is_judged = permits().any(|(_, rule)| rule.mode == "enforce");
        let at = line["at"].to_string();
        if self.unclear || !has_caps || !sets_out || !is_on_its_way {
            return Ok(());
        }
        // Feeds, and checkpoints while their job runs, have no size beforehand.
        let flows = line["what"] == "feed" || line["what"] == "checkpoint" && line["bytes"] == 0;
        if let Some(number) = line["transfer"].as_u64().filter(|_| !flows)
            && !self.known.insert(number)
        {
            return Ok(());
        }
        self.unclear = is_judged && self.changed == at;
        if self.unclear || !is_judged {
            return Ok(());
        }
        self.last.clone_from(&at);
        self.pass_days(rules, &at);
        let bytes = u128::from(line["bytes"].as_u64().unwrap());
        let is_open = |rule: &Known| match rule.bytes_per_day {
            None => true,
            Some(_) if flows => false,
            Some(cap) => {
                let spent = self.spent.get(&rule.id).copied().unwrap_or(0);
                spent == 0 || spent + bytes <= u128::from(cap)
            }
        };
        let mut pays: BTreeSet<&str> = BTreeSet::new();
        for leg in legs.each() {
            let mut lets = permits().filter(|(index, rule)| {
                let holds = || fires(*index, &rule.when, line, leg) == Some(true);
                rule.mode != "off" && is_open(rule) && holds()
            });
            let free = |(_, rule): &(usize, &Known)| {
                rule.bytes_per_day.is_none() || pays.contains(rule.id.as_str())
            };
            let Some(first) = lets.clone().next() else {
                return Err(format!(
                    "{bytes} bytes are more than a day has left: {:?} owed",
                    self.spent
                ));
            };
            if !lets.any(|rule| free(&rule)) {
                pays.insert(&first.1.id);
            }
        }
        for rule in pays {
            *self.spent.entry(rule.to_owned()).or_default() += bytes;
            self.counted += 1;
        }
        Ok(())
    }

    /// Each midnight makes up for as much as the cap.
    fn pass_days(&mut self, rules: &[Known], at: &str) {
        let day = at.trim_start_matches('"')[..10].to_owned();
        let passed = if self.day.is_empty() {
            0
        } else {
            number_of(&day) - number_of(&self.day)
        };
        for rule in rules {
            if let (Some(cap), Some(spent)) = (rule.bytes_per_day, self.spent.get_mut(&rule.id)) {
                *spent = spent.saturating_sub(u128::from(cap) * u128::from(passed));
            }
        }
        self.day = day;
    }
}

/// The number of a date, such that neighbours differ by one.
fn number_of(date: &str) -> u64 {
    let part = |from: usize, to: usize| date[from..to].parse::<u64>().unwrap();
    let (mut year, mut month, day) = (part(0, 4), part(5, 7), part(8, 10));
    // Years from March on, so that a leap day is the last.
    if month <= 2 {
        (year, month) = (year - 1, month + 12);
    }
    365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day
}

#[test]
fn dates_are_numbered_one_after_the_other() {
    for (before, after) in [
        ("2026-12-31", "2027-01-01"),
        ("2026-02-28", "2026-03-01"),
        ("2028-02-28", "2028-02-29"),
        ("2028-02-29", "2028-03-01"),
        ("2026-07-31", "2026-08-01"),
    ] {
        assert_eq!(number_of(after), number_of(before) + 1, "{before}");
    }
}
