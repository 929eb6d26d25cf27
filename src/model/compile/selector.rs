//! `where = { … }`: which part of the estate is meant.

use crate::model::SiteKind;
use crate::scenario::{Given, List, OfferKind, Origin, SelectorSpec, SiteKindSpec};
use crate::units::{PoolId, SiteId};

use super::context::Context;
use super::pools::PoolDraft;
use super::sites::Place;
use super::weather::Estate;

/// The pools that match all conditions given; a problem if there are none.
pub(super) fn pools(
    context: &mut Context,
    field: &Given<SelectorSpec>,
    at: Origin,
    sites: &[Place],
    drafts: &[PoolDraft],
    able: impl Fn(&PoolDraft) -> bool,
) -> Vec<PoolId> {
    let empty = SelectorSpec::default();
    let (spec, origin) = field.here().unwrap_or((&empty, at));
    let pool_names: Vec<&str> = drafts.iter().map(|d| d.pool.name.as_str()).collect();
    let site_names: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
    let before = context.problems.len();
    let pools = names(context, &spec.pools, "pool", &pool_names);
    let wanted_sites = names(context, &spec.sites, "site", &site_names);
    places_known(context, spec, sites);
    let matches = |draft: &PoolDraft| {
        let place = &sites[draft.pool.site.index()];
        let offer = |offer: &OfferKind| *offer == draft.offer;
        pools
            .as_ref()
            .is_none_or(|names| names.contains(&draft.pool.name))
            && is_there(spec, wanted_sites.as_deref(), place)
            && spec.offer.value().is_none_or(offer)
            && spec.gpu.value().is_none_or(|gpu| *gpu == draft.pool.gpu)
    };
    let found: Vec<PoolId> = (0..drafts.len())
        .filter(|&index| matches(&drafts[index]) && able(&drafts[index]))
        .map(PoolId::from)
        .collect();
    if found.is_empty() && context.problems.len() == before {
        let fix = "name pools or sites that there are, or widen the conditions";
        context.fault(origin, "nothing in this estate matches", fix);
    }
    found
}

/// The sites that match all conditions given, those of pools through the pools that stand there; a problem if there
/// are none.
pub(super) fn sites(
    context: &mut Context,
    field: &Given<SelectorSpec>,
    at: Origin,
    estate: &Estate<'_>,
) -> Vec<SiteId> {
    sites_among(context, field, at, (estate.sites, estate.pools))
}

/// The same, before all of the estate is known.
pub(super) fn sites_among(
    context: &mut Context,
    field: &Given<SelectorSpec>,
    at: Origin,
    (places, drafts): (&[Place], &[PoolDraft]),
) -> Vec<SiteId> {
    let Some((spec, origin)) = field.here() else {
        return (0..places.len()).map(SiteId::from).collect();
    };
    if let Some(origin) = spec.groups.origin() {
        let fix = "name `sites`, or give their `kind`";
        context.fault(origin, "`groups` means nothing for services", fix);
    }
    let by_pools = [spec.pools.origin(), spec.gpu.origin(), spec.offer.origin()];
    if by_pools.iter().any(Option::is_some) {
        let found = pools(context, field, at, places, drafts, |_| true);
        let site = |pool: PoolId| drafts[pool.index()].pool.site;
        return found.into_iter().map(site).collect();
    }
    let known: Vec<&str> = places
        .iter()
        .map(|place| place.site.name.as_str())
        .collect();
    let before = context.problems.len();
    let wanted = names(context, &spec.sites, "site", &known);
    places_known(context, spec, places);
    let all = (0..places.len()).map(SiteId::from);
    let found: Vec<SiteId> = all
        .filter(|site| is_there(spec, wanted.as_deref(), &places[site.index()]))
        .collect();
    if found.is_empty() && context.problems.len() == before {
        let fix = "name sites that there are, or widen the conditions";
        context.fault(origin, "nothing in this estate matches", fix);
    }
    found
}

/// Whether a place is one of those meant, as far as sites are concerned.
fn is_there(spec: &SelectorSpec, names: Option<&[String]>, place: &Place) -> bool {
    let site = &place.site;
    let is = |wanted: &Given<String>, found: Option<&String>| {
        wanted.value().is_none_or(|wanted| Some(wanted) == found)
    };
    names.is_none_or(|names| names.contains(&site.name))
        && (spec.kind.value()).is_none_or(|&kind| site_kind(kind) == site.kind)
        && is(&spec.jurisdiction, Some(&site.jurisdiction))
        && is(&spec.zone, Some(&site.zone))
        && is(&spec.region, place.lies_in.as_ref())
        && is(&spec.provider, place.provider.as_ref())
}

/// Regions and providers that no site has are slips of the pen: told as such.
fn places_known(context: &mut Context, spec: &SelectorSpec, places: &[Place]) {
    let regions = places.iter().filter_map(|place| place.lies_in.as_deref());
    let providers = places.iter().filter_map(|place| place.provider.as_deref());
    let fields: [(_, _, Vec<&str>); 2] = [
        (&spec.region, "region of a site", regions.collect()),
        (&spec.provider, "provider of a site", providers.collect()),
    ];
    for (field, what, mut known) in fields {
        known.sort_unstable();
        known.dedup();
        if let Some((name, origin)) = field.here()
            && !known.contains(&name.as_str())
        {
            context.unknown(origin, what, name, &known);
        }
    }
}

/// The names of a list, each checked; `None` if there is no list.
pub(super) fn names(
    context: &mut Context,
    list: &List<String>,
    what: &str,
    known: &[&str],
) -> Option<Vec<String>> {
    list.value()?;
    for (name, origin) in list.items() {
        if !known.contains(&name.as_str()) {
            context.unknown(origin, what, name, known);
        }
    }
    Some(list.items().map(|(name, _)| name.clone()).collect())
}

const fn site_kind(kind: SiteKindSpec) -> SiteKind {
    match kind {
        SiteKindSpec::Private => SiteKind::Private,
        SiteKindSpec::Hosted => SiteKind::Hosted,
        SiteKindSpec::Gpuaas => SiteKind::Gpuaas,
        SiteKindSpec::Edge => SiteKind::Edge,
    }
}
