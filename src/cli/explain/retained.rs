//! Until when what is of a data set is kept, by which rule, and what was deleted.

use std::collections::BTreeMap;

use crate::experiment::{CopyAt, Lineage, Standing, kept_words};
use crate::journal::KeptKind;
use crate::model::{KeptFrom, Model};
use crate::units::{ClassId, DatasetId, SiteId};

use super::super::study::counted;

/// The rule about something, and how long it keeps it.
pub(super) fn kept_by(model: &Model, rule: Option<&u16>, kind: KeptKind) -> String {
    let Some(&rule) = rule else {
        let asked = model.retention.are_used() || !model.retention.without.is_empty();
        return if asked {
            "; no rule says how long".to_owned()
        } else {
            String::new()
        };
    };
    let rule = &model.retention.rules[usize::from(rule)];
    format!(
        "; `{}` keeps {}",
        rule.id,
        kept_words(kind, rule.kept(kind))
    )
}

/// The same of a copy, with until when that is as things stand.
pub(super) fn kept_at(
    model: &Model,
    standing: &Standing,
    (&(id, site), at): (&(DatasetId, SiteId), &CopyAt),
) -> String {
    let mut copies = model.network.copies.iter();
    let copy = copies.position(|copy| (copy.dataset, copy.site) == (id, site));
    let copy = copy.filter(|_| at.kept).map(|copy| copy as u16);
    let (rule, kind) = if let Some(copy) = copy {
        (model.retention.copies.get(&copy), model.copy_kind(copy))
    } else {
        let rule = model.retention.cached.get(&(id, site));
        (rule, model.cached_kind(id))
    };
    let words = kept_by(model, rule, kind);
    let Some(&rule) = rule else {
        return words;
    };
    let kept = model.retention.rules[usize::from(rule)].kept(kind);
    let Some(keep) = kept.keep else {
        return words;
    };
    let (readers, last) = standing
        .uses
        .get(&(id, site))
        .copied()
        .unwrap_or((0, at.since));
    let since = match kept.from {
        KeptFrom::LastUse if 0 < readers => {
            return format!(
                "{words}, and {} read it now",
                counted(u64::from(readers), "job")
            );
        }
        KeptFrom::LastUse => last.max(at.since),
        KeptFrom::Written | KeptFrom::JobEnd => at.since,
    };
    format!("{words}: until {}", model.epoch.format(since + keep))
}

/// The rules about checkpoints or results of jobs of a class.
pub(super) fn kept_of_jobs(model: &Model, class: ClassId, kind: KeptKind) -> String {
    let all = &model.retention;
    let mut rules: Vec<u16> = if kind == KeptKind::Checkpoint {
        let of = all.checkpoints.iter();
        let of = of.filter(|((whose, ..), _)| whose.class == class);
        of.map(|(_, &rule)| rule).collect()
    } else {
        let of = all.results.iter();
        let of = of.filter(|((whose, _), _)| whose.class == class);
        of.map(|(_, &rule)| rule).collect()
    };
    rules.sort_unstable();
    rules.dedup();
    if rules.is_empty() {
        return kept_by(model, None, kind);
    }
    let words = rules.iter().map(|rule| kept_by(model, Some(rule), kind));
    words.collect()
}

/// What was deleted because its time was over: data one by one, what is of jobs by kind.
pub(super) fn deletions(model: &Model, lineage: &Lineage<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut of_jobs: BTreeMap<(u16, KeptKind), u64> = BTreeMap::new();
    for (at, of) in &lineage.deleted {
        let Some(id) = of.dataset else {
            *of_jobs.entry((of.rule, of.kind)).or_default() += 1;
            continue;
        };
        let proof = match of.proof {
            Some(when) => format!("proven {}", model.epoch.format(when)),
            None => "nobody proves it".to_owned(),
        };
        let with = of.with.map_or_else(String::new, |source| {
            format!(", with {}", model.dataset(source).name)
        });
        lines.push(format!(
            "became      {} {} at {} is deleted by `{}`{with}; {proof}",
            model.epoch.format(*at),
            model.dataset(id).name,
            model.sites[of.site.index()].name,
            model.retention.rules[usize::from(of.rule)].id
        ));
    }
    for ((rule, kind), count) in of_jobs {
        lines.push(format!(
            "became      `{}` deleted {} of jobs that had read it",
            model.retention.rules[usize::from(rule)].id,
            counted(count, kind.name())
        ));
    }
    lines
}
