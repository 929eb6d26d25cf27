//! `[[group]]`, `[[failure]]`, `[[happening]]`: what goes wrong.

use std::collections::BTreeSet;

use crate::model::{
    Entity, Failure, Happening, Horizon, Incident, NodeRange, Packing, Shop, Times, Turn, Weather,
};
use crate::process::{Faults, InfantMortality, Law, Lemons, Renewal, RenewalStart};
use crate::scenario::{
    FailureSpec, FailureUnit, HappeningKind, HappeningSpec, Origin, ScenarioFile,
};
use crate::units::{PoolId, SimTime, Span};

use super::context::Context;
use super::groups::{self, Group};
use super::laws;
use super::outages;
use super::pools::PoolDraft;
use super::run::{Run, instant};
use super::selector;
use super::sites::Place;

/// Most things that fail on their own.
const ENTITIES_MAX: usize = 2_000_000;

/// What the readers of weather look things up in.
struct Estate<'a> {
    run: &'a Run,
    sites: &'a [Place],
    pools: &'a [PoolDraft],
    groups: Vec<Group>,
}

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    sites: &[Place],
    pools: &[PoolDraft],
) -> Weather {
    let groups = groups::read(context, file, pools);
    let estate = Estate {
        run,
        sites,
        pools,
        groups,
    };
    let mut weather = Weather::default();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.failure.items() {
        let name = context.name(&spec.name, table, "failure", &mut taken);
        failure(context, spec, table, &estate, name, &mut weather);
    }
    let mut taken = BTreeSet::new();
    for (spec, table) in file.happening.items() {
        context.name(&spec.name, table, "happening", &mut taken);
        happening(context, spec, table, &estate, &mut weather.script);
    }
    Incident::put_in_order(&mut weather.script);
    let first = file.failure.items().map(|(_, table)| table).next();
    if let (Some(table), Horizon::UntilEmpty) = (first, run.horizon) {
        let fix = "give [scenario] a horizon, such as \"28 d\"";
        context.fault(
            table,
            "weather is drawn up to a horizon, and there is none",
            fix,
        );
    }
    weather
}

fn failure(
    context: &mut Context,
    spec: &FailureSpec,
    table: Origin,
    estate: &Estate<'_>,
    name: Option<String>,
    weather: &mut Weather,
) -> Option<()> {
    if let Some((path, at)) = spec.trace.here() {
        return recorded(context, spec, (path, at), estate, &mut weather.script);
    }
    let of = context.required(&spec.of, table, "what fails at once", "of = \"node\"");
    let up = laws::required(
        context,
        &spec.up,
        table,
        "the time up",
        "up = { mean = \"250 d\" }",
    );
    let example = "down = { median = \"2 h\", p95 = \"10 h\" }";
    let down = laws::required(context, &spec.down, table, "the time down", example);
    let pools = selector::pools(
        context,
        &spec.selector,
        table,
        estate.sites,
        estate.pools,
        |draft| !draft.pool.is_rented(),
    );
    let ((&of, of_at), up, down) = (of?, up?, down?);
    if of != FailureUnit::Rack
        && let Some(origin) = spec.nodes.origin()
    {
        context.fault(
            origin,
            "only a rack has a number of nodes",
            "write of = \"rack\", or leave `nodes` out",
        );
    }
    let entities = entities(context, spec, table, (of, of_at), estate, &pools)?;
    packed(context, table, estate, &entities);
    let name = name?;
    if spec.crews.is_absent() && spec.spares.is_absent() {
        let times = times(context, spec, table, up, down)?;
        if let Some(origin) = spec.swap.origin() {
            context.fault(
                origin,
                "only spares are swapped in",
                "add spares = 2, or leave `swap` out",
            );
        }
        weather.failures.push(Failure {
            name,
            times,
            entities,
        });
    } else {
        let shop = shop(context, spec, name, (up, down), entities)?;
        weather.shops.push(shop);
    }
    Some(())
}

/// Outages that were recorded somewhere else.
fn recorded(
    context: &mut Context,
    spec: &FailureSpec,
    (path, at): (&str, Origin),
    estate: &Estate<'_>,
    script: &mut Vec<Incident>,
) -> Option<()> {
    for (field, word) in [
        (spec.of.origin(), "of"),
        (spec.up.origin(), "up"),
        (spec.down.origin(), "down"),
        (spec.crews.origin(), "crews"),
        (spec.spares.origin(), "spares"),
        (spec.new.origin(), "new"),
    ] {
        if let Some(origin) = field {
            let message = format!("`{word}` means nothing where outages were recorded");
            context.fault(origin, message, "leave it out, or `trace`");
        }
    }
    let owned = |draft: &PoolDraft| !draft.pool.is_rented();
    let (sites, pools) = (estate.sites, estate.pools);
    let chosen = selector::pools(context, &spec.selector, at, sites, pools, owned);
    let nodes = chosen.iter().map(|&pool| NodeRange {
        pool,
        first: 0,
        nodes: 1,
    });
    let entity = Entity {
        name: String::new(),
        nodes: nodes.collect(),
    };
    packed(context, at, estate, std::slice::from_ref(&entity));
    outages::replay(
        context,
        spec,
        (path, at),
        estate.run,
        pools,
        &chosen,
        script,
    )
}

/// When things that fail each by themselves are up and down.
fn times(
    context: &mut Context,
    spec: &FailureSpec,
    table: Origin,
    up: Law,
    down: Law,
) -> Option<Times> {
    let lemons = spec.lemons.value().map(|lemons| Lemons {
        share: context.number(&lemons.share, 0.0, 1.0).unwrap_or(0.0),
        factor: context.number(&lemons.factor, 0.001, 1000.0).unwrap_or(1.0),
    });
    let infant = spec.infant_mortality.value().map(|infant| InfantMortality {
        share: context.number(&infant.share, 0.0, 0.999).unwrap_or(0.0),
        fading: context.positive_span(&infant.fading).unwrap_or(Span::DAY),
    });
    let age = context.span(&spec.age);
    let new = spec.new.value() == Some(&true);
    let times = if lemons.is_none() && infant.is_none() && age.is_none() {
        let start = if new {
            RenewalStart::Up
        } else {
            RenewalStart::Stationary
        };
        Renewal::new(up, down, start).map(Times::Renewal)
    } else {
        let faults = Faults {
            lemons,
            infant,
            age: age.unwrap_or_default(),
            ..Faults::new(up, down)
        };
        faults.check().map(|()| Times::Aged(faults))
    };
    times
        .map_err(|why| context.fault(table, why, "choose other numbers"))
        .ok()
}

/// Things that share few crews or spares.
fn shop(
    context: &mut Context,
    spec: &FailureSpec,
    name: String,
    (up, down): (Law, Law),
    entities: Vec<Entity>,
) -> Option<Shop> {
    if let Some((false, origin)) = spec.new.here().map(|(&new, origin)| (new, origin)) {
        let fix = "leave `new` out: all begin new and up";
        context.fault(
            origin,
            "with few crews or spares nobody knows the middle of a life",
            fix,
        );
    }
    for law in [&up, &down] {
        law.check_duration()
            .map_err(|why| {
                context.fault(
                    spec.up.origin().unwrap_or_default(),
                    why,
                    "choose another law",
                )
            })
            .ok()?;
    }
    let crews = context.count(&spec.crews, 1_000_000);
    let swap = context.span(&spec.swap);
    Some(Shop {
        name,
        up,
        down,
        crews: crews.unwrap_or(u32::MAX),
        spares: spec.spares.value().copied().unwrap_or(0),
        swap: swap.unwrap_or_default(),
        entities,
    })
}

/// What fails at once, each with a name that adding something else does not change.
fn entities(
    context: &mut Context,
    spec: &FailureSpec,
    table: Origin,
    (of, of_at): (FailureUnit, Origin),
    estate: &Estate<'_>,
    pools: &[PoolId],
) -> Option<Vec<Entity>> {
    let per_rack = match of {
        FailureUnit::Rack => {
            context.required(&spec.nodes, table, "the nodes of a rack", "nodes = 4")?;
            context.count(&spec.nodes, 1_000_000)?
        }
        _ => 1,
    };
    let draft = |pool: PoolId| &estate.pools[pool.index()].pool;
    let mut entities = Vec::new();
    match of {
        FailureUnit::Node | FailureUnit::Rack => {
            for &pool in pools {
                for first in (0..draft(pool).nodes).step_by(per_rack as usize) {
                    if entities.len() == ENTITIES_MAX {
                        let fix = "let racks or pools fail instead";
                        context.fault(of_at, "too many things fail on their own", fix);
                        return None;
                    }
                    let nodes = per_rack.min(draft(pool).nodes - first);
                    entities.push(Entity {
                        name: format!("{}#{first}", draft(pool).name),
                        nodes: vec![NodeRange { pool, first, nodes }],
                    });
                }
            }
        }
        FailureUnit::Pool => entities.extend(pools.iter().map(|&pool| Entity {
            name: draft(pool).name.clone(),
            nodes: vec![whole(pool, draft(pool).nodes)],
        })),
        FailureUnit::Site => {
            let mut of_site: Vec<_> = pools.iter().map(|&pool| draft(pool).site).collect();
            of_site.dedup();
            of_site.sort_unstable();
            of_site.dedup();
            for site in of_site {
                let here = pools.iter().filter(|&&pool| draft(pool).site == site);
                entities.push(Entity {
                    name: estate.sites[site.index()].site.name.clone(),
                    nodes: here.map(|&pool| whole(pool, draft(pool).nodes)).collect(),
                });
            }
        }
        FailureUnit::Group => {
            let wanted = spec
                .selector
                .value()
                .and_then(|selector| selector.groups.value());
            let is_wanted = |group: &Group| {
                wanted
                    .is_none_or(|names| names.iter().any(|name| name.value() == Some(&group.name)))
            };
            for group in estate.groups.iter().filter(|group| is_wanted(group)) {
                entities.push(Entity {
                    name: group.name.clone(),
                    nodes: group.nodes.clone(),
                });
            }
            if entities.is_empty() {
                context.fault(
                    of_at,
                    "there is no such [[group]]",
                    "add one: name, pool, first, nodes",
                );
            }
        }
    }
    Some(entities)
}

const fn whole(pool: PoolId, nodes: u32) -> NodeRange {
    NodeRange {
        pool,
        first: 0,
        nodes,
    }
}

/// Nodes that can fail must be told apart.
fn packed(context: &mut Context, at: Origin, estate: &Estate<'_>, entities: &[Entity]) {
    let mut pools: Vec<PoolId> = entities
        .iter()
        .flat_map(|entity| entity.nodes.iter().map(|range| range.pool))
        .collect();
    pools.sort_unstable();
    pools.dedup();
    for pool in pools {
        let pool = &estate.pools[pool.index()].pool;
        if pool.packing == Packing::Count {
            let message = format!(
                "pool `{}` does not tell its nodes apart, so none of them can fail",
                pool.name
            );
            context.fault(
                at,
                message,
                "give it packing = \"best\" (or first, consolidated, fgd)",
            );
        }
    }
}

/// A thing that happens at a given time, and its end.
fn happening(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
    script: &mut Vec<Incident>,
) {
    let at = context.required(&spec.at, table, "the time of a happening", "at = \"3 d\"");
    let at =
        at.and_then(|(_, origin)| Some((instant(context, estate.run.epoch, &spec.at)?, origin)));
    let example = "what = \"nodes-down\" (or capacity, quota)";
    let what = context.required(&spec.what, table, "what happens", example);
    let lasts = context.positive_span(&spec.lasts);
    let (Some((at, origin)), Some((&what, _))) = (at, what) else {
        return;
    };
    if at < 0 {
        context.fault(origin, "this is before the start", "give a later time");
        return;
    }
    let from = SimTime(at as u64);
    let when = (from, lasts.map(|lasts| from + lasts));
    for (field, word, kinds) in [
        (spec.first.origin(), "first", [HappeningKind::NodesDown; 1]),
        (spec.nodes.origin(), "nodes", [HappeningKind::NodesDown; 1]),
        (
            spec.instances.origin(),
            "instances",
            [HappeningKind::Capacity; 1],
        ),
        (spec.notice.origin(), "notice", [HappeningKind::Capacity; 1]),
        (spec.gpus.origin(), "gpus", [HappeningKind::Quota; 1]),
    ] {
        if let Some(origin) = field.filter(|_| !kinds.contains(&what)) {
            context.fault(
                origin,
                format!("`{word}` means nothing here"),
                "leave it out",
            );
        }
    }
    match what {
        HappeningKind::NodesDown => nodes_down(context, spec, table, estate, when, script),
        HappeningKind::Capacity => capacity(context, spec, table, estate, when, script),
        HappeningKind::Quota => quota(context, spec, table, estate, when, script),
    }
}

type When = (SimTime, Option<SimTime>);

fn nodes_down(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
    (from, to): When,
    script: &mut Vec<Incident>,
) {
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
                    return;
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
    for range in entity.nodes {
        script.push(Incident::down(from, range.pool, range.first, range.nodes));
        script.extend(to.map(|to| Incident::up(to, range.pool, range.first, range.nodes)));
    }
}

fn rented(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
) -> Vec<PoolId> {
    let rents = |draft: &PoolDraft| draft.pool.is_rented();
    selector::pools(
        context,
        &spec.selector,
        table,
        estate.sites,
        estate.pools,
        rents,
    )
}

fn capacity(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
    (from, to): When,
    script: &mut Vec<Incident>,
) {
    let given = context.span(&spec.notice);
    let instances = spec.instances.value().copied().unwrap_or(0);
    for pool in rented(context, spec, table, estate) {
        let end = to.map(|to| (to, u32::MAX));
        let steps = std::iter::once((from, instances)).chain(end);
        let notice = match &estate.pools[pool.index()].pool.supply {
            crate::model::Supply::Rented(terms) => given.or(terms.reclaim_notice()),
            crate::model::Supply::Owned { .. } => given,
        };
        script.extend(Incident::capacities(pool, notice, steps));
    }
}

fn quota(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
    (from, to): When,
    script: &mut Vec<Incident>,
) {
    let Some((&gpus, _)) = context.required(&spec.gpus, table, "the new quota", "gpus = 64") else {
        return;
    };
    for pool in rented(context, spec, table, estate) {
        let usual = match &estate.pools[pool.index()].pool.supply {
            crate::model::Supply::Rented(terms) => terms.quota,
            crate::model::Supply::Owned { .. } => None,
        };
        let mut change = |at, gpus| {
            script.push(Incident {
                at,
                turn: Turn::Terms,
                what: Happening::Quota { pool, gpus },
            });
        };
        change(from, Some(gpus));
        if let Some(to) = to {
            change(to, usual);
        }
    }
}
