//! `[[drought]]`: times in which several markets have nothing at all.

use std::collections::BTreeSet;

use crate::model::{Market, SharedDrought};
use crate::process::{Drought, RenewalStart};
use crate::scenario::{Given, LawSpec, List, Origin, ScenarioFile};

use super::context::Context;
use super::laws;

/// Adds the droughts over several markets.
pub(super) fn shared(context: &mut Context, file: &ScenarioFile, market: &mut Market) {
    let mut taken = BTreeSet::new();
    for (spec, table) in file.drought.items() {
        let name = context.name(&spec.name, table, "drought", &mut taken);
        let times = times(context, &spec.between, &spec.length, &spec.new, table);
        let zones = named(context, &spec.markets, market);
        if let (Some(name), Some(times)) = (name, times) {
            market.droughts.push(SharedDrought { name, times, zones });
        }
    }
}

/// When droughts are.
pub(super) fn times(
    context: &mut Context,
    between: &Given<LawSpec>,
    length: &Given<LawSpec>,
    new: &Given<bool>,
    table: Origin,
) -> Option<Drought> {
    let example = "between = { mean = \"60 d\" }";
    let between = laws::required(
        context,
        between,
        table,
        "the time between droughts",
        example,
    );
    let example = "length = { median = \"5 d\", p95 = \"20 d\" }";
    let length = laws::required(context, length, table, "the length of a drought", example);
    let (between, length) = (between?, length?);
    if !context.slow(between.mean(), table) || !context.slow(length.mean(), table) {
        return None;
    }
    let start = if new.value() == Some(&true) {
        RenewalStart::Up
    } else {
        RenewalStart::Stationary
    };
    match Drought::new(between, length, start) {
        Ok(drought) => Some(drought),
        Err(why) => {
            context.fault(
                table,
                format!("no droughts can be drawn by these laws: {why}"),
                "choose other laws",
            );
            None
        }
    }
}

/// The markets that a drought names, by place; all if it names none.
fn named(context: &mut Context, list: &List<String>, market: &Market) -> Vec<usize> {
    let known: Vec<&str> = market.zones.iter().map(|zone| zone.name.as_str()).collect();
    if list.is_absent() {
        return (0..known.len()).collect();
    }
    let mut zones = Vec::new();
    for (name, origin) in list.items() {
        match known.iter().position(|zone| zone == name) {
            Some(place) => zones.push(place),
            None => context.unknown(origin, "market", name, &known),
        }
    }
    zones
}
