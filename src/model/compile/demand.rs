//! What the jobs of every demand mean: class, tenant, shape, requested time.

use std::collections::BTreeMap;

use crate::model::{
    Demand, DemandSource, Horizon, Recorded, Replay, Request, Resample, Shape, Truth,
};
use crate::scenario::{DropKind, Place, Problem, ResampleKind, ScenarioFile};
use crate::trace::{ImportReport, Trace, TraceJob};
use crate::units::{ClassId, Epoch, MilliGpus, ShapeId, SimTime, Span, TenantId};

use super::classes::ClassDraft;
use super::context::Context;
use super::pools::PoolDraft;
use super::run::Run;
use super::traces::{Feed, Jobs};

/// All that demand brings into the model.
pub(super) struct Intake {
    pub(super) tenants: Vec<String>,
    pub(super) shapes: Vec<Shape>,
    pub(super) demand: Vec<Demand>,
    pub(super) imports: Vec<ImportReport>,
    pub(super) unplaceable: u64,
}

/// A job whose class is known and whose shape is not yet a number.
struct Sorted {
    job: TraceJob,
    place: usize,
    class: ClassId,
}

/// Most shapes of request: ids are 16 bits.
const SHAPES_MAX: usize = 65_000;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    pools: &[PoolDraft],
    classes: &[ClassDraft],
    feeds: Vec<Feed<'_>>,
) -> Intake {
    let mut tenants: Vec<String> = Vec::new();
    let mut weights: BTreeMap<(MilliGpus, ClassId), u64> = BTreeMap::new();
    let mut unplaceable = 0;
    let mut sorted = Vec::new();
    for feed in &feeds {
        let Jobs::Trace(trace) = &feed.jobs;
        for tenant in feed.tenants() {
            if !tenants.contains(tenant) {
                tenants.push(tenant.clone());
            }
        }
        let jobs = sort(context, feed, trace, classes);
        let (kept, dropped) = placeable(context, feed, trace, jobs, pools, classes);
        unplaceable += dropped;
        for sorted in &kept {
            *weights.entry((sorted.job.gpus, sorted.class)).or_default() += 1;
        }
        sorted.push(kept);
    }
    if SHAPES_MAX < weights.len() || usize::from(u16::MAX) < tenants.len() {
        let many = Problem::new(format!(
            "{} different requests and {} tenants",
            weights.len(),
            tenants.len()
        ));
        context
            .problems
            .push(many.label(format!("keep both to {SHAPES_MAX}")));
        weights.clear();
        sorted.clear();
    }
    let shapes: Vec<Shape> = weights
        .iter()
        .map(|(&(gpus, class), &weight)| Shape {
            gpus,
            class,
            weight,
        })
        .collect();
    let mut demand = Vec::new();
    let mut imports = Vec::new();
    for (feed, kept) in feeds.into_iter().zip(sorted) {
        demand.push(recorded(
            context, &feed, run, kept, &shapes, &tenants, classes,
        ));
        let Jobs::Trace(trace) = feed.jobs;
        imports.push(trace.report);
    }
    let _ = file;
    Intake {
        tenants,
        shapes,
        demand,
        imports,
        unplaceable,
    }
}

/// Finds the class of every job; a kind of job that fits none is reported once.
fn sort(
    context: &mut Context,
    feed: &Feed<'_>,
    trace: &Trace,
    classes: &[ClassDraft],
) -> Vec<Sorted> {
    let mut homeless: BTreeMap<u16, (u64, usize)> = BTreeMap::new();
    let mut sorted = Vec::with_capacity(trace.jobs.len());
    for (place, &job) in trace.jobs.iter().enumerate() {
        let class = &trace.classes[usize::from(job.class)];
        let tenant = &trace.tenants[usize::from(job.tenant)];
        match class_of(classes, class, tenant, job.gpus) {
            Some(class) => sorted.push(Sorted { job, place, class }),
            None => homeless.entry(job.class).or_insert((0, place)).0 += 1,
        }
    }
    // Without any good class the cause has been reported.
    for (class, (count, place)) in homeless.into_iter().filter(|_| !classes.is_empty()) {
        let class = &trace.classes[usize::from(class)];
        let problem = Problem {
            place: Place::Named(whereabouts(trace, place)),
            ..Problem::new(format!("no [[class]] matches the jobs of class `{class}`"))
        };
        let fix =
            format!("{count} jobs are like this; add a class of that name, or one without `match`");
        context.problems.push(problem.note(fix));
    }
    let _ = feed;
    sorted
}

/// The first class whose `match` holds; else the one of the same name; else the first without `match`.
pub(super) fn class_of(
    classes: &[ClassDraft],
    class: &str,
    tenant: &str,
    gpus: MilliGpus,
) -> Option<ClassId> {
    let whole = gpus.occupied();
    let matches = |draft: &ClassDraft| {
        draft.matching.as_ref().is_some_and(|matching| {
            matching.least <= whole
                && whole <= matching.most
                && matching.class.as_ref().is_none_or(|wanted| wanted == class)
                && matching
                    .tenant
                    .as_ref()
                    .is_none_or(|wanted| wanted == tenant)
        })
    };
    let named = |draft: &ClassDraft| draft.matching.is_none() && draft.class.name == class;
    let position = |test: &dyn Fn(&ClassDraft) -> bool| classes.iter().position(test);
    position(&matches)
        .or_else(|| position(&named))
        .or_else(|| position(&|draft| draft.matching.is_none()))
        .map(ClassId::from)
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
    let fits = |sorted: &Sorted| {
        let allowed = &classes[sorted.class.index()].class.pools;
        allowed
            .iter()
            .any(|pool| pools[pool.index()].pool.can_ever_hold(sorted.job.gpus))
    };
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
        let class = &classes[worst.class.index()].class;
        let allowed = class.pools.iter().map(|pool| &pools[pool.index()].pool);
        let largest = allowed.rev().max_by_key(|pool| pool.gpus()).map_or_else(
            || "it may use none".to_owned(),
            |pool| format!("largest: {} with {}", pool.name, pool.gpus()),
        );
        let gpus = worst.job.gpus.occupied();
        let message = format!("no pool can ever hold a gang of {gpus} GPUs ({largest})");
        let problem = Problem {
            place: Place::Named(whereabouts(trace, worst.place)),
            ..Problem::new(message)
        };
        let (count, are) = (
            rest.len(),
            if rest.len() == 1 {
                "job is"
            } else {
                "jobs are"
            },
        );
        context.problems.push(problem.note(format!(
            "{count} {are} like this; drop them with `demand.drop = [\"unplaceable\"]` or add capacity"
        )));
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

fn recorded(
    context: &mut Context,
    feed: &Feed<'_>,
    run: &Run,
    kept: Vec<Sorted>,
    shapes: &[Shape],
    tenants: &[String],
    classes: &[ClassDraft],
) -> Demand {
    let Jobs::Trace(trace) = &feed.jobs;
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
    for Sorted { job, place, class } in kept {
        let key = (job.gpus, class);
        let shape = shapes.binary_search_by_key(&key, |shape| (shape.gpus, shape.class));
        let asked = job.requested_ms.map(Span);
        let requested = asked.unwrap_or_else(|| match classes[class.index()].requested_default {
            Some(usual) => {
                by_class += 1;
                usual
            }
            None => {
                by_truth += 1;
                Span(((job.duration_ms as f64 * factor).round() as u64).max(1))
            }
        });
        requests.push(Request {
            submit: SimTime(job.submit_ms),
            requested,
            shape: ShapeId::from(shape.unwrap_or(0)),
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
        context.by_default(&what, format!("the class default for {by_class} jobs"));
    }
    if 0 < by_truth {
        let value = format!("true run time × {factor} for {by_truth} jobs that do not say");
        context.by_default(&what, value);
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
