//! `[[failure]]`: what fails and is repaired by law, or was recorded.

use crate::model::{Entity, Failure, Incident, NodeRange, Shop, Times, Weather};
use crate::process::{Faults, InfantMortality, Law, Lemons, Renewal, RenewalStart};
use crate::scenario::{FailureSpec, FailureUnit, NodeAnswer, Origin};
use crate::units::{PoolId, SiteId, Span};

use super::context::Context;
use super::gpu_weather;
use super::groups::Group;
use super::laws;
use super::outages;
use super::pools::PoolDraft;
use super::selector;
use super::service_weather;
use super::weather::{Estate, packed};
use super::wire_weather;
use super::zone_weather;

/// Most things that fail on their own.
pub(super) const ENTITIES_MAX: usize = 2_000_000;

pub(super) fn failure(
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
    if let Some((FailureUnit::Instance, _)) = of {
        return zone_weather::instances(context, spec, table, estate, name, weather);
    }
    let up = laws::required(
        context,
        &spec.up,
        table,
        "the time up",
        "up = { mean = \"250 d\" }",
    );
    let example = "down = { median = \"2 h\", p95 = \"10 h\" }";
    let down = laws::required(context, &spec.down, table, "the time down", example);
    let ((&of, of_at), up, down) = (of?, up?, down?);
    if let Some(wire) = wire_weather::wire_of(of) {
        let times = times(context, spec, table, up, down)?;
        let found = wire_weather::failure(context, spec, (wire, of_at), estate, name, times);
        weather.cuts.extend(found);
        return Some(());
    }
    if let Some(kind) = service_weather::kind_of(of) {
        let times = times(context, spec, table, up, down)?;
        let found = service_weather::failure(context, spec, (kind, of_at), estate, name, times);
        weather.outages.extend(found);
        return Some(());
    }
    of_nodes(
        context,
        spec,
        table,
        (of, of_at, up, down),
        estate,
        name,
        weather,
    )
}

/// Nodes that fail by law, alone or together.
fn of_nodes(
    context: &mut Context,
    spec: &FailureSpec,
    table: Origin,
    (of, of_at, up, down): (FailureUnit, Origin, Law, Law),
    estate: &Estate<'_>,
    name: Option<String>,
    weather: &mut Weather,
) -> Option<()> {
    if let Some(origin) = spec.services.origin() {
        let fix = "write of = \"key-service\"";
        context.fault(origin, "`services` means nothing here", fix);
    }
    let (sites, pools) = (estate.sites, estate.pools);
    let zones = matches!(of, FailureUnit::Region | FailureUnit::Provider);
    let able = |draft: &PoolDraft| zones || !draft.pool.is_rented();
    let pools = selector::pools(context, &spec.selector, table, sites, pools, able);
    if let Some(origin) = spec.links.origin() {
        context.fault(origin, "`links` means nothing here", "write of = \"link\"");
    }
    if of != FailureUnit::Rack
        && let Some(origin) = spec.nodes.origin()
    {
        context.fault(
            origin,
            "only a rack has a number of nodes",
            "write of = \"rack\", or leave `nodes` out",
        );
    }
    if of == FailureUnit::Gpu {
        let whose = format!("failure `{}`", name.as_deref().unwrap_or_default());
        let answer = gpu_weather::answer(context, &spec.node, &whose);
        if answer != NodeAnswer::Stops {
            let times = times(context, spec, table, up, down)?;
            let failure = (name, times, answer == NodeAnswer::Drains);
            gpu_weather::failure(context, spec, of_at, (estate, &pools), failure, weather);
            return Some(());
        }
    } else if let Some(origin) = spec.node.origin() {
        let fix = "write of = \"gpu\", or leave `node` out";
        context.fault(origin, "only a GPU leaves its node a choice", fix);
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
    if let Some((&of, origin)) = spec.of.here()
        && let Some(kind) = service_weather::kind_of(of)
    {
        let kind = (kind, origin);
        return service_weather::recorded(context, spec, (path, at), kind, estate, script);
    }
    if let Some((&of, origin)) = spec.of.here()
        && let Some(wire) = wire_weather::wire_of(of)
    {
        let wire = (wire, origin);
        return wire_weather::recorded(context, spec, (path, at), wire, estate, script);
    }
    drawn_words(context, spec);
    for (field, word) in [
        (spec.of.origin(), "of"),
        (spec.services.origin(), "services"),
    ] {
        no_law(context, field, word);
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
    let nodes: Vec<(PoolId, u32)> = chosen
        .iter()
        .flat_map(|&pool| (0..pools[pool.index()].pool.nodes).map(move |node| (pool, node)))
        .collect();
    let things = (nodes.len(), "nodes");
    for (index, from, to) in outages::replay(context, spec, (path, at), estate.run, things)? {
        let (pool, node) = nodes[index];
        script.push(Incident::down(from, pool, node, 1));
        script.push(Incident::up(to, pool, node, 1));
    }
    Some(())
}

/// Words of laws, which mean nothing where outages were recorded.
pub(super) fn drawn_words(context: &mut Context, spec: &FailureSpec) {
    for (field, word) in [
        (spec.up.origin(), "up"),
        (spec.down.origin(), "down"),
        (spec.crews.origin(), "crews"),
        (spec.spares.origin(), "spares"),
        (spec.new.origin(), "new"),
        (spec.node.origin(), "node"),
    ] {
        no_law(context, field, word);
    }
}

fn no_law(context: &mut Context, field: Option<Origin>, word: &str) {
    if let Some(origin) = field {
        let message = format!("`{word}` means nothing where outages were recorded");
        context.fault(origin, message, "leave it out, or `trace`");
    }
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
                );
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

/// The sites of these pools, each with its nodes.
fn sites(estate: &Estate<'_>, pools: &[PoolId]) -> Vec<Entity> {
    let draft = |pool: PoolId| &estate.pools[pool.index()].pool;
    let mut of_site: Vec<_> = pools.iter().map(|&pool| draft(pool).site).collect();
    of_site.sort_unstable();
    of_site.dedup();
    let entity = |site: SiteId| {
        let here = pools.iter().filter(|&&pool| draft(pool).site == site);
        Entity {
            name: estate.sites[site.index()].site.name.clone(),
            nodes: here.map(|&pool| whole(pool, draft(pool).nodes)).collect(),
        }
    };
    of_site.into_iter().map(entity).collect()
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
        FailureUnit::Site => entities.extend(sites(estate, pools)),
        FailureUnit::Region | FailureUnit::Provider => {
            entities = zone_weather::zones(context, spec, (of, of_at), estate, pools)?;
        }
        FailureUnit::Gpu => {
            entities = gpu_weather::with_their_nodes(context, of_at, estate, pools)?;
        }
        // These are no nodes: `network::named`, `service_weather::failure`.
        FailureUnit::Link
        | FailureUnit::Storage
        | FailureUnit::KeyService
        | FailureUnit::Registry
        | FailureUnit::Instance
        | FailureUnit::IdentityProvider => {}
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
