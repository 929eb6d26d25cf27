//! `[[failure]]` and `[[happening]]` of services: which are out, where, and from when until when.

use crate::model::{Happening, Incident, ServiceFailure, ServiceKind, Services, Times};
use crate::scenario::{
    FailureSpec, FailureUnit, Given, HappeningKind, HappeningSpec, List, Origin, SelectorSpec,
};
use crate::units::{OutletId, ServiceId, SiteId, Span};

use super::context::Context;
use super::failures;
use super::happenings::When;
use super::outages;
use super::selector;
use super::services::entities;
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
        kind,
        services: &spec.services,
        selector: &spec.selector,
        at,
    };
    Some(ServiceFailure {
        name: name?,
        times,
        entities: chosen.entities(context, estate)?,
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
        kind,
        services: &spec.services,
        selector: &spec.selector,
        at,
    };
    let entities = chosen.entities(context, estate)?;
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
    spec: &HappeningSpec,
    (kind, table): (ServiceKind, Origin),
    estate: &Estate<'_>,
    when: When,
    script: &mut Vec<Incident>,
) {
    let voids = spec.voids_cache.value() == Some(&true);
    for outlet in outlets(context, spec, (kind, table), estate) {
        script.extend(outage(outlet, voids, when));
    }
}

/// What a service gave out is replaced at an instant, at once.
pub(super) fn rotation(
    context: &mut Context,
    spec: &HappeningSpec,
    (kind, table): (ServiceKind, Origin),
    estate: &Estate<'_>,
    (from, to): When,
    script: &mut Vec<Incident>,
) {
    if let (Some(_), Some(origin)) = (to, spec.lasts.origin()) {
        let fix = "leave it out";
        context.fault(origin, "a rotation is over at once", fix);
    }
    let overlap = Span::ZERO;
    for outlet in outlets(context, spec, (kind, table), estate) {
        let what = Happening::Rotated { outlet, overlap };
        script.push(Incident::terms(from, what));
    }
}

/// What happens to identity providers and the credentials that they give out.
pub(super) fn identity(
    context: &mut Context,
    spec: &HappeningSpec,
    (what, table): (HappeningKind, Origin),
    estate: &Estate<'_>,
    when: When,
    script: &mut Vec<Incident>,
) {
    let kind = (ServiceKind::Identity, table);
    match what {
        HappeningKind::CredentialRotation => rotation(context, spec, kind, estate, when, script),
        HappeningKind::FederationCut => {
            let before = script.len();
            let cut = selector::sites(context, &spec.selector, table, estate);
            let services = estate.services;
            for outlet in outlets(context, spec, kind, estate) {
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
            for outlet in outlets(context, spec, kind, estate) {
                script.push(Incident::terms(when.0, Happening::Revoked { outlet }));
                script.extend(outage(outlet, true, when));
            }
        }
        _ => {
            let voids = what == HappeningKind::CertificateExpired;
            for outlet in outlets(context, spec, kind, estate) {
                script.extend(outage(outlet, voids, when));
            }
        }
    }
}

fn outlets(
    context: &mut Context,
    spec: &HappeningSpec,
    (kind, table): (ServiceKind, Origin),
    estate: &Estate<'_>,
) -> Vec<OutletId> {
    let chosen = Chosen {
        kind,
        services: &spec.services,
        selector: &spec.selector,
        at: table,
    };
    let found = chosen.entities(context, estate).unwrap_or_default();
    found.into_iter().flat_map(|(_, outlets)| outlets).collect()
}

/// Which services are meant, and where.
struct Chosen<'a> {
    kind: ServiceKind,
    services: &'a List<String>,
    selector: &'a Given<SelectorSpec>,
    at: Origin,
}

impl Chosen<'_> {
    /// Those that match: a shared service as a whole, if any site that it serves does.
    fn entities(
        &self,
        context: &mut Context,
        estate: &Estate<'_>,
    ) -> Option<Vec<(String, Vec<OutletId>)>> {
        let services: &Services = estate.services;
        let of_kind = |index: &usize| services.list[*index].kind == self.kind;
        let ids: Vec<usize> = (0..services.list.len()).filter(of_kind).collect();
        let word = self.kind.name();
        if ids.is_empty() {
            let message = format!("there is no {word} in this estate");
            let fix = format!("add a [[{}]]", word.replace(' ', "_"));
            context.fault(self.at, message, fix);
            return None;
        }
        let before = context.problems.len();
        let known: Vec<&str> = ids
            .iter()
            .map(|&id| services.list[id].name.as_str())
            .collect();
        let wanted = selector::names(context, self.services, word, &known);
        let sites: Vec<SiteId> = selector::sites(context, self.selector, self.at, estate);
        let is_wanted = |id: usize| {
            (wanted.as_ref()).is_none_or(|names| names.contains(&services.list[id].name))
        };
        let named = ids.into_iter().filter(|&id| is_wanted(id));
        let found: Vec<(String, Vec<OutletId>)> = named
            .flat_map(|id| entities(services, ServiceId::from(id), estate.sites))
            .filter(|(_, outlets)| {
                let mut at = outlets.iter().map(|&id| services.outlet(id).site);
                at.any(|site| sites.contains(&site))
            })
            .collect();
        if found.is_empty() && context.problems.len() == before {
            let message = format!("no {word} serves what is meant here");
            context.fault(self.at, message, "widen the conditions of `where`");
        }
        Some(found)
    }
}
