//! `[[gate]]`: what the answer must keep to.

use std::collections::BTreeSet;

use crate::metrics::{Layout, METRICS, Unit};
use crate::model::{AnswerGate, Model, layout_of};
use crate::scenario::{AttributeValue, GateSpec, Given, Origin, ScenarioFile, nearest};
use crate::units::{StrategyId, parse_money, parse_span};

use super::context::Context;
use super::selector;

/// All gates, of what is measured of a model.
pub(super) fn read(context: &mut Context, file: &ScenarioFile, model: &Model) -> Vec<AnswerGate> {
    let mut gates = Vec::new();
    if file.gate.is_absent() {
        return gates;
    }
    let layout = layout_of(model);
    let mut taken = BTreeSet::new();
    for (spec, table) in file.gate.items() {
        let name = context.name(&spec.name, table, "gate", &mut taken);
        let column = column(context, spec, table, &layout);
        let strategies = strategies(context, spec, model);
        let Some(column) = column else {
            continue;
        };
        let metric = layout.columns[column].metric;
        let limit = limit(context, (spec, table), metric.unit);
        let in_worlds = in_worlds(context, spec);
        if let (Some(name), Some((at_most, limit))) = (name, limit) {
            gates.push(AnswerGate {
                name,
                metric: layout.columns[column].id.clone(),
                column,
                unit: metric.unit,
                limit,
                at_most,
                in_worlds,
                strategies,
                of_each: !spec.strategies.is_absent(),
            });
        }
    }
    gates
}

/// The column that is asked.
fn column(context: &mut Context, spec: &GateSpec, table: Origin, layout: &Layout) -> Option<usize> {
    let example = "metric = \"wait_p95_s\" (docs/metrics.md has them all)";
    let (id, at) = context.required(&spec.metric, table, "what a gate asks", example)?;
    let found = layout.position(id);
    if found.is_some() {
        return found;
    }
    let ids = layout.columns.iter().map(|column| column.id.as_str());
    let stem = id.split('.').next().unwrap_or(id);
    if METRICS.iter().any(|metric| metric.id == stem) {
        let message = format!("`{id}` is not measured here");
        let begins = format!("{stem}.");
        let alike: Vec<&str> = ids
            .filter(|known| *known == stem || known.starts_with(&begins))
            .collect();
        let near = nearest(id, alike.iter().copied());
        let fix = match (near, alike.is_empty()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, false) => format!("use one of {}", alike.join(", ")),
            (None, true) => {
                "ask another metric: this one needs something that the scenario does not have"
                    .to_owned()
            }
        };
        context.fault(at, message, fix);
        return None;
    }
    let known: Vec<&str> = ids.collect();
    let fix = match nearest(id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "use a name of docs/metrics.md, such as cost_total or wait_p95_s".to_owned(),
    };
    context.fault(at, format!("unknown metric `{id}`"), fix);
    None
}

/// Whether it is the most, and what is compared with.
fn limit(
    context: &mut Context,
    (spec, table): (&GateSpec, Origin),
    unit: Unit,
) -> Option<(bool, f64)> {
    match (spec.at_most.here(), spec.at_least.here()) {
        (Some(_), Some((_, at))) => {
            let fix = "leave one of both out, or write two gates";
            context.fault(at, "a gate asks for `at_most` or for `at_least`", fix);
            None
        }
        (Some(_), None) => Some((true, value(context, &spec.at_most, unit)?)),
        (None, Some(_)) => Some((false, value(context, &spec.at_least, unit)?)),
        (None, None) => {
            if spec.at_most.is_absent() && spec.at_least.is_absent() {
                let fix = "add at_most = … or at_least = …";
                context.fault(table, "a gate must say what it asks for", fix);
            }
            None
        }
    }
}

/// A number, or a quantity of the kind that is measured.
fn value(context: &mut Context, given: &Given<AttributeValue>, unit: Unit) -> Option<f64> {
    let (value, at) = given.here()?;
    let text = match value {
        AttributeValue::Number(number) if number.is_finite() => return Some(*number),
        AttributeValue::Text(text) => text,
        _ => {
            let label = unit.label(&context.currency.to_string());
            let fix = format!("write a number in {label}, or a text with a unit");
            context.fault(at, "this is no number", fix);
            return None;
        }
    };
    let parsed = match unit {
        Unit::Seconds => parse_span(text).map(|span| span.0 as f64 / 1e3),
        Unit::Hours => parse_span(text).map(|span| span.0 as f64 / 3.6e6),
        Unit::Days => parse_span(text).map(|span| span.0 as f64 / 8.64e7),
        Unit::Money => parse_money(text, context.currency).map(crate::units::Money::as_units),
        _ => return plain_number(context, text, at, unit),
    };
    match parsed {
        Ok(value) => Some(value),
        Err(error) => {
            context.quantity_fault(at, &error);
            None
        }
    }
}

/// A number as text: of a share with its percent sign, else with or without its unit.
fn plain_number(context: &mut Context, text: &str, at: Origin, unit: Unit) -> Option<f64> {
    let label = unit.label(&context.currency.to_string());
    let (digits, scale) = match (unit, text.trim().strip_suffix('%')) {
        (Unit::Share, Some(digits)) => (digits, 100.0),
        (_, _) => (text.trim().trim_end_matches(label.as_str()), 1.0),
    };
    let number: Option<f64> = digits.trim().parse().ok();
    let found = number.filter(|number| number.is_finite());
    if found.is_none() {
        let fix = if unit == Unit::Share {
            "write a share, such as 0.6 or \"60 %\"".to_owned()
        } else {
            format!("write a number in {label}")
        };
        context.fault(at, format!("`{text}` is no number"), fix);
    }
    found.map(|number| number / scale)
}

/// In which share of the worlds it must hold.
fn in_worlds(context: &mut Context, spec: &GateSpec) -> Option<f64> {
    let (_, at) = spec.in_worlds.here()?;
    let share = value(context, &spec.in_worlds, Unit::Share)?;
    if 0.0 < share && share < 1.0 {
        return Some(share);
    }
    let message = "no number of sampled worlds shows this";
    context.fault(
        at,
        message,
        "write more than 0 % and less than 100 %, such as \"99 %\"",
    );
    None
}

fn strategies(context: &mut Context, spec: &GateSpec, model: &Model) -> Vec<StrategyId> {
    let all = &model.strategies;
    let names: Vec<&str> = all.iter().map(|strategy| strategy.name.as_str()).collect();
    let named = selector::names(context, &spec.strategies, "strategy", &names);
    let ids = (0..all.len()).map(StrategyId::from);
    let meant = |id: &StrategyId| {
        let named = named.as_ref();
        named.is_none_or(|named| named.contains(&all[id.index()].name))
    };
    ids.filter(meant).collect()
}
