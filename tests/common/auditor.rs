//! Reads evidence as somebody who trusts nobody: keeps the modes of rules by what the lines say, and judges each line again.

use std::collections::BTreeMap;

use plimsoll::dice::Dice;
use plimsoll::experiment::{Plan, evidence_of, evidence_words};
use plimsoll::model::{Model, Timeline};
use plimsoll::record::{Chain, verify};
use plimsoll::units::StrategyId;
use serde_json::Value as Json;

/// A rule as the evidence tells it.
#[derive(Debug)]
struct Known {
    id: String,
    forbids: bool,
    /// Whether it judges what moves, not where jobs run.
    of_moves: bool,
    when: String,
    mode: String,
}

/// What was judged again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    pub placements: u64,
    pub audited: u64,
    pub refused: u64,
    pub changes: u64,
    pub moves: u64,
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

/// Judges evidence again; `fires` says of a rule, by its place and its words, whether it holds for a line with these
/// attributes, as far as anybody knows.
pub fn judge(evidence: &str, fires: &dyn Fn(usize, &str, &Json) -> Option<bool>) -> Judged {
    let mut rules: Vec<Known> = Vec::new();
    let mut judged = Judged::default();
    for text in evidence.lines() {
        let line: Json = serde_json::from_str(text).unwrap();
        let said = match line["kind"].as_str().unwrap() {
            "run" => {
                rules = line["rules"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(known)
                    .collect();
                Ok(())
            }
            "rule" => {
                judged.changes += 1;
                let id = line["rules"][0].as_str().unwrap();
                let rule = rules.iter_mut().find(|rule| rule.id == id).unwrap();
                line["verdict"].as_str().unwrap().clone_into(&mut rule.mode);
                Ok(())
            }
            "placement" if line["verdict"] == "given" => Ok(()),
            "placement" => {
                judged.placements += 1;
                judged.audited += u64::from(line["verdict"] == "audit");
                placed(&rules, &line, fires)
            }
            "refusal" => {
                judged.refused += 1;
                Ok(())
            }
            "transfer" => {
                judged.moves += 1;
                moved(&rules, &line)
            }
            _ => Ok(()),
        };
        if let Err(why) = said {
            judged.wrong.push(format!("{why}: {text}"));
        }
    }
    judged
}

fn known(rule: &Json) -> Known {
    let text = |key: &str| rule[key].as_str().unwrap().to_owned();
    Known {
        id: text("id"),
        forbids: rule["effect"] == "forbid",
        of_moves: rule["on"] == "move",
        when: text("when"),
        mode: text("mode"),
    }
}

/// Something that moves: it does not set out against a rule that is obeyed.
fn moved(rules: &[Known], line: &Json) -> Result<(), String> {
    let named = line["rules"].as_array().into_iter().flatten();
    let obeyed: Vec<&str> = named
        .filter_map(|id| rules.iter().find(|rule| rule.id == id.as_str().unwrap()))
        .filter(|rule| rule.forbids && rule.mode == "enforce")
        .map(|rule| rule.id.as_str())
        .collect();
    if line["reason"] == "it set out" && !obeyed.is_empty() {
        return Err(format!("refused by {obeyed:?} and moved"));
    }
    Ok(())
}

/// A placement: no rule that is obeyed refuses it, and what is said of the others is so.
fn placed(
    rules: &[Known],
    line: &Json,
    fires: &dyn Fn(usize, &str, &Json) -> Option<bool>,
) -> Result<(), String> {
    let about_runs = || {
        let all = rules.iter().enumerate();
        all.filter(|(_, rule)| !rule.of_moves)
    };
    let verdicts: BTreeMap<&str, Option<bool>> = about_runs()
        .map(|(index, rule)| (rule.id.as_str(), fires(index, &rule.when, line)))
        .collect();
    let against = |counts: &dyn Fn(&Known) -> bool| {
        let mut bad: Vec<&str> = Vec::new();
        let each = || about_runs().map(|(_, rule)| rule);
        let mut permits = each().filter(|rule| !rule.forbids);
        // What nobody knows is not allowed.
        let forbids = |rule: &&Known| counts(rule) && verdicts[rule.id.as_str()] != Some(false);
        let forbidding = each().filter(|rule| rule.forbids).filter(forbids);
        bad.extend(forbidding.map(|rule| rule.id.as_str()));
        let permitted = each().any(|rule| {
            !rule.forbids && rule.mode != "off" && verdicts[rule.id.as_str()] == Some(true)
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
