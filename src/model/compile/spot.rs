//! `spot` of a `[[strategy]]`.

use crate::model::{Model, Placement, RentKind, SpotPolicy, Supply, Uniform, Zones};
use crate::scenario::{Given, Origin, ScenarioFile, SpotKind, SpotSpec};
use crate::units::Span;

use super::context::Context;

/// What changing between spot and on demand takes unless given.
const CHANGEOVER: Span = Span(10 * 60_000);

pub(super) fn read(context: &mut Context, field: &Given<SpotSpec>) -> Option<SpotPolicy> {
    let (spec, table) = field.here()?;
    let example =
        "policy = \"eager-next\" (or cheapest-order, retry-same, bandit, uniform-progress)";
    let policy = context.required(&spec.policy, table, "the policy", example);
    let (&kind, _) = policy?;
    check_keys(context, spec, kind);
    let zones = match kind {
        SpotKind::CheapestOrder | SpotKind::UniformProgress => Zones::Cheapest,
        SpotKind::RetrySame => Zones::RetrySame {
            tries: context.count(&spec.tries, 1_000_000).unwrap_or(3),
        },
        SpotKind::EagerNext => Zones::EagerNext,
        SpotKind::Bandit => Zones::Bandit,
    };
    let never = spec.on_demand_after.value().map(String::as_str) == Some("never");
    let on_demand_after = if never {
        None
    } else {
        Some(context.span(&spec.on_demand_after).unwrap_or(Span::ZERO))
    };
    let uniform = (kind == SpotKind::UniformProgress).then(|| Uniform {
        changeover: context.span(&spec.changeover).unwrap_or_else(|| {
            context.note_default("strategy: changeover of uniform progress", "10 min");
            CHANGEOVER
        }),
    });
    Some(SpotPolicy {
        zones,
        on_demand_after,
        uniform,
    })
}

/// A setting that the policy does not have would be ignored in silence otherwise.
fn check_keys(context: &mut Context, spec: &SpotSpec, kind: SpotKind) {
    let keys: [(Option<Origin>, &str, SpotKind); 2] = [
        (spec.tries.origin(), "tries", SpotKind::RetrySame),
        (
            spec.changeover.origin(),
            "changeover",
            SpotKind::UniformProgress,
        ),
    ];
    for (origin, key, of) in keys {
        if let (Some(origin), false) = (origin, of == kind) {
            let message = format!("`{key}` means nothing for this policy");
            context.fault(origin, message, "leave it out, or change the policy");
        }
    }
}

/// What a policy needs: a placement that rents by price, pools of kind spot, deadlines.
pub(super) fn check(context: &mut Context, file: &ScenarioFile, model: &Model) {
    for (spec, _) in file.strategy.items() {
        let own = spec.name.value();
        let mut known = model.strategies.iter();
        let Some(settings) = known.find(|known| Some(&known.name) == own) else {
            continue;
        };
        let (Some(policy), Some(at)) = (settings.spot, spec.spot.origin()) else {
            continue;
        };
        match settings.placement {
            Placement::Scored(_) => {
                let fix = "leave `spot` out, or write kind = \"private-first\", \"public-only\" or \"cheapest\"";
                context.fault(
                    at,
                    "a placement that ranks all pools chooses zones itself",
                    fix,
                );
            }
            Placement::PrivateOnly => {
                let fix = "leave `spot` out, or write kind = \"private-first\"";
                context.fault(at, "a strategy that rents nothing has no use for spot", fix);
            }
            _ => {}
        }
        let is_spot = |supply: &Supply| matches!(supply, Supply::Rented(terms) if terms.kind == RentKind::Spot);
        if !model.pools.iter().any(|pool| is_spot(&pool.supply)) {
            let fix = "add a pool with offer = { kind = \"spot\" }";
            context.fault(at, "no pool is spot capacity", fix);
        }
        let mut classes = model.classes.iter();
        if policy.uniform.is_some() && !classes.any(|class| class.deadline.is_some()) {
            let fix = "add deadline = \"24 h\" to a [[class]]";
            context.fault(at, "no class has a deadline", fix);
        }
    }
}
