//! `flawed`, `found_after` and `validation`: what may be wrong with what is made, and how it is looked at.

use std::collections::BTreeSet;

use crate::model::{Flaws, Inspection, Transform, Validation};
use crate::process::Law;
use crate::scenario::{
    ClassSpec, Given, LawSpec, Origin, ScenarioFile, TransformSpec, ValidationSpec,
};
use crate::units::{Money, Span, parse_money};

use super::classes::{ClassDraft, written};
use super::context::Context;
use super::laws;

/// Of what is made on hosts at least this share must pass: everybody would wait for ever otherwise.
const PASSING_MIN: f64 = 0.001;
/// Attempts that ask for GPUs are drawn beforehand: more would be too many.
const PASSING_MIN_ON_GPUS: f64 = 0.1;

/// The words that say what may be wrong with something, and how it is looked at.
struct Words<'a> {
    flawed: &'a Given<f64>,
    found_after: &'a Given<LawSpec>,
    validation: &'a Given<ValidationSpec>,
    /// Where they stand.
    table: Origin,
    /// What it is that may be flawed.
    what: &'static str,
}

/// Reads what may be wrong with what a transform makes, and how that is looked at.
pub(super) fn read(
    context: &mut Context,
    spec: &TransformSpec,
    table: Origin,
) -> (Option<Flaws>, Option<Validation>) {
    let words = Words {
        flawed: &spec.flawed,
        found_after: &spec.found_after,
        validation: &spec.validation,
        table,
        what: "that this transform makes",
    };
    both(context, &words)
}

fn both(context: &mut Context, words: &Words<'_>) -> (Option<Flaws>, Option<Validation>) {
    let validation = (words.validation.here()).map(|(spec, _)| validation(context, spec));
    let share = context.number(words.flawed, 0.0, 1.0).unwrap_or(0.0);
    let lets = validation.as_ref().is_none_or(|one| one.false_pass > 0);
    let law = words.found_after.here();
    let law = law.and_then(|(law, at)| laws::read(context, law, at));
    let passes = words.validation.value();
    for (origin, what) in [
        (words.found_after.origin(), "is found"),
        (
            passes.and_then(|one| one.false_pass.origin()),
            "passes wrongly",
        ),
    ] {
        if let (Some(origin), true) = (origin, words.flawed.is_absent()) {
            let message = format!("nothing {} is flawed, so nothing {what}", words.what);
            let fix = "write `flawed = 0.02` too, or leave it out";
            context.fault(origin, message, fix);
        }
    }
    if words.found_after.is_absent() && share > 0.0 && lets {
        let at = words.flawed.origin().unwrap_or(words.table);
        let message = "it is not said when that is found which went out flawed";
        let fix = "add found_after = { median = \"10 d\", p95 = \"40 d\" }, or another law";
        context.fault(at, message, fix);
    }
    let flaws = Flaws {
        share: millionths(share),
        found_after: law.unwrap_or(Law::Constant(0.0)),
    };
    ((share > 0.0).then_some(flaws), validation)
}

/// How something is looked at; as what work is read elsewhere.
pub(super) fn validation(context: &mut Context, spec: &ValidationSpec) -> Validation {
    let currency = context.currency;
    let time = context.span(&spec.time);
    let price = context.quantity(&spec.price, |text| parse_money(text, currency));
    if let (Some(origin), true) = (
        spec.price.origin(),
        price.is_some_and(|it| it < Money::ZERO),
    ) {
        context.fault(
            origin,
            "looking at it earns nothing",
            "write a price that is paid",
        );
    }
    let mut share = |field: &Given<f64>| context.number(field, 0.0, 1.0).map_or(0, millionths);
    Validation {
        time: time.unwrap_or(Span::ZERO),
        price: price.unwrap_or(Money::ZERO),
        false_fail: share(&spec.false_fail),
        false_pass: share(&spec.false_pass),
        work: None,
    }
}

/// By class, how results of its jobs are looked at; empty where nobody looks at any.
pub(super) fn of_results(
    context: &mut Context,
    file: &ScenarioFile,
    classes: &[ClassDraft],
) -> Vec<Option<Inspection>> {
    let mut found = vec![None; classes.len()];
    let mut told = BTreeSet::new();
    for (spec, place) in written(file, classes) {
        let at = spec.validation.origin().or(spec.flawed.origin());
        let Some(at) = at.or(spec.found_after.origin()) else {
            continue;
        };
        if !told.insert(at) {
            // A twin of a class that was read.
            let of = &classes[place].twin_of;
            let own = classes
                .iter()
                .position(|one| Some(&one.class.name) == of.as_ref());
            found[place] = own.and_then(|own| found[own].clone());
            continue;
        }
        found[place] = Some(of_class(context, spec, (&classes[place], at)));
    }
    if found.iter().all(Option::is_none) {
        found.clear();
    }
    found
}

fn of_class(
    context: &mut Context,
    spec: &ClassSpec,
    (draft, at): (&ClassDraft, Origin),
) -> Inspection {
    let words = Words {
        flawed: &spec.flawed,
        found_after: &spec.found_after,
        validation: &spec.validation,
        table: at,
        what: "that comes of its jobs",
    };
    let (flaws, validation) = both(context, &words);
    let looks = spec.validation.value();
    let of_gpus = |looks: &ValidationSpec| {
        let words = [
            ("class", looks.class.origin()),
            ("gpus", looks.gpus.origin()),
            ("tenant", looks.tenant.origin()),
        ];
        words.map(|(word, origin)| origin.map(|origin| (word, origin)))
    };
    for (word, origin) in looks.map(of_gpus).into_iter().flatten().flatten() {
        let message = format!("`{word}`: a result is looked at on the GPUs that its job has");
        context.fault(origin, message, "leave it out");
    }
    if draft.class.checkpoint_home.is_some() {
        let name = &draft.class.name;
        let message =
            format!("checkpoints of class `{name}` go home, and all of its work may be done again");
        let fix = "leave out `home` of its checkpoints, or what may be wrong with its results";
        context.fault(at, message, fix);
    }
    let inspection = Inspection { validation, flaws };
    let passing = inspection.prospects().passing;
    if passing < PASSING_MIN_ON_GPUS && looks.is_some() {
        hardly_any(context, at, (passing, PASSING_MIN_ON_GPUS));
    }
    inspection
}

fn hardly_any(context: &mut Context, at: Origin, (passing, least): (f64, f64)) {
    let message = format!(
        "only {:.2} % of its attempts would pass, so hardly anything is ever made",
        passing * 100.0
    );
    let fix = format!(
        "lower `fails`, `flawed` or `false_fail` until at least {:.1} % pass",
        least * 100.0
    );
    context.fault(at, message, fix);
}

fn millionths(share: f64) -> u32 {
    (share * 1e6).round() as u32
}

/// Something must pass some time, and what is said must matter.
pub(super) fn check(
    context: &mut Context,
    spec: &TransformSpec,
    transform: &Transform,
    table: Origin,
) {
    let looks = spec.validation.value();
    let on_gpus = !spec.class.is_absent() || looks.is_some_and(|one| !one.class.is_absent());
    let least = if on_gpus {
        PASSING_MIN_ON_GPUS
    } else {
        PASSING_MIN
    };
    let passing = transform.prospects().passing;
    if passing < least && looks.is_some() {
        let at = spec.validation.origin().unwrap_or(table);
        hardly_any(context, at, (passing, least));
    }
}
