//! `columns = { … }`: which column of a csv means what.

use crate::process::Outcome;
use crate::scenario::{ClockKind, ColumnsSpec, GpuUnitKind, Origin, TimeUnitKind};
use crate::trace::{
    Gang, GpuUnit, Label, Mapping, OutcomeColumn, RunTime, StateMeaning, TimeForm, TimeUnit,
    TraceStart,
};
use crate::units::Zone;

use super::context::Context;

pub(super) fn read(
    context: &mut Context,
    spec: &ColumnsSpec,
    at: Origin,
    zone: Option<(Zone, String)>,
    start: TraceStart,
) -> Option<Mapping> {
    let submit = context.required(
        &spec.submit,
        at,
        "the column of the submission",
        "submit = \"…\"",
    );
    let gpus = context.required(&spec.gpus, at, "the column of the GPUs", "gpus = \"…\"");
    note_units(context, spec);
    let unit = time_unit(spec);
    let run_time = run_time(context, spec, at, unit);
    let time = time(context, spec, zone, unit);
    let outcome = outcome(context, spec);
    let delimiter = delimiter(context, spec);
    let ((submit, _), (gpus, _), run_time, time) = (submit?, gpus?, run_time?, time?);
    let ignore: Vec<String> = spec.ignore.items().map(|(name, _)| name.clone()).collect();
    let label = |column: Option<&String>| match column {
        Some(column) => Label::Column(column.clone()),
        None => Label::Constant("all".to_owned()),
    };
    let gpu_unit = match spec.gpu_unit.value() {
        Some(GpuUnitKind::Milli) => GpuUnit::Milli,
        Some(GpuUnitKind::Percent) => GpuUnit::Percent,
        _ => GpuUnit::Gpus,
    };
    let gang = match spec.replicas.value() {
        Some(replicas) => Gang::Replicas {
            replicas: replicas.clone(),
            per_replica: gpus.clone(),
            unit: gpu_unit,
        },
        None => Gang::Total(gpus.clone(), gpu_unit),
    };
    Some(Mapping {
        delimiter,
        job: spec.job.value().cloned(),
        time,
        start,
        run_time,
        requested: spec.requested.value().map(|column| (column.clone(), unit)),
        gang,
        tenant: label(spec.tenant.value()),
        class: label(spec.class.value()),
        outcome,
        priority: spec.priority.value().cloned(),
        ignore_rest: ignore.iter().any(|name| name == "*"),
        ignore: ignore.into_iter().filter(|name| name != "*").collect(),
        ..Mapping::new(submit, "", gpus)
    })
}

/// Units that nobody declared.
fn note_units(context: &mut Context, spec: &ColumnsSpec) {
    for (absent, key, value) in [
        (spec.unit.is_absent(), "unit of time", "seconds"),
        (spec.gpu_unit.is_absent(), "unit of GPUs", "whole GPUs"),
        (spec.clock.is_absent(), "clock", "since the source's zero"),
    ] {
        if absent {
            context.note_default(format!("columns: {key}"), value);
        }
    }
}

fn time_unit(spec: &ColumnsSpec) -> TimeUnit {
    match spec.unit.value() {
        Some(TimeUnitKind::Milliseconds) => TimeUnit::Milliseconds,
        Some(TimeUnitKind::Minutes) => TimeUnit::Minutes,
        Some(TimeUnitKind::Hours) => TimeUnit::Hours,
        Some(TimeUnitKind::Days) => TimeUnit::Days,
        Some(TimeUnitKind::Seconds) | None => TimeUnit::Seconds,
    }
}

fn run_time(
    context: &mut Context,
    spec: &ColumnsSpec,
    at: Origin,
    unit: TimeUnit,
) -> Option<RunTime> {
    match (spec.duration.value(), spec.start.value(), spec.end.value()) {
        (Some(column), None, None) => Some(RunTime::Column(column.clone(), unit)),
        (None, Some(start), Some(end)) => Some(RunTime::Between {
            start: start.clone(),
            end: end.clone(),
        }),
        _ => {
            let fix = "give either duration = \"…\", or start = \"…\" and end = \"…\"";
            context.fault(at, "the true run time is not told, or told twice", fix);
            None
        }
    }
}

fn time(
    context: &mut Context,
    spec: &ColumnsSpec,
    zone: Option<(Zone, String)>,
    unit: TimeUnit,
) -> Option<TimeForm> {
    let Some((&clock, origin)) = spec.clock.here() else {
        return Some(TimeForm::Since(unit));
    };
    match (clock, zone) {
        (ClockKind::Since, _) => Some(TimeForm::Since(unit)),
        (ClockKind::Unix, _) => Some(TimeForm::Unix(unit)),
        (ClockKind::Offset, _) => Some(TimeForm::Offset),
        (ClockKind::Local, Some((zone, name))) => Some(TimeForm::Local(zone, name)),
        (ClockKind::Local, None) => {
            let fix = "add zone = \"Europe/Berlin\" to the demand";
            context.fault(origin, "local times do not say where", fix);
            None
        }
    }
}

fn outcome(context: &mut Context, spec: &ColumnsSpec) -> Option<OutcomeColumn> {
    let (column, origin) = spec.state.here()?;
    if spec.states.is_absent() {
        let fix = "add states = { COMPLETED = \"finished\", FAILED = \"failed\" }";
        context.fault(origin, "the words of this column have no meaning yet", fix);
    }
    let mut states = Vec::new();
    for (word, meaning) in spec.states.value().into_iter().flatten() {
        let Some((name, at)) = meaning.here() else {
            continue;
        };
        let meaning = match name.as_str() {
            "finished" => StateMeaning::Ended(Outcome::Finished),
            "failed" => StateMeaning::Ended(Outcome::Failed),
            "cancelled" => StateMeaning::Ended(Outcome::Cancelled),
            "timed-out" => StateMeaning::Ended(Outcome::TimedOut),
            "running" => StateMeaning::Running,
            _ => {
                let known = ["finished", "failed", "cancelled", "timed-out", "running"];
                context.unknown(at, "outcome", name, &known);
                continue;
            }
        };
        states.push((word.clone(), meaning));
    }
    Some(OutcomeColumn {
        column: column.clone(),
        states,
    })
}

fn delimiter(context: &mut Context, spec: &ColumnsSpec) -> u8 {
    let Some((text, origin)) = spec.delimiter.here() else {
        return b',';
    };
    match text.as_bytes() {
        [byte] if byte.is_ascii() => *byte,
        _ => {
            context.fault(
                origin,
                "a delimiter is one character",
                "write \",\", \";\", \"|\" or \"\\t\"",
            );
            b','
        }
    }
}
