//! Contracts that are renewed and what hardware is worth at its end: of offers, and as things that happen.

use crate::catalog::Tco;
use crate::model::{Contracts, Owning, Renewal};
use crate::scenario::{OfferKind, OfferSpec};
use crate::units::{PoolId, SimTime, parse_price};

use super::context::Context;
use super::offers::Terms;
use super::pools::PoolDraft;
use super::run::instant;
use super::selector;
use super::told::Told;

/// Factors are in millionths.
const MILLION: u64 = 1_000_000;

/// What an offer says of its renewal; the pool is filled in later.
pub(super) fn renewal(
    context: &mut Context,
    offer: &OfferSpec,
    terms: &Terms<'_>,
    kind: OfferKind,
) -> Option<Renewal> {
    let (spec, table) = offer.renewal.here()?;
    if !matches!(kind, OfferKind::Hosted | OfferKind::Reserved) {
        let fix = "leave it out, or write kind = \"hosted\" or \"reserved\"";
        context.fault(table, "`renewal` means nothing for this offer", fix);
        return None;
    }
    context.required(&spec.at, table, "the time of a renewal", "at = \"180 d\"");
    let at = instant(context, terms.epoch, &spec.at)?;
    let currency = context.currency;
    let price = context.quantity(&spec.price, |text| parse_price(text, currency));
    if at <= 0 {
        let at = spec.at.origin().unwrap_or(table);
        let fix = "give a later time, or the new price as `price` of the offer";
        context.fault(at, "this contract was renewed before the run begins", fix);
        return None;
    }
    if spec.price.is_absent() {
        let what = format!("pool {}: price after renewal", terms.name);
        context.note_default(what, "as before");
    }
    Some(Renewal {
        pool: PoolId(0),
        at: SimTime(at as u64),
        price,
        factor: MILLION,
    })
}

/// What the pools' own offers say.
pub(super) fn of(pools: &[PoolDraft]) -> Contracts {
    let mut contracts = Contracts::default();
    for (index, draft) in pools.iter().enumerate() {
        let pool = PoolId::from(index);
        contracts
            .renewals
            .extend(draft.renewal.map(|renewal| Renewal { pool, ..renewal }));
        contracts.owning.extend(draft.tco.map(|tco: Tco| Owning {
            pool,
            tco,
            residuals: Vec::new(),
        }));
    }
    contracts
}

/// Contracts end, and are renewed for another price.
pub(super) fn renewals(context: &mut Context, told: &Told<'_>, contracts: &mut Contracts) {
    let Told {
        spec,
        table,
        estate,
        when: (from, to),
    } = *told;
    context.required(
        &spec.factor,
        table,
        "what contracts cost anew",
        "factor = 1.4",
    );
    let factor = context.number(&spec.factor, 0.0, 1000.0);
    if let (Some(at), Some(_)) = (spec.lasts.origin(), to) {
        let fix = "leave it out, or add another renewal";
        context.fault(
            at,
            "a renewed contract lasts until it is renewed again",
            fix,
        );
    }
    let able = |draft: &PoolDraft| matches!(draft.offer, OfferKind::Hosted | OfferKind::Reserved);
    let found = selector::pools(
        context,
        &spec.selector,
        table,
        estate.sites,
        estate.pools,
        able,
    );
    let Some(factor) = factor else { return };
    let renewals = found.into_iter().map(|pool| Renewal {
        pool,
        at: from,
        price: None,
        factor: (factor * 1e6).round() as u64,
    });
    contracts.renewals.extend(renewals);
    contracts.renewals.sort_by_key(|renewal| renewal.at);
}

/// The market thinks otherwise of what hardware is worth at its end.
pub(super) fn residuals(context: &mut Context, told: &Told<'_>, contracts: &mut Contracts) {
    let Told {
        spec,
        table,
        estate,
        when: (from, to),
    } = *told;
    let what = "what hardware is worth at its end";
    context.required(&spec.residual, table, what, "residual = 0.10");
    let residual = context.number(&spec.residual, 0.0, 1.0);
    let able = |draft: &PoolDraft| draft.tco.is_some();
    let found = selector::pools(
        context,
        &spec.selector,
        table,
        estate.sites,
        estate.pools,
        able,
    );
    let Some(residual) = residual else { return };
    let residual = (residual * 1e6).round() as u64;
    for own in contracts
        .owning
        .iter_mut()
        .filter(|own| found.contains(&own.pool))
    {
        own.residuals.push((from, Some(residual)));
        own.residuals.extend(to.map(|to| (to, None)));
        own.residuals.sort_by_key(|step| step.0);
    }
}
