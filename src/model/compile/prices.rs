//! The published price of an offer by the instance: one price, steps, or a file.

use crate::catalog::Offer;
use crate::model::{PriceSteps, RentKind};
use crate::scenario::{OfferSpec, Origin};
use crate::units::{Price, SimTime, parse_price};

use super::context::Context;
use super::offers::Terms;
use super::price_file;
use super::recorded_prices;
use super::run::instant;

/// The published price of an offer by the instance, before anything moves it.
pub(super) fn read(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
    kind: RentKind,
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
        if recorded_prices::is_meant(offer) {
            recorded_prices::read(context, offer, (path, origin), terms, &mut steps);
        } else {
            price_file::read(context, path, origin, terms.epoch, &mut steps);
        }
    }
    if !offer.price.is_absent() {
        let origin = offer.price.origin().unwrap_or(at);
        // The published price holds until the first step.
        steps.extend(price.map(|price| (i64::MIN, price, origin)));
    } else if steps.is_empty() && offer.steps.is_absent() && offer.prices.is_absent() {
        steps.push((i64::MIN, list_price(context, at, terms, kind, "price")?, at));
    }
    joined(context, steps, at)
}

/// The price of the catalog.
pub(super) fn list_price(
    context: &mut Context,
    at: Origin,
    terms: &Terms<'_>,
    kind: RentKind,
    what: &str,
) -> Option<Price> {
    let Some(region) = terms.place.region else {
        let fix = "add price = \"3.50 USD/GPU-h\", or `catalog` to its site";
        context.fault(at, "the price of this offer is missing", fix);
        return None;
    };
    let fact = |offer: &'static Offer| match kind {
        RentKind::OnDemand => Some(&offer.price),
        RentKind::Spot => offer.spot.as_ref(),
    };
    let Some(fact) = region.offer(terms.gpu).and_then(fact) else {
        let sold = region.offers.iter().filter(|offer| fact(offer).is_some());
        let has: Vec<&str> = sold.map(|offer| offer.gpu.as_str()).collect();
        let sort = match kind {
            RentKind::OnDemand => "price",
            RentKind::Spot => "spot price",
        };
        let message = format!(
            "the catalog has no {sort} for {} at {}",
            terms.gpu, region.id
        );
        let has = if has.is_empty() {
            "none".to_owned()
        } else {
            has.join(", ")
        };
        context.fault(at, message, format!("it has {has}; or add price = \"…\""));
        return None;
    };
    if context.currency.code() != context.catalog.currency() {
        let fix = "add price = \"…\" in the scenario's currency";
        context.fault(at, "prices of the catalog are in USD", fix);
        return None;
    }
    let value = format!("{} USD/GPU-h", fact.value.as_units());
    context.note_catalog(format!("pool {}: {what}", terms.name), value, fact);
    Some(fact.value)
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
