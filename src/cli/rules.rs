//! What `check` tells of rules: whom each refuses what, and what is odd about them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::model::{Masks, Model, RuleEffect, RuleMode, RuleOn, set_bits};
use crate::record::plain;
use crate::units::{PoolId, ShapeId};

use super::labels::work_words;
use super::{moves, output};

/// All of it; nothing where there are no rules.
pub(super) fn rules(model: &Model) -> String {
    let rules = &model.rules;
    if !rules.are_used() {
        return String::new();
    }
    let permits = rules
        .list
        .iter()
        .any(|rule| rule.effect == RuleEffect::Permit);
    let mut lines = vec![match (permits, model.network.moves.are_judged()) {
        (true, _) => {
            "rules: what one forbids is refused, whatever permits it, and so is what no rule permits"
        }
        (false, false) => "rules: what one forbids is refused; all else may run",
        (false, true) => "rules: what one forbids is refused; all else may run and move",
    }
    .to_owned()];
    for (index, rule) in rules.list.iter().enumerate() {
        let does = match rule.effect {
            RuleEffect::Permit => "permits",
            RuleEffect::Forbid | RuleEffect::Require => "refuses",
        };
        let of_moves = rule.on == RuleOn::Move;
        let whom = if of_moves {
            moves::places(model, index)
        } else {
            concerned(model, index)
        };
        let mut line = format!("  {} ({}): ", plain(&rule.id), rule.mode.name());
        if whom.is_empty() {
            line.push_str(idle(model));
        } else {
            let _ = write!(line, "{does} {}", whom.join("; "));
        }
        if let Some(transform) = rule.transform {
            let name = &model.transforms.list[usize::from(transform)].name;
            let _ = write!(line, ", but for copies that {} made", plain(name));
        }
        if !rule.reason.is_empty() {
            let _ = write!(line, ". {}", plain(&rule.reason));
        }
        lines.push(line);
        let of_jobs = rules.unlabelled(index);
        let unknown: Vec<&str> = of_jobs
            .chain(model.network.moves.unlabelled(index))
            .collect();
        if !unknown.is_empty() {
            let whom = if of_moves {
                moves::unknown(model, index)
            } else {
                places(model, |shape, pool| {
                    rules.unknown(shape, pool) & 1 << index != 0
                })
            };
            lines.push(format!(
                "    it reads {}, which is not known everywhere; what is unknown is not allowed: {}",
                unknown.join(", "),
                whom.join("; ")
            ));
        }
    }
    lines.extend(contradictions(model));
    lines.extend(stranded(model));
    lines.extend(moves::oddities(model));
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    "\n".to_owned() + &wrapped.collect::<String>()
}

/// What to say of a rule that does not fire.
const fn idle(model: &Model) -> &'static str {
    if model.rules.changes.is_empty() {
        "never fires: nothing in this estate is as it says"
    } else {
        "does not fire at the start: nothing in this estate is as it says then"
    }
}

/// The ids of all rules, and behind them what stands for what nothing permits.
pub(super) fn rule_names(model: &Model) -> Vec<String> {
    let all = 0..=model.rules.list.len();
    all.map(|rule| model.rules.name_of(rule).to_owned())
        .collect()
}

/// Whom a rule about where jobs run is about, in words: with their data as they are, and with what transforms made of
/// them where it is about nobody as they are.
pub(super) fn concerned(model: &Model, rule: usize) -> Vec<String> {
    let fires = |shape: ShapeId, version: u8, pool: PoolId| {
        model.rules.fired_in(0, (shape, version), pool) & 1 << rule != 0
    };
    let mut words = places(model, |shape, pool| fires(shape, 0, pool));
    let versions = model.transforms.versions.max(1) as u8;
    let of_copies = places(model, |shape, pool| {
        let class = model.class_of(shape);
        let mut others = (1..versions)
            .filter(|&version| model.read_in(class, version) != model.read_in(class, 0));
        !fires(shape, 0, pool) && others.any(|version| fires(shape, version, pool))
    });
    let of_copies = of_copies.into_iter();
    words.extend(of_copies.map(|place| format!("{place} (on transformed data)")));
    words
}

/// Where what a rule refuses of data as they are is done on what transforms made of them, as rules are at the start.
pub(super) fn spared(model: &Model, masks: Masks, rule: usize) -> Vec<String> {
    places(model, |shape, pool| {
        let bit = 1 << rule;
        let whose = model.labelled(shape);
        let refusing = |version: u8| {
            model.rules.refusing(masks, (shape, version), pool)
                | model.data_refused(masks, (whose, version), pool)
        };
        let done = model.version(masks, shape, pool);
        done.is_some_and(|version| 0 < version && refusing(0) & bit != 0)
    })
}

/// Classes with pools of theirs for which something holds, in words.
pub(super) fn places(model: &Model, holds: impl Fn(ShapeId, PoolId) -> bool) -> Vec<String> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (index, shape) in model.shapes.iter().enumerate() {
        let class = &model.classes[shape.class.index()];
        let pools = class.pools.iter().copied();
        let mut held = pools
            .filter(|&pool| holds(ShapeId::from(index), pool))
            .peekable();
        if held.peek().is_some() {
            let names = held.map(|pool| model.pool(pool).name.as_str());
            let work = work_words(model, shape.labelled());
            found.entry(work).or_default().extend(names);
        }
    }
    let words = found.into_iter().map(|(class, pools)| {
        let pools: Vec<_> = pools.into_iter().map(plain).collect();
        format!("{class} on {}", pools.join(", "))
    });
    words.collect()
}

/// Pairs of rules of which one forbids what the other permits.
fn contradictions(model: &Model) -> Vec<String> {
    let rules = &model.rules;
    let is = |bit: &usize, effect| rules.list[*bit].effect == effect;
    let mut pairs = BTreeSet::new();
    for (index, shape) in model.shapes.iter().enumerate() {
        for &pool in &model.classes[shape.class.index()].pools {
            let fired = rules.fired(ShapeId::from(index), pool);
            for permit in set_bits(fired).filter(|bit| is(bit, RuleEffect::Permit)) {
                let forbids = set_bits(fired).filter(|bit| is(bit, RuleEffect::Forbid));
                pairs.extend(forbids.map(|forbid| (permit, forbid)));
            }
        }
    }
    let words = pairs.into_iter().map(|(permit, forbid)| {
        format!(
            "  {} permits some of what {} forbids: that is refused",
            plain(rules.name_of(permit)),
            plain(rules.name_of(forbid))
        )
    });
    words.collect()
}

/// Classes that may run nowhere, as the rules are at the start or if all were obeyed.
fn stranded(model: &Model) -> Vec<String> {
    let rules = &model.rules;
    let all = rules.masks(|_| RuleMode::Enforce);
    let now = rules.first_masks();
    let mut found = nowhere(model, now, "may run nowhere");
    if all != now {
        let words = "could run nowhere if every rule were enforced";
        found.extend(nowhere(model, all, words));
    }
    found
}

fn nowhere(model: &Model, masks: Masks, words: &str) -> Vec<String> {
    let rules = &model.rules;
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (index, shape) in model.shapes.iter().enumerate() {
        let class = &model.classes[shape.class.index()];
        let refusing = |&pool: &PoolId| model.refusing(masks, ShapeId::from(index), pool);
        if class.pools.iter().all(|pool| refusing(pool) != 0) {
            let bits = class
                .pools
                .iter()
                .map(refusing)
                .fold(0, |all, bits| all | bits);
            let names = set_bits(bits).map(|bit| rules.name_of(bit));
            let work = work_words(model, shape.labelled());
            found.entry(work).or_default().extend(names);
        }
    }
    let lines = found.into_iter().map(|(class, rules)| {
        let rules: Vec<_> = rules.into_iter().map(plain).collect();
        format!("  jobs of {class} {words}: refused by {}", rules.join(", "))
    });
    lines.collect()
}
