//! `copies` of a data set: replicas that are made while time passes.

use crate::model::{Dataset, Happening, Incident, Network, Replica};
use crate::scenario::{CopySpec, Given, Moment, Origin, ScenarioFile};
use crate::units::{DatasetId, SimTime};

use super::context::Context;
use super::data;
use super::run::{Run, instant};
use super::sites::Place;
use super::storages;

/// Most copies that are made in one scenario.
const COPIES_MAX: usize = 10_000;

/// Reads the copies of all data sets. When they are made is said by [`script`].
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    (sites, datasets): (&[Place], &[Dataset]),
    network: &mut Network,
) {
    for (spec, _) in file.dataset.items() {
        let name = spec.name.value();
        let is_named = |data: &Dataset| data.artifact.is_none() && Some(&data.name) == name;
        let Some(index) = datasets.iter().position(is_named) else {
            continue;
        };
        for (copy, table) in spec.copies.items() {
            let what = (DatasetId::from(index), &datasets[index]);
            one(context, (copy, table), what, sites, network);
        }
    }
}

/// When copies begin and end, in the order in which they were read.
pub(super) fn script(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    script: &mut Vec<Incident>,
) {
    let copies = file
        .dataset
        .items()
        .flat_map(|(spec, _)| spec.copies.items());
    for (copy, (spec, table)) in copies.enumerate() {
        let copy = copy as u16;
        context.required(&spec.at, table, "when a copy is made", "at = \"2 d\"");
        let Some(at) = moment(context, run, &spec.at) else {
            continue;
        };
        script.push(Incident::terms(at, Happening::CopyBegins { copy }));
        let until = moment(context, run, &spec.until);
        if let (Some(until), Some(origin)) = (until, spec.until.origin())
            && until <= at
        {
            let message = "this copy ends before it is made";
            context.fault(origin, message, "give a later time");
        }
        script.extend(until.map(|until| Incident::terms(until, Happening::CopyEnds { copy })));
    }
}

fn one(
    context: &mut Context,
    (spec, table): (&CopySpec, Origin),
    (dataset, data): (DatasetId, &Dataset),
    sites: &[Place],
    network: &mut Network,
) {
    let to = context.required(&spec.to, table, "where a copy goes", "to = \"aws\"");
    let Some((name, origin)) = to else {
        return;
    };
    if network.copies.len() == COPIES_MAX {
        let fix = format!("keep to {COPIES_MAX}");
        context.fault(table, "too many copies of data sets", fix);
        return;
    }
    let storage = storages::named(context, name, origin, sites, network);
    let site = match storage {
        Some(storage) => Some(network.storages[storage].site),
        None => data::site(context, name, origin, sites),
    };
    let Some(site) = site else {
        return;
    };
    let same = |other: &Replica| (other.dataset, other.site) == (dataset, site);
    let mut kept = data.kept.iter();
    if data.kept.contains(&site) || network.copies.iter().any(same) {
        let message = format!("data set `{}` is kept there already", data.name);
        context.fault(origin, message, "leave this copy out, or the other one");
    } else if kept.all(|&from| network.routes(from, site).is_empty()) {
        let message = format!("data set `{}` cannot come to `{name}`", data.name);
        context.fault(origin, message, "add a [[link]] on the way");
    }
    network.copies.push(Replica {
        dataset,
        site,
        storage: storage.map(|storage| storage as u16),
    });
}

/// An instant that is not before the start.
fn moment(context: &mut Context, run: &Run, field: &Given<Moment>) -> Option<SimTime> {
    let at = instant(context, run.epoch, field)?;
    if at < 0 {
        let origin = field.origin().unwrap_or_default();
        context.fault(origin, "this is before the start", "give a later time");
        return None;
    }
    Some(SimTime(at as u64))
}
