//! One `[[happening]]` as every reader of what happens gets it.

use crate::scenario::{HappeningSpec, Origin};
use crate::units::SimTime;

use super::weather::Estate;

/// From when, and until when if it passes.
pub(super) type When = (SimTime, Option<SimTime>);

/// What is told of one happening: its words, where they stand, what they are about, and when.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) spec: &'a HappeningSpec,
    /// Where its table was written.
    pub(super) table: Origin,
    pub(super) estate: &'a Estate<'a>,
    pub(super) when: When,
}
