//! `[[key_service]]`, and who needs it: what there is, whom it serves, and what starts nowhere without it.

use std::collections::BTreeSet;

use crate::model::{
    OnLoss, OnPull, OnSubmit, OnSync, Outlet, Rotation, Service, ServiceKind, Services, Uses,
};
use crate::scenario::{
    Given, IdentityProviderSpec, KeyServiceSpec, List, LossKind, Origin, PullKind, ReadKind,
    RotationSpec, ScenarioFile, SubmitKind, SyncKind,
};
use crate::units::{ClassId, OutletId, ServiceId, SimTime, SiteId, Span};

use super::classes::{ClassDraft, written};
use super::context::Context;
use super::data::Wires;
use super::run::{Run, instant};
use super::selector;
use super::sites::Place;

/// Most services of a scenario.
const SERVICES_MAX: usize = 1_000;

/// The services, and which sites they serve.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    sites: &[Place],
) -> Services {
    let mut services = Services::default();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.key_service.items() {
        let name = context.name(&spec.name, table, "service", &mut taken);
        let service = key_service(context, spec, run);
        let (Some(name), Some(service)) = (name, service) else {
            continue;
        };
        let service = Service { name, ..service };
        add(context, &mut services, service, &spec.sites, sites, table);
    }
    for (spec, table) in file.registry.items() {
        let Some(name) = context.name(&spec.name, table, "service", &mut taken) else {
            continue;
        };
        let service = Service {
            name,
            kind: ServiceKind::Registry,
            shared: true,
            cache: Span::ZERO,
            on_loss: OnLoss::Finish,
            rotation: None,
            home: None,
            expires: None,
            uses: Uses::default(),
        };
        add(context, &mut services, service, &spec.sites, sites, table);
    }
    for (spec, table) in file.identity_provider.items() {
        let name = context.name(&spec.name, table, "service", &mut taken);
        let service = provider(context, spec, table, sites);
        let Some(name) = name else {
            continue;
        };
        let service = Service { name, ..service };
        add(context, &mut services, service, &spec.sites, sites, table);
    }
    services
}

fn provider(
    context: &mut Context,
    spec: &IdentityProviderSpec,
    table: Origin,
    sites: &[Place],
) -> Service {
    let name = spec.name.value().cloned().unwrap_or_default();
    let lifetime = context.span(&spec.lifetime);
    if lifetime.is_none() {
        let what = format!("identity provider {name}: lifetime");
        context.note_default(what, "none: nothing starts while it is out");
    }
    let reads = spec.uses.value().is_some_and(|uses| !uses.read.is_absent());
    if spec.on_loss.is_absent() && !reads {
        let what = format!("identity provider {name}: on loss");
        context.note_default(what, "running jobs finish at their next checkpoint");
    }
    let home = spec.home.here().and_then(|(name, origin)| {
        let found = sites.iter().position(|place| place.site.name == *name);
        if found.is_none() {
            let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
            context.unknown(origin, "site", name, &known);
        }
        found.map(SiteId::from)
    });
    let lasting = spec.renewable.value() == Some(&false);
    if lasting && lifetime.is_none_or(|lifetime| lifetime == Span::ZERO) {
        let at = spec.renewable.origin().unwrap_or(table);
        let message = "credentials that cannot be renewed need a lifetime";
        context.fault(at, message, "add lifetime = \"12 h\"");
    }
    let federated = spec.federated.value() == Some(&true);
    if let (false, Some(origin)) = (federated, spec.home.origin()) {
        let fix = "add federated = true, or leave it out";
        context.fault(origin, "only a federated provider stands at one site", fix);
    }
    Service {
        name: String::new(),
        kind: ServiceKind::Identity,
        shared: federated,
        cache: lifetime.unwrap_or_default(),
        on_loss: reading(context, spec),
        rotation: None,
        home,
        expires: lifetime.filter(|_| lasting),
        uses: uses(spec),
    }
}

/// One more service, with an outlet at each of its sites.
pub(super) fn add(
    context: &mut Context,
    services: &mut Services,
    service: Service,
    wanted: &List<String>,
    sites: &[Place],
    table: Origin,
) {
    if services.list.len() == SERVICES_MAX {
        let fix = format!("keep to {SERVICES_MAX}");
        context.fault(table, "too many services", fix);
        return;
    }
    let id = ServiceId::from(services.list.len());
    let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
    let wanted = selector::names(context, wanted, "site", &known);
    for (index, place) in sites.iter().enumerate() {
        let is_wanted = |names: &Vec<String>| names.contains(&place.site.name);
        if wanted.as_ref().is_none_or(is_wanted) {
            services.outlets.push(Outlet {
                service: id,
                site: SiteId::from(index),
            });
        }
    }
    services.list.push(service);
}

fn key_service(context: &mut Context, spec: &KeyServiceSpec, run: &Run) -> Option<Service> {
    let name = spec.name.value().cloned().unwrap_or_default();
    if spec.cache.is_absent() {
        let what = format!("key service {name}: cached keys");
        context.note_default(what, "none: nothing starts while it is out");
    }
    if spec.on_loss.is_absent() {
        let what = format!("key service {name}: on loss");
        context.note_default(what, "running jobs finish at their next checkpoint");
    }
    let cache = context.span(&spec.cache).unwrap_or_default();
    let rotation = match spec.rotation.here() {
        Some(rotation) => Some(self::rotation(context, rotation, run)?),
        None => None,
    };
    Some(Service {
        name: String::new(),
        kind: ServiceKind::Key,
        shared: spec.shared.value() == Some(&true),
        cache,
        on_loss: on_loss(&spec.on_loss),
        rotation,
        home: None,
        expires: None,
        uses: Uses::default(),
    })
}

/// What becomes of running jobs: `uses` says it, or `on_loss`.
fn reading(context: &mut Context, spec: &IdentityProviderSpec) -> OnLoss {
    let read = spec.uses.value().and_then(|uses| uses.read.here());
    let Some((&read, origin)) = read else {
        return on_loss(&spec.on_loss);
    };
    if !spec.on_loss.is_absent() {
        context.fault(
            origin,
            "`read` and `on_loss` say the same",
            "keep one of them",
        );
    }
    match read {
        ReadKind::Finish => OnLoss::Finish,
        ReadKind::Stop => OnLoss::Stop,
        ReadKind::GoOn => OnLoss::GoOn,
    }
}

fn uses(spec: &IdentityProviderSpec) -> Uses {
    let Some(uses) = spec.uses.value() else {
        return Uses::default();
    };
    Uses {
        submit: match uses.submit.value() {
            Some(SubmitKind::Closed) => OnSubmit::Closed,
            Some(SubmitKind::Fail) => OnSubmit::Fail,
            Some(SubmitKind::Cached) | None => OnSubmit::Cached,
        },
        pull: match uses.pull.value() {
            Some(PullKind::Break) => OnPull::Break,
            Some(PullKind::Finish) | None => OnPull::Finish,
        },
        sync: match uses.sync.value() {
            Some(SyncKind::Stop) => OnSync::Stop,
            Some(SyncKind::GoOn) => OnSync::GoOn,
            Some(SyncKind::Fail) | None => OnSync::Fail,
        },
    }
}

fn on_loss(field: &Given<LossKind>) -> OnLoss {
    match field.value() {
        Some(LossKind::Stop) => OnLoss::Stop,
        Some(LossKind::Finish) | None => OnLoss::Finish,
    }
}

fn rotation(
    context: &mut Context,
    (spec, at): (&RotationSpec, Origin),
    run: &Run,
) -> Option<Rotation> {
    let origin = spec.every.origin().unwrap_or(at);
    let example = "every = \"30 d\"";
    context.required(&spec.every, origin, "how often keys are replaced", example);
    let every = context.positive_span(&spec.every)?;
    if every < Span::MINUTE {
        let message = "keys are not replaced more often than once a minute";
        context.fault(origin, message, "write at least \"1 min\"");
        return None;
    }
    let first = match spec.first.origin() {
        None => SimTime(every.0),
        Some(origin) => {
            let at = instant(context, run.epoch, &spec.first)?;
            let Ok(at) = u64::try_from(at) else {
                context.fault(origin, "this is before the start", "give a later time");
                return None;
            };
            SimTime(at)
        }
    };
    let overlap = context.span(&spec.overlap).unwrap_or_default();
    if every <= overlap {
        let origin = spec.overlap.origin().unwrap_or_default();
        let fix = "write less than `every`";
        context.fault(origin, "the old key outlives the next rotation", fix);
    }
    Some(Rotation {
        first,
        every,
        overlap,
    })
}

/// A service of one kind, by the name that something else says.
pub(super) fn named(
    context: &mut Context,
    field: &Given<String>,
    kind: ServiceKind,
    services: &Services,
) -> Option<ServiceId> {
    let (name, origin) = field.here()?;
    let is_named = |service: &Service| service.kind == kind && service.name == *name;
    let found = services.list.iter().position(is_named);
    if found.is_none() {
        let of_kind = services.list.iter().filter(|service| service.kind == kind);
        let known: Vec<&str> = of_kind.map(|service| service.name.as_str()).collect();
        context.unknown(origin, kind.name(), name, &known);
    }
    found.map(ServiceId::from)
}

/// Without what classes start nowhere, once data sets are known.
pub(super) fn attach(
    context: &mut Context,
    file: &ScenarioFile,
    classes: &[ClassDraft],
    wires: &Wires<'_>,
) -> Vec<Vec<OutletId>> {
    let (sites, datasets, services) = (wires.sites, wires.datasets, wires.services);
    let mut needs = vec![Vec::new(); classes.len() * sites.len()];
    let mut any = false;
    for (spec, class) in written(file, classes) {
        let own = named(context, &spec.key, ServiceKind::Key, services);
        let mut wanted: Vec<(ServiceId, Origin)> = Vec::new();
        wanted.extend(own.zip(spec.key.origin()));
        let provider = named(context, &spec.identity, ServiceKind::Identity, services);
        wanted.extend(provider.zip(spec.identity.origin()));
        let data = classes[class].class.data.iter();
        let keys = data.filter_map(|id| datasets[id.index()].key);
        wanted.extend(keys.map(|key| (key, spec.data.origin().unwrap_or_default())));
        for &(service, origin) in &wanted {
            any = true;
            let at = Needed {
                class: ClassId::from(class),
                service,
                origin,
            };
            need(context, &at, classes, wires, &mut needs);
        }
    }
    if any { needs } else { Vec::new() }
}

/// What a class needs wherever it may run.
struct Needed {
    class: ClassId,
    service: ServiceId,
    origin: Origin,
}

fn need(
    context: &mut Context,
    needed: &Needed,
    classes: &[ClassDraft],
    wires: &Wires<'_>,
    needs: &mut [Vec<OutletId>],
) {
    let (sites, pools, services) = (wires.sites, wires.pools, wires.services);
    for &pool in &classes[needed.class.index()].class.pools {
        let site = pools[pool.index()].pool.site;
        let Some(outlet) = services.outlet_at(needed.service, site) else {
            let service = &services.list[needed.service.index()];
            let message = format!(
                "{} `{}` does not serve site `{}`, where pool `{}` stands",
                service.kind.name(),
                service.name,
                sites[site.index()].site.name,
                pools[pool.index()].pool.name
            );
            let fix = "add the site to its `sites`, or name other `pools` or `sites` of the class";
            context.fault(needed.origin, message, fix);
            return;
        };
        let list = &mut needs[needed.class.index() * sites.len() + site.index()];
        if !list.contains(&outlet) {
            list.push(outlet);
        }
    }
}

/// Things that are out as one, each with its name: a shared service as a whole, else each site's by itself.
pub(super) fn entities(
    services: &Services,
    service: ServiceId,
    sites: &[Place],
) -> Vec<(String, Vec<OutletId>)> {
    let of = &services.list[service.index()];
    if of.shared {
        return vec![(of.name.clone(), services.outlets_of(service).collect())];
    }
    let alone = |id: OutletId| {
        let site = &sites[services.outlet(id).site.index()].site.name;
        (format!("{}@{site}", of.name), vec![id])
    };
    services.outlets_of(service).map(alone).collect()
}
