//! What rules let move: which routes something may take now, and what happens when other rules come into force.

use crate::model::{Freight, Masks, Network, Verdict};
use crate::units::{Bytes, SimTime, SiteId};

use super::{Cargo, Transfer, Transfers};

impl Transfer {
    /// Its size, unless it flows all the time.
    pub(super) const fn whole(&self) -> Option<Bytes> {
        match self.cargo {
            Cargo::Feed(..) | Cargo::Background(_) | Cargo::Sync(_) => None,
            _ => Some(self.size),
        }
    }
}

impl Transfers {
    /// The verdict of rules about one route of a transfer; `None` where nothing is judged.
    pub(super) fn verdict<'a>(
        network: &'a Network,
        situation: u16,
        transfer: &Transfer,
        route: usize,
    ) -> Option<&'a Verdict> {
        let verdicts = match (transfer.cargo, transfer.freight) {
            (Cargo::Feed(_, way), Some(Freight::Feed(whose))) => {
                network.moves.of_feed(situation, (way, whose.labels))
            }
            (Cargo::Feed(..) | Cargo::Background(_), _) => &[],
            _ => {
                let ends = (Some(transfer.from), Some(transfer.to));
                network.moves.of(situation, transfer.freight?, ends)
            }
        };
        verdicts.get(route)
    }

    /// Which rules refuse a transfer a route now. On its own route it may go on.
    fn refusing(&self, network: &Network, transfer: &Transfer, route: usize) -> u128 {
        if !self.judge.used || transfer.route == Some(route as u8) {
            return 0;
        }
        let size = transfer.whole().filter(|_| !transfer.cleared);
        let situation = self.judge.masks.situation;
        let verdict = Self::verdict(network, situation, transfer, route);
        verdict.map_or(0, |verdict| {
            let open = if transfer.cleared {
                u128::MAX
            } else {
                self.judge.open(&network.moves, size)
            };
            network.moves.refusing(self.judge.masks, verdict, open)
        })
    }

    /// Whether rules let a transfer take one of its routes now.
    pub(super) fn may_take(&self, network: &Network, transfer: &Transfer, route: usize) -> bool {
        self.refusing(network, transfer, route) == 0
    }

    /// Whether rules let something of this size take a route between two sites now.
    pub(in crate::world) fn may_move(
        &self,
        network: &Network,
        (freight, size): (Freight, Bytes),
        (from, to): (SiteId, SiteId),
        route: usize,
    ) -> bool {
        let ends = (Some(from), Some(to));
        let verdicts = network.moves.of(self.judge.masks.situation, freight, ends);
        !self.judge.used
            || verdicts
                .get(route)
                .is_none_or(|verdict| self.judge.refusing(&network.moves, verdict, Some(size)) == 0)
    }

    /// Which rules refuse something every way between two places (`None` is outside) now; none if there is one.
    pub(in crate::world) fn refused(
        &self,
        network: &Network,
        (freight, size): (Freight, Bytes),
        ends: (Option<SiteId>, Option<SiteId>),
    ) -> u128 {
        let mut against = 0;
        for verdict in network.moves.of(self.judge.masks.situation, freight, ends) {
            match self.judge.refusing(&network.moves, verdict, Some(size)) {
                0 => return 0,
                bits => against |= bits,
            }
        }
        against
    }

    /// Whether a transfer that stands still would have a way if rules let it take one that is open.
    pub(in crate::world) fn is_refused(&self, network: &Network, id: u32) -> bool {
        let found = self.active.binary_search_by_key(&id, |one| one.id);
        found.is_ok_and(|index| {
            let transfer = &self.active[index];
            transfer.route.is_none() && self.refusal(network, transfer) != 0
        })
    }

    /// The rules that keep a transfer without a route from ways that are open.
    pub(super) fn refusal(&self, network: &Network, transfer: &Transfer) -> u128 {
        let used_for = transfer.cargo.used_for();
        let routes = Self::ways(network, transfer).iter().enumerate();
        let open = routes.filter(|(_, route)| self.is_route_open(route, used_for));
        open.fold(0, |bits, (index, _)| {
            bits | self.refusing(network, transfer, index)
        })
    }

    /// Other rules are in force from now on: what they turn out leaves its route, and what stands still looks for one.
    pub(in crate::world) fn judge_anew(&mut self, network: &Network, now: SimTime, masks: Masks) {
        if !self.judge.used || self.judge.masks == masks {
            return;
        }
        let before = std::mem::replace(&mut self.judge.masks, masks);
        self.judge.refused.clear();
        for index in 0..self.active.len() {
            let mut transfer = self.active[index];
            let Some(route) = transfer.route else {
                continue;
            };
            let route = usize::from(route);
            if let Some(verdict) = Self::verdict(network, masks.situation, &transfer, route) {
                let violated = network.moves.violated(masks, verdict);
                let new = violated & !transfer.against;
                self.judge.count(new, transfer.to, |tally| tally.moves += 1);
                transfer.against = violated;
                self.active[index] = transfer;
            }
        }
        let turned_out = |of: &Self, transfer: &Transfer| {
            let route = transfer.route.map(usize::from);
            let refusing = |masks: Masks| {
                let verdict = route
                    .and_then(|route| Self::verdict(network, masks.situation, transfer, route));
                verdict.map_or(0, |verdict| {
                    network.moves.refusing(masks, verdict, u128::MAX)
                })
            };
            refusing(of.judge.masks) & !refusing(before) & network.moves.evicting() != 0
        };
        self.route_anew(network, now, Vec::new(), turned_out);
    }

    /// A day is over: permits let as much through again, and what stands still looks for a route.
    pub(in crate::world) fn turn_day(&mut self, network: &Network, now: SimTime) {
        if self.judge.turn_day(&network.moves) {
            self.route_anew(network, now, Vec::new(), |_, _| false);
        }
    }

    /// The rules in force as a run begins.
    pub(in crate::world) fn begin_under(&mut self, masks: Masks) {
        self.judge.masks = masks;
    }
}
