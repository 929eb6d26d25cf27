//! What `plimsoll check` says of services: whom they serve, what becomes of work without them, and who needs them.

use std::fmt::Write as _;

use crate::experiment::duration;
use crate::model::{Model, OnLoss, Service};
use crate::record::plain;
use crate::units::{OutletId, ServiceId, Span};

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
            plain(&needed(model, &outlets)),
        );
    }
    out
}

fn terms(service: &Service) -> String {
    let mut terms = if service.cache == Span::ZERO {
        "nothing is cached".to_owned()
    } else {
        format!("cached for {}", span(service.cache))
    };
    terms.push_str(match service.on_loss {
        OnLoss::Finish => ", then jobs finish at a checkpoint",
        OnLoss::Stop => ", then jobs stop",
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
fn needed(model: &Model, outlets: &[OutletId]) -> String {
    let sites = model.sites.len();
    let needs = |class: usize| {
        let of_class = model.services.needs.chunks(sites).nth(class);
        let mut needs = of_class.into_iter().flatten().flatten();
        needs.any(|id| outlets.contains(id))
    };
    let classes = model.classes.iter().enumerate();
    let names: Vec<&str> = classes
        .filter(|&(index, _)| needs(index))
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
