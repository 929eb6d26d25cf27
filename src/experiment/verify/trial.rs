//! Playing a system often enough.

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::model::{Model, Timeline};
use crate::strategy::Strategy;
use crate::units::StrategyId;

use super::super::replicate::ExperimentError;
use super::quantity::Quantity;
use super::rounds::Rounds;
use super::row::Row;
use super::system::{Arrivals, System, whole_ms};
use super::tally::Tally;
use super::tier::Tier;

/// Replications of the first round: enough for a standard error to be trusted.
pub(super) const FIRST_ROUND: u32 = 40;
/// The same for runs that are cut early. They are short, and what they count is skewed: where mean and spread
/// go together, stopping after a few would favour low means.
pub(super) const FIRST_ROUND_CUT: u32 = 1_000;

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
    /// Plays the system in independent replications until every quantity is precise enough.
    pub(super) fn play(&self, tier: Tier, seed: u64) -> Result<Vec<Row>, ExperimentError> {
        let model = self.system.model();
        let strategy = Strategy::prepare(&model, StrategyId::from(0));
        let quantities = self.quantities.iter();
        let rounds = Rounds {
            family: self.family,
            system: &self.system.name,
            expected: quantities.map(|of| (&*of.name, of.expected)).collect(),
            error_max: self.error_max.unwrap_or(tier.error_max()),
            first: match self.system.arrivals {
                Arrivals::Until(..) => FIRST_ROUND_CUT,
                Arrivals::Gaps(_) | Arrivals::AtOnce => FIRST_ROUND,
            },
        };
        rounds.play(|worker, replication| {
            self.replicate(&model, &strategy, Dice { seed, replication }, worker)
        })
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
}
