//! `background`, `loss` and `control_from`: what crosses links all the time, how fast one transfer can be, and who
//! steers whom.

use crate::model::{Background, Network, Traffic};
use crate::scenario::{LinkSpec, ScenarioFile};
use crate::units::{Bandwidth, LinkId, SiteId, parse_bandwidth};

use super::context::Context;
use super::sites::Place;

/// Bytes of one packet: what an Ethernet frame of 1,500 bytes leaves after the headers.
const SEGMENT: f64 = 1460.0;

/// What a link loses, as its table says it.
#[derive(Clone, Copy, Debug)]
struct Lossy {
    loss: f64,
    connections: f64,
}

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    sites: &[Place],
    network: &mut Network,
) {
    let mut lossy: Vec<Option<Lossy>> = vec![None; network.links.len()];
    for (spec, _) in file.link.items() {
        let found = losses(context, spec);
        let loads = loads(context, spec);
        for (index, link) in network.links.iter().enumerate() {
            if Some(&link.name) != spec.name.value() {
                continue;
            }
            lossy[index] = found;
            let loads = loads.iter();
            network
                .background
                .extend(loads.map(|&(traffic, rate)| Background {
                    lanes: [LinkId::from(index)],
                    traffic,
                    rate,
                }));
        }
    }
    for route in network.routes.values().flatten() {
        if let Some(limit) = limit(network, &lossy, &route.links) {
            network.limits.insert(route.links.clone(), limit);
        }
    }
    steered(context, file, sites, network);
}

fn losses(context: &mut Context, spec: &LinkSpec) -> Option<Lossy> {
    let connections = context.count(&spec.connections, 10_000);
    let Some(loss) = context.number(&spec.loss, 0.0, 0.5) else {
        if let (Some(origin), true) = (spec.connections.origin(), spec.loss.is_absent()) {
            let fix = "add loss = 0.0001, or leave `connections` out";
            context.fault(
                origin,
                "connections matter only where packets are lost",
                fix,
            );
        }
        return None;
    };
    if let (true, Some(origin)) = (spec.latency.is_absent(), spec.loss.origin()) {
        let fix = "add latency = \"20 ms\"";
        context.fault(origin, "what a loss costs depends on the latency", fix);
    }
    (0.0 < loss).then(|| Lossy {
        loss,
        connections: f64::from(connections.unwrap_or(1)),
    })
}

fn loads(context: &mut Context, spec: &LinkSpec) -> Vec<(Traffic, Bandwidth)> {
    let Some((background, _)) = spec.background.here() else {
        return Vec::new();
    };
    let mut loads = Vec::new();
    for (field, traffic) in [
        (&background.control, Traffic::Control),
        (&background.inference, Traffic::Inference),
        (&background.bulk, Traffic::Bulk),
    ] {
        let rate = context.quantity(field, parse_bandwidth);
        loads.extend(rate.filter(|rate| rate.0 > 0).map(|rate| (traffic, rate)));
    }
    loads
}

/// The rate of one transfer by Mathis, Semke, Mahdavi and Ott (1997): connections × segment ÷ round trip × √(3/2) ÷
/// √loss, with the round trip twice the latency of the route and the loss that of all its links.
fn limit(network: &Network, lossy: &[Option<Lossy>], links: &[LinkId]) -> Option<Bandwidth> {
    let (mut lost, mut connections, mut seconds) = (0.0, f64::INFINITY, 0.0);
    for link in links {
        seconds += 2.0 * network.link(*link).latency.as_seconds();
        if let Some(lossy) = lossy[link.index()] {
            lost += lossy.loss * (1.0 - lost);
            connections = connections.min(lossy.connections);
        }
    }
    if lost == 0.0 || seconds == 0.0 {
        return None;
    }
    let rate = connections * SEGMENT / seconds * libm::sqrt(1.5 / lost);
    Some(Bandwidth((rate as u64).max(1)))
}

/// Who steers whom.
fn steered(context: &mut Context, file: &ScenarioFile, sites: &[Place], network: &mut Network) {
    let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
    let mut steered = vec![None; sites.len()];
    for (spec, _) in file.site.items() {
        let Some((name, origin)) = spec.control_from.here() else {
            continue;
        };
        let here = known
            .iter()
            .position(|site| spec.name.value().is_some_and(|n| n == site));
        let there = known.iter().position(|site| site == name);
        let (Some(here), Some(there)) = (here, there) else {
            if there.is_none() {
                context.unknown(origin, "site", name, &known);
            }
            continue;
        };
        if here == there {
            continue;
        }
        let (from, to) = (SiteId::from(there), SiteId::from(here));
        if network.routes(from, to).is_empty() {
            let message = format!("nothing leads from `{name}` to `{}`", known[here]);
            context.fault(origin, message, "add a [[link]] on the way");
        }
        steered[here] = Some(from);
    }
    if steered.iter().any(Option::is_some) {
        network.steered = steered;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Link, LinkKind};
    use crate::units::{BytePrice, Price, Span};

    #[test]
    fn a_loss_of_one_in_ten_thousand_over_an_ocean_holds_a_connection_to_two_megabytes() {
        let link = |latency: u64| Link {
            name: "ocean".to_owned(),
            from: SiteId(0),
            to: SiteId(1),
            kind: LinkKind::Internet,
            bandwidth: Bandwidth(1_250_000_000),
            latency: Span(latency),
            price: Some(BytePrice(0)),
            rent: Price(0),
            reserved: [0; 3],
        };
        let network = Network {
            links: vec![link(40), link(0)],
            ..Network::default()
        };
        let lossy = |connections: f64| {
            Some(Lossy {
                loss: 0.0001,
                connections,
            })
        };
        let rate = |lossy: [Option<Lossy>; 2], links: &[u16]| {
            let links: Vec<LinkId> = links.iter().map(|&link| LinkId(link)).collect();
            limit(&network, &lossy, &links)
        };
        // 1,460 bytes ÷ .08 s × 1.224745 ÷ .01 = 2,235,159 bytes per second; eight connections carry eight times that.
        assert_eq!(rate([lossy(1.0), None], &[0]), Some(Bandwidth(2_235_159)));
        assert_eq!(rate([lossy(8.0), None], &[0]), Some(Bandwidth(17_881_275)));
        assert_eq!(rate([None, lossy(1.0)], &[1]), None, "no latency");
        assert_eq!(rate([None, None], &[0]), None);
        // Two links lose 1.9999 in ten thousand: a factor of √2, a little less.
        let both = rate([lossy(1.0), lossy(1.0)], &[0, 1]).unwrap();
        assert_eq!(both, Bandwidth(1_580_535));
    }
}
