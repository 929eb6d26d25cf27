//! Placements that rank all pools: their words, and what they need to know of the estate.

use crate::model::{Grouping, Model, Placement, Scored, Scoring, Weights};
use crate::scenario::{
    Given, Origin, PlacementKind, PlacementSpec, ScenarioFile, SpreadByKind, WeightsSpec,
};
use crate::units::{SiteId, Span};

use super::context::Context;
use super::strategies::Names;

/// A ranking placement; `None` for the other kinds.
pub(super) fn read(
    context: &mut Context,
    spec: &PlacementSpec,
    table: Origin,
    kind: PlacementKind,
    names: Names<'_>,
) -> Option<Scored> {
    check_keys(context, spec, kind);
    let by = match kind {
        PlacementKind::Weighted => Scoring::Weighted(weights(context, spec, table)),
        PlacementKind::DataGravity => Scoring::DataGravity,
        PlacementKind::LatencyFirst => Scoring::LatencyFirst,
        PlacementKind::CarbonAware => Scoring::CarbonAware,
        PlacementKind::Spread => Scoring::Spread(match spec.by.value() {
            Some(SpreadByKind::Class) => Grouping::Class,
            Some(SpreadByKind::Tenant) | None => Grouping::Tenant,
        }),
        PlacementKind::DeadlineAware => Scoring::DeadlineAware {
            slack: context.span(&spec.slack).unwrap_or(Span::ZERO),
        },
        PlacementKind::PrivateOnly
        | PlacementKind::PublicOnly
        | PlacementKind::PrivateFirst
        | PlacementKind::Cheapest => return None,
    };
    let mut scored = Scored {
        by,
        ceiling: super::strategies::ceiling(context, &spec.price_ceiling),
        from: None,
    };
    if let Some((name, origin)) = spec.from.here() {
        let place = names.sites.iter().position(|site| site == name);
        if place.is_none() {
            context.unknown(origin, "site", name, names.sites);
        }
        scored.from = place.map(SiteId::from);
    }
    if scored.asks_latency() && spec.from.is_absent() {
        let fix = "add from = \"…\", the site from which nearness is measured";
        context.fault(table, "latency is measured from somewhere", fix);
    }
    Some(scored)
}

/// A setting that the placement does not have would be ignored in silence otherwise.
fn check_keys(context: &mut Context, spec: &PlacementSpec, kind: PlacementKind) {
    use PlacementKind::{DeadlineAware, LatencyFirst, Spread, Weighted};
    let keys: [(Option<Origin>, &str, &[PlacementKind]); 4] = [
        (spec.weights.origin(), "weights", &[Weighted]),
        (spec.from.origin(), "from", &[Weighted, LatencyFirst]),
        (spec.by.origin(), "by", &[Spread]),
        (spec.slack.origin(), "slack", &[DeadlineAware]),
    ];
    for (origin, key, kinds) in keys {
        if let (Some(origin), false) = (origin, kinds.contains(&kind)) {
            let message = format!("`{key}` means nothing for this kind of placement");
            context.fault(origin, message, "leave it out, or change the kind");
        }
    }
}

fn weights(context: &mut Context, spec: &PlacementSpec, table: Origin) -> Weights {
    let Some((words, at)) = spec.weights.here() else {
        if spec.weights.is_absent() {
            let fix = "add weights = { cost = 1, delay = 10 }: what a unit of each term is worth";
            context.fault(table, "a weighted placement has no weights", fix);
        }
        return Weights::default();
    };
    let WeightsSpec {
        cost,
        delay,
        data,
        latency,
        carbon,
        fragmentation,
    } = words;
    let mut weight = |field: &Given<f64>, usual| {
        let value = context.number(field, 0.0, 1_000_000.0);
        value.map_or(usual, |value| (value * 1000.0).round() as u64)
    };
    let weights = Weights {
        cost: weight(cost, 1000),
        delay: weight(delay, 0),
        data: weight(data, 0),
        latency: weight(latency, 0),
        carbon: weight(carbon, 0),
        fragmentation: weight(fragmentation, 0),
    };
    if weights == Weights::default() {
        context.fault(at, "nothing has any weight", "write cost = 1, for one");
    }
    weights
}

/// What ranking placements need: a way from where nearness is measured, intensities, deadlines.
pub(super) fn check(context: &mut Context, file: &ScenarioFile, model: &Model) {
    for (spec, _) in file.strategy.items() {
        let own = spec.name.value();
        let Some(settings) = model
            .strategies
            .iter()
            .find(|known| Some(&known.name) == own)
        else {
            continue;
        };
        if let (Placement::Scored(scored), Some(at)) = (settings.placement, spec.placement.origin())
        {
            needs(context, model, &scored, at);
        }
        let place = model.strategies.iter().position(|known| known == settings);
        let later = place.and_then(|place| model.rollout.later.get(place));
        for (words, own) in spec.in_phase.items().zip(later.into_iter().flatten()) {
            if let (Placement::Scored(scored), Some(at)) =
                (own.placement, words.0.placement.origin())
            {
                needs(context, model, &scored, at);
            }
        }
    }
}

fn needs(context: &mut Context, model: &Model, scored: &Scored, at: Origin) {
    if let Some(from) = scored.from.filter(|_| scored.asks_latency()) {
        let sites = model.pools.iter().map(|pool| pool.site);
        let far = sites
            .filter(|&to| to != from && model.network.routes(from, to).is_empty())
            .map(|to| &model.sites[to.index()].name)
            .next();
        if let Some(name) = far {
            let from = &model.sites[from.index()].name;
            let message = format!("no link leads from `{from}` to `{name}`: how far is it?");
            context.fault(at, message, "add a [[link]] with its latency");
        }
    }
    let unmetered = (0..model.pools.len()).find(|&pool| model.power.meter(pool.into()).is_none());
    if let (true, Some(pool)) = (scored.asks_carbon(), unmetered) {
        let site = &model.site_of(pool.into()).name;
        let message = format!("nobody says what power emits at `{site}`");
        let fix = "add carbon = \"… g/kWh\" to the site";
        context.fault(at, message, fix);
    }
    let deadlines = model.classes.iter().any(|class| class.deadline.is_some());
    if matches!(scored.by, Scoring::DeadlineAware { .. }) && !deadlines {
        let fix = "add deadline = \"24 h\" to a [[class]]";
        context.fault(at, "no class has a deadline", fix);
    }
}
