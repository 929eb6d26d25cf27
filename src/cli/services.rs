//! What `plimsoll check` says of services: whom they serve, what becomes of work without them, and who needs them.

use std::fmt::Write as _;

use crate::experiment::duration;
use crate::model::{Class, Model, OnLoss, OnPull, OnSubmit, OnSync, Service, ServiceKind};
use crate::record::plain;
use crate::units::{OutletId, ServiceId, Span};

use super::study::counted;

/// One line for each service; nothing where there is none.
pub(super) fn services(model: &Model) -> String {
    let mut out = String::new();
    if model.services.list.is_empty() {
        return out;
    }
    out.push_str("\nservices (what jobs cannot do without)\n");
    for (index, service) in model.services.list.iter().enumerate() {
        let id = ServiceId::from(index);
        let outlets: Vec<OutletId> = model.services.outlets_of(id).collect();
        let sites = outlets.iter().map(|&id| {
            let site = model.services.outlet(id).site;
            model.sites[site.index()].name.as_str()
        });
        let sites: Vec<&str> = sites.collect();
        let one = match (service.shared, sites.len()) {
            (true, 2..) => "one for ",
            (false, 2..) => "one each for ",
            _ => "for ",
        };
        let _ = writeln!(
            out,
            "  {} {}: {one}{}; {}; {}",
            service.kind.name(),
            plain(&service.name),
            plain(&sites.join(", ")),
            terms(service),
            plain(&needed(model, id, &outlets)),
        );
    }
    artifacts(model, &mut out);
    out
}

/// One line for each way in which services fail.
pub(super) fn failures(model: &Model) -> Vec<String> {
    let failures = model.weather.outages.iter().map(|failure| {
        let names = failure.entities.iter().map(|(name, _)| name.as_str());
        format!(
            "failure  {}  of {}: {}",
            plain(&failure.name),
            counted(failure.entities.len() as u64, "service"),
            plain(&names.collect::<Vec<_>>().join(", "))
        )
    });
    failures.collect()
}

/// One line for each artifact.
fn artifacts(model: &Model, out: &mut String) {
    let datasets = model.datasets.iter().enumerate();
    let artifacts =
        datasets.filter_map(|(index, dataset)| Some((index, dataset, dataset.artifact?)));
    for (number, (index, dataset, artifact)) in artifacts.enumerate() {
        if number == 0 {
            out.push_str("\nartifacts (pulled before jobs start)\n");
        }
        let classes = model.classes.iter();
        let users = classes.filter(|class| class.data.iter().any(|id| id.index() == index));
        let users: Vec<&str> = users.map(|class| class.name.as_str()).collect();
        let used = match users.as_slice() {
            [] => "used by no class".to_owned(),
            names => format!("used by {}", names.join(", ")),
        };
        let name = |service: ServiceId| model.services.list[service.index()].name.as_str();
        let key = artifact
            .key
            .map_or_else(String::new, |key| format!(", with keys of {}", name(key)));
        let breaks = f64::from(artifact.broken) / 1e4;
        let broken = if artifact.broken == 0 {
            String::new()
        } else {
            format!(
                "; {breaks} % of pulls break and are tried again after {}",
                span(artifact.retry)
            )
        };
        let mut releases = model.weather.releases.iter();
        let releases = releases.find(|releases| releases.artifact.index() == index);
        let bad = releases.map_or_else(String::new, |releases| {
            format!(
                "; new versions every {} on average, {} % of them bad, found by {}",
                duration(releases.every.mean() / 1e3, None),
                f64::from(releases.bad) / 1e4,
                counted(u64::from(artifact.found_by), "failed job"),
            )
        });
        let gigabytes = dataset.size.0 as f64 / 1e9;
        let from = format!("{}{key}{broken}{bad}; {used}", name(artifact.registry));
        let _ = writeln!(
            out,
            "  {}: {gigabytes} GB from {}",
            plain(&dataset.name),
            plain(&from)
        );
    }
}

fn terms(service: &Service) -> String {
    if service.kind == ServiceKind::Registry {
        return "what is pulled already needs it no more".to_owned();
    }
    let mut terms = if service.cache == Span::ZERO {
        "nothing is cached".to_owned()
    } else {
        format!("cached for {}", span(service.cache))
    };
    terms.push_str(match service.on_loss {
        OnLoss::Finish => ", then jobs finish at a checkpoint",
        OnLoss::Stop => ", then jobs stop",
        OnLoss::GoOn => ", then jobs run on to a checkpoint",
    });
    if service.expires.is_some() {
        terms.push_str("; cannot be renewed");
    }
    terms.push_str(match service.uses.submit {
        OnSubmit::Cached => "",
        OnSubmit::Closed => "; nothing starts from the outage on",
        OnSubmit::Fail => "; who comes then fails",
    });
    if service.uses.pull == OnPull::Break {
        terms.push_str("; pulls break off");
    }
    terms.push_str(match service.uses.sync {
        OnSync::Fail => "",
        OnSync::Stop => "; checkpoints that cannot be synced stop their jobs",
        OnSync::GoOn => "; checkpoints are synced all the same",
    });
    if let Some(rotation) = service.rotation {
        let _ = write!(terms, "; replaced every {}", span(rotation.every));
        if rotation.overlap == Span::ZERO {
            terms.push_str(" without overlap");
        } else {
            let _ = write!(terms, " with {} of overlap", span(rotation.overlap));
        }
    }
    terms
}

/// Which classes cannot do without one of these outlets.
fn needed(model: &Model, service: ServiceId, outlets: &[OutletId]) -> String {
    let sites = model.sites.len();
    let needs = |class: usize| {
        let of_class = model.services.needs.chunks(sites).nth(class);
        let mut needs = of_class.into_iter().flatten().flatten();
        needs.any(|id| outlets.contains(id))
    };
    let pulls = |class: &Class| {
        let mut used = class
            .data
            .iter()
            .filter_map(|&id| model.dataset(id).artifact);
        used.any(|artifact| artifact.registry == service || artifact.key == Some(service))
    };
    let classes = model.classes.iter().enumerate();
    let names: Vec<&str> = classes
        .filter(|&(index, class)| needs(index) || pulls(class))
        .map(|(_, class)| class.name.as_str())
        .collect();
    if names.is_empty() {
        "needed by no class".to_owned()
    } else {
        format!("needed by {}", names.join(", "))
    }
}

fn span(span: Span) -> String {
    duration(span.0 as f64 / 1e3, None)
}
