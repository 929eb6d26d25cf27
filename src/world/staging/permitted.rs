//! Rules about what moves, as staging asks them: whether data may come to a site at all, and what has to stay.

use crate::journal::Moved;
use crate::model::{Freight, Masks, Model};
use crate::units::{Bytes, ClassId, DatasetId, SiteId};

use super::super::job::Slot;
use super::super::moment::World;
use super::super::transfers::Tally;

impl World {
    /// Which rules keep a data set or an artifact, for jobs of a class, from a site where it is not now; none if it may
    /// come from where it is.
    pub(super) fn refusing_data(
        &self,
        model: &Model,
        id: DatasetId,
        class: ClassId,
        site: SiteId,
    ) -> u128 {
        let dataset = model.dataset(id);
        let transfers = &self.staging.transfers;
        let what = (Freight::Dataset(id, class), dataset.size);
        if let Some(artifact) = dataset.artifact {
            return transfers.refused(&model.network, what, (artifact.home, Some(site)));
        }
        let kept = self.staging.homes(model, id);
        let mut against = 0;
        for from in kept.chain(self.staging.replica_sites(model, id)) {
            if model.network.routes(from, site).is_empty() {
                continue;
            }
            match transfers.refused(&model.network, what, (Some(from), Some(site))) {
                0 => return 0,
                bits => against |= bits,
            }
        }
        against
    }

    /// Whether rules keep a data set from a site now; it is told then.
    #[cold]
    pub(super) fn is_kept_away(
        &mut self,
        model: &Model,
        id: DatasetId,
        class: ClassId,
        site: SiteId,
    ) -> bool {
        let against = self.refusing_data(model, id, class, site);
        if against != 0 {
            let dataset = model.dataset(id);
            let home = dataset.artifact.and_then(|artifact| artifact.home);
            let from = dataset.kept.first().copied().or(home);
            let what = (id, Freight::Dataset(id, class), dataset.size);
            let transfers = &mut self.staging.transfers;
            transfers.note_refusal(what, (from, site), against);
        }
        against != 0
    }

    /// Results leave at once for somewhere outside. Returns whether rules let them.
    #[cold]
    pub(in crate::world) fn results_may_leave(
        &mut self,
        model: &Model,
        slot: Slot,
        bytes: Bytes,
    ) -> bool {
        let job = &self.jobs[slot];
        let whose = model.labelled(job.request.shape);
        let freight = Freight::Results(whose, self.version_of(slot));
        let from = model.pool(job.pool).site;
        let what = (Moved::Results(job.id), freight, bytes);
        let transfers = &mut self.staging.transfers;
        transfers.note_at_once(&model.network, what, (Some(from), None))
    }

    /// Other rules are in force from now on, for what moves.
    pub(in crate::world) fn judge_moves(&mut self, model: &Model, masks: Masks) {
        let transfers = &mut self.staging.transfers;
        transfers.judge_anew(&model.network, self.now, masks);
        self.pay_fares(model);
    }

    /// A day is over: permits let as much through again.
    pub fn turn_day(&mut self, model: &Model) {
        let transfers = &mut self.staging.transfers;
        transfers.turn_day(&model.network, self.now);
        self.pay_fares(model);
        self.changes.other = true;
    }

    /// What moved to a site against a row: the rules, what nothing permits, any of them.
    pub fn moved_against(&self, row: usize, site: SiteId) -> (u64, u128, u64) {
        let Tally {
            moves,
            bytes,
            refused,
        } = self.staging.transfers.judge.tally(row, site);
        (moves, bytes, refused)
    }
}
