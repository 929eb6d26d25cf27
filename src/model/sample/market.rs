//! The market of one replication: each price and each zone has luck of its own name.

use crate::dice::Dice;
use crate::model::happening::{Happening, Incident};
use crate::model::market::{MovingPrice, PriceLaw, Zone, ZoneCapacity};
use crate::model::{Model, Moves, Pool, PriceSteps, RentKind, Supply, Tariffs, Timeline};
use crate::process::{ControllerKeys, Drought, combine_steps, multiply_steps};
use crate::units::{PoolId, Price, SimTime, Span};

/// Capacity that changes nothing.
const ENOUGH: u32 = u32::MAX;

impl Model {
    /// What moving prices are at an instant of a sampled world, before what multiplies all of them; and the regime of the
    /// market's cycle.
    pub fn market_at(&self, dice: &Dice, at: SimTime) -> (Vec<(PoolId, Price)>, Option<&str>) {
        let market = &self.weather.market;
        let end = Span(at.0 + 1);
        let price = |moving: &MovingPrice| {
            let steps = drawn(&moving.law, &self.pool(moving.pool).name, dice, end);
            let now = steps.partition_point(|step| step.0 <= at).max(1) - 1;
            (moving.pool, steps[now].1)
        };
        let prices = market.prices.iter().map(price).collect();
        let regime = market.cycle.as_ref().and_then(|cycle| {
            let mut places = Vec::new();
            cycle.sample(dice, dice.key("market cycle", ""), end, &mut places);
            let place = places.iter().rev().find(|step| step.0 <= at)?.1;
            Some(cycle.regimes()[place].name.as_str())
        });
        (prices, regime)
    }
}

impl Timeline {
    /// Draws what capacity costs until `end`; nothing is drawn where only posted prices hold.
    pub(super) fn sample_prices(&mut self, model: &Model, dice: &Dice, end: Span) {
        let market = &model.weather.market;
        if !market.moves_prices() && !model.factors.moves_prices() {
            return;
        }
        let end = end.max(Span(1));
        let scores = model.factors.scores(dice);
        let cycle = market
            .cycle
            .as_ref()
            .map(|cycle| cycle.factors(dice, dice.key("market cycle", ""), end));
        let price = |(index, pool): (usize, &Pool)| {
            let posted = pool.prices();
            let id = PoolId::from(index);
            let moved = match &pool.supply {
                Supply::Owned { price, .. } => {
                    let steps = model.contract_prices(id, *price, &scores);
                    let steps = surcharged(&market.surcharges, id, steps);
                    return PriceSteps::new(&steps).unwrap_or(posted);
                }
                Supply::Rented(terms) => match terms.kind {
                    RentKind::OnDemand => Moves::OnDemandPrices,
                    RentKind::Spot => Moves::SpotPrices,
                },
            };
            let law = market.prices.iter().find(|moving| moving.pool == id);
            let steps = match law {
                Some(moving) => drawn(&moving.law, &pool.name, dice, end),
                None => posted.steps().collect(),
            };
            let steps = match &cycle {
                Some(factors) => multiply_steps(&steps, factors),
                None => steps,
            };
            let steps = surcharged(&market.surcharges, id, steps);
            let level = model.factors.multiplier(&scores, moved, id);
            let steps = if scores.is_empty() {
                steps
            } else {
                let level = libm::round(level * 1e6) as u64;
                multiply_steps(&steps, &[(SimTime::ZERO, level)])
            };
            PriceSteps::new(&steps).unwrap_or(posted)
        };
        let prices = model.pools.iter().enumerate().map(price).collect();
        self.tariffs = Some(Tariffs::new(prices));
    }

    /// Draws how much capacity the zones have until `end`, and takes in what the script says of their pools.
    pub(super) fn sample_capacity(&mut self, model: &Model, dice: &Dice, end: Span) {
        let market = &model.weather.market;
        if market.zones.is_empty() {
            return;
        }
        let end = end.max(Span(1));
        let shared = market.shared.as_ref().map(|shared| {
            let mut steps = Vec::new();
            shared.sample(dice, dice.key("regions", ""), end, &mut steps);
            steps
        });
        let factors: Vec<Vec<(SimTime, bool)>> = market
            .regions
            .iter()
            .map(|(name, factor)| {
                let mut steps = Vec::new();
                factor.sample(dice, dice.key("region", name), end, &mut steps);
                steps
            })
            .collect();
        let supplies: Vec<Vec<(SimTime, bool)>> = market
            .droughts
            .iter()
            .map(|drought| {
                let mut steps = Vec::new();
                let key = dice.key("drought", &drought.name);
                drought.times.sample(dice, key, end, &mut steps);
                steps
            })
            .collect();
        for (place, zone) in market.zones.iter().enumerate() {
            if zone.pools.is_empty() {
                continue;
            }
            let region = zone.region.map(|region| &factors[region][..]);
            let over_all = shared.as_deref().filter(|_| region.is_some());
            let above: Vec<_> = region.into_iter().chain(over_all).collect();
            let mut steps = capacity(zone, dice, end, &above);
            let over = |index: &usize| market.droughts[*index].zones.contains(&place);
            for index in (0..supplies.len()).filter(over) {
                steps = Drought::parch(&steps, &supplies[index]);
            }
            for &(pool, notice) in &zone.pools {
                let steps = self.with_script(pool, &steps);
                self.weather
                    .extend(Incident::capacities(pool, notice, steps));
            }
        }
    }

    /// The least of what a market has and of what the script says of one pool, whose place it takes.
    fn with_script(&mut self, pool: PoolId, steps: &[(SimTime, u32)]) -> Vec<(SimTime, u32)> {
        let mut script = vec![(SimTime::ZERO, ENOUGH)];
        self.weather.retain(|incident| match incident.what {
            Happening::Capacity {
                pool: of,
                instances,
                ..
            } if of == pool => {
                script.push((incident.at, instances));
                false
            }
            _ => true,
        });
        if script.len() == 1 {
            return steps.to_vec();
        }
        script.sort_by_key(|&(at, _)| at);
        combine_steps(steps, &script, u32::min)
    }
}

/// Prices times what happenings multiply them by.
fn surcharged(
    surcharges: &[(PoolId, Vec<(SimTime, u64)>)],
    pool: PoolId,
    steps: Vec<(SimTime, Price)>,
) -> Vec<(SimTime, Price)> {
    let mine = surcharges.iter().filter(|(of, _)| *of == pool);
    mine.fold(steps, |steps, (_, factors)| multiply_steps(&steps, factors))
}

/// What a price by law does until `end`.
fn drawn(law: &PriceLaw, pool: &str, dice: &Dice, end: Span) -> Vec<(SimTime, Price)> {
    let mut steps = Vec::new();
    let key = dice.key("price", pool);
    match law {
        PriceLaw::Wandering { law, on_demand } => {
            law.sample(*on_demand, dice, key, end, &mut steps);
        }
        PriceLaw::Steered {
            law,
            on_demand,
            provider,
        } => {
            let keys = ControllerKeys {
                market: key,
                provider: dice.key("provider", provider),
            };
            law.sample(*on_demand, dice, keys, end, &mut steps);
        }
        PriceLaw::Jumping(law) => law.sample(dice, key, end, &mut steps),
    }
    steps
}

/// What a zone has until `end`, its own droughts included.
fn capacity(
    zone: &Zone,
    dice: &Dice,
    end: Span,
    shared: &[&[(SimTime, bool)]],
) -> Vec<(SimTime, u32)> {
    let key = dice.key("market", &zone.name);
    let mut steps = Vec::new();
    match &zone.capacity {
        ZoneCapacity::Constant(instances) => steps.push((SimTime::ZERO, *instances)),
        ZoneCapacity::Drawn(market) => {
            market.sample(dice, key, end, shared, &mut steps);
        }
        ZoneCapacity::Recorded {
            steps: recorded,
            length,
            shift,
        } => {
            let from = shift.as_ref().map_or(0, |name| {
                let key = dice.key("recording", name);
                let mut stream = dice.stream(key, crate::dice::Purpose::RenewalStart, 0, 2);
                (stream.uniform() * length.0 as f64) as u64
            });
            replayed(recorded, *length, from, end, &mut steps);
        }
    }
    match &zone.drought {
        None => steps,
        Some(drought) => {
            let mut supply = Vec::new();
            drought.sample(dice, dice.key("drought", &zone.name), end, &mut supply);
            Drought::parch(&steps, &supply)
        }
    }
}

/// A recording from the instant `from` of it on, again and again until `end`.
fn replayed(
    recorded: &[(SimTime, u32)],
    length: Span,
    from: u64,
    end: Span,
    out: &mut Vec<(SimTime, u32)>,
) {
    let length = length.0.max(1);
    let from = from % length;
    let first = recorded.partition_point(|step| step.0.0 <= from).max(1) - 1;
    let mut push = |at: u64, value: u32| {
        if out.last().is_none_or(|last| last.1 != value) {
            out.push((SimTime(at), value));
        }
    };
    push(0, recorded[first].1);
    let mut pass = 0u64;
    loop {
        for &(at, value) in recorded {
            let Some(at) = (pass * length + at.0).checked_sub(from) else {
                continue;
            };
            if at >= end.0 {
                return;
            }
            if 0 < at {
                push(at, value);
            }
        }
        pass += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_played_again_when_it_is_over() {
        let recorded = [(SimTime(0), 2), (SimTime(10), 0), (SimTime(25), 3)];
        let played = |from, end| {
            let mut out = Vec::new();
            replayed(&recorded, Span(30), from, Span(end), &mut out);
            out.into_iter().map(|(at, n)| (at.0, n)).collect::<Vec<_>>()
        };
        assert_eq!(played(0, 45), [(0, 2), (10, 0), (25, 3), (30, 2), (40, 0)]);
        // From 12 on: nothing for 13 ms, three instances for 5, two for 10.
        assert_eq!(played(12, 40), [(0, 0), (13, 3), (18, 2), (28, 0)]);
        assert_eq!(played(10, 1), [(0, 0)]);
    }
}
