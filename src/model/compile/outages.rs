//! `[[failure]] trace = "…"`: recorded outages, played on the nodes of this estate.

use crate::scenario::{Align, FailureSpec, Origin, OutageKind};
use crate::trace::{Gaps, Limits, OutageFormat, OutageHistory, Source, read_outages};
use crate::units::{SimTime, Zone};

use super::context::Context;
use super::run::Run;

/// An outage of a recording: of which thing, counted by name, from when until when.
pub(super) type Played = (usize, SimTime, SimTime);

/// The outages of a recording, played on so many things: its k-th entity, by name, is the k-th of them.
pub(super) fn replay(
    context: &mut Context,
    spec: &FailureSpec,
    (path, at): (&str, Origin),
    run: &Run,
    (things, noun): (usize, &str),
) -> Option<Vec<Played>> {
    let history = read(context, spec, path, at)?;
    let start = start(context, spec, &history, run, at)?;
    let mut played = Vec::new();
    let mut left_out = 0u64;
    for outage in &history.outages {
        let (down, up) = (outage.down_ms - start, outage.up_ms - start);
        let entity = outage.entity as usize;
        if things <= entity || up <= 0 {
            left_out += 1;
            continue;
        }
        let from = SimTime(u64::try_from(down).unwrap_or(0));
        played.push((entity, from, SimTime(up as u64)));
    }
    let name = spec.name.value().cloned().unwrap_or_default();
    let entities = history.entities.len();
    context.note_default(
        format!("failure {name}: recorded outages"),
        format!(
            "{} played, {left_out} left out: {entities} recorded things on {things} {noun}, in the order of their \
             names",
            played.len()
        ),
    );
    Some(played)
}

fn read(
    context: &mut Context,
    spec: &FailureSpec,
    path: &str,
    at: Origin,
) -> Option<OutageHistory> {
    let path = context.problems.sources().resolve(at, path);
    let format = match spec.format.value() {
        None | Some(OutageKind::Plimsoll) => OutageFormat::Plimsoll,
        Some(OutageKind::FailureArchive) => OutageFormat::FailureArchive(Gaps::Unknown),
        Some(OutageKind::Lanl) => {
            let name = "America/Denver";
            OutageFormat::Lanl(Zone::parse(name)?, name.to_owned())
        }
    };
    let read = Source::open(&path)
        .map_err(Into::into)
        .and_then(|source| read_outages(vec![source], &format, &Limits::default()));
    match read {
        Ok((history, _)) => {
            context.files.push(path);
            Some(history)
        }
        Err(error) => {
            context.unreadable(&path.display().to_string(), &error);
            None
        }
    }
}

/// The instant of the recording at which the scenario starts.
fn start(
    context: &mut Context,
    spec: &FailureSpec,
    history: &OutageHistory,
    run: &Run,
    at: Origin,
) -> Option<i64> {
    let first = history.outages.iter().map(|outage| outage.down_ms).min();
    let watched = history.entities.iter().filter_map(|entity| entity.watched);
    let first = watched.map(|(from, _)| from).min().or(first);
    match spec.align.here() {
        Some((Align::Calendar, origin)) if !history.calendar => {
            let fix = "leave `align` out";
            context.fault(
                origin,
                "this recording has no dates, only times since its start",
                fix,
            );
            None
        }
        Some((Align::Calendar, _)) => Some(run.epoch.unix_ms()),
        Some((Align::Start, _)) => first,
        None if history.calendar => {
            let fix = "write align = \"start\" (its first instant is the scenario's start) or \"calendar\"";
            context.fault(at, "this recording has dates of its own", fix);
            None
        }
        None => Some(0),
    }
}
