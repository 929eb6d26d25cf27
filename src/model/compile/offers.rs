//! `offer = { … }`: what capacity costs and how it comes.

use crate::catalog::Tco;
use crate::model::{Boot, RentKind, Rented};
use crate::scenario::{Given, OfferKind, OfferSpec, Origin, ReservedTerm};
use crate::units::{Epoch, Price, Span, parse_price};

use super::context::Context;
use super::prices;
use super::sites::Place;
use super::tco::{self, Record};

/// What an offer needs to know of its pool.
pub(super) struct Terms<'a> {
    pub(super) name: &'a str,
    pub(super) gpu: &'a str,
    pub(super) gpus_per_node: u32,
    pub(super) place: &'a Place,
    pub(super) epoch: Epoch,
    pub(super) records: &'a [Record],
}

/// The standard normal quantile of .95.
const Z95: f64 = 1.644_853_626_951_472_7;

/// What a GPU-hour of capacity costs that is paid for throughout, and what of.
pub(super) struct Standing {
    pub(super) hour: Price,
    pub(super) tco: Option<Tco>,
}

/// The price of capacity that is paid for throughout.
pub(super) fn owned(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
    kind: OfferKind,
) -> Option<Standing> {
    by_the_instance_only(context, offer);
    let currency = context.currency;
    let price = context.quantity(&offer.price, |text| parse_price(text, currency));
    let plain = |hour: Price| Standing { hour, tco: None };
    match (offer.tco.here(), offer.price.is_absent()) {
        (Some((_, origin)), false) => {
            context.fault(
                origin,
                "both `tco` and `price` are given",
                "keep one of them",
            );
            None
        }
        (Some((_, origin)), true) if kind != OfferKind::Owned => {
            context.fault(
                origin,
                "capacity of a provider has a price by contract",
                "write price = \"…\"",
            );
            None
        }
        (Some((name, origin)), true) => {
            let what = format!("pool {}", terms.name);
            let metered = terms.place.metered;
            let tco = tco::find(context, terms.records, name, origin, &what, metered)?;
            let hour = tco.price()?;
            Some(Standing {
                hour,
                tco: Some(tco),
            })
        }
        (None, false) => {
            if kind == OfferKind::Owned && terms.place.metered {
                let value = "taken to be without power: electricity is paid by the meter";
                context.note_default(format!("pool {}: price", terms.name), value);
            }
            price.map(plain)
        }
        (None, true) if !offer.term.is_absent() && kind == OfferKind::Reserved => {
            reserved(context, offer, at, terms).map(plain)
        }
        (None, true) => {
            if offer.tco.is_absent() {
                let example = "price = \"2.50 USD/GPU-h\" or tco = \"h200-4y\"";
                context.fault(
                    at,
                    "the price of this capacity is missing",
                    format!("add {example}"),
                );
            }
            None
        }
    }
}

/// Words that capacity which is paid for throughout has no use for.
fn by_the_instance_only(context: &mut Context, offer: &OfferSpec) {
    for (field, key) in [
        (offer.prices.origin(), "prices"),
        (offer.steps.origin(), "steps"),
        (offer.quota.origin(), "quota"),
        (offer.provisioning.origin(), "provisioning"),
        (offer.provisioning_p95.origin(), "provisioning_p95"),
        (offer.minimum.origin(), "minimum"),
        (offer.increment.origin(), "increment"),
        (offer.idle_release.origin(), "idle_release"),
        (offer.teardown.origin(), "teardown"),
        (offer.on_demand.origin(), "on_demand"),
        (offer.price_moves.origin(), "price_moves"),
        (offer.market.origin(), "market"),
        (offer.prices_format.origin(), "prices_format"),
        (offer.series.origin(), "series"),
        (offer.prices_from.origin(), "prices_from"),
    ] {
        if let Some(origin) = field {
            let message = format!("`{key}` means nothing for capacity that is paid for throughout");
            context.fault(
                origin,
                message,
                "leave it out, or write kind = \"on-demand\"",
            );
        }
    }
}

/// What is usual for reserved capacity, where no price is given.
fn reserved(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
) -> Option<Price> {
    let (&term, _) = offer.term.here()?;
    let list = prices::list_price(context, at, terms, RentKind::OnDemand, "on-demand price")?;
    let region = terms.place.region?;
    let (share, words) = match term {
        ReservedTerm::OneYear => (&region.reserved_1y, "one year"),
        ReservedTerm::ThreeYears => (&region.reserved_3y, "three years"),
    };
    let price = (u128::from(list.0) * u128::from(share.value) + 500_000) / 1_000_000;
    let what = format!("pool {}: price reserved for {words}", terms.name);
    let part = share.value as f64 / 1e6;
    context.note_catalog(what, format!("{part} of on-demand"), share);
    u64::try_from(price).ok().map(Price)
}

/// The terms of an offer by the instance, and how many instances its quota allows.
pub(super) fn rented(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
    nodes: Option<u32>,
    kind: RentKind,
) -> Option<(Rented, u32)> {
    for (field, word) in [
        (offer.from.origin(), "from"),
        (offer.until.origin(), "until"),
        (offer.term.origin(), "term"),
    ] {
        if let Some(origin) = field {
            let fix = "leave it out, or write kind = \"reserved\"";
            let message = format!("`{word}` means nothing for capacity by the instance");
            context.fault(origin, message, fix);
        }
    }
    if let Some(origin) = offer.tco.origin() {
        context.fault(
            origin,
            "rented capacity has no cost of owning",
            "write price = \"…\"",
        );
    }
    let prices = prices::read(context, offer, at, terms, kind);
    let notice = notice(context, offer, terms, kind);
    let quota = quota(context, offer, at, terms, nodes);
    let boot = boot(context, offer, terms);
    let mut span = |field: &Given<String>, key: &str, default: Span, words: &str| {
        let read = context.span(field);
        if field.is_absent() {
            context.note_default(format!("pool {}: {key}", terms.name), words);
        }
        read.unwrap_or(default)
    };
    let minimum = span(&offer.minimum, "minimum", Span::MINUTE, "1 min");
    let increment = span(&offer.increment, "increment", Span::SECOND, "1 s");
    let (usual, words) = match kind {
        RentKind::OnDemand => (Span(600_000), "10 min"),
        RentKind::Spot => (Span::ZERO, "none: given back at once"),
    };
    let idle_release = span(&offer.idle_release, "idle_release", usual, words);
    let teardown = span(&offer.teardown, "teardown", Span::ZERO, "none");
    let (quota, instances) = quota?;
    let rented = Rented {
        kind,
        notice,
        prices: prices?,
        quota: Some(quota),
        boot,
        minimum,
        // An increment of zero is none: charges to the millisecond.
        increment: Span(increment.0.max(1)),
        idle_release,
        teardown,
    };
    Some((rented, instances))
}

/// How long spot instances that are taken back may still be used.
fn notice(context: &mut Context, offer: &OfferSpec, terms: &Terms<'_>, kind: RentKind) -> Span {
    let what = format!("pool {}: notice", terms.name);
    match (kind, offer.notice.here(), terms.place.region) {
        (RentKind::OnDemand, Some((_, origin)), _) => {
            let fix = "leave it out, or write kind = \"spot\"";
            context.fault(origin, "nobody takes on-demand instances back", fix);
            Span::ZERO
        }
        (RentKind::OnDemand, None, _) => Span::ZERO,
        (RentKind::Spot, Some(_), _) => context.span(&offer.notice).unwrap_or_default(),
        (RentKind::Spot, None, Some(region)) if region.notice.is_some() => {
            let notice = region.notice.as_ref();
            notice.map_or(Span::ZERO, |notice| {
                let value = format!("{} s", notice.value.0 / 1000);
                context.note_catalog(what, value, notice);
                notice.value
            })
        }
        (RentKind::Spot, None, _) => {
            if offer.notice.is_absent() {
                context.note_default(what, "none");
            }
            Span::ZERO
        }
    }
}

fn quota(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
    nodes: Option<u32>,
) -> Option<(u64, u32)> {
    let per_node = u64::from(terms.gpus_per_node);
    let most = 1_000_000 * per_node;
    let (quota, origin) = match (offer.quota.here(), nodes, terms.place.region) {
        (Some((_, origin)), _, _) => (context.count(&offer.quota, most)?, origin),
        (None, Some(nodes), _) => (u64::from(nodes) * per_node, at),
        (None, None, Some(region)) if offer.quota.is_absent() => {
            let value = format!("{} GPUs", region.quota.value);
            context.note_catalog(format!("pool {}: quota", terms.name), value, &region.quota);
            (region.quota.value, at)
        }
        _ => {
            context.required(
                &offer.quota,
                at,
                "the quota of an offer by the instance",
                "quota = 128",
            );
            return None;
        }
    };
    if quota < per_node {
        let message = format!("a quota of {quota} GPUs holds no instance of {per_node}");
        context.fault(origin, message, "raise the quota, or lower gpus_per_node");
        return None;
    }
    Some((quota, (quota / per_node) as u32))
}

fn boot(context: &mut Context, offer: &OfferSpec, terms: &Terms<'_>) -> Boot {
    let what = format!("pool {}: provisioning", terms.name);
    let median = context.span(&offer.provisioning);
    let p95 = context.span(&offer.provisioning_p95);
    let (median, p95) = match (median, p95, terms.place.region) {
        (None, None, Some(region)) if offer.provisioning.is_absent() => {
            let minutes = |span: Span| span.0 as f64 / 6e4;
            let (median, p95) = (region.provisioning.value, region.provisioning_p95.value);
            let value = format!("median {} min, p95 {} min", minutes(median), minutes(p95));
            context.note_catalog(what, value, &region.provisioning);
            (median, Some(p95))
        }
        (Some(median), p95, _) => (median, p95),
        (None, _, _) => {
            if offer.provisioning.is_absent() {
                context.note_default(what, "none: instances are up at once");
            }
            (Span::ZERO, None)
        }
    };
    let Some(p95) = p95 else {
        return Boot::Fixed(median);
    };
    if median == Span::ZERO || p95 < median {
        let origin = offer.provisioning_p95.origin().unwrap_or_default();
        let fix = "write provisioning = \"…\" (the median) above zero and at most the p95";
        context.fault(origin, "this p95 contradicts the median", fix);
    }
    if p95 <= median {
        return Boot::Fixed(median);
    }
    // ln X is normal: the median is e^µ, and p95 = e^(µ + 1.645 σ).
    let mu = libm::log(median.0 as f64);
    Boot::LogNormal {
        mu,
        sigma: (libm::log(p95.0 as f64) - mu) / Z95,
    }
}
