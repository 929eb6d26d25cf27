//! What phases order: pools grow by it before jobs are looked at, since these may wait for what will come.

use std::collections::BTreeSet;

use crate::model::{Order, Packing};
use crate::process::Law;
use crate::scenario::{OrderSpec, Origin, ScenarioFile};
use crate::units::{Epoch, PoolId, SimTime};

use super::context::Context;
use super::laws;
use super::openings::pools_of_site;
use super::pools::PoolDraft;
use super::run::instant;
use super::sites::Place;

/// The orders of each phase, and how many nodes of each pool come late.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// By phase, in the order of the file.
    pub(super) of_phase: Vec<Vec<Order>>,
    /// By pool; `None` where none comes or goes.
    pub(super) late: Vec<Option<u32>>,
}

/// Whether some phase orders nodes for the pool of this name.
pub(super) fn will_come(file: &ScenarioFile, pool: &str) -> bool {
    let phases = file.phase.items();
    let mut orders = phases.flat_map(|(phase, _)| phase.order.items());
    orders.any(|(order, _)| order.pool.value().is_some_and(|name| name == pool))
}

/// Reads all orders and lets pools grow.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    epoch: Epoch,
    sites: &[Place],
    pools: &mut [PoolDraft],
) -> Orders {
    let mut all = Orders::default();
    if file.phase.is_absent() {
        return all;
    }
    all.late = vec![None; pools.len()];
    let at_first: Vec<u32> = pools.iter().map(|draft| draft.pool.nodes).collect();
    let mut opened = BTreeSet::new();
    let mut number = 0;
    for (phase, _) in file.phase.items() {
        let mut orders = Vec::new();
        for (name, at) in phase.open.items() {
            for pool in of_site(context, (name, at), sites, pools) {
                if !opened.insert(pool) {
                    let message = format!("the owned nodes of `{name}` came with an earlier phase");
                    let fix = "`order` new ones instead: what was given up does not come back";
                    context.fault(at, message, fix);
                    continue;
                }
                let nodes = at_first[pool.index()];
                *all.late[pool.index()].get_or_insert(0) += nodes;
                orders.push(Order {
                    pool,
                    first: 0,
                    nodes,
                    ordered: None,
                    lead: Law::Constant(0.0),
                    number,
                    name: format!("opening of {}", pools[pool.index()].pool.name),
                });
                number += 1;
            }
        }
        for (name, at) in phase.close.items() {
            for pool in of_site(context, (name, at), sites, pools) {
                all.late[pool.index()].get_or_insert(0);
            }
        }
        let name = phase.name.value().map_or("", String::as_str);
        for (place, (spec, table)) in phase.order.items().enumerate() {
            let named = format!("{name} #{place}");
            if let Some(order) = order(context, spec, table, epoch, pools) {
                let pool = &mut pools[order.pool.index()].pool;
                let first = pool.nodes;
                pool.nodes += order.nodes;
                *all.late[order.pool.index()].get_or_insert(0) += order.nodes;
                orders.push(Order {
                    first,
                    number,
                    name: format!("{named} {}", pool.name),
                    ..order
                });
                number += 1;
            }
        }
        for (spec, table) in phase.retire.items() {
            let pool = context.required(
                &spec.pool,
                table,
                "the pool that nodes leave",
                "pool = \"…\"",
            );
            if let Some(pool) = pool.and_then(|(name, at)| owned(context, name, at, pools)) {
                all.late[pool.index()].get_or_insert(0);
            }
        }
        all.of_phase.push(orders);
    }
    all
}

/// The owned pools of a site that a phase opens or closes, if the name is that of a site.
fn of_site(
    context: &mut Context,
    (name, at): (&str, Origin),
    sites: &[Place],
    pools: &[PoolDraft],
) -> Vec<PoolId> {
    let here = pools_of_site(name, sites, pools).unwrap_or_default();
    let own = here
        .into_iter()
        .filter(|pool| !pools[pool.index()].pool.is_rented());
    let own: Vec<PoolId> = own.collect();
    let name_of = |pool: PoolId| pools[pool.index()].pool.name.as_str();
    own.into_iter()
        .filter_map(|pool| owned(context, name_of(pool), at, pools))
        .collect()
}

fn order(
    context: &mut Context,
    spec: &OrderSpec,
    table: Origin,
    epoch: Epoch,
    pools: &[PoolDraft],
) -> Option<Order> {
    let pool = context.required(&spec.pool, table, "the pool of an order", "pool = \"…\"");
    let pool = pool.and_then(|(name, at)| owned(context, name, at, pools));
    let what = "the number of nodes ordered";
    context.required(&spec.nodes, table, what, "nodes = 8");
    let nodes = context.count(&spec.nodes, 1_000_000);
    let lead = match spec.lead_time.here() {
        Some((law, at)) => laws::read(context, law, at),
        None => Some(Law::Constant(0.0)),
    };
    let ordered = spec.ordered.here().and_then(|(_, origin)| {
        let at = instant(context, epoch, &spec.ordered)?;
        if at < 0 {
            let fix = "give the time since the start that is left as its lead time";
            context.fault(origin, "this is before the start", fix);
        }
        u64::try_from(at).ok()
    });
    Some(Order {
        pool: pool?,
        first: 0,
        nodes: nodes?,
        ordered: ordered.map(SimTime),
        lead: lead?,
        number: 0,
        name: String::new(),
    })
}

/// An owned pool whose nodes may come and go.
pub(super) fn owned(
    context: &mut Context,
    name: &str,
    at: Origin,
    pools: &[PoolDraft],
) -> Option<PoolId> {
    let found = named(context, name, at, pools)?;
    let pool = &pools[found.index()].pool;
    let (message, fix) = if pool.is_rented() {
        ("is rented by the instance", "change its quota instead")
    } else if pool.term().is_some() {
        (
            "has dates of its own",
            "leave `from` and `until` out of its offer, or the order",
        )
    } else if pool.packing == Packing::Count {
        (
            "does not tell its nodes apart",
            "give it packing = \"best\" (or first, consolidated, fgd)",
        )
    } else {
        return Some(found);
    };
    let message = format!("pool `{name}` {message}, so no nodes of it can come or go");
    context.fault(at, message, fix);
    None
}

/// The pool of a name.
pub(super) fn named(
    context: &mut Context,
    name: &str,
    at: Origin,
    pools: &[PoolDraft],
) -> Option<PoolId> {
    let found = pools.iter().position(|draft| draft.pool.name == name);
    if found.is_none() {
        let known: Vec<&str> = pools.iter().map(|draft| draft.pool.name.as_str()).collect();
        context.unknown(at, "pool", name, &known);
    }
    found.map(PoolId::from)
}
