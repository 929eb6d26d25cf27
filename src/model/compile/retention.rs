//! `[[retention]]`: how long what is kept may be kept, worked out for all that can be kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::rules::{Tuple, Value};
use crate::model::{Freight, KeptFor, KeptFrom, KeptKind, Retention, RetentionRule, Transforms};
use crate::scenario::{DerivedKind, Given, KeptFromSpec, Origin, RetentionSpec, ScenarioFile};
use crate::units::{ClassId, DatasetId, SiteId, Span, parse_span};

use super::attributes::{Described, Subjects};
use super::context::Context;
use super::controls;
use super::laws;
use super::selector;

mod about;
mod things;
mod usual;

use about::{classes, data, kinds, marks};
use things::{Thing, things};

/// More rules are a slip.
const RULES_MAX: usize = 1_000;

/// A rule as it was written, with what it is about.
pub(super) struct Draft {
    rule: RetentionRule,
    /// Of which data sets, if not of all.
    data: Option<BTreeSet<DatasetId>>,
    /// One of which marks, by the places of their attributes among those of data.
    marks: Vec<(usize, Vec<String>)>,
    classes: Option<Vec<ClassId>>,
    sites: Vec<SiteId>,
    at: Origin,
    says_keep: bool,
    says_from: bool,
}

/// Reads all rules, and finds the first for each thing that can be kept.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    (described, transforms): (&Described, &Transforms),
    subjects: Subjects<'_>,
) -> Retention {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.retention.items() {
        if drafts.len() == RULES_MAX {
            let fix = format!("keep to {RULES_MAX}");
            context.fault(table, "too many rules of retention", fix);
            break;
        }
        let known = (described, transforms, subjects);
        drafts.extend(draft(context, (spec, table), known, &mut taken));
    }
    if file.retention.items().count() != drafts.len() {
        return Retention::default();
    }
    let found = things(described, transforms, subjects);
    let retention = sort(context, &drafts, &found);
    usual::note(context, &drafts, &found, subjects);
    retention
}

/// Which rule is about which thing, and what none is about.
fn sort(context: &mut Context, drafts: &[Draft], found: &[Thing]) -> Retention {
    let mut retention = Retention {
        rules: drafts.iter().map(|draft| draft.rule.clone()).collect(),
        ..Retention::default()
    };
    let mut counts = vec![false; drafts.len()];
    // By rule, the first of those that come before it where it would be about something.
    let mut behind: Vec<Option<usize>> = vec![None; drafts.len()];
    let mut without = BTreeSet::new();
    for thing in found {
        let mut about = (0..drafts.len()).filter(|&rule| drafts[rule].is_about(thing));
        let Some(rule) = about.next() else {
            if !drafts.is_empty() || thing.is_marked {
                without.insert((thing.kind, thing.name.clone()));
            }
            continue;
        };
        counts[rule] = true;
        for other in about {
            behind[other].get_or_insert(rule);
        }
        thing.put(&mut retention, rule as u16);
    }
    for (index, draft) in drafts.iter().enumerate() {
        let Some(first) = behind[index] else {
            if !counts[index] {
                let kinds: Vec<&str> = draft.rule.of.keys().map(|kind| kind.words()).collect();
                let message = format!(
                    "no {} that retention `{}` is about are ever kept anywhere",
                    kinds.join(" or "),
                    draft.rule.id
                );
                let fix = "widen `data`, `marks`, `classes` or `where`, or leave the rule out; checkpoints are kept `on` a \
                           storage or where they `sync_to`, results where they go (`results_to`)";
                context.fault(draft.at, message, fix);
            }
            continue;
        };
        if !counts[index] {
            let message = format!(
                "retention `{}` never counts: `{}` stands before it and is about all of that",
                draft.rule.id, drafts[first].rule.id
            );
            context.fault(
                draft.at,
                message,
                "put the narrower rule first, or leave one of them out",
            );
        }
    }
    retention.without = without.into_iter().collect();
    retention
}

impl Draft {
    fn is_about(&self, thing: &Thing) -> bool {
        let of = |class: ClassId| {
            let classes = self.classes.as_ref();
            classes.is_none_or(|classes| classes.contains(&class))
        };
        let marked = |(place, marks): &(usize, Vec<String>)| match thing.tuple.get(*place) {
            Some(Some(Value::Marks(own))) => own.iter().any(|mark| marks.contains(mark)),
            _ => false,
        };
        let sources = self.data.as_ref();
        self.rule.of.contains_key(&thing.kind)
            && self.sites.contains(&thing.site)
            && thing.class.is_none_or(of)
            && (self.classes.is_none() || thing.class.is_some())
            && sources.is_none_or(|data| thing.of.iter().any(|id| data.contains(id)))
            && (self.marks.is_empty() || self.marks.iter().any(marked))
    }
}

type Known<'a> = (&'a Described, &'a Transforms, Subjects<'a>);

fn draft(
    context: &mut Context,
    (spec, table): (&RetentionSpec, Origin),
    (described, _, subjects): Known<'_>,
    taken: &mut BTreeSet<String>,
) -> Option<Draft> {
    let id = context.required(&spec.id, table, "the id of a retention", "id = \"…\"");
    let id = id.map(|(id, _)| id.clone());
    let named = context.name(&spec.id, table, "retention", taken);
    let before = context.problems.len();
    let kinds = kinds(context, spec, table)?;
    let classes = classes(context, spec, &kinds, subjects);
    let data = data(context, spec, subjects);
    let marks = marks(context, spec, described);
    let places = (subjects.sites, subjects.pools);
    let sites = selector::sites_among(context, &spec.selector, table, places);
    let keep = keep(context, &spec.keep);
    let of = terms(context, spec, &kinds, keep);
    let proof = spec.proof.here();
    let proof = proof.and_then(|(law, at)| laws::read(context, law, at));
    let follows = follows(context, spec, &kinds);
    if let (Some(origin), Keep::Forever, false) = (spec.proof.origin(), keep, follows) {
        let fix = "leave `proof` out, or write how long it is kept";
        let message = "what is kept for ever is not proven to be deleted";
        context.fault(origin, message, fix);
    }
    if before < context.problems.len() {
        return None;
    }
    id?;
    Some(Draft {
        rule: RetentionRule {
            id: named?,
            of,
            proof,
            follows,
            reason: spec.reason.value().cloned().unwrap_or_default(),
            controls: controls::names(context, &spec.controls),
        },
        data,
        marks,
        classes,
        sites,
        at: table,
        says_keep: spec.keep.value().is_some(),
        says_from: spec.from.value().is_some(),
    })
}

/// Whether what it is about goes with what that was made of.
fn follows(context: &mut Context, spec: &RetentionSpec, kinds: &[KeptKind]) -> bool {
    let follows = spec.derived.value() == Some(&DerivedKind::WithSource);
    if let (true, Some(origin)) = (
        follows && kinds == [KeptKind::Dataset],
        spec.derived.origin(),
    ) {
        let fix = "leave `derived` out, or name what is made of data sets in `of`";
        context.fault(origin, "a data set is made of nothing else", fix);
    }
    follows
}

/// How long something is kept, as it was written.
#[derive(Clone, Copy, PartialEq)]
enum Keep {
    /// Nobody wrote it.
    Unsaid,
    Forever,
    For(Span),
}

fn keep(context: &mut Context, field: &Given<String>) -> Keep {
    let Some((text, origin)) = field.here() else {
        return Keep::Unsaid;
    };
    if text.trim() == "forever" {
        return Keep::Forever;
    }
    let Some(span) = context.quantity(field, parse_span) else {
        return Keep::Unsaid;
    };
    if span < Span::MINUTE {
        let fix = "write at least \"1 min\", or \"forever\"";
        context.fault(origin, "this time of keeping is too short", fix);
    }
    Keep::For(span)
}

/// How long each kind is kept, and since when.
fn terms(
    context: &mut Context,
    spec: &RetentionSpec,
    kinds: &[KeptKind],
    keep: Keep,
) -> BTreeMap<KeptKind, KeptFor> {
    let mut found = BTreeMap::new();
    for &kind in kinds {
        let usual = usual::terms(kind);
        let from = match spec.from.value() {
            Some(KeptFromSpec::LastUse) => KeptFrom::LastUse,
            Some(KeptFromSpec::Written) => KeptFrom::Written,
            Some(KeptFromSpec::JobEnd) => KeptFrom::JobEnd,
            None => usual.from,
        };
        let known: &[KeptFrom] = match kind {
            KeptKind::Checkpoint => &[KeptFrom::JobEnd],
            KeptKind::Results => &[KeptFrom::Written],
            _ => &[KeptFrom::LastUse, KeptFrom::Written],
        };
        if let (false, Some(origin)) = (known.contains(&from), spec.from.origin()) {
            let known: Vec<&str> = known.iter().map(|from| from.name()).collect();
            let message = format!("{} are not kept from {} on", kind.words(), from.name());
            context.fault(
                origin,
                message,
                format!("write from = \"{}\"", known.join("\" or \"")),
            );
            break;
        }
        let keep = match keep {
            Keep::Unsaid => usual.keep,
            Keep::Forever => None,
            Keep::For(span) => Some(span),
        };
        found.insert(kind, KeptFor { keep, from });
    }
    found
}

/// Whether anything of some marks is known.
fn is_marked(tuple: &Tuple) -> bool {
    let mut marks = tuple.iter().flatten();
    marks.any(|value| matches!(value, Value::Marks(marks) if !marks.is_empty()))
}

/// What is known of checkpoints or results.
fn of_jobs(described: &Described, freight: Freight, subjects: Subjects<'_>) -> Tuple {
    described.freight(&described.start, freight, &subjects)
}
