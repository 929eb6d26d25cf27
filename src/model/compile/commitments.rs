//! `[[commitment]]`, `[[discount]]`: terms with a provider beyond single prices.

use std::collections::BTreeSet;

use crate::model::{Commitments, Horizon, Promise, VolumeDiscount};
use crate::scenario::{
    CommitmentSpec, DiscountSpec, Given, OfferKind, Origin, PeriodKind, ScenarioFile,
};
use crate::units::{Money, PoolId, ProviderId, SimTime, Span, parse_amount};

use super::context::Context;
use super::pools::PoolDraft;
use super::run::{Run, instant};
use super::sites::Place;

/// More than this for one period is a slip of units; amounts stay within what is counted exactly.
const AMOUNT_MAX: u64 = 1_000_000_000;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    sites: &[Place],
    pools: &[PoolDraft],
) -> Commitments {
    let mut all = Commitments::default();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.commitment.items() {
        let name = context.name(&spec.name, table, "commitment", &mut taken);
        let promise = promise(context, spec, table, run, sites);
        if let (Some(name), Some(promise)) = (name, promise) {
            let what = format!("commitment {name}: a period that is cut");
            let value =
                "counts by time: of what is promised, its share; shortfalls are due at its end";
            context.note_default(what, value);
            let promise = Promise { name, ..promise };
            apart(context, table, &promise, &all.promises);
            all.promises.push(promise);
        }
    }
    let mut given: Vec<ProviderId> = Vec::new();
    for (spec, table) in file.discount.items() {
        let Some(discount) = discount(context, spec, table, sites) else {
            continue;
        };
        if given.contains(&discount.provider) {
            let fix = "join their tiers into one";
            context.fault(table, "two discounts of one provider", fix);
        }
        given.push(discount.provider);
        all.discounts.push(discount);
    }
    let with_terms = |provider: ProviderId| {
        let promised = all
            .promises
            .iter()
            .any(|promise| promise.provider == provider);
        promised || given.contains(&provider)
    };
    let counts = |draft: &PoolDraft| {
        let provider = sites[draft.pool.site.index()].site.provider;
        draft.offer != OfferKind::Owned && with_terms(provider)
    };
    let counted = (0..pools.len()).filter(|&pool| counts(&pools[pool]));
    all.pools = counted.map(PoolId::from).collect();
    unbounded(context, file, run);
    all
}

/// One payment may not meet two promises.
fn apart(context: &mut Context, table: Origin, new: &Promise, others: &[Promise]) {
    let meets = |other: &&Promise| {
        other.provider == new.provider && other.from < new.until && new.from < other.until
    };
    if let Some(other) = others.iter().find(meets) {
        let what = format!(
            "commitment {} overlaps with {} to the same provider: what is paid would count twice",
            new.name, other.name
        );
        let fix = "end one (`until`) where the other begins (`from`), or join them: a `ramp` changes the amount";
        context.fault(table, what, fix);
    }
}

/// Terms are settled at a horizon.
fn unbounded(context: &mut Context, file: &ScenarioFile, run: &Run) {
    let first = file.commitment.items().map(|(_, at)| at).next();
    if let (Some(at), Horizon::UntilEmpty) = (first, run.horizon) {
        let fix = "give [scenario] a horizon, such as \"28 d\"";
        context.fault(
            at,
            "a commitment is settled at a horizon, and there is none",
            fix,
        );
    }
}

fn promise(
    context: &mut Context,
    spec: &CommitmentSpec,
    table: Origin,
    run: &Run,
    sites: &[Place],
) -> Option<Promise> {
    let provider = provider(context, &spec.provider, table, sites);
    let example = "each = \"month\" (or year, term)";
    let each = context.required(&spec.each, table, "the length of a period", example);
    let first = amount(context, &spec.spend, table, "spend = \"40000 USD\"");
    let from = instant(context, run.epoch, &spec.from).unwrap_or(0);
    let until = instant(context, run.epoch, &spec.until);
    let (&each, _) = each?;
    let ramp = ramp(context, spec, each);
    let mut steps = vec![(0, first?)];
    steps.extend(ramp?);
    let end = until.unwrap_or(i64::MAX);
    let until_at = spec.until.origin().unwrap_or(table);
    if each == PeriodKind::Term && until.is_none() {
        let example = "until = 2027-01-01T00:00:00Z";
        context.required(
            &spec.until,
            table,
            "the end of a commitment by term",
            example,
        );
        return None;
    }
    if end <= from.max(0) {
        let fix = "give it a later end, or an earlier beginning";
        context.fault(until_at, "this commitment ends before it counts", fix);
        return None;
    }
    let months = match each {
        PeriodKind::Month => Some(1),
        PeriodKind::Year => Some(12),
        PeriodKind::Term => None,
    };
    Some(Promise {
        name: String::new(),
        provider: provider?,
        from: SimTime(from.max(0) as u64),
        until: until.map_or(SimTime::NEVER, |until| SimTime(until as u64)),
        before: Span(from.min(0).unsigned_abs()),
        months,
        steps,
    })
}

fn ramp(
    context: &mut Context,
    spec: &CommitmentSpec,
    each: PeriodKind,
) -> Option<Vec<(u32, Money)>> {
    let mut steps: Vec<(u32, Money)> = Vec::new();
    if let (Some(at), PeriodKind::Term) = (spec.ramp.origin(), each) {
        let fix = "write each = \"month\" or \"year\", or a commitment for each part";
        context.fault(
            at,
            "a term has one period, so its amount cannot change",
            fix,
        );
        return None;
    }
    for (step, at) in spec.ramp.items() {
        context.required(&step.after, at, "when an amount changes", "after = 3");
        let after = context.count(&step.after, 1200);
        let spend = amount(context, &step.spend, at, "spend = \"80000 USD\"");
        let (after, spend) = (after?, spend?);
        if steps.last().is_some_and(|last| after <= last.0) {
            let fix = "put them in order, each after more periods than the one before";
            context.fault(at, "this step of the ramp is out of order", fix);
            return None;
        }
        steps.push((after, spend));
    }
    Some(steps)
}

fn discount(
    context: &mut Context,
    spec: &DiscountSpec,
    table: Origin,
    sites: &[Place],
) -> Option<VolumeDiscount> {
    let provider = provider(context, &spec.provider, table, sites);
    let example = "tiers = [{ above = \"100000 USD\", discount = 0.05 }]";
    context.required(&spec.tiers, table, "the tiers of a discount", example);
    let mut tiers: Vec<(Money, u32)> = Vec::new();
    for (tier, at) in spec.tiers.items() {
        let above = amount(context, &tier.above, at, "above = \"100000 USD\"");
        context.required(&tier.discount, at, "the share of a tier", "discount = 0.05");
        let share = context.number(&tier.discount, 0.0, 1.0);
        let (above, share) = (above?, share?);
        if tiers.last().is_some_and(|last| above <= last.0) {
            let fix = "order them by `above`, each higher than the one before";
            context.fault(at, "this tier is out of order", fix);
            return None;
        }
        tiers.push((above, (share * 1e6).round() as u32));
    }
    if tiers.is_empty() {
        let at = spec.tiers.origin().unwrap_or(table);
        if !spec.tiers.is_absent() {
            context.fault(at, "there is no tier", format!("write {example}"));
        }
        return None;
    }
    Some(VolumeDiscount {
        provider: provider?,
        tiers,
    })
}

pub(super) fn provider(
    context: &mut Context,
    field: &Given<String>,
    table: Origin,
    sites: &[Place],
) -> Option<ProviderId> {
    let example = "provider = \"Nebius\"";
    let (name, at) = context.required(field, table, "the provider", example)?;
    let called = |place: &&Place| place.provider.as_deref() == Some(name);
    if let Some(place) = sites.iter().find(called) {
        return Some(place.site.provider);
    }
    let mut known: Vec<&str> = sites
        .iter()
        .filter_map(|place| place.provider.as_deref())
        .collect();
    known.dedup();
    context.unknown(at, "provider of a site", name, &known);
    None
}

/// An amount of money in ticks.
pub(super) fn amount(
    context: &mut Context,
    field: &Given<String>,
    table: Origin,
    example: &str,
) -> Option<Money> {
    let key = example.split(' ').next().unwrap_or(example);
    context.required(field, table, &format!("`{key}`"), example);
    let currency = context.currency;
    let micro = context.quantity(field, |text| parse_amount(text, currency, ""))?;
    if AMOUNT_MAX * 1_000_000 < micro {
        let at = field.origin().unwrap_or(table);
        let fix = format!("write at most {AMOUNT_MAX} {currency}");
        context.fault(at, "this amount is out of range", fix);
        return None;
    }
    Some(Money(
        i128::from(micro) * (Money::TICKS_PER_UNIT / 1_000_000),
    ))
}
