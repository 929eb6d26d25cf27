//! `price_moves = { … }` of an offer: how its price moves by itself.

use crate::model::{PriceLaw, PriceSteps, RentKind};
use crate::process::{ChainStart, Controller, MarkovChain, MarkovPrice, MeanReverting, Stress};
use crate::scenario::{Given, OfferSpec, Origin, PriceMovesKind, PriceMovesSpec};
use crate::units::{Price, SimTime, Span, parse_price};

use super::context::Context;
use super::offers::Terms;
use super::prices;

/// Words that mean something for one kind only.
const WANDERING: &str = "mean-reverting";
const STEERED: &str = "controller";
const JUMPING: &str = "markov";

/// The law of an offer's price; `None` if it does not move, or something is wrong.
pub(super) fn read(
    context: &mut Context,
    offer: &OfferSpec,
    terms: &Terms<'_>,
    kind: RentKind,
    posted: &PriceSteps,
) -> Option<PriceLaw> {
    let (spec, at) = offer.price_moves.here()?;
    for (other, word) in [
        (offer.steps.origin(), "steps"),
        (offer.prices.origin(), "prices"),
    ] {
        if let Some(other) = other {
            let message = format!("both `{word}` and `price_moves` are given");
            context.fault(other, message, "keep one of them");
        }
    }
    let example = "kind = \"mean-reverting\" (or controller, markov)";
    let (&way, _) = context.required(&spec.kind, at, "the way in which a price moves", example)?;
    strangers(context, spec, way);
    if way == PriceMovesKind::Markov {
        return jumping(context, spec, at, posted);
    }
    let start = posted.price_at(SimTime::ZERO);
    let on_demand = reference(context, offer, at, terms, kind, start)?;
    let share = start.0 as f64 / on_demand.0 as f64;
    let before = context.problems.len();
    let (law, check) = if way == PriceMovesKind::MeanReverting {
        let law = wandering(context, spec, share);
        let check = law.check();
        (PriceLaw::Wandering { law, on_demand }, check)
    } else {
        let law = steered(context, spec, share);
        let check = law.check();
        let provider = provider(spec, terms);
        (
            PriceLaw::Steered {
                law,
                on_demand,
                provider,
            },
            check,
        )
    };
    if context.problems.len() > before {
        return None;
    }
    if let Err(why) = check {
        let message = format!("this price cannot move so: {why}");
        context.fault(at, message, "change `price`, or the words given here");
        return None;
    }
    Some(law)
}

/// The price of which moving prices are shares.
fn reference(
    context: &mut Context,
    offer: &OfferSpec,
    at: Origin,
    terms: &Terms<'_>,
    kind: RentKind,
    start: Price,
) -> Option<Price> {
    let currency = context.currency;
    let given = context.quantity(&offer.on_demand, |text| parse_price(text, currency));
    let price = match (given, kind) {
        (Some(price), _) => price,
        (None, _) if !offer.on_demand.is_absent() => return None,
        (None, RentKind::OnDemand) => start,
        (None, RentKind::Spot) => {
            let listed = terms.place.region.is_some_and(|region| {
                region.offer(terms.gpu).is_some()
                    && context.currency.code() == context.catalog.currency()
            });
            if !listed {
                let message = "moving prices are shares of an on-demand price, which is missing";
                let fix = "add on_demand = \"7.91 USD/GPU-h\" to the offer";
                context.fault(at, message, fix);
                return None;
            }
            prices::list_price(context, at, terms, RentKind::OnDemand, "on-demand price")?
        }
    };
    if price.0 == 0 {
        let origin = offer.on_demand.origin().unwrap_or(at);
        let fix = "write a price above zero";
        context.fault(origin, "nothing is a share of a price of zero", fix);
        return None;
    }
    Some(price)
}

fn wandering(context: &mut Context, spec: &PriceMovesSpec, start: f64) -> MeanReverting {
    let level = context.number(&spec.level, 1e-3, 10.0).unwrap_or(start);
    let usual = MeanReverting::usual(start, level);
    let stress = usual.stress.filter(|_| spec.stress.value() != Some(&false));
    let stress = stress.map(|stress| Stress {
        mean_between: span(context, &spec.stress_between, stress.mean_between),
        mean_length: span(context, &spec.stress_length, stress.mean_length),
        ..stress
    });
    MeanReverting {
        half_life: span(context, &spec.half_life, usual.half_life),
        daily_sigma: number(context, &spec.sigma, usual.daily_sigma),
        floor: number(context, &spec.floor, usual.floor),
        cap: number(context, &spec.cap, usual.cap),
        every: span(context, &spec.every, usual.every),
        stress,
        ..usual
    }
}

fn steered(context: &mut Context, spec: &PriceMovesSpec, start: f64) -> Controller {
    let usual = Controller::usual(start);
    Controller {
        every: span(context, &spec.every, usual.every),
        target: number(context, &spec.target, usual.target),
        utilisation: number(context, &spec.utilisation, usual.utilisation),
        utilisation_half_life: span(context, &spec.half_life, usual.utilisation_half_life),
        utilisation_start: context.number(&spec.utilisation_start, 0.001, 0.999),
        floor: number(context, &spec.floor, usual.floor),
        cap: number(context, &spec.cap, usual.cap),
        ..usual
    }
}

/// Whose markets look on the same days and share part of their luck.
fn provider(spec: &PriceMovesSpec, terms: &Terms<'_>) -> String {
    let of_region = terms.place.region.map(|region| region.provider.clone());
    let given = spec.provider.value().cloned();
    given
        .or(of_region)
        .unwrap_or_else(|| terms.place.site.name.clone())
}

/// A price that jumps from each of its values to any other; it begins at the posted one if that is among them.
fn jumping(
    context: &mut Context,
    spec: &PriceMovesSpec,
    at: Origin,
    posted: &PriceSteps,
) -> Option<PriceLaw> {
    let currency = context.currency;
    let mut values: Vec<(Price, Span)> = Vec::new();
    let mut complete = true;
    for (state, table) in spec.states.items() {
        let example = "price = \"2.40 USD/GPU-h\"";
        context.required(&state.price, table, "a price", example);
        let price = context.quantity(&state.price, |text| parse_price(text, currency));
        context.required(&state.stay, table, "how long it holds", "stay = \"12 h\"");
        let stay = context.slow_span(&state.stay);
        complete &= price.is_some() && stay.is_some();
        values.extend(price.zip(stay));
    }
    if !complete {
        return None;
    }
    if values.len() < 2 {
        let fix = "add states = [{ price = \"…\", stay = \"12 h\" }, …]";
        context.fault(at, "a price that jumps needs at least two states", fix);
        return None;
    }
    let others = (values.len() - 1) as f64;
    let rate = |from: usize, to: usize| {
        let jumps = 1.0 / (values[from].1.as_hours() * others);
        if from == to { 0.0 } else { jumps }
    };
    let row = |from| (0..values.len()).map(|to| rate(from, to)).collect();
    let first = posted.price_at(SimTime::ZERO);
    let start = match values.iter().position(|&(price, _)| price == first) {
        Some(state) => ChainStart::State(state),
        None => ChainStart::Stationary,
    };
    let prices = values.iter().map(|&(price, _)| price).collect();
    let law = MarkovChain::new((0..values.len()).map(row).collect(), start)
        .and_then(|chain| MarkovPrice::new(chain, prices));
    match law {
        Ok(law) => Some(PriceLaw::Jumping(law)),
        Err(why) => {
            let message = format!("this price cannot move so: {why}");
            context.fault(at, message, "change its states");
            None
        }
    }
}

fn span(context: &mut Context, field: &Given<String>, usual: Span) -> Span {
    context.slow_span(field).unwrap_or(usual)
}

fn number(context: &mut Context, field: &Given<f64>, usual: f64) -> f64 {
    // The law itself says which values make sense.
    context.number(field, 0.0, 1e6).unwrap_or(usual)
}

/// Words of another kind are mistakes.
fn strangers(context: &mut Context, spec: &PriceMovesSpec, way: PriceMovesKind) {
    let name = match way {
        PriceMovesKind::MeanReverting => WANDERING,
        PriceMovesKind::Controller => STEERED,
        PriceMovesKind::Markov => JUMPING,
    };
    for (origin, word, kinds) in [
        (spec.every.origin(), "every", &[WANDERING, STEERED][..]),
        (spec.floor.origin(), "floor", &[WANDERING, STEERED]),
        (spec.cap.origin(), "cap", &[WANDERING, STEERED]),
        (spec.half_life.origin(), "half_life", &[WANDERING, STEERED]),
        (spec.level.origin(), "level", &[WANDERING]),
        (spec.sigma.origin(), "sigma", &[WANDERING]),
        (spec.stress.origin(), "stress", &[WANDERING]),
        (spec.stress_between.origin(), "stress_between", &[WANDERING]),
        (spec.stress_length.origin(), "stress_length", &[WANDERING]),
        (spec.target.origin(), "target", &[STEERED]),
        (spec.utilisation.origin(), "utilisation", &[STEERED]),
        (
            spec.utilisation_start.origin(),
            "utilisation_start",
            &[STEERED],
        ),
        (spec.provider.origin(), "provider", &[STEERED]),
        (spec.states.origin(), "states", &[JUMPING]),
    ] {
        if let Some(origin) = origin.filter(|_| !kinds.contains(&name)) {
            let message = format!("`{word}` means nothing for a {name} price");
            let fix = format!("it belongs to kind = \"{}\"", kinds.join("\" or \""));
            context.fault(origin, message, fix);
        }
    }
}
