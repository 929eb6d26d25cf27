//! The routes between sites: at most four for each pair, best first by (cost, latency, links).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::model::{Link, ROUTES_MAX, Route};
use crate::units::{BytePrice, LinkId, SiteId, Span};

use super::sites::Place;

/// Most links of one route.
const HOPS_MAX: usize = 6;
/// How often the search from one site may come through another: more than the routes that are kept, so that
/// those that would turn back on themselves do not displace them.
const VISITS_MAX: usize = 4 * ROUTES_MAX;

/// All routes over these links.
pub(super) fn of(links: &[Link], sites: &[Place]) -> BTreeMap<(SiteId, SiteId), Vec<Route>> {
    let mut from_site: BTreeMap<SiteId, Vec<LinkId>> = BTreeMap::new();
    for (index, link) in links.iter().enumerate() {
        from_site
            .entry(link.from)
            .or_default()
            .push(LinkId::from(index));
    }
    let mut routes = BTreeMap::new();
    for &from in from_site.keys() {
        search(links, sites, &from_site, from, &mut routes);
    }
    routes
}

/// Best first from one site: what is taken from the heap is never worse than what follows.
fn search(
    links: &[Link],
    sites: &[Place],
    from_site: &BTreeMap<SiteId, Vec<LinkId>>,
    from: SiteId,
    routes: &mut BTreeMap<(SiteId, SiteId), Vec<Route>>,
) {
    let start = Route {
        cost: BytePrice(0),
        latency: Span::ZERO,
        links: Vec::new(),
    };
    let mut visits: BTreeMap<SiteId, usize> = BTreeMap::new();
    let mut open = BinaryHeap::from([Reverse(start)]);
    while let Some(Reverse(route)) = open.pop() {
        let at = route
            .links
            .last()
            .map_or(from, |&last| links[last.index()].to);
        let seen = visits.entry(at).or_default();
        *seen += 1;
        if *seen > VISITS_MAX {
            continue;
        }
        if at != from {
            let kept = routes.entry((from, at)).or_default();
            if kept.len() < ROUTES_MAX {
                kept.push(route.clone());
            }
        }
        if route.links.len() == HOPS_MAX {
            continue;
        }
        for &id in from_site.get(&at).into_iter().flatten() {
            let link = &links[id.index()];
            let returns = |&crossed: &LinkId| links[crossed.index()].to == link.to;
            if link.to == from || route.links.iter().any(returns) {
                continue;
            }
            let mut longer = route.clone();
            longer.cost.0 += price(link, sites).0;
            longer.latency += link.latency;
            longer.links.push(id);
            open.push(Reverse(longer));
        }
    }
}

/// What a gigabyte costs on a link, in the dearest band of the month.
fn price(link: &Link, sites: &[Place]) -> BytePrice {
    link.price.unwrap_or_else(|| {
        let bands = sites[link.from.index()].site.egress.bands().iter();
        bands.map(|band| band.price).max().unwrap_or_default()
    })
}
