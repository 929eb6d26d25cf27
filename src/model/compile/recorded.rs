//! What the jobs of a trace mean.

use std::collections::BTreeMap;

use crate::model::{
    Amount, Demand, DemandSource, Horizon, Labelled, Recorded, Replay, Request, Resample, Shape,
    Truth,
};
use crate::scenario::{DropKind, Problem, ResampleKind};
use crate::trace::{Trace, TraceJob};
use crate::units::{Epoch, MilliGpus, SimTime, Span, TenantId};

use super::classes::ClassDraft;
use super::context::Context;
use super::demand::{Frame, class_of, holds, largest};
use super::marking::{Enrichment, Facts, Mark};
use super::pools::PoolDraft;
use super::run::Run;
use super::traces::Feed;

/// A job whose class is known and whose shape is not yet a number.
pub(super) struct Sorted {
    job: TraceJob,
    place: usize,
    whose: Labelled,
    /// Which combination of blocks said what its labels are.
    by: u32,
}

impl Sorted {
    /// What placement looks at.
    pub(super) fn key(&self) -> (MilliGpus, Labelled) {
        (self.job.gpus, self.whose)
    }

    fn amount(&self) -> Amount {
        Amount {
            jobs: 1,
            gpu_time: self.job.gpu_time(),
        }
    }
}

/// The jobs of a trace that some pool could hold, with their classes, and how many others were left out.
pub(super) fn sort(
    context: &mut Context,
    feed: &Feed<'_>,
    trace: &Trace,
    (pools, classes, enrichment): (&[PoolDraft], &[ClassDraft], &mut Enrichment),
) -> (Vec<Sorted>, u64) {
    let jobs = find_classes(context, feed, trace, classes, enrichment);
    placeable(context, feed, trace, jobs, pools, classes)
}

/// Finds the class of every job, and its labels; a kind of job that fits no class is reported once.
fn find_classes(
    context: &mut Context,
    feed: &Feed<'_>,
    trace: &Trace,
    classes: &[ClassDraft],
    enrichment: &mut Enrichment,
) -> Vec<Sorted> {
    let mut homeless: BTreeMap<u16, (u64, usize)> = BTreeMap::new();
    let mut sorted = Vec::with_capacity(trace.jobs.len());
    for (place, &job) in trace.jobs.iter().enumerate() {
        let mark = mark(context, feed, (trace, place), enrichment);
        let class = &trace.classes[usize::from(job.class)];
        let tenant = &trace.tenants[usize::from(job.tenant)];
        let found = mark.class;
        match found.or_else(|| class_of(classes, class, tenant, job.gpus)) {
            Some(class) => sorted.push(Sorted {
                job,
                place,
                whose: Labelled {
                    class,
                    labels: mark.labels,
                },
                by: mark.by,
            }),
            None => homeless.entry(job.class).or_insert((0, place)).0 += 1,
        }
    }
    // Without any good class the cause has been reported.
    for (class, (count, place)) in homeless.into_iter().filter(|_| !classes.is_empty()) {
        let class = &trace.classes[usize::from(class)];
        let message = format!("no [[class]] matches the jobs of class `{class}`");
        let fix =
            format!("{count} jobs are like this; add a class of that name, or one without `match`");
        context
            .problems
            .push(Problem::named(whereabouts(trace, place), message, fix));
    }
    sorted
}

/// What blocks say of a job.
fn mark(
    context: &mut Context,
    feed: &Feed<'_>,
    (trace, place): (&Trace, usize),
    enrichment: &mut Enrichment,
) -> Mark {
    if !enrichment.is_used() {
        return Mark::default();
    }
    let job = &trace.jobs[place];
    let facts = Facts {
        demand: Some(&feed.name),
        job: &trace.ids.name(place),
        tenant: &trace.tenants[usize::from(job.tenant)],
        class: &trace.classes[usize::from(job.class)],
        gpus: job.gpus,
        requested: job.requested_ms.map(Span),
        columns: &trace.kept_columns,
        kept: trace.kept_of(job),
    };
    enrichment.mark(context, &facts)
}

/// Jobs that some pool could hold when nothing else is there, and how many others were left out as asked.
fn placeable(
    context: &mut Context,
    feed: &Feed<'_>,
    trace: &Trace,
    jobs: Vec<Sorted>,
    pools: &[PoolDraft],
    classes: &[ClassDraft],
) -> (Vec<Sorted>, u64) {
    let fits = |one: &Sorted| holds(pools, classes, (one.job.gpus, one.whose.class));
    let (kept, rest): (Vec<Sorted>, Vec<Sorted>) = jobs.into_iter().partition(fits);
    let drop = feed
        .spec
        .drop
        .items()
        .any(|(kind, _)| *kind == DropKind::Unplaceable);
    let worst = rest
        .iter()
        .max_by_key(|sorted| (sorted.job.gpus, std::cmp::Reverse(sorted.place)));
    // With a broken pool left out, jobs may only seem to fit nowhere.
    if let (Some(worst), false, true) = (worst, drop, context.problems.is_empty()) {
        let largest = largest(pools, &classes[worst.whose.class.index()]);
        let gpus = worst.job.gpus.occupied();
        let message = format!("no pool can ever hold a gang of {gpus} GPUs ({largest})");
        let (count, are) = (
            rest.len(),
            if rest.len() == 1 {
                "job is"
            } else {
                "jobs are"
            },
        );
        let fix = format!(
            "{count} {are} like this; drop them with `demand.drop = [\"unplaceable\"]` or add capacity"
        );
        let place = whereabouts(trace, worst.place);
        context.problems.push(Problem::named(place, message, fix));
    }
    (kept, rest.len() as u64)
}

/// Where a job stands in its source.
fn whereabouts(trace: &Trace, place: usize) -> String {
    let job = &trace.jobs[place];
    format!(
        "{}, row {}: job {}, tenant {}",
        trace.report.source,
        job.row,
        trace.ids.name(place),
        trace.tenants[usize::from(job.tenant)]
    )
}

pub(super) fn recorded(
    context: &mut Context,
    feed: &Feed<'_>,
    trace: &Trace,
    frame: Frame<'_>,
    (kept, enrichment): (Vec<Sorted>, &mut Enrichment),
) -> Demand {
    let Frame {
        run,
        shapes,
        tenants,
        classes,
    } = frame;
    let tenant_ids: Vec<TenantId> = trace
        .tenants
        .iter()
        .map(|name| TenantId::from(tenants.iter().position(|known| known == name).unwrap_or(0)))
        .collect();
    let factor = context
        .number(&feed.spec.requested_factor, 0.001, 1000.0)
        .unwrap_or(1.0);
    let (mut requests, mut truth, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let (mut by_class, mut by_truth) = (0u64, 0u64);
    for sorted in kept {
        enrichment.count(sorted.whose, sorted.by, sorted.amount());
        let shape = Shape::find(shapes, sorted.key());
        let Sorted {
            job, place, whose, ..
        } = sorted;
        let asked = job.requested_ms.map(Span);
        let usual = classes[whose.class.index()].requested_default;
        let requested = asked
            .or(usual)
            .unwrap_or_else(|| Span(((job.duration_ms as f64 * factor).round() as u64).max(1)));
        by_class += u64::from(asked.is_none() && usual.is_some());
        by_truth += u64::from(asked.is_none() && usual.is_none());
        requests.push(Request {
            submit: SimTime(job.submit_ms),
            requested,
            shape: shape.unwrap_or_default(),
            tenant: tenant_ids[usize::from(job.tenant)],
            priority: job.priority,
        });
        truth.push(Truth {
            work: Span(job.duration_ms.max(1)),
            outcome: job.outcome,
        });
        names.push(trace.ids.name(place));
    }
    let what = format!("demand {}: requested time", feed.name);
    if 0 < by_class {
        context.note_default(&what, format!("the class default for {by_class} jobs"));
    }
    if 0 < by_truth {
        let value = format!("true run time × {factor} for {by_truth} jobs that do not say");
        context.note_default(&what, value);
    }
    let start = trace
        .start_unix_ms
        .and_then(Epoch::from_unix_ms)
        .unwrap_or(run.epoch);
    Demand {
        name: feed.name.clone(),
        source: DemandSource::Recorded(Recorded {
            requests,
            truth,
            names: crate::trace::JobNames::of_names(names.iter().map(String::as_str)),
            span: trace.span,
            week_offset: start.week_offset_ms(&feed.zone),
            scenario_week_offset: run.epoch.week_offset_ms(&feed.zone),
            replay: replay(context, feed, run),
        }),
    }
}

fn replay(context: &mut Context, feed: &Feed<'_>, run: &Run) -> Replay {
    let spec = feed.spec;
    let resample = match spec.resample.value() {
        Some(ResampleKind::Days) => Resample::Days,
        Some(ResampleKind::Weeks) => Resample::Weeks,
        Some(ResampleKind::None) | None => Resample::None,
    };
    let replay = Replay {
        resample,
        jitter: context.span(&spec.jitter).unwrap_or_default(),
        repeat: context.count(&spec.repeat, 10_000).unwrap_or(1),
        grow: context.number(&spec.grow, -0.99, 100.0).unwrap_or(0.0),
        thin: context
            .number(&spec.thin, 0.000_001, 1_000.0)
            .unwrap_or(1.0),
    };
    if let (Some(origin), Horizon::UntilEmpty, true) = (
        spec.resample.origin(),
        run.horizon,
        resample != Resample::None,
    ) {
        context.fault(
            origin,
            "resampling has no end without a horizon",
            "add horizon = \"28 d\"",
        );
    }
    replay
}
