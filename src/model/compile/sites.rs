//! `[[site]]`: places.

use std::collections::BTreeSet;

use crate::catalog::Region;
use crate::model::rules::Value;
use crate::model::{ProviderSheet, SheetItem, Site, SiteKind};
use crate::scenario::{Origin, ScenarioFile, SiteKindSpec, SiteSpec};
use crate::units::parse_bytes;

use super::context::Context;
use super::egress::{self, Providers, provider_of};
use super::power;
use super::run::Run;
use super::sheets;

/// A site with the region of the catalog that it stands in.
pub(super) struct Place {
    pub(super) site: Site,
    pub(super) region: Option<&'static Region>,
    /// What its region is called, where that has a name.
    pub(super) lies_in: Option<String>,
    /// Who runs it, where that has a name.
    pub(super) provider: Option<String>,
    /// What its provider says of itself.
    pub(super) sheet: Vec<(SheetItem, Value)>,
    /// Whether electricity is paid by the meter.
    pub(super) metered: bool,
}

/// Most sites of a scenario.
const SITES_MAX: usize = 10_000;

/// What sites are called, in order.
pub(super) fn names_of(sites: &[Place]) -> Vec<&str> {
    let names = sites.iter().map(|place| place.site.name.as_str());
    names.collect()
}

/// All sites, and what their providers say of themselves.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
) -> (Vec<Place>, Vec<ProviderSheet>) {
    let mut places: Vec<Place> = Vec::new();
    let mut taken = BTreeSet::new();
    let mut providers = Providers::default();
    for (spec, table) in file.site.items() {
        if places.len() == SITES_MAX {
            context.fault(table, "too many sites", format!("keep to {SITES_MAX}"));
            break;
        }
        let Some(name) = context.name(&spec.name, table, "site", &mut taken) else {
            continue;
        };
        places.push(place(context, spec, table, name, &mut providers));
    }
    let sheets = sheets::read(context, file, run, &mut places);
    (places, sheets)
}

fn place(
    context: &mut Context,
    spec: &SiteSpec,
    table: Origin,
    name: String,
    providers: &mut Providers,
) -> Place {
    let region = region(context, spec);
    let kind = kind(context, spec, table, region.is_some());
    let egress = egress::read(context, spec, region, &name, kind);
    let jurisdiction = match (spec.jurisdiction.value(), region) {
        (Some(own), _) => own.clone(),
        (None, Some(region)) => region.jurisdiction.clone(),
        (None, None) => String::new(),
    };
    let zone = spec.zone.value().cloned();
    Place {
        site: Site {
            zone: zone.unwrap_or_else(|| kind.name().to_owned()),
            name,
            kind,
            jurisdiction,
            provider: providers.of(spec, region),
            egress,
            cache: context.quantity(&spec.cache, parse_bytes),
            // Once storages are known: `storages::attach`.
            cache_on: None,
        },
        region,
        lies_in: spec
            .region
            .value()
            .cloned()
            .or_else(|| region.map(|region| region.id.clone())),
        provider: provider_of(spec, region),
        // Once all sites are known.
        sheet: Vec::new(),
        metered: power::is_metered(spec),
    }
}

fn region(context: &mut Context, spec: &SiteSpec) -> Option<&'static Region> {
    let (id, origin) = spec.catalog.here()?;
    let found = context.catalog.region(id);
    if found.is_none() {
        let known: Vec<&str> = context
            .catalog
            .regions
            .iter()
            .map(|r| r.id.as_str())
            .collect();
        context.unknown(origin, "region of the catalog", id, &known);
    }
    found
}

fn kind(context: &mut Context, spec: &SiteSpec, table: Origin, in_catalog: bool) -> SiteKind {
    match spec.kind.here() {
        None => {
            if !in_catalog && spec.catalog.is_absent() {
                let example = "kind = \"private\" (or hosted, gpuaas, edge)";
                context.required(&spec.kind, table, "the kind of a site", example);
            }
            SiteKind::Gpuaas
        }
        Some((SiteKindSpec::Gpuaas, _)) => SiteKind::Gpuaas,
        Some((&other, origin)) => {
            if in_catalog {
                let fix = "a region of the catalog is a site of kind \"gpuaas\"";
                context.fault(origin, "this kind contradicts `catalog`", fix);
            }
            match other {
                SiteKindSpec::Private => SiteKind::Private,
                SiteKindSpec::Hosted => SiteKind::Hosted,
                SiteKindSpec::Edge | SiteKindSpec::Gpuaas => SiteKind::Edge,
            }
        }
    }
}
