//! What the horizon of a replication found of the estate, but for jobs.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::model::{Happening, Horizon, Incident, Model, Timeline};
use crate::record::EstateLeft;
use crate::units::{Money, PoolId, ProviderId, SimTime, Span};
use crate::world::World;

/// How far beyond the horizon the end of a repair is looked for.
const FAR: Span = Span(366 * Span::DAY.0);

/// The estate as a run left it at `end`, by names.
pub(super) fn estate(model: &Model, dice: &Dice, world: &World, end: SimTime) -> EstateLeft {
    let pool = |id: PoolId| model.pool(id).name.clone();
    let (prices, regime) = model.market_at(dice, end);
    let terms = &model.commitments;
    let paid = |provider| world.spend.of(provider).collect();
    let month = terms.paid_in_month(model.epoch, end, &model.initial, paid);
    let balances = terms.balances(model.epoch, end, &model.initial, paid);
    let now = model.epoch.unix_ms() + end.0 as i64;
    let mut providers: Vec<ProviderId> = model.sites.iter().map(|site| site.provider).collect();
    providers.sort_unstable();
    providers.dedup();
    let sent = providers.into_iter().map(|provider| {
        let bytes = world.sent(model.epoch, provider);
        (site_of(model, provider), bytes.0)
    });
    let cached = world.cached().into_iter().map(|(site, dataset)| {
        let site = model.sites[site.index()].name.clone();
        (site, model.dataset(dataset).name.clone())
    });
    let used = model.tenants.iter().zip(&world.usage);
    let used = used.filter(|(_, (amount, _))| *amount > 0);
    EstateLeft {
        at: model.epoch.format(end),
        currency: model.currency.code().to_owned(),
        down: down(model, dice, end)
            .into_iter()
            .map(|(id, first, nodes, lasts)| (pool(id), first, nodes, lasts.0))
            .collect(),
        egress: sent.filter(|of| of.1 > 0).collect(),
        cached: cached.collect(),
        paid: month
            .into_iter()
            .map(|(provider, paid)| (site_of(model, provider), paid))
            .collect(),
        budgets: left_of_budgets(model, world),
        balances: balances
            .into_iter()
            .map(|(promise, since, paid, settled)| {
                let name = terms.promises[promise].name.clone();
                (name, now.abs_diff(since), paid, settled)
            })
            .collect(),
        used: used
            .map(|(name, (amount, _))| (name.clone(), *amount))
            .collect(),
        prices: prices
            .into_iter()
            .map(|(id, price)| (pool(id), price))
            .collect(),
        regime: regime.map(str::to_owned),
    }
}

/// What was spent of each budget in the period that goes on: name, amount.
fn left_of_budgets(model: &Model, world: &World) -> Vec<(String, Money)> {
    let names = model.budgets.all.iter().map(|budget| budget.name.clone());
    let all = names.zip(world.spent_of_budgets());
    all.filter(|(_, spent)| *spent != Money::ZERO).collect()
}

fn site_of(model: &Model, provider: ProviderId) -> String {
    let site = model.sites.iter().find(|site| site.provider == provider);
    site.map(|site| site.name.clone()).unwrap_or_default()
}

/// Nodes that the tape holds down at `end`, and for how much longer: (pool, first, how many, for how long).
fn down(model: &Model, dice: &Dice, end: SimTime) -> Vec<(PoolId, u32, u32, Span)> {
    let mut longer = model.clone();
    longer.horizon = Horizon::At(end + FAR);
    longer.demand.clear();
    longer.initial.jobs.clear();
    let mut timeline = Timeline::default();
    Timeline::sample(&longer, dice, &mut timeline);
    let mut causes: BTreeMap<(PoolId, u32), i64> = BTreeMap::new();
    for range in &model.initial.down {
        for node in range.first..range.first + range.nodes {
            *causes.entry((range.pool, node)).or_default() += 1;
        }
    }
    let split = timeline
        .weather
        .partition_point(|incident| incident.at <= end);
    let (before, after) = timeline.weather.split_at(split);
    for incident in before {
        for (node, change) in changes(incident) {
            *causes.entry(node).or_default() += change;
        }
    }
    causes.retain(|_, causes| *causes > 0);
    let held: Vec<(PoolId, u32)> = causes.keys().copied().collect();
    let mut ends: BTreeMap<(PoolId, u32), SimTime> = BTreeMap::new();
    for incident in after {
        if causes.is_empty() {
            break;
        }
        for (node, change) in changes(incident) {
            let Some(left) = causes.get_mut(&node) else {
                continue;
            };
            *left += change;
            if *left <= 0 {
                causes.remove(&node);
                ends.insert(node, incident.at);
            }
        }
    }
    let mut ranges: Vec<(PoolId, u32, u32, Span)> = Vec::new();
    for (pool, node) in held {
        let lasts = ends.get(&(pool, node)).map_or(FAR, |at| at.since(end));
        match ranges.last_mut() {
            Some((of, first, nodes, same))
                if *of == pool && *first + *nodes == node && *same == lasts =>
            {
                *nodes += 1;
            }
            _ => ranges.push((pool, node, 1, lasts)),
        }
    }
    ranges
}

/// Which nodes an incident gives a cause to be down, or takes one from.
fn changes(incident: &Incident) -> impl Iterator<Item = ((PoolId, u32), i64)> {
    let (change, pool, nodes) = match incident.what {
        Happening::Down { pool, first, nodes } => (1, pool, first..first + nodes),
        Happening::Up { pool, first, nodes } => (-1, pool, first..first + nodes),
        _ => (0, PoolId(0), 0..0),
    };
    nodes.map(move |node| ((pool, node), change))
}
