//! Copies that lie where rules about moves would let them come from nowhere.

use crate::model::rules::Masks;
use crate::model::{Model, journeys};
use crate::units::{ClassId, DatasetId, SiteId};

use super::Freight;

impl Model {
    /// Which rules that are obeyed keep a copy from a site at which it lies: as one that is kept, or as what all jobs that
    /// read it would have sent there; none if it may come there from anywhere for anybody, or has its home there.
    pub fn copy_refused(&self, masks: Masks, id: DatasetId, site: SiteId, is_kept: bool) -> u128 {
        let moves = &self.network.moves;
        let dataset = self.dataset(id);
        let made = self.transforms.making(id);
        if !moves.used
            || dataset.kept.contains(&site)
            || made.is_some_and(|(_, made)| made.site == site)
        {
            return 0;
        }
        let classes = (0..self.classes.len()).map(ClassId::from);
        let readers = classes.filter(|&class| self.may_read(class).contains(&id));
        let mut freights: Vec<Freight> = readers.map(|class| Freight::Dataset(id, class)).collect();
        if is_kept {
            freights = vec![Freight::Replica(id)];
        }
        let mut against = 0;
        for freight in freights {
            for from in journeys::sources(dataset, id, &self.network.copies) {
                if from == Some(site) {
                    continue;
                }
                for verdict in moves.of(masks.situation, freight, (from, Some(site))) {
                    match moves.refusing(masks, verdict, u128::MAX) {
                        0 => return 0,
                        bits => against |= bits,
                    }
                }
            }
        }
        against
    }
}
