//! `[[demand]]`: reading what its traces hold, before any job is understood.

use std::collections::BTreeSet;

use crate::scenario::{Align, DemandSpec, FormatKind, Given, Origin, Problem, ScenarioFile};
use crate::trace::{Format, Limits, Philly, Swf, Trace, TraceStart, read_keeping};
use crate::units::Zone;

use super::columns;
use super::context::Context;
use super::enrich;
use super::generated::{self, Generator};
use super::run::Run;

/// One `[[demand]]` with what was read for it.
pub(super) struct Feed<'a> {
    pub(super) name: String,
    pub(super) spec: &'a DemandSpec,
    pub(super) zone: Zone,
    pub(super) jobs: Jobs,
}

/// Where the jobs of a demand come from.
pub(super) enum Jobs {
    /// A trace, read.
    Trace(Box<Trace>),
    /// Laws, checked.
    Generator(Box<Generator>),
}

impl Feed<'_> {
    /// Names of the classes that the source tells apart.
    pub(super) fn classes(&self) -> &[String] {
        match &self.jobs {
            Jobs::Trace(trace) => &trace.classes,
            Jobs::Generator(generator) => &generator.classes,
        }
    }

    /// Names of those who pay.
    pub(super) fn tenants(&self) -> &[String] {
        match &self.jobs {
            Jobs::Trace(trace) => &trace.tenants,
            Jobs::Generator(generator) => &generator.tenants,
        }
    }
}

/// Most demands of a scenario.
const DEMANDS_MAX: usize = 1_000;

/// Reads all demand; `owned` is how many reference GPUs are owned.
pub(super) fn read<'a>(
    context: &mut Context,
    file: &'a ScenarioFile,
    run: &Run,
    owned: f64,
) -> Vec<Feed<'a>> {
    let mut feeds: Vec<Feed<'a>> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.demand.items() {
        if taken.len() == DEMANDS_MAX {
            context.fault(table, "too many demands", format!("keep to {DEMANDS_MAX}"));
            break;
        }
        let name = if spec.name.is_absent() && taken.insert("demand".to_owned()) {
            "demand".to_owned()
        } else {
            match context.name(&spec.name, table, "demand", &mut taken) {
                Some(name) => name,
                None => continue,
            }
        };
        let zone = zone(context, &spec.zone);
        let jobs = jobs(
            context,
            (file, &name),
            (spec, table),
            run,
            zone.clone(),
            owned,
        );
        if let Some(jobs) = jobs {
            let zone = zone.unwrap_or_else(Zone::utc);
            feeds.push(Feed {
                name,
                spec,
                zone,
                jobs,
            });
        }
    }
    if file.demand.is_absent() {
        let fix = "add a trace or a generator";
        context
            .problems
            .push(Problem::new("the scenario has no [[demand]]", fix));
    }
    feeds
}

fn jobs(
    context: &mut Context,
    (file, name): (&ScenarioFile, &str),
    (spec, table): (&DemandSpec, Origin),
    run: &Run,
    zone: Option<Zone>,
    owned: f64,
) -> Option<Jobs> {
    match (spec.trace.here(), spec.generator.here()) {
        (Some((path, origin)), None) => {
            let keep = enrich::columns_of(context, file, name);
            trace(context, spec, table, (path, origin, &keep), run, zone)
        }
        (None, Some((generator, at))) => {
            let generator = generated::read(context, spec, generator, at, run, owned)?;
            Some(Jobs::Generator(Box::new(generator)))
        }
        (Some((_, origin)), Some(_)) => {
            context.fault(
                origin,
                "both a trace and a generator are given",
                "write two [[demand]]",
            );
            None
        }
        (None, None) => {
            if spec.trace.is_absent() && spec.generator.is_absent() {
                let example = "trace = \"month.csv\" or generator = { jobs_per_day = 400 }";
                context.fault(table, "this demand has no jobs", format!("add {example}"));
            }
            None
        }
    }
}

pub(super) fn zone(context: &mut Context, field: &Given<String>) -> Option<Zone> {
    let (name, origin) = field.here()?;
    let zone = Zone::parse(name);
    if zone.is_none() {
        let fix =
            "write a name such as \"Europe/Berlin\", an offset such as \"+08:00\", or \"UTC\"";
        context.fault(origin, format!("unknown zone `{name}`"), fix);
    }
    zone
}

fn trace(
    context: &mut Context,
    spec: &DemandSpec,
    table: Origin,
    (path, origin, keep): (&str, Origin, &[String]),
    run: &Run,
    zone: Option<Zone>,
) -> Option<Jobs> {
    if path.trim().is_empty() {
        let fix = "write where the file is, seen from this one: trace = \"month.csv\"";
        context.fault(origin, "the path of the trace is empty", fix);
        return None;
    }
    let path = context.problems.sources().resolve(origin, path);
    let format = format(context, spec, table, run, zone)?;
    let trace = match read_keeping(&path, &format, &Limits::default(), keep) {
        Ok(trace) => trace,
        Err(error) => {
            context.unusable(origin, &error);
            return None;
        }
    };
    context.files.push(path);
    if spec.align.value() == Some(&Align::Calendar) && trace.start_unix_ms.is_none() {
        let origin = spec.align.origin().unwrap_or(table);
        let fix = "write align = \"start\"";
        context.fault(origin, "this trace has no calendar to align with", fix);
    }
    Some(Jobs::Trace(Box::new(trace)))
}

fn format(
    context: &mut Context,
    spec: &DemandSpec,
    table: Origin,
    run: &Run,
    zone: Option<Zone>,
) -> Option<Format> {
    let start = match spec.align.value() {
        Some(Align::Calendar) => TraceStart::At(run.epoch.unix_ms()),
        _ => TraceStart::FirstSubmit,
    };
    let kind = match spec.format.here() {
        Some((&kind, _)) => kind,
        None if spec.format.is_absent() => FormatKind::Plimsoll,
        None => return None,
    };
    if let (Some(origin), true) = (spec.columns.origin(), kind != FormatKind::Csv) {
        context.fault(
            origin,
            "`columns` belong to format \"csv\"",
            "add format = \"csv\"",
        );
    }
    if let (Some(origin), true) = (spec.processors_per_gpu.origin(), kind != FormatKind::Swf) {
        context.fault(
            origin,
            "`processors_per_gpu` belongs to format \"swf\"",
            "leave it out",
        );
    }
    let zone_name = spec.zone.value().cloned().unwrap_or_default();
    Some(match kind {
        FormatKind::Plimsoll => Format::Plimsoll {
            start_unix_ms: None,
        },
        FormatKind::Philly => {
            let example =
                "zone = \"America/Los_Angeles\": its times are local and do not say where";
            context.required(&spec.zone, table, "the zone of the trace", example)?;
            let zone = zone?;
            Format::Philly(Philly {
                zone,
                zone_name,
                start,
            })
        }
        FormatKind::Swf => Format::Swf(Swf {
            processors_per_gpu: context.count(&spec.processors_per_gpu, 10_000).unwrap_or(1),
            start,
            ..Swf::default()
        }),
        FormatKind::Csv => {
            let example = "columns = { submit = \"…\", duration = \"…\", gpus = \"…\" }";
            let columns = context.required(&spec.columns, table, "what the columns mean", example);
            let (columns, at) = columns?;
            let zone = zone.map(|zone| (zone, zone_name));
            let mapping = columns::read(context, columns, at, zone, start)?;
            Format::Table(Box::new(mapping))
        }
    })
}
