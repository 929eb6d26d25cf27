//! A scenario made ready to play, with what there is to say about it.

use crate::dice::Dice;
use crate::model::{Model, Timeline};
use crate::record::{Assumption, Input, plain};
use crate::scenario;

use super::arguments::ScenarioArguments;
use super::exit::Failure;

/// A checked scenario.
pub(super) struct Study {
    /// What it means.
    pub(super) model: Model,
    /// Its words after `extends` and `--set`.
    pub(super) resolved: String,
    /// The files it was made from.
    pub(super) inputs: Vec<Input>,
    /// What the user did not say.
    pub(super) assumptions: Vec<Assumption>,
    /// What was read, line by line.
    pub(super) read: Vec<String>,
    /// Replications, unless the command line says otherwise.
    pub(super) replications: u32,
    /// The seed, unless the command line says otherwise.
    pub(super) seed: u64,
}

impl Study {
    /// Loads and checks a scenario; all problems are told at once.
    pub(super) fn open(arguments: &ScenarioArguments) -> Result<Self, Failure> {
        let scenario = scenario::load(&arguments.file, &arguments.sets)?;
        if !scenario.problems.is_empty() {
            return Err(scenario.problems.into());
        }
        Err(Failure::Runtime(anyhow::anyhow!(
            "scenarios cannot be compiled yet"
        )))
    }

    /// Whether anything in it is random.
    pub(super) fn rolls_dice(&self) -> bool {
        true
    }

    /// Samples the world that the dice name.
    pub(super) fn sample(&self, _dice: &Dice, _timeline: &mut Timeline) {}

    /// The scenario's name and span.
    pub(super) fn title(&self) -> String {
        let model = &self.model;
        let start = model.epoch.format(crate::units::SimTime::ZERO);
        format!("{} · from {start}", plain(&model.name))
    }
}
