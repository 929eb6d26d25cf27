//! `[[happening]] what = "attribute-set"`: attributes that change while time passes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::TransformKind;
use crate::model::rules::{Of, Tuple, Value, Whom};
use crate::scenario::{
    AttributeValue, ByName, HappeningKind, HappeningSpec, List, Origin, ScenarioFile,
};
use crate::units::{ClassId, DatasetId, Epoch, LinkId, SimTime, parse_span};

use super::super::attribute_words::{Words, own_name};
use super::super::context::Context;
use super::super::selector;
use super::super::transforms::{self, Made};
use super::apply::{Found, add, alter};
use super::{Own, Said, Subjects, tuple};

/// Most instants at which attributes change: for each, all verdicts are worked out.
pub(super) const CHANGES_MAX: usize = 256;

/// A happening that changes attributes, as it was written.
pub(super) struct Draft<'f> {
    spec: Cow<'f, HappeningSpec>,
    table: Origin,
    name: String,
    from: SimTime,
    to: Option<SimTime>,
    /// For each kind of subject what is found of it.
    pub(super) found: BTreeMap<Of, Vec<Found>>,
}

/// What a phase says of attributes when it begins.
pub(super) struct Phased<'f> {
    pub(super) phase: String,
    pub(super) draft: Draft<'f>,
    /// About whom.
    pub(super) whom: BTreeSet<Whom>,
}

/// What everybody says from an instant on, and by which happenings.
pub(super) struct Time {
    pub(super) at: SimTime,
    pub(super) by: Vec<String>,
    pub(super) said: Said,
}

/// Reads the values of all of them; whom they are about is known later.
pub(super) fn read<'f>(
    context: &mut Context,
    file: &'f ScenarioFile,
    epoch: Epoch,
    words: &mut Words,
) -> Vec<Draft<'f>> {
    let mut drafts = Vec::new();
    for (spec, table) in file.happening.items() {
        if spec.what.value() != Some(&HappeningKind::AttributeSet) {
            continue;
        }
        let found = found(context, (spec, table), words);
        // What is wrong with the time is told where all happenings are read.
        let Some(from) = time(spec, epoch) else {
            continue;
        };
        let lasts = spec.lasts.value();
        let lasts = lasts.and_then(|text| parse_span(text).ok());
        drafts.push(Draft {
            spec: Cow::Borrowed(spec),
            table,
            name: spec.name.value().cloned().unwrap_or_default(),
            from,
            to: lasts.map(|lasts| from + lasts),
            found,
        });
    }
    drafts
}

/// Reads what phases say; about whom is known later.
pub(super) fn of_phases<'f>(
    context: &mut Context,
    file: &'f ScenarioFile,
    words: &mut Words,
) -> Vec<Phased<'f>> {
    let mut all = Vec::new();
    for (phase, _) in file.phase.items() {
        for (spec, table) in phase.attribute.items() {
            let spec = HappeningSpec {
                selector: spec.selector.clone(),
                datasets: spec.datasets.clone(),
                made_by: spec.made_by.clone(),
                classes: spec.classes.clone(),
                links: spec.links.clone(),
                set: spec.set.clone(),
                add: spec.add.clone(),
                remove: spec.remove.clone(),
                marks_return: spec.marks_return.clone(),
                ..HappeningSpec::default()
            };
            let found = found(context, (&spec, table), words);
            all.push(Phased {
                phase: phase.name.value().cloned().unwrap_or_default(),
                draft: Draft {
                    spec: Cow::Owned(spec),
                    table,
                    name: String::new(),
                    from: SimTime::ZERO,
                    to: None,
                    found,
                },
                whom: BTreeSet::new(),
            });
        }
    }
    all
}

impl Phased<'_> {
    /// Where it stands.
    pub(super) const fn at(&self) -> Origin {
        self.draft.table
    }

    /// Looks up about whom it is.
    pub(super) fn look_up(&mut self, context: &mut Context, subjects: Subjects<'_>, made: &Made) {
        self.whom = subjects_of(context, subjects, &self.draft, made);
    }
}

fn time(spec: &HappeningSpec, epoch: Epoch) -> Option<SimTime> {
    let text = &spec.at.value()?.0;
    if let Ok(at) = Epoch::parse(text) {
        let at = at.unix_ms() - epoch.unix_ms();
        return u64::try_from(at).ok().map(SimTime);
    }
    let span = parse_span(text).ok()?;
    Some(SimTime(span.0))
}

fn found(
    context: &mut Context,
    (spec, table): (&HappeningSpec, Origin),
    words: &mut Words,
) -> BTreeMap<Of, Vec<Found>> {
    let subjects = [
        (
            Of::Data,
            spec.datasets.is_absent() && spec.made_by.is_absent(),
        ),
        (Of::Job, spec.classes.is_absent()),
        (Of::Target, spec.selector.is_absent()),
        (Of::Link, spec.links.is_absent()),
    ];
    let mut all = BTreeMap::new();
    for (of, is_absent) in subjects {
        if is_absent {
            continue;
        }
        let mut list = Vec::new();
        let set = take(context, of, &spec.set, words);
        let add = marks(context, of, &spec.add, words);
        let remove = marks(context, of, &spec.remove, words);
        list.extend((!set.is_empty()).then_some(Found::Set(set)));
        list.extend((!add.is_empty()).then_some(Found::Add(add)));
        list.extend((!remove.is_empty()).then_some(Found::Remove(remove)));
        if of == Of::Data && spec.marks_return.value() == Some(&true) {
            list.push(Found::Return);
        }
        all.insert(of, list);
    }
    if all.is_empty() {
        let fix = "add datasets = […], made_by = […], classes = […], links = […] or where = {…}";
        context.fault(table, "whose attributes change is not said", fix);
    }
    let says = [spec.set.origin(), spec.add.origin(), spec.remove.origin()];
    let returns = spec.marks_return.value() == Some(&true);
    if says.iter().all(Option::is_none) && !returns {
        let fix = "add set = { … }, add = { … }, remove = { … } or marks_return = true";
        context.fault(table, "what changes is not said", fix);
    }
    if let (Some(origin), true) = (spec.marks_return.origin(), !all.contains_key(&Of::Data)) {
        let message = "marks return only to what transforms made";
        context.fault(origin, message, "add datasets = […] or made_by = […]");
    }
    all
}

/// Values of attributes that somebody has, or might have.
fn take(context: &mut Context, of: Of, table: &ByName<AttributeValue>, words: &mut Words) -> Own {
    for (name, given) in table.value().into_iter().flatten() {
        let origin = given.origin().unwrap_or_default();
        match words.find(of, name) {
            Some(place) if place < words.built_in => {
                let message = format!("`{}.{name}` follows from the estate", of.word());
                let fix = "change an attribute of your own";
                context.fault(origin, message, fix);
                return Own::new();
            }
            None if !words.has_twin(of, name) => {
                let own = words.all.iter().enumerate();
                let own = own.filter(|(place, one)| words.built_in <= *place && one.of == of);
                let known: Vec<String> = own.map(|(_, one)| one.name.clone()).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let what = format!("attribute {}.…", of.word());
                context.unknown(origin, &what, name, &known);
                return Own::new();
            }
            _ => {}
        }
    }
    words.take(context, of, table)
}

/// The same, of marks alone.
fn marks(context: &mut Context, of: Of, table: &ByName<AttributeValue>, words: &mut Words) -> Own {
    let own = take(context, of, table, words);
    only_marks(context, table, own, "write it into set = { … }")
}

/// Of what comes in addition or is taken away: whatever is no mark is a mistake.
pub(super) fn only_marks(
    context: &mut Context,
    table: &ByName<AttributeValue>,
    own: Own,
    fix: &str,
) -> Own {
    let mut values = own.iter();
    if values.all(|(_, value)| matches!(value, Value::Marks(_))) {
        return own;
    }
    let origin = table.origin().unwrap_or_default();
    let message = "only marks come in addition or are taken away";
    context.fault(origin, message, fix);
    Own::new()
}

/// The attributes of data sets with all marks that they may have some time: transforms are for these.
pub(super) fn widest<'a, 'f: 'a>(
    words: &Words,
    subjects: Subjects<'_>,
    said: &Said,
    drafts: &(impl Iterator<Item = &'a Draft<'f>> + Clone),
) -> Vec<Tuple> {
    let datasets = subjects.datasets.iter().zip(&said.data);
    let widest = datasets.map(|(dataset, own)| {
        let mut all = tuple(words, Of::Data, own);
        for draft in drafts.clone() {
            let mut names = draft.spec.datasets.items();
            if !names.any(|(name, _)| *name == dataset.name) {
                continue;
            }
            for found in draft.found.get(&Of::Data).into_iter().flatten() {
                if let Found::Set(values) | Found::Add(values) = found {
                    add(&mut all, values);
                }
            }
        }
        all
    });
    widest.collect()
}

/// What everybody says after each instant at which something begins or ends.
pub(super) fn times(
    context: &mut Context,
    subjects: Subjects<'_>,
    (words, made): (&Words, &Made),
    said: &Said,
    drafts: &[Draft<'_>],
) -> Vec<Time> {
    let mut whom = Vec::with_capacity(drafts.len());
    for draft in drafts {
        whom.push(subjects_of(context, subjects, draft, made));
    }
    let ends = drafts.iter().filter_map(|draft| draft.to);
    let instants: BTreeSet<SimTime> = drafts.iter().map(|draft| draft.from).chain(ends).collect();
    if CHANGES_MAX < instants.len() {
        let message = format!("attributes change at {} instants", instants.len());
        let fix = format!("keep to {CHANGES_MAX}: verdicts are worked out for each");
        context.fault(drafts[0].table, message, fix);
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|&index| drafts[index].from);
    let after = |at: SimTime| {
        let mut now = said.clone();
        let mut by = Vec::new();
        for &index in &order {
            let draft = &drafts[index];
            if draft.from == at {
                by.push(draft.name.clone());
            } else if draft.to == Some(at) {
                by.push(format!("end of {}", draft.name));
            }
            if draft.from <= at && draft.to.is_none_or(|to| at < to) {
                for &one in &whom[index] {
                    alter(&mut now, draft, one, (words, subjects));
                }
            }
        }
        Time { at, by, said: now }
    };
    instants.into_iter().map(after).collect()
}

/// Whom a happening is about.
fn subjects_of(
    context: &mut Context,
    subjects: Subjects<'_>,
    draft: &Draft<'_>,
    made: &Made,
) -> BTreeSet<Whom> {
    let spec = &draft.spec;
    let mut all = BTreeSet::new();
    let data = subjects.datasets.iter().chain(&made.datasets);
    let data: Vec<&str> = data.map(|dataset| dataset.name.as_str()).collect();
    let named = places(context, &spec.datasets, "data set", &data);
    all.extend(named.into_iter().map(|id| Whom::Data(DatasetId::from(id))));
    let kinds: Vec<TransformKind> = (spec.made_by.items())
        .map(|(&kind, _)| transforms::kind_of(kind))
        .collect();
    let of_kind = made.transforms.derived.iter().filter(|derived| {
        kinds.contains(&made.transforms.list[usize::from(derived.transform)].kind)
    });
    let of_kind: Vec<Whom> = of_kind.map(|one| Whom::Data(one.dataset)).collect();
    if let (Some(origin), true) = (spec.made_by.origin(), of_kind.is_empty()) {
        let message = "no transform of such a kind makes anything here";
        let fix = "add a [[transform]] of that kind, or name `datasets`";
        context.fault(origin, message, fix);
    }
    all.extend(of_kind);
    let classes: Vec<String> = subjects.classes.iter().map(own_name).collect();
    let known: Vec<&str> = classes.iter().map(String::as_str).collect();
    let named = places(context, &spec.classes, "class", &known);
    all.extend(named.into_iter().map(|id| Whom::Class(ClassId::from(id))));
    let links = subjects.network.links.iter();
    let links: Vec<&str> = links.map(|link| link.name.as_str()).collect();
    let named = places(context, &spec.links, "link", &links);
    all.extend(named.into_iter().map(|id| Whom::Link(LinkId::from(id))));
    if !spec.selector.is_absent() {
        all.extend(selected(context, draft, subjects));
    }
    all
}

/// All places of each name in a list.
fn places(context: &mut Context, list: &List<String>, what: &str, known: &[&str]) -> Vec<usize> {
    let mut found = Vec::new();
    for (name, origin) in list.items() {
        let all = known.iter().enumerate();
        let all = all.filter(|(_, known)| *known == name);
        let before = found.len();
        found.extend(all.map(|(index, _)| index));
        if found.len() == before {
            context.unknown(origin, what, name, known);
        }
    }
    found
}

/// Sites, or pools where the words are those of pools.
fn selected(context: &mut Context, draft: &Draft<'_>, subjects: Subjects<'_>) -> Vec<Whom> {
    let (field, at) = (&draft.spec.selector, draft.table);
    let empty = crate::scenario::SelectorSpec::default();
    let spec = field.value().unwrap_or(&empty);
    let of_pools = [spec.pools.origin(), spec.gpu.origin(), spec.offer.origin()];
    if of_pools.iter().any(Option::is_some) {
        let all = selector::pools(context, field, at, subjects.sites, subjects.pools, |_| true);
        return all.into_iter().map(Whom::Pool).collect();
    }
    let places = (subjects.sites, subjects.pools);
    let all = selector::sites_among(context, field, at, places);
    all.into_iter().map(Whom::Site).collect()
}
