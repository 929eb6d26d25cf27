//! `from` and `until` of an offer: capacity that is ours for a time.

use crate::model::{Incident, Packing, Term};
use crate::scenario::{OfferKind, OfferSpec, Origin};
use crate::units::{PoolId, SimTime, Span};

use super::context::Context;
use super::offers::Terms;
use super::pools::PoolDraft;
use super::run::instant;

/// So long before its end a block begins to be taken away.
const NOTICE: Span = Span(30 * Span::MINUTE.0);

/// Something is wrong with a term, and was told.
pub(super) struct Wrong;

/// When the capacity of an offer is ours; `None` if throughout.
pub(super) fn read(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
    kind: OfferKind,
    packing: Packing,
) -> Result<Option<Term>, Wrong> {
    let block = kind == OfferKind::CapacityBlock;
    if let Some(at) = offer.term.origin().filter(|_| kind != OfferKind::Reserved) {
        let fix = "leave it out, or write kind = \"reserved\"";
        context.fault(at, "`term` means nothing for this offer", fix);
    }
    if !block && kind != OfferKind::Reserved {
        strangers(context, offer);
        return Ok(None);
    }
    let before = context.problems.len();
    if block {
        let example = "from = 2026-03-02T11:30:00Z";
        context.required(
            &offer.from,
            at,
            "the beginning of a capacity block",
            example,
        );
        let example = "until = 2026-03-16T11:30:00Z";
        context.required(&offer.until, at, "the end of a capacity block", example);
    }
    let from = instant(context, terms.epoch, &offer.from);
    let until = instant(context, terms.epoch, &offer.until);
    let notice = context.span(&offer.notice).unwrap_or(NOTICE);
    if context.problems.len() > before {
        return Err(Wrong);
    }
    let (start, end) = (from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
    let end_at = offer.until.origin().unwrap_or(at);
    if end <= start {
        let fix = "give it a later end, or an earlier beginning";
        context.fault(end_at, "this reservation ends before it starts", fix);
        return Err(Wrong);
    }
    if end <= 0 {
        let fix = "remove the pool, or move its dates";
        context.fault(
            end_at,
            "this reservation is over before the run begins",
            fix,
        );
        return Err(Wrong);
    }
    if block {
        let value = "paid at its beginning; what lies after the end of the run is not counted";
        context.note_default(format!("pool {}: block", terms.name), value);
    }
    let from = SimTime(start.max(0) as u64);
    if until.is_none() && from == SimTime::ZERO {
        return Ok(None);
    }
    if offer.notice.is_absent() && until.is_some() {
        context.note_default(format!("pool {}: notice", terms.name), "30 min");
    }
    if packing == Packing::Count {
        let fix = "give it packing = \"best\" (or first, consolidated, fgd)";
        let message = "nodes that come and go must be told apart";
        context.fault(at, message, fix);
        return Err(Wrong);
    }
    let until = until.map_or(SimTime::NEVER, |until| SimTime(until as u64));
    Ok(Some(Term {
        from,
        until,
        notice,
    }))
}

/// Words of a term where there is none.
fn strangers(context: &mut Context, offer: &OfferSpec) {
    for (field, word) in [
        (offer.from.origin(), "from"),
        (offer.until.origin(), "until"),
        (offer.notice.origin(), "notice"),
    ] {
        if let Some(origin) = field {
            let message = format!("`{word}` means nothing for capacity that is ours throughout");
            let fix = "leave it out, or write kind = \"reserved\"";
            context.fault(origin, message, fix);
        }
    }
}

/// Adds what the terms of pools mean to what happens in every replication.
pub(super) fn add_to(script: &mut Vec<Incident>, pools: &[PoolDraft]) {
    for (index, draft) in pools.iter().enumerate() {
        if let Some(term) = draft.pool.term() {
            script.extend(Incident::term(PoolId::from(index), term));
        }
    }
    Incident::put_in_order(script);
}
