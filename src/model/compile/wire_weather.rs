//! `[[failure]]` and `[[happening]]` of links and storages: which are slow or dead, where, and from when until when.

use crate::model::{Incident, LinkFailure, Times};
use crate::scenario::{FailureSpec, FailureUnit, Given, Origin};
use crate::units::LinkId;

use super::chosen::{Candidate, Chosen};
use super::context::Context;
use super::failures;
use super::outages;
use super::told::{Told, When};
use super::weather::Estate;

/// What it is that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// A link, both directions at once.
    Link,
    /// The reading of a storage.
    Storage,
}

/// What fails, if it is a link or a storage.
pub(super) const fn wire_of(unit: FailureUnit) -> Option<Wire> {
    match unit {
        FailureUnit::Link => Some(Wire::Link),
        FailureUnit::Storage => Some(Wire::Storage),
        _ => None,
    }
}

impl Wire {
    const fn noun(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Storage => "storage",
        }
    }

    /// All that there are; a link is where it begins and where it ends.
    fn all<'a>(self, estate: &Estate<'a>) -> Vec<Candidate<'a, LinkId>> {
        let network = estate.network;
        let candidate = |name: &'a str, sites, parts| Candidate {
            name,
            entity: name.to_owned(),
            sites,
            parts,
        };
        if self == Self::Storage {
            let storages = network.storages.iter().enumerate();
            let all = storages.map(|(index, storage)| {
                let lanes = vec![network.reading(index)];
                candidate(&storage.name, vec![storage.site], lanes)
            });
            return all.collect();
        }
        let mut all: Vec<Candidate<'a, LinkId>> = Vec::new();
        for (index, link) in network.links.iter().enumerate() {
            let id = LinkId::from(index);
            match all.iter_mut().find(|known| known.name == link.name) {
                Some(known) => known.parts.push(id),
                None => all.push(candidate(&link.name, vec![link.from, link.to], vec![id])),
            }
        }
        all
    }
}

/// Links or storages that fail by law.
pub(super) fn failure(
    context: &mut Context,
    spec: &FailureSpec,
    (wire, at): (Wire, Origin),
    estate: &Estate<'_>,
    name: Option<String>,
    times: Times,
) -> Option<LinkFailure> {
    misplaced(context, spec, wire);
    Some(LinkFailure {
        name: name?,
        times,
        permille: permille(context, &spec.share),
        links: failing(context, spec, (wire, at), estate)?,
    })
}

/// Links or storages whose outages were recorded: the k-th recorded thing, by name, is the k-th that matches.
pub(super) fn recorded(
    context: &mut Context,
    spec: &FailureSpec,
    recording: (&str, Origin),
    (wire, at): (Wire, Origin),
    estate: &Estate<'_>,
    script: &mut Vec<Incident>,
) -> Option<()> {
    failures::drawn_words(context, spec);
    misplaced(context, spec, wire);
    let permille = permille(context, &spec.share);
    let entities = failing(context, spec, (wire, at), estate)?;
    let things = (entities.len(), wire.noun());
    for (index, from, to) in outages::replay(context, spec, recording, estate.run, things)? {
        slow_all(&entities[index].1, permille, (from, Some(to)), script);
    }
    Some(())
}

/// Links or storages that give only a share of their bandwidth, or nothing, for a time.
pub(super) fn slow(context: &mut Context, told: &Told<'_>, wire: Wire, script: &mut Vec<Incident>) {
    let Told { spec, when, .. } = *told;
    let permille = permille(context, &spec.share);
    for lanes in meant(context, told, wire) {
        slow_all(&lanes, permille, when, script);
    }
}

/// The links or storages that a happening is about: what each is called on routes.
pub(super) fn meant(context: &mut Context, told: &Told<'_>, wire: Wire) -> Vec<Vec<LinkId>> {
    let Told {
        spec,
        table,
        estate,
        ..
    } = *told;
    if wire == Wire::Link && spec.selector.is_absent() {
        let example = "links = [\"line\"], or where = { kind = \"edge\" }";
        context.required(&spec.links, table, "which links", example);
    }
    let chosen = Chosen {
        names: match wire {
            Wire::Link => &spec.links,
            Wire::Storage => &spec.storages,
        },
        selector: &spec.selector,
        at: table,
    };
    let found = chosen.among(context, estate, wire.noun(), wire.all(estate));
    let found = found.unwrap_or_default().into_iter();
    found.map(|(_, lanes)| lanes).collect()
}

fn slow_all(lanes: &[LinkId], permille: u32, (from, to): When, script: &mut Vec<Incident>) {
    for &lane in lanes {
        script.push(Incident::link_down(from, lane, permille));
        script.extend(to.map(|to| Incident::link_up(to, lane, permille)));
    }
}

fn permille(context: &mut Context, share: &Given<f64>) -> u32 {
    (context.number(share, 0.0, 1.0).unwrap_or(0.0) * 1000.0) as u32
}

fn misplaced(context: &mut Context, spec: &FailureSpec, wire: Wire) {
    let other = match wire {
        Wire::Link => (spec.storages.origin(), "storages"),
        Wire::Storage => (spec.links.origin(), "links"),
    };
    for (field, word) in [
        (spec.nodes.origin(), "nodes"),
        (spec.services.origin(), "services"),
        (spec.crews.origin(), "crews"),
        (spec.spares.origin(), "spares"),
        (spec.swap.origin(), "swap"),
        other,
    ] {
        if let Some(origin) = field {
            let message = format!("`{word}` means nothing for {}s", wire.noun());
            context.fault(origin, message, "leave it out");
        }
    }
}

/// The links or storages that a failure is about, each with what it is called on routes.
fn failing(
    context: &mut Context,
    spec: &FailureSpec,
    (wire, at): (Wire, Origin),
    estate: &Estate<'_>,
) -> Option<Vec<(String, Vec<LinkId>)>> {
    let chosen = Chosen {
        names: match wire {
            Wire::Link => &spec.links,
            Wire::Storage => &spec.storages,
        },
        selector: &spec.selector,
        at,
    };
    chosen.among(context, estate, wire.noun(), wire.all(estate))
}
