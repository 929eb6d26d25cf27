//! `[[link]]`: what data travel on between sites.

use std::collections::BTreeSet;

use crate::model::{Link, LinkKind, Network, Traffic};
use crate::scenario::{Given, LinkKindSpec, LinkSpec, Origin, ReservedSpec, ScenarioFile};
use crate::units::{
    Bandwidth, BytePrice, Price, SiteId, Span, parse_amount, parse_bandwidth, parse_byte_price,
};

use super::context::Context;
use super::routes;
use super::sites::Place;
use super::storages;
use super::traffic;

/// Most links of a scenario.
const LINKS_MAX: usize = 2_000;

pub(super) fn read(context: &mut Context, file: &ScenarioFile, sites: &[Place]) -> Network {
    let mut links: Vec<Link> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.link.items() {
        if LINKS_MAX <= links.len() {
            context.fault(table, "too many links", format!("keep to {LINKS_MAX}"));
            break;
        }
        let name = context.name(&spec.name, table, "link", &mut taken);
        if let Some(link) = link(context, spec, table, sites, name)
            && spec.allowed.value() != Some(&false)
        {
            let back = (spec.both_ways.value() != Some(&false)).then(|| Link {
                from: link.to,
                to: link.from,
                rent: Price(0),
                ..link.clone()
            });
            links.push(link);
            links.extend(back);
        }
    }
    let routes = routes::of(&links, sites);
    let mut network = Network {
        links,
        routes,
        storages: storages::read(context, file, sites),
        ..Network::default()
    };
    traffic::read(context, file, sites, &mut network);
    network
}

fn link(
    context: &mut Context,
    spec: &LinkSpec,
    table: Origin,
    sites: &[Place],
    name: Option<String>,
) -> Option<Link> {
    let from = end(context, &spec.from, table, sites, "from");
    let to = end(context, &spec.to, table, sites, "to");
    let example = "kind = \"internet\" (or circuit, vpn)";
    let kind = context.required(&spec.kind, table, "the kind of a link", example);
    let bandwidth = bandwidth(context, spec, table);
    let latency = context.span(&spec.latency).unwrap_or(Span::ZERO);
    let lost = context.number(&spec.impairment, 0.0, 0.999).unwrap_or(0.0);
    let currency = context.currency;
    let rent = context.quantity(&spec.price, |text| parse_amount(text, currency, "/h"));
    let own = context.quantity(&spec.egress, |text| parse_byte_price(text, currency));
    let reserved = reserved(context, &spec.reserved);
    let ((from, _), (to, to_at), (&kind, _)) = (from?, to?, kind?);
    if from == to {
        let fix = "a link joins two sites; data that stay need none";
        context.fault(to_at, "this link ends where it begins", fix);
        return None;
    }
    let kind = match kind {
        LinkKindSpec::Circuit => LinkKind::Circuit,
        LinkKindSpec::Vpn => LinkKind::Vpn,
        LinkKindSpec::Internet => LinkKind::Internet,
    };
    let kept = 1000 - (lost * 1000.0) as u32;
    Some(Link {
        name: name?,
        from,
        to,
        kind,
        bandwidth: bandwidth?.share(kept),
        latency,
        price: own.or((kind == LinkKind::Circuit).then_some(BytePrice(0))),
        rent: Price(rent.unwrap_or(0)),
        reserved,
    })
}

fn end(
    context: &mut Context,
    field: &Given<String>,
    table: Origin,
    sites: &[Place],
    key: &str,
) -> Option<(SiteId, Origin)> {
    let what = format!("`{key}` of a link");
    let example = format!("{key} = \"dc-main\"");
    let (name, origin) = context.required(field, table, &what, &example)?;
    let found = sites.iter().position(|place| place.site.name == *name);
    if found.is_none() {
        let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
        context.unknown(origin, "site", name, &known);
    }
    found.map(|site| (SiteId::from(site), origin))
}

fn bandwidth(context: &mut Context, spec: &LinkSpec, table: Origin) -> Option<Bandwidth> {
    let example = "bandwidth = \"10 Gb/s\"";
    let (_, origin) =
        context.required(&spec.bandwidth, table, "the bandwidth of a link", example)?;
    let bandwidth = context.quantity(&spec.bandwidth, parse_bandwidth)?;
    // A kilobyte per second: less is a slip of the hand, and nothing would ever arrive.
    if bandwidth < Bandwidth(1_000) {
        let fix =
            "write more, such as \"1 Gb/s\"; a link that must not be used has allowed = false";
        context.fault(origin, "this bandwidth is next to nothing", fix);
        return None;
    }
    Some(bandwidth)
}

fn reserved(context: &mut Context, field: &Given<ReservedSpec>) -> [u32; Traffic::ALL.len()] {
    let Some((spec, origin)) = field.here() else {
        return [0; 3];
    };
    let mut share = |field: &Given<f64>| {
        let share = context.number(field, 0.0, 1.0).unwrap_or(0.0);
        (share * 1000.0) as u32
    };
    let reserved = [
        share(&spec.control),
        share(&spec.inference),
        share(&spec.bulk),
    ];
    if reserved.iter().sum::<u32>() > 1000 {
        context.fault(
            origin,
            "more than all of this link is reserved",
            "lower these shares",
        );
    }
    reserved
}
