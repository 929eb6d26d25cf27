//! `[[quota]]`: who may hold how much, and who lends to whom.

use std::collections::BTreeSet;

use crate::model::{QuotaOf, QuotaShare, QuotaTerms, Quotas, Reclaim};
use crate::scenario::{ByName, Origin, QuotaSpec, ReclaimKind, ScenarioFile, WithinKind};
use crate::units::{ClassId, TenantId};

use super::classes::ClassDraft;
use super::cohorts;
use super::context::Context;
use super::pools::PoolDraft;

/// More quotas are a slip.
const QUOTAS_MAX: usize = 1_000;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    pools: &[PoolDraft],
    (classes, tenants): (&[ClassDraft], &[String]),
) -> Quotas {
    let mut quotas = Quotas::default();
    if file.quota.is_absent() {
        if let Some((_, table)) = file.cohort.items().next() {
            context.fault(
                table,
                "a cohort of no quota",
                "add a [[quota]] with cohort = \"…\"",
            );
        }
        return quotas;
    }
    flavors(context, file, pools, &mut quotas);
    cohorts::read(context, file, &mut quotas);
    let mut taken = BTreeSet::new();
    for (place, (spec, table)) in file.quota.items().enumerate() {
        if place == QUOTAS_MAX {
            context.fault(table, "too many quotas", format!("keep to {QUOTAS_MAX}"));
            break;
        }
        let name = context.name(&spec.name, table, "quota", &mut taken);
        let of = whose(context, spec, table, (classes, tenants));
        let cohort = spec.cohort.value();
        let cohort = cohort.map(|cohort| cohorts::place(&mut quotas.cohorts, cohort));
        let shares = shares(context, spec, table, &quotas.flavors);
        let (Some(name), Some(of)) = (name, of) else {
            continue;
        };
        if quotas.list.iter().any(|known| known.of == of) {
            let fix = "keep one of them, with all that it limits";
            context.fault(table, "these jobs have a quota already", fix);
        }
        quotas.list.push(QuotaTerms {
            name,
            of,
            cohort,
            shares,
            within: spec.within.value() == Some(&WithinKind::LowerPriority),
            across: match spec.reclaim.value() {
                Some(ReclaimKind::Any) => Reclaim::Any,
                Some(ReclaimKind::LowerPriority) => Reclaim::LowerPriority,
                Some(ReclaimKind::Never) | None => Reclaim::Never,
            },
        });
    }
    cohorts::have_members(context, file, &quotas);
    quotas
}

/// What quotas limit: each pool is counted by its own name if any quota names it, else by its GPU type.
fn flavors(context: &mut Context, file: &ScenarioFile, pools: &[PoolDraft], quotas: &mut Quotas) {
    let mut named = BTreeSet::new();
    let of_quotas = file
        .quota
        .items()
        .map(|(spec, _)| [&spec.nominal, &spec.borrowing_limit, &spec.lending_limit]);
    let of_cohorts = file
        .cohort
        .items()
        .map(|(spec, _)| [&spec.nominal, &spec.borrowing_limit, &spec.lending_limit]);
    for lists in of_quotas.chain(of_cohorts) {
        for list in lists {
            for (name, value) in list.value().into_iter().flatten() {
                let pool = |draft: &PoolDraft| draft.pool.name == *name || draft.pool.gpu == *name;
                if pools.iter().any(pool) {
                    named.insert(name.clone());
                } else {
                    let mut known: Vec<&str> = Vec::new();
                    for draft in pools {
                        known.extend([draft.pool.gpu.as_str(), draft.pool.name.as_str()]);
                    }
                    known.dedup();
                    let at = value.origin().unwrap_or_default();
                    context.unknown(at, "GPU type or pool", name, &known);
                }
            }
        }
    }
    quotas.flavors = named.into_iter().collect();
    let place = |name: &String| quotas.flavors.iter().position(|known| known == name);
    let flavor = |draft: &PoolDraft| place(&draft.pool.name).or_else(|| place(&draft.pool.gpu));
    let flavor_of = pools
        .iter()
        .map(|draft| flavor(draft).map(|place| place as u16));
    quotas.flavor_of = flavor_of.collect();
}

fn whose(
    context: &mut Context,
    spec: &QuotaSpec,
    table: Origin,
    (classes, tenants): (&[ClassDraft], &[String]),
) -> Option<QuotaOf> {
    let example = "of = { tenant = \"…\" } (or class)";
    let (of, at) = context.required(&spec.of, table, "whose quota it is", example)?;
    match (of.tenant.here(), of.class.here()) {
        (Some((name, at)), None) => {
            let place = tenants.iter().position(|tenant| tenant == name);
            if place.is_none() {
                let known: Vec<&str> = tenants.iter().map(String::as_str).collect();
                context.unknown(at, "tenant", name, &known);
            }
            place.map(|place| QuotaOf::Tenant(TenantId::from(place)))
        }
        (None, Some((name, at))) => {
            let place = classes.iter().position(|draft| draft.class.name == *name);
            if place.is_none() {
                let known: Vec<&str> = classes
                    .iter()
                    .map(|draft| draft.class.name.as_str())
                    .collect();
                context.unknown(at, "class", name, &known);
            }
            place.map(|place| QuotaOf::Class(ClassId::from(place)))
        }
        _ => {
            let fix = "write of = { tenant = \"…\" } or of = { class = \"…\" }";
            context.fault(at, "a quota is of one tenant or of one class", fix);
            None
        }
    }
}

fn shares(
    context: &mut Context,
    spec: &QuotaSpec,
    table: Origin,
    flavors: &[String],
) -> Vec<Option<QuotaShare>> {
    let example = "nominal = { h200 = 16 }";
    context.required(&spec.nominal, table, "what is its own", example);
    let of = |list: &ByName<u64>, flavor: &String| {
        let list = list.value()?;
        list.get(flavor)?.value().copied()
    };
    for (key, list) in [
        ("borrowing_limit", &spec.borrowing_limit),
        ("lending_limit", &spec.lending_limit),
    ] {
        if let (true, Some(at)) = (spec.cohort.is_absent(), list.origin()) {
            let message = format!("`{key}` means nothing without a cohort");
            context.fault(at, message, "add cohort = \"…\", or leave it out");
        }
        for (name, value) in list.value().into_iter().flatten() {
            let own = of(&spec.nominal, name);
            let at = value.origin().unwrap_or_default();
            if own.is_none() {
                let message = format!("`{name}` has no nominal quota here");
                let fix = format!("add {name} = 0 to `nominal`");
                context.fault(at, message, fix);
            } else if key == "lending_limit" && value.value().copied() > own {
                let fix = "lend at most what is its own, or leave it out to lend all";
                context.fault(at, "it lends more than is its own", fix);
            }
        }
    }
    let share = |flavor: &String| {
        Some(QuotaShare {
            nominal: of(&spec.nominal, flavor)?,
            borrows: of(&spec.borrowing_limit, flavor),
            lends: of(&spec.lending_limit, flavor),
        })
    };
    flavors.iter().map(share).collect()
}
