//! What `check` tells of what is kept: how long, where it lies and for how much, and what no rule is about.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::experiment::{keeps_words, span_words};
use crate::model::{KeptKind, Model, PROOF_USUAL};
use crate::record::plain;
use crate::units::SiteId;

use super::output;

/// All of it; nothing where nobody asks.
pub(super) fn retention(model: &Model) -> String {
    let rules = &model.retention;
    if rules.rules.is_empty() && rules.without.is_empty() {
        return String::new();
    }
    let mut lines = vec!["\nkept".to_owned()];
    for (index, rule) in rules.rules.iter().enumerate() {
        let mut line = format!("  {}: {}", plain(&rule.id), keeps_words(rule).join("; "));
        if rule.follows {
            line.push_str("; deleted with what it was made of");
        }
        line.push_str(&proofs(model, index));
        lines.push(line);
    }
    lines.extend(free(model));
    let mut without: BTreeMap<KeptKind, Vec<&str>> = BTreeMap::new();
    for (kind, of) in &rules.without {
        without.entry(*kind).or_default().push(of);
    }
    for (kind, of) in without {
        let becomes = match kind {
            KeptKind::Checkpoint => "they go with their jobs",
            KeptKind::Copy | KeptKind::Artifact => "they stay until their cache needs room",
            _ => "they stay for good",
        };
        lines.push(format!(
            "  warning: {} exist without a retention rule ({becomes}): {}",
            kind.words(),
            plain(&of.join(", "))
        ));
    }
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    wrapped.collect()
}

/// Who proves what is deleted by a rule, and in what time.
fn proofs(model: &Model, index: usize) -> String {
    let rule = &model.retention.rules[index];
    let mut lies: BTreeSet<SiteId> = BTreeSet::new();
    let is_it = |of: &u16| usize::from(*of) == index;
    let all = &model.retention;
    let data = all
        .homes
        .iter()
        .chain(&all.cached)
        .filter(|(_, of)| is_it(of));
    lies.extend(data.map(|(&(_, site), _)| site));
    let copies = all.copies.iter().filter(|(_, of)| is_it(of));
    lies.extend(copies.map(|(&copy, _)| model.network.copies[usize::from(copy)].site));
    let checkpoints = all.checkpoints.iter().filter(|(_, of)| is_it(of));
    lies.extend(checkpoints.map(|(&(_, _, site), _)| site));
    let results = all.results.iter().filter(|(_, of)| is_it(of));
    lies.extend(
        results.filter_map(|((whose, _), _)| model.classes[whose.class.index()].results_to),
    );
    let names = |sites: Vec<&SiteId>| {
        let names = sites
            .into_iter()
            .map(|site| plain(&model.sites[site.index()].name).into_owned());
        names.collect::<Vec<_>>().join(", ")
    };
    let (proven, unproven): (Vec<_>, Vec<_>) =
        lies.iter().partition(|&&site| model.proves_deletion(site));
    let mut out = String::new();
    if !proven.is_empty() {
        let after = match &rule.proof {
            Some(_) => "by its law".to_owned(),
            None if proven.iter().all(|&&site| model.is_own(site)) => "at once".to_owned(),
            None => format!("{} later elsewhere than at home", span_words(PROOF_USUAL)),
        };
        let _ = write!(out, "; proven {after} at {}", names(proven));
    }
    if !unproven.is_empty() {
        let sites = names(unproven);
        let _ = write!(
            out,
            "; UNPROVEN at {sites}: its provider does not prove deletions"
        );
    }
    out
}

/// What is kept for nothing, so that nobody takes that for its price.
fn free(model: &Model) -> Option<String> {
    let mut free: BTreeSet<String> = BTreeSet::new();
    let keys = model.retention.cached.keys().map(|&(_, site)| site);
    for site in keys {
        let place = &model.sites[site.index()];
        if place.cache_on.is_none() {
            free.insert(format!(
                "the cache of {} (no `cache_on`)",
                plain(&place.name)
            ));
        }
    }
    for class in &model.classes {
        let name = plain(&class.name);
        if class.results.0 > 0 && class.results_to.is_some() && class.results_on.is_none() {
            free.insert(format!("results of {name} (`results_to` names no storage)"));
        }
        if class
            .checkpoint_home
            .is_some_and(|home| home.storage.is_none())
        {
            free.insert(format!(
                "checkpoints of {name} (`sync_to` names no storage)"
            ));
        }
    }
    let free: Vec<String> = free.into_iter().collect();
    (!free.is_empty()).then(|| format!("  costs nothing: {}", free.join(", ")))
}
