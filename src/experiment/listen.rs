//! One strategy in one sampled world again, with somebody who listens.

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::journal::{Observer, RunRecord};
use crate::model::{Model, Timeline};
use crate::strategy::Strategy;
use crate::units::StrategyId;

use super::replicate::ExperimentError;

/// A world that can be played again and again: because every draw has a name, it is the same to the last bit.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Seed and replication.
    pub dice: Dice,
    /// The world.
    pub timeline: Timeline,
}

impl Replay {
    /// Samples a replication under a seed.
    pub fn of(model: &Model, seed: u64, replication: u32) -> Self {
        let dice = Dice { seed, replication };
        let mut timeline = Timeline::default();
        Timeline::sample(model, &dice, &mut timeline);
        Self { dice, timeline }
    }

    /// Plays it under a strategy and tells `observer` all of it.
    pub fn play(
        &self,
        model: &Model,
        strategy: StrategyId,
        observer: &mut impl Observer,
    ) -> Result<RunRecord, ExperimentError> {
        let prepared = Strategy::prepare(model, strategy);
        let scratch = &mut Scratch::default();
        let ended = simulate(
            model,
            &prepared,
            &self.timeline,
            &self.dice,
            scratch,
            observer,
        );
        ended.map_err(|stuck| ExperimentError::Stuck {
            replication: self.dice.replication,
            seed: self.dice.seed,
            stuck,
        })
    }
}
