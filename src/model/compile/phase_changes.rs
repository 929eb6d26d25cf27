//! What is otherwise from the beginning of a phase on: rented pools, prices, links, shares of classes.

use crate::model::{Budgets, Change, Finding, Network, Rules, Supply};
use crate::scenario::PhaseSpec;
use crate::units::{LinkId, PoolId};

use super::budgets;
use super::context::Context;
use super::cutovers::Twins;
use super::openings::Doors;
use super::phases::rented;
use super::pools::PoolDraft;
use super::run::Run;
use super::sites::Place;
use super::strategies;

/// What the words of a phase are looked up in.
pub(super) struct Parts<'a> {
    pub(super) run: &'a Run,
    pub(super) pools: &'a [PoolDraft],
    pub(super) network: &'a Network,
    pub(super) sites: &'a [Place],
    pub(super) budgets: &'a Budgets,
    pub(super) rules: &'a Rules,
}

impl<'a> Parts<'a> {
    /// What can be opened and closed.
    pub(super) const fn doors(&self) -> Doors<'a> {
        Doors {
            sites: self.sites,
            pools: self.pools,
            network: self.network,
        }
    }
}

pub(super) fn read(
    context: &mut Context,
    spec: &PhaseSpec,
    parts: &Parts<'_>,
    twins: &Twins,
) -> Vec<Change> {
    let mut changes = Vec::new();
    parts.doors().changes(context, spec, &mut changes);
    quotas(context, spec, parts, &mut changes);
    budgets::changes(context, spec, parts.budgets, &mut changes);
    prices(context, spec, parts, &mut changes);
    links(context, spec, parts, &mut changes);
    let modes = strategies::modes(context, &spec.rules, parts.rules);
    changes.extend(
        modes
            .into_iter()
            .map(|(rule, mode)| Change::Rule { rule, mode }),
    );
    if let Some(name) = spec.name.value()
        && let Some(finding) = (parts.rules.findings).bit(&Finding::Phase(name.clone()))
    {
        let holds = true;
        changes.push(Change::Attributes { finding, holds });
    }
    changes.extend(twins.changes(spec));
    changes
}

/// What a rented pool may hold if nothing else is said.
fn usual_quota(pools: &[PoolDraft], pool: PoolId) -> Option<u64> {
    match &pools[pool.index()].pool.supply {
        Supply::Rented(terms) => terms.quota,
        Supply::Owned { .. } => None,
    }
}

fn quotas(context: &mut Context, spec: &PhaseSpec, parts: &Parts<'_>, changes: &mut Vec<Change>) {
    for (quota, table) in spec.quota.items() {
        let pool = context.required(&quota.pool, table, "the pool of a quota", "pool = \"…\"");
        let pool = pool.and_then(|(name, at)| rented(context, name, at, parts.pools));
        let gpus = context.required(&quota.gpus, table, "the quota", "gpus = 64");
        let (Some(pool), Some((&gpus, at))) = (pool, gpus) else {
            continue;
        };
        let most = usual_quota(parts.pools, pool).unwrap_or(u64::MAX);
        if most < gpus {
            let message = format!("the offer of this pool allows {most} GPUs at most");
            context.fault(
                at,
                message,
                "raise the quota of the offer, and lower it before",
            );
            continue;
        }
        let gpus = Some(gpus);
        changes.push(Change::Quota { pool, gpus });
    }
}

fn prices(context: &mut Context, spec: &PhaseSpec, parts: &Parts<'_>, changes: &mut Vec<Change>) {
    for (price, table) in spec.price.items() {
        let pool = context.required(&price.pool, table, "the pool of a price", "pool = \"…\"");
        let pool = pool.and_then(|(name, at)| rented(context, name, at, parts.pools));
        let what = "what the price is multiplied by";
        context.required(&price.factor, table, what, "factor = 0.8");
        let factor = context.number(&price.factor, 0.0, 1000.0);
        if let (Some(pool), Some(factor)) = (pool, factor) {
            let factor = (factor * 1e6).round() as u64;
            changes.push(Change::Price { pool, factor });
        }
    }
}

fn links(context: &mut Context, spec: &PhaseSpec, parts: &Parts<'_>, changes: &mut Vec<Change>) {
    for (link, table) in spec.link.items() {
        let name = context.required(&link.name, table, "the name of a link", "name = \"…\"");
        let what = "the share of its bandwidth";
        context.required(&link.share, table, what, "share = 0.1");
        let share = context.number(&link.share, 0.0, 1.0);
        let (Some((name, at)), Some(share)) = (name, share) else {
            continue;
        };
        let links = &parts.network.links;
        let both: Vec<LinkId> = (0..links.len())
            .filter(|&index| links[index].name == *name)
            .map(LinkId::from)
            .collect();
        if both.is_empty() {
            let mut known: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
            known.dedup();
            context.unknown(at, "link", name, &known);
        }
        let permille = (share * 1000.0).round() as u32;
        let change = |link| Change::Link { link, permille };
        changes.extend(both.into_iter().map(change));
    }
}
