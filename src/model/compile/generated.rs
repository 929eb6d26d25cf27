//! Jobs drawn from laws: the settings of a generator, and what its jobs mean.

use crate::model::{Demand, DemandSource, Generated, Horizon, Shape};
use crate::process::{
    ArrivalPattern, VENUS_PROFILE, Workload, WorkloadSettings, llm_lab, shared_research,
};
use crate::scenario::{ArrivalKind, DemandSpec, DropKind, GeneratorSpec, Given, Origin, Preset};
use crate::units::{ClassId, MilliGpus, Span, TenantId, Zone};

use super::classes::ClassDraft;
use super::context::Context;
use super::demand::{Frame, Weights, class_of, holds, largest};
use super::pools::PoolDraft;
use super::run::Run;
use super::traces::{Feed, zone};

/// A generator, checked.
pub(super) struct Generator {
    pub(super) settings: WorkloadSettings,
    pub(super) workload: Workload,
    pub(super) tenants: Vec<String>,
    pub(super) classes: Vec<String>,
    /// Where its clock hangs.
    pub(super) zone: Zone,
    /// Where it is written.
    at: Origin,
    /// Where the sizes of its gangs are written, if they are not the preset's.
    gangs_at: Vec<(MilliGpus, Origin)>,
}

impl Generator {
    /// Where a gang of this size comes from.
    fn place_of(&self, gang: MilliGpus) -> Origin {
        let written = self.gangs_at.iter().find(|(size, _)| *size == gang);
        written.map_or(self.at, |(_, origin)| *origin)
    }
}

/// Most jobs in a day of one generator.
const JOBS_PER_DAY_MAX: f64 = 100_000_000.0;
/// Most jobs of one world: ids are 32 bits, and memory is not free.
const JOBS_MAX: f64 = 200_000_000.0;

/// Reads the settings of a generator; `owned` is how many reference GPUs are owned.
pub(super) fn read(
    context: &mut Context,
    demand: &DemandSpec,
    spec: &GeneratorSpec,
    table: Origin,
    run: &Run,
    owned: f64,
) -> Option<Generator> {
    check_keys(context, demand);
    let mut settings = settings(context, spec);
    let jobs_per_day = jobs_per_day(context, spec, table, &settings, owned)?;
    settings.arrivals.jobs_per_day = jobs_per_day;
    let days = match run.horizon {
        Horizon::At(end) => end.0 as f64 / Span::DAY.0 as f64,
        Horizon::LastSubmit | Horizon::UntilEmpty => {
            let fix = "add horizon = \"28 d\" to [scenario]";
            context.fault(table, "a generator never ends by itself", fix);
            return None;
        }
    };
    if JOBS_MAX < jobs_per_day * days {
        let message = format!("{:.0} jobs in one world are too many", jobs_per_day * days);
        context.fault(table, message, "lower jobs_per_day or the horizon");
        return None;
    }
    let zone = zone(context, &spec.zone).unwrap_or_else(Zone::utc);
    match Workload::new(&settings) {
        Ok(workload) => Some(Generator {
            tenants: settings
                .tenants
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
            classes: workload
                .classes()
                .iter()
                .map(|class| class.name.clone())
                .collect(),
            settings,
            workload,
            zone,
            at: table,
            gangs_at: gangs_at(spec),
        }),
        Err(why) => {
            context.fault(table, why, "change this generator");
            None
        }
    }
}

/// Keys of a trace would be ignored in silence otherwise.
fn check_keys(context: &mut Context, demand: &DemandSpec) {
    for (origin, key) in [
        (demand.format.origin(), "format"),
        (demand.zone.origin(), "zone"),
        (demand.columns.origin(), "columns"),
        (demand.processors_per_gpu.origin(), "processors_per_gpu"),
        (demand.align.origin(), "align"),
        (demand.resample.origin(), "resample"),
        (demand.jitter.origin(), "jitter"),
        (demand.repeat.origin(), "repeat"),
        (demand.grow.origin(), "grow"),
        (demand.thin.origin(), "thin"),
    ] {
        if let Some(origin) = origin {
            let message = format!("`{key}` belongs to a trace, not to a generator");
            context.fault(
                origin,
                message,
                "leave it out, or set it inside generator = { … }",
            );
        }
    }
}

fn settings(context: &mut Context, spec: &GeneratorSpec) -> WorkloadSettings {
    let mut settings = match spec.preset.value() {
        Some(Preset::LlmLab) => llm_lab(1.0),
        Some(Preset::SharedResearch) | None => shared_research(1.0),
    };
    match spec.arrivals.value() {
        Some(ArrivalKind::Smooth) => {
            settings.arrivals.pattern = ArrivalPattern::Smooth(VENUS_PROFILE);
        }
        Some(ArrivalKind::Poisson) => settings.arrivals.pattern = ArrivalPattern::Stationary,
        Some(ArrivalKind::Bursty) | None => {}
    }
    if let Some(gangs) = spec.gangs.value() {
        let mix = self::gangs(context, gangs.iter());
        settings = settings.with_gangs(&mix);
    }
    if let Some(factor) = context.number(&spec.run_time, 0.000_001, 1_000_000.0) {
        settings = settings.with_run_times_scaled(factor);
    }
    if let Some(tenants) = spec.tenants.value() {
        let mut own = Vec::new();
        for (name, share) in tenants {
            own.extend(
                context
                    .number(share, 0.0, 1e9)
                    .map(|share| (name.clone(), share)),
            );
        }
        settings.tenants = own;
    }
    settings
}

/// The sizes of gangs that a generator names, and where.
fn gangs_at(spec: &GeneratorSpec) -> Vec<(MilliGpus, Origin)> {
    let written = spec.gangs.value().into_iter().flatten();
    let place = |(size, share): (&String, &Given<f64>)| {
        let size = MilliGpus::whole(size.parse().ok()?);
        Some((size, share.origin()?))
    };
    written.filter_map(place).collect()
}

/// Another mix of gangs, as (size, share).
fn gangs<'a>(
    context: &mut Context,
    written: impl Iterator<Item = (&'a String, &'a Given<f64>)>,
) -> Vec<(MilliGpus, f64)> {
    let mut mix = Vec::new();
    for (size, share) in written {
        let origin = share.origin().unwrap_or_default();
        let Some(gpus) = size
            .parse()
            .ok()
            .filter(|gpus| (1..=1_000_000).contains(gpus))
        else {
            let message = format!("`{size}` is not a number of GPUs");
            context.fault(origin, message, "write gangs = { 1 = 0.8, 8 = 0.2 }");
            continue;
        };
        let share = context.number(share, 0.0, 1e9);
        mix.extend(share.map(|share| (MilliGpus::whole(gpus), share)));
    }
    mix.sort_by_key(|(gpus, _)| *gpus);
    mix
}

/// Jobs in a mean day: as written, or so many that the owned GPUs are loaded as written.
fn jobs_per_day(
    context: &mut Context,
    spec: &GeneratorSpec,
    table: Origin,
    settings: &WorkloadSettings,
    owned: f64,
) -> Option<f64> {
    match (spec.jobs_per_day.is_absent(), spec.load.here()) {
        (false, None) => context.number(&spec.jobs_per_day, 0.000_001, JOBS_PER_DAY_MAX),
        (false, Some((_, origin))) => {
            context.fault(
                origin,
                "both `jobs_per_day` and `load` are given",
                "keep one of them",
            );
            None
        }
        (true, None) => {
            if spec.load.is_absent() {
                let fix = "add jobs_per_day = 400, or load = 0.85 of the owned GPUs";
                context.fault(table, "how many jobs come is missing", fix);
            }
            None
        }
        (true, Some((_, origin))) => {
            let load = context.number(&spec.load, 0.001, 100.0)?;
            // Settings that make no law are reported by the caller.
            let one_per_day = Workload::new(settings).ok()?.offered_gpus();
            let jobs = load * owned / one_per_day;
            if !(0.000_001..=JOBS_PER_DAY_MAX).contains(&jobs) {
                // A pool that is wrong has been reported, and only its absence may show here.
                if context.problems.is_empty() {
                    let fix = "a load needs owned capacity; write jobs_per_day instead";
                    context.fault(origin, "this load makes no number of jobs", fix);
                }
                return None;
            }
            Some(jobs)
        }
    }
}

/// Adds the expected numbers of jobs by kind; returns how many are left out because nothing can hold them.
pub(super) fn weigh(
    context: &mut Context,
    feed: &Feed<'_>,
    generator: &Generator,
    run: &Run,
    pools: &[PoolDraft],
    classes: &[ClassDraft],
    weights: &mut Weights,
) -> u64 {
    let Horizon::At(end) = run.horizon else {
        return 0;
    };
    let expected = generator.workload.jobs_per_day() * end.0 as f64 / Span::DAY.0 as f64;
    let tenants: f64 = generator
        .settings
        .tenants
        .iter()
        .map(|(_, share)| share)
        .sum();
    let drop = feed
        .spec
        .drop
        .items()
        .any(|(kind, _)| *kind == DropKind::Unplaceable);
    let (mut dropped, mut worst) = (0.0f64, None);
    for (gang, class, share) in generator.workload.shapes() {
        let name = &generator.classes[usize::from(class)];
        for (tenant, tenant_share) in &generator.settings.tenants {
            let count = expected * share * tenant_share / tenants;
            let Some(class) = class_of(classes, name, tenant, gang) else {
                if !classes.is_empty() {
                    let message = format!("no [[class]] matches the jobs of class `{name}`");
                    let fix = "add a class of that name, or one without `match`";
                    context.fault(generator.place_of(gang), message, fix);
                }
                return 0;
            };
            if count <= 0.0 {
                continue;
            }
            if holds(pools, classes, (gang, class)) {
                *weights.entry((gang, class.into())).or_default() += (count.round() as u64).max(1);
            } else {
                dropped += count;
                worst = worst.max(Some((gang, class)));
            }
        }
    }
    if let (Some((gang, class)), false, true) = (worst, drop, context.problems.is_empty()) {
        let message = format!(
            "no pool can ever hold a gang of {} GPUs, which the generator of demand {} makes ({})",
            gang.occupied(),
            feed.name,
            largest(pools, &classes[class.index()]),
        );
        let fix =
            "drop them with `demand.drop = [\"unplaceable\"]`, change `gangs`, or add capacity";
        context.fault(generator.place_of(gang), message, fix);
    }
    dropped.round() as u64
}

/// The demand, with the shape of every kind of job that it can make.
pub(super) fn generated(
    context: &mut Context,
    feed: &Feed<'_>,
    generator: &Generator,
    frame: Frame<'_>,
) -> Demand {
    let Frame {
        run,
        shapes,
        tenants,
        classes,
    } = frame;
    let factor = context
        .number(&feed.spec.requested_factor, 0.001, 1000.0)
        .unwrap_or(1.0);
    let mut gangs: Vec<MilliGpus> = generator
        .workload
        .shapes()
        .iter()
        .map(|shape| shape.0)
        .collect();
    gangs.sort_unstable();
    gangs.dedup();
    let shape = |name: &str, gpus: MilliGpus, tenant: &str| {
        let class = class_of(classes, name, tenant, gpus)?;
        Shape::find(shapes, (gpus, class.into()))
    };
    let mut table = Vec::with_capacity(gangs.len() * generator.classes.len() * tenants.len());
    for class in &generator.classes {
        for &gpus in &gangs {
            table.extend(
                generator
                    .tenants
                    .iter()
                    .map(|tenant| shape(class, gpus, tenant)),
            );
        }
    }
    let tenant_id = |name: &String| tenants.iter().position(|known| known == name);
    let requested = shapes
        .iter()
        .map(|shape| classes[ClassId::index(shape.class)].requested_default)
        .collect();
    Demand {
        name: feed.name.clone(),
        source: DemandSource::Generated(Box::new(Generated {
            settings: generator.settings.clone(),
            workload: generator.workload.clone(),
            requested_factor: factor,
            week_offset: run.epoch.week_offset_ms(&generator.zone),
            tenants: generator
                .tenants
                .iter()
                .map(|name| tenant_id(name).map_or(TenantId(0), TenantId::from))
                .collect(),
            gangs,
            shapes: table,
            requested_default: requested,
        })),
    }
}
