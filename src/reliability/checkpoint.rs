//! Work that fails, and is saved now and then.
//!
//! Failures are exponential. A failure loses the work since the last checkpoint, costs a restart, and the work
//! since then is done again; failures strike checkpoints and, unless said otherwise, restarts too. The first
//! start is free. All formulas follow from the mean time to get through s without a failure, (e^{s/M} − 1) M,
//! each failure adding a restart (Duda 1983; Daly 2006).

/// How work is saved; all times in one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checkpoints {
    /// Mean time between failures of the whole gang, M.
    pub mean_between_failures: f64,
    /// Time to write a checkpoint, d.
    pub cost: f64,
    /// Time to restart after a failure, R.
    pub restart: f64,
}

/// Whether a restart can itself fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartFaults {
    /// It can, and begins again then.
    CanFail,
    /// It cannot.
    CannotFail,
}

impl Checkpoints {
    /// The useful share of time if a checkpoint is written after each `interval` of work:
    /// τ / (M e^{R/M} (e^{(τ + d)/M} − 1)). Restarts can fail.
    pub fn efficiency(&self, interval: f64) -> f64 {
        interval / self.segment(interval + self.cost)
    }

    /// The interval of highest [`Checkpoints::efficiency`]: M (1 + W₀(−e^{−1 − d/M})), found as the root y of
    /// y + ln(1 − y) = −d/M, which says the same without losing digits near the branch point.
    pub fn best_interval(&self) -> f64 {
        let target = -self.cost / self.mean_between_failures;
        let (mut low, mut high) = (0.0, 1.0);
        loop {
            let middle = f64::midpoint(low, high);
            if middle <= low || high <= middle {
                return middle * self.mean_between_failures;
            }
            if middle + libm::log1p(-middle) > target {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    /// Young's interval of 1974, √(2 d M).
    pub fn young_interval(&self) -> f64 {
        libm::sqrt(2.0 * self.cost * self.mean_between_failures)
    }

    /// Daly's interval of 2006, √(2 d M) (1 + ⅓ √(d/2M) + ⅑ d/2M) − d; M if d ≥ 2 M.
    pub fn daly_interval(&self) -> f64 {
        let ratio = self.cost / (2.0 * self.mean_between_failures);
        if ratio >= 1.0 {
            return self.mean_between_failures;
        }
        let series = 1.0 + libm::sqrt(ratio) / 3.0 + ratio / 9.0;
        self.young_interval() * series - self.cost
    }

    /// The mean time to complete `work` with a checkpoint after each `interval` of it, the last one included
    /// (`last` true) or left out, as the engine does (`last` false; what falls at the end is not written).
    /// Restarts can fail.
    pub fn completion(&self, work: f64, interval: f64, last: bool) -> f64 {
        let whole = libm::ceil(work / interval).max(1.0) - 1.0;
        let rest = work - whole * interval;
        let end = if last { self.cost } else { 0.0 };
        whole * self.segment(interval + self.cost) + self.segment(rest + end)
    }

    /// The mean time to get through `length` without a failure, restarts included.
    fn segment(&self, length: f64) -> f64 {
        let mean = self.mean_between_failures;
        mean * libm::exp(self.restart / mean) * libm::expm1(length / mean)
    }
}

/// The mean time to complete `work` without checkpoints: M e^{R/M} (e^{x/M} − 1) if restarts can fail, (M + R)
/// (e^{x/M} − 1) if not.
pub fn time_without_checkpoints(
    work: f64,
    mean_between_failures: f64,
    restart: f64,
    faults: RestartFaults,
) -> f64 {
    let mean = mean_between_failures;
    let tries = libm::expm1(work / mean);
    match faults {
        RestartFaults::CanFail => mean * libm::exp(restart / mean) * tries,
        RestartFaults::CannotFail => (mean + restart) * tries,
    }
}

/// The variance of the time to complete `work` without checkpoints and with free restarts:
/// M² (e^{2x/M} − 1 − 2 (x/M) e^{x/M}).
pub fn variance_without_checkpoints(work: f64, mean_between_failures: f64) -> f64 {
    let x = work / mean_between_failures;
    let shape = libm::expm1(2.0 * x) - 2.0 * x * libm::exp(x);
    mean_between_failures * mean_between_failures * shape
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    #[test]
    fn printed_intervals() {
        // M, d, R; best, Young, Daly; efficiency at best and at Young. Hours.
        let rows = [
            (
                [24.0, 0.1, 0.2],
                [2.124736921, 2.19089023, 2.124730714],
                [0.903905278, 0.9038676297],
            ),
            (
                [10.0, 0.1, 0.25],
                [1.348347511, std::f64::consts::SQRT_2, 1.34833257],
                [0.8438042428, 0.8436745526],
            ),
            (
                [2000.0 / 128.0, 5.0 / 60.0, 10.0 / 60.0],
                [1.558672277, 1.613743061, 1.558665651],
                [0.8906933935, 0.8906397681],
            ),
            (
                [2000.0 / 1024.0, 2.0 / 60.0, 10.0 / 60.0],
                [0.3389723499, 0.3608439182, 0.3389638295],
                [0.758847956, 0.7585895456],
            ),
            (
                [50000.0 / 16384.0, 1.0 / 60.0, 5.0 / 60.0],
                [0.3079309928, 0.3189439769, 0.3079296358],
                [0.8748780028, 0.8748234322],
            ),
        ];
        for ([mean_between_failures, cost, restart], intervals, efficiencies) in rows {
            let job = Checkpoints {
                mean_between_failures,
                cost,
                restart,
            };
            assert_close(job.best_interval(), intervals[0]);
            assert_close(job.young_interval(), intervals[1]);
            assert_close(job.daly_interval(), intervals[2]);
            assert_close(job.efficiency(job.best_interval()), efficiencies[0]);
            assert_close(job.efficiency(job.young_interval()), efficiencies[1]);
        }
    }

    #[test]
    fn printed_completions() {
        let job = Checkpoints {
            mean_between_failures: 24.0,
            cost: 0.1,
            restart: 0.2,
        };
        // 100 h with checkpoints each 2 h, the last one paid too: 50 segments.
        assert_close(job.completion(100.0, 2.0, true), 110.6489607);
        // Leaving the last one out saves M e^{R/M} (e^{2.1/M} − e^{2/M}) = .1099 h.
        let saved = job.completion(100.0, 2.0, true) - job.completion(100.0, 2.0, false);
        assert!((saved - 0.109_9).abs() < 1e-4, "{saved}");
        // The whole in one segment is no checkpoint at all.
        let plain = time_without_checkpoints(10.0, 24.0, 0.2, RestartFaults::CanFail);
        assert_close(plain, 12.50933442);
        assert_close(job.completion(10.0, 10.0, false), plain);
        let safe = time_without_checkpoints(10.0, 24.0, 0.2, RestartFaults::CannotFail);
        assert_close(safe, 12.50890247);
        assert_close(variance_without_checkpoints(10.0, 24.0), 21.25165089);
    }

    #[test]
    fn a_checkpoint_dearer_than_a_failure_is_hardly_worth_it() {
        let job = Checkpoints {
            mean_between_failures: 1.0,
            cost: 3.0,
            restart: 0.0,
        };
        assert_eq!(job.daly_interval(), 1.0);
        assert!((0.9..1.0).contains(&job.best_interval()));
    }
}
