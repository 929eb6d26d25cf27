//! `[[group]]`: nodes that share a risk, and groups of groups.

use std::collections::BTreeSet;

use crate::model::NodeRange;
use crate::scenario::{GroupSpec, Origin, ScenarioFile};
use crate::units::PoolId;

use super::context::Context;
use super::pools::PoolDraft;

/// A group with all nodes that it and the groups within it hold.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) nodes: Vec<NodeRange>,
}

/// A group before those within it are looked up.
struct Draft<'a> {
    spec: &'a GroupSpec,
    table: Origin,
    name: String,
    own: Option<NodeRange>,
}

pub(super) fn read(context: &mut Context, file: &ScenarioFile, pools: &[PoolDraft]) -> Vec<Group> {
    let mut drafts = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.group.items() {
        let name = context.name(&spec.name, table, "group", &mut taken);
        let own = own_nodes(context, spec, table, pools);
        if let Some(name) = name {
            drafts.push(Draft {
                spec,
                table,
                name,
                own,
            });
        }
    }
    let mut groups = Vec::new();
    for index in 0..drafts.len() {
        let mut nodes = Vec::new();
        let mut path = Vec::new();
        if gather(context, &drafts, index, &mut path, &mut nodes) {
            nodes.sort_unstable();
            nodes.dedup();
            groups.push(Group {
                name: drafts[index].name.clone(),
                nodes,
            });
        } else {
            // Every group of a circle would say the same.
            break;
        }
    }
    groups
}

fn own_nodes(
    context: &mut Context,
    spec: &GroupSpec,
    table: Origin,
    pools: &[PoolDraft],
) -> Option<NodeRange> {
    let Some((name, origin)) = spec.pool.here() else {
        if spec.pool.is_absent() && spec.groups.is_absent() {
            let fix = "add pool = \"…\" (with first and nodes), or groups = [\"…\"]";
            context.fault(table, "this group holds nothing", fix);
        }
        return None;
    };
    let Some(index) = pools.iter().position(|draft| draft.pool.name == *name) else {
        let known: Vec<&str> = pools.iter().map(|draft| draft.pool.name.as_str()).collect();
        context.unknown(origin, "pool", name, &known);
        return None;
    };
    let pool = &pools[index].pool;
    if pool.is_rented() {
        context.fault(
            origin,
            "only owned nodes share a risk that is ours",
            "name an owned pool",
        );
        return None;
    }
    let first = spec.first.value().copied().unwrap_or(0);
    let nodes = spec.nodes.value().copied();
    let nodes = nodes.unwrap_or(pool.nodes.saturating_sub(first));
    let fits = first
        .checked_add(nodes)
        .is_some_and(|last| last <= pool.nodes);
    if !fits || nodes == 0 {
        let message = format!("pool `{name}` has the nodes 0 to {}", pool.nodes - 1);
        context.fault(table, message, "change `first` and `nodes`");
        return None;
    }
    Some(NodeRange {
        pool: PoolId::from(index),
        first,
        nodes,
    })
}

/// Adds the nodes of a group and of those within it; false if it lies within itself or something is unknown.
fn gather(
    context: &mut Context,
    drafts: &[Draft<'_>],
    index: usize,
    path: &mut Vec<usize>,
    nodes: &mut Vec<NodeRange>,
) -> bool {
    if path.contains(&index) {
        let circle: Vec<&str> = path.iter().map(|&at| drafts[at].name.as_str()).collect();
        let message = format!(
            "group `{}` lies within itself: {}",
            drafts[index].name,
            circle.join(" holds ")
        );
        context.fault(drafts[index].table, message, "take one of them out");
        return false;
    }
    path.push(index);
    nodes.extend(drafts[index].own);
    for (name, origin) in drafts[index].spec.groups.items() {
        let Some(inner) = drafts.iter().position(|draft| draft.name == *name) else {
            let known: Vec<&str> = drafts.iter().map(|draft| draft.name.as_str()).collect();
            context.unknown(origin, "group", name, &known);
            return false;
        };
        if !gather(context, drafts, inner, path, nodes) {
            return false;
        }
    }
    path.pop();
    true
}
