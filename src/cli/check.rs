//! `plimsoll check`: what is wrong with a scenario, or what is in it.

use super::arguments::ScenarioArguments;
use super::exit::Failure;
use super::study::Study;
use super::{answer, output};

/// Tells all problems, or the inventory.
pub(super) fn check(arguments: &ScenarioArguments) -> Result<(), Failure> {
    let study = Study::open(arguments)?;
    output::data(&answer::head(&study.read, &study))?;
    Ok(())
}
