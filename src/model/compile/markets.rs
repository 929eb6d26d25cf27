//! `[[market]]`: what the market lets us have, by itself.

use std::collections::BTreeSet;

use crate::model::{Horizon, Market, MovingPrice, Supply, Zone, ZoneCapacity};
use crate::process::{Daily, Law, Losses, MarketTier, RegionalFactor, TwoPhases, ZoneMarket};
use crate::scenario::{
    DroughtTimesSpec, Given, LawSpec, MarketSpec, Origin, ScenarioFile, TierKind,
};
use crate::units::{PoolId, Span};

use super::availability;
use super::balances;
use super::context::Context;
use super::contracts;
use super::cycle;
use super::droughts;
use super::laws;
use super::pools::PoolDraft;
use super::regions;
use super::run::Run;

/// The hour of the day, in UTC, at which capacity is easiest to get unless somebody knows better.
const BEST_HOUR: f64 = 6.0;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    pools: &mut [PoolDraft],
) -> Market {
    let mut market = Market {
        cycle: cycle::read(context, &file.market_cycle),
        prices: moving(pools),
        contracts: contracts::of(pools),
        ..Market::default()
    };
    let drafts = drafts(context, file);
    factors(context, &drafts, &mut market);
    for draft in &drafts {
        let zone = zone(context, run, draft, &market);
        market.zones.extend(zone);
    }
    let best = drafts
        .iter()
        .filter(|draft| draft.spec.region.value().is_some());
    let best = best
        .filter_map(|draft| draft.times)
        .max_by(|one, other| one.availability().total_cmp(&other.availability()));
    regions::share(
        context,
        file,
        &mut market,
        best.map(|times| (times.up, times.down)),
    );
    attach(context, file, pools, &mut market);
    balances::prices(context, file, pools, &mut market);
    droughts::shared(context, file, &mut market);
    bounded(context, file, run, pools);
    market
}

/// What is drawn is drawn up to a horizon.
fn bounded(context: &mut Context, file: &ScenarioFile, run: &Run, pools: &[PoolDraft]) {
    if run.horizon != Horizon::UntilEmpty {
        return;
    }
    let market = file.market.items().map(|(_, table)| table);
    let moves = file.pool.items().filter_map(|(pool, _)| {
        let offer = pool.offer.value()?;
        offer.price_moves.origin()
    });
    let all = market.chain(moves).chain(file.market_cycle.origin());
    if let Some(at) = all.min_by_key(|origin| *origin)
        && !pools.is_empty()
    {
        let fix = "give [scenario] a horizon, such as \"28 d\"";
        context.fault(
            at,
            "a market is drawn up to a horizon, and there is none",
            fix,
        );
    }
}

/// The laws of prices move from the drafts into the market.
fn moving(pools: &mut [PoolDraft]) -> Vec<MovingPrice> {
    let price = |(index, draft): (usize, &mut PoolDraft)| {
        let law = draft.moves.take()?;
        let pool = PoolId::from(index);
        Some(MovingPrice { pool, law })
    };
    pools.iter_mut().enumerate().filter_map(price).collect()
}

/// A market before the region's factor is known.
struct Draft<'a> {
    spec: &'a MarketSpec,
    table: Origin,
    name: String,
    times: Option<Times>,
}

/// Up and down times, with what its region would share.
#[derive(Clone, Copy)]
struct Times {
    up: TwoPhases,
    down: TwoPhases,
    correlation: f64,
    together: f64,
}

impl Times {
    fn availability(&self) -> f64 {
        self.up.mean() / (self.up.mean() + self.down.mean())
    }
}

fn drafts<'a>(context: &mut Context, file: &'a ScenarioFile) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.market.items() {
        let name = context.name(&spec.name, table, "market", &mut taken);
        let before = context.problems.len();
        let times = zone_times(context, spec, table);
        if let Some(name) = name.filter(|_| context.problems.len() == before) {
            drafts.push(Draft {
                spec,
                table,
                name,
                times,
            });
        }
    }
    drafts
}

/// The times of a tier, or those that are given; `None` if the market is always up or recorded.
fn zone_times(context: &mut Context, spec: &MarketSpec, table: Origin) -> Option<Times> {
    let forms = [
        spec.tier.origin(),
        spec.up.origin().or(spec.down.origin()),
        spec.availability.origin(),
    ];
    if let [_, second, ..] = forms.into_iter().flatten().collect::<Vec<_>>()[..] {
        let fix = "keep `tier`, `up` and `down`, or `availability`";
        context.fault(second, "the capacity of this market is given twice", fix);
        return None;
    }
    if let Some(&kind) = spec.tier.value() {
        let tier = tier(kind);
        return Some(Times {
            up: tier.up(),
            down: tier.down(),
            correlation: tier.correlation(),
            together: tier.together(),
        });
    }
    if spec.up.is_absent() && spec.down.is_absent() {
        return None;
    }
    let correlation = context.number(&spec.correlation, 0.001, 0.999);
    let together = context.number(&spec.together, 0.001, 0.999);
    let example = "up = { weight = 0.7, first = \"1 h\", second = \"23 h\" }";
    let up = two_phases(context, &spec.up, table, "the time with capacity", example);
    let example = "down = { weight = 0.8, first = \"30 min\", second = \"140 min\" }";
    let down = two_phases(context, &spec.down, table, "the time without", example);
    let usual = MarketTier::Scarce;
    Some(Times {
        up: up?,
        down: down?,
        correlation: correlation.unwrap_or(usual.correlation()),
        together: together.unwrap_or(usual.together()),
    })
}

const fn tier(kind: TierKind) -> MarketTier {
    match kind {
        TierKind::Good => MarketTier::Good,
        TierKind::Medium => MarketTier::Medium,
        TierKind::Scarce => MarketTier::Scarce,
        TierKind::VeryScarce => MarketTier::VeryScarce,
    }
}

fn two_phases(
    context: &mut Context,
    field: &Given<LawSpec>,
    table: Origin,
    what: &str,
    example: &str,
) -> Option<TwoPhases> {
    let law = laws::required(context, field, table, what, example)?;
    let origin = field.origin().unwrap_or(table);
    let phases = match law {
        Law::Hyperexponential {
            weight,
            first,
            second,
        } => TwoPhases {
            weight,
            short: first,
            long: second,
        },
        Law::Exponential { mean } => TwoPhases {
            weight: 0.5,
            short: mean,
            long: mean,
        },
        _ => {
            let fix = "write { mean = … } or { weight = …, first = …, second = … }";
            let message = "markets are up and down for times of two exponential phases";
            context.fault(origin, message, fix);
            return None;
        }
    };
    context.slow(phases.mean(), origin).then_some(phases)
}

/// One factor for each region: that of its zone with the most capacity, since no zone is up more than it.
fn factors(context: &mut Context, drafts: &[Draft<'_>], market: &mut Market) {
    let mut best: Vec<(&str, Times, Origin)> = Vec::new();
    for draft in drafts {
        let (Some(region), Some(times)) = (draft.spec.region.value(), draft.times) else {
            continue;
        };
        match best.iter_mut().find(|(name, ..)| name == region) {
            Some(known) if known.1.availability() < times.availability() => {
                (known.1, known.2) = (times, draft.table);
            }
            Some(_) => {}
            None => best.push((region, times, draft.table)),
        }
    }
    for (name, times, at) in best {
        match RegionalFactor::new(times.up, times.down, times.correlation, times.together) {
            Ok(factor) => market.regions.push((name.to_owned(), factor)),
            Err(why) => {
                let message = format!("the zones of region `{name}` cannot share a factor: {why}");
                context.fault(at, message, "change the words of this market");
            }
        }
    }
}

fn zone(context: &mut Context, run: &Run, draft: &Draft<'_>, market: &Market) -> Option<Zone> {
    let Draft { spec, table, .. } = draft;
    let known = |name: &String| market.regions.iter().position(|(region, _)| region == name);
    let region = spec.region.value().and_then(known);
    let drought = spec.drought.here().and_then(|(spec, at)| {
        let DroughtTimesSpec {
            between,
            length,
            new,
        } = spec;
        droughts::times(context, between, length, new, at)
    });
    let instances = context.count(&spec.instances, 1_000_000);
    let capacity = if spec.availability.is_absent() {
        let example = "instances = 16";
        context.required(
            &spec.instances,
            *table,
            "the instances of a market",
            example,
        );
        match draft.times {
            None => ZoneCapacity::Constant(instances?),
            Some(times) => {
                let factor = region.map(|region| &market.regions[region].1);
                let zone = drawn(context, run, draft, times, factor, instances?)?;
                ZoneCapacity::Drawn(Box::new(zone))
            }
        }
    } else {
        availability::read(context, spec, &draft.name)?
    };
    Some(Zone {
        name: draft.name.clone(),
        region: region.filter(|_| draft.times.is_some()),
        capacity,
        drought,
        pools: Vec::new(),
    })
}

/// A zone whose capacity is drawn.
fn drawn(
    context: &mut Context,
    run: &Run,
    draft: &Draft<'_>,
    times: Times,
    factor: Option<&RegionalFactor>,
    instances: u32,
) -> Option<ZoneMarket> {
    let Draft { spec, table, .. } = draft;
    let variation = context.number(&spec.instances_variation, 0.0, 10.0);
    let size = match variation {
        Some(variation) if variation > 0.0 => {
            Law::lognormal_by_mean(f64::from(instances), variation)
        }
        _ => Law::Constant(f64::from(instances)),
    };
    let losses = losses(context, spec)?;
    let daily = daily(context, run, spec);
    match ZoneMarket::new(times.up, times.down, factor, size, losses) {
        Ok(mut zone) => {
            zone.daily = daily;
            Some(zone)
        }
        Err(why) => {
            let message = format!("no capacity comes and goes like this: {why}");
            context.fault(
                *table,
                message,
                "change the words of this market, or its region",
            );
            None
        }
    }
}

fn losses(context: &mut Context, spec: &MarketSpec) -> Option<Losses> {
    let usual = Losses::usual();
    let all = context.number(&spec.loss_all, 0.0, 1.0);
    let mean = context.number(&spec.loss_mean, 1.0, 1e6);
    let between = match spec.loss_between.here() {
        None => usual.between,
        Some((law, origin)) => laws::read(context, law, origin)?,
    };
    Some(Losses {
        all: all.unwrap_or(usual.all),
        mean: mean.unwrap_or(usual.mean),
        between,
    })
}

/// The daily wave, if there is one.
fn daily(context: &mut Context, run: &Run, spec: &MarketSpec) -> Option<Daily> {
    let hour = context
        .number(&spec.best_hour, 0.0, 24.0)
        .unwrap_or(BEST_HOUR);
    let amplitude = context.number(&spec.daily, 0.0, 5.0)?;
    if amplitude == 0.0 {
        return None;
    }
    let day = Span::DAY.0 as i64;
    let start = run.epoch.unix_ms().rem_euclid(day);
    let best = ((hour * 3.6e6) as i64 - start).rem_euclid(day) as u64;
    Daily::new(amplitude, Span(best)).ok()
}

/// Offers name their markets.
fn attach(context: &mut Context, file: &ScenarioFile, pools: &[PoolDraft], market: &mut Market) {
    // A market that was not understood is known all the same.
    let written = file
        .market
        .items()
        .filter_map(|(spec, _)| spec.name.value());
    let known: Vec<&str> = written.map(String::as_str).collect();
    for (index, draft) in pools.iter().enumerate() {
        let Some((name, origin)) = &draft.market else {
            continue;
        };
        let Supply::Rented(terms) = &draft.pool.supply else {
            continue;
        };
        let notice = terms.reclaim_notice();
        match market.zones.iter_mut().find(|zone| zone.name == *name) {
            Some(zone) => zone.pools.push((PoolId::from(index), notice)),
            None if known.contains(&name.as_str()) => {}
            None => context.unknown(*origin, "market", name, &known),
        }
    }
}
