//! `[[failover.trigger]]`: what sets a failover off.

use crate::model::ServiceKind;
use crate::model::failover::{Level, Signal, Trigger};
use crate::scenario::{Origin, TriggerKind, TriggerSpec};
use crate::units::{LinkId, OutletId, PoolId, SiteId, Span, parse_price};

use super::context::Context;
use super::failovers::Known;
use super::selector;
use super::signals;

/// How long what our own decisions change must last, unless given: without that it could be told and taken back at one
/// instant.
const LASTING: Span = Span(5 * 60_000);

/// One trigger.
pub(super) fn read(
    context: &mut Context,
    spec: &TriggerSpec,
    table: Origin,
    known: Known<'_>,
) -> Option<Trigger> {
    let example = "on = \"site-lost\" (or region-lost, link-down, key-service-out, price-above, price-rise, link-blocked, storage-slow, artifact-failing, artifact-unreadable, no-room, queue-depth, utilisation, memory-use, storage-throughput, link-saturation, budget-burn)";
    let (&on, _) = context.required(&spec.on, table, "what a trigger watches", example)?;
    misplaced(context, spec, on);
    let signal = match on {
        TriggerKind::SiteLost => Signal::Lost(by_site(&meant(context, spec, table, known), known)),
        TriggerKind::RegionLost => Signal::Lost(vec![meant(context, spec, table, known)]),
        TriggerKind::LinkDown => Signal::LinkDown(links(context, spec, table, known)?),
        TriggerKind::KeyServiceOut => Signal::ServiceOut(outlets(context, spec, table, known)),
        TriggerKind::PriceAbove => {
            let example = "price = \"4 USD/GPU-h\"";
            context.required(&spec.price, table, "the price", example)?;
            let currency = context.currency;
            let price = context.quantity(&spec.price, |text| parse_price(text, currency))?;
            let until = context.quantity(&spec.until_price, |text| parse_price(text, currency));
            let level = level(
                context,
                (price.0, until.map(|price| price.0)),
                spec.until_price.origin(),
            );
            Signal::PriceAbove(meant(context, spec, table, known), level)
        }
        TriggerKind::PriceRise => {
            let pools = meant(context, spec, table, known);
            Signal::PriceRise(pools, signals::rise(context, spec, table)?)
        }
        TriggerKind::LinkBlocked => signals::blocked(context, spec, table, known)?,
        TriggerKind::StorageSlow => signals::slow(context, spec, table, known)?,
        TriggerKind::ArtifactFailing => {
            context.required(&spec.jobs, table, "how many jobs failed", "jobs = 3")?;
            let jobs = context.count(&spec.jobs, 1_000_000)?;
            let sites = signals::sites(context, spec, table, known);
            Signal::ArtifactFailing(sites, jobs as u32)
        }
        TriggerKind::ArtifactUnreadable => {
            Signal::ArtifactUnreadable(signals::sites(context, spec, table, known))
        }
        TriggerKind::NoRoom => {
            let example = "longer_than = \"2 h\"";
            context.required(
                &spec.longer_than,
                table,
                "how long there is no room",
                example,
            )?;
            Signal::NoRoom(context.positive_span(&spec.longer_than)?)
        }
        _ => measured(context, (spec, table), known, on)?,
    };
    Some(Trigger {
        lasting: lasting(context, spec, &signal),
        delay: context.span(&spec.delay).unwrap_or(Span::ZERO),
        signal,
    })
}

/// What is measured, and changes with what is decided.
fn measured(
    context: &mut Context,
    (spec, table): (&TriggerSpec, Origin),
    known: Known<'_>,
    on: TriggerKind,
) -> Option<Signal> {
    let signal = match on {
        TriggerKind::QueueDepth => {
            context.required(&spec.jobs, table, "how many jobs", "jobs = 50")?;
            let jobs = context.count(&spec.jobs, u64::MAX)?;
            let until = spec.until_jobs.value().copied();
            Signal::QueueDepth(level(context, (jobs, until), spec.until_jobs.origin()))
        }
        TriggerKind::Utilisation => {
            let share = share(context, spec, table)?;
            Signal::Utilisation(meant(context, spec, table, known), share)
        }
        TriggerKind::LinkSaturation => {
            let share = share(context, spec, table)?;
            Signal::LinkSaturation(links(context, spec, table, known)?, share)
        }
        TriggerKind::MemoryUse => {
            let level = share(context, spec, table)?;
            signals::memory(context, (spec, table), known, level)
        }
        TriggerKind::StorageThroughput => {
            let level = share(context, spec, table)?;
            signals::throughput(context, (spec, table), known, level)?
        }
        TriggerKind::BudgetBurn => {
            let share = share(context, spec, table)?;
            Signal::BudgetBurn(budget(context, spec, table, known)?, share)
        }
        _ => return None,
    };
    Some(signal)
}

/// A level and where it is over, which must lie below it.
pub(super) fn level(
    context: &mut Context,
    (above, clear): (u64, Option<u64>),
    at: Option<Origin>,
) -> Level {
    if let (Some(clear), Some(origin)) = (clear, at)
        && above <= clear
    {
        let message = "it would be over before it began";
        context.fault(origin, message, "write less than what sets it off");
    }
    clear.map_or(Level::at_least(above), |clear| Level { above, clear })
}

/// A share in millionths, and where it is over.
fn share(context: &mut Context, spec: &TriggerSpec, table: Origin) -> Option<Level> {
    context.required(&spec.share, table, "which share", "share = 0.9")?;
    let millionths = |share: f64| (share * 1e6).round() as u64;
    let above = context
        .number(&spec.share, 0.000_001, 10.0)
        .map(millionths)?;
    let clear = context.number(&spec.until_share, 0.0, 10.0).map(millionths);
    Some(level(context, (above, clear), spec.until_share.origin()))
}

fn budget(
    context: &mut Context,
    spec: &TriggerSpec,
    table: Origin,
    known: Known<'_>,
) -> Option<u16> {
    let example = "budget = \"…\"";
    let (name, origin) = context.required(&spec.budget, table, "which budget", example)?;
    let names: Vec<&str> = known
        .budgets
        .all
        .iter()
        .map(|budget| budget.name.as_str())
        .collect();
    let found = names.iter().position(|known| known == name);
    if found.is_none() {
        context.unknown(origin, "budget", name, &names);
    }
    found.map(|place| place as u16)
}

/// How long it must be so: a while, where what is done about it changes it.
fn lasting(context: &mut Context, spec: &TriggerSpec, signal: &Signal) -> Span {
    let own = matches!(
        signal,
        Signal::NoRoom(_)
            | Signal::QueueDepth(_)
            | Signal::Utilisation(..)
            | Signal::MemoryUse(..)
            | Signal::LinkSaturation(..)
            | Signal::StorageThroughput(..)
            | Signal::BudgetBurn(..)
    );
    if !own {
        return context.span(&spec.lasting).unwrap_or(Span::ZERO);
    }
    let Some((_, origin)) = spec.lasting.here() else {
        context.note_default(
            "failover: how long there is no room before it counts",
            "5 min",
        );
        return LASTING;
    };
    let span = context.span(&spec.lasting).unwrap_or(LASTING);
    if span < Span::MINUTE {
        let message = "what our own decisions change must last for a minute at least";
        context.fault(origin, message, "write for = \"5 min\"");
    }
    span
}

/// Words that mean nothing for what is watched.
fn misplaced(context: &mut Context, spec: &TriggerSpec, on: TriggerKind) {
    use TriggerKind as K;
    const WHERE: &[TriggerKind] = &[
        TriggerKind::SiteLost,
        TriggerKind::RegionLost,
        TriggerKind::PriceAbove,
        TriggerKind::KeyServiceOut,
        TriggerKind::Utilisation,
        TriggerKind::MemoryUse,
        TriggerKind::PriceRise,
        TriggerKind::ArtifactFailing,
        TriggerKind::ArtifactUnreadable,
    ];
    // The first is told by a share, and over as soon as it is above; the others by shares that are reached.
    const SHARE: &[TriggerKind] = &[
        TriggerKind::StorageSlow,
        TriggerKind::Utilisation,
        TriggerKind::MemoryUse,
        TriggerKind::StorageThroughput,
        TriggerKind::LinkSaturation,
        TriggerKind::BudgetBurn,
    ];
    let fields: &[(Option<Origin>, &str, &[K])] = &[
        (spec.selector.origin(), "where", WHERE),
        (
            spec.links.origin(),
            "links",
            &[K::LinkDown, K::LinkSaturation, K::LinkBlocked],
        ),
        (spec.used_for.origin(), "use", &[K::LinkBlocked]),
        (
            spec.storages.origin(),
            "storages",
            &[K::StorageSlow, K::StorageThroughput],
        ),
        (spec.times.origin(), "times", &[K::PriceRise]),
        (spec.until_times.origin(), "until_times", &[K::PriceRise]),
        (
            spec.jobs.origin(),
            "jobs",
            &[K::QueueDepth, K::ArtifactFailing],
        ),
        (spec.until_jobs.origin(), "until_jobs", &[K::QueueDepth]),
        (spec.share.origin(), "share", SHARE),
        (spec.until_share.origin(), "until_share", &SHARE[1..]),
        (spec.budget.origin(), "budget", &[K::BudgetBurn]),
        (spec.until_price.origin(), "until_price", &[K::PriceAbove]),
        (spec.services.origin(), "services", &[K::KeyServiceOut]),
        (spec.price.origin(), "price", &[K::PriceAbove]),
        (spec.longer_than.origin(), "longer_than", &[K::NoRoom]),
    ];
    for &(field, word, kinds) in fields {
        if let Some(origin) = field.filter(|_| !kinds.contains(&on)) {
            let message = format!("`{word}` means nothing here");
            context.fault(origin, message, "leave it out");
        }
    }
}

pub(super) fn meant(
    context: &mut Context,
    spec: &TriggerSpec,
    table: Origin,
    known: Known<'_>,
) -> Vec<PoolId> {
    selector::pools(
        context,
        &spec.selector,
        table,
        known.sites,
        known.pools,
        |_| true,
    )
}

fn by_site(pools: &[PoolId], known: Known<'_>) -> Vec<Vec<PoolId>> {
    let site = |pool: PoolId| known.pools[pool.index()].pool.site;
    let mut sites: Vec<SiteId> = pools.iter().map(|&pool| site(pool)).collect();
    sites.sort_unstable();
    sites.dedup();
    let of = |at: SiteId| pools.iter().copied().filter(move |&pool| site(pool) == at);
    sites.into_iter().map(|at| of(at).collect()).collect()
}

fn links(
    context: &mut Context,
    spec: &TriggerSpec,
    table: Origin,
    known: Known<'_>,
) -> Option<Vec<LinkId>> {
    context.required(&spec.links, table, "which links", "links = [\"…\"]")?;
    let all = &known.network.links;
    let mut names: Vec<&str> = all.iter().map(|link| link.name.as_str()).collect();
    names.dedup();
    let named = selector::names(context, &spec.links, "link", &names)?;
    let ids = (0..all.len()).map(LinkId::from);
    let found = ids.filter(|id| named.contains(&all[id.index()].name));
    Some(found.collect())
}

fn outlets(
    context: &mut Context,
    spec: &TriggerSpec,
    table: Origin,
    known: Known<'_>,
) -> Vec<OutletId> {
    let services = known.services;
    let is_key = |id: OutletId| services.service_of(id).kind == ServiceKind::Key;
    let keys = services
        .list
        .iter()
        .filter(|service| service.kind == ServiceKind::Key);
    let names: Vec<&str> = keys.map(|service| service.name.as_str()).collect();
    let named = selector::names(context, &spec.services, "key service", &names);
    let sites: Option<Vec<SiteId>> = spec.selector.here().map(|_| {
        let pools = meant(context, spec, table, known);
        let site = |pool: PoolId| known.pools[pool.index()].pool.site;
        pools.into_iter().map(site).collect()
    });
    let ids = (0..services.outlets.len()).map(OutletId::from);
    let meant = |&id: &OutletId| {
        let named = named.as_ref();
        is_key(id)
            && named.is_none_or(|names| names.contains(&services.service_of(id).name))
            && sites
                .as_ref()
                .is_none_or(|sites| sites.contains(&services.outlet(id).site))
    };
    let found: Vec<OutletId> = ids.filter(meant).collect();
    if found.is_empty() && context.problems.is_empty() {
        let fix = "add a [[key_service]], or name one that serves these sites";
        context.fault(table, "no key service is meant here", fix);
    }
    found
}

/// The pools that a trigger is about.
pub(super) fn pools(trigger: &Trigger, known: Known<'_>) -> Vec<PoolId> {
    match &trigger.signal {
        Signal::Lost(groups) => groups.iter().flatten().copied().collect(),
        Signal::PriceAbove(pools, _)
        | Signal::PriceRise(pools, _)
        | Signal::Utilisation(pools, _) => pools.clone(),
        Signal::ServiceOut(outlets) => {
            let sites = outlets.iter().map(|&id| known.services.outlet(id).site);
            at_sites(&sites.collect::<Vec<SiteId>>(), known)
        }
        Signal::MemoryUse(pools, _) => pools.iter().map(|&(pool, _)| pool).collect(),
        Signal::StorageSlow(lanes, _) | Signal::StorageThroughput(lanes, _) => {
            let storages = lanes.iter().filter_map(|&lane| known.network.storage(lane));
            let sites = storages.map(|storage| storage.site);
            at_sites(&sites.collect::<Vec<SiteId>>(), known)
        }
        Signal::ArtifactFailing(sites, _) | Signal::ArtifactUnreadable(sites) => {
            at_sites(sites, known)
        }
        _ => Vec::new(),
    }
}

fn at_sites(sites: &[SiteId], known: Known<'_>) -> Vec<PoolId> {
    let ids = (0..known.pools.len()).map(PoolId::from);
    let there = |pool: &PoolId| sites.contains(&known.pools[pool.index()].pool.site);
    ids.filter(there).collect()
}
