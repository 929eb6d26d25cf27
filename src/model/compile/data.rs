//! `[[dataset]]`, and what classes say of data: what there is, and whether it can come where it is read.

use std::collections::BTreeSet;

use crate::model::{Dataset, Network, ServiceKind, Services, Traffic};
use crate::scenario::{
    ClassSpec, DatasetSpec, Given, Origin, ScenarioFile, StageKind, TrafficSpec,
};
use crate::units::{BytePrice, Bytes, DatasetId, SiteId, parse_amount, parse_bytes};

use super::artifacts;
use super::classes::ClassDraft;
use super::context::Context;
use super::pools::PoolDraft;
use super::replicas;
use super::services;
use super::sites::Place;
use super::storages;

/// Most data sets of a scenario.
const DATASETS_MAX: usize = 10_000;
/// An exabyte: more is a slip of the hand, and amounts stay within what is counted exactly.
const SIZE_MAX: Bytes = Bytes(1_000_000_000_000_000_000);
/// Dearer than this per gigabyte and month is a slip of the hand.
const STORAGE_MAX: u64 = 1_000_000_000;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    sites: &[Place],
    services: &Services,
    network: &mut Network,
) -> Vec<Dataset> {
    let mut datasets = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.dataset.items() {
        if datasets.len() == DATASETS_MAX {
            context.fault(
                table,
                "too many data sets",
                format!("keep to {DATASETS_MAX}"),
            );
            break;
        }
        let name = context.name(&spec.name, table, "data set", &mut taken);
        let key = services::named(context, &spec.key, ServiceKind::Key, services);
        let found = dataset(context, spec, table, sites, network, name);
        let shelved = network.kept.len();
        network
            .shelved
            .resize(shelved, DatasetId::from(datasets.len()));
        datasets.extend(found.map(|dataset| Dataset { key, ..dataset }));
    }
    artifacts::read(context, file, sites, services, &mut datasets);
    replicas::read(context, file, (sites, &datasets), network);
    datasets
}

fn dataset(
    context: &mut Context,
    spec: &DatasetSpec,
    table: Origin,
    sites: &[Place],
    network: &mut Network,
    name: Option<String>,
) -> Option<Dataset> {
    let example = "size = \"12 TB\"";
    context.required(&spec.size, table, "the size of a data set", example);
    let size = context.quantity(&spec.size, parse_bytes);
    if let (Some(_), Some(origin)) = (size.filter(|size| SIZE_MAX < *size), spec.size.origin()) {
        context.fault(
            origin,
            "this data set is out of range",
            "write at most 1000 PB",
        );
        return None;
    }
    let example = "home = \"dc-main\"";
    let home = context.required(&spec.home, table, "the home of a data set", example);
    let mut homes: Vec<(&String, Origin)> = home.into_iter().collect();
    homes.extend(spec.replicas.items());
    let mut on = Vec::new();
    let place = |(name, origin): (&String, Origin)| {
        if let Some(storage) = storages::named(context, name, origin, sites, network) {
            on.push(storage);
            return Some(network.storages[storage].site);
        }
        site(context, name, origin, sites)
    };
    let kept: Vec<Option<SiteId>> = homes.into_iter().map(place).collect();
    let currency = context.currency;
    let price = |text: &str| parse_amount(text, currency, "/GB-month");
    let storage = context.quantity(&spec.storage, price).unwrap_or(0);
    if let (true, Some(origin)) = (STORAGE_MAX < storage, spec.storage.origin()) {
        context.fault(
            origin,
            "this price of storage is out of range",
            "write at most 1000 per GB-month",
        );
    }
    if let (Some(&storage), Some(origin)) = (on.first(), spec.storage.origin()) {
        let name = &network.storages[storage].name;
        let message = format!("storage `{name}` says already what keeping these data costs");
        context.fault(origin, message, "leave `storage` out");
    }
    let mut kept: Vec<SiteId> = kept.into_iter().collect::<Option<_>>()?;
    if let Some(size) = size {
        let copies = on.into_iter().map(|storage| (storage as u16, size));
        network.kept.extend(copies);
    }
    let mut seen = BTreeSet::new();
    kept.retain(|&site| seen.insert(site));
    Some(Dataset {
        name: name?,
        size: size?,
        kept,
        storage: BytePrice(storage),
        traffic: match spec.traffic.value() {
            Some(TrafficSpec::Control) => Traffic::Control,
            Some(TrafficSpec::Inference) => Traffic::Inference,
            Some(TrafficSpec::Bulk) | None => Traffic::Bulk,
        },
        // Its caller knows.
        key: None,
        artifact: None,
    })
}

pub(super) fn site(
    context: &mut Context,
    name: &str,
    origin: Origin,
    sites: &[Place],
) -> Option<SiteId> {
    let found = sites.iter().position(|place| place.site.name == name);
    if found.is_none() {
        let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
        context.unknown(origin, "site", name, &known);
    }
    found.map(SiteId::from)
}

/// What classes look things up in.
pub(super) struct Wires<'a> {
    pub(super) sites: &'a [Place],
    pub(super) pools: &'a [PoolDraft],
    pub(super) datasets: &'a [Dataset],
    pub(super) network: &'a Network,
    pub(super) services: &'a Services,
}

impl<'a> Wires<'a> {
    /// All of it.
    pub(super) const fn of(
        (sites, pools): (&'a [Place], &'a [PoolDraft]),
        datasets: &'a [Dataset],
        network: &'a Network,
        services: &'a Services,
    ) -> Self {
        Self {
            sites,
            pools,
            datasets,
            network,
            services,
        }
    }
}

/// What a class reads and where its results go, once links and data sets are known.
pub(super) fn attach(
    context: &mut Context,
    file: &ScenarioFile,
    classes: &mut [ClassDraft],
    wires: &Wires<'_>,
) {
    for (spec, _) in file.class.items() {
        let name = spec.name.value();
        let Some(draft) = classes
            .iter_mut()
            .find(|draft| Some(&draft.class.name) == name)
        else {
            continue;
        };
        let homes: Vec<(SiteId, &str)> = {
            let drafts = draft
                .class
                .pools
                .iter()
                .map(|pool| &wires.pools[pool.index()].pool);
            drafts.map(|pool| (pool.site, pool.name.as_str())).collect()
        };
        let mut data = data(context, spec, &homes, wires);
        data.extend(artifacts::of_class(context, spec, &homes, wires));
        data.sort_unstable();
        data.dedup();
        cached(context, spec, &homes, wires, &data);
        draft.class.holds_staging = holds(context, spec, &data);
        draft.class.data = data;
        let results = results_to(context, &spec.results_to, &homes, wires);
        draft.class.results_to = results.map(|(to, _)| to);
        draft.class.results_on = results.and_then(|(_, on)| on);
    }
}

/// Whether jobs hold their GPUs while their data come.
fn holds(context: &mut Context, spec: &ClassSpec, data: &[DatasetId]) -> bool {
    let Some((&stage, origin)) = spec.stage.here() else {
        return false;
    };
    if data.is_empty() {
        let fix = "add data = [\"…\"] or artifacts = [\"…\"], or leave `stage` out";
        context.fault(origin, "this class reads nothing that could be staged", fix);
    }
    stage == StageKind::Held
}

fn data(
    context: &mut Context,
    spec: &ClassSpec,
    homes: &[(SiteId, &str)],
    wires: &Wires<'_>,
) -> Vec<DatasetId> {
    let (datasets, network) = (wires.datasets, wires.network);
    let mut data = Vec::new();
    for (name, origin) in spec.data.items() {
        let is_data = |dataset: &&Dataset| dataset.artifact.is_none();
        let is_named = |dataset: &Dataset| dataset.artifact.is_none() && dataset.name == *name;
        let Some(index) = datasets.iter().position(is_named) else {
            let known = datasets.iter().filter(is_data);
            let known: Vec<&str> = known.map(|dataset| dataset.name.as_str()).collect();
            context.unknown(origin, "data set", name, &known);
            continue;
        };
        let kept = &datasets[index].kept;
        let reaches = |to: SiteId| {
            kept.contains(&to)
                || kept
                    .iter()
                    .any(|&from| !network.routes(from, to).is_empty())
        };
        if let Some((_, pool)) = homes.iter().find(|&&(site, _)| !reaches(site)) {
            let message = format!("data set `{name}` cannot come to pool `{pool}`");
            let fix = "add a [[link]] on the way, a replica there, or name other `pools`";
            context.fault(origin, message, fix);
        }
        data.push(DatasetId::from(index));
    }
    data
}

/// What a class reads must find room in the cache of every site where it may run.
fn cached(
    context: &mut Context,
    spec: &ClassSpec,
    homes: &[(SiteId, &str)],
    wires: &Wires<'_>,
    data: &[DatasetId],
) {
    for &(site, _) in homes {
        let place = &wires.sites[site.index()].site;
        let comes = data.iter().map(|id| &wires.datasets[id.index()]);
        let comes = comes.filter(|dataset| !dataset.kept.contains(&site));
        let bytes: u128 = comes.map(|dataset| u128::from(dataset.size.0)).sum();
        if place.cache.is_some_and(|cache| u128::from(cache.0) < bytes) {
            let origin = spec.artifacts.origin().or(spec.data.origin());
            let origin = origin.unwrap_or_default();
            let message = format!("the cache of site `{}` cannot hold these data", place.name);
            context.fault(
                origin,
                message,
                "enlarge `cache`, or name other `pools` or `sites`",
            );
            return;
        }
    }
}

fn results_to(
    context: &mut Context,
    field: &Given<String>,
    homes: &[(SiteId, &str)],
    wires: &Wires<'_>,
) -> Option<(SiteId, Option<u16>)> {
    let (name, origin) = field.here()?;
    let network = wires.network;
    let storage = storages::named(context, name, origin, wires.sites, network);
    let to = match storage {
        Some(storage) => network.storages[storage].site,
        None => site(context, name, origin, wires.sites)?,
    };
    let lost = |&&(from, _): &&(SiteId, &str)| from != to && network.routes(from, to).is_empty();
    if let Some((_, pool)) = homes.iter().find(lost) {
        let message = format!("results cannot go from pool `{pool}` to site `{name}`");
        context.fault(
            origin,
            message,
            "add a [[link]] on the way, or name other `pools`",
        );
    }
    Some((to, storage.map(|storage| storage as u16)))
}
