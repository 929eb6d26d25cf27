//! A job that is there at the start, as it is written, wherever that is.

use crate::model::Outcome;
use crate::scenario::{InitialJobSpec, Origin};
use crate::units::{MilliGpus, Span};

use super::context::Context;
use super::marking::Facts;

/// Where a job is at the start.
pub(super) enum Where {
    /// In the line.
    Line,
    /// In this pool.
    Pool(String),
    /// It runs, and nobody says where.
    Somewhere,
}

/// A job as it is written, wherever that is.
pub(super) struct Row {
    pub(super) name: Option<String>,
    pub(super) class: String,
    pub(super) tenant: String,
    pub(super) milli: u64,
    pub(super) priority: i32,
    pub(super) requested: Option<Span>,
    pub(super) work: Option<Span>,
    pub(super) outcome: Outcome,
    pub(super) done: Span,
    pub(super) unsaved: Span,
    pub(super) place: Where,
    pub(super) nodes: Vec<(u32, u32)>,
    /// The demand of whose trace it is, with columns that were kept, and what they say of it.
    pub(super) trace: Option<(String, Vec<String>, Vec<String>)>,
    pub(super) at: Origin,
}

/// A job that the scenario writes out.
pub(super) fn row(context: &mut Context, spec: &InitialJobSpec, table: Origin) -> Option<Row> {
    let before = context.problems.len();
    let example = "gpus = 8";
    context.required(&spec.gpus, table, "the GPUs of a job", example);
    let gpus = context.number(&spec.gpus, 0.001, 1_000_000.0);
    let example = "requested = \"8 h\"";
    context.required(&spec.requested, table, "how long a job runs", example);
    let requested = context.positive_span(&spec.requested);
    let work = context.positive_span(&spec.duration);
    let done = context.span(&spec.done).unwrap_or(Span::ZERO);
    if context.problems.len() > before {
        return None;
    }
    Some(Row {
        name: spec.job.value().cloned(),
        class: spec.class.value().cloned().unwrap_or_default(),
        tenant: spec
            .tenant
            .value()
            .cloned()
            .unwrap_or_else(|| "all".to_owned()),
        milli: (gpus? * 1000.0).round() as u64,
        priority: spec.priority.value().copied().unwrap_or(0),
        requested: Some(requested?),
        work,
        outcome: Outcome::Finished,
        done,
        unsaved: context.span(&spec.unsaved).unwrap_or(Span::ZERO),
        place: match spec.pool.value() {
            Some(pool) => Where::Pool(pool.clone()),
            None => Where::Line,
        },
        nodes: Vec::new(),
        trace: None,
        at: table,
    })
}

/// What is known of a job, for labels.
pub(super) fn facts<'a>(row: &'a Row, name: &'a str) -> Facts<'a> {
    let (demand, columns, kept) = match &row.trace {
        Some((demand, columns, kept)) => (Some(demand.as_str()), &columns[..], &kept[..]),
        None => (None, &[][..], &[][..]),
    };
    Facts {
        demand,
        job: name,
        tenant: &row.tenant,
        class: &row.class,
        gpus: MilliGpus(row.milli),
        requested: row.requested,
        columns,
        kept,
    }
}
