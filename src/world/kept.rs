//! What lies on storages, for how long, month by month.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::units::{Bytes, Epoch, SimTime};

use super::job::Slot;
use super::moment::World;

/// Byte-milliseconds by storage and end of month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(BTreeMap<(u16, SimTime), u128>);

impl Kept {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Bytes lay on a storage from one instant to another.
    pub(super) fn add(
        &mut self,
        epoch: Epoch,
        storage: u16,
        bytes: Bytes,
        span: (SimTime, SimTime),
    ) {
        self.add_all(epoch, storage, u128::from(bytes.0), span);
    }

    /// The same, of more bytes than one thing has.
    pub(super) fn add_all(
        &mut self,
        epoch: Epoch,
        storage: u16,
        bytes: u128,
        (mut from, to): (SimTime, SimTime),
    ) {
        if bytes == 0 {
            return;
        }
        while from < to {
            let month = epoch.next_month(from);
            let until = month.min(to);
            let area = bytes * u128::from(until.since(from).0);
            *self.0.entry((storage, month)).or_default() += area;
            from = until;
        }
    }

    /// All months of all storages, in order: storage, end of the month, byte-milliseconds.
    pub fn months(&self) -> impl Iterator<Item = (u16, SimTime, u128)> + '_ {
        let months = self.0.iter();
        months.map(|(&(storage, month), &area)| (storage, month, area))
    }
}

impl World {
    /// A job that keeps checkpoints on a storage stops, or ends: what it keeps is known from its first checkpoint on.
    /// `written`: whether it wrote one just now.
    #[cold]
    pub(super) fn keep_checkpoint(&mut self, model: &Model, slot: Slot, written: bool) {
        let job = &self.jobs[slot];
        let shape = job.request.shape;
        let class = &model.classes[model.class_of(shape).index()];
        let before = self.jobs.history(job).map(|history| history.kept_since);
        if class.checkpoints_on.is_none() || before.is_some_and(|since| since != SimTime::NEVER) {
            return;
        }
        let rhythm = model.rhythm(shape, job.pool);
        let from = job.started + job.restart;
        let stop = self.now.min(self.jobs.halted(job));
        let first = from + rhythm.cycle();
        let since = if !rhythm.is_none() && first <= stop {
            first
        } else if written {
            self.now
        } else {
            return;
        };
        self.jobs.history_mut(slot).kept_since = since;
    }

    /// A job is over, or cut by the horizon: nobody keeps its checkpoint any more, unless it is over and a rule does.
    #[cold]
    pub(super) fn drop_checkpoint(&mut self, model: &Model, slot: Slot, is_over: bool) {
        let job = &self.jobs[slot];
        let class = &model.classes[model.class_of(job.request.shape).index()];
        let since = self.jobs.history(job).map(|history| history.kept_since);
        if let (Some((storage, size)), Some(since)) = (class.checkpoints_on, since)
            && since < self.now
        {
            self.kept.add(model.epoch, storage, size, (since, self.now));
            if is_over && self.retention.is_used() {
                let site = model.network.storages[usize::from(storage)].site;
                self.keep_checkpoint_after(model, slot, (site, Some(storage), size));
            }
        }
    }

    /// The run is over: what is kept throughout, and what caches hold, is counted.
    pub fn close_storages(&mut self, model: &Model) -> &Kept {
        for (place, &(storage, bytes)) in model.network.kept.iter().enumerate() {
            let all = (SimTime::ZERO, self.shelved_until(model, place));
            self.kept.add(model.epoch, storage, bytes, all);
        }
        self.close_caches(model);
        self.close_retention(model);
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_cut_at_the_end_of_the_month() {
        let epoch = Epoch::parse("2026-01-31T23:00:00Z").unwrap();
        let mut kept = Kept::default();
        let hour = SimTime(3_600_000);
        kept.add(epoch, 1, Bytes(10), (SimTime::ZERO, SimTime(3 * 3_600_000)));
        kept.add(epoch, 0, Bytes(1), (hour, hour));
        let months: Vec<_> = kept.months().collect();
        let february = epoch.next_month(hour);
        assert_eq!(months, [(1, hour, 36_000_000), (1, february, 72_000_000)]);
    }
}
