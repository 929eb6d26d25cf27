//! Links and what goes over them, in a word each.

use plimsoll::model::{Dataset, Link, LinkKind, Model, Route, Traffic};
use plimsoll::units::{Bandwidth, BytePrice, Bytes, LinkId, Price, SiteId, Span};

/// Bytes of a gigabyte.
pub const GB: u64 = 1_000_000_000;

/// A circuit of no latency and no rent from one site to another: bytes a second, and 10⁻⁶ of money for each gigabyte.
pub fn line((from, to): (u16, u16), bandwidth: u64, price: u64) -> Link {
    Link {
        name: "line".to_owned(),
        from: SiteId(from),
        to: SiteId(to),
        kind: LinkKind::Circuit,
        bandwidth: Bandwidth(bandwidth),
        latency: Span::ZERO,
        price: Some(BytePrice(price)),
        rent: Price(0),
        reserved: [0; 3],
    }
}

/// A route over these links, of no latency.
pub fn way(lanes: &[u16], cost: u64) -> Route {
    Route {
        cost: BytePrice(cost),
        latency: Span::ZERO,
        links: lanes.iter().map(|&lane| LinkId(lane)).collect(),
    }
}

/// Adds a link, and the route over it alone between the sites that it joins.
pub fn wire(model: &mut Model, link: Link) {
    let id = model.network.links.len() as u16;
    let cost = link.price.map_or(0, |price| price.0);
    let route = Route {
        latency: link.latency,
        ..way(&[id], cost)
    };
    model
        .network
        .routes
        .insert((link.from, link.to), vec![route]);
    model.network.links.push(link);
}

/// The data set "web" of so many gigabytes that is kept at a site, at no cost.
pub fn web(gigabytes: u64, at: SiteId) -> Dataset {
    Dataset {
        name: "web".to_owned(),
        size: Bytes(gigabytes * GB),
        kept: vec![at],
        storage: BytePrice(0),
        traffic: Traffic::Bulk,
        key: None,
        artifact: None,
    }
}
