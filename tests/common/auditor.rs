//! Reads evidence as somebody who trusts nobody: keeps the modes of rules by what the lines say, and judges each line again.

use std::collections::BTreeMap;

mod caps;
mod moves;
mod scores;

use caps::Caps;
use plimsoll::dice::Dice;
use plimsoll::experiment::{Plan, evidence_of, evidence_words};
use plimsoll::model::{Model, Timeline};
use plimsoll::record::{Chain, verify};
use plimsoll::units::StrategyId;
use serde_json::Value as Json;

use super::told::lines;

/// A rule as the evidence tells it.
#[derive(Clone, Debug)]
struct Known {
    id: String,
    effect: Effect,
    /// The transform that it requires.
    transform: Option<String>,
    /// Whether it judges what moves, not where jobs run.
    of_moves: bool,
    when: String,
    mode: String,
    /// What a permit lets through in a day.
    bytes_per_day: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Effect {
    Permit,
    Forbid,
}

/// Whether a rule, by its place and its words, holds for a line with these attributes, as far as anybody knows.
pub type Fires<'a> = &'a dyn Fn(usize, &str, &Json, &Json) -> Option<bool>;

/// What was judged again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    pub placements: u64,
    pub audited: u64,
    pub refused: u64,
    pub changes: u64,
    pub moves: u64,
    pub moves_audited: u64,
    pub moves_refused: u64,
    /// What set out on the strength of permits with a cap.
    pub capped: u64,
    /// Placements that tell by which scores pools ranked.
    pub scored: u64,
    /// Lines that say something else than their rules do.
    pub wrong: Vec<String>,
}

/// Writes the evidence of a world under all strategies of a model.
pub fn evidence(model: &Model, timeline: &Timeline) -> String {
    let sample = |_: &Dice, world: &mut Timeline| *world = timeline.clone();
    evidence_from(model, 1, &sample)
}

/// The same of a world that is sampled.
pub fn evidence_from(
    model: &Model,
    seed: u64,
    sample: &(dyn Fn(&Dice, &mut Timeline) + Sync),
) -> String {
    let strategies = (0..model.strategies.len()).map(StrategyId::from);
    let plan = Plan {
        model,
        strategies: &strategies.collect::<Vec<_>>(),
        replications: 1,
        seed,
        threads: 1,
        sample,
    };
    let words = evidence_words(model, "0", seed);
    let mut out = Vec::new();
    let mut chain = Chain::new(&mut out);
    evidence_of(&plan, 0, &words, &mut chain).unwrap();
    let seal = chain.finish(&words).unwrap();
    verify(out.as_slice(), Some(&seal)).unwrap();
    String::from_utf8(out).unwrap()
}

/// Judges evidence again; `fires` gets a rule's place and words, the line, and the attributes to look at: those of one link
/// of a movement.
pub fn judge(evidence: &str, fires: Fires<'_>) -> Judged {
    let mut rules: Vec<Known> = Vec::new();
    // Rules as they were before those changes that the present instant brought.
    let mut before: (String, Vec<Known>) = Default::default();
    let mut judged = Judged::default();
    let (mut caps, mut scoring) = (Caps::default(), Json::Null);
    for line in lines(evidence) {
        let said = match line["kind"].as_str().unwrap() {
            "run" => {
                let all = line["rules"].as_array().unwrap().iter();
                rules = all.map(known).collect();
                before = Default::default();
                judged.capped += std::mem::take(&mut caps).counted;
                scoring = line["scoring"].clone();
                Ok(())
            }
            "strategy" => {
                scoring = line["scoring"].clone();
                Ok(())
            }
            "rule" => {
                judged.changes += 1;
                let id = line["rules"][0].as_str().unwrap();
                if before.0 != instant(&line) {
                    before = (instant(&line), rules.clone());
                }
                let rule = rules.iter_mut().find(|rule| rule.id == id).unwrap();
                line["verdict"].as_str().unwrap().clone_into(&mut rule.mode);
                caps.turn(rule, &line);
                Ok(())
            }
            "placement" if line["verdict"] == "given" => Ok(()),
            "placement" => {
                judged.placements += 1;
                judged.audited += u64::from(line["verdict"] == "audit");
                let ranked = scores::judge(&scoring, &line);
                judged.scored += u64::from(ranked == Ok(true));
                placed(&rules, &line, fires).and(ranked.map(|_| ()))
            }
            "refusal" => {
                judged.refused += 1;
                Ok(())
            }
            "transfer" if !line["step"].is_null() => {
                judged.count_move(&line);
                let found = moves::judge(&rules, &line, fires);
                // Of what changes in the same instant nobody says what came first.
                let found = if found.is_err() && before.0 == instant(&line) {
                    moves::judge(&before.1, &line, fires).or(found)
                } else {
                    found
                };
                found.and(caps.judge(&rules, &line, fires))
            }
            _ => Ok(()),
        };
        if let Err(why) = said {
            judged.wrong.push(format!("{why}: {line}"));
        }
    }
    judged.capped += caps.counted;
    judged
}

fn instant(line: &Json) -> String {
    line["at"].to_string()
}

impl Judged {
    fn count_move(&mut self, line: &Json) {
        self.moves += 1;
        match line["verdict"].as_str().unwrap() {
            "audit" => self.moves_audited += 1,
            "refuse" => self.moves_refused += 1,
            _ => {}
        }
    }
}

impl Known {
    /// Whether it forbids something: what it may forbid, it does, but for what the transform that it requires made.
    fn forbids(&self, holds: Option<bool>, attributes: &Json) -> bool {
        let used = attributes["transforms"].as_array().into_iter().flatten();
        let made = self.transform.as_deref();
        let made = made.is_some_and(|made| used.into_iter().any(|used| used == made));
        self.effect == Effect::Forbid && holds != Some(false) && !made
    }
}

fn known(rule: &Json) -> Known {
    let text = |key: &str| rule[key].as_str().unwrap().to_owned();
    Known {
        id: text("id"),
        effect: match &rule["effect"] {
            effect if effect == "permit" => Effect::Permit,
            _ => Effect::Forbid,
        },
        transform: rule["transform"].as_str().map(str::to_owned),
        of_moves: rule["on"] == "move",
        when: text("when"),
        mode: text("mode"),
        bytes_per_day: rule["bytes_per_day"].as_u64(),
    }
}

/// A placement: no rule that is obeyed refuses it, and what is said of the others is so.
fn placed(rules: &[Known], line: &Json, fires: Fires<'_>) -> Result<(), String> {
    let attributes = &line["attributes"];
    let about_runs = || {
        let all = rules.iter().enumerate();
        all.filter(|(_, rule)| !rule.of_moves)
    };
    let verdicts: BTreeMap<&str, Option<bool>> = about_runs()
        .map(|(index, rule)| (rule.id.as_str(), fires(index, &rule.when, line, attributes)))
        .collect();
    let against = |counts: &dyn Fn(&Known) -> bool| {
        let mut bad: Vec<&str> = Vec::new();
        let each = || about_runs().map(|(_, rule)| rule);
        let mut permits = each().filter(|rule| rule.effect == Effect::Permit);
        // What nobody knows is not allowed.
        let forbids =
            |rule: &&Known| counts(rule) && rule.forbids(verdicts[rule.id.as_str()], attributes);
        bad.extend(each().filter(forbids).map(|rule| rule.id.as_str()));
        let permitted = each().any(|rule| {
            rule.effect == Effect::Permit
                && rule.mode != "off"
                && verdicts[rule.id.as_str()] == Some(true)
        });
        if permits.any(counts) && !permitted {
            bad.push("unpermitted");
        }
        bad
    };
    let refusing = against(&|rule| rule.mode == "enforce");
    if !refusing.is_empty() {
        return Err(format!("refused by {refusing:?} and placed"));
    }
    let violated = against(&|rule| rule.mode != "off");
    let said: Vec<&str> = line["violates"]
        .as_array()
        .map(|rules| rules.iter().map(|rule| rule.as_str().unwrap()).collect())
        .unwrap_or_default();
    if said != violated {
        return Err(format!("violates {violated:?}"));
    }
    let verdict = if violated.is_empty() {
        "allow"
    } else {
        "audit"
    };
    if line["verdict"] != verdict {
        return Err(format!("should say {verdict}"));
    }
    Ok(())
}
