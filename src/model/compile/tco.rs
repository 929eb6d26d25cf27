//! `[[tco]]`: what owning costs.

use std::collections::BTreeSet;

use crate::catalog::{Tco, TcoRecord};
use crate::scenario::{Given, Origin, ScenarioFile, TcoSpec};
use crate::units::{QuantityError, parse_amount, parse_power_watts};

use super::context::Context;

/// A record of the scenario; `None` if its inputs are wrong (reported).
pub(super) struct Record {
    pub(super) name: String,
    pub(super) tco: Option<Tco>,
}

/// The inputs of the part that a meter replaces.
const POWER: [&str; 3] = ["power_average", "pue", "energy"];

pub(super) fn read(context: &mut Context, file: &ScenarioFile) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.tco.items() {
        let Some(name) = context.name(&spec.name, table, "tco", &mut taken) else {
            continue;
        };
        let before = context.problems.len();
        let inputs = inputs(context, spec, table);
        let tco = inputs.filter(|inputs| inputs.price().is_some());
        if tco.is_none() && context.problems.len() == before {
            let fix = "years and staff_gpus must be more than zero, residual at most 1";
            context.fault(table, "these inputs have no price", fix);
        }
        records.push(Record { name, tco });
    }
    records
}

/// What owning costs under `name`, from the scenario or else from the catalog; without power, if that is metered.
pub(super) fn find(
    context: &mut Context,
    records: &[Record],
    name: &str,
    at: Origin,
    what: &str,
    metered: bool,
) -> Option<Tco> {
    if metered {
        let what = format!("{what}: power of {name}");
        context.note_default(what, "left out: electricity is paid by the meter");
    }
    let without = |tco: Tco| Tco {
        watts_average: if metered { 0 } else { tco.watts_average },
        ..tco
    };
    if let Some(own) = records.iter().find(|record| record.name == name) {
        return own.tco.map(without);
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
        if metered && POWER.contains(key) {
            continue;
        }
        let what = format!("{what}: {key} of {name}");
        context.note_catalog(what, fact.value.clone(), fact);
    }
    Some(without(record.tco))
}

fn inputs(context: &mut Context, spec: &TcoSpec, table: Origin) -> Option<Tco> {
    let base = match spec.base.here() {
        Some((name, origin)) => Some(base(context, name, origin)?),
        None => None,
    };
    let mut tco = base.map_or_else(Tco::default, |record| record.tco);
    let mut reader = Reader {
        context,
        table,
        complete: base.is_some(),
    };
    reader.texts(spec, &mut tco);
    reader.ratios(spec, &mut tco);
    Some(tco)
}

/// Reads inputs over those of a base; without a base every input must be there.
struct Reader<'a> {
    context: &'a mut Context,
    table: Origin,
    complete: bool,
}

impl Reader<'_> {
    fn texts(&mut self, spec: &TcoSpec, tco: &mut Tco) {
        let currency = self.context.currency;
        let money = |suffix: &'static str| move |text: &str| parse_amount(text, currency, suffix);
        self.text(
            &spec.capital,
            &mut tco.capital,
            "capital = \"50000 USD/GPU\"",
            money("/GPU"),
        );
        let slot = &mut tco.colocation;
        self.text(
            &spec.colocation,
            slot,
            "colocation = \"185 USD/kW-month\"",
            money("/kW-month"),
        );
        self.text(
            &spec.energy,
            &mut tco.energy,
            "energy = \"0.09 USD/kWh\"",
            money("/kWh"),
        );
        self.text(
            &spec.staff_cost,
            &mut tco.staff_cost,
            "staff_cost = \"220000 USD\"",
            money(""),
        );
        let slot = &mut tco.watts_provisioned;
        let example = "power_provisioned = \"1.275 kW\"";
        self.text(&spec.power_provisioned, slot, example, parse_power_watts);
        let example = "power_average = \"1 kW\"";
        self.text(
            &spec.power_average,
            &mut tco.watts_average,
            example,
            parse_power_watts,
        );
    }

    fn ratios(&mut self, spec: &TcoSpec, tco: &mut Tco) {
        self.ratio(
            &spec.residual,
            &mut tco.residual,
            0.0,
            1.0,
            "residual = 0.15",
        );
        self.ratio(
            &spec.interest,
            &mut tco.interest,
            0.0,
            1.0,
            "interest = 0.08",
        );
        self.ratio(&spec.pue, &mut tco.pue, 1.0, 10.0, "pue = 1.3");
        self.ratio(
            &spec.maintenance,
            &mut tco.maintenance,
            0.0,
            1.0,
            "maintenance = 0.05",
        );
        self.ratio(&spec.staff, &mut tco.staff, 0.0, 1e6, "staff = 3");
        let mut years = tco.years_milli * 1000;
        self.ratio(&spec.years, &mut years, 0.1, 100.0, "years = 4");
        tco.years_milli = years / 1000;
        match self.context.count(&spec.staff_gpus, 1_000_000_000) {
            Some(gpus) => tco.staff_gpus = gpus,
            None => self.missing(&spec.staff_gpus, "staff_gpus = 256"),
        }
    }

    /// Sets an input from a text with a unit.
    fn text(
        &mut self,
        field: &Given<String>,
        slot: &mut u64,
        example: &str,
        read: impl Fn(&str) -> Result<u64, QuantityError>,
    ) {
        match self.context.quantity(field, read) {
            Some(value) => *slot = value,
            None => self.missing(field, example),
        }
    }

    /// Sets an input, in millionths, from a number.
    fn ratio(&mut self, field: &Given<f64>, slot: &mut u64, low: f64, high: f64, example: &str) {
        match self.context.number(field, low, high) {
            Some(value) => *slot = (value * 1e6).round() as u64,
            None => self.missing(field, example),
        }
    }

    fn missing<T>(&mut self, field: &Given<T>, example: &str) {
        if field.is_absent() && !self.complete {
            let key = example.split(' ').next().unwrap_or(example);
            self.context
                .required(field, self.table, &format!("`{key}` of a tco"), example);
        }
    }
}

/// The record that this one changes.
fn base(context: &mut Context, name: &str, origin: Origin) -> Option<&'static TcoRecord> {
    let found = context.catalog.record(name);
    if found.is_none() {
        let known: Vec<&str> = context
            .catalog
            .tco
            .iter()
            .map(|record| record.id.as_str())
            .collect();
        context.unknown(origin, "cost record of the catalog", name, &known);
    }
    if context.currency.code() != context.catalog.currency() {
        let fix = "leave `base` out and give every input";
        context.fault(origin, "records of the catalog are in USD", fix);
        return None;
    }
    found
}
