//! `[[budget]]`: what may be spent, and what phases and happenings say of it.

use std::collections::BTreeSet;

use crate::journal::ALERTS_MAX;
use crate::model::{AtLimit, Budget, BudgetPeriod, Budgets, Change, Happening, Incident, Phase};
use crate::scenario::{
    AtLimitKind, BudgetOfSpec, BudgetPeriodKind, BudgetSpec, CountsKind, Origin, PhaseSpec,
    ScenarioFile,
};
use crate::units::{ClassId, Money, PoolId, ProviderId, Span, TenantId, parse_decimal};

use super::classes::ClassDraft;
use super::commitments::{amount, provider};
use super::context::Context;
use super::orders;
use super::pools::PoolDraft;
use super::selector;
use super::sites::Place;
use super::told::Told;

/// More budgets are a slip.
const BUDGETS_MAX: usize = 1_000;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    places: (&[Place], &[PoolDraft]),
    (classes, tenants): (&[ClassDraft], &[String]),
) -> Budgets {
    let mut budgets = Budgets::default();
    let mut taken = BTreeSet::new();
    for (place, (spec, table)) in file.budget.items().enumerate() {
        if place == BUDGETS_MAX {
            context.fault(table, "too many budgets", format!("keep to {BUDGETS_MAX}"));
            break;
        }
        let name = context.name(&spec.name, table, "budget", &mut taken);
        let name = name.unwrap_or_default();
        let example = "amount = \"120000 USD\"";
        let most = amount(context, &spec.amount, table, example);
        let example = "per = \"month\" (or quarter, year, run)";
        let per = context.required(&spec.per, table, "the length of a period", example);
        let per = per.map(|(per, _)| *per);
        let whom = whom(context, spec, (classes, tenants));
        let pools = pools(context, spec, table, places);
        let at_limit = at_limit(context, &name, spec, table, (&pools, places.1));
        if spec.counts.is_absent() {
            let what = format!("budget {name}: counts");
            context.note_default(what, "rented: instances, and what leaves their sites");
        }
        budgets.all.push(Budget {
            name,
            tenant: whom.0,
            class: whom.1,
            pools,
            amount: most.unwrap_or_default(),
            awaits_phase: !spec.in_phase.is_absent(),
            period: period(per.unwrap_or(BudgetPeriodKind::Month)),
            looks_ahead: spec.looks_ahead.value() == Some(&true),
            at_limit,
            alerts: alerts(context, spec),
        });
    }
    budgets
}

const fn period(kind: BudgetPeriodKind) -> BudgetPeriod {
    match kind {
        BudgetPeriodKind::Month => BudgetPeriod::Month,
        BudgetPeriodKind::Quarter => BudgetPeriod::Quarter,
        BudgetPeriodKind::Year => BudgetPeriod::Year,
        BudgetPeriodKind::Run => BudgetPeriod::Run,
    }
}

/// Whose jobs.
fn whom(
    context: &mut Context,
    spec: &BudgetSpec,
    (classes, tenants): (&[ClassDraft], &[String]),
) -> (Option<TenantId>, Option<ClassId>) {
    let Some((of, at)) = spec.of.here() else {
        return (None, None);
    };
    if of == &BudgetOfSpec::default() {
        let fix = "add tenant, class, provider, site or pool, or leave `of` out: then it is of everything";
        context.fault(at, "this says nothing", fix);
    }
    let mut found = |field: &crate::scenario::Given<String>, what: &str, known: &[&str]| {
        let (name, at) = field.here()?;
        let place = known.iter().position(|known| known == name);
        if place.is_none() {
            context.unknown(at, what, name, known);
        }
        place
    };
    let names: Vec<&str> = tenants.iter().map(String::as_str).collect();
    let tenant = found(&of.tenant, "tenant", &names).map(TenantId::from);
    let names: Vec<&str> = classes.iter().map(|of| of.class.name.as_str()).collect();
    let class = found(&of.class, "class", &names).map(ClassId::from);
    (tenant, class)
}

/// The pools whose cost counts; a problem if there are none.
fn pools(
    context: &mut Context,
    spec: &BudgetSpec,
    table: Origin,
    (sites, drafts): (&[Place], &[PoolDraft]),
) -> Vec<PoolId> {
    let before = context.problems.len();
    let empty = BudgetOfSpec::default();
    let of = spec.of.value().unwrap_or(&empty);
    let of_provider: Option<ProviderId> = if of.provider.is_absent() {
        None
    } else {
        provider(context, &of.provider, table, sites)
    };
    let pool = of.pool.here();
    let pool = pool.and_then(|(name, at)| orders::named(context, name, at, drafts));
    if let Some((name, at)) = of.site.here() {
        let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
        if !known.contains(&name.as_str()) {
            context.unknown(at, "site", name, &known);
        }
    }
    let all = spec.counts.value() == Some(&CountsKind::All);
    let counts = |index: &usize| {
        let draft = &drafts[*index];
        let site = &sites[draft.pool.site.index()].site;
        (all || draft.pool.is_rented())
            && of_provider.is_none_or(|of| site.provider == of)
            && of.site.value().is_none_or(|name| *name == site.name)
            && pool.is_none_or(|of| of.index() == *index)
    };
    let found: Vec<PoolId> = (0..drafts.len()).filter(counts).map(PoolId::from).collect();
    if found.is_empty() && context.problems.len() == before {
        let at = spec.of.origin().unwrap_or(table);
        let fix = if all {
            "name a provider, site or pool that there is"
        } else {
            "name pools that are rented by the instance, or write counts = \"all\""
        };
        context.fault(at, "nothing in this estate counts against this budget", fix);
    }
    found
}

fn at_limit(
    context: &mut Context,
    name: &str,
    spec: &BudgetSpec,
    table: Origin,
    (pools, drafts): (&[PoolId], &[PoolDraft]),
) -> AtLimit {
    let at_limit = match spec.at_limit.value() {
        Some(AtLimitKind::Shed) => AtLimit::Shed,
        Some(AtLimitKind::Flag) => AtLimit::Flag,
        Some(AtLimitKind::Queue) => AtLimit::Queue,
        Some(AtLimitKind::Stop) => AtLimit::Stop,
        Some(AtLimitKind::Ask) => asks(context, spec, table),
        None => {
            let what = format!("budget {name}: at_limit");
            context.note_default(
                what,
                "queue: jobs wait for owned capacity or the next period",
            );
            AtLimit::Queue
        }
    };
    let misplaced = [
        (spec.approval.origin(), "approval"),
        (spec.grants.origin(), "grants"),
    ];
    for (at, word) in misplaced {
        if let Some(at) = at.filter(|_| spec.at_limit.value() != Some(&AtLimitKind::Ask)) {
            let message = format!("`{word}` means nothing here");
            context.fault(at, message, "leave it out, or write at_limit = \"ask\"");
        }
    }
    let rented = |pool: &PoolId| drafts[pool.index()].pool.is_rented();
    let holds_back = at_limit != AtLimit::Flag && pools.iter().any(rented);
    if !holds_back && at_limit != AtLimit::Flag && !pools.is_empty() {
        let at = spec.at_limit.origin().unwrap_or(table);
        let message =
            "nothing of this budget is rented by the instance, so it can hold nobody back";
        context.fault(at, message, "write at_limit = \"flag\"");
    }
    at_limit
}

/// How long it takes to get more, and how much.
fn asks(context: &mut Context, spec: &BudgetSpec, table: Origin) -> AtLimit {
    let what = "how long it takes to approve more";
    context.required(&spec.approval, table, what, "approval = \"8 h\"");
    let approval = context.positive_span(&spec.approval).unwrap_or(Span::HOUR);
    let grants = amount(context, &spec.grants, table, "grants = \"5000 USD\"");
    if let (Some(Money::ZERO), Some(at)) = (grants, spec.grants.origin()) {
        let fix = "write more than zero, or at_limit = \"queue\"";
        context.fault(at, "nothing would ever be granted", fix);
    }
    AtLimit::Ask {
        approval,
        grants: grants.unwrap_or_default(),
    }
}

/// Shares of the amount, ascending.
fn alerts(context: &mut Context, spec: &BudgetSpec) -> Vec<u32> {
    let mut alerts: Vec<u32> = Vec::new();
    for (text, at) in spec.alerts.items() {
        let digits = text.trim().strip_suffix('%').map(str::trim_end);
        // Percent in ten thousandths are millionths of all.
        let share = digits.and_then(|digits| parse_decimal(digits, 10_000).ok());
        let share = share.and_then(|share| u32::try_from(share).ok());
        match share.filter(|share| (1..=10_000_000).contains(share)) {
            Some(share) if alerts.last().is_none_or(|last| *last < share) => alerts.push(share),
            Some(_) => context.fault(
                at,
                "this alert is out of order",
                "write each higher than the one before",
            ),
            None => context.fault(
                at,
                format!("`{text}` is not a share of the amount"),
                "write a percentage above 0 and up to 1000, such as \"80%\"",
            ),
        }
    }
    if ALERTS_MAX < alerts.len() {
        let at = spec.alerts.origin().unwrap_or_default();
        context.fault(at, "too many alerts", format!("keep to {ALERTS_MAX}"));
    }
    alerts
}

/// A budget by its name.
pub(super) fn named(
    context: &mut Context,
    name: &str,
    at: Origin,
    budgets: &Budgets,
) -> Option<usize> {
    let found = budgets.all.iter().position(|budget| budget.name == name);
    if found.is_none() {
        let known: Vec<&str> = budgets.all.iter().map(|of| of.name.as_str()).collect();
        context.unknown(at, "budget", name, &known);
    }
    found
}

/// What a phase says of budgets.
pub(super) fn changes(
    context: &mut Context,
    spec: &PhaseSpec,
    budgets: &Budgets,
    changes: &mut Vec<Change>,
) {
    for (budget, table) in spec.budget.items() {
        let name = context.required(&budget.name, table, "the name of a budget", "name = \"…\"");
        let most = amount(context, &budget.amount, table, "amount = \"200000 USD\"");
        let index = name.and_then(|(name, at)| named(context, name, at, budgets));
        if let (Some(index), Some(amount)) = (index, most) {
            let (budget, amount) = (index as u16, Some(amount));
            changes.push(Change::Budget { budget, amount });
        }
    }
}

/// Budgets that limit nothing before a phase.
pub(super) fn begin_in(
    context: &mut Context,
    file: &ScenarioFile,
    budgets: &Budgets,
    phases: &mut [Phase],
) {
    for ((spec, _), index) in file.budget.items().zip(0..budgets.all.len()) {
        let Some((name, at)) = spec.in_phase.here() else {
            continue;
        };
        let Some(phase) = phases.iter().position(|phase| phase.name == *name) else {
            let known: Vec<&str> = phases.iter().map(|phase| phase.name.as_str()).collect();
            context.unknown(at, "phase", name, &known);
            continue;
        };
        let (budget, amount) = (index as u16, Some(budgets.all[index].amount));
        let said =
            |change: &Change| matches!(change, Change::Budget { budget: of, .. } if *of == budget);
        if !phases[phase].changes.iter().any(said) {
            phases[phase]
                .changes
                .push(Change::Budget { budget, amount });
        }
    }
}

/// What may be spent of budgets changes, for a time or for good.
pub(super) fn happening(context: &mut Context, told: &Told<'_>, script: &mut Vec<Incident>) {
    let Told {
        spec,
        table,
        estate,
        when: (from, to),
    } = *told;
    if let Some(at) = spec.selector.origin() {
        let fix = "name the `budgets` instead";
        context.fault(at, "`where` means nothing here", fix);
    }
    let example = "budgets = [\"…\"]";
    context.required(&spec.budgets, table, "the list of budgets", example);
    let most = amount(context, &spec.amount, table, "amount = \"50000 USD\"");
    let budgets = estate.budgets;
    let known: Vec<&str> = budgets.all.iter().map(|of| of.name.as_str()).collect();
    let names = selector::names(context, &spec.budgets, "budget", &known).unwrap_or_default();
    let Some(amount) = most else {
        return;
    };
    for (index, _) in budgets
        .all
        .iter()
        .enumerate()
        .filter(|(_, of)| names.contains(&of.name))
    {
        let (budget, passes) = (index as u16, to.is_some());
        let change = Happening::Budget {
            budget,
            amount,
            passes,
        };
        script.push(Incident::terms(from, change));
        let over = Happening::BudgetOver { budget, amount };
        script.extend(to.map(|to| Incident::terms(to, over)));
    }
}
