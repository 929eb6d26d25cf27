//! Single GPUs that break, by law or at a given time, and what their nodes do meanwhile.

use crate::model::{Entity, Gpu, GpuFailure, Incident, NodeRange, Times, Weather};
use crate::scenario::{FailureSpec, Given, NodeAnswer, Origin};
use crate::units::PoolId;

use super::context::Context;
use super::failures::ENTITIES_MAX;
use super::node_weather::ranges;
use super::told::Told;
use super::weather::{Estate, packed};

/// Why a node drains unless somebody says otherwise.
const SOURCE: &str = "servers are what is taken out and mended: AIReSim (arXiv 2603.07041) knows no smaller unit, and \
                      two of five faults of an H200 fleet ended in another host (Crusoe, GTC 2025)";

/// What nodes do while a GPU of theirs is broken; noted if nobody said.
pub(super) fn answer(context: &mut Context, field: &Given<NodeAnswer>, whose: &str) -> NodeAnswer {
    field.value().copied().unwrap_or_else(|| {
        let what = format!("{whose}: a node of which a GPU is broken");
        context.note_sourced(what, "takes no new work until it is mended", SOURCE);
        NodeAnswer::Drains
    })
}

/// Every GPU of some pools, each with a name that adding something else does not change.
fn gpus(
    context: &mut Context,
    at: Origin,
    estate: &Estate<'_>,
    pools: &[PoolId],
) -> Option<Vec<Gpu>> {
    let draft = |pool: PoolId| &estate.pools[pool.index()].pool;
    let all: u64 = pools.iter().map(|&pool| draft(pool).gpus()).sum();
    if all > ENTITIES_MAX as u64 {
        let fix = "let nodes or racks fail instead";
        context.fault(at, "too many things fail on their own", fix);
        return None;
    }
    let mut gpus = Vec::new();
    for &pool in pools {
        for node in 0..draft(pool).nodes {
            for gpu in 0..draft(pool).gpus_per_node {
                gpus.push(Gpu {
                    name: format!("{}#{node}.{gpu}", draft(pool).name),
                    pool,
                    node,
                    gpu: gpu as u8,
                });
            }
        }
    }
    Some(gpus)
}

/// As things that take their whole node with them.
pub(super) fn with_their_nodes(
    context: &mut Context,
    at: Origin,
    estate: &Estate<'_>,
    pools: &[PoolId],
) -> Option<Vec<Entity>> {
    let of_node = |gpu: Gpu| Entity {
        name: gpu.name,
        nodes: vec![NodeRange {
            pool: gpu.pool,
            first: gpu.node,
            nodes: 1,
        }],
    };
    let gpus = gpus(context, at, estate, pools)?;
    Some(gpus.into_iter().map(of_node).collect())
}

/// GPUs that fail by law, while their nodes go on or drain.
pub(super) fn failure(
    context: &mut Context,
    spec: &FailureSpec,
    at: Origin,
    (estate, pools): (&Estate<'_>, &[PoolId]),
    (name, times, drains): (Option<String>, Times, bool),
    weather: &mut Weather,
) {
    for (field, word) in [
        (spec.crews.origin(), "crews"),
        (spec.spares.origin(), "spares"),
        (spec.swap.origin(), "swap"),
    ] {
        if let Some(origin) = field {
            let message = format!("`{word}` means nothing for single GPUs");
            let fix = "leave it out, or write node = \"stops\" and mend whole nodes";
            context.fault(origin, message, fix);
        }
    }
    let whole = |&pool: &PoolId| NodeRange {
        pool,
        first: 0,
        nodes: estate.pools[pool.index()].pool.nodes,
    };
    let all = Entity {
        name: String::new(),
        nodes: pools.iter().map(whole).collect(),
    };
    packed(context, at, estate, std::slice::from_ref(&all));
    let gpus = gpus(context, at, estate, pools);
    if let (Some(name), Some(gpus)) = (name, gpus) {
        weather.gpus.push(GpuFailure {
            name,
            times,
            drains,
            gpus,
        });
    }
}

/// `what = "gpus-down"`: the lowest GPUs of each of some nodes break.
pub(super) fn down(context: &mut Context, told: &Told<'_>, script: &mut Vec<Incident>) {
    let Told {
        spec,
        table,
        estate,
        when: (from, to),
    } = *told;
    let Some(nodes) = ranges(context, told) else {
        return;
    };
    let name = spec.name.value().map_or("", String::as_str);
    let answer = answer(context, &spec.node, &format!("happening `{name}`"));
    let broken = spec.gpus.value().copied().unwrap_or(1);
    for range in nodes {
        let pool = &estate.pools[range.pool.index()].pool;
        if broken == 0 || broken > u64::from(pool.gpus_per_node) {
            let at = spec.gpus.origin().unwrap_or(table);
            let message = format!(
                "a node of pool `{}` has {} GPUs",
                pool.name, pool.gpus_per_node
            );
            context.fault(at, message, "let so many of them break, or fewer");
            return;
        }
        if answer == NodeAnswer::Stops {
            script.push(Incident::down(from, range.pool, range.first, range.nodes));
            script.extend(to.map(|to| Incident::up(to, range.pool, range.first, range.nodes)));
            continue;
        }
        let drains = answer == NodeAnswer::Drains;
        for node in range.first..range.first + range.nodes {
            for gpu in 0..broken as u8 {
                let gpu = Gpu {
                    name: String::new(),
                    pool: range.pool,
                    node,
                    gpu,
                };
                script.push(gpu.incident(from, false, drains));
                script.extend(to.map(|to| gpu.incident(to, true, drains)));
            }
        }
    }
}
