//! `availability = "…"` of a market: recorded capacity.

use crate::model::ZoneCapacity;
use crate::scenario::{AvailabilityKind, BeginsKind, MarketSpec, Origin};
use crate::trace::{
    CapacityKind, CapacitySteps, Limits, NodeFormat, SkyPilot, Source, WeatherError, WeatherReport,
    read_capacity, read_capacity_steps, read_node_events,
};
use crate::units::Span;

use super::context::{Assumption, Context};

/// The recorded capacity of the market called `name`.
pub(super) fn read(context: &mut Context, spec: &MarketSpec, name: &str) -> Option<ZoneCapacity> {
    let (path, at) = spec.availability.here()?;
    let tick = context.positive_span(&spec.tick);
    let file = context.problems.sources().resolve(at, path);
    let shown = file.display().to_string();
    let source = match Source::open(&file) {
        Ok(source) => source,
        Err(problem) => {
            context.unusable(at, &problem);
            return None;
        }
    };
    context.files.push(file);
    let limits = Limits::default();
    let usual = if shown.contains(".json") {
        AvailabilityKind::Skypilot
    } else {
        AvailabilityKind::Plimsoll
    };
    let read = match spec.format.value().copied().unwrap_or(usual) {
        AvailabilityKind::Plimsoll => read_capacity_steps(source, &limits),
        AvailabilityKind::Skypilot => {
            let declared = SkyPilot {
                kind: CapacityKind::Availability,
                tick,
                skip_start: false,
            };
            read_capacity(vec![source], &declared, &limits)
                .map(|(history, report)| (history.steps(), report))
        }
        AvailabilityKind::NodeEvents => nodes(source, &NodeFormat::Events, &limits),
        AvailabilityKind::NodeEventLists => nodes(source, &NodeFormat::Lists, &limits),
    };
    let (zones, report) = match read {
        Ok(read) => read,
        Err(problems) => {
            context.unreadable(&shown, &problems);
            return None;
        }
    };
    let steps = pick(context, spec, at, zones)?;
    note(context, name, &shown, &steps, &report);
    if steps.end == Span::ZERO {
        let fix = "end each zone of the csv with a row without nodes, or record longer";
        context.fault(
            at,
            format!("{shown} does not say how long its record is"),
            fix,
        );
        return None;
    }
    let random = spec.begins.value() == Some(&BeginsKind::Random);
    let whose = spec.region.value().map_or(name, String::as_str);
    Some(ZoneCapacity::Recorded {
        steps: scaled(spec, steps.steps),
        length: steps.end,
        shift: random.then(|| whose.to_owned()),
    })
}

/// The capacity that a recording of nodes which come and go speaks of.
fn nodes(
    source: Source<'_>,
    format: &NodeFormat,
    limits: &Limits,
) -> Result<(Vec<CapacitySteps>, WeatherReport), WeatherError> {
    let (events, report) = read_node_events(source, format, limits)?;
    Ok((vec![events.capacity()], report))
}

/// A probe that only says whether there is something: `instances` says how much.
fn scaled(
    spec: &MarketSpec,
    steps: Vec<(crate::units::SimTime, u32)>,
) -> Vec<(crate::units::SimTime, u32)> {
    let Some(&each) = spec.instances.value() else {
        return steps;
    };
    let scale = |(at, nodes): (_, u32)| (at, nodes.saturating_mul(each));
    steps.into_iter().map(scale).collect()
}

/// The zone that is meant.
fn pick(
    context: &mut Context,
    spec: &MarketSpec,
    at: Origin,
    mut zones: Vec<CapacitySteps>,
) -> Option<CapacitySteps> {
    let known: Vec<String> = zones.iter().map(|zone| zone.zone.clone()).collect();
    if let Some((name, origin)) = spec.zone.here() {
        let place = zones.iter().position(|zone| zone.zone == *name);
        if place.is_none() {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            context.unknown(origin, "zone", name, &known);
        }
        return place.map(|place| zones.swap_remove(place));
    }
    if zones.len() == 1 {
        return zones.pop();
    }
    let message = format!("this recording has {} zones", zones.len());
    context.fault(
        at,
        message,
        format!("add zone = \"…\", one of {}", known.join(", ")),
    );
    None
}

fn note(
    context: &mut Context,
    name: &str,
    file: &str,
    steps: &CapacitySteps,
    report: &WeatherReport,
) {
    let days = steps.end.0 as f64 / Span::DAY.0 as f64;
    let changes = steps.steps.len();
    context.assumptions.push(Assumption {
        what: format!("market {name}: capacity"),
        value: format!("{changes} steps in {days:.1} d, then again from the beginning"),
        source: format!("{file} ({})", report.format),
        as_of: String::new(),
        confidence: "recorded",
    });
}
