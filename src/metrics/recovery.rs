//! What became of losses and of failovers in one replication.

use crate::journal::{FailoverRecord, RecoveryRecord};
use crate::stats;

use super::cell::Cell;

/// The losses of one class in one replication.
#[derive(Clone, Debug, Default)]
pub struct Recoveries {
    lost_ms: u64,
    /// Told in time, of so many of which it is known.
    in_time: (u64, u64),
    /// The same of how much was lost.
    in_point: (u64, u64),
    /// One key for each loss, packed by [`stats::censored`].
    keys: Vec<u64>,
}

impl Recoveries {
    /// Forgets everything and keeps its memory.
    pub fn clear(&mut self) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        *self = Self {
            keys,
            ..Self::default()
        };
    }

    /// Adds one loss.
    pub fn add(&mut self, record: &RecoveryRecord) {
        self.lost_ms += record.lost.0;
        for (met, sum) in [
            (record.in_time(), &mut self.in_time),
            (record.in_point(), &mut self.in_point),
        ] {
            sum.0 += u64::from(met == Some(true));
            sum.1 += u64::from(met.is_some());
        }
        self.keys
            .push(stats::censored(record.took.0, !record.works));
    }

    pub(super) fn losses(&self) -> Cell {
        Cell::amount(self.keys.len() as f64)
    }

    pub(super) fn percentile(&mut self, per_mille: u32) -> Cell {
        let found = stats::percentile_censored(&mut self.keys, per_mille);
        found.map_or_else(Cell::default, |found| Cell {
            at_least: found.censored,
            ..Cell::amount(found.value as f64 / 1e3)
        })
    }

    pub(super) fn in_time(&self) -> Cell {
        Cell::ratio(self.in_time.0 as f64, self.in_time.1 as f64)
    }

    pub(super) fn in_point(&self) -> Cell {
        Cell::ratio(self.in_point.0 as f64, self.in_point.1 as f64)
    }

    pub(super) fn lost_mean(&self) -> Cell {
        Cell::ratio(self.lost_ms as f64 / 1e3, self.keys.len() as f64)
    }
}

pub(super) fn begun(of: &FailoverRecord) -> Cell {
    Cell::amount(of.begun as f64)
}

pub(super) fn alarms(of: &FailoverRecord) -> Cell {
    Cell::amount(of.alarms as f64)
}

pub(super) fn called_off(of: &FailoverRecord) -> Cell {
    Cell::amount(of.called_off as f64)
}

pub(super) fn steps_failed(of: &FailoverRecord) -> Cell {
    Cell::amount(of.failed_steps as f64)
}

pub(super) fn people(of: &FailoverRecord) -> Cell {
    Cell::amount(of.people.0 as f64 / 3.6e6)
}

pub(super) fn people_cost(of: &FailoverRecord) -> Cell {
    Cell::amount(of.people_cost.as_units())
}

pub(super) fn flaps(of: &FailoverRecord) -> Cell {
    Cell::amount(of.flaps as f64)
}

pub(super) fn in_force(of: &FailoverRecord) -> Cell {
    Cell::ratio(of.in_force.0 as f64, of.horizon.0 as f64)
}

pub(super) fn moved(of: &FailoverRecord) -> Cell {
    Cell::amount(of.moved as f64)
}

pub(super) fn shed(of: &FailoverRecord) -> Cell {
    Cell::amount(of.shed as f64)
}

pub(super) fn degraded(of: &FailoverRecord) -> Cell {
    Cell::amount(of.degraded as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{ClassId, JobId, SimTime, Span};

    #[test]
    fn losses_are_measured_against_what_was_wanted() {
        let mut all = Recoveries::default();
        // 10 s and 30 s of at most 20 s; the third still waits after 15 s. They cost 1, 2 and 6 s of at most 5 s.
        for (took, works, lost) in [(10, true, 1), (30, true, 2), (15, false, 6)] {
            all.add(&RecoveryRecord {
                job: JobId(0),
                class: ClassId(0),
                lost_at: SimTime::ZERO,
                took: Span(took * 1000),
                works,
                lost: Span(lost * 1000),
                time: Some(Span(20_000)),
                point: Some(Span(5_000)),
            });
        }
        assert_eq!(all.losses(), Cell::amount(3.0));
        assert_eq!(all.in_time(), Cell::ratio(1.0, 2.0));
        assert_eq!(all.in_point(), Cell::ratio(2.0, 3.0));
        assert_eq!(all.lost_mean(), Cell::ratio(9.0, 3.0));
        assert!(all.percentile(500).at_least);
        assert_eq!(all.percentile(950), Cell::amount(30.0));
        all.clear();
        assert_eq!(all.losses(), Cell::amount(0.0));
    }
}
