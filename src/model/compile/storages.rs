//! `[[storage]]`: what data lie on.

use std::collections::BTreeSet;

use crate::model::{Network, Storage};
use crate::scenario::{Origin, ScenarioFile, StorageSpec, StorageTier};
use crate::units::{
    Bandwidth, SiteId, StoragePrice, parse_bandwidth, parse_bytes, parse_storage_price,
};

use super::checkpoint_homes;
use super::classes::ClassDraft;
use super::context::{Assumption, Context};
use super::feeds;
use super::pools::PoolDraft;
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
    let capacity = context.quantity(&spec.capacity, parse_bytes);
    let price = price(context, spec, name.as_deref());
    Some(Storage {
        name: name?,
        site: site?,
        read: read.unwrap_or(READ_MAX),
        capacity,
        price,
    })
}

/// Dearer than this per gigabyte and month is a slip of the hand.
const PRICE_MAX: u64 = 1_000_000_000;

/// What keeping data costs: as written, or by tier, or nothing.
fn price(context: &mut Context, spec: &StorageSpec, name: Option<&str>) -> StoragePrice {
    let currency = context.currency;
    if let Some(origin) = spec.price.origin() {
        let price = context.quantity(&spec.price, |text| parse_storage_price(text, currency));
        let price = price.unwrap_or(StoragePrice::FREE);
        if PRICE_MAX < price.micro {
            let fix = "write at most 1000 per GB-month";
            context.fault(origin, "this price of storage is out of range", fix);
        }
        return price;
    }
    let Some((&tier, origin)) = spec.tier.here() else {
        return StoragePrice::FREE;
    };
    let (text, source) = usual(tier);
    let Ok(price) = parse_storage_price(text, currency) else {
        let fix = "add price = \"…\" in the scenario's currency";
        context.fault(
            origin,
            "the usual price of a tier is known in USD only",
            fix,
        );
        return StoragePrice::FREE;
    };
    context.assumptions.push(Assumption {
        what: format!("storage {}: price", name.unwrap_or_default()),
        value: text.to_owned(),
        source: source.to_owned(),
        as_of: "2026-07".to_owned(),
        confidence: if tier == StorageTier::FileSystem {
            "recommended"
        } else {
            "verified"
        },
    });
    price
}

const fn usual(tier: StorageTier) -> (&'static str, &'static str) {
    let google = "Google Cloud price list, storage in the United States";
    match tier {
        StorageTier::FileSystem => (
            "0.20 USD/GB-month",
            "parallel file systems on flash are sold for 100 to 300 USD/TB-month; the middle",
        ),
        StorageTier::Ssd => ("0.17 USD/GB-month", google),
        StorageTier::Standard => ("0.020 USD/GB-month", google),
        StorageTier::Nearline => ("0.010 USD/GB-month", google),
        StorageTier::Coldline => ("0.004 USD/GB-month", google),
        StorageTier::Archive => ("0.0012 USD/GB-month", google),
    }
}

/// The storage of a name, if it is one's and no site's.
pub(super) fn named(
    context: &mut Context,
    name: &str,
    origin: Origin,
    sites: &[Place],
    network: &Network,
) -> Option<usize> {
    let is_site = sites.iter().any(|place| place.site.name == name);
    let storages = &network.storages;
    let found = storages.iter().position(|storage| storage.name == name);
    if is_site && found.is_some() {
        let message = format!("`{name}` is a site and a storage");
        context.fault(origin, message, "give the storage another name");
    }
    found
}

/// What reads from storages, and what lies there beside data sets: caches of sites, and checkpoints of classes.
/// Everything must fit.
pub(super) fn attach(
    context: &mut Context,
    file: &ScenarioFile,
    (sites, classes): (&mut [Place], &mut [ClassDraft]),
    pools: &[PoolDraft],
    network: &mut Network,
) {
    feeds::attach(context, file, classes, pools, network);
    let mut holds: Vec<u128> = vec![0; network.storages.len()];
    for &(storage, bytes) in &network.kept {
        holds[usize::from(storage)] += u128::from(bytes.0);
    }
    for (spec, _) in file.site.items() {
        let Some((name, origin)) = spec.cache_on.here() else {
            continue;
        };
        let name_of_site = spec.name.value();
        let place = sites
            .iter_mut()
            .find(|place| Some(&place.site.name) == name_of_site);
        if let (Some(place), Some(storage)) = (place, lookup(context, name, origin, network)) {
            if network.storages[storage].site.index() != index_of(file, name_of_site) {
                let fix = "name a storage of this site";
                context.fault(origin, "a cache lies at its own site", fix);
            }
            place.site.cache_on = Some(storage as u16);
            holds[storage] += u128::from(place.site.cache.unwrap_or_default().0);
        }
    }
    checkpoint_homes::attach(context, file, (sites, classes), pools, network);
    for ((spec, _), (storage, held)) in file.storage.items().zip(network.storages.iter().zip(holds))
    {
        if storage
            .capacity
            .is_some_and(|most| u128::from(most.0) < held)
        {
            let message = format!(
                "{} of data lie on storage `{}`",
                terabytes(held),
                storage.name
            );
            let origin = spec.capacity.origin().unwrap_or_default();
            context.fault(origin, message, "enlarge `capacity`, or keep less there");
        }
    }
}

fn terabytes(bytes: u128) -> String {
    format!("{} TB", bytes as f64 / 1e12)
}

fn index_of(file: &ScenarioFile, name: Option<&String>) -> usize {
    let mut sites = file.site.items();
    let found = sites.position(|(site, _)| site.name.value() == name);
    found.unwrap_or(usize::MAX)
}

pub(super) fn lookup(
    context: &mut Context,
    name: &str,
    origin: Origin,
    network: &Network,
) -> Option<usize> {
    let storages = &network.storages;
    let found = storages.iter().position(|storage| storage.name == name);
    if found.is_none() {
        let known: Vec<&str> = storages.iter().map(|s| s.name.as_str()).collect();
        context.unknown(origin, "storage", name, &known);
    }
    found
}
