//! Time passes.

use crate::dice::Dice;
use crate::journal::{Observer, RunRecord};
use crate::model::{Model, Timeline};
use crate::strategy::Strategy;
use crate::units::SimTime;

/// Memory that is reused from run to run: nothing in it outlives a run but its capacity.
#[derive(Debug, Default)]
pub struct Scratch {}

/// The strategy and the engine went round in circles at one instant: a bug, told with where it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("strategy `{strategy}` made no end of decisions at {at:?} ({jobs:?} among them)")]
pub struct Stuck {
    /// Which strategy.
    pub strategy: String,
    /// When.
    pub at: SimTime,
    /// Some of the jobs that were decided upon.
    pub jobs: Vec<u32>,
}

/// Plays one replication under one strategy and tells `out` all that happens.
pub fn simulate<O: Observer>(
    _model: &Model,
    _strategy: &Strategy,
    _timeline: &Timeline,
    _dice: &Dice,
    _scratch: &mut Scratch,
    _out: &mut O,
) -> Result<RunRecord, Stuck> {
    Ok(RunRecord::default())
}
