//! Work on capacity that is taken away at a constant rate.

use super::checkpoint::Checkpoints;

/// A run on spot capacity; all times in one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpotRun {
    /// Interruptions per unit of time held.
    pub rate: f64,
    /// Mean wait for new capacity after an interruption.
    pub wait: f64,
    /// Time that the work takes undisturbed.
    pub work: f64,
}

/// What interruptions do to a run, on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interrupted {
    /// From the first start to the end.
    pub wall: f64,
    /// Time held, and so paid.
    pub paid: f64,
    /// Interruptions.
    pub interruptions: f64,
}

impl SpotRun {
    /// Each interruption loses all work: e^{γx} − 1 interruptions, each try paid until it ends.
    pub fn from_scratch(&self) -> Interrupted {
        self.paid(libm::expm1(self.rate * self.work) / self.rate)
    }

    /// An interruption loses nothing.
    pub fn perfect_resume(&self) -> Interrupted {
        self.paid(self.work)
    }

    /// The variance of the wall time with perfect resume and exponential waits: γ x × 2 wait² (a compound
    /// Poisson sum).
    pub fn perfect_resume_variance(&self) -> f64 {
        self.rate * self.work * 2.0 * self.wait * self.wait
    }

    /// A checkpoint of length `cost` after each `interval` of work, the last one included; a restart of length
    /// `restart`, paid, which can be interrupted too.
    pub fn with_checkpoints(&self, interval: f64, cost: f64, restart: f64) -> Interrupted {
        let checkpoints = Checkpoints {
            mean_between_failures: 1.0 / self.rate,
            cost,
            restart,
        };
        self.paid(checkpoints.completion(self.work, interval, true))
    }

    /// Interruptions come at their rate while capacity is paid for, and each costs a wait.
    fn paid(&self, paid: f64) -> Interrupted {
        let interruptions = self.rate * paid;
        Interrupted {
            wall: paid + interruptions * self.wait,
            paid,
            interruptions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    #[test]
    fn printed_values() {
        let run = SpotRun {
            rate: 0.05,
            wait: 0.5,
            work: 8.0,
        };
        let scratch = run.from_scratch();
        assert_close(scratch.wall, 10.0824063);
        assert_close(scratch.paid, 9.836493953);
        assert_close(scratch.interruptions, 0.4918246976);
        assert_close(run.perfect_resume().wall, 8.2);
        assert_close(run.perfect_resume_variance(), 0.2);
        let saved = run.with_checkpoints(1.0, 0.05, 0.1);
        assert_close(saved.paid, 8.667639967);
        assert_close(saved.interruptions, 0.4333819984);
        assert_close(saved.wall, 8.884330966);
    }
}
