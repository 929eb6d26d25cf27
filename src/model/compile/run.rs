//! `[scenario]`: the run as a whole.

use std::collections::BTreeSet;

use crate::model::{Horizon, Overrun};
use crate::scenario::{Given, Origin, OverrunKind, Problem, RunSpec, ScenarioFile};
use crate::units::{Currency, Epoch, SimTime, Span, parse_span};

use super::context::Context;

/// What `[scenario]` says.
pub(super) struct Run {
    pub(super) name: String,
    pub(super) epoch: Epoch,
    pub(super) horizon: Horizon,
    pub(super) overrun: Overrun,
    pub(super) seed: u64,
    pub(super) replications: u32,
    pub(super) reference_gpu: Option<(String, Origin)>,
}

/// A century: longer horizons are a slip of units.
const HORIZON_MAX: Span = Span(100 * 366 * 86_400_000);
/// More replications than anybody waits for.
const REPLICATIONS_MAX: u32 = 1_000_000;

pub(super) fn read(context: &mut Context, file: &ScenarioFile) -> Run {
    if file.scenario.is_absent() {
        let fix = "begin with [scenario], name = \"…\" and start = 2026-01-05T00:00:00Z";
        context
            .problems
            .push(Problem::new("the table `[scenario]` is missing", fix));
    }
    let (spec, table) = match file.scenario.here() {
        Some((spec, table)) => (spec.clone(), Some(table)),
        None => (RunSpec::default(), None),
    };
    currency(context, &spec);
    let epoch = epoch(context, &spec, table);
    let overrun = match spec.on_overrun.value() {
        Some(OverrunKind::Kill) => Overrun::Kill,
        _ => Overrun::Extend,
    };
    let reference = spec.reference_gpu.here();
    Run {
        name: name(context, &spec, table),
        epoch,
        horizon: horizon(context, &spec),
        overrun,
        seed: spec.seed.value().copied().unwrap_or(1),
        replications: context
            .count(&spec.replications, REPLICATIONS_MAX)
            .unwrap_or(100),
        reference_gpu: reference.map(|(name, origin)| (name.clone(), origin)),
    }
}

fn name(context: &mut Context, spec: &RunSpec, table: Option<Origin>) -> String {
    let Some(table) = table else {
        return String::new();
    };
    let Some(name) = context.name(&spec.name, table, "scenario", &mut BTreeSet::new()) else {
        return String::new();
    };
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.chars().all(good) || name.starts_with(['.', '-']) {
        let origin = spec.name.origin().unwrap_or_default();
        let fix = "it names a folder: use letters, digits, - and _, such as hybrid-burst";
        context.fault(origin, format!("`{name}` cannot name a folder"), fix);
    }
    name
}

fn currency(context: &mut Context, spec: &RunSpec) {
    match spec.currency.here() {
        Some((code, origin)) => match Currency::parse(code) {
            Some(currency) => context.currency = currency,
            None => context.fault(
                origin,
                format!("`{code}` is not a currency"),
                "write three capital letters, such as USD or EUR",
            ),
        },
        None if spec.currency.is_absent() => context.note_default("scenario: currency", "USD"),
        None => {}
    }
}

fn epoch(context: &mut Context, spec: &RunSpec, table: Option<Origin>) -> Epoch {
    // Only used when there is a problem, so the model never sees it.
    let fallback =
        Epoch::from_unix_ms(0).unwrap_or_else(|| unreachable!("1970 is in the calendar"));
    let Some(table) = table else { return fallback };
    let example = "start = 2026-01-05T00:00:00Z";
    let Some((text, origin)) =
        context.required(&spec.start, table, "the start of the run", example)
    else {
        return fallback;
    };
    Epoch::parse(&text.0).unwrap_or_else(|error| {
        context.fault(
            origin,
            format!("`{}` is not an instant: {error}", text.0),
            "write a date, a time and an offset, such as 2026-01-05T00:00:00Z",
        );
        fallback
    })
}

/// The horizon; one that is broken reads as some weeks, so that nobody complains that there is none.
fn horizon(context: &mut Context, spec: &RunSpec) -> Horizon {
    const BROKEN: Horizon = Horizon::At(SimTime(28 * Span::DAY.0));
    let Some((text, origin)) = spec.horizon.here() else {
        if !spec.horizon.is_absent() {
            return BROKEN;
        }
        context.note_default("scenario: horizon", "submission of the last job");
        return Horizon::LastSubmit;
    };
    if text == "until-empty" {
        return Horizon::UntilEmpty;
    }
    match parse_span(text) {
        Ok(span) if span == Span::ZERO || HORIZON_MAX < span => {
            let fix = "write more than zero and at most a century";
            context.fault(origin, format!("a horizon of {text}"), fix);
            BROKEN
        }
        Ok(span) => Horizon::At(SimTime(span.0)),
        Err(error) => {
            let fix = format!("{}; or \"until-empty\", for verification only", error.fix());
            context.fault(origin, error.to_string(), fix);
            BROKEN
        }
    }
}

/// The start of the scenario for steps before the run is complete; 1970 if it is wrong (reported elsewhere).
pub(super) fn read_epoch(file: &ScenarioFile) -> Epoch {
    let start = file.scenario.value().and_then(|run| run.start.value());
    let start = start.and_then(|start| Epoch::parse(&start.0).ok());
    start
        .or_else(|| Epoch::from_unix_ms(0))
        .unwrap_or_else(|| unreachable!("1970 is in the calendar"))
}

/// An instant, or a length of time since the start.
pub(super) fn instant(
    context: &mut Context,
    epoch: Epoch,
    field: &Given<crate::scenario::Moment>,
) -> Option<i64> {
    let (text, origin) = field.here()?;
    if let Ok(at) = Epoch::parse(&text.0) {
        return Some(at.unix_ms() - epoch.unix_ms());
    }
    if let Ok(span) = parse_span(&text.0) {
        return Some(span.0 as i64);
    }
    context.fault(
        origin,
        format!("`{}` is neither an instant nor a length of time", text.0),
        "write 2026-02-01T00:00:00Z, or time since the start such as \"3 d\"",
    );
    None
}
