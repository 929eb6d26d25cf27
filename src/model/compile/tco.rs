//! `[[tco]]`: what owning costs.

use crate::catalog::{Tco, TcoRecord};
use crate::scenario::{Given, Origin, ScenarioFile, TcoSpec};
use crate::units::{Price, QuantityError, parse_amount, parse_power_watts};

use super::context::Context;

/// A record of the scenario with its price; `None` if its inputs are wrong (reported).
pub(super) struct Record {
    pub(super) name: String,
    pub(super) price: Option<Price>,
}

pub(super) fn read(context: &mut Context, file: &ScenarioFile) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for (spec, table) in file.tco.items() {
        let taken: Vec<String> = records.iter().map(|record| record.name.clone()).collect();
        let Some(name) = context.name(&spec.name, table, "tco", &taken) else {
            continue;
        };
        let before = context.problems.len();
        let inputs = inputs(context, spec, table);
        let price = inputs.and_then(|inputs| inputs.price());
        if price.is_none() && context.problems.len() == before {
            let fix = "years and staff_gpus must be more than zero, residual at most 1";
            context.fault(table, "these inputs have no price", fix);
        }
        records.push(Record { name, price });
    }
    records
}

/// What owning costs under `name`, from the scenario or else from the catalog.
pub(super) fn find(
    context: &mut Context,
    records: &[Record],
    name: &str,
    at: Origin,
    what: &str,
) -> Option<Price> {
    if let Some(own) = records.iter().find(|record| record.name == name) {
        return own.price;
    }
    let Some(record) = context.catalog.record(name) else {
        let catalog = context.catalog.tco.iter().map(|record| record.id.as_str());
        let own = records.iter().map(|record| record.name.as_str());
        let known: Vec<&str> = own.chain(catalog).collect();
        context.unknown(at, "cost record", name, &known);
        return None;
    };
    if context.currency.code() != context.catalog.currency() {
        let fix = "give price = \"…\" or a [[tco]] of your own in this currency";
        context.fault(at, "records of the catalog are in USD", fix);
        return None;
    }
    for (key, fact) in &record.sources {
        let what = format!("{what}: {key} of {name}");
        context.from_catalog(what, fact.value.clone(), fact);
    }
    record.tco.price()
}

/// Ratios in millionths.
fn millionths(ratio: f64) -> u64 {
    (ratio * 1e6).round() as u64
}

fn inputs(context: &mut Context, spec: &TcoSpec, table: Origin) -> Option<Tco> {
    let base = base(context, spec)?;
    let currency = context.currency;
    let mut tco = base.map_or_else(Tco::default, |record| record.tco);
    let complete = base.is_some();
    let money = |context: &mut Context, field: &Given<String>, slot: &mut u64, suffix, key| {
        let read = |text: &str| parse_amount(text, currency, suffix);
        set(context, table, field, slot, complete, key, &read);
    };
    money(
        context,
        &spec.capital,
        &mut tco.capital,
        "/GPU",
        "capital = \"50000 USD/GPU\"",
    );
    money(
        context,
        &spec.colocation,
        &mut tco.colocation,
        "/kW-month",
        "colocation = \"185 USD/kW-month\"",
    );
    money(
        context,
        &spec.energy,
        &mut tco.energy,
        "/kWh",
        "energy = \"0.09 USD/kWh\"",
    );
    money(
        context,
        &spec.staff_cost,
        &mut tco.staff_cost,
        "",
        "staff_cost = \"220000 USD\"",
    );
    let watts = &parse_power_watts;
    let example = "power_provisioned = \"1.275 kW\"";
    set(
        context,
        table,
        &spec.power_provisioned,
        &mut tco.watts_provisioned,
        complete,
        example,
        watts,
    );
    let example = "power_average = \"1 kW\"";
    set(
        context,
        table,
        &spec.power_average,
        &mut tco.watts_average,
        complete,
        example,
        watts,
    );
    let mut ratio = |field: &Given<f64>, slot: &mut u64, low, high, key| match context
        .number(field, low, high)
    {
        Some(value) => *slot = millionths(value),
        None if field.is_absent() && !complete => {
            context.required(field, table, key, key);
        }
        None => {}
    };
    ratio(
        &spec.residual,
        &mut tco.residual,
        0.0,
        1.0,
        "residual = 0.15",
    );
    ratio(
        &spec.interest,
        &mut tco.interest,
        0.0,
        1.0,
        "interest = 0.08",
    );
    ratio(&spec.pue, &mut tco.pue, 1.0, 10.0, "pue = 1.3");
    ratio(
        &spec.maintenance,
        &mut tco.maintenance,
        0.0,
        1.0,
        "maintenance = 0.05",
    );
    ratio(&spec.staff, &mut tco.staff, 0.0, 1e6, "staff = 3");
    ratio(&spec.years, &mut tco.years_milli, 0.1, 100.0, "years = 4");
    if !spec.years.is_absent() {
        tco.years_milli /= 1000;
    }
    match context.count(&spec.staff_gpus, 1_000_000_000) {
        Some(gpus) => tco.staff_gpus = gpus,
        None if spec.staff_gpus.is_absent() && !complete => {
            let example = "staff_gpus = 256";
            context.required(&spec.staff_gpus, table, example, example);
        }
        None => {}
    }
    Some(tco)
}

/// Sets one input from a text with a unit; without a base every input must be there.
fn set(
    context: &mut Context,
    table: Origin,
    field: &Given<String>,
    slot: &mut u64,
    complete: bool,
    example: &str,
    read: &dyn Fn(&str) -> Result<u64, QuantityError>,
) {
    match context.quantity(field, read) {
        Some(value) => *slot = value,
        None if field.is_absent() && !complete => {
            context.required(field, table, example, example);
        }
        None => {}
    }
}

/// The record that this one changes: `Some(None)` without one, `None` if it is unknown.
fn base(context: &mut Context, spec: &TcoSpec) -> Option<Option<&'static TcoRecord>> {
    let Some((name, origin)) = spec.base.here() else {
        return Some(None);
    };
    let found = context.catalog.record(name);
    if found.is_none() {
        let known: Vec<&str> = context
            .catalog
            .tco
            .iter()
            .map(|record| record.id.as_str())
            .collect();
        context.unknown(origin, "cost record of the catalog", name, &known);
        return None;
    }
    if context.currency.code() != context.catalog.currency() {
        context.fault(
            origin,
            "records of the catalog are in USD",
            "leave `base` out and give every input",
        );
        return None;
    }
    Some(found)
}
