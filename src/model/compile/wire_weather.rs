//! `[[failure]]` and `[[happening]]` of links and storages: which are slow or dead, where, and from when until when.

use crate::model::{Incident, LinkFailure, Times};
use crate::scenario::{FailureSpec, FailureUnit, Given, HappeningSpec, List, Origin, SelectorSpec};
use crate::units::{LinkId, SiteId};

use super::context::Context;
use super::failures;
use super::happenings::When;
use super::outages;
use super::selector;
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
        links: chosen(spec, wire, at).entities(context, estate)?,
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
    let entities = chosen(spec, wire, at).entities(context, estate)?;
    let things = (entities.len(), wire.noun());
    for (index, from, to) in outages::replay(context, spec, recording, estate.run, things)? {
        slow_all(&entities[index].1, permille, (from, Some(to)), script);
    }
    Some(())
}

/// Links or storages that give only a share of their bandwidth, or nothing, for a time.
pub(super) fn slow(
    context: &mut Context,
    spec: &HappeningSpec,
    (wire, table): (Wire, Origin),
    estate: &Estate<'_>,
    when: When,
    script: &mut Vec<Incident>,
) {
    let permille = permille(context, &spec.share);
    for lanes in meant(context, spec, (wire, table), estate) {
        slow_all(&lanes, permille, when, script);
    }
}

/// The links or storages that a happening is about: what each is called on routes.
pub(super) fn meant(
    context: &mut Context,
    spec: &HappeningSpec,
    (wire, table): (Wire, Origin),
    estate: &Estate<'_>,
) -> Vec<Vec<LinkId>> {
    if wire == Wire::Link && spec.selector.is_absent() {
        let example = "links = [\"line\"], or where = { kind = \"edge\" }";
        context.required(&spec.links, table, "which links", example);
    }
    let chosen = Chosen {
        wire,
        names: match wire {
            Wire::Link => &spec.links,
            Wire::Storage => &spec.storages,
        },
        selector: &spec.selector,
        at: table,
    };
    let entities = chosen.entities(context, estate).unwrap_or_default();
    entities.into_iter().map(|(_, lanes)| lanes).collect()
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

fn chosen(spec: &FailureSpec, wire: Wire, at: Origin) -> Chosen<'_> {
    Chosen {
        wire,
        names: match wire {
            Wire::Link => &spec.links,
            Wire::Storage => &spec.storages,
        },
        selector: &spec.selector,
        at,
    }
}

/// Which links or storages are meant, and where.
struct Chosen<'a> {
    wire: Wire,
    names: &'a List<String>,
    selector: &'a Given<SelectorSpec>,
    at: Origin,
}

impl Chosen<'_> {
    /// Those that match: a link if it begins or ends at a site that does. Each with what it is called on routes.
    fn entities(
        &self,
        context: &mut Context,
        estate: &Estate<'_>,
    ) -> Option<Vec<(String, Vec<LinkId>)>> {
        let all = self.all(estate);
        let noun = self.wire.noun();
        if all.is_empty() {
            let message = format!("there is no {noun} that could fail");
            context.fault(self.at, message, format!("add a [[{noun}]]"));
            return None;
        }
        let before = context.problems.len();
        let known: Vec<&str> = all.iter().map(|(name, ..)| name.as_str()).collect();
        let wanted = selector::names(context, self.names, noun, &known);
        let sites = selector::sites(context, self.selector, self.at, estate);
        let found: Vec<(String, Vec<LinkId>)> = all
            .iter()
            .filter(|(name, ends, _)| {
                wanted.as_ref().is_none_or(|names| names.contains(name))
                    && ends.iter().any(|end| sites.contains(end))
            })
            .map(|(name, _, lanes)| (name.clone(), lanes.clone()))
            .collect();
        if found.is_empty() && context.problems.len() == before {
            let message = format!("there is no {noun} at the sites that are meant here");
            context.fault(self.at, message, "widen the conditions of `where`");
        }
        Some(found)
    }

    /// All of the kind: name, sites, lanes.
    fn all(&self, estate: &Estate<'_>) -> Vec<(String, Vec<SiteId>, Vec<LinkId>)> {
        let network = estate.network;
        let mut all: Vec<(String, Vec<SiteId>, Vec<LinkId>)> = Vec::new();
        if self.wire == Wire::Storage {
            for (index, storage) in network.storages.iter().enumerate() {
                let lanes = vec![network.reading(index)];
                all.push((storage.name.clone(), vec![storage.site], lanes));
            }
            return all;
        }
        for (index, link) in network.links.iter().enumerate() {
            let id = LinkId::from(index);
            match all.iter_mut().find(|(name, ..)| *name == link.name) {
                Some((_, _, lanes)) => lanes.push(id),
                None => all.push((link.name.clone(), vec![link.from, link.to], vec![id])),
            }
        }
        all
    }
}
