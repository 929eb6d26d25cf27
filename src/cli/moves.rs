//! What `check` tells of rules about what moves: what each refuses to go where, and what stays.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::{Ends, Freight, Labelled, Masks, Model, RuleEffect, Verdict, set_bits};
use crate::record::plain;
use crate::units::{Bytes, SiteId};

use super::labels::work_words;

/// What a rule about moves fires for, in words: what, for whom, between where, and on how many of the ways.
pub(super) fn places(model: &Model, rule: usize) -> Vec<String> {
    let is_permit = model.rules.list[rule].effect == RuleEffect::Permit;
    let fires = |verdict: &&Verdict| {
        let bit = 1 << rule;
        if is_permit {
            verdict.permits.iter().all(|leg| leg & bit != 0)
        } else {
            verdict.forbids & bit != 0
        }
    };
    told(model, fires)
}

/// What a rule about moves may fire for, if somebody said what nobody says.
pub(super) fn unknown(model: &Model, rule: usize) -> Vec<String> {
    told(model, |verdict| verdict.unknown & 1 << rule != 0)
}

fn told(model: &Model, chosen: impl Fn(&&Verdict) -> bool) -> Vec<String> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (freight, ends, verdicts) in model.network.moves.all() {
        let fires = verdicts.iter().filter(&chosen).count();
        if fires == 0 {
            continue;
        }
        let mut way = between(model, ends);
        if fires < verdicts.len() {
            let _ = write!(way, " on {fires} of {} ways", verdicts.len());
        }
        found.entry(what(model, freight)).or_default().push(way);
    }
    let words = found.into_iter();
    words
        .map(|(what, ways)| format!("{what} {}", ways.join(", ")))
        .collect()
}

/// What moves, in words.
fn what(model: &Model, freight: Freight) -> String {
    let data = |id: crate::units::DatasetId| plain(&model.dataset(id).name).to_string();
    let class = |id: crate::units::ClassId| plain(&model.classes[id.index()].name).to_string();
    let jobs = |of: Labelled| work_words(model, of);
    match freight {
        Freight::Dataset(id, of) => format!("{} for {}", data(id), class(of)),
        Freight::Replica(id) => format!("copies of {}", data(id)),
        Freight::Checkpoint(of, 0) => format!("checkpoints of {}", jobs(of)),
        Freight::Results(of, 0) => format!("results of {}", jobs(of)),
        Freight::Checkpoint(of, _) => format!("checkpoints of {} on transformed data", jobs(of)),
        Freight::Results(of, _) => format!("results of {} on transformed data", jobs(of)),
        Freight::Feed(of) => format!("what {} reads while it runs", jobs(of)),
    }
}

fn between(model: &Model, (from, to): Ends) -> String {
    let name = |site: Option<SiteId>| match site {
        Some(site) => plain(&model.sites[site.index()].name).to_string(),
        None => "outside".to_owned(),
    };
    format!("from {} to {}", name(from), name(to))
}

/// What is odd: what may never go where it should, and what is more than a day lets through.
pub(super) fn oddities(model: &Model) -> Vec<String> {
    let mut lines = stays(model, model.rules.first_masks());
    lines.extend(large(model));
    lines
}

/// Results, checkpoints and copies that have no way home as rules are at the start.
fn stays(model: &Model, masks: Masks) -> Vec<String> {
    let moves = &model.network.moves;
    let mut lines = Vec::new();
    for (freight, ends, verdicts) in moves.all() {
        if matches!(freight, Freight::Dataset(..) | Freight::Feed(_)) {
            continue;
        }
        let mut refusing = verdicts
            .iter()
            .map(|verdict| moves.refusing(masks, verdict, u128::MAX));
        let against = refusing.try_fold(0, |all, bits| (bits != 0).then_some(all | bits));
        let Some(against) = against.filter(|&bits| bits != 0) else {
            continue;
        };
        let names = set_bits(against).map(|bit| plain(model.rules.name_of(bit)).to_string());
        lines.push(format!(
            "  {} stay where they are, {}: refused by {}",
            what(model, freight),
            between(model, ends),
            names.collect::<Vec<_>>().join(", ")
        ));
    }
    lines
}

/// Data sets that are more than what a permit lets through in a day.
fn large(model: &Model) -> Vec<String> {
    let moves = &model.network.moves;
    let mut lines = Vec::new();
    for &(rule, cap) in moves.caps() {
        for (index, dataset) in model.datasets.iter().enumerate() {
            let is_it = |freight: &Freight| matches!(freight, Freight::Dataset(id, _) | Freight::Replica(id) if id.index() == index);
            let permits = |verdict: &Verdict| {
                let mut legs = verdict.permits.iter();
                legs.any(|leg| leg & 1 << rule != 0)
            };
            let mut all = moves.all();
            let moves_so =
                all.any(|(freight, _, verdicts)| is_it(&freight) && verdicts.iter().any(permits));
            if cap < dataset.size && moves_so {
                lines.push(format!(
                    "  {} ({}) is more than what {} lets through in a day ({}): it takes up {} days",
                    plain(&dataset.name),
                    gigabytes(dataset.size),
                    plain(model.rules.name_of(usize::from(rule))),
                    gigabytes(cap),
                    dataset.size.0.div_ceil(cap.0)
                ));
            }
        }
    }
    lines
}

fn gigabytes(bytes: Bytes) -> String {
    format!("{} GB", bytes.0 as f64 / 1e9)
}
