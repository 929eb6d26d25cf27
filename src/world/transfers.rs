//! Data on their way: who moves what over which route, how fast, and when it will be there.
//!
//! Rates change only when a transfer comes or goes or a link changes, and only for those that share links with
//! it, directly or through others. What is left is counted in thousandths of bytes, so that a rate in bytes per
//! second over milliseconds is a whole number.

use crate::model::{Network, Route, Traffic};
use crate::units::{Bandwidth, Bytes, DatasetId, JobId, LinkId, PoolId, SimTime, SiteId, Span};

use super::feeds::Feeds;
use super::job::Slot;
use super::maxmin::Lane;

mod rates;
mod reading;

use rates::lane;

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cargo {
    /// A data set goes to the cache of a site, for a job that would run in this pool.
    Dataset(DatasetId, PoolId),
    /// What a job of this pool found out goes home.
    Results(JobId, PoolId),
    /// What a job reads while it runs, on one of the network's ways.
    Feed(Slot, u32),
    /// What crosses a link all the time, by its place in the network.
    Background(u32),
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
    /// How fast it would move at most.
    pub most: Bandwidth,
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

impl Due {
    /// Nothing of any transfer: something else is newly expected.
    pub const WAKE: Self = Self {
        at: SimTime::NEVER,
        id: u32::MAX,
        version: 0,
    };
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
    /// How many move all the time.
    standing: usize,
    /// What is newly expected, for whoever keeps the agenda.
    pub due: Vec<Due>,
    /// Jobs that read while they run.
    pub feeds: Feeds,
}

impl Transfers {
    /// Nothing moves and all links are whole.
    pub fn reset(&mut self, network: &Network) {
        self.active.clear();
        self.due.clear();
        self.next = 0;
        self.lanes.clear();
        let lanes = network.links.len() + network.storages.len();
        let lanes = (0..lanes).map(LinkId::from);
        self.lanes
            .extend(lanes.map(|link| lane(network, link, 1000)));
        self.feeds.reset(!network.feeds.is_empty());
        self.standing = network.background.len();
        for (index, background) in network.background.iter().enumerate() {
            let cargo = Cargo::Background(index as u32);
            let what = (background.traffic, Bytes(0), background.rate);
            let transfer = self.transfer(SimTime::ZERO, cargo, (SiteId(0), SiteId(0)), what);
            self.launch(network, SimTime::ZERO, transfer);
        }
    }

    /// Whether nothing moves but what does so all the time.
    pub const fn is_empty(&self) -> bool {
        self.active.len() == self.standing
    }

    /// All that move, in the order in which they began.
    pub fn active(&self) -> &[Transfer] {
        &self.active
    }

    /// What there is for it to go on, best first.
    fn ways<'a>(network: &'a Network, transfer: &Transfer) -> &'a [Route] {
        match transfer.cargo {
            Cargo::Feed(_, way) => &network.feeds[way as usize],
            Cargo::Background(_) => &[],
            _ => network.routes(transfer.from, transfer.to),
        }
    }

    /// The links of a transfer's route; that of a feed begins with the reading of a storage.
    pub fn links<'a>(network: &'a Network, transfer: &Transfer) -> &'a [LinkId] {
        if let Cargo::Background(index) = transfer.cargo {
            return &network.background[index as usize].lanes;
        }
        let routes = Self::ways(network, transfer);
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
        let what = (traffic, size, Bandwidth(u64::MAX));
        let transfer = self.transfer(now, cargo, (from, to), what);
        self.launch(network, now, transfer)
    }

    const fn transfer(
        &self,
        now: SimTime,
        cargo: Cargo,
        (from, to): (SiteId, SiteId),
        (traffic, size, most): (Traffic, Bytes, Bandwidth),
    ) -> Transfer {
        Transfer {
            id: self.next,
            cargo,
            from,
            to,
            traffic,
            size,
            route: None,
            most,
            rate: Bandwidth(0),
            left: size.0 as u128 * 1000,
            settled: now,
            version: 0,
            sent: false,
        }
    }

    fn launch(&mut self, network: &Network, now: SimTime, mut transfer: Transfer) -> u32 {
        self.next += 1;
        self.set_route(network, &mut transfer);
        self.active.push(transfer);
        let links = Self::links(network, &transfer).to_vec();
        self.refill(network, now, &links);
        transfer.id
    }

    /// A transfer is given up: what has come of it is of no use.
    pub fn cancel(&mut self, network: &Network, now: SimTime, id: u32) {
        let found = self
            .active
            .binary_search_by_key(&id, |transfer| transfer.id);
        let Ok(index) = found else {
            return;
        };
        let transfer = self.active.remove(index);
        let links = Self::links(network, &transfer).to_vec();
        self.refill(network, now, &links);
    }

    /// A link carries this share of its bandwidth from now on. Whatever crosses a link that carries nothing takes
    /// the next route that is open, and stalls if there is none.
    pub fn set_link(&mut self, network: &Network, now: SimTime, link: LinkId, permille: u32) {
        self.lanes[link.index()] = lane(network, link, permille);
        let mut touched = vec![link];
        for index in 0..self.active.len() {
            let transfer = self.active[index];
            if let Cargo::Background(_) = transfer.cargo {
                continue;
            }
            let links = Self::links(network, &transfer);
            let is_open = !links.is_empty() && links.iter().all(|&link| self.is_open(link));
            let feeds = match transfer.cargo {
                Cargo::Feed(slot, _) => Some(slot),
                _ => None,
            };
            // What is read while a job runs has no way behind it: it turns back to a better one that opens again.
            if transfer.sent || is_open && feeds.is_none() {
                continue;
            }
            let route = self.open_route(network, &transfer);
            if let Some(slot) = feeds {
                if route == transfer.route {
                    continue;
                }
                self.feeds.leave(slot, now, way_of(&transfer));
            }
            self.settle(index, now);
            touched.extend_from_slice(links);
            let mut moved = self.active[index];
            self.set_route(network, &mut moved);
            self.active[index] = moved;
            let moved = &mut self.active[index];
            if route.is_none() {
                moved.rate = Bandwidth(0);
                moved.version += 1;
                if let Some(slot) = feeds {
                    let why = self.shortage_of_all(network, &transfer);
                    self.feeds.change(slot, now, Bandwidth(0), why);
                }
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

    /// The best route that is open, and what it lets one transfer have. What jobs read while they run comes over many
    /// connections, and is not held back by those that lose packets.
    fn set_route(&self, network: &Network, transfer: &mut Transfer) {
        transfer.route = self.open_route(network, transfer);
        if !network.limits.is_empty()
            && let Cargo::Dataset(..) | Cargo::Results(..) = transfer.cargo
        {
            transfer.most = network.limit(Self::links(network, transfer));
        }
    }

    /// Whether control traffic comes from one site to another: some route is open, and what steers has all that it
    /// wants on it.
    pub fn steers(&self, network: &Network, from: SiteId, to: SiteId) -> bool {
        let starved = |transfer: &&Transfer| {
            transfer.traffic == Traffic::Control
                && matches!(transfer.cargo, Cargo::Background(_))
                && transfer.rate < transfer.most
        };
        let starved = self.active.iter().filter(starved);
        let starved: Vec<LinkId> = starved
            .flat_map(|transfer| Self::links(network, transfer).iter().copied())
            .collect();
        let mut routes = network.routes(from, to).iter();
        routes.any(|route| {
            self.is_route_open(route) && !route.links.iter().any(|link| starved.contains(link))
        })
    }

    fn open_route(&self, network: &Network, transfer: &Transfer) -> Option<u8> {
        let routes = Self::ways(network, transfer);
        let open = routes.iter().position(|route| self.is_route_open(route));
        open.map(|route| route as u8)
    }
}

/// On which way and which of its routes a feed is.
const fn way_of(transfer: &Transfer) -> Option<(u32, u8)> {
    match (transfer.cargo, transfer.route) {
        (Cargo::Feed(_, way), Some(route)) => Some((way, route)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
