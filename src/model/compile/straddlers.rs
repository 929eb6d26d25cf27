//! `[initial] trace`: the jobs of a recorded demand that straddle the start.

use crate::scenario::{InitialTraceSpec, Origin, ScenarioFile};
use crate::trace::{Straddler, Trace};
use crate::units::Span;

use super::context::Context;
use super::initial_row::{Row, Where};
use super::traces::{Feed, Jobs};

/// Cuts the demand that `[initial]` names, and returns who was alive then.
pub(super) fn read(context: &mut Context, file: &ScenarioFile, feeds: &mut [Feed<'_>]) -> Vec<Row> {
    let spec = file.initial.value();
    let Some((spec, table)) = spec.and_then(|initial| initial.trace.here()) else {
        return Vec::new();
    };
    cut(context, spec, table, feeds).unwrap_or_default()
}

fn cut(
    context: &mut Context,
    spec: &InitialTraceSpec,
    table: Origin,
    feeds: &mut [Feed<'_>],
) -> Option<Vec<Row>> {
    let name = context.required(&spec.demand, table, "the demand", "demand = \"…\"");
    context.required(
        &spec.at,
        table,
        "when the run starts in it",
        "at = \"10 d\"",
    );
    let at = context.span(&spec.at);
    let ((name, origin), at) = (name?, at?);
    let known: Vec<String> = feeds.iter().map(|feed| feed.name.clone()).collect();
    let Some(feed) = feeds.iter_mut().find(|feed| feed.name == *name) else {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        context.unknown(origin, "demand", name, &known);
        return None;
    };
    let Jobs::Trace(trace) = &mut feed.jobs else {
        let message = format!("demand `{name}` is not recorded");
        context.fault(origin, message, "name one with a trace");
        return None;
    };
    match trace.cut(at.0) {
        Ok(alive) => Some(
            alive
                .into_iter()
                .map(|job| row(job, name, trace, table))
                .collect(),
        ),
        Err(row) => {
            let message = format!("row {row} of the trace does not say when its job started");
            let fix = "use a trace that does, or say under `running` and `waiting` who is there";
            context.fault(origin, message, fix);
            None
        }
    }
}

fn row(alive: Straddler, demand: &str, trace: &Trace, at: Origin) -> Row {
    let job = alive.job;
    let kept = trace.kept_of(&job).to_vec();
    let name = |list: &[String], index: u16| list.get(usize::from(index)).cloned();
    Row {
        name: Some(alive.name),
        class: name(&trace.classes, job.class).unwrap_or_default(),
        tenant: name(&trace.tenants, job.tenant).unwrap_or_else(|| "all".to_owned()),
        milli: job.gpus.0,
        priority: job.priority,
        requested: job.requested_ms.map(Span),
        work: Some(Span(job.duration_ms)),
        outcome: job.outcome,
        done: alive.ran.unwrap_or(Span::ZERO),
        unsaved: Span::ZERO,
        place: match alive.ran {
            Some(_) => Where::Somewhere,
            None => Where::Line,
        },
        nodes: Vec::new(),
        trace: Some((demand.to_owned(), trace.kept_columns.clone(), kept)),
        at,
    }
}
