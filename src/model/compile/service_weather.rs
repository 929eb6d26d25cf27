//! `[[failure]]` and `[[happening]]` of services: which are out, where, and from when until when.

use crate::model::{Happening, Incident, ServiceFailure, ServiceKind, Services, Times};
use crate::scenario::{FailureSpec, FailureUnit, HappeningKind, Origin};
use crate::units::{OutletId, ServiceId, Span};

use super::chosen::{Candidate, Chosen};
use super::context::Context;
use super::failures;
use super::outages;
use super::selector;
use super::services::entities;
use super::told::{Told, When};
use super::weather::Estate;

/// The kind of service that fails, if one does.
pub(super) const fn kind_of(unit: FailureUnit) -> Option<ServiceKind> {
    match unit {
        FailureUnit::KeyService => Some(ServiceKind::Key),
        FailureUnit::Registry => Some(ServiceKind::Registry),
        FailureUnit::IdentityProvider => Some(ServiceKind::Identity),
        FailureUnit::Gpu
        | FailureUnit::Node
        | FailureUnit::Rack
        | FailureUnit::Pool
        | FailureUnit::Site
        | FailureUnit::Region
        | FailureUnit::Provider
        | FailureUnit::Instance
        | FailureUnit::Group
        | FailureUnit::Link
        | FailureUnit::Storage => None,
    }
}

/// Services that go out by law.
pub(super) fn failure(
    context: &mut Context,
    spec: &FailureSpec,
    (kind, at): (ServiceKind, Origin),
    estate: &Estate<'_>,
    name: Option<String>,
    times: Times,
) -> Option<ServiceFailure> {
    for (field, word) in [
        (spec.nodes.origin(), "nodes"),
        (spec.links.origin(), "links"),
        (spec.crews.origin(), "crews"),
        (spec.spares.origin(), "spares"),
        (spec.swap.origin(), "swap"),
    ] {
        if let Some(origin) = field {
            let message = format!("`{word}` means nothing for services");
            context.fault(origin, message, "leave it out");
        }
    }
    let chosen = Chosen {
        names: &spec.services,
        selector: &spec.selector,
        at,
    };
    Some(ServiceFailure {
        name: name?,
        times,
        entities: meant(context, kind, &chosen, estate)?,
    })
}

/// Services whose outages were recorded: the k-th recorded thing, by name, is the k-th that matches.
pub(super) fn recorded(
    context: &mut Context,
    spec: &FailureSpec,
    recording: (&str, Origin),
    (kind, at): (ServiceKind, Origin),
    estate: &Estate<'_>,
    script: &mut Vec<Incident>,
) -> Option<()> {
    failures::drawn_words(context, spec);
    let chosen = Chosen {
        names: &spec.services,
        selector: &spec.selector,
        at,
    };
    let entities = meant(context, kind, &chosen, estate)?;
    let things = (entities.len(), "services");
    for (index, from, to) in outages::replay(context, spec, recording, estate.run, things)? {
        for &outlet in &entities[index].1 {
            script.extend(outage(outlet, false, (from, Some(to))));
        }
    }
    Some(())
}

fn outage(outlet: OutletId, voids: bool, (from, to): When) -> impl Iterator<Item = Incident> {
    let down = Incident::terms(from, Happening::ServiceDown { outlet, voids });
    let up = to.map(|to| Incident::terms(to, Happening::ServiceUp { outlet }));
    std::iter::once(down).chain(up)
}

/// A service is out from an instant on.
pub(super) fn out(
    context: &mut Context,
    told: &Told<'_>,
    kind: ServiceKind,
    script: &mut Vec<Incident>,
) {
    let Told { spec, when, .. } = *told;
    let voids = spec.voids_cache.value() == Some(&true);
    for outlet in outlets(context, told, kind) {
        script.extend(outage(outlet, voids, when));
    }
}

/// What a service gave out is replaced at an instant, at once.
pub(super) fn rotation(
    context: &mut Context,
    told: &Told<'_>,
    kind: ServiceKind,
    script: &mut Vec<Incident>,
) {
    let Told {
        spec,
        when: (from, to),
        ..
    } = *told;
    if let (Some(_), Some(origin)) = (to, spec.lasts.origin()) {
        let fix = "leave it out";
        context.fault(origin, "a rotation is over at once", fix);
    }
    let overlap = Span::ZERO;
    for outlet in outlets(context, told, kind) {
        let what = Happening::Rotated { outlet, overlap };
        script.push(Incident::terms(from, what));
    }
}

/// What happens to identity providers and the credentials that they give out.
pub(super) fn identity(
    context: &mut Context,
    told: &Told<'_>,
    what: HappeningKind,
    script: &mut Vec<Incident>,
) {
    let Told {
        spec,
        table,
        estate,
        when,
    } = *told;
    let kind = ServiceKind::Identity;
    match what {
        HappeningKind::CredentialRotation => rotation(context, told, kind, script),
        HappeningKind::FederationCut => {
            let before = script.len();
            let cut = selector::sites(context, &spec.selector, table, estate);
            let services = estate.services;
            for outlet in outlets(context, told, kind) {
                let site = services.outlet(outlet).site;
                let of = services.service_of(outlet);
                if of.shared && of.home != Some(site) && cut.contains(&site) {
                    script.extend(outage(outlet, false, when));
                }
            }
            if script.len() == before {
                let message = "no federated identity provider stands elsewhere";
                context.fault(table, message, "write federated = true, and its `home`");
            }
        }
        HappeningKind::CredentialsRevoked => {
            for outlet in outlets(context, told, kind) {
                script.push(Incident::terms(when.0, Happening::Revoked { outlet }));
                script.extend(outage(outlet, true, when));
            }
        }
        _ => {
            let voids = what == HappeningKind::CertificateExpired;
            for outlet in outlets(context, told, kind) {
                script.extend(outage(outlet, voids, when));
            }
        }
    }
}

fn outlets(context: &mut Context, told: &Told<'_>, kind: ServiceKind) -> Vec<OutletId> {
    let chosen = Chosen {
        names: &told.spec.services,
        selector: &told.spec.selector,
        at: told.table,
    };
    let found = meant(context, kind, &chosen, told.estate).unwrap_or_default();
    found.into_iter().flat_map(|(_, outlets)| outlets).collect()
}

/// The services of a kind that are meant: a shared one as a whole, if any site that it serves is.
fn meant(
    context: &mut Context,
    kind: ServiceKind,
    chosen: &Chosen<'_>,
    estate: &Estate<'_>,
) -> Option<Vec<(String, Vec<OutletId>)>> {
    let services: &Services = estate.services;
    let of_kind = services.list.iter().enumerate();
    let of_kind = of_kind.filter(|(_, service)| service.kind == kind);
    let all = of_kind.flat_map(|(index, service)| {
        let found = entities(services, ServiceId::from(index), estate.sites);
        found.into_iter().map(|(entity, parts)| Candidate {
            name: service.name.as_str(),
            entity,
            sites: parts.iter().map(|&id| services.outlet(id).site).collect(),
            parts,
        })
    });
    chosen.among(context, estate, kind.name(), all.collect())
}
