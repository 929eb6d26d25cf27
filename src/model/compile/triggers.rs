//! `[[failover.trigger]]`: what sets a failover off.

use crate::model::ServiceKind;
use crate::model::failover::{Signal, Trigger};
use crate::scenario::{Origin, TriggerKind, TriggerSpec};
use crate::units::{LinkId, OutletId, PoolId, SiteId, Span, parse_price};

use super::context::Context;
use super::failovers::Known;
use super::selector;

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
    let example =
        "on = \"site-lost\" (or region-lost, link-down, key-service-out, price-above, no-room)";
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
            Signal::PriceAbove(meant(context, spec, table, known), price)
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
    };
    Some(Trigger {
        lasting: lasting(context, spec, &signal),
        delay: context.span(&spec.delay).unwrap_or(Span::ZERO),
        signal,
    })
}

/// How long it must be so: a while, where what is done about it changes it.
fn lasting(context: &mut Context, spec: &TriggerSpec, signal: &Signal) -> Span {
    let own = matches!(signal, Signal::NoRoom(_));
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
    const WHERE: &[TriggerKind] = &[K::SiteLost, K::RegionLost, K::PriceAbove, K::KeyServiceOut];
    let fields: [(Option<Origin>, &str, &[K]); 5] = [
        (spec.selector.origin(), "where", WHERE),
        (spec.links.origin(), "links", &[K::LinkDown]),
        (spec.services.origin(), "services", &[K::KeyServiceOut]),
        (spec.price.origin(), "price", &[K::PriceAbove]),
        (spec.longer_than.origin(), "longer_than", &[K::NoRoom]),
    ];
    for (field, word, kinds) in fields {
        if let Some(origin) = field.filter(|_| !kinds.contains(&on)) {
            let message = format!("`{word}` means nothing here");
            context.fault(origin, message, "leave it out");
        }
    }
}

fn meant(
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
        Signal::PriceAbove(pools, _) => pools.clone(),
        Signal::ServiceOut(outlets) => {
            let sites = outlets.iter().map(|&id| known.services.outlet(id).site);
            let sites: Vec<SiteId> = sites.collect();
            let ids = (0..known.pools.len()).map(PoolId::from);
            let there = |pool: &PoolId| sites.contains(&known.pools[pool.index()].pool.site);
            ids.filter(there).collect()
        }
        Signal::LinkDown(_) | Signal::NoRoom(_) => Vec::new(),
    }
}
