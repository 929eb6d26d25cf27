//! `[[phase]]`: when each begins, what it changes, and what must hold before it ends.

use std::collections::BTreeSet;

use crate::model::{
    Begins, Budgets, Gate, Horizon, Network, OnFail, Packing, Phase, Retirement, Rollout, Rules,
    StrategySettings,
};
use crate::scenario::{ExitSpec, OnFailKind, Origin, PhaseSpec, ScenarioFile};
use crate::units::{ClassId, PoolId, SimTime, Span};

use super::budgets;
use super::context::Context;
use super::cutovers::{self, Twins};
use super::demand::Intake;
use super::later;
use super::orders::{self, Orders};
use super::phase_changes::{self, Parts};
use super::pools::PoolDraft;
use super::run::{Run, instant};
use super::sites::{Place, names_of};
use super::strategies::Names;

/// How long until gates are looked at again where nobody says.
const RECHECK: Span = Span(7 * Span::DAY.0);
/// More phases are a slip.
const PHASES_MAX: usize = 1_000;

/// All phases, and what strategies do in them.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    (run, sites, pools, network): (&Run, &[Place], &[PoolDraft], &Network),
    (mut orders, twins, intake, limits): (Orders, &Twins, &Intake, (&Budgets, &Rules)),
    strategies: &[StrategySettings],
) -> Rollout {
    let parts = &Parts {
        run,
        pools,
        network,
        sites,
        budgets: limits.0,
        rules: limits.1,
    };
    let mut rollout = Rollout {
        closed: parts.doors().closed_pools(file),
        closed_links: parts.doors().closed_links(file),
        late: std::mem::take(&mut orders.late),
        twins: twins.pairs(),
        twin_shapes: cutovers::shapes(twins, &intake.shapes),
        ..Rollout::default()
    };
    let mut taken = BTreeSet::new();
    for (place, (spec, table)) in file.phase.items().enumerate() {
        if place == PHASES_MAX {
            context.fault(table, "too many phases", format!("keep to {PHASES_MAX}"));
            break;
        }
        let name = context.name(&spec.name, table, "phase", &mut taken);
        let begins = begins(context, spec, table, parts, &rollout.phases);
        let (begins, planned_start) = begins.unwrap_or((Begins::At(SimTime::ZERO), SimTime::ZERO));
        let gates = spec.exit.here().map(|(exit, at)| gates(context, exit, at));
        let own = std::mem::take(&mut orders.of_phase[place]);
        rollout.orders += own.len() as u32;
        let phase = Phase {
            name: name.unwrap_or_default(),
            begins,
            lasts: context.span(&spec.lasts).unwrap_or(Span::ZERO),
            planned_start,
            orders: own,
            retires: retires(context, spec, parts),
            changes: phase_changes::read(context, spec, parts, twins),
            gates: gates.unwrap_or_default(),
            on_fail: on_fail(context, spec),
        };
        rollout.phases.push(phase);
    }
    budgets::begin_in(context, file, limits.0, &mut rollout.phases);
    let sites = names_of(parts.sites);
    let names = Names {
        tenants: &intake.tenants,
        sites: &sites,
    };
    rollout.later = later::read(context, file, &rollout.phases, strategies, names);
    let first = file.phase.items().map(|(_, table)| table).next();
    if let (Some(table), Horizon::UntilEmpty) = (first, parts.run.horizon) {
        let fix = "give [scenario] a horizon, such as \"90 d\"";
        context.fault(table, "phases come up to a horizon, and there is none", fix);
    }
    rollout
}

fn begins(
    context: &mut Context,
    spec: &PhaseSpec,
    table: Origin,
    parts: &Parts<'_>,
    before: &[Phase],
) -> Option<(Begins, SimTime)> {
    let Some((after, origin)) = spec.after.here() else {
        if let Some(origin) = spec.delay.origin() {
            let fix = "name the phase that it comes `after`, or leave it out";
            context.fault(origin, "`delay` means nothing here", fix);
        }
        let Some(origin) = spec.start.origin() else {
            return Some((Begins::At(SimTime::ZERO), SimTime::ZERO));
        };
        let at = instant(context, parts.run.epoch, &spec.start)?;
        if at < 0 {
            context.fault(origin, "this is before the start", "give a later time");
        }
        let at = SimTime(u64::try_from(at).ok()?);
        return Some((Begins::At(at), at));
    };
    if !spec.start.is_absent() {
        let fix = "leave `start` out, or `after`";
        context.fault(table, "a phase begins by date or behind another", fix);
    }
    let Some(phase) = before.iter().position(|phase| phase.name == *after) else {
        let known: Vec<&str> = before.iter().map(|phase| phase.name.as_str()).collect();
        context.unknown(origin, "earlier phase", after, &known);
        return None;
    };
    let delay = context.span(&spec.delay).unwrap_or(Span::ZERO);
    let planned = before[phase].planned_end() + delay;
    let phase = phase as u16;
    Some((Begins::After { phase, delay }, planned))
}

fn gates(context: &mut Context, exit: &ExitSpec, at: Origin) -> Vec<Gate> {
    let share = context.number(&exit.utilisation_at_least, 0.0, 1.0);
    let utilisation = share.map(|share| Gate::Utilisation((share * 1e6).round() as u64));
    let wait = context.span(&exit.mean_wait_at_most).map(Gate::MeanWait);
    let finished = exit.finished_at_least.value().copied().map(Gate::Finished);
    let waiting = exit.waiting_at_most.value().copied().map(Gate::Waiting);
    let gates = [utilisation, wait, finished, waiting];
    if exit == &ExitSpec::default() {
        let fix =
            "add utilisation_at_least, mean_wait_at_most, finished_at_least or waiting_at_most";
        context.fault(at, "this exit asks for nothing", fix);
    }
    gates.into_iter().flatten().collect()
}

fn on_fail(context: &mut Context, spec: &PhaseSpec) -> OnFail {
    let kind = spec.on_fail.value().copied().unwrap_or(OnFailKind::Delay);
    let name = spec.name.value().cloned().unwrap_or_default();
    if let (Some(origin), true) = (spec.on_fail.origin(), spec.exit.is_absent()) {
        let fix = "add exit = { … }, or leave it out";
        context.fault(origin, "nothing can fail without `exit`", fix);
    }
    if let (Some(origin), true) = (spec.recheck.origin(), kind != OnFailKind::Delay) {
        let fix = "leave it out, or write on_fail = \"delay\"";
        context.fault(origin, "`recheck` means nothing here", fix);
    }
    let recheck = context.positive_span(&spec.recheck);
    match kind {
        OnFailKind::Delay => {
            if !spec.exit.is_absent() && spec.recheck.is_absent() {
                context.note_default(format!("phase {name}: recheck"), "7 d");
            }
            OnFail::Delay(recheck.unwrap_or(RECHECK))
        }
        OnFailKind::RollBack => OnFail::RollBack,
        OnFailKind::Proceed => OnFail::Proceed,
    }
}

fn retires(context: &mut Context, spec: &PhaseSpec, parts: &Parts<'_>) -> Vec<Retirement> {
    let pools = parts.pools;
    let mut retires = parts.doors().retired(context, spec);
    for (retire, table) in spec.retire.items() {
        let what = "the number of nodes that leave";
        context.required(&retire.nodes, table, what, "nodes = 4");
        let nodes = context.count(&retire.nodes, 1_000_000);
        let name = retire.pool.value();
        let of = |draft: &PoolDraft| Some(&draft.pool.name) == name;
        // What is wrong with the pool was told when orders were read.
        let pool = pools.iter().position(|draft| {
            of(draft) && !draft.pool.is_rented() && draft.pool.packing != Packing::Count
        });
        let notice = context.span(&retire.notice).unwrap_or(Span::ZERO);
        retires.extend(pool.zip(nodes).map(|(pool, nodes)| Retirement {
            pool: PoolId::from(pool),
            nodes,
            notice,
        }));
    }
    retires
}

/// A class by its name.
pub(super) fn class_named(
    context: &mut Context,
    name: &str,
    at: Origin,
    known: &[&str],
) -> Option<ClassId> {
    let found = known.iter().position(|class| *class == name);
    if found.is_none() {
        context.unknown(at, "class", name, known);
    }
    found.map(ClassId::from)
}

/// The pool of a name, if it is rented.
pub(super) fn rented(
    context: &mut Context,
    name: &str,
    at: Origin,
    pools: &[PoolDraft],
) -> Option<PoolId> {
    let found = orders::named(context, name, at, pools)?;
    if !pools[found.index()].pool.is_rented() {
        let message = format!("pool `{name}` is not rented by the instance");
        context.fault(at, message, "name an on-demand or spot pool");
        return None;
    }
    Some(found)
}
