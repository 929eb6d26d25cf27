//! `offer = { … }`: what capacity costs and how it comes.

use crate::model::{Boot, OnDemand, PriceSteps};
use crate::scenario::{Given, OfferKind, OfferSpec, Origin};
use crate::units::{Epoch, Price, SimTime, Span, parse_price};

use super::context::Context;
use super::price_file;
use super::run::instant;
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

/// The price of capacity that is paid for throughout.
pub(super) fn owned(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
    kind: OfferKind,
) -> Option<Price> {
    for (field, key) in [
        (offer.prices.origin(), "prices"),
        (offer.steps.origin(), "steps"),
        (offer.quota.origin(), "quota"),
        (offer.provisioning.origin(), "provisioning"),
        (offer.provisioning_p95.origin(), "provisioning_p95"),
        (offer.minimum.origin(), "minimum"),
        (offer.increment.origin(), "increment"),
        (offer.idle_release.origin(), "idle_release"),
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
    let currency = context.currency;
    let price = context.quantity(&offer.price, |text| parse_price(text, currency));
    match (offer.tco.here(), offer.price.is_absent()) {
        (Some((_, origin)), false) => {
            context.fault(
                origin,
                "both `tco` and `price` are given",
                "keep one of them",
            );
            None
        }
        (Some((_, origin)), true) if kind == OfferKind::Hosted => {
            context.fault(
                origin,
                "a hosted pool has a price by contract",
                "write price = \"…\"",
            );
            None
        }
        (Some((name, origin)), true) => {
            let what = format!("pool {}", terms.name);
            tco::find(context, terms.records, name, origin, &what)
        }
        (None, false) => price,
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

/// The terms of an on-demand offer, and how many instances its quota allows.
pub(super) fn on_demand(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
    nodes: Option<u32>,
) -> Option<(OnDemand, u32)> {
    if let Some(origin) = offer.tco.origin() {
        context.fault(
            origin,
            "rented capacity has no cost of owning",
            "write price = \"…\"",
        );
    }
    let prices = prices(context, offer, at, terms);
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
    let idle_release = span(&offer.idle_release, "idle_release", Span(600_000), "10 min");
    let (quota, instances) = quota?;
    let on_demand = OnDemand {
        prices: prices?,
        quota: Some(quota),
        boot,
        minimum,
        // An increment of zero is none: charges to the millisecond.
        increment: Span(increment.0.max(1)),
        idle_release,
    };
    Some((on_demand, instances))
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
                "the quota of an on-demand offer",
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

fn prices(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
) -> Option<PriceSteps> {
    let currency = context.currency;
    let price = context.quantity(&offer.price, |text| parse_price(text, currency));
    let mut steps: Vec<(i64, Price, Origin)> = Vec::new();
    for (step, table) in offer.steps.items() {
        let from = context.required(&step.from, table, "the time of a price", "from = \"3 d\"");
        let from = from.and_then(|_| instant(context, terms.epoch, &step.from));
        let price = context.required(&step.price, table, "a price", "price = \"3.10 USD/GPU-h\"");
        let price =
            price.and_then(|_| context.quantity(&step.price, |text| parse_price(text, currency)));
        if let (Some(from), Some(price)) = (from, price) {
            steps.push((from, price, table));
        }
    }
    if let Some((path, origin)) = offer.prices.here() {
        if let Some(other) = offer.steps.origin() {
            context.fault(
                other,
                "both `steps` and `prices` are given",
                "keep one of them",
            );
        }
        price_file::read(context, path, origin, terms.epoch, &mut steps);
    }
    if !offer.price.is_absent() {
        let origin = offer.price.origin().unwrap_or(at);
        // The published price holds until the first step.
        steps.extend(price.map(|price| (i64::MIN, price, origin)));
    } else if steps.is_empty() && offer.steps.is_absent() && offer.prices.is_absent() {
        steps.push((i64::MIN, list_price(context, at, terms)?, at));
    }
    joined(context, steps, at)
}

/// The price of the catalog.
fn list_price(context: &mut Context, at: Origin, terms: &Terms<'_>) -> Option<Price> {
    let Some(region) = terms.place.region else {
        let fix = "add price = \"3.50 USD/GPU-h\", or `catalog` to its site";
        context.fault(at, "the price of this offer is missing", fix);
        return None;
    };
    let Some(offer) = region.offer(terms.gpu) else {
        let has: Vec<&str> = region
            .offers
            .iter()
            .map(|offer| offer.gpu.as_str())
            .collect();
        let message = format!(
            "the catalog has no price for {} at {}",
            terms.gpu, region.id
        );
        context.fault(
            at,
            message,
            format!("it has {}; or add price = \"…\"", has.join(", ")),
        );
        return None;
    };
    if context.currency.code() != context.catalog.currency() {
        let fix = "add price = \"…\" in the scenario's currency";
        context.fault(at, "prices of the catalog are in USD", fix);
        return None;
    }
    let value = format!("{} USD/GPU-h", offer.price.value.as_units());
    context.note_catalog(format!("pool {}: price", terms.name), value, &offer.price);
    Some(offer.price.value)
}

/// Steps in order of time, with what held at the start as the first.
fn joined(
    context: &mut Context,
    mut steps: Vec<(i64, Price, Origin)>,
    at: Origin,
) -> Option<PriceSteps> {
    steps.sort_by_key(|step| step.0);
    for pair in steps.windows(2) {
        if pair[0].0 == pair[1].0 {
            context.fault(
                pair[1].2,
                "two prices begin at the same instant",
                "keep one of them",
            );
            return None;
        }
    }
    let first = steps.first()?;
    if 0 < first.0 {
        let fix = "add price = \"…\", or a step at or before the start";
        context.fault(first.2, "no price holds at the start", fix);
        return None;
    }
    let started = steps.partition_point(|step| step.0 <= 0) - 1;
    let mut kept = vec![(SimTime::ZERO, steps[started].1)];
    kept.extend(
        steps[started + 1..]
            .iter()
            .map(|step| (SimTime(step.0 as u64), step.1)),
    );
    let joined = PriceSteps::new(&kept);
    if joined.is_none() {
        context.fault(
            at,
            "these prices are out of order",
            "give each a later time",
        );
    }
    joined
}
