//! `[[happening]]` of rented capacity: how much there is, for what price, and how much of it may be ours.

use crate::model::{Happening, Incident, Supply};
use crate::scenario::OfferKind;
use crate::units::{PoolId, SimTime};

use super::context::Context;
use super::pools::PoolDraft;
use super::selector;
use super::told::Told;

/// What happenings multiply the price of a pool by, from each instant on, in millionths.
type Surcharges = Vec<(PoolId, Vec<(SimTime, u64)>)>;

fn rented(context: &mut Context, told: &Told<'_>) -> Vec<PoolId> {
    let Told {
        spec,
        table,
        estate,
        ..
    } = *told;
    let rents = |draft: &PoolDraft| draft.pool.is_rented();
    selector::pools(
        context,
        &spec.selector,
        table,
        estate.sites,
        estate.pools,
        rents,
    )
}

/// Markets have another number of instances for a time.
pub(super) fn capacity(context: &mut Context, told: &Told<'_>, script: &mut Vec<Incident>) {
    let Told {
        spec,
        estate,
        when: (from, to),
        ..
    } = *told;
    let given = context.span(&spec.notice);
    let instances = spec.instances.value().copied().unwrap_or(0);
    for pool in rented(context, told) {
        let end = to.map(|to| (to, u32::MAX));
        let steps = std::iter::once((from, instances)).chain(end);
        let kept = spec.keeps_held.value() == Some(&true);
        let notice = match &estate.pools[pool.index()].pool.supply {
            Supply::Rented(terms) => given.or(terms.reclaim_notice()),
            Supply::Owned { .. } => given,
        };
        let notice = notice.filter(|_| !kept);
        script.extend(Incident::capacities(pool, notice, steps));
    }
}

/// Prices are multiplied for a time.
pub(super) fn price(context: &mut Context, told: &Told<'_>, surcharges: &mut Surcharges) {
    let Told {
        spec,
        table,
        estate,
        when: (from, to),
    } = *told;
    let example = "factor = 1.15";
    if context
        .required(
            &spec.factor,
            table,
            "what the price is multiplied by",
            example,
        )
        .is_none()
    {
        return;
    }
    let Some(factor) = context.number(&spec.factor, 0.0, 1000.0) else {
        return;
    };
    let millionths = (factor * 1e6).round() as u64;
    let able =
        |draft: &PoolDraft| draft.pool.is_rented() || draft.offer == OfferKind::CapacityBlock;
    let (sites, pools) = (estate.sites, estate.pools);
    for pool in selector::pools(context, &spec.selector, table, sites, pools, able) {
        if let Some(term) = pools[pool.index()].pool.term() {
            // A block is bought at its beginning, for the price of that instant.
            if from <= term.from && to.is_none_or(|to| term.from < to) {
                surcharges.push((pool, vec![(SimTime::ZERO, millionths)]));
            }
            continue;
        }
        let mut steps = vec![(from, millionths)];
        if from > SimTime::ZERO {
            steps.insert(0, (SimTime::ZERO, 1_000_000));
        }
        steps.extend(to.map(|to| (to, 1_000_000)));
        surcharges.push((pool, steps));
    }
}

/// Quotas are others for a time.
pub(super) fn quota(context: &mut Context, told: &Told<'_>, script: &mut Vec<Incident>) {
    let Told {
        spec,
        table,
        when: (from, to),
        ..
    } = *told;
    let Some((&gpus, _)) = context.required(&spec.gpus, table, "the new quota", "gpus = 64") else {
        return;
    };
    for pool in rented(context, told) {
        let passes = to.is_some();
        let change = Happening::Quota { pool, gpus, passes };
        script.push(Incident::terms(from, change));
        script.extend(to.map(|to| Incident::terms(to, Happening::QuotaOver { pool, gpus })));
    }
}
