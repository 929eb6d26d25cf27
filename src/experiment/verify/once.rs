//! A case without luck, played once.

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::journal::Observer;
use crate::model::{Model, Timeline};
use crate::strategy::Strategy;
use crate::units::StrategyId;

use super::super::replicate::ExperimentError;

/// Plays a world under the first strategy of a model, and tells `heard` what happens.
pub(super) fn once(
    model: &Model,
    timeline: &Timeline,
    heard: &mut impl Observer,
) -> Result<(), ExperimentError> {
    let strategy = Strategy::prepare(model, StrategyId::from(0));
    let (seed, replication) = (0, 0);
    let dice = Dice { seed, replication };
    let mut scratch = Scratch::default();
    simulate(model, &strategy, timeline, &dice, &mut scratch, heard).map_err(|stuck| {
        ExperimentError::Stuck {
            replication,
            seed,
            stuck,
        }
    })?;
    Ok(())
}
