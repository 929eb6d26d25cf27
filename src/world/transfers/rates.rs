//! How fast each moves: links and storages are shared anew where something changed.

use crate::model::Network;
use crate::units::{Bandwidth, LinkId, SimTime};

use super::super::feeds::Shortage;
use super::super::maxmin::{Flow, Lane, share};
use super::{Cargo, Due, Transfers};

impl Transfers {
    /// Takes off what has left since the rate last changed.
    pub(super) fn settle(&mut self, index: usize, now: SimTime) {
        let transfer = &mut self.active[index];
        let moved = transfer.rate.moves(now.since(transfer.settled));
        transfer.left = transfer.left.saturating_sub(moved);
        transfer.settled = now;
    }

    /// Shares links anew among all that have to do with these.
    pub(super) fn refill(&mut self, network: &Network, now: SimTime, touched: &[LinkId]) {
        let component = self.component(network, touched);
        let flows: Vec<Flow<'_>> = component
            .iter()
            .map(|&index| Flow {
                links: Self::links(network, &self.active[index]),
                traffic: self.active[index].traffic,
                most: self.active[index].most.0,
            })
            .collect();
        let rates = share(&self.lanes, &flows);
        if self.feeds.is_used() {
            self.refill_feeds(network, now, (&component, &flows, &rates));
        }
        if self.syncs.is_used() {
            self.refill_syncs(network, now, (&component, &flows, &rates));
        }
        for (index, rate) in component.into_iter().zip(rates) {
            if let Cargo::Feed(..) | Cargo::Background(_) | Cargo::Sync(_) =
                self.active[index].cargo
            {
                self.active[index].rate = Bandwidth(rate);
                continue;
            }
            self.settle(index, now);
            let transfer = &mut self.active[index];
            // What has nothing left is there now, whatever its rate.
            let is_new = transfer.version == 0;
            if transfer.rate == Bandwidth(rate) && !is_new {
                continue;
            }
            transfer.rate = Bandwidth(rate);
            transfer.version += 1;
            if let Some(span) =
                Bandwidth(rate.max(u64::from(transfer.left == 0))).span(transfer.left)
            {
                self.due.push(Due {
                    at: now + span,
                    id: transfer.id,
                    version: transfer.version,
                });
            }
        }
    }

    /// Tells jobs that read while they run what they get now, and of two that give less what is to blame.
    fn refill_feeds(
        &mut self,
        network: &Network,
        now: SimTime,
        (component, flows, rates): (&[usize], &[Flow<'_>], &[u64]),
    ) {
        let left = self.room_left(flows, rates);
        for ((&index, flow), &rate) in component.iter().zip(flows).zip(rates) {
            let Cargo::Feed(slot, _) = self.active[index].cargo else {
                continue;
            };
            let links = flow.links.iter();
            let fullest = links.min_by_key(|link| left[link.index()]);
            let why = match fullest.and_then(|&lane| network.storage(lane)) {
                Some(_) => Shortage::Storage,
                None => Shortage::Link,
            };
            self.feeds.change(slot, now, Bandwidth(rate), why);
        }
    }

    /// Tells jobs how fast one checkpoint of theirs moves now: at the share of all of them together, and with what
    /// nobody wants on its way.
    fn refill_syncs(
        &mut self,
        network: &Network,
        now: SimTime,
        (component, flows, rates): (&[usize], &[Flow<'_>], &[u64]),
    ) {
        let left = self.room_left(flows, rates);
        for ((&index, flow), &rate) in component.iter().zip(flows).zip(rates) {
            let Cargo::Sync(slot) = self.active[index].cargo else {
                continue;
            };
            let room = flow.links.iter().map(|link| left[link.index()]).min();
            let speed = rate.saturating_add(room.unwrap_or(0));
            let speed = Bandwidth(speed.min(network.limit(flow.links).0));
            self.syncs.change(slot, now, speed);
        }
    }

    /// What is left of all lanes beside these flows.
    fn room_left(&self, flows: &[Flow<'_>], rates: &[u64]) -> Vec<u64> {
        let mut left: Vec<u64> = self.lanes.iter().map(|lane| lane.capacity).collect();
        for (flow, rate) in flows.iter().zip(rates) {
            for link in flow.links {
                left[link.index()] -= rate;
            }
        }
        left
    }

    /// Those on their way over links that lead, from transfer to transfer, to these.
    fn component(&self, network: &Network, touched: &[LinkId]) -> Vec<usize> {
        let mut reached = vec![false; self.lanes.len()];
        for link in touched {
            reached[link.index()] = true;
        }
        let mut within = vec![false; self.active.len()];
        loop {
            let mut grew = false;
            for (index, transfer) in self.active.iter().enumerate() {
                let links = Self::links(network, transfer);
                let crosses = links.iter().any(|link| reached[link.index()]);
                if within[index] || transfer.sent || !crosses {
                    continue;
                }
                within[index] = true;
                grew = true;
                for link in links {
                    reached[link.index()] = true;
                }
            }
            if !grew {
                break;
            }
        }
        (0..within.len()).filter(|&index| within[index]).collect()
    }
}

/// What a link or a storage can carry at this share of it, in ‰.
pub(super) fn lane(network: &Network, link: LinkId, permille: u32) -> Lane {
    if let Some(storage) = network.storage(link) {
        return Lane {
            capacity: storage.read.share(permille).0,
            ..Lane::default()
        };
    }
    let link = network.link(link);
    let whole = link.bandwidth.share(permille);
    Lane {
        capacity: whole.0,
        reserved: link.reserved.map(|share| whole.share(share).0),
    }
}
