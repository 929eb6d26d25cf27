//! `feed` of a class: how fast its jobs read while they run, and from where.

use crate::model::{Network, ROUTES_MAX, Route};
use crate::scenario::{ClassSpec, Origin, ScenarioFile};
use crate::units::{Bandwidth, BytePrice, PoolId, SiteId, Span, parse_bandwidth_per_gpu};

use super::classes::{ClassDraft, written};
use super::context::Context;
use super::pools::PoolDraft;
use super::selector::names;

/// A petabyte per second and GPU: more is a slip of the hand.
const FEED_MAX: Bandwidth = Bandwidth(1_000_000_000_000_000);

/// What classes read while they run, once pools, links and storages are known.
pub(super) fn attach(
    context: &mut Context,
    file: &ScenarioFile,
    classes: &mut [ClassDraft],
    pools: &[PoolDraft],
    network: &mut Network,
) {
    if file.class.items().all(|(spec, _)| spec.feed.is_absent()) {
        for (spec, _) in file.class.items() {
            if let Some(origin) = spec.feed_from.origin() {
                nothing_to_feed(context, origin);
            }
        }
        return;
    }
    network.feeds = vec![Vec::new(); classes.len() * pools.len()];
    for (spec, class) in written(file, classes) {
        let Some((_, origin)) = spec.feed.here() else {
            if let Some(origin) = spec.feed_from.origin() {
                nothing_to_feed(context, origin);
            }
            continue;
        };
        let of = &mut classes[class].class;
        of.feed = rate(context, spec, origin);
        let Some(storages) = storages(context, spec, origin, network) else {
            continue;
        };
        for &pool in &of.pools {
            let place = &pools[pool.index()].pool;
            let ways = ways(network, &storages, place.site);
            if ways.is_empty() {
                let message = format!("no storage can feed pool `{}`", place.name);
                let fix =
                    "add a [[storage]] at its site or a [[link]] on the way, or name other `pools`";
                context.fault(origin, message, fix);
                break;
            }
            network.feeds[place_of(class, pool, pools)] = ways;
        }
    }
}

const fn place_of(class: usize, pool: PoolId, pools: &[PoolDraft]) -> usize {
    class * pools.len() + pool.index()
}

fn nothing_to_feed(context: &mut Context, origin: Origin) {
    let fix = "add feed = \"1.2 GB/s per GPU\", or leave `feed_from` out";
    context.fault(origin, "nothing is said of how fast it reads", fix);
}

fn rate(context: &mut Context, spec: &ClassSpec, origin: Origin) -> Option<Bandwidth> {
    let rate = context.quantity(&spec.feed, parse_bandwidth_per_gpu)?;
    if rate == Bandwidth(0) || FEED_MAX < rate {
        let fix = "write more than zero and at most \"1 PB/s per GPU\", or leave `feed` out";
        context.fault(origin, "this feed is out of range", fix);
        return None;
    }
    Some(rate)
}

/// The storages that a class may be fed from, by index.
fn storages(
    context: &mut Context,
    spec: &ClassSpec,
    origin: Origin,
    network: &Network,
) -> Option<Vec<usize>> {
    let all = network.storages.iter();
    let known: Vec<&str> = all.map(|storage| storage.name.as_str()).collect();
    if known.is_empty() {
        let fix = "add a [[storage]]: name, site, read";
        context.fault(origin, "there is nothing to read from", fix);
        return None;
    }
    let named = names(context, &spec.feed_from, "storage", &known);
    let chosen = |&index: &usize| {
        let name = &network.storages[index].name;
        named.as_ref().is_none_or(|named| named.contains(name))
    };
    Some((0..known.len()).filter(chosen).collect())
}

/// The ways to a site, best first: what stands there, then what comes over links, by (cost, latency, order).
fn ways(network: &Network, storages: &[usize], to: SiteId) -> Vec<Route> {
    let mut ways: Vec<Route> = Vec::new();
    for &index in storages {
        let from = network.storages[index].site;
        let here = Route {
            cost: BytePrice(0),
            latency: Span::ZERO,
            links: Vec::new(),
        };
        let over = network.routes(from, to).iter().cloned();
        for mut way in (from == to).then_some(here).into_iter().chain(over) {
            way.links.insert(0, network.reading(index));
            ways.push(way);
        }
    }
    ways.sort_by_key(|way| (1 < way.links.len(), way.cost, way.latency));
    ways.truncate(ROUTES_MAX);
    ways
}
