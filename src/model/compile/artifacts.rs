//! `[[artifact]]`: what jobs start from, how it is pulled, and versions of it that are corrupted.

use std::collections::BTreeSet;

use crate::model::{
    Artifact, Dataset, Happening, Incident, Releases, ServiceKind, Services, Traffic,
};
use crate::scenario::{
    ArtifactSpec, ClassSpec, HappeningKind, HappeningSpec, Origin, RegistrySpec, ScenarioFile,
};
use crate::units::{
    Bandwidth, BytePrice, Bytes, DatasetId, SiteId, Span, parse_bandwidth, parse_bytes,
};

use super::context::Context;
use super::data::Wires;
use super::laws;
use super::selector;
use super::services;
use super::sites::Place;
use super::told::Told;

/// How long after a broken pull the next one begins, unless given.
const RETRY: Span = Span::MINUTE;
/// An artifact of more is a slip of the hand.
const SIZE_MAX: Bytes = Bytes(1_000_000_000_000_000);

/// The artifacts, as data that are pulled instead of kept, after all data sets.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    sites: &[Place],
    services: &Services,
    datasets: &mut Vec<Dataset>,
) {
    for (spec, table) in file.registry.items() {
        if let Some((name, origin)) = spec.site.here() {
            place(context, name, origin, sites);
        }
        bandwidth(context, spec, table);
    }
    let mut taken = BTreeSet::new();
    for (spec, table) in file.artifact.items() {
        let name = context.name(&spec.name, table, "artifact", &mut taken);
        let found = artifact(context, spec, table, file, sites, services);
        versions(context, spec, file);
        datasets.extend(
            name.zip(found)
                .map(|(name, found)| Dataset { name, ..found }),
        );
    }
}

fn artifact(
    context: &mut Context,
    spec: &ArtifactSpec,
    table: Origin,
    file: &ScenarioFile,
    sites: &[Place],
    services: &Services,
) -> Option<Dataset> {
    let example = "size = \"140 GB\"";
    context.required(&spec.size, table, "the size of an artifact", example);
    let size = context.quantity(&spec.size, parse_bytes)?;
    if SIZE_MAX < size {
        let origin = spec.size.origin().unwrap_or(table);
        context.fault(
            origin,
            "this artifact is out of range",
            "write at most 1000 TB",
        );
        return None;
    }
    let example = "registry = \"hub\", and a [[registry]] of that name";
    context.required(
        &spec.registry,
        table,
        "the registry of an artifact",
        example,
    );
    let registry = services::named(context, &spec.registry, ServiceKind::Registry, services)?;
    let key = services::named(context, &spec.key, ServiceKind::Key, services);
    let broken = context.number(&spec.broken, 0.0, 0.999).unwrap_or(0.0);
    let name = spec.name.value().cloned().unwrap_or_default();
    if spec.broken.value().is_some() && spec.retry.is_absent() {
        context.note_default(format!("artifact {name}: retry"), "1 min");
    }
    let retry = context.positive_span(&spec.retry).unwrap_or(RETRY);
    let hub = file.registry.items().map(|(hub, _)| hub);
    let hub = hub
        .filter(|hub| hub.name.value() == spec.registry.value())
        .last();
    let at = |hub: &RegistrySpec| {
        let name = hub.site.value()?;
        let found = sites.iter().position(|place| place.site.name == *name);
        found.map(SiteId::from)
    };
    let rate = |hub: &RegistrySpec| parse_bandwidth(hub.bandwidth.value()?).ok();
    Some(Dataset {
        name: String::new(),
        size,
        kept: Vec::new(),
        storage: BytePrice(0),
        traffic: Traffic::Bulk,
        key: None,
        artifact: Some(Artifact {
            registry,
            home: hub.and_then(at),
            rate: hub.and_then(rate),
            broken: (broken * 1e6).round() as u32,
            retry,
            key,
            found_by: found_by(context, spec),
            rollback: rollback(context, spec),
        }),
    })
}

/// After how many failed jobs a bad version is found.
fn found_by(context: &mut Context, spec: &ArtifactSpec) -> u32 {
    let releases = spec.releases.value();
    releases.map_or(0, |releases| {
        context.count(&releases.found_by, 1_000_000).unwrap_or(1)
    })
}

fn rollback(context: &mut Context, spec: &ArtifactSpec) -> Span {
    let Some((releases, table)) = spec.releases.here() else {
        return Span::ZERO;
    };
    let what = "how long rolling back takes";
    context.required(&releases.rollback, table, what, "rollback = \"1 h\"");
    context.span(&releases.rollback).unwrap_or_default()
}

/// The artifacts of which new versions come, at the sites that may pull them.
pub(super) fn releases(
    context: &mut Context,
    file: &ScenarioFile,
    services: &Services,
    datasets: &[Dataset],
) -> Vec<Releases> {
    let mut all = Vec::new();
    for (spec, _) in file.artifact.items() {
        let Some((releases, table)) = spec.releases.here() else {
            continue;
        };
        let example = "every = { mean = \"14 d\" }";
        let every = laws::required(
            context,
            &releases.every,
            table,
            "when new versions come",
            example,
        );
        context.required(&releases.bad, table, "the share of bad ones", "bad = 0.05");
        let bad = context.number(&releases.bad, 0.0, 1.0);
        let fails_after = context.span(&releases.fails_after).unwrap_or_default();
        let name = spec.name.value().cloned().unwrap_or_default();
        let of = |dataset: &Dataset| dataset.artifact.is_some() && dataset.name == name;
        let Some(place) = datasets.iter().position(of) else {
            continue;
        };
        let registry = datasets[place].artifact.map(|artifact| artifact.registry);
        let outlets = registry
            .into_iter()
            .flat_map(|hub| services.outlets_of(hub));
        let sites = outlets.map(|id| services.outlet(id).site).collect();
        if let (Some(every), Some(bad)) = (every, bad) {
            all.push(Releases {
                artifact: DatasetId::from(place),
                name,
                sites,
                every,
                bad: (bad * 1e6).round() as u32,
                fails_after,
            });
        }
    }
    all
}

/// What may be corrupted must have a version to go back to, if it says which it has.
fn versions(context: &mut Context, spec: &ArtifactSpec, file: &ScenarioFile) {
    let Some((versions, origin)) = spec.versions.here() else {
        return;
    };
    let corrupts = |happening: &HappeningSpec| {
        let mut named = happening.artifacts.items().map(|(name, _)| Some(name));
        happening.what.value() == Some(&HappeningKind::CorruptedArtifact)
            && (happening.artifacts.is_absent() || named.any(|name| name == spec.name.value()))
    };
    if versions.len() < 2
        && file
            .happening
            .items()
            .any(|(happening, _)| corrupts(happening))
    {
        let message = "this artifact can be corrupted, and there is no version to go back to";
        context.fault(origin, message, "write versions = [\"2.1\", \"2.0\"]");
    }
}

fn place(context: &mut Context, name: &str, origin: Origin, sites: &[Place]) {
    if !sites.iter().any(|place| place.site.name == name) {
        let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
        context.unknown(origin, "site", name, &known);
    }
}

fn bandwidth(context: &mut Context, spec: &RegistrySpec, table: Origin) {
    let rate = context.quantity(&spec.bandwidth, parse_bandwidth);
    if rate == Some(Bandwidth(0)) {
        let origin = spec.bandwidth.origin().unwrap_or(table);
        let fix = "write such as \"1 GB/s\", or leave it out";
        context.fault(origin, "nothing comes at this bandwidth", fix);
    }
    if spec.bandwidth.is_absent() {
        let name = spec.name.value().cloned().unwrap_or_default();
        let what = format!("registry {name}: bandwidth");
        context.note_default(what, "where no link leads to it, artifacts come at once");
    }
}

/// What the jobs of a class start from.
pub(super) fn of_class(
    context: &mut Context,
    spec: &ClassSpec,
    homes: &[(SiteId, &str)],
    wires: &Wires<'_>,
) -> Vec<DatasetId> {
    let mut found = Vec::new();
    for (name, origin) in spec.artifacts.items() {
        let Some(id) = named(context, (name, origin), wires.datasets) else {
            continue;
        };
        let Some(artifact) = wires.datasets[id.index()].artifact else {
            continue;
        };
        let mut needed = vec![(ServiceKind::Registry, artifact.registry)];
        needed.extend(artifact.key.map(|key| (ServiceKind::Key, key)));
        for (kind, service) in needed {
            let serves = |site: SiteId| wires.services.outlet_at(service, site).is_some();
            if let Some((_, pool)) = homes.iter().find(|&&(site, _)| !serves(site)) {
                let of = &wires.services.list[service.index()].name;
                let message = format!(
                    "artifact `{name}` cannot be pulled to pool `{pool}`: {} `{of}` does not serve its site",
                    kind.name()
                );
                let fix =
                    "add the site to its `sites`, or name other `pools` or `sites` of the class";
                context.fault(origin, message, fix);
            }
        }
        found.push(id);
    }
    found
}

fn named(
    context: &mut Context,
    (name, origin): (&str, Origin),
    datasets: &[Dataset],
) -> Option<DatasetId> {
    let is_named = |dataset: &Dataset| dataset.artifact.is_some() && dataset.name == name;
    let found = datasets.iter().position(is_named);
    if found.is_none() {
        let known = datasets.iter().filter(|dataset| dataset.artifact.is_some());
        let known: Vec<&str> = known.map(|dataset| dataset.name.as_str()).collect();
        context.unknown(origin, "artifact", name, &known);
    }
    found.map(DatasetId::from)
}

/// Sites receive a corrupted version, which is detected and rolled back in the end.
pub(super) fn corrupted(context: &mut Context, told: &Told<'_>, script: &mut Vec<Incident>) {
    let Told {
        spec,
        table,
        estate,
        when: (from, _),
    } = *told;
    if let Some(origin) = spec.lasts.origin() {
        let fix = "say `detected_after` and `rollback`";
        context.fault(origin, "`lasts` means nothing here", fix);
    }
    let example = "detected_after = \"4 h\"";
    context.required(
        &spec.detected_after,
        table,
        "how long until somebody knows",
        example,
    );
    let example = "rollback = \"1 h\"";
    context.required(
        &spec.rollback,
        table,
        "how long rolling back takes",
        example,
    );
    let fails_after = context.span(&spec.fails_after).unwrap_or_default();
    let spans = context
        .span(&spec.detected_after)
        .zip(context.span(&spec.rollback));
    let Some((detected, rollback)) = spans else {
        return;
    };
    let artifacts = estate.datasets.iter().enumerate();
    let artifacts = artifacts.filter(|(_, dataset)| dataset.artifact.is_some());
    let artifacts: Vec<(usize, &str)> = artifacts
        .map(|(index, dataset)| (index, dataset.name.as_str()))
        .collect();
    let known: Vec<&str> = artifacts.iter().map(|&(_, name)| name).collect();
    if known.is_empty() {
        let fix = "add an [[artifact]], and `artifacts` to a class";
        context.fault(table, "there is no artifact that could be corrupted", fix);
    }
    let wanted = selector::names(context, &spec.artifacts, "artifact", &known);
    for site in selector::sites(context, &spec.selector, table, estate) {
        for &(index, name) in &artifacts {
            if wanted
                .as_ref()
                .is_some_and(|names| !names.iter().any(|wanted| wanted == name))
            {
                continue;
            }
            let artifact = DatasetId::from(index);
            let bad = Happening::Corrupted {
                artifact,
                site,
                fails_after,
            };
            let known = Happening::Detected { artifact, site };
            let good = Happening::RolledBack { artifact, site };
            script.push(Incident::terms(from, bad));
            script.push(Incident::terms(from + detected, known));
            script.push(Incident::terms(from + detected + rollback, good));
        }
    }
}
