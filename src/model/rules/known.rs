//! What rules know of jobs and of pools: for whoever judges them again.

use crate::units::{PoolId, ShapeId};

use super::{Rules, Value};

impl Rules {
    /// How many versions of their work jobs do, as far as rules know.
    pub fn versions(&self) -> usize {
        self.versions.max(1)
    }

    /// What rules know of jobs of a shape in a version of its work: attributes and their values, those that are unknown
    /// left out; and a bit for each transform that was used on all that they read.
    pub fn known_of_jobs(&self, (shape, version): (ShapeId, u8)) -> (&[(String, Value)], u32) {
        let place = shape.index() * self.versions() + usize::from(version);
        let known = self.of_jobs.get(place);
        known.map_or((&[], 0), |(known, used)| (known.as_slice(), *used))
    }

    /// What rules know of a pool.
    pub fn known_of_target(&self, pool: PoolId) -> &[(String, Value)] {
        self.of_targets.get(pool.index()).map_or(&[], Vec::as_slice)
    }

    /// Gives a copy of a shape what is known of it.
    pub(super) fn repeat_known(&mut self, shape: ShapeId) {
        let versions = self.versions();
        let rows = shape.index() * versions..(shape.index() + 1) * versions;
        if let Some(known) = self.of_jobs.get(rows.clone()) {
            let known = known.to_vec();
            self.of_jobs.splice(rows.end..rows.end, known);
        }
    }
}
