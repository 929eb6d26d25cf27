//! `[[happening]]`: what happens at a given time.

use crate::model::{Entity, Happening, Incident, Market, NodeRange, ServiceKind};
use crate::scenario::{HappeningKind, HappeningSpec, OfferKind, Origin};
use crate::units::{PoolId, SimTime};

use super::artifacts;
use super::blocks;
use super::budgets;
use super::context::Context;
use super::contracts;
use super::gpu_weather;
use super::pools::PoolDraft;
use super::run::instant;
use super::selector;
use super::service_weather;
use super::weather::{Estate, packed};
use super::wire_weather::{self, Wire};

/// A thing that happens at a given time, and its end.
pub(super) fn happening(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
    script: &mut Vec<Incident>,
    market: &mut Market,
) {
    let at = context.required(&spec.at, table, "the time of a happening", "at = \"3 d\"");
    let at =
        at.and_then(|(_, origin)| Some((instant(context, estate.run.epoch, &spec.at)?, origin)));
    let example = "what = \"nodes-down\" (or gpus-down, capacity, quota, budget, price, renewal, residual-value, link, block, storage, \
                   key-service, key-rotation, registry, corrupted-artifact, identity-provider, …)";
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
    misplaced(context, spec, what);
    match what {
        HappeningKind::NodesDown => nodes_down(context, spec, table, estate, when, script),
        HappeningKind::GpusDown => gpu_weather::down(context, spec, table, estate, when, script),
        HappeningKind::Capacity => capacity(context, spec, table, estate, when, script),
        HappeningKind::Quota => quota(context, spec, table, estate, when, script),
        HappeningKind::Budget => budgets::happening(context, spec, table, estate, when, script),
        HappeningKind::Link => {
            wire_weather::slow(context, spec, (Wire::Link, table), estate, when, script);
        }
        HappeningKind::Block => blocks::block(context, spec, table, estate, when, script),
        HappeningKind::Storage => {
            wire_weather::slow(context, spec, (Wire::Storage, table), estate, when, script);
        }
        HappeningKind::KeyService => {
            let kind = (ServiceKind::Key, table);
            service_weather::out(context, spec, kind, estate, when, script);
        }
        HappeningKind::Registry => {
            let kind = (ServiceKind::Registry, table);
            service_weather::out(context, spec, kind, estate, when, script);
        }
        HappeningKind::IdentityProvider
        | HappeningKind::FederationCut
        | HappeningKind::CertificateExpired
        | HappeningKind::CredentialRotation
        | HappeningKind::CredentialsRevoked => {
            service_weather::identity(context, spec, (what, table), estate, when, script);
        }
        HappeningKind::CorruptedArtifact => {
            artifacts::corrupted(context, spec, table, estate, from, script);
        }
        HappeningKind::KeyRotation => {
            let kind = (ServiceKind::Key, table);
            service_weather::rotation(context, spec, kind, estate, when, script);
        }
        HappeningKind::Price => price(context, spec, table, estate, when, &mut market.surcharges),
        HappeningKind::Renewal => {
            let contracts = &mut market.contracts;
            contracts::renewals(context, spec, table, estate, when, contracts);
        }
        HappeningKind::ResidualValue => {
            let contracts = &mut market.contracts;
            contracts::residuals(context, spec, table, estate, when, contracts);
        }
    }
}

/// Words that mean nothing for what happens.
fn misplaced(context: &mut Context, spec: &HappeningSpec, what: HappeningKind) {
    use HappeningKind as K;
    const SERVICES: &[HappeningKind] = &[
        HappeningKind::KeyService,
        HappeningKind::KeyRotation,
        HappeningKind::Registry,
        HappeningKind::IdentityProvider,
        HappeningKind::FederationCut,
        HappeningKind::CertificateExpired,
        HappeningKind::CredentialRotation,
        HappeningKind::CredentialsRevoked,
    ];
    const NODES: &[HappeningKind] = &[HappeningKind::NodesDown, HappeningKind::GpusDown];
    const CORRUPTED: &[HappeningKind] = &[HappeningKind::CorruptedArtifact];
    let fields: &[(Option<Origin>, &str, &[K])] = &[
        (spec.first.origin(), "first", NODES),
        (spec.nodes.origin(), "nodes", NODES),
        (spec.node.origin(), "node", &[K::GpusDown]),
        (spec.instances.origin(), "instances", &[K::Capacity]),
        (spec.notice.origin(), "notice", &[K::Capacity]),
        (spec.keeps_held.origin(), "keeps_held", &[K::Capacity]),
        (spec.gpus.origin(), "gpus", &[K::Quota, K::GpusDown]),
        (spec.factor.origin(), "factor", &[K::Price, K::Renewal]),
        (spec.budgets.origin(), "budgets", &[K::Budget]),
        (spec.amount.origin(), "amount", &[K::Budget]),
        (spec.residual.origin(), "residual", &[K::ResidualValue]),
        (spec.links.origin(), "links", &[K::Link, K::Block]),
        (spec.used_for.origin(), "use", &[K::Block]),
        (spec.storages.origin(), "storages", &[K::Storage]),
        (spec.share.origin(), "share", &[K::Link, K::Storage]),
        (spec.services.origin(), "services", SERVICES),
        (spec.artifacts.origin(), "artifacts", CORRUPTED),
        (spec.fails_after.origin(), "fails_after", CORRUPTED),
        (spec.detected_after.origin(), "detected_after", CORRUPTED),
        (spec.rollback.origin(), "rollback", CORRUPTED),
        (spec.voids_cache.origin(), "voids_cache", &[K::KeyService]),
    ];
    for &(field, word, kinds) in fields {
        if let Some(origin) = field.filter(|_| !kinds.contains(&what)) {
            context.fault(
                origin,
                format!("`{word}` means nothing here"),
                "leave it out",
            );
        }
    }
}

pub(super) type When = (SimTime, Option<SimTime>);

fn nodes_down(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
    (from, to): When,
    script: &mut Vec<Incident>,
) {
    for range in ranges(context, spec, table, estate).unwrap_or_default() {
        script.push(Incident::down(from, range.pool, range.first, range.nodes));
        script.extend(to.map(|to| Incident::up(to, range.pool, range.first, range.nodes)));
    }
}

/// The nodes that a happening befalls: those of groups, or the same of each pool.
pub(super) fn ranges(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
) -> Option<Vec<NodeRange>> {
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
        let kept = spec.keeps_held.value() == Some(&true);
        let notice = match &estate.pools[pool.index()].pool.supply {
            crate::model::Supply::Rented(terms) => given.or(terms.reclaim_notice()),
            crate::model::Supply::Owned { .. } => given,
        };
        let notice = notice.filter(|_| !kept);
        script.extend(Incident::capacities(pool, notice, steps));
    }
}

/// What happenings multiply the price of a pool by, from each instant on, in millionths.
type Surcharges = Vec<(PoolId, Vec<(SimTime, u64)>)>;

fn price(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
    (from, to): When,
    surcharges: &mut Surcharges,
) {
    let example = "factor = 1.15";
    if context
        .required(
            &spec.factor,
            table,
            "what the price is multiplied by",
            example,
        )
        .is_none()
    {
        return;
    }
    let Some(factor) = context.number(&spec.factor, 0.0, 1000.0) else {
        return;
    };
    let millionths = (factor * 1e6).round() as u64;
    let able =
        |draft: &PoolDraft| draft.pool.is_rented() || draft.offer == OfferKind::CapacityBlock;
    let (sites, pools) = (estate.sites, estate.pools);
    for pool in selector::pools(context, &spec.selector, table, sites, pools, able) {
        if let Some(term) = pools[pool.index()].pool.term() {
            // A block is bought at its beginning, for the price of that instant.
            if from <= term.from && to.is_none_or(|to| term.from < to) {
                surcharges.push((pool, vec![(SimTime::ZERO, millionths)]));
            }
            continue;
        }
        let mut steps = vec![(from, millionths)];
        if from > SimTime::ZERO {
            steps.insert(0, (SimTime::ZERO, 1_000_000));
        }
        steps.extend(to.map(|to| (to, 1_000_000)));
        surcharges.push((pool, steps));
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
        let passes = to.is_some();
        let change = Happening::Quota { pool, gpus, passes };
        script.push(Incident::terms(from, change));
        script.extend(to.map(|to| Incident::terms(to, Happening::QuotaOver { pool, gpus })));
    }
}
