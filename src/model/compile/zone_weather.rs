//! Whole regions and providers that fail, and rented instances.

use crate::model::{Entity, InstanceFailure, NodeRange, Weather};
use crate::scenario::{FailureSpec, FailureUnit, Origin};
use crate::units::PoolId;

use super::context::Context;
use super::laws;
use super::pools::PoolDraft;
use super::selector;
use super::weather::Estate;

/// Regions, or providers, with all pools that stand there.
pub(super) fn zones(
    context: &mut Context,
    spec: &FailureSpec,
    (of, at): (FailureUnit, Origin),
    estate: &Estate<'_>,
    pools: &[PoolId],
) -> Option<Vec<Entity>> {
    for (field, word) in [
        (spec.crews.origin(), "crews"),
        (spec.spares.origin(), "spares"),
    ] {
        if let Some(origin) = field {
            let message = format!("`{word}` means nothing where nobody of ours repairs");
            context.fault(origin, message, "leave it out");
        }
    }
    let draft = |pool: PoolId| &estate.pools[pool.index()].pool;
    let name = |pool: PoolId| {
        let place = &estate.sites[draft(pool).site.index()];
        match of {
            FailureUnit::Region => place.lies_in.as_deref(),
            _ => place.provider.as_deref(),
        }
    };
    let mut names: Vec<&str> = pools.iter().filter_map(|&pool| name(pool)).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        let (noun, example) = match of {
            FailureUnit::Region => ("region", "region = \"eu-north\""),
            _ => ("provider", "provider = \"aws\""),
        };
        let fix = format!("give a [[site]] {example}, or a `catalog`");
        context.fault(at, format!("no site that is meant has a {noun}"), fix);
        return None;
    }
    let all_of = |pool: PoolId| {
        if draft(pool).is_rented() {
            NodeRange::rented(pool)
        } else {
            NodeRange {
                pool,
                first: 0,
                nodes: draft(pool).nodes,
            }
        }
    };
    let entity = |zone: &str| {
        let there = pools.iter().filter(|&&pool| name(pool) == Some(zone));
        Entity {
            name: zone.to_owned(),
            nodes: there.map(|&pool| all_of(pool)).collect(),
        }
    };
    Some(names.into_iter().map(entity).collect())
}

/// Rented instances that fail by law.
pub(super) fn instances(
    context: &mut Context,
    spec: &FailureSpec,
    table: Origin,
    estate: &Estate<'_>,
    name: Option<String>,
    weather: &mut Weather,
) -> Option<()> {
    for (field, word) in [
        (spec.down.origin(), "down"),
        (spec.crews.origin(), "crews"),
        (spec.spares.origin(), "spares"),
        (spec.swap.origin(), "swap"),
        (spec.lemons.origin(), "lemons"),
        (spec.infant_mortality.origin(), "infant_mortality"),
        (spec.age.origin(), "age"),
        (spec.new.origin(), "new"),
        (spec.nodes.origin(), "nodes"),
        (spec.node.origin(), "node"),
        (spec.links.origin(), "links"),
        (spec.storages.origin(), "storages"),
        (spec.services.origin(), "services"),
        (spec.share.origin(), "share"),
    ] {
        if let Some(origin) = field {
            let message = format!("`{word}` means nothing for rented instances");
            let fix = "leave it out: what fails is given back, and another one is ordered";
            context.fault(origin, message, fix);
        }
    }
    let example = "up = { mean = \"250 d\" }";
    let up = laws::required(context, &spec.up, table, "the time up", example);
    let rented = |draft: &PoolDraft| draft.pool.is_rented();
    let (sites, drafts) = (estate.sites, estate.pools);
    let pools = selector::pools(context, &spec.selector, table, sites, drafts, rented);
    let (name, up) = (name?, up?);
    if let Err(why) = up.check_duration() {
        context.fault(spec.up.origin().unwrap_or(table), why, "choose another law");
        return None;
    }
    weather.instances.push(InstanceFailure { name, up, pools });
    Some(())
}
