//! What `plimsoll check` says of the outside: prices that move, markets, droughts, terms, failures, maintenance.

use crate::dice::Dice;
use crate::experiment::{amount, duration};
use crate::model::{
    Effect, Happening, Horizon, Incident, Maintenance, Market, Model, Pool, PriceLaw, RentKind,
    SharedDrought, Supply, Tariffs, Timeline, Zone, ZoneCapacity,
};
use crate::record::plain;
use crate::units::{PoolId, SimTime, Span};

use super::services::failures;
use super::study::counted;
use super::{budgets, commitments, contracts, phases, power, quotas};

/// One line for each thing that the outside does, with what it does in the first sampled world.
pub(super) fn outside(model: &Model, seed: u64) -> Vec<String> {
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed,
        replication: 0,
    };
    Timeline::sample(model, &dice, &mut timeline);
    let end = match model.horizon {
        Horizon::At(end) => end,
        Horizon::LastSubmit | Horizon::UntilEmpty => timeline.last_submit(),
    };
    let mut lines = phases::phases(model, &timeline);
    lines.extend(factors(model));
    let posted = Tariffs::posted(model);
    let tariffs = timeline.tariffs.as_ref().unwrap_or(&posted);
    lines.extend(contracts::contracts(model));
    lines.extend(commitments::commitments(model));
    lines.extend(budgets::budgets(model));
    lines.extend(quotas::quotas(model));
    lines.extend(power::power(model, end));
    lines.extend(prices(model, tariffs, end));
    let market = &model.weather.market;
    if let Some(cycle) = &market.cycle {
        let regimes: Vec<&str> = cycle.regimes().iter().map(|r| r.name.as_str()).collect();
        lines.push(format!(
            "market cycle  {} over all rented prices",
            regimes.join(", ")
        ));
    }
    for (place, zone) in market.zones.iter().enumerate() {
        lines.push(market_line(model, place, zone, &timeline.weather, end));
    }
    lines.extend(market.droughts.iter().map(|drought| dry(market, drought)));
    lines.extend(model.pools.iter().filter_map(|pool| term(model, pool)));
    for failure in &model.weather.failures {
        lines.push(format!(
            "failure  {}  {}",
            plain(&failure.name),
            counted(failure.entities.len() as u64, "entity"),
        ));
    }
    for failure in &model.weather.instances {
        lines.push(format!(
            "failure  {}  each rented instance of {}",
            plain(&failure.name),
            counted(failure.pools.len() as u64, "pool"),
        ));
    }
    for failure in &model.weather.gpus {
        let answer = if failure.drains {
            "drain"
        } else {
            "go on without them"
        };
        lines.push(format!(
            "failure  {}  {}, whose nodes {answer}",
            plain(&failure.name),
            counted(failure.gpus.len() as u64, "GPU"),
        ));
    }
    lines.extend(
        model
            .weather
            .maintenance
            .iter()
            .map(|plan| maintenance(model, plan)),
    );
    wires(model, &mut lines);
    lines
}

/// Links, storages and services that fail by law.
fn wires(model: &Model, lines: &mut Vec<String>) {
    for failure in &model.weather.cuts {
        let links: Vec<&str> = failure
            .links
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let lanes = failure.links.iter().flat_map(|(_, lanes)| lanes);
        let mut stored = lanes.filter_map(|&lane| model.network.storage(lane));
        let noun = stored.next().map_or("link", |_| "storage");
        lines.push(format!(
            "failure  {}  of {}: {}",
            plain(&failure.name),
            counted(links.len() as u64, noun),
            plain(&links.join(", "))
        ));
    }
    lines.extend(failures(model));
}

fn dry(market: &Market, drought: &SharedDrought) -> String {
    let zones = drought.zones.iter();
    let of: Vec<_> = zones.map(|&zone| plain(&market.zones[zone].name)).collect();
    format!(
        "drought  {}  {} dry at once: {}",
        plain(&drought.name),
        counted(of.len() as u64, "market"),
        of.join(", ")
    )
}

/// Luck that several things share.
fn factors(model: &Model) -> Vec<String> {
    let common = model.factors.common.as_ref();
    let names = common.map_or(&[][..], |common| common.names());
    let line = |(name, effect): (&String, &Effect)| {
        let pools = effect
            .pools
            .iter()
            .map(|&pool| plain(&model.pool(pool).name));
        let pools: Vec<_> = pools.collect();
        let of = match pools.as_slice() {
            [] => String::new(),
            pools => format!(" of {}", pools.join(", ")),
        };
        format!(
            "factor  {}  moves {}{of}",
            plain(name),
            effect.moves.words()
        )
    };
    let mut lines: Vec<String> = names.iter().zip(&model.factors.effects).map(line).collect();
    for (later, name) in names.iter().enumerate() {
        for (earlier, other) in names[..later].iter().enumerate() {
            let together = common.map_or(0.0, |common| common.correlation(earlier, later));
            // What was declared, but for the last bits of a square root.
            if together.abs() > 1e-9 {
                let (other, name) = (plain(other), plain(name));
                lines.push(format!("correlation  {other} and {name}  {together:.2}"));
            }
        }
    }
    lines
}

/// Prices that change, and those of spot capacity.
fn prices(model: &Model, tariffs: &Tariffs, end: SimTime) -> Vec<String> {
    let market = &model.weather.market;
    let mut lines = Vec::new();
    for (index, pool) in model.pools.iter().enumerate() {
        let id = PoolId::from(index);
        let Supply::Rented(terms) = &pool.supply else {
            continue;
        };
        let steps = terms.prices.steps().count();
        let law = market.prices.iter().find(|moving| moving.pool == id);
        let way = match law.map(|moving| &moving.law) {
            Some(PriceLaw::Wandering { .. }) => "drawn, mean-reverting".to_owned(),
            Some(PriceLaw::Steered { .. }) => "drawn, in regular steps".to_owned(),
            Some(PriceLaw::Jumping(_)) => "drawn, jumping".to_owned(),
            None if steps > 1 => counted(steps as u64, "step"),
            None if market.cycle.is_some() => "times the market cycle".to_owned(),
            None if model.moves_price_of(id) => "times what it shares or what happens".to_owned(),
            None if terms.kind == RentKind::Spot => "constant".to_owned(),
            None => continue,
        };
        lines.push(format!(
            "price  {}  {way}; {}{}",
            plain(&pool.name),
            range(model, tariffs, id, end),
            first_world(model.moves_price_of(id)),
        ));
    }
    lines
}

fn range(model: &Model, tariffs: &Tariffs, pool: PoolId, end: SimTime) -> String {
    let changes = tariffs.changes(pool).take_while(|&at| at < end);
    let at = std::iter::once(SimTime::ZERO).chain(changes);
    let prices: Vec<f64> = at.map(|at| tariffs.price_at(pool, at).as_units()).collect();
    let least = prices.iter().copied().fold(f64::INFINITY, f64::min);
    let most = prices.iter().copied().fold(0.0, f64::max);
    let integral = tariffs.between(pool, SimTime::ZERO, end) as f64;
    let mean = integral / 1e6 / (end.0.max(1) as f64);
    let unit = format!("{}/GPU-h", model.currency.code());
    if prices.len() == 1 {
        return format!("{} {unit}", amount(least));
    }
    let [least, most, mean] = [least, most, mean].map(amount);
    format!("{least} to {most}, on average {mean} {unit}")
}

const fn first_world(drawn: bool) -> &'static str {
    if drawn {
        " in the first sampled world"
    } else {
        ""
    }
}

fn market_line(
    model: &Model,
    place: usize,
    zone: &Zone,
    weather: &[Incident],
    end: SimTime,
) -> String {
    let market = &model.weather.market;
    let how = match &zone.capacity {
        ZoneCapacity::Constant(instances) => format!("{instances} instances"),
        ZoneCapacity::Drawn(market) => {
            format!("{:.0} instances on average when up", market.size.mean())
        }
        ZoneCapacity::Recorded { length, .. } => {
            let days = length.0 as f64 / 1e3;
            format!("a recording of {}", duration(days, None))
        }
    };
    let region = zone.region.map_or_else(String::new, |region| {
        format!(", region {}", plain(&market.regions[region].0))
    });
    let pools: Vec<String> = zone
        .pools
        .iter()
        .map(|&(pool, notice)| {
            let name = plain(&model.pool(pool).name).into_owned();
            match notice {
                Some(notice) => {
                    format!("{name} (notice {})", duration(notice.0 as f64 / 1e3, None))
                }
                None => format!("{name} (nothing is taken back)"),
            }
        })
        .collect();
    let drawn = matches!(zone.capacity, ZoneCapacity::Drawn(_))
        || zone.drought.is_some()
        || market
            .droughts
            .iter()
            .any(|drought| drought.zones.contains(&place));
    let share = zone.pools.first().map_or_else(String::new, |&(pool, _)| {
        let share = 100.0 * time_up(weather, pool, end);
        format!(
            "; some to be had {share:.0} % of the time{}",
            first_world(drawn)
        )
    });
    let of = if pools.is_empty() {
        "nobody rents there".to_owned()
    } else {
        pools.join(", ")
    };
    format!("market  {}  {how}{region}: {of}{share}", plain(&zone.name))
}

/// The share of time with any capacity.
fn time_up(weather: &[Incident], pool: PoolId, end: SimTime) -> f64 {
    let (mut up, mut since, mut now) = (0, SimTime::ZERO, true);
    for incident in weather.iter().filter(|incident| incident.at < end) {
        if let Happening::Capacity {
            pool: of,
            instances,
            ..
        } = incident.what
            && of == pool
        {
            up += if now { incident.at.since(since).0 } else { 0 };
            (since, now) = (incident.at, instances > 0);
        }
    }
    up += if now { end.since(since).0 } else { 0 };
    up as f64 / end.0.max(1) as f64
}

fn maintenance(model: &Model, plan: &Maintenance) -> String {
    let span = |span: Span| duration(span.0 as f64 / 1e3, None);
    let rounds = plan.every.map_or_else(
        || "once".to_owned(),
        |every| format!("then every {}", span(every)),
    );
    format!(
        "maintenance  {}  {} in {}, {} each, from {}, {rounds}; announced {} before",
        plain(&plan.name),
        counted(u64::from(plan.nodes()), "node"),
        match plan.batches.len() {
            1 => "one batch".to_owned(),
            many => format!("{many} batches"),
        },
        span(plan.lasts),
        model.epoch.format(plan.start),
        span(plan.notice),
    )
}

fn term(model: &Model, pool: &Pool) -> Option<String> {
    let term = pool.term()?;
    let until = if term.until == SimTime::NEVER {
        "the end".to_owned()
    } else {
        model.epoch.format(term.until)
    };
    Some(format!(
        "term  {}  {} GPUs from {} to {until}",
        plain(&pool.name),
        pool.gpus(),
        model.epoch.format(term.from)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_up_is_counted_to_the_end() {
        let steps = [(SimTime(0), 0), (SimTime(10), 3), (SimTime(30), 0)];
        let weather: Vec<Incident> = Incident::capacities(PoolId(1), None, steps).collect();
        // Up from 10 to 30 of 40.
        assert!((time_up(&weather, PoolId(1), SimTime(40)) - 0.5).abs() < 1e-12);
        assert!((time_up(&weather, PoolId(0), SimTime(40)) - 1.0).abs() < 1e-12);
    }
}
