//! `[[window]]`: when work of a class may start, checked against what there is.

use std::collections::BTreeSet;

use crate::model::{Horizon, Preemption, StartWindow, StartWindows, Teardown, WINDOWS_MAX};
use crate::scenario::{Origin, ScenarioFile, TeardownKind, WindowSpec};
use crate::units::{ClassId, PoolId, Span};

use super::classes::ClassDraft;
use super::context::Context;
use super::hours;
use super::pools::PoolDraft;
use super::run::Run;
use super::selector;
use super::sites::Place;

/// All windows.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    (sites, pools): (&[Place], &[PoolDraft]),
    classes: &[ClassDraft],
) -> StartWindows {
    let mut taken = BTreeSet::new();
    let mut list = Vec::new();
    for (place, (spec, table)) in file.window.items().enumerate() {
        if place == WINDOWS_MAX {
            context.fault(table, "too many windows", format!("keep to {WINDOWS_MAX}"));
            break;
        }
        let name = context.name(&spec.name, table, "window", &mut taken);
        let found = whose(context, (&spec.classes, table, "window"), classes);
        let meant = selector::pools(context, &spec.selector, table, sites, pools, |_| true);
        let window = StartWindow {
            name: name.unwrap_or_default(),
            pools: used(context, spec, table, (&meant, &found), classes),
            teardown: teardown(context, spec, &found, classes),
            lead: context.span(&spec.lead).unwrap_or(Span::ZERO),
            hours: hours::read(context, &spec.hours, run.epoch),
            classes: found,
        };
        times(context, spec, table, &window);
        ends(context, spec, table, (run, &window));
        list.push(window);
    }
    StartWindows { list }
}

/// The classes of a list, and what they become when a phase moves them.
pub(super) fn whose(
    context: &mut Context,
    (list, table, what): (&crate::scenario::List<String>, Origin, &str),
    classes: &[ClassDraft],
) -> Vec<ClassId> {
    let own = |draft: &&ClassDraft| draft.twin_of.is_none();
    let names: Vec<&str> = classes
        .iter()
        .filter(own)
        .map(|draft| draft.class.name.as_str())
        .collect();
    if list.items().next().is_none() {
        context.fault(
            table,
            format!("a {what} of no class"),
            "add classes = [\"…\"]",
        );
    }
    let mut found = Vec::new();
    for (name, origin) in list.items() {
        if !names.contains(&name.as_str()) {
            context.unknown(origin, "class", name, &names);
            continue;
        }
        let drafts = classes.iter().enumerate();
        let mine = drafts
            .filter(|(_, draft)| draft.class.name == *name || draft.twin_of.as_ref() == Some(name));
        found.extend(mine.map(|(index, _)| ClassId::from(index)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The pools that are meant and that some of the classes may use.
fn used(
    context: &mut Context,
    spec: &WindowSpec,
    table: Origin,
    (meant, found): (&[PoolId], &[ClassId]),
    classes: &[ClassDraft],
) -> Vec<PoolId> {
    let of = |class: &ClassId| classes[class.index()].class.pools.as_slice();
    let in_use = |pool: &&PoolId| found.iter().any(|class| of(class).contains(pool));
    let used: Vec<PoolId> = meant.iter().filter(in_use).copied().collect();
    if used.is_empty() && !meant.is_empty() && !found.is_empty() {
        let at = spec.selector.origin().unwrap_or(table);
        let fix = "name pools of these classes, or leave `where` out";
        context.fault(at, "none of these classes may use what is meant", fix);
    }
    used
}

fn teardown(
    context: &mut Context,
    spec: &WindowSpec,
    found: &[ClassId],
    classes: &[ClassDraft],
) -> Teardown {
    let kind = spec.teardown.value().copied();
    if spec.teardown.is_absent() {
        let name = spec.name.value().cloned().unwrap_or_default();
        let what = format!("window {name}: teardown");
        context.note_default(what, "checkpoint: what still runs writes one and waits");
    }
    let teardown = match kind {
        Some(TeardownKind::Finish) => Teardown::Finish,
        Some(TeardownKind::Stop) => Teardown::Stop,
        Some(TeardownKind::Checkpoint) | None => Teardown::Checkpoint,
    };
    let at = spec.teardown.origin().or(spec.name.origin());
    if let (Teardown::Checkpoint, Some(at)) = (teardown, at) {
        keep_checkpoints(context, at, found, classes);
    }
    teardown
}

/// A class that keeps no checkpoint cannot write one.
pub(super) fn keep_checkpoints(
    context: &mut Context,
    at: Origin,
    found: &[ClassId],
    classes: &[ClassDraft],
) {
    for class in found {
        let draft = &classes[class.index()];
        let kills = matches!(draft.class.preemption, Preemption::Kill { .. });
        if kills && draft.twin_of.is_none() {
            let message = format!(
                "class {} writes no checkpoint when it is stopped",
                draft.class.name
            );
            let fix = "write teardown = \"stop\", or give the class a preemption that saves";
            context.fault(at, message, fix);
        }
    }
}

/// Hours in which nothing could ever start, or that never end.
fn times(context: &mut Context, spec: &WindowSpec, table: Origin, window: &StartWindow) {
    let example = "hours = { from = \"20:00\", to = \"06:00\" }";
    let Some((hours, at)) = context.required(&spec.hours, table, "when it is open", example) else {
        return;
    };
    let readable = hours.from.value().is_some() && hours.to.value().is_some();
    if window.hours.are_around_the_clock() {
        if readable && context.problems.is_empty() {
            let fix = "leave the window out, or write hours that end";
            context.fault(at, "it is open around the clock", fix);
        }
        return;
    }
    if hours.days.is_absent() {
        let what = format!("window {}: days", window.name);
        context.note_default(what, "Monday to Friday");
    }
    if let (true, Some(at)) = (window.hours.longest() <= window.lead, spec.lead.origin()) {
        let fix = "write a shorter lead, or longer hours";
        context.fault(at, "nothing ever starts: it is open for no longer", fix);
    }
}

/// Work that is stopped again and again may never end.
fn ends(
    context: &mut Context,
    spec: &WindowSpec,
    table: Origin,
    (run, window): (&Run, &StartWindow),
) {
    if run.horizon == Horizon::UntilEmpty && window.teardown != Teardown::Finish {
        let at = spec.teardown.origin().unwrap_or(table);
        let message = "the run has no horizon, and what is torn down may never be done";
        let fix = "give the scenario a horizon, or write teardown = \"finish\"";
        context.fault(at, message, fix);
    }
}
