//! `in_phase` of a `[[strategy]]`: who is next and where, from the beginning of a phase on.

use crate::model::{Discipline, Later, Phase, Placement, StrategySettings};
use crate::scenario::{ScenarioFile, StrategySpec};

use super::context::Context;
use super::strategies::{Names, discipline, placement};

/// How each strategy goes on from a phase on; empty if none changes.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    phases: &[Phase],
    strategies: &[StrategySettings],
    names: Names<'_>,
) -> Vec<Vec<Later>> {
    let mut all = Vec::new();
    for (spec, _) in file.strategy.items() {
        let own = spec.name.value();
        let settings = strategies.iter().find(|known| Some(&known.name) == own);
        let mut later = of_strategy(context, spec, phases, names);
        // In the order of the phases: what one does not say stays as it was.
        later.sort_by_key(|(phase, ..)| *phase);
        let mut now = settings.map(|own| (own.discipline.clone(), own.placement));
        let mut own = Vec::new();
        for (phase, queue, place) in later {
            let Some((discipline, placement)) = &mut now else {
                continue;
            };
            *discipline = queue.unwrap_or_else(|| discipline.clone());
            *placement = place.unwrap_or(*placement);
            own.push(Later {
                phase,
                discipline: discipline.clone(),
                placement: *placement,
            });
        }
        all.push(own);
    }
    if all.iter().all(Vec::is_empty) {
        all.clear();
    }
    all
}

/// A phase, with who is next and where, as far as it says.
type Words = (u16, Option<Discipline>, Option<Placement>);

fn of_strategy(
    context: &mut Context,
    spec: &StrategySpec,
    phases: &[Phase],
    names: Names<'_>,
) -> Vec<Words> {
    let known: Vec<&str> = phases.iter().map(|phase| phase.name.as_str()).collect();
    let mut own: Vec<Words> = Vec::new();
    for (later, table) in spec.in_phase.items() {
        let phase = context.required(&later.phase, table, "the phase", "phase = \"…\"");
        let queue = later.queue.here();
        let queue = queue.map(|(spec, at)| discipline(context, spec, at, names.tenants));
        let place = later.placement.here();
        let place = place.map(|(spec, at)| placement(context, spec, at, names));
        if queue.is_none() && place.is_none() {
            let fix =
                "add placement = { kind = \"private-first\" }, or queue = { kind = \"easy\" }";
            context.fault(table, "this phase changes nothing of the strategy", fix);
        }
        let Some((name, at)) = phase else { continue };
        let Some(phase) = known.iter().position(|known| known == name) else {
            context.unknown(at, "phase", name, &known);
            continue;
        };
        if own.iter().any(|(of, ..)| usize::from(*of) == phase) {
            let message = format!("phase `{name}` is named twice");
            context.fault(at, message, "keep one of them");
        }
        own.push((phase as u16, queue, place));
    }
    own
}
