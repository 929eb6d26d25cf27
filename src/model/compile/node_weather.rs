//! `[[happening]]` of nodes: which go down, and from when until when.

use crate::model::{Entity, Incident, NodeRange};
use crate::units::PoolId;

use super::context::Context;
use super::pools::PoolDraft;
use super::selector;
use super::told::Told;
use super::weather::packed;

/// Nodes go down for a time.
pub(super) fn down(context: &mut Context, told: &Told<'_>, script: &mut Vec<Incident>) {
    let Told {
        when: (from, to), ..
    } = *told;
    for range in ranges(context, told).unwrap_or_default() {
        script.push(Incident::down(from, range.pool, range.first, range.nodes));
        script.extend(to.map(|to| Incident::up(to, range.pool, range.first, range.nodes)));
    }
}

/// The nodes that a happening befalls: those of groups, or the same of each pool.
pub(super) fn ranges(context: &mut Context, told: &Told<'_>) -> Option<Vec<NodeRange>> {
    let Told {
        spec,
        table,
        estate,
        ..
    } = *told;
    let named = spec.selector.value().map(|selector| &selector.groups);
    let ranges: Vec<NodeRange> = match named {
        Some(groups) if !groups.is_absent() => {
            let known: Vec<&str> = estate
                .groups
                .iter()
                .map(|group| group.name.as_str())
                .collect();
            let names = selector::names(context, groups, "group", &known).unwrap_or_default();
            let of = estate
                .groups
                .iter()
                .filter(|group| names.contains(&group.name));
            of.flat_map(|group| group.nodes.clone()).collect()
        }
        _ => {
            let owned = |draft: &PoolDraft| !draft.pool.is_rented();
            let found = selector::pools(
                context,
                &spec.selector,
                table,
                estate.sites,
                estate.pools,
                owned,
            );
            let first = spec.first.value().copied().unwrap_or(0);
            let range = |pool: PoolId| {
                let there = estate.pools[pool.index()].pool.nodes;
                let nodes = spec
                    .nodes
                    .value()
                    .copied()
                    .unwrap_or(there.saturating_sub(first));
                (there, NodeRange { pool, first, nodes })
            };
            let ranges: Vec<(u32, NodeRange)> = found.into_iter().map(range).collect();
            for (there, range) in &ranges {
                let beyond = range
                    .first
                    .checked_add(range.nodes)
                    .is_none_or(|last| last > *there);
                if beyond || range.nodes == 0 {
                    let name = &estate.pools[range.pool.index()].pool.name;
                    let message = format!("pool `{name}` has the nodes 0 to {}", there - 1);
                    context.fault(table, message, "change `first` and `nodes`");
                    return None;
                }
            }
            ranges.into_iter().map(|(_, range)| range).collect()
        }
    };
    let entity = Entity {
        name: String::new(),
        nodes: ranges,
    };
    packed(context, table, estate, std::slice::from_ref(&entity));
    Some(entity.nodes)
}
