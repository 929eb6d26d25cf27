//! What one replication says of the customers between its warm-up and its last ones.

use std::ops::Range;

use crate::journal::{JobRecord, JobState, Observer, PoolRecord};

/// Sums over the customers of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// How many.
    pub jobs: u64,
    /// Waits, in ms.
    pub wait: u128,
    /// Squares of waits, in ms².
    pub wait_square: u128,
    /// How many waited at all.
    pub waited: u64,
    /// How many waited longer than the threshold.
    pub beyond: u64,
    /// Times in system, in ms.
    pub time: u128,
}

/// Listens to one replication.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// The customers that count, by number.
    pub window: Range<u32>,
    /// Waits beyond this many ms are counted.
    pub threshold: u64,
    /// Sums by kind of customer.
    pub kinds: Vec<Sums>,
    /// Starts of the first and of the last customer that counts, in ms.
    pub starts: (u64, u64),
    /// How many ran when the run was cut.
    pub running: u64,
    /// GPU-time charged for, in milli-GPU·ms.
    pub charged: u128,
    /// What that cost, in units of currency.
    pub cost: f64,
}

impl Tally {
    /// Starts again.
    pub(super) fn begin(&mut self, window: Range<u32>, threshold: u64, kinds: usize) {
        self.kinds.clear();
        self.kinds.resize(kinds, Sums::default());
        *self = Self {
            window,
            threshold,
            kinds: std::mem::take(&mut self.kinds),
            ..Self::default()
        };
    }

    /// All kinds together.
    pub(super) fn all(&self) -> Sums {
        self.kinds.iter().fold(Sums::default(), |all, kind| Sums {
            jobs: all.jobs + kind.jobs,
            wait: all.wait + kind.wait,
            wait_square: all.wait_square + kind.wait_square,
            waited: all.waited + kind.waited,
            beyond: all.beyond + kind.beyond,
            time: all.time + kind.time,
        })
    }
}

impl Observer for Tally {
    fn job(&mut self, record: &JobRecord) {
        self.running += u64::from(record.state == JobState::Running);
        if !self.window.contains(&record.job.0) {
            return;
        }
        let Some(start) = record.start else { return };
        if record.job.0 == self.window.start {
            self.starts.0 = start.0;
        }
        if record.job.0 + 1 == self.window.end {
            self.starts.1 = start.0;
        }
        let wait = start.since(record.submit).0;
        let sums = &mut self.kinds[record.class.index()];
        sums.jobs += 1;
        sums.wait += u128::from(wait);
        sums.wait_square += u128::from(wait) * u128::from(wait);
        sums.waited += u64::from(0 < wait);
        sums.beyond += u64::from(self.threshold < wait);
        sums.time += u128::from(record.end.since(record.submit).0);
    }

    fn pool(&mut self, record: &PoolRecord) {
        self.charged += record.gpu_time.total();
        self.cost += record.charged.as_units();
    }
}
