//! Playing replications in rounds until every quantity is precise enough.

use rayon::prelude::*;

use crate::stats::{Estimate, Precision, mean_interval, t_quantile};

use super::super::replicate::ExperimentError;
use super::row::{Evidence, Row};

/// Most replications; what is not precise by then is told to be imprecise.
const REPLICATIONS_MAX: u32 = 40_000;

/// What is asked of a system, and how precisely.
#[derive(Clone, Debug)]
pub(super) struct Rounds<'a> {
    /// The title under which it stands.
    pub family: &'static str,
    /// The system's name.
    pub system: &'a str,
    /// What is measured, and what theory says of it.
    pub expected: Vec<(&'a str, f64)>,
    /// Most relative standard error.
    pub error_max: f64,
    /// Replications of the first round: enough for a standard error to be trusted.
    pub first: u32,
}

impl Rounds<'_> {
    /// Plays replications, each of which tells its values and how many jobs it played. How many follows from
    /// the spread of the first round, in rounds of fixed size, so the rows are the same for any number of
    /// threads.
    pub(super) fn play<Worker: Default + Send>(
        &self,
        replicate: impl Fn(&mut Worker, u32) -> Result<(Vec<f64>, u64), ExperimentError> + Sync,
    ) -> Result<Vec<Row>, ExperimentError> {
        let mut values: Vec<Vec<f64>> = Vec::new();
        let mut jobs = 0;
        let mut wanted = self.first;
        while values.len() < wanted as usize {
            let first = values.len() as u32;
            let round: Vec<_> = (first..wanted)
                .into_par_iter()
                .map_init(Worker::default, |worker, replication| {
                    replicate(worker, replication)
                })
                .collect();
            for replication in round {
                let (of_replication, count) = replication?;
                values.push(of_replication);
                jobs += count;
            }
            wanted = self.wanted(&values);
        }
        Ok(self.rows(&values, jobs))
    }

    /// Replications after which every quantity should be precise enough, by the spread so far.
    fn wanted(&self, values: &[Vec<f64>]) -> u32 {
        let have = values.len() as f64;
        let mut wanted = have;
        for (index, (_, expected)) in self.expected.iter().enumerate() {
            let (_, error) = estimate(values, index);
            let excess = error / (self.error_max * expected.abs());
            if 1.0 < excess {
                // A tenth more, so that one more round is seldom needed.
                wanted = wanted.max(have * (excess * excess) * 1.1 + 1.0);
            }
        }
        (wanted.ceil() as u32).min(REPLICATIONS_MAX.max(values.len() as u32))
    }

    fn rows(&self, values: &[Vec<f64>], jobs: u64) -> Vec<Row> {
        let row = |(index, &(quantity, expected)): (usize, &(&str, f64))| {
            let (simulated, error) = estimate(values, index);
            Row {
                family: self.family,
                system: self.system.to_owned(),
                quantity: quantity.to_owned(),
                expected,
                simulated,
                evidence: Evidence::Estimated {
                    error,
                    error_max: self.error_max,
                    replications: values.len() as u32,
                },
                jobs: if index == 0 { jobs } else { 0 },
            }
        };
        self.expected.iter().enumerate().map(row).collect()
    }
}

/// The mean of one quantity over replications and its standard error.
fn estimate(values: &[Vec<f64>], index: usize) -> (f64, f64) {
    let column: Vec<f64> = values.iter().map(|of| of[index]).collect();
    match mean_interval(&column) {
        Some(Estimate {
            value,
            precision: Precision::HalfWidth(half),
            replications,
        }) => (value, half / t_quantile(0.975, replications - 1)),
        Some(Estimate { value, .. }) => (value, 0.0),
        None => (f64::NAN, f64::NAN),
    }
}
