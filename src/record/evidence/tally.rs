//! What is known of one rule from evidence.

use std::collections::BTreeSet;

/// What is known of a rule from the evidence of all runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// What it judges: run, move.
    pub on: String,
    /// What it does: permit, forbid, require.
    pub effect: String,
    /// Which attributes it reads, without whose they are.
    pub reads: BTreeSet<String>,
    /// For which controls it stands.
    pub controls: Vec<String>,
    /// Placements for which it held and against which it did not speak.
    pub allowed: u64,
    /// Decisions in which it kept a job out of a pool that the strategy would have used.
    pub refused: u64,
    /// How often something began to run against it with leave.
    pub excepted: u64,
    /// Steps of what moved against it with leave.
    pub moved: u64,
    /// How often its mode changed.
    pub changes: u64,
    /// The first and the last line that names it, by sequence.
    pub records: Option<(u64, u64)>,
    /// Strategies at whose end it was not obeyed.
    pub open_at_end: BTreeSet<String>,
}

impl RuleTally {
    /// How often it was behind anything.
    pub fn decisions(&self) -> u64 {
        self.allowed + self.refused + self.excepted + self.moved
    }
}
