//! `[[storage]]`: what data lie on.

use std::collections::BTreeSet;

use crate::model::Storage;
use crate::scenario::{Origin, ScenarioFile, StorageSpec};
use crate::units::{Bandwidth, SiteId, parse_bandwidth};

use super::context::Context;
use super::sites::Place;

/// Most storages of a scenario.
const STORAGES_MAX: usize = 2_000;
/// An exabyte per second: as fast as anybody asks, and the sum over all of them can be counted.
const READ_MAX: Bandwidth = Bandwidth(1_000_000_000_000_000_000);

pub(super) fn read(context: &mut Context, file: &ScenarioFile, sites: &[Place]) -> Vec<Storage> {
    let mut storages = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.storage.items() {
        if storages.len() == STORAGES_MAX {
            let fix = format!("keep to {STORAGES_MAX}");
            context.fault(table, "too many storages", fix);
            break;
        }
        let name = context.name(&spec.name, table, "storage", &mut taken);
        storages.extend(storage(context, spec, table, sites, name));
    }
    storages
}

fn storage(
    context: &mut Context,
    spec: &StorageSpec,
    table: Origin,
    sites: &[Place],
    name: Option<String>,
) -> Option<Storage> {
    let example = "site = \"dc-main\"";
    let site = context.required(&spec.site, table, "the site of a storage", example);
    let site = site.and_then(|(name, origin)| {
        let found = sites.iter().position(|place| place.site.name == *name);
        if found.is_none() {
            let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
            context.unknown(origin, "site", name, &known);
        }
        found.map(SiteId::from)
    });
    let read = context.quantity(&spec.read, parse_bandwidth);
    if let (Some(rate), Some(origin)) = (read, spec.read.origin())
        && !(Bandwidth(1_000)..=READ_MAX).contains(&rate)
    {
        let fix = "write from \"1 kB/s\" to \"1000 PB/s\", or leave it out";
        context.fault(origin, "this bandwidth is out of range", fix);
        return None;
    }
    Some(Storage {
        name: name?,
        site: site?,
        read: read.unwrap_or(READ_MAX),
    })
}
