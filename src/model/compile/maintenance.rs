//! `[[maintenance]]`: which nodes, in which batches, when.

use std::collections::BTreeSet;

use crate::model::{Drain, Entity, Horizon, Maintenance, NodeRange};
use crate::scenario::{DrainKind, MaintenanceSpec, Origin, ScenarioFile};
use crate::units::{PoolId, SimTime, Span};

use super::context::Context;
use super::pools::PoolDraft;
use super::run::instant;
use super::selector;
use super::weather::{Estate, packed};

/// How long beforehand work is announced where nobody says.
const NOTICE: Span = Span(7 * Span::DAY.0);
/// Most plans, and most batches of one.
const PLANS_MAX: usize = 1_000;
const BATCHES_MAX: usize = 100_000;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    estate: &Estate<'_>,
) -> Vec<Maintenance> {
    let mut taken = BTreeSet::new();
    let mut plans = Vec::new();
    for (spec, table) in file.maintenance.items() {
        let name = context.name(&spec.name, table, "maintenance", &mut taken);
        let plan = plan(context, spec, table, estate);
        if plans.len() == PLANS_MAX {
            let fix = "put what is alike into one of them";
            context.fault(table, format!("more than {PLANS_MAX} plans"), fix);
            break;
        }
        if let (Some(name), Some(plan)) = (name, plan) {
            plans.push(Maintenance { name, ..plan });
        }
    }
    plans
}

fn plan(
    context: &mut Context,
    spec: &MaintenanceSpec,
    table: Origin,
    estate: &Estate<'_>,
) -> Option<Maintenance> {
    let what = "the start of maintenance";
    let start = context.required(&spec.start, table, what, "start = \"10 d\"");
    let start = start.and_then(|(_, origin)| {
        let at = instant(context, estate.run.epoch, &spec.start)?;
        if at < 0 {
            context.fault(origin, "this is before the start", "give a later time");
        }
        u64::try_from(at).ok()
    });
    let what = "how long the work on a batch takes";
    let lasts = context.required(&spec.lasts, table, what, "lasts = \"2 h\"");
    let lasts = lasts.and_then(|_| context.positive_span(&spec.lasts));
    let every = context.positive_span(&spec.every);
    let notice = context.span(&spec.notice);
    let batches = batches(context, spec, table, estate);
    let plan = Maintenance {
        name: String::new(),
        batches: batches?,
        start: SimTime(start?),
        every,
        lasts: lasts?,
        notice: notice.unwrap_or(NOTICE),
        drain: match spec.drain.value() {
            Some(DrainKind::Checkpoint) => Drain::Checkpoint,
            Some(DrainKind::Kill) => Drain::Kill,
            Some(DrainKind::Wait) | None => Drain::Wait,
        },
    };
    rounds(context, spec, &plan, estate.run.horizon);
    let name = spec.name.value().map_or("", String::as_str);
    if spec.notice.is_absent() {
        context.note_default(format!("maintenance {name}: notice"), "7 d");
    }
    if spec.drain.is_absent() {
        context.note_default(format!("maintenance {name}: drain"), "wait");
    }
    Some(plan)
}

/// A round must be over before the next, and rounds end somewhere.
fn rounds(context: &mut Context, spec: &MaintenanceSpec, plan: &Maintenance, horizon: Horizon) {
    let Some((every, origin)) = plan.every.zip(spec.every.origin()) else {
        return;
    };
    if every < plan.round() {
        let hours = plan.round().0 as f64 / Span::HOUR.0 as f64;
        let message = format!(
            "{} batches one after the other take {hours:.1} h, longer than from one round to the next",
            plan.batches.len()
        );
        let fix = "make rounds rarer, batches larger or the work shorter";
        context.fault(origin, message, fix);
    }
    if horizon == Horizon::UntilEmpty {
        let fix = "give [scenario] a horizon, such as \"28 d\"";
        context.fault(
            origin,
            "rounds come up to a horizon, and there is none",
            fix,
        );
    }
}

/// The chosen nodes in their order, so many at a time.
fn batches(
    context: &mut Context,
    spec: &MaintenanceSpec,
    table: Origin,
    estate: &Estate<'_>,
) -> Option<Vec<Vec<NodeRange>>> {
    let nodes = nodes(context, spec, table, estate);
    let size = context.count(&spec.batch, u32::MAX);
    let size = size.map_or(nodes.len(), |size| size as usize).max(1);
    if nodes.len().div_ceil(size) > BATCHES_MAX {
        let fix = "make batches larger";
        context.fault(table, format!("more than {BATCHES_MAX} batches"), fix);
        return None;
    }
    Some(nodes.chunks(size).map(ranges).collect())
}

fn nodes(
    context: &mut Context,
    spec: &MaintenanceSpec,
    table: Origin,
    estate: &Estate<'_>,
) -> Vec<(PoolId, u32)> {
    let named = spec.selector.value().map(|selector| &selector.groups);
    let chosen: Vec<NodeRange> = match named {
        Some(groups) if !groups.is_absent() => {
            let known = estate.groups.iter().map(|group| group.name.as_str());
            let known: Vec<&str> = known.collect();
            let names = selector::names(context, groups, "group", &known).unwrap_or_default();
            let by_name = |name: &String| estate.groups.iter().find(|group| group.name == *name);
            let groups = names.iter().filter_map(by_name);
            groups.flat_map(|group| group.nodes.clone()).collect()
        }
        _ => {
            let owned = |draft: &PoolDraft| !draft.pool.is_rented();
            let (sites, pools) = (estate.sites, estate.pools);
            let pools = selector::pools(context, &spec.selector, table, sites, pools, owned);
            let whole = |pool: PoolId| NodeRange {
                pool,
                first: 0,
                nodes: estate.pools[pool.index()].pool.nodes,
            };
            pools.into_iter().map(whole).collect()
        }
    };
    let entity = Entity {
        name: String::new(),
        nodes: chosen,
    };
    packed(context, table, estate, std::slice::from_ref(&entity));
    let each = |range: &NodeRange| {
        let pool = range.pool;
        (range.first..range.first + range.nodes).map(move |node| (pool, node))
    };
    // Groups may hold the same node.
    let mut seen = BTreeSet::new();
    let all = entity.nodes.iter().flat_map(each);
    all.filter(|node| seen.insert(*node)).collect()
}

/// Single nodes as ranges of neighbours.
fn ranges(nodes: &[(PoolId, u32)]) -> Vec<NodeRange> {
    let mut ranges: Vec<NodeRange> = Vec::new();
    for &(pool, node) in nodes {
        match ranges.last_mut() {
            Some(last) if last.pool == pool && last.first + last.nodes == node => last.nodes += 1,
            _ => ranges.push(NodeRange {
                pool,
                first: node,
                nodes: 1,
            }),
        }
    }
    ranges
}
