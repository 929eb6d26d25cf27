//! What is measured of a system, and what theory expects of it.

use super::system::UNIT_MS;
use super::tally::{Sums, Tally};

/// What to measure in one replication.
#[derive(Clone, Debug)]
pub(super) enum Measure {
    /// Mean wait; of one kind of customer if given.
    Wait(Option<usize>),
    /// Mean squared wait.
    SquaredWait,
    /// Share of customers that wait.
    WaitProbability,
    /// The point that the share `beyond` of waits exceeds. Estimated in one step from the exact point, where
    /// the density of waits is `density`: point + (share seen beyond it − `beyond`) / density (Bahadur 1966),
    /// which has no bias and the standard error of the sample quantile.
    WaitPoint {
        /// The exact point, in units of time.
        point: f64,
        /// The share beyond it.
        beyond: f64,
        /// Density of waits there.
        density: f64,
    },
    /// Mean time in system; of one kind of customer if given.
    Time(Option<usize>),
    /// Σ load × mean wait over the kinds of customer, their loads given.
    LoadedWait(Vec<f64>),
    /// Time from start to start while the line is never empty: 1 / the largest stable arrival rate.
    TimePerStart,
    /// Jobs that run when the run is cut.
    Running,
    /// GPUs charged for, on average over a run of so many units of time.
    MeanCharged(f64),
    /// What they cost, in units of currency.
    Cost,
}

/// A measure, its name and its exact value.
#[derive(Clone, Debug)]
pub(super) struct Quantity {
    /// For people.
    pub name: String,
    /// What theory says.
    pub expected: f64,
    /// How it is measured.
    pub measure: Measure,
}

impl Quantity {
    pub(super) fn new(name: &str, expected: f64, measure: Measure) -> Self {
        Self {
            name: name.to_owned(),
            expected,
            measure,
        }
    }

    /// The mean wait of all customers.
    pub(super) fn wait(expected: f64) -> Self {
        Self::new("mean wait", expected, Measure::Wait(None))
    }

    /// The mean time in system of all customers.
    pub(super) fn time(expected: f64) -> Self {
        Self::new("time in system", expected, Measure::Time(None))
    }
}

impl Measure {
    /// The threshold of waits that must be counted, in units of time.
    pub(super) fn threshold(&self) -> Option<f64> {
        match self {
            Self::WaitPoint { point, .. } => Some(*point),
            _ => None,
        }
    }

    /// The value in one replication.
    pub(super) fn value(&self, heard: &Tally) -> f64 {
        let of = |kind: &Option<usize>| kind.map_or_else(|| heard.all(), |kind| heard.kinds[kind]);
        let mean = |sum: u128, sums: &Sums| sum as f64 / UNIT_MS / sums.jobs as f64;
        match self {
            Self::Wait(kind) => mean(of(kind).wait, &of(kind)),
            Self::SquaredWait => mean(heard.all().wait_square, &heard.all()) / UNIT_MS,
            Self::WaitProbability => heard.all().waited as f64 / heard.all().jobs as f64,
            Self::WaitPoint {
                point,
                beyond,
                density,
            } => {
                let seen = heard.all().beyond as f64 / heard.all().jobs as f64;
                point + (seen - beyond) / density
            }
            Self::Time(kind) => mean(of(kind).time, &of(kind)),
            Self::LoadedWait(loads) => loads
                .iter()
                .zip(&heard.kinds)
                .map(|(load, sums)| load * mean(sums.wait, sums))
                .sum(),
            Self::TimePerStart => {
                let span = heard.starts.1 - heard.starts.0;
                span as f64 / UNIT_MS / f64::from(heard.window.end - 1 - heard.window.start)
            }
            Self::Running => heard.running as f64,
            Self::MeanCharged(units) => heard.charged as f64 / 1000.0 / UNIT_MS / units,
            Self::Cost => heard.cost,
        }
    }
}
