//! Transfers worked by hand, and what must hold of any.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::{Link, LinkKind};
use crate::units::{BytePrice, Price};

/// Links between sites, each one way: (from, to, bytes per second, latency in ms); a route for each, and for
/// each pair of them that follow each other.
fn network(links: &[(u16, u16, u64, u64)]) -> Network {
    let links: Vec<Link> = links
        .iter()
        .map(|&(from, to, rate, latency)| Link {
            name: format!("{from}-{to}"),
            from: SiteId(from),
            to: SiteId(to),
            kind: LinkKind::Circuit,
            bandwidth: Bandwidth(rate),
            latency: Span(latency),
            price: Some(BytePrice(0)),
            rent: Price(0),
            reserved: [0; 3],
        })
        .collect();
    let mut routes: BTreeMap<(SiteId, SiteId), Vec<Route>> = BTreeMap::new();
    let mut add = |from, to, links: Vec<LinkId>| {
        routes.entry((from, to)).or_default().push(Route {
            cost: BytePrice(0),
            latency: Span::ZERO,
            links,
        });
    };
    for (index, link) in links.iter().enumerate() {
        add(link.from, link.to, vec![LinkId::from(index)]);
    }
    for (first, one) in links.iter().enumerate() {
        for (second, other) in links.iter().enumerate() {
            if one.to == other.from && one.from != other.to {
                let both = vec![LinkId::from(first), LinkId::from(second)];
                add(one.from, other.to, both);
            }
        }
    }
    Network {
        links,
        routes,
        ..Network::default()
    }
}

fn results(job: u32) -> Load {
    Load {
        cargo: Cargo::Results(JobId(job), PoolId(0)),
        freight: None,
        job: Some(JobId(job)),
    }
}

/// A world of transfers that plays what is due.
struct Played<'a> {
    network: &'a Network,
    transfers: Transfers,
    due: Vec<Due>,
    there: Vec<(u64, u32)>,
}

impl<'a> Played<'a> {
    fn new(network: &'a Network) -> Self {
        let mut transfers = Transfers::default();
        transfers.reset(network, false, (0, (Masks::default(), 0)));
        Self {
            network,
            transfers,
            due: Vec::new(),
            there: Vec::new(),
        }
    }

    fn begin(&mut self, at: u64, from: u16, to: u16, bytes: u64) {
        self.until(at);
        let ends = (SiteId(from), SiteId(to));
        let what = (Traffic::Bulk, Bytes(bytes));
        self.transfers
            .begin(self.network, SimTime(at), results(0), ends, what);
    }

    fn set_link(&mut self, at: u64, link: u16, permille: u32) {
        self.until(at);
        self.transfers
            .set_link(self.network, SimTime(at), LinkId(link), permille);
    }

    fn until(&mut self, at: u64) {
        loop {
            self.due.append(&mut self.transfers.due);
            self.due.sort_by_key(|due| (due.at, due.id));
            if self.due.first().is_none_or(|due| due.at > SimTime(at)) {
                return;
            }
            let due = self.due.remove(0);
            let (network, transfers) = (self.network, &mut self.transfers);
            if let Arrival::There(transfer) =
                transfers.expected(network, due.at, due.id, due.version)
            {
                self.there.push((due.at.0, transfer.id));
            }
        }
    }

    fn rates(&self) -> Vec<u64> {
        let active = self.transfers.active().iter();
        active.map(|transfer| transfer.rate.0).collect()
    }
}

#[test]
fn two_flows_share_a_link() {
    // 100 bytes a second. 1,000 bytes alone from 0; at 4 s 600 are left, and 300 more come: 50 each. The second
    // is there at 4 + 6 = 10 s, when 300 of the first are left: alone again, it is there at 13 s.
    let network = network(&[(0, 1, 100, 0)]);
    let mut played = Played::new(&network);
    played.begin(0, 0, 1, 1_000);
    assert_eq!(played.rates(), [100]);
    played.begin(4_000, 0, 1, 300);
    assert_eq!(played.rates(), [50, 50]);
    played.until(60_000);
    assert_eq!(played.there, [(10_000, 1), (13_000, 0)]);
    assert!(played.transfers.is_empty());
}

#[test]
fn the_last_byte_needs_the_latency_and_leaves_the_link_free() {
    let network = network(&[(0, 1, 100, 30)]);
    let mut played = Played::new(&network);
    played.begin(0, 0, 1, 100);
    played.begin(1_000, 0, 1, 100);
    assert_eq!(played.rates(), [0, 100]);
    played.begin(1_500, 0, 1, 0);
    played.until(10_000);
    // Nothing at all still takes the latency.
    assert_eq!(played.there, [(1_030, 0), (1_530, 2), (2_030, 1)]);
}

#[test]
fn a_cut_takes_the_next_route_and_stalls_without_one() {
    // From 0 to 2 directly at 100, or by way of 1 at 40.
    let network = network(&[(0, 2, 100, 0), (0, 1, 80, 0), (1, 2, 40, 0)]);
    let mut played = Played::new(&network);
    played.begin(0, 0, 2, 1_000);
    played.set_link(2_000, 0, 0);
    // 800 left at 40.
    assert_eq!(played.rates(), [40]);
    played.set_link(7_000, 2, 0);
    // 600 left and nowhere to go.
    assert_eq!(played.rates(), [0]);
    played.set_link(9_000, 0, 500);
    // Half of the direct link is back: 600 at 50 are 12 s.
    played.until(60_000);
    assert_eq!(played.there, [(21_000, 0)]);
}

#[test]
fn those_that_share_nothing_are_left_alone() {
    let network = network(&[(0, 1, 100, 0), (2, 3, 100, 0)]);
    let mut played = Played::new(&network);
    played.begin(0, 0, 1, 1_000);
    let before = played.transfers.active()[0];
    played.due.append(&mut played.transfers.due);
    played.begin(1_000, 2, 3, 1_000);
    assert_eq!(played.transfers.active()[0], before);
    assert_eq!(played.transfers.due.len(), 1);
}

/// (wait in ms, from, to, bytes), or with no bytes: a link and its share.
fn scripts() -> impl Strategy<Value = Vec<(u64, u16, u16, Option<u64>)>> {
    let bytes = prop::option::weighted(0.8, 0u64..50_000);
    prop::collection::vec((0u64..5_000, 0u16..3, 0u16..3, bytes), 1..30)
}

proptest! {
    #[test]
    fn every_byte_arrives_once(script in scripts()) {
        let network = network(&[
            (0, 1, 997, 3), (1, 0, 500, 0), (1, 2, 313, 0), (2, 1, 1_000, 7), (0, 2, 101, 0), (2, 0, 50, 1),
        ]);
        let mut played = Played::new(&network);
        let mut now = 0;
        let mut begun = 0;
        for (wait, from, to, bytes) in script {
            let before = played.transfers.clone();
            // What moves is what the rates say: nothing else changes what is left.
            for transfer in before.active() {
                prop_assert!(transfer.left <= u128::from(transfer.size.0) * 1000);
            }
            now += wait;
            match bytes {
                Some(bytes) if from != to => {
                    played.begin(now, from, to, bytes);
                    begun += 1;
                }
                Some(_) => {}
                None => played.set_link(now, from * 2 + to % 2, u32::from(to) * 500),
            }
            let mut used = vec![0; network.links.len()];
            for transfer in played.transfers.active() {
                for link in Transfers::links(&network, transfer) {
                    used[link.index()] += transfer.rate.0;
                }
            }
            for (lane, used) in played.transfers.lanes.iter().zip(used) {
                prop_assert!(used <= lane.capacity);
            }
        }
        for link in 0..6 {
            played.set_link(now, link, 1000);
        }
        played.until(1_000_000_000);
        prop_assert_eq!(played.there.len(), begun);
        prop_assert!(played.transfers.is_empty());
    }

    #[test]
    fn what_has_left_and_what_is_left_are_the_whole(sizes in prop::collection::vec(1u64..9_000, 1..8)) {
        // All over one link of 100 bytes a second: it is never idle and never overfull, so the last is there
        // when all bytes have passed, but for a rounding up to a millisecond for each transfer.
        let network = network(&[(0, 1, 100, 0)]);
        let mut played = Played::new(&network);
        for &size in &sizes {
            played.begin(0, 0, 1, size);
        }
        played.until(u64::MAX / 2);
        let all: u64 = sizes.iter().sum();
        let last = played.there.last().unwrap().0;
        prop_assert!(all * 10 <= last && last <= all * 10 + sizes.len() as u64);
    }
}

#[test]
fn all_that_comes_at_one_instant_is_there_at_once() {
    // A hundred transfers of 1,000 bytes share 100,000 bytes/s: all have left after 1 s. The first that is there
    // frees its share, which makes all others faster; what was expected of them at that instant holds all the same.
    let network = network(&[(0, 1, 100_000, 0)]);
    let mut played = Played::new(&network);
    for _ in 0..100 {
        played.begin(0, 0, 1, 1000);
    }
    played.until(999);
    let mut due = std::mem::take(&mut played.due);
    due.retain(|due| due.at == SimTime(1000));
    let current = |due: &&Due| {
        let mut active = played.transfers.active().iter();
        active.any(|transfer| (transfer.id, transfer.version) == (due.id, due.version))
    };
    let due: Vec<Due> = due.iter().filter(current).copied().collect();
    assert_eq!(due.len(), 100);
    for due in due {
        let transfers = &mut played.transfers;
        let arrival = transfers.expected(&network, due.at, due.id, due.version);
        assert!(matches!(arrival, Arrival::There(_)), "{}", due.id);
    }
    assert!(played.transfers.active().is_empty());
}
