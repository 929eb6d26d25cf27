//! `[market_cycle]`: what multiplies all rented prices.

use std::collections::BTreeSet;

use crate::process::{ChainStart, MarketCycle, MarketRegime};
use crate::scenario::{Given, MarketCycleSpec};
use crate::units::Span;

use super::context::Context;

/// The cycle, if there is one.
pub(super) fn read(context: &mut Context, field: &Given<MarketCycleSpec>) -> Option<MarketCycle> {
    let (spec, at) = field.here()?;
    let usual = MarketCycle::usual(ChainStart::Stationary);
    let regimes = if spec.regimes.is_absent() {
        let words: Vec<String> = usual.regimes().iter().map(regime_words).collect();
        context.note_default("market cycle: regimes", words.join(", "));
        usual.regimes().to_vec()
    } else {
        regimes(context, spec)?
    };
    let start = match spec.start.here() {
        None => ChainStart::Stationary,
        Some((name, origin)) => {
            let place = regimes.iter().position(|regime| regime.name == *name);
            if place.is_none() {
                let known: Vec<&str> = regimes.iter().map(|r| r.name.as_str()).collect();
                context.unknown(origin, "regime", name, &known);
            }
            ChainStart::State(place?)
        }
    };
    match MarketCycle::new(regimes, start) {
        Ok(cycle) => Some(cycle),
        Err(why) => {
            context.fault(
                at,
                format!("no market goes through these regimes: {why}"),
                "change them",
            );
            None
        }
    }
}

fn regimes(context: &mut Context, spec: &MarketCycleSpec) -> Option<Vec<MarketRegime>> {
    let mut regimes = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in spec.regimes.items() {
        let name = context.name(&spec.name, table, "regime", &mut taken);
        context.required(
            &spec.multiplier,
            table,
            "the multiplier of a regime",
            "multiplier = 1.35",
        );
        let multiplier = context.number(&spec.multiplier, 0.001, 1000.0);
        context.required(
            &spec.lasts,
            table,
            "the length of a regime",
            "lasts = \"270 d\"",
        );
        let mean_time = context.positive_span(&spec.lasts);
        regimes.push(MarketRegime {
            name: name?,
            multiplier: (multiplier? * 1e6).round() as u64,
            mean_time: mean_time?,
        });
    }
    Some(regimes)
}

fn regime_words(regime: &MarketRegime) -> String {
    let multiplier = regime.multiplier as f64 / 1e6;
    let days = regime.mean_time.0 / Span::DAY.0;
    format!("{} × {multiplier} for {days} d", regime.name)
}
