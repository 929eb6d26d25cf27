//! A system in which things fail, refuse or change their price, with a known answer.

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::journal::{Fact, JobRecord, Observer, PoolRecord};
use crate::model::{Model, Outcome, Request, Timeline, Truth};
use crate::strategy::Strategy;
use crate::units::{ShapeId, SimTime, Span, StrategyId, TenantId};

use super::super::replicate::ExperimentError;
use super::rounds::Rounds;
use super::row::Row;
use super::tier::Tier;
use super::trial::{FIRST_ROUND, FIRST_ROUND_CUT};

/// What one replication said.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// Each job's record, by end.
    pub jobs: Vec<JobRecord>,
    /// Each pool's.
    pub pools: Vec<PoolRecord>,
    /// Nodes down at the end.
    pub down: i64,
}

impl Observer for Heard {
    fn fact(&mut self, _at: SimTime, fact: Fact) {
        match fact {
            Fact::NodesDown(_, nodes) => self.down += i64::from(nodes),
            Fact::NodesUp(_, nodes) => self.down -= i64::from(nodes),
            _ => {}
        }
    }
    fn job(&mut self, record: &JobRecord) {
        self.jobs.push(*record);
    }
    fn pool(&mut self, record: &PoolRecord) {
        self.pools.push(*record);
    }
}

/// Adds what the model does not draw by itself to the world of a replication.
type World = Box<dyn Fn(&Dice, &mut Timeline) + Send + Sync>;

/// Tells the values of one replication, in the order of the quantities.
pub(super) type Measure = Box<dyn Fn(&Heard) -> Vec<f64> + Send + Sync>;

/// A system of the trust pack with weather.
pub(super) struct Storm {
    /// The title under which it stands.
    pub family: &'static str,
    /// Its name.
    pub name: String,
    /// The estate; its weather is drawn as a scenario's is.
    pub model: Model,
    /// Jobs, all at the start: how long each works; the n-th is of the n-th shape, the last shape for the rest.
    pub work: Vec<Span>,
    /// What else happens.
    pub world: Option<World>,
    /// What is measured, and what theory says of it.
    pub expected: Vec<(String, f64)>,
    /// How.
    pub measure: Measure,
    /// The first tier in which it is played.
    pub from: Tier,
    /// A relative standard error of its own, where the tier's would take too long.
    pub error_max: Option<f64>,
    /// Whether what is measured is so skewed that a small first round would mislead.
    pub skewed: bool,
}

/// One thread's memory.
#[derive(Default)]
struct Worker {
    scratch: Scratch,
    timeline: Timeline,
    heard: Heard,
}

impl Storm {
    /// Plays the system in independent replications until every quantity is precise enough.
    pub(super) fn play(&self, tier: Tier, seed: u64) -> Result<Vec<Row>, ExperimentError> {
        let strategy = Strategy::prepare(&self.model, StrategyId::from(0));
        let error_max = tier.error_max();
        let rounds = Rounds {
            family: self.family,
            system: &self.name,
            expected: self.expected.iter().map(|of| (&*of.0, of.1)).collect(),
            error_max: self.error_max.map_or(error_max, |own| own.max(error_max)),
            first: if self.skewed {
                FIRST_ROUND_CUT
            } else {
                FIRST_ROUND
            },
        };
        rounds.play(|worker: &mut Worker, replication| {
            let dice = Dice { seed, replication };
            self.sample(&dice, &mut worker.timeline);
            let heard = &mut worker.heard;
            heard.jobs.clear();
            heard.pools.clear();
            heard.down = 0;
            simulate(
                &self.model,
                &strategy,
                &worker.timeline,
                &dice,
                &mut worker.scratch,
                heard,
            )
            .map_err(|stuck| ExperimentError::Stuck {
                replication,
                seed,
                stuck,
            })?;
            Ok(((self.measure)(heard), self.work.len() as u64))
        })
    }

    fn sample(&self, dice: &Dice, into: &mut Timeline) {
        Timeline::sample(&self.model, dice, into);
        for (index, &work) in self.work.iter().enumerate() {
            into.requests.push(Request {
                submit: SimTime::ZERO,
                requested: work,
                shape: ShapeId::from(index.min(self.model.shapes.len() - 1)),
                tenant: TenantId(0),
                priority: 0,
            });
            into.truth.push(Truth {
                work,
                outcome: Outcome::Finished,
            });
        }
        if let Some(world) = &self.world {
            world(dice, into);
        }
    }
}
