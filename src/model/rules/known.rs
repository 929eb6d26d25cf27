//! What rules know of jobs and of pools: for whoever judges them again.

use crate::units::{PoolId, ShapeId};

use super::{Rules, Value};

impl Rules {
    /// How many versions of their work jobs do, as far as rules know.
    pub fn versions(&self) -> usize {
        self.versions.max(1)
    }

    /// What rules know in a situation ([`AttributeChange::known`](super::AttributeChange); 0 is the start) of jobs of a
    /// shape in a version of its work: attributes and their values, those that are unknown
    /// left out; and a bit for each transform that was used on all that they read.
    pub fn known_of_jobs(
        &self,
        situation: u16,
        (shape, version): (ShapeId, u8),
    ) -> (&[(String, Value)], u32) {
        let own = shape.index() * self.versions() + usize::from(version);
        let place = usize::from(situation) * self.rows_each + own;
        let known = self.of_jobs.get(place);
        known.map_or((&[], 0), |(known, used)| (known.as_slice(), *used))
    }

    /// What rules know of a pool in a situation.
    pub fn known_of_target(&self, situation: u16, pool: PoolId) -> &[(String, Value)] {
        let place = usize::from(situation) * self.columns_each + pool.index();
        self.of_targets.get(place).map_or(&[], Vec::as_slice)
    }

    /// Gives a copy of a shape what is known of it, while its rows are not repeated yet.
    pub(super) fn repeat_known(&mut self, shape: ShapeId) {
        let (each, versions) = (self.rows_each, self.versions());
        if self.of_jobs.is_empty() || each == 0 {
            return;
        }
        for situation in (0..self.of_jobs.len() / each).rev() {
            let from = situation * each + shape.index() * versions;
            if let Some(known) = self.of_jobs.get(from..from + versions) {
                let known = known.to_vec();
                self.of_jobs.splice(from + versions..from + versions, known);
            }
        }
    }
}
