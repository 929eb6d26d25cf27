//! Data on their way: who moves what over which route, how fast, and when it will be there.
//!
//! Rates change only when a transfer comes or goes or a link changes, and only for those that share links with
//! it, directly or through others. What is left is counted in thousandths of bytes, so that a rate in bytes per
//! second over milliseconds is a whole number.

use crate::model::{Network, Route, Traffic};
use crate::units::{Bandwidth, Bytes, DatasetId, JobId, LinkId, PoolId, SimTime, SiteId, Span};

use super::maxmin::{Flow, Lane, share};

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cargo {
    /// A data set goes to the cache of a site, for a job that would run in this pool.
    Dataset(DatasetId, PoolId),
    /// What a job of this pool found out goes home.
    Results(JobId, PoolId),
}

/// Data on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Its number, in the order in which transfers began.
    pub id: u32,
    /// What is moved.
    pub cargo: Cargo,
    /// From where.
    pub from: SiteId,
    /// To where.
    pub to: SiteId,
    /// How urgent it is.
    pub traffic: Traffic,
    /// How much there is in all.
    pub size: Bytes,
    /// Which of the routes it uses; `None` while there is none.
    pub route: Option<u8>,
    /// How fast it moves now.
    pub rate: Bandwidth,
    /// Thousandths of bytes that have not left at `settled`.
    left: u128,
    settled: SimTime,
    /// Counts changes of the rate, so that an end expected before is known to be stale.
    version: u32,
    /// Whether all has left and the last byte is on its way.
    sent: bool,
}

/// When something is expected of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: SimTime,
    /// Of which transfer.
    pub id: u32,
    /// As of which change of its rate.
    pub version: u32,
}

/// What became of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The rate has changed since.
    Stale,
    /// All has left; the last byte arrives at the next due.
    OnItsWay,
    /// It is there.
    There(Transfer),
}

/// All transfers, and what the links carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfers {
    /// In the order of their numbers.
    active: Vec<Transfer>,
    lanes: Vec<Lane>,
    next: u32,
    /// What is newly expected, for whoever keeps the agenda.
    pub due: Vec<Due>,
}

impl Transfers {
    /// Nothing moves and all links are whole.
    pub fn reset(&mut self, network: &Network) {
        self.active.clear();
        self.due.clear();
        self.next = 0;
        self.lanes.clear();
        let links = (0..network.links.len()).map(LinkId::from);
        self.lanes
            .extend(links.map(|link| lane(network, link, 1000)));
    }

    /// Whether nothing moves.
    pub const fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// All that move, in the order in which they began.
    pub fn active(&self) -> &[Transfer] {
        &self.active
    }

    /// The links of a transfer's route.
    pub fn links<'a>(network: &'a Network, transfer: &Transfer) -> &'a [LinkId] {
        let routes = network.routes(transfer.from, transfer.to);
        transfer
            .route
            .and_then(|route| routes.get(usize::from(route)))
            .map_or(&[], |route| route.links.as_slice())
    }

    /// Something begins to move, over the best route that is open; it stalls if there is none.
    pub fn begin(
        &mut self,
        network: &Network,
        now: SimTime,
        cargo: Cargo,
        (from, to): (SiteId, SiteId),
        (traffic, size): (Traffic, Bytes),
    ) -> u32 {
        let id = self.next;
        self.next += 1;
        let mut transfer = Transfer {
            id,
            cargo,
            from,
            to,
            traffic,
            size,
            route: None,
            rate: Bandwidth(0),
            left: u128::from(size.0) * 1000,
            settled: now,
            version: 0,
            sent: false,
        };
        transfer.route = self.open_route(network, &transfer);
        self.active.push(transfer);
        let links = Self::links(network, &transfer).to_vec();
        self.refill(network, now, &links);
        id
    }

    /// A link carries this share of its bandwidth from now on. Whatever crosses a link that carries nothing takes
    /// the next route that is open, and stalls if there is none.
    pub fn set_link(&mut self, network: &Network, now: SimTime, link: LinkId, permille: u32) {
        self.lanes[link.index()] = lane(network, link, permille);
        let mut touched = vec![link];
        for index in 0..self.active.len() {
            let transfer = self.active[index];
            let links = Self::links(network, &transfer);
            if transfer.sent || !links.is_empty() && links.iter().all(|&link| self.is_open(link)) {
                continue;
            }
            self.settle(index, now);
            touched.extend_from_slice(links);
            let route = self.open_route(network, &transfer);
            let moved = &mut self.active[index];
            moved.route = route;
            if route.is_none() {
                moved.rate = Bandwidth(0);
                moved.version += 1;
            }
            touched.extend_from_slice(Self::links(network, &self.active[index]));
        }
        self.refill(network, now, &touched);
    }

    /// Plays what was expected of a transfer.
    pub fn expected(&mut self, network: &Network, now: SimTime, id: u32, version: u32) -> Arrival {
        let Ok(index) = self
            .active
            .binary_search_by_key(&id, |transfer| transfer.id)
        else {
            return Arrival::Stale;
        };
        if self.active[index].version != version {
            return Arrival::Stale;
        }
        if !self.active[index].sent {
            self.settle(index, now);
            debug_assert_eq!(
                self.active[index].left, 0,
                "an end that was expected too early"
            );
            let links = Self::links(network, &self.active[index]).to_vec();
            let transfer = &mut self.active[index];
            transfer.sent = true;
            transfer.rate = Bandwidth(0);
            transfer.version += 1;
            let version = transfer.version;
            self.refill(network, now, &links);
            let latencies = links.iter().map(|&link| network.link(link).latency);
            let latency = latencies.fold(Span::ZERO, std::ops::Add::add);
            if latency > Span::ZERO {
                let at = now + latency;
                self.due.push(Due { at, id, version });
                return Arrival::OnItsWay;
            }
        }
        Arrival::There(self.active.remove(index))
    }

    /// Whether a transfer has no way to go.
    pub fn is_stalled(&self, id: u32) -> bool {
        let found = self
            .active
            .binary_search_by_key(&id, |transfer| transfer.id);
        found.is_ok_and(|index| self.active[index].route.is_none())
    }

    /// Whether all links of a route carry something.
    pub fn is_route_open(&self, route: &Route) -> bool {
        route.links.iter().all(|&link| self.is_open(link))
    }

    fn is_open(&self, link: LinkId) -> bool {
        self.lanes[link.index()].capacity > 0
    }

    fn open_route(&self, network: &Network, transfer: &Transfer) -> Option<u8> {
        let routes = network.routes(transfer.from, transfer.to);
        let open = routes.iter().position(|route| self.is_route_open(route));
        open.map(|route| route as u8)
    }

    /// Takes off what has left since the rate last changed.
    fn settle(&mut self, index: usize, now: SimTime) {
        let transfer = &mut self.active[index];
        let moved = transfer.rate.moves(now.since(transfer.settled));
        transfer.left = transfer.left.saturating_sub(moved);
        transfer.settled = now;
    }

    /// Shares links anew among all that have to do with these.
    fn refill(&mut self, network: &Network, now: SimTime, touched: &[LinkId]) {
        let component = self.component(network, touched);
        let flows: Vec<Flow<'_>> = component
            .iter()
            .map(|&index| Flow {
                links: Self::links(network, &self.active[index]),
                traffic: self.active[index].traffic,
            })
            .collect();
        let rates = share(&self.lanes, &flows);
        for (index, rate) in component.into_iter().zip(rates) {
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

fn lane(network: &Network, link: LinkId, permille: u32) -> Lane {
    let link = network.link(link);
    let whole = link.bandwidth.share(permille);
    Lane {
        capacity: whole.0,
        reserved: link.reserved.map(|share| whole.share(share).0),
    }
}

#[cfg(test)]
mod tests;
