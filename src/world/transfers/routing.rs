//! Which way what moves takes, and what happens when a link changes or must not be used.

use crate::journal::MovementStep;
use crate::model::{LinkUse, Network, Route, Traffic};
use crate::units::{Bandwidth, Bytes, LinkId, SimTime, SiteId};

use super::rates::lane;
use super::{Cargo, Fare, Transfer, Transfers};

impl Transfers {
    /// A link carries this share of its bandwidth from now on. Whatever crosses a link that carries nothing takes
    /// the next route that is open, and stalls if there is none.
    pub fn set_link(&mut self, network: &Network, now: SimTime, link: LinkId, permille: u32) {
        self.lanes[link.index()] = lane(network, link, permille);
        self.route_anew(network, now, vec![link], |_, _| false);
    }

    /// A link must not be used for something from now on, or for one cause less.
    pub fn forbid(
        &mut self,
        network: &Network,
        now: SimTime,
        (link, used_for): (LinkId, LinkUse),
        is_forbidden: bool,
    ) {
        let what = (link, used_for);
        if is_forbidden {
            self.forbidden.push(what);
        } else if let Some(index) = self.forbidden.iter().position(|&cause| cause == what) {
            self.forbidden.remove(index);
        }
        self.route_anew(network, now, vec![link], |_, _| false);
    }

    /// What must not be used for what, once for each cause.
    pub(in crate::world) fn blocks(&self) -> impl Iterator<Item = (LinkId, LinkUse)> + '_ {
        self.forbidden.iter().copied()
    }

    /// Whether a link must not be used for something.
    pub(in crate::world) fn is_forbidden(&self, link: LinkId, used_for: LinkUse) -> bool {
        self.forbidden.contains(&(link, used_for))
    }

    /// Whatever has no way any more, or was turned out of it, takes another: after links or rules changed.
    pub(super) fn route_anew(
        &mut self,
        network: &Network,
        now: SimTime,
        mut touched: Vec<LinkId>,
        turned_out: impl Fn(&Self, &Transfer) -> bool,
    ) {
        for index in 0..self.active.len() {
            let transfer = self.active[index];
            if let Cargo::Background(_) = transfer.cargo {
                continue;
            }
            let links = Self::links(network, &transfer);
            let out = turned_out(self, &transfer);
            let is_open =
                !out && !links.is_empty() && self.are_open(links, transfer.cargo.used_for());
            let flow = transfer.cargo.flow_of();
            // What moves while a job runs has no way behind it: it turns back to a better one that opens again.
            if transfer.sent || is_open && flow.is_none() {
                continue;
            }
            let mut moved = transfer;
            if out {
                moved.route = None;
            }
            let route = self.open_route(network, &moved);
            if flow.is_some() {
                if route == transfer.route {
                    continue;
                }
                self.leave(network, now, &transfer);
            }
            self.settle(index, now);
            touched.extend_from_slice(links);
            let mut moved = Transfer {
                route: moved.route,
                ..self.active[index]
            };
            self.set_route(network, &mut moved);
            if moved.route != transfer.route {
                self.note_route(network, &mut moved, MovementStep::Turns);
            }
            self.active[index] = moved;
            let moved = &mut self.active[index];
            if route.is_none() {
                moved.rate = Bandwidth(0);
                moved.version += 1;
                self.starve(network, now, &transfer);
            }
            touched.extend_from_slice(Self::links(network, &self.active[index]));
        }
        self.refill(network, now, &touched);
    }

    /// A steady flow has no way to go.
    fn starve(&mut self, network: &Network, now: SimTime, transfer: &Transfer) {
        match transfer.cargo {
            Cargo::Feed(slot, _) => {
                let why = self.shortage_of_all(network, transfer);
                self.feeds.change(slot, now, Bandwidth(0), why);
            }
            Cargo::Sync(slot) => self.syncs.change(slot, now, Bandwidth(0)),
            _ => {}
        }
    }

    /// A steady flow leaves its route: what moved there is to be paid.
    pub(super) fn leave(&mut self, network: &Network, now: SimTime, transfer: &Transfer) {
        let Some(slot) = transfer.cargo.flow_of() else {
            return;
        };
        let is_sync = matches!(transfer.cargo, Cargo::Sync(_));
        let bytes = if is_sync {
            let syncing = self.syncs.get_mut(slot);
            syncing.map_or(Bytes(0), |syncing| syncing.take_untold(now))
        } else {
            self.feeds.take_unpaid(slot, now)
        };
        let links = Self::links(network, transfer);
        if bytes > Bytes(0) && !links.is_empty() {
            self.note_bytes(network, transfer, MovementStep::Carries, bytes);
            self.fares.push(Fare {
                slot,
                is_sync,
                links: links.to_vec(),
                bytes,
            });
        }
    }

    /// A month ends: what steady flows moved in it is to be paid in it.
    pub(in crate::world) fn turn_month(&mut self, network: &Network, now: SimTime) {
        for index in 0..self.active.len() {
            let transfer = self.active[index];
            self.leave(network, now, &transfer);
        }
    }

    /// Whether all links of a route carry something, and may be used for that.
    pub fn is_route_open(&self, route: &Route, used_for: Option<LinkUse>) -> bool {
        self.are_open(&route.links, used_for)
    }

    fn are_open(&self, links: &[LinkId], used_for: Option<LinkUse>) -> bool {
        let is_forbidden = |link: LinkId| {
            let mut forbidden = self.forbidden.iter();
            forbidden.any(|&(on, what)| on == link && Some(what) == used_for)
        };
        links
            .iter()
            .all(|&link| self.is_open(link) && !is_forbidden(link))
    }

    /// How much moves on a direction of a link now, and how much it can carry, in bytes per second.
    pub(in crate::world) fn load(&self, network: &Network, link: LinkId) -> (u64, u64) {
        let crosses = |transfer: &&Transfer| Self::links(network, transfer).contains(&link);
        let moves = self.active.iter().filter(crosses);
        let moves = moves.map(|transfer| transfer.rate.0).sum();
        (moves, self.lanes[link.index()].capacity)
    }

    /// Whether a direction of a link carries anything.
    pub(in crate::world) fn carries(&self, link: LinkId) -> bool {
        self.is_open(link)
    }

    pub(super) fn is_open(&self, link: LinkId) -> bool {
        self.lanes[link.index()].capacity > 0
    }

    /// The best route that is open, and what it lets one transfer have. What jobs read while they run comes over many
    /// connections, and is not held back by those that lose packets.
    pub(super) fn set_route(&self, network: &Network, transfer: &mut Transfer) {
        transfer.route = self.open_route(network, transfer);
        if !network.limits.is_empty()
            && !matches!(
                transfer.cargo,
                Cargo::Feed(..) | Cargo::Sync(_) | Cargo::Background(_)
            )
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
            self.is_route_open(route, None)
                && !route.links.iter().any(|link| starved.contains(link))
        })
    }

    fn open_route(&self, network: &Network, transfer: &Transfer) -> Option<u8> {
        let routes = Self::ways(network, transfer);
        let used_for = transfer.cargo.used_for();
        let mut routes = routes.iter().enumerate();
        let open = routes.position(|(index, route)| {
            self.is_route_open(route, used_for) && self.may_take(network, transfer, index)
        });
        open.map(|route| route as u8)
    }
}
