//! Playing a system often enough.

use rayon::prelude::*;

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::model::{Model, Timeline};
use crate::stats::{Estimate, Precision, mean_interval, t_quantile};
use crate::strategy::Strategy;
use crate::units::StrategyId;

use super::super::replicate::ExperimentError;
use super::quantity::Quantity;
use super::row::{Evidence, Row};
use super::system::{Arrivals, System, whole_ms};
use super::tally::Tally;
use super::tier::Tier;

/// Replications of the first round: enough for a standard error to be trusted.
const FIRST_ROUND: u32 = 40;
/// The same for runs that are cut early. They are short, and what they count is skewed: where mean and spread
/// go together, stopping after a few would favour low means.
const FIRST_ROUND_CUT: u32 = 1_000;
/// Most replications; what is not precise by then is told to be imprecise.
const REPLICATIONS_MAX: u32 = 40_000;

/// A system, what is measured of it, and how.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// The title under which it stands.
    pub family: &'static str,
    /// The system.
    pub system: System,
    /// What is measured.
    pub quantities: Vec<Quantity>,
    /// Customers that count in one replication; an eighth more come before them, so that the empty start is
    /// forgotten, and after them, so that the last ones see the load that they should.
    pub length: u32,
    /// The first tier in which it is played.
    pub from: Tier,
    /// A relative standard error of its own, where the tier's would take too long.
    pub error_max: Option<f64>,
}

/// One thread's memory.
#[derive(Default)]
struct Worker {
    scratch: Scratch,
    timeline: Timeline,
    tally: Tally,
}

impl Case {
    /// Plays the system in independent replications until every quantity is precise enough. The number of
    /// replications follows from the spread of the first round, in rounds of fixed size, so the rows are the
    /// same for any number of threads.
    pub(super) fn play(&self, tier: Tier, seed: u64) -> Result<Vec<Row>, ExperimentError> {
        let error_max = self.error_max.unwrap_or(tier.error_max());
        let model = self.system.model();
        let strategy = Strategy::prepare(&model, StrategyId::from(0));
        let mut values: Vec<Vec<f64>> = Vec::new();
        let mut jobs = 0;
        let mut wanted = match self.system.arrivals {
            Arrivals::Until(..) => FIRST_ROUND_CUT,
            Arrivals::Gaps(_) | Arrivals::AtOnce => FIRST_ROUND,
        };
        while values.len() < wanted as usize {
            let first = values.len() as u32;
            let round: Vec<_> = (first..wanted)
                .into_par_iter()
                .map_init(Worker::default, |worker, replication| {
                    self.replicate(&model, &strategy, Dice { seed, replication }, worker)
                })
                .collect();
            for replication in round {
                let (of_replication, count) = replication?;
                values.push(of_replication);
                jobs += count;
            }
            wanted = self.wanted(&values, error_max);
        }
        Ok(self.rows(&values, error_max, jobs))
    }

    fn replicate(
        &self,
        model: &Model,
        strategy: &Strategy,
        dice: Dice,
        worker: &mut Worker,
    ) -> Result<(Vec<f64>, u64), ExperimentError> {
        let margin = match self.system.arrivals {
            Arrivals::Until(..) => 0,
            Arrivals::Gaps(_) | Arrivals::AtOnce => self.length / 8,
        };
        let jobs = match self.system.arrivals {
            // The cut decides how many come.
            Arrivals::Until(..) => u32::MAX,
            // The line is never empty up to the last start.
            Arrivals::AtOnce => self.length + margin,
            Arrivals::Gaps(_) => self.length + 2 * margin,
        };
        self.system
            .sample(&model.shapes, &dice, jobs, &mut worker.timeline);
        let window = match self.system.arrivals {
            Arrivals::Until(..) => 0..u32::MAX,
            Arrivals::Gaps(_) | Arrivals::AtOnce => margin..margin + self.length,
        };
        let threshold = self.quantities.iter().find_map(|q| q.measure.threshold());
        worker.tally.begin(
            window,
            threshold.map_or(u64::MAX, whole_ms),
            model.classes.len(),
        );
        simulate(
            model,
            strategy,
            &worker.timeline,
            &dice,
            &mut worker.scratch,
            &mut worker.tally,
        )
        .map_err(|stuck| ExperimentError::Stuck {
            replication: dice.replication,
            seed: dice.seed,
            stuck,
        })?;
        let values = self
            .quantities
            .iter()
            .map(|quantity| quantity.measure.value(&worker.tally))
            .collect();
        Ok((values, worker.timeline.requests.len() as u64))
    }

    /// Replications after which every quantity should be precise enough, by the spread so far.
    fn wanted(&self, values: &[Vec<f64>], error_max: f64) -> u32 {
        let have = values.len() as f64;
        let mut wanted = have;
        for (index, quantity) in self.quantities.iter().enumerate() {
            let (_, error) = estimate(values, index);
            let excess = error / (error_max * quantity.expected.abs());
            if 1.0 < excess {
                // A tenth more, so that one more round is seldom needed.
                wanted = wanted.max(have * (excess * excess) * 1.1 + 1.0);
            }
        }
        (wanted.ceil() as u32).min(REPLICATIONS_MAX.max(values.len() as u32))
    }

    fn rows(&self, values: &[Vec<f64>], error_max: f64, jobs: u64) -> Vec<Row> {
        let row = |(index, quantity): (usize, &Quantity)| {
            let (simulated, error) = estimate(values, index);
            Row {
                family: self.family,
                system: self.system.name.clone(),
                quantity: quantity.name.clone(),
                expected: quantity.expected,
                simulated,
                evidence: Evidence::Estimated {
                    error,
                    error_max,
                    replications: values.len() as u32,
                },
                jobs: if index == 0 { jobs } else { 0 },
            }
        };
        self.quantities.iter().enumerate().map(row).collect()
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
