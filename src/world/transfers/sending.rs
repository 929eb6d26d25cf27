//! Checkpoints that go home: a steady flow while their job runs, and single transfers when it does not.

use crate::model::{Freight, LinkUse, Network, Traffic};
use crate::units::{Bandwidth, Bytes, SimTime, SiteId};

use super::{Cargo, Fare, Load, Transfer, Transfers};

impl Transfer {
    /// Whole bytes that have left, as of when its rate last changed.
    pub(in crate::world) const fn moved(&self) -> Bytes {
        Bytes(self.size.0 - self.left.div_ceil(1000) as u64)
    }
}

impl Transfers {
    /// A job begins to send its checkpoints home: on average so many bytes a second.
    pub(in crate::world) fn begin_sync(
        &mut self,
        network: &Network,
        now: SimTime,
        load: Load,
        ends: (SiteId, SiteId),
        mean: Bandwidth,
    ) -> u32 {
        let what = (Traffic::Bulk, Bytes(0), mean);
        let transfer = self.transfer(now, load, ends, what);
        self.launch(network, now, transfer)
    }

    /// What a job sends, or waits for, is given up. What moved is to be paid. Returns how many bytes did not move.
    pub(in crate::world) fn give_up(
        &mut self,
        network: &Network,
        now: SimTime,
        id: u32,
    ) -> Option<Bytes> {
        let transfer = self.cancel(network, now, id)?;
        let slot = match transfer.cargo {
            Cargo::Sync(_) => {
                self.leave(network, now, &transfer);
                return None;
            }
            Cargo::Checkpoint(slot) | Cargo::Restore(slot) => slot,
            _ => return None,
        };
        let bytes = transfer.moved();
        let left = Bytes(transfer.size.0 - bytes.0);
        let links = Self::links(network, &transfer);
        if bytes > Bytes(0) && !links.is_empty() {
            self.fares.push(Fare {
                slot,
                is_sync: matches!(transfer.cargo, Cargo::Checkpoint(_)),
                links: links.to_vec(),
                bytes,
            });
        }
        Some(left)
    }

    /// Whether something could move from one site to another now.
    pub(in crate::world) fn leads(
        &self,
        network: &Network,
        (from, to): (SiteId, SiteId),
        used_for: LinkUse,
    ) -> bool {
        let mut routes = network.routes(from, to).iter();
        from == to || routes.any(|route| self.is_route_open(route, Some(used_for)))
    }

    /// Whether something could move from one site to another now on a route that rules let it take.
    pub(in crate::world) fn lets(
        &self,
        network: &Network,
        ends: (SiteId, SiteId),
        used_for: LinkUse,
        what: (Freight, Bytes),
    ) -> bool {
        let mut routes = network.routes(ends.0, ends.1).iter().enumerate();
        routes.any(|(index, route)| {
            self.is_route_open(route, Some(used_for)) && self.may_move(network, what, ends, index)
        })
    }

    /// A transfer that has arrived is to be paid.
    pub(in crate::world) fn owe_for(&mut self, network: &Network, transfer: &Transfer) {
        if let Cargo::Checkpoint(slot) | Cargo::Restore(slot) = transfer.cargo {
            self.fares.push(Fare {
                slot,
                is_sync: matches!(transfer.cargo, Cargo::Checkpoint(_)),
                links: Self::links(network, transfer).to_vec(),
                bytes: transfer.size,
            });
        }
    }
}
