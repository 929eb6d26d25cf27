//! `[[factor]]`, `[[correlation]]`: luck that several things of one replication share.

use std::collections::BTreeSet;

use crate::model::{Effect, Factors, Moves};
use crate::process::CommonFactors;
use crate::scenario::{FactorKind, FactorSpec, OfferKind, Origin, ScenarioFile};
use crate::units::PoolId;

use super::context::Context;
use super::pools::PoolDraft;
use super::selector;
use super::sites::Place;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    sites: &[Place],
    pools: &[PoolDraft],
) -> Factors {
    let mut names: Vec<String> = Vec::new();
    let mut effects = Vec::new();
    let mut taken = BTreeSet::new();
    let before = context.problems.len();
    for (spec, table) in file.factor.items() {
        let name = context.name(&spec.name, table, "factor", &mut taken);
        let effect = effect(context, spec, table, sites, pools);
        if let (Some(name), Some(effect)) = (name, effect) {
            note(context, &name, &effect);
            names.push(name);
            effects.push(effect);
        }
    }
    let pairs = pairs(context, file);
    if names.is_empty() || context.problems.len() > before {
        if let (Some(at), true) = (file.correlation.origin(), file.factor.is_absent()) {
            let fix = "add [[factor]] with a name and what it moves";
            context.fault(at, "there is no factor to correlate", fix);
        }
        return Factors::default();
    }
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut kept: Vec<(&str, &str, f64)> = Vec::new();
    let mut common = None;
    // One by one, so that the pair that contradicts those before it is the one that is shown.
    for (one, other, is, at) in std::iter::once(None)
        .chain(pairs.iter().map(Some))
        .flatten()
    {
        kept.push((one, other, *is));
        match CommonFactors::new(&known, &kept) {
            Ok(_) => {
                let what = format!("factors {one} and {other}: correlation");
                context.note_declared(what, is.to_string());
            }
            Err(why) => {
                context.fault(*at, why, "change this correlation, or another of the two");
                return Factors::default();
            }
        }
    }
    if let Ok(factors) = CommonFactors::new(&known, &kept) {
        common = Some(factors);
    }
    Factors { common, effects }
}

/// What a factor moves shows among the assumptions: it is the scenario's own view of the world.
fn note(context: &mut Context, name: &str, effect: &Effect) {
    let words = effect.moves.words();
    let value = if effect.moves == Moves::LeadTimes {
        format!("one luck for all {words}")
    } else {
        let ninety = libm::exp(effect.spread * Z95);
        let within = format!(
            "× {:.2} to × {ninety:.2} in nine of ten worlds",
            1.0 / ninety
        );
        format!("{words}, {within}")
    };
    context.note_declared(format!("factor {name}: moves"), value);
}

/// The standard normal quantile of .95.
const Z95: f64 = 1.644_853_626_951_472_7;

fn effect(
    context: &mut Context,
    spec: &FactorSpec,
    table: Origin,
    sites: &[Place],
    pools: &[PoolDraft],
) -> Option<Effect> {
    let example = "moves = \"spot-prices\" (or on-demand-prices, contract-renewals, residual-values, lead-times)";
    let (&kind, _) = context.required(&spec.moves, table, "what a factor moves", example)?;
    if kind == FactorKind::LeadTimes {
        for (field, word) in [
            (spec.spread.origin(), "spread"),
            (spec.selector.origin(), "where"),
        ] {
            if let Some(origin) = field {
                let message =
                    format!("`{word}` means nothing here: lead times have laws of their own");
                context.fault(origin, message, "leave it out");
            }
        }
        return Some(Effect {
            moves: Moves::LeadTimes,
            spread: 0.0,
            pools: Vec::new(),
        });
    }
    let what = "how far a factor moves things";
    context.required(&spec.spread, table, what, "spread = 0.25");
    let spread = context.number(&spec.spread, 0.0, 3.0)?;
    let able = |draft: &PoolDraft| can_move(kind, draft);
    let pools: Vec<PoolId> = selector::pools(context, &spec.selector, table, sites, pools, able);
    Some(Effect {
        moves: moved(kind),
        spread,
        pools,
    })
}

fn can_move(kind: FactorKind, draft: &PoolDraft) -> bool {
    match kind {
        FactorKind::SpotPrices => draft.offer == OfferKind::Spot,
        FactorKind::OnDemandPrices => draft.offer == OfferKind::OnDemand,
        FactorKind::ContractRenewals => {
            matches!(draft.offer, OfferKind::Hosted | OfferKind::Reserved)
        }
        FactorKind::ResidualValues => draft.tco.is_some(),
        FactorKind::LeadTimes => false,
    }
}

const fn moved(kind: FactorKind) -> Moves {
    match kind {
        FactorKind::SpotPrices => Moves::SpotPrices,
        FactorKind::OnDemandPrices => Moves::OnDemandPrices,
        FactorKind::ContractRenewals => Moves::ContractRenewals,
        FactorKind::ResidualValues => Moves::ResidualValues,
        FactorKind::LeadTimes => Moves::LeadTimes,
    }
}

/// Pairs of names with their correlation, and where each was written.
fn pairs(context: &mut Context, file: &ScenarioFile) -> Vec<(String, String, f64, Origin)> {
    let mut pairs = Vec::new();
    for (spec, table) in file.correlation.items() {
        let names: Vec<&String> = spec.of.items().map(|(name, _)| name).collect();
        let example = "of = [\"spot\", \"renewals\"]";
        context.required(&spec.of, table, "who is correlated", example);
        context.required(&spec.is, table, "a correlation", "is = 0.5");
        let is = context.number(&spec.is, -1.0, 1.0);
        match names[..] {
            [one, other] => pairs.extend(is.map(|is| (one.clone(), other.clone(), is, table))),
            _ if spec.of.is_absent() => {}
            _ => {
                let at = spec.of.origin().unwrap_or(table);
                context.fault(at, "a correlation is one of two factors", "name two");
            }
        }
    }
    pairs
}
