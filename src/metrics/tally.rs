//! What became of jobs, over one class or all.

use crate::journal::{JobRecord, JobState, Waits};
use crate::stats;
use crate::units::Span;

use super::cell::Cell;

/// The shortest run time that slowdown is measured against: without it, jobs of a second would rule the mean
/// (Feitelson and Rudolph, "Metrics and benchmarking for parallel job scheduling", 1998).
const SLOWDOWN_BOUND_MS: u64 = 10_000;

/// The jobs of one replication (or of one class in it), added up.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    states: [u64; JobState::ALL.len()],
    waits: Waits,
    preemptions: u64,
    interruptions: u64,
    shrinks: u64,
    recoveries: u64,
    recovery_ms: u64,
    preempted_ms: u64,
    slowdowns: f64,
    ended: u64,
    due: u64,
    in_time: u64,
    /// Jobs in line that began as they came, without any wait.
    at_once: u64,
    /// One key for each job that waited in line or may have, packed by [`stats::censored`].
    keys: Vec<u64>,
}

impl Tally {
    /// Forgets everything and keeps its memory.
    pub fn clear(&mut self) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        *self = Self {
            keys,
            ..Self::default()
        };
    }

    /// Room for so many jobs.
    pub fn reserve(&mut self, jobs: usize) {
        self.keys.reserve(jobs.saturating_sub(self.keys.len()));
    }

    /// Adds one job.
    pub fn add(&mut self, record: &JobRecord) {
        self.states[record.state as usize] += 1;
        if record.preemptions != 0 || record.interruptions != 0 || record.preempted.0 != 0 {
            self.add_stops(record);
        }
        // A job that no pool could ever hold never stood in line, and one that was turned away never ran.
        if matches!(record.state, JobState::Rejected | JobState::Shed) {
            return;
        }
        let wait = record.waits.total();
        if wait > 0 {
            for (sum, wait) in self.waits.0.iter_mut().zip(record.waits.0) {
                *sum += wait;
            }
        }
        // Apart, because there are many of them, and to rank them says nothing.
        let key = stats::censored(wait, record.wait_is_censored());
        if key == 0 {
            self.at_once += 1;
        } else {
            self.keys.push(key);
        }
        if !record.state.is_unfinished() {
            self.ended += 1;
            self.slowdowns += bounded_slowdown(record, wait);
        }
    }

    /// Adds one job that should have been over within `deadline` of its coming. One that still waits or runs before its
    /// deadline says nothing; one that was turned away missed it.
    pub fn add_due(&mut self, record: &JobRecord, deadline: Span) {
        let took = record.end.since(record.submit);
        let is_over = matches!(
            record.state,
            JobState::Finished | JobState::Failed | JobState::Cancelled
        );
        let is_open = record.state.is_unfinished() && took < deadline;
        self.due += u64::from(!is_open);
        self.in_time += u64::from(is_over && took <= deadline);
    }

    /// Of jobs of which it is known, the share that was over by its deadline.
    pub fn deadlines_met(&self) -> Cell {
        Cell::ratio(self.in_time as f64, self.due as f64)
    }

    /// Apart, because most jobs are never stopped.
    #[inline(never)]
    fn add_stops(&mut self, record: &JobRecord) {
        self.preemptions += u64::from(record.preemptions);
        self.interruptions += u64::from(record.interruptions);
        self.shrinks += u64::from(record.shrinks);
        self.recoveries += u64::from(record.recoveries);
        self.recovery_ms += record.recovery.0;
        self.preempted_ms += record.preempted.0;
    }

    /// Jobs in a state.
    pub fn count(&self, state: JobState) -> u64 {
        self.states[state as usize]
    }

    /// Jobs that came.
    pub fn arrived(&self) -> u64 {
        self.states.iter().sum()
    }

    /// Jobs that the horizon found running or waiting.
    pub fn unfinished(&self) -> u64 {
        self.count(JobState::Running) + self.count(JobState::Waiting)
    }

    /// Stops to make room.
    pub fn preemptions(&self) -> u64 {
        self.preemptions
    }

    /// Stops because a place was taken away, or by a crash.
    pub fn interruptions(&self) -> u64 {
        self.interruptions
    }

    /// How often a gang went on with fewer GPUs than it asked for.
    pub fn shrinks(&self) -> u64 {
        self.shrinks
    }

    /// Mean time in seconds from an interruption until work went on, over those after which it did.
    pub fn recovery_mean(&self) -> Cell {
        Cell::ratio(self.recovery_ms as f64 / 1e3, self.recoveries as f64)
    }

    /// Mean wait in seconds; jobs cut by the horizon enter with their wait so far.
    pub fn wait_mean(&self) -> Cell {
        self.per_waiter(self.waits.total())
    }

    /// Mean wait for one cause in seconds; the causes add up to [`Tally::wait_mean`].
    pub fn wait_for(&self, cause: crate::journal::Cause) -> Cell {
        self.per_waiter(self.waits[cause])
    }

    /// Mean time in seconds spent waiting again after being stopped to make room, over all that stood in line.
    pub fn preempted_mean(&self) -> Cell {
        self.per_waiter(self.preempted_ms)
    }

    /// The wait in seconds that `per_mille` of the jobs did not exceed (nearest rank). It reorders the
    /// waits, which no other metric minds.
    pub fn wait_percentile(&mut self, per_mille: u32) -> Cell {
        let found = stats::percentile_above(self.at_once as usize, &mut self.keys, per_mille);
        found.map_or_else(Cell::default, |found| Cell {
            at_least: found.censored,
            ..Cell::amount(found.value as f64 / 1e3)
        })
    }

    /// Mean bounded slowdown of the jobs that ended.
    pub fn slowdown(&self) -> Cell {
        Cell::ratio(self.slowdowns, self.ended as f64)
    }

    fn per_waiter(&self, wait_ms: u64) -> Cell {
        Cell::ratio(wait_ms as f64 / 1e3, self.waiters() as f64)
    }

    /// Jobs that stood in line.
    const fn waiters(&self) -> u64 {
        self.at_once + self.keys.len() as u64
    }
}

/// Turnaround over run time, where a run shorter than ten seconds counts as ten; at least 1.
fn bounded_slowdown(record: &JobRecord, wait: u64) -> f64 {
    let turnaround = record.end.since(record.submit).0;
    if wait + record.preempted.0 == 0 {
        // It ran all the time; told apart because a division takes longer than all else here.
        return 1.0;
    }
    let run = turnaround.saturating_sub(wait + record.preempted.0);
    (turnaround as f64 / run.max(SLOWDOWN_BOUND_MS) as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimTime;

    #[test]
    fn a_deadline_is_met_missed_or_not_yet_known() {
        let record = |state, end| JobRecord {
            submit: SimTime(1_000),
            end: SimTime(end),
            state,
            ..JobRecord::BLANK
        };
        let mut tally = Tally::default();
        let deadline = Span(500);
        // In time to the millisecond, a millisecond late, turned away, and at the horizon: still before its deadline,
        // or at it. Failing and being given up by its owner are an end as well.
        for (state, end) in [
            (JobState::Finished, 1_500),
            (JobState::Finished, 1_501),
            (JobState::Failed, 1_200),
            (JobState::Cancelled, 1_900),
            (JobState::Rejected, 1_000),
            (JobState::Running, 1_499),
            (JobState::Waiting, 1_500),
        ] {
            tally.add_due(&record(state, end), deadline);
        }
        // Known of six, of which two were in time.
        assert_eq!(tally.deadlines_met(), Cell::ratio(2.0, 6.0));
    }
}
