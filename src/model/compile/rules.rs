//! `[[rule]]`: what may run where, checked against the words that there are and worked out for all that occurs.

use std::collections::BTreeSet;

use crate::model::rules::{
    AttributeChange, Condition, Consequence, RULES_MAX, Rule, RuleEffect, RuleMode, RuleOn, Rules,
    condition,
};
use crate::model::{Happening, Incident, MoveRules, Transforms};
use crate::scenario::{
    EffectKind, ModeKind, OnChangeKind, Origin, RuleSpec, ScenarioFile, SubjectKind,
};
use crate::units::{Bytes, Span, parse_bytes};

use super::attributes::{Described, Subjects};
use super::context::Context;
use super::controls;
use super::move_rules;
use super::strategies;
use super::told::Told;

/// An exabyte: more is a slip of the hand.
const CAP_MAX: Bytes = Bytes(1_000_000_000_000_000_000);

/// All rules, and what those about moves say of all that could move.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    (described, transforms): (&Described, &Transforms),
    subjects: Subjects<'_>,
) -> (Rules, MoveRules) {
    let Some((_, first)) = file.rule.items().next() else {
        // Nobody judges, but what changes can be told.
        let changes = described.changes.iter().map(|change| AttributeChange {
            situation: 0,
            ..change.clone()
        });
        let mut rules = Rules::default();
        rules.changes = changes.collect();
        rules.findings = described.findings.clone();
        for row in &mut rules.findings.rows {
            row.situation = 0;
        }
        return (rules, MoveRules::default());
    };
    let mut list: Vec<(Rule, Condition)> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.rule.items() {
        if list.len() == RULES_MAX {
            context.fault(table, "too many rules", format!("keep to {RULES_MAX}"));
            break;
        }
        let words = (described, transforms);
        list.extend(rule(context, spec, table, words, &mut taken));
    }
    if !context.problems.is_empty() {
        return (Rules::default(), MoveRules::default());
    }
    let moves = move_rules::work_out(&list, described, subjects, transforms);
    let targets = described.situations().flat_map(|one| one.targets.clone());
    let targets: Vec<_> = targets.collect();
    let jobs = described.situations().flat_map(|one| one.jobs.clone());
    let jobs: Vec<_> = jobs.collect();
    let sizes = (described.versions, described.situations().count());
    let words = &described.vocabulary;
    let jobs = (jobs.as_slice(), sizes.0, sizes.1);
    let mut rules = Rules::work_out(list, words, jobs, &targets).unwrap_or_else(|| {
        let message = "these rules tell too many jobs and pools apart";
        let fix = "let rules read attributes of classes and sites, not job.gpus or target.pool";
        context.fault(first, message, fix);
        Rules::default()
    });
    if rules.are_used() {
        let firsts = firsts(sizes.1, &rules, &moves);
        rules.changes.clone_from(&described.changes);
        for change in &mut rules.changes {
            change.situation = firsts[usize::from(change.situation)];
        }
        rules.findings = described.findings.clone();
        for row in &mut rules.findings.rows {
            row.situation = firsts[usize::from(row.situation)];
        }
    }
    (rules, moves)
}

/// By situation, the first in which rules say what they say then.
fn firsts(situations: usize, rules: &Rules, moves: &MoveRules) -> Vec<u16> {
    let alike = |one: u16, two: u16| rules.looks_like(one, two) && moves.looks_like(one, two);
    let all = 0..situations as u16;
    all.map(|one| {
        let before = (0..one).find(|&other| alike(one, other));
        before.unwrap_or(one)
    })
    .collect()
}

fn rule(
    context: &mut Context,
    spec: &RuleSpec,
    table: Origin,
    (described, transforms): (&Described, &Transforms),
    taken: &mut BTreeSet<String>,
) -> Option<(Rule, Condition)> {
    let id = context.required(&spec.id, table, "the id of a rule", "id = \"…\"");
    let effect = context.required(
        &spec.effect,
        table,
        "what a rule does",
        "effect = \"forbid\" (or permit, require)",
    );
    let example = "when = '''target.kind == \"gpuaas\"'''";
    let when = context.required(&spec.when, table, "what a rule is about", example);
    let id = id.and_then(|(id, origin)| {
        if id.trim().is_empty() || id.contains(char::is_control) || id.chars().count() > 100 {
            let fix = "write 1 to 100 printable characters";
            context.fault(origin, "not an id for a rule", fix);
            return None;
        }
        if !taken.insert(id.clone()) {
            let message = format!("there are two rules `{id}`");
            context.fault(origin, message, "every id must be its own");
            return None;
        }
        Some(id.clone())
    });
    let on = match spec.on.value() {
        Some(SubjectKind::Move) => RuleOn::Move,
        Some(SubjectKind::Run) | None => RuleOn::Run,
    };
    let effect = effect.map(|(&effect, _)| match effect {
        EffectKind::Permit => RuleEffect::Permit,
        EffectKind::Forbid => RuleEffect::Forbid,
        EffectKind::Require => RuleEffect::Require,
    });
    let transform = transform(context, spec, table, effect, transforms);
    let bytes_per_day = cap(context, spec, on, effect);
    let (when, origin) = when?;
    let condition = match condition(when, on, &described.vocabulary) {
        Ok(condition) => Some(condition),
        Err(fault) => {
            let place = within(context, origin, when, (fault.start, fault.end));
            context.fault(place, fault.message, fault.fix);
            None
        }
    };
    let rule = Rule {
        id: id?,
        on,
        effect: effect?,
        transform,
        when: when.trim().to_owned(),
        reason: spec.reason.value().cloned().unwrap_or_default(),
        controls: controls::names(context, &spec.controls),
        mode: spec
            .mode
            .value()
            .map_or(RuleMode::Enforce, |&mode| mode_of(mode)),
        on_change: on_change(spec),
        grace: grace(context, spec),
        bytes_per_day,
    };
    Some((rule, condition?))
}

/// The transform that a rule requires.
fn transform(
    context: &mut Context,
    spec: &RuleSpec,
    table: Origin,
    effect: Option<RuleEffect>,
    transforms: &Transforms,
) -> Option<u16> {
    if effect != Some(RuleEffect::Require) {
        if let (Some(origin), Some(_)) = (spec.transform.origin(), effect) {
            let fix = "write effect = \"require\", or leave `transform` out";
            context.fault(origin, "this rule requires no transform", fix);
        }
        return None;
    }
    let example = "transform = \"mask\", and a [[transform]] of that name";
    let given = context.required(&spec.transform, table, "what a rule requires", example);
    let (name, origin) = given?;
    let mut list = transforms.list.iter();
    let found = list.position(|transform| transform.name == *name);
    if found.is_none() {
        let known = transforms.list.iter();
        let known: Vec<&str> = known.map(|transform| transform.name.as_str()).collect();
        context.unknown(origin, "transform", name, &known);
    }
    found.map(|transform| transform as u16)
}

/// How much may move on the strength of a permit in a day.
fn cap(
    context: &mut Context,
    spec: &RuleSpec,
    on: RuleOn,
    effect: Option<RuleEffect>,
) -> Option<Bytes> {
    let origin = spec.bytes_per_day.origin()?;
    if (on, effect) != (RuleOn::Move, Some(RuleEffect::Permit)) && effect.is_some() {
        let message = "only what permits moves has a limit of bytes";
        let fix = "write on = \"move\" and effect = \"permit\", or leave `bytes_per_day` out";
        context.fault(origin, message, fix);
        return None;
    }
    let cap = context.quantity(&spec.bytes_per_day, parse_bytes)?;
    if cap == Bytes(0) || CAP_MAX < cap {
        let fix = "write more than zero and at most 1000 PB";
        context.fault(origin, "this limit of bytes is out of range", fix);
        return None;
    }
    Some(cap)
}

/// What becomes of running work and of copies.
fn on_change(spec: &RuleSpec) -> Consequence {
    match spec.on_change.value() {
        None | Some(OnChangeKind::Finish) => Consequence::Finish,
        Some(OnChangeKind::Evict) => Consequence::Evict,
        Some(OnChangeKind::Stop) => Consequence::Stop,
        Some(OnChangeKind::Quarantine) => Consequence::Quarantine,
    }
}

/// How long it may go on as before first.
fn grace(context: &mut Context, spec: &RuleSpec) -> Span {
    let grace = context.positive_span(&spec.grace);
    if let (Some(origin), Consequence::Finish) = (spec.grace.origin(), on_change(spec)) {
        let message = "what may finish needs no grace";
        let fix = "write on_change = \"evict\" (or stop, quarantine), or leave `grace` out";
        context.fault(origin, message, fix);
    }
    grace.unwrap_or(Span::ZERO)
}

/// The mode for a word.
pub(super) const fn mode_of(mode: ModeKind) -> RuleMode {
    match mode {
        ModeKind::Off => RuleMode::Off,
        ModeKind::Audit => RuleMode::Audit,
        ModeKind::Enforce => RuleMode::Enforce,
    }
}

/// The place of a part of a text; the whole of it where it was written with escapes.
pub(super) fn within(
    context: &Context,
    whole: Origin,
    text: &str,
    (start, end): (usize, usize),
) -> Origin {
    let source = &context.problems.sources().of(whole).text;
    let written = source.get(whole.start as usize..whole.end as usize);
    let Some(offset) = written.and_then(|written| written.find(text)) else {
        return whole;
    };
    let first = whole.start + (offset + start) as u32;
    Origin {
        start: first,
        end: (whole.start + (offset + end) as u32).max(first + 1),
        ..whole
    }
}

/// Modes that change at a given time.
pub(super) fn happening(context: &mut Context, told: &Told<'_>, script: &mut Vec<Incident>) {
    let Told {
        spec,
        table,
        estate,
        when: (from, to),
    } = *told;
    let example = "rules = { health-stays-home = \"enforce\" }";
    context.required(&spec.rules, table, "the modes of rules", example);
    let passes = to.is_some();
    for (rule, mode) in strategies::modes(context, &spec.rules, estate.rules) {
        let change = Happening::Rule { rule, mode, passes };
        script.push(Incident::terms(from, change));
        script.extend(to.map(|to| Incident::terms(to, Happening::RuleOver { rule, mode })));
    }
}
