//! What moves against rules is counted, and each step of what moves is told to whoever listens.

use crate::journal::{Moved, Movement, MovementStep};
use crate::model::{Freight, Network};
use crate::units::{Bytes, DatasetId, LabelsId, LinkId, SiteId};

use super::{Cargo, Transfer, Transfers};

impl Transfer {
    /// What of it is told.
    fn what(&self) -> Option<Moved> {
        Some(match (self.cargo, self.job, self.freight) {
            (Cargo::Dataset(id, _), ..) => Moved::Dataset(id),
            (Cargo::Copy(_), _, Some(Freight::Replica(id))) => Moved::Replica(id),
            (Cargo::Results(id, _), ..) => Moved::Results(id),
            (Cargo::Feed(..), Some(id), _) => Moved::Feed(id),
            (Cargo::Sync(_) | Cargo::Checkpoint(_), Some(id), _) => Moved::Checkpoint(id),
            (Cargo::Restore(_), Some(id), _) => Moved::Restore(id),
            _ => return None,
        })
    }
}

impl Transfers {
    /// A transfer took the route that it has, or has none: rules count it, and it is told.
    pub(super) fn note_route(
        &mut self,
        network: &Network,
        transfer: &mut Transfer,
        step: MovementStep,
    ) {
        if !self.judge.used && !self.judge.tells {
            return;
        }
        let Some(route) = transfer.route else {
            let against = self.refusal(network, transfer);
            self.judge
                .count(against, transfer.to, |tally| tally.refused += 1);
            let step = if against == 0 {
                MovementStep::Stalls
            } else {
                MovementStep::Refused
            };
            return self.tell(network, transfer, step, transfer.size, against);
        };
        let situation = self.judge.masks.situation;
        if let Some(verdict) = Self::verdict(network, situation, transfer, usize::from(route)) {
            let violated = network.moves.violated(self.judge.masks, verdict);
            let new = violated & !transfer.against;
            self.judge.count(new, transfer.to, |tally| tally.moves += 1);
            transfer.against = violated;
            if let Some(size) = transfer.whole().filter(|_| !transfer.cleared) {
                self.judge.spend(&network.moves, verdict, size);
                transfer.cleared = true;
            }
        }
        self.tell(network, transfer, step, transfer.size, transfer.against);
    }

    /// So much of a transfer crossed its links, and that is all, or all for now.
    pub(super) fn note_bytes(
        &mut self,
        network: &Network,
        transfer: &Transfer,
        step: MovementStep,
        bytes: Bytes,
    ) {
        if !self.judge.used && !self.judge.tells {
            return;
        }
        let moved = u128::from(bytes.0);
        self.judge
            .count(transfer.against, transfer.to, |tally| tally.bytes += moved);
        self.tell(network, transfer, step, bytes, transfer.against);
    }

    fn tell(
        &mut self,
        network: &Network,
        transfer: &Transfer,
        step: MovementStep,
        bytes: Bytes,
        against: u128,
    ) {
        let Some(what) = transfer.what().filter(|_| self.judge.tells) else {
            return;
        };
        let links = Self::links(network, transfer).to_vec();
        let (from, to) = match (transfer.cargo, network.crossed(&links).next()) {
            (Cargo::Feed(..), Some(first)) => {
                let last = network.crossed(&links).last();
                (first.from, last.map_or(first.to, |last| last.to))
            }
            // What is read where it lies does not move.
            (Cargo::Feed(..), None) if !links.is_empty() => return,
            _ => (transfer.from, transfer.to),
        };
        let freight = transfer.freight;
        self.judge.told.push(Movement {
            number: Some(transfer.id),
            step,
            what,
            class: freight.and_then(Freight::class),
            labels: freight.map_or(LabelsId(0), Freight::labels),
            version: freight.map_or(0, Freight::version),
            from: Some(from),
            to: Some(to),
            links,
            bytes,
            against,
        });
    }

    /// Something that is no transfer moves, or is refused: counted and told.
    pub(in crate::world) fn note_at_once(
        &mut self,
        network: &Network,
        (what, freight, bytes): (Moved, Freight, Bytes),
        (from, to): (Option<SiteId>, Option<SiteId>),
    ) -> bool {
        if !self.judge.used && !self.judge.tells {
            return true;
        }
        let (mut refusing, mut against) = (0, 0);
        let situation = self.judge.masks.situation;
        if let Some(verdict) = network.moves.of(situation, freight, (from, to)).first() {
            refusing = self.judge.refusing(&network.moves, verdict, Some(bytes));
            against = network.moves.violated(self.judge.masks, verdict);
            if let Some(site) = to.or(from) {
                if refusing == 0 {
                    self.judge.spend(&network.moves, verdict, bytes);
                    let moved = u128::from(bytes.0);
                    self.judge.count(against, site, |tally| {
                        (tally.moves, tally.bytes) = (tally.moves + 1, tally.bytes + moved);
                    });
                } else {
                    self.judge.count(refusing, site, |tally| tally.refused += 1);
                }
            }
        }
        let step = if refusing == 0 {
            MovementStep::Begins
        } else {
            MovementStep::Refused
        };
        self.tell_at_once((what, freight, bytes), (from, to), step, refusing | against);
        refusing == 0
    }

    fn tell_at_once(
        &mut self,
        (what, freight, bytes): (Moved, Freight, Bytes),
        (from, to): (Option<SiteId>, Option<SiteId>),
        step: MovementStep,
        against: u128,
    ) {
        if self.judge.tells {
            self.judge.told.push(Movement {
                number: None,
                step,
                what,
                class: freight.class(),
                labels: freight.labels(),
                version: freight.version(),
                from,
                to,
                links: Vec::<LinkId>::new(),
                bytes,
                against,
            });
        }
    }

    /// Data do not begin to move to a site because of these rules; told once until something changes.
    pub(in crate::world) fn note_refusal(
        &mut self,
        (id, freight, bytes): (DatasetId, Freight, Bytes),
        (from, to): (Option<SiteId>, SiteId),
        against: u128,
    ) {
        if self.judge.refused.contains(&(id, to)) {
            return;
        }
        self.judge.refused.push((id, to));
        self.judge.count(against, to, |tally| tally.refused += 1);
        let what = (Moved::Dataset(id), freight, bytes);
        self.tell_at_once(what, (from, Some(to)), MovementStep::Refused, against);
    }
}
