//! `[[strategy]]`: what is compared.

use std::collections::BTreeSet;

use crate::model::{
    Discipline, Placement, Requeue, RuleMode, Rules, Spill, SpillTest, StrategySettings,
};
use crate::scenario::{
    ByName, Given, HeedKind, ModeKind, Origin, PlacementKind, PlacementSpec, Problem, QueueKind,
    QueueSpec, RequeueKind, ScenarioFile, SpillSpec, StrategySpec,
};
use crate::units::{Price, Span, parse_price, parse_span};

use super::context::Context;
use super::rules::mode_of;

/// What strategies may name.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    /// Who pays.
    pub(super) tenants: &'a [String],
    /// Places.
    pub(super) sites: &'a [&'a str],
}

/// Most strategies of a scenario.
const STRATEGIES_MAX: usize = 1_000;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    names: Names<'_>,
    rules: &Rules,
) -> Vec<StrategySettings> {
    let mut strategies: Vec<StrategySettings> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.strategy.items() {
        if strategies.len() == STRATEGIES_MAX {
            context.fault(
                table,
                "too many strategies",
                format!("keep to {STRATEGIES_MAX}"),
            );
            break;
        }
        let name = context.name(&spec.name, table, "strategy", &mut taken);
        let settings = strategy(context, spec, names);
        if let Some(name) = name {
            let rules = modes(context, &spec.rules, rules);
            strategies.push(StrategySettings {
                name,
                rules,
                ..settings
            });
        }
    }
    if file.strategy.is_absent() {
        let fix = "add name, queue and placement";
        context
            .problems
            .push(Problem::new("the scenario has no [[strategy]]", fix));
    }
    strategies
}

fn strategy(context: &mut Context, spec: &StrategySpec, names: Names<'_>) -> StrategySettings {
    let discipline = match spec.queue.here() {
        Some((queue, table)) => discipline(context, queue, table, names.tenants),
        None => Discipline::Easy,
    };
    let placement = match spec.placement.here() {
        Some((placement, table)) => self::placement(context, placement, table, names),
        None => Placement::PrivateOnly,
    };
    StrategySettings {
        name: String::new(),
        discipline,
        placement,
        spot: super::spot::read(context, &spec.spot),
        rules: Vec::new(),
        requeue: match spec.requeue.value() {
            Some(RequeueKind::Front) => Requeue::Front,
            Some(RequeueKind::Back) => Requeue::Back,
            Some(RequeueKind::Keep) | None => Requeue::Keep,
        },
        overspends: spec.budgets.value() == Some(&HeedKind::Flag),
    }
}

/// Modes by the name of a rule.
pub(super) fn modes(
    context: &mut Context,
    list: &ByName<ModeKind>,
    rules: &Rules,
) -> Vec<(u16, RuleMode)> {
    let mut modes = Vec::new();
    for (id, mode) in list.value().into_iter().flatten() {
        let Some((&mode, origin)) = mode.here() else {
            continue;
        };
        match rules.list.iter().position(|rule| rule.id == *id) {
            Some(rule) => modes.push((rule as u16, mode_of(mode))),
            // Where rules are wrong themselves, none of them is known.
            None if context.problems.is_empty() => {
                let known: Vec<&str> = rules.list.iter().map(|rule| rule.id.as_str()).collect();
                context.unknown(origin, "rule", id, &known);
            }
            None => {}
        }
    }
    modes
}

const WEEK: Span = Span(7 * 86_400_000);

pub(super) fn discipline(
    context: &mut Context,
    spec: &QueueSpec,
    table: Origin,
    tenants: &[String],
) -> Discipline {
    let example = "kind = \"easy\"";
    let Some((&kind, _)) = context.required(&spec.kind, table, "the kind of a queue", example)
    else {
        return Discipline::Easy;
    };
    check_keys(context, spec, kind);
    match kind {
        QueueKind::Fifo => Discipline::Fifo,
        QueueKind::FitFirst => Discipline::FitFirst,
        QueueKind::Sjf => Discipline::ShortestFirst,
        QueueKind::Srtf => Discipline::ShortestRemaining,
        QueueKind::Priority => Discipline::Priority,
        QueueKind::Easy => Discipline::Easy,
        QueueKind::Conservative => Discipline::Conservative {
            depth: context.count(&spec.depth, 1_000_000).unwrap_or(100),
        },
        QueueKind::LeastAttained => Discipline::LeastAttained {
            levels: levels(context, spec),
        },
        QueueKind::FairShare => Discipline::FairShare {
            half_life: context.positive_span(&spec.half_life).unwrap_or(WEEK),
            weights: weights(context, spec, tenants),
        },
        QueueKind::DominantShare => Discipline::DominantShare {
            weights: weights(context, spec, tenants),
        },
        QueueKind::Multifactor => {
            let weight = |field: &Given<u64>, usual| field.value().copied().unwrap_or(usual);
            Discipline::Multifactor {
                age: weight(&spec.age, 1000),
                age_full: context.positive_span(&spec.age_full).unwrap_or(WEEK),
                size: weight(&spec.size, 0),
                priority: weight(&spec.priority, 0),
                fair_share: weight(&spec.fair_share, 1000),
                half_life: context.positive_span(&spec.half_life).unwrap_or(WEEK),
                weights: weights(context, spec, tenants),
            }
        }
    }
}

/// A setting that the discipline does not have would be ignored in silence otherwise.
fn check_keys(context: &mut Context, spec: &QueueSpec, kind: QueueKind) {
    use QueueKind::{Conservative, DominantShare, FairShare, LeastAttained, Multifactor};
    let keys: [(Option<Origin>, &str, &[QueueKind]); 9] = [
        (spec.depth.origin(), "depth", &[Conservative]),
        (spec.levels.origin(), "levels", &[LeastAttained]),
        (
            spec.half_life.origin(),
            "half_life",
            &[FairShare, Multifactor],
        ),
        (
            spec.weights.origin(),
            "weights",
            &[FairShare, DominantShare, Multifactor],
        ),
        (spec.age.origin(), "age", &[Multifactor]),
        (spec.age_full.origin(), "age_full", &[Multifactor]),
        (spec.size.origin(), "size", &[Multifactor]),
        (spec.priority.origin(), "priority", &[Multifactor]),
        (spec.fair_share.origin(), "fair_share", &[Multifactor]),
    ];
    for (origin, key, kinds) in keys {
        if let (Some(origin), false) = (origin, kinds.contains(&kind)) {
            let message = format!("`{key}` means nothing for this kind of queue");
            context.fault(origin, message, "leave it out, or change the kind");
        }
    }
}

fn levels(context: &mut Context, spec: &QueueSpec) -> Vec<Span> {
    if spec.levels.is_absent() {
        return vec![Span::HOUR, Span(10 * Span::HOUR.0)];
    }
    let mut levels: Vec<Span> = Vec::new();
    for (text, origin) in spec.levels.items() {
        match parse_span(text) {
            Ok(level) if levels.last().is_none_or(|last| *last < level) && level != Span::ZERO => {
                levels.push(level);
            }
            Ok(_) => context.fault(origin, "levels must rise from zero", "order them"),
            Err(error) => context.quantity_fault(origin, &error),
        }
    }
    levels
}

/// Weights of all tenants in ‰.
fn weights(context: &mut Context, spec: &QueueSpec, tenants: &[String]) -> Vec<u64> {
    let mut weights = vec![1000; tenants.len()];
    for (name, weight) in spec.weights.value().into_iter().flatten() {
        let Some(value) = context.number(weight, 0.001, 1_000_000.0) else {
            continue;
        };
        if let Some(at) = tenants.iter().position(|tenant| tenant == name) {
            weights[at] = (value * 1000.0).round() as u64;
        } else {
            let known: Vec<&str> = tenants.iter().map(String::as_str).collect();
            let origin = weight.origin().unwrap_or_default();
            context.unknown(origin, "tenant", name, &known);
        }
    }
    weights
}

pub(super) fn placement(
    context: &mut Context,
    spec: &PlacementSpec,
    table: Origin,
    names: Names<'_>,
) -> Placement {
    let example = "kind = \"private-first\" (or private-only, public-only, cheapest, weighted …)";
    let kind = context.required(&spec.kind, table, "the kind of a placement", example);
    let Some((&kind, _)) = kind else {
        return Placement::PrivateOnly;
    };
    if let (Some(origin), true) = (spec.spill.origin(), kind != PlacementKind::PrivateFirst) {
        let fix = "leave it out, or write kind = \"private-first\"";
        context.fault(origin, "only private-first has a spill test", fix);
    }
    let has_none = matches!(
        kind,
        PlacementKind::PrivateOnly | PlacementKind::PublicOnly | PlacementKind::PrivateFirst
    );
    if let (Some(origin), true) = (spec.price_ceiling.origin(), has_none) {
        let fix = "put it into spill = { … }, or write kind = \"cheapest\"";
        context.fault(origin, "this kind has no price ceiling here", fix);
    }
    if let Some(scored) = super::scorings::read(context, spec, table, kind, names) {
        return Placement::Scored(scored);
    }
    match kind {
        PlacementKind::PublicOnly => Placement::PublicOnly,
        PlacementKind::Cheapest => Placement::Cheapest {
            ceiling: ceiling(context, &spec.price_ceiling),
        },
        PlacementKind::PrivateFirst => Placement::PrivateFirst(match spec.spill.here() {
            Some((spill, table)) => self::spill(context, spill, table),
            None => Spill {
                test: SpillTest::Waited(Span::ZERO),
                ceiling: None,
            },
        }),
        _ => Placement::PrivateOnly,
    }
}

fn spill(context: &mut Context, spec: &SpillSpec, table: Origin) -> Spill {
    let waited = context.span(&spec.waited).map(SpillTest::Waited);
    let delay = context
        .span(&spec.expected_delay)
        .map(SpillTest::ExpectedDelay);
    let ahead = spec.jobs_ahead.value().copied().map(SpillTest::JobsAhead);
    let mut tests = waited.into_iter().chain(delay).chain(ahead);
    let test = tests.next().unwrap_or(SpillTest::Waited(Span::ZERO));
    if tests.next().is_some() {
        let fix = "keep one of waited, expected_delay, jobs_ahead";
        context.fault(table, "more than one spill test", fix);
    }
    Spill {
        test,
        ceiling: ceiling(context, &spec.price_ceiling),
    }
}

pub(super) fn ceiling(context: &mut Context, field: &Given<String>) -> Option<Price> {
    let currency = context.currency;
    context.quantity(field, |text| parse_price(text, currency))
}
