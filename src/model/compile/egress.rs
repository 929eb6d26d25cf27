//! `egress = …`: what data that leaves a site costs, and who counts it.

use crate::catalog::Region;
use crate::model::SiteKind;
use crate::scenario::{EgressSpec, Given, Origin, SiteSpec};
use crate::units::{
    ByteBand, BytePrice, ByteTariff, Bytes, Currency, ProviderId, parse_byte_price, parse_bytes,
};

use super::context::Context;

/// Dearer than this per gigabyte is a slip of the hand, and amounts stay within what is counted exactly.
const PRICE_MAX: BytePrice = BytePrice(1_000_000_000_000);

/// Providers by name; a site without one counts alone.
#[derive(Debug, Default)]
pub(super) struct Providers {
    names: Vec<Option<String>>,
}

/// Who runs a site, where that has a name.
pub(super) fn provider_of(spec: &SiteSpec, region: Option<&Region>) -> Option<String> {
    let own = spec.provider.value().cloned();
    own.or_else(|| region.map(|region| region.provider.clone()))
}

impl Providers {
    pub(super) fn of(&mut self, spec: &SiteSpec, region: Option<&Region>) -> ProviderId {
        let name = provider_of(spec, region);
        let known = name
            .is_some()
            .then(|| self.names.iter().position(|other| *other == name));
        ProviderId::from(known.flatten().unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        }))
    }
}

pub(super) fn read(
    context: &mut Context,
    spec: &SiteSpec,
    region: Option<&'static Region>,
    name: &str,
    kind: SiteKind,
) -> ByteTariff {
    let own = match spec.egress.here() {
        Some((EgressSpec::Flat(text), origin)) => {
            price(context, &Given::Here(text.clone(), origin)).map(ByteTariff::flat)
        }
        Some((EgressSpec::Bands(_), origin)) => bands(context, spec, origin),
        None => None,
    };
    if let Some(own) = own {
        return own;
    }
    let what = format!("site {name}: egress");
    match region {
        // Other currencies are reported where the region's price is taken.
        Some(region) if context.currency.code() == context.catalog.currency() => {
            let tariff = region.egress.value.clone();
            context.note_catalog(what, words(&tariff, context.currency), &region.egress);
            tariff
        }
        _ => {
            if kind == SiteKind::Gpuaas && spec.egress.is_absent() {
                context.note_default(what, "free");
            }
            ByteTariff::flat(BytePrice(0))
        }
    }
}

fn bands(context: &mut Context, spec: &SiteSpec, origin: Origin) -> Option<ByteTariff> {
    let Some(EgressSpec::Bands(written)) = spec.egress.value() else {
        return None;
    };
    let mut bands = Vec::new();
    for (index, item) in written.iter().enumerate() {
        let (band, at) = item.here()?;
        let is_last = index + 1 == written.len();
        if band.price.is_absent() {
            context.fault(
                at,
                "the price of a band is missing",
                "add price = \"0.09 USD/GB\"",
            );
        }
        if !is_last && band.up_to.is_absent() {
            let fix = "only the last band may be without an end; add up_to = \"10 TB\"";
            context.fault(at, "the end of a band is missing", fix);
        }
        let price = price(context, &band.price);
        let up_to = context.quantity(&band.up_to, parse_bytes);
        if let (Some(_), Some(origin), true) = (up_to, band.up_to.origin(), is_last) {
            let fix = "leave `up_to` out of the last band, or add one more for what follows";
            context.fault(origin, "no price holds beyond this band", fix);
        }
        let up_to = up_to.or(is_last.then_some(Bytes(u64::MAX)));
        bands.push(ByteBand {
            up_to: up_to?,
            price: price?,
        });
    }
    let tariff = ByteTariff::new(bands);
    if tariff.is_none() {
        let fix = "order them by `up_to`, each above the one before";
        context.fault(
            origin,
            "these bands of egress are empty or out of order",
            fix,
        );
    }
    tariff
}

fn price(context: &mut Context, field: &Given<String>) -> Option<BytePrice> {
    let currency = context.currency;
    let price = context.quantity(field, |text| parse_byte_price(text, currency))?;
    if PRICE_MAX < price {
        let origin = field.origin().unwrap_or_default();
        let fix = format!("write at most {} {currency}/GB", PRICE_MAX.0 / 1_000_000);
        context.fault(origin, "this price per gigabyte is out of range", fix);
        return None;
    }
    Some(price)
}

/// A tariff in words: `0.12 USD/GB to 1 TB, then 0.11 USD/GB to 10 TB, then 0.08 USD/GB`.
fn words(tariff: &ByteTariff, currency: Currency) -> String {
    let bands = tariff.bands().iter().map(|band| {
        let price = format!("{} {currency}/GB", band.price.0 as f64 / 1e6);
        match band.up_to {
            Bytes(u64::MAX) => price,
            Bytes(up_to) => format!("{price} to {} TB", up_to as f64 / 1e12),
        }
    });
    bands.collect::<Vec<_>>().join(", then ")
}
