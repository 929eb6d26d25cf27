//! Jobs that read while they run are transfers without an end.

use crate::model::{Network, Rhythm, Traffic};
use crate::units::{Bandwidth, Bytes, SimTime, SiteId};

use super::super::feeds::{Feeding, Shortage};
use super::super::job::Slot;
use super::{Load, Transfer, Transfers};

impl Transfers {
    /// A job begins to read on one of the network's ways; its work begins at `from`.
    pub(in crate::world) fn begin_feed(
        &mut self,
        network: &Network,
        now: SimTime,
        slot: Slot,
        demand: Bandwidth,
        (from, rhythm): (SimTime, Rhythm),
        (to, load): (SiteId, Load),
    ) {
        let feeding = Feeding::new(self.next, demand, from, rhythm);
        self.feeds.insert(slot, feeding);
        // Its end has to be expected even where it gets nothing at all.
        self.feeds.changed.push(slot);
        let what = (Traffic::Bulk, Bytes(0), demand);
        let transfer = self.transfer(now, load, (to, to), what);
        let id = self.launch(network, now, transfer);
        if self.is_stalled(id) {
            let why = self.shortage_of_all(network, &transfer);
            self.feeds.change(slot, now, Bandwidth(0), why);
        }
    }

    /// What keeps a feed that has no way to go from reading: links, as long as some storage can be read.
    pub(super) fn shortage_of_all(&self, network: &Network, transfer: &Transfer) -> Shortage {
        let mut ways = Self::ways(network, transfer).iter();
        if ways.any(|way| self.is_open(way.links[0])) {
            Shortage::Link
        } else {
            Shortage::Storage
        }
    }

    /// A job ceases to read. What it read stays known. Returns it as it was, if it was reading.
    pub(in crate::world) fn end_feed(
        &mut self,
        network: &Network,
        now: SimTime,
        slot: Slot,
    ) -> Option<Transfer> {
        let id = self.feeds.get(slot)?.transfer;
        let index = self.active.binary_search_by_key(&id, |t| t.id).ok()?;
        let transfer = self.active.remove(index);
        self.leave(network, now, &transfer);
        self.feeds
            .change(slot, now, Bandwidth(0), Shortage::Storage);
        let links = Self::links(network, &transfer).to_vec();
        self.refill(network, now, &links);
        Some(transfer)
    }
}
