//! What was spent, used and promised before the run, and the prices from which it goes on.

use crate::model::{Balance, Budgets, Commitments, Initial, Market, PriceLaw};
use crate::process::{ChainStart, MarketCycle, RenewalStart};
use crate::scenario::{Given, InitialSpec, Origin, ScenarioFile};
use crate::units::{Currency, Money, Price, ProviderId, TenantId, parse_money, parse_price};

use super::budgets::named as named_budget;
use super::context::Context;
use super::orders::named;
use super::pools::PoolDraft;
use super::sites::Place;

/// What providers were paid and tenants used.
pub(super) fn read(
    context: &mut Context,
    spec: &InitialSpec,
    (sites, tenants): (&[Place], &[String]),
    (commitments, budgets): (&Commitments, &Budgets),
    initial: &mut Initial,
) {
    spent(context, spec, budgets, initial);
    for (paid, table) in spec.paid.items() {
        let provider = payee(context, (&paid.provider, &paid.site), table, sites);
        context.required(
            &paid.amount,
            table,
            "what it was paid",
            "amount = \"12000 USD\"",
        );
        let amount = money(context, &paid.amount);
        initial.paid.extend(provider.zip(amount));
    }
    balances(context, spec, commitments, initial);
    for (used, table) in spec.used.items() {
        let name = context.required(&used.tenant, table, "the tenant", "tenant = \"…\"");
        context.required(&used.gpu_hours, table, "what it used", "gpu_hours = 120");
        let hours = context.number(&used.gpu_hours, 0.0, 1e12);
        let (Some((name, at)), Some(hours)) = (name, hours) else {
            continue;
        };
        if let Some(tenant) = tenants.iter().position(|known| known == name) {
            // Thousandths of GPUs in an hour of milliseconds.
            let amount = (hours * 3.6e9).round() as u128;
            initial.used.push((TenantId::from(tenant), amount));
        } else {
            let known: Vec<&str> = tenants.iter().map(String::as_str).collect();
            context.unknown(at, "tenant", name, &known);
        }
    }
}

/// What was spent of budgets.
fn spent(context: &mut Context, spec: &InitialSpec, budgets: &Budgets, initial: &mut Initial) {
    for (budget, table) in spec.budget.items() {
        let name = context.required(&budget.name, table, "the budget", "name = \"…\"");
        let what = "what was spent of a budget";
        context.required(&budget.spent, table, what, "spent = \"12000 USD\"");
        let spent = money(context, &budget.spent);
        if let (Some((name, at)), Some(spent)) = (name, spent)
            && let Some(index) = named_budget(context, name, at, budgets)
        {
            if initial.budgets.iter().any(|(of, _)| *of == index) {
                let fix = "say once what was spent of each budget";
                context.fault(table, format!("budget `{name}` is told twice"), fix);
            }
            initial.budgets.push((index, spent));
        }
    }
}

/// A provider by its name, or by that of one of its sites.
pub(super) fn payee(
    context: &mut Context,
    (name, site): (&Given<String>, &Given<String>),
    table: Origin,
    sites: &[Place],
) -> Option<ProviderId> {
    if let Some((name, at)) = name.here() {
        return provider(context, name, at, sites);
    }
    let (name, at) = context.required(site, table, "the site", "site = \"…\"")?;
    let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
    let found = sites.iter().find(|place| place.site.name == *name);
    if found.is_none() {
        context.unknown(at, "site", name, &known);
    }
    found.map(|place| place.site.provider)
}

/// A provider by the name of one of its sites' provider.
fn provider(context: &mut Context, name: &str, at: Origin, sites: &[Place]) -> Option<ProviderId> {
    let called = |place: &&Place| place.provider.as_deref() == Some(name);
    if let Some(place) = sites.iter().find(called) {
        return Some(place.site.provider);
    }
    let known = sites.iter().filter_map(|place| place.provider.as_deref());
    let known: Vec<&str> = known.collect();
    context.unknown(at, "provider of a site", name, &known);
    None
}

fn money(context: &mut Context, field: &Given<String>) -> Option<Money> {
    let currency: Currency = context.currency;
    let money = context.quantity(field, |text| parse_money(text, currency))?;
    if money < Money::ZERO
        && let Some(at) = field.origin()
    {
        context.fault(at, "less than nothing was spent", "write zero or more");
    }
    Some(money)
}

fn balances(
    context: &mut Context,
    spec: &InitialSpec,
    commitments: &Commitments,
    initial: &mut Initial,
) {
    for (balance, table) in spec.balance.items() {
        let what = "the commitment";
        let name = context.required(&balance.commitment, table, what, "commitment = \"…\"");
        context.required(
            &balance.since,
            table,
            "since when it is counted",
            "since = \"9 d\"",
        );
        let since = context.span(&balance.since);
        context.required(
            &balance.paid,
            table,
            "what was paid since",
            "paid = \"12000 USD\"",
        );
        let paid = money(context, &balance.paid);
        let settled = money(context, &balance.settled).unwrap_or(Money::ZERO);
        let (Some((name, at)), Some(since), Some(paid)) = (name, since, paid) else {
            continue;
        };
        let promises = &commitments.promises;
        let Some(promise) = promises.iter().position(|promise| promise.name == *name) else {
            let known: Vec<&str> = promises
                .iter()
                .map(|promise| promise.name.as_str())
                .collect();
            context.unknown(at, "commitment", name, &known);
            continue;
        };
        if promises[promise].before < since {
            let message = format!("commitment `{name}` had not begun so long before the start");
            let fix = "give it `from` before the start, or a shorter `since`";
            context.fault(balance.since.origin().unwrap_or(table), message, fix);
        }
        initial.balances.push(Balance {
            promise,
            since,
            paid,
            settled,
        });
    }
}

/// Moving prices and the market's cycle go on from where they were.
pub(super) fn prices(
    context: &mut Context,
    file: &ScenarioFile,
    pools: &[PoolDraft],
    market: &mut Market,
) {
    let Some(spec) = file.initial.value() else {
        return;
    };
    for (price, table) in spec.price.items() {
        let pool = context.required(&price.pool, table, "the pool", "pool = \"…\"");
        let pool = pool.and_then(|(name, at)| named(context, name, at, pools));
        let example = "price = \"3.10 USD/GPU-h\"";
        context.required(&price.price, table, "its price at the start", example);
        let currency = context.currency;
        let start = context.quantity(&price.price, |text| parse_price(text, currency));
        let (Some(pool), Some(start)) = (pool, start) else {
            continue;
        };
        let Some(moving) = market.prices.iter_mut().find(|moving| moving.pool == pool) else {
            let fix = "give its offer `price_moves`, or change the price of the offer";
            context.fault(table, "the price of this pool does not move by itself", fix);
            continue;
        };
        if let Err(why) = begin(&mut moving.law, start) {
            let at = price.price.origin().unwrap_or(table);
            context.fault(
                at,
                format!("it cannot go on from this price: {why}"),
                "give another",
            );
        }
    }
    if let Some((name, at)) = spec.regime.here() {
        let Some(cycle) = &market.cycle else {
            context.fault(
                at,
                "there is no market cycle",
                "add [market_cycle], or leave it out",
            );
            return;
        };
        let regimes = cycle.regimes().to_vec();
        let place = regimes.iter().position(|regime| regime.name == *name);
        let Some(place) = place else {
            let known: Vec<&str> = regimes.iter().map(|regime| regime.name.as_str()).collect();
            return context.unknown(at, "regime", name, &known);
        };
        market.cycle = MarketCycle::new(regimes, ChainStart::State(place)).ok();
    }
}

/// A law that goes on from a price.
fn begin(law: &mut PriceLaw, start: Price) -> Result<(), String> {
    let share = |on_demand: Price| start.0 as f64 / on_demand.0 as f64;
    match law {
        PriceLaw::Wandering { law, on_demand } => {
            if let Some(stress) = &mut law.stress {
                let stressed = start == *on_demand;
                stress.start = if stressed {
                    RenewalStart::Down
                } else {
                    RenewalStart::Up
                };
                if stressed {
                    // Where it wandered to meanwhile nobody saw.
                    law.start = law.level;
                    return law.check();
                }
            }
            law.start = share(*on_demand);
            law.check()
        }
        PriceLaw::Steered { law, on_demand, .. } => {
            law.start = share(*on_demand);
            law.check()
        }
        PriceLaw::Jumping(law) => law.begin_at(start),
    }
}
