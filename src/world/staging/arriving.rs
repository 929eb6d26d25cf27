//! What sets out for home, and what is where it was sent.

use crate::model::{Freight, Model, Traffic};
use crate::units::{Bytes, DatasetId, Money, SiteId};

use super::super::job::Slot;
use super::super::moment::World;
use super::super::transfers::{Arrival, Cargo, Load, Transfer, Transfers};

impl World {
    /// The results of a job begin their way home.
    pub(in crate::world) fn send_home(
        &mut self,
        model: &Model,
        slot: Slot,
        to: SiteId,
        results: Bytes,
    ) {
        let job = &self.jobs[slot];
        let from = model.pool(job.pool).site;
        if from == to {
            if self.retention.keeps_results() {
                let of = (model.labelled(job.request.shape), self.version_of(slot));
                self.keep_results(model, (job.id, to), of);
            }
            return;
        }
        let cargo = Load {
            cargo: Cargo::Results(job.id, job.pool),
            freight: Some(Freight::Results(
                model.labelled(job.request.shape),
                self.version_of(slot),
            )),
            job: Some(job.id),
        };
        let what = (Traffic::Bulk, results);
        let transfers = &mut self.staging.transfers;
        transfers.begin(&model.network, self.now, cargo, (from, to), what);
    }

    /// Plays what was expected of a transfer. Returns it, and what its way cost, if it is there.
    pub fn arrived(&mut self, model: &Model, id: u32, version: u32) -> Option<(Transfer, Money)> {
        let network = &model.network;
        let transfers = &mut self.staging.transfers;
        let Arrival::There(transfer) = transfers.expected(network, self.now, id, version) else {
            return None;
        };
        if self.staging.transfers.feeds.is_used() {
            // Jobs that read may get more now, and be done sooner than whoever plans with them thinks.
            self.changes.other = true;
        }
        if let Cargo::Copy(copy) = transfer.cargo {
            let cost = self.copy_arrived(model, copy, &transfer);
            return Some((transfer, cost));
        }
        if let Cargo::Checkpoint(_) | Cargo::Restore(_) = transfer.cargo {
            self.checkpoint_arrived(model, &transfer);
            return Some((transfer, Money::ZERO));
        }
        let cost = self.toll(model, Transfers::links(network, &transfer), transfer.size);
        if let Cargo::Dataset(_, pool) | Cargo::Results(_, pool) = transfer.cargo {
            self.charge_egress(model, pool, cost);
        }
        if let Cargo::Dataset(dataset, _) = transfer.cargo {
            self.staged(model, dataset, transfer.to);
        }
        if let (Cargo::Results(job, _), Some(Freight::Results(of, version))) =
            (transfer.cargo, transfer.freight)
            && self.retention.keeps_results()
        {
            self.keep_results(model, (job, transfer.to), (of, version));
        }
        Some((transfer, cost))
    }

    /// A data set is where it was sent.
    pub(super) fn staged(&mut self, model: &Model, id: DatasetId, site: SiteId) {
        self.staging.artifacts.is_back(id, site);
        let before = self.staging.sites[site.index()].find(id).copied();
        if let Some(held) = before.filter(|held| held.void) {
            self.lay(model, held, site);
        }
        if let Some(held) = self.staging.sites[site.index()].find_mut(id) {
            held.arrive(self.now);
        }
        self.watch_cached(model, id, site);
        self.changes.other = true;
    }
}
