//! Facts that are found, or begin, at instants which depend on what was decided: who has which attribute while they hold.

use super::super::Model;
use super::{AttributeSaid, Rules};

/// What is found, or begins, while time passes, at an instant that depends on what was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Marks are left in what a transform made, by its place among all that transforms make.
    Flaw(u16),
    /// A phase of this name has begun, and was not rolled back.
    Phase(String),
}

/// Who has which attribute while some findings hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingRow {
    /// Which row of verdicts rules have then: the first whose verdicts are the same.
    pub situation: u16,
    /// Who has what then, as [`Rules`] know it.
    pub known: u16,
    /// What is otherwise than before the change with which its stage begins.
    pub changed: Vec<AttributeSaid>,
    /// By finding, what is otherwise than it would be without it; nothing of those that do not hold.
    pub found: Vec<Vec<AttributeSaid>>,
}

/// All that may be found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// What, by the bit that says that it holds.
    pub list: Vec<Finding>,
    /// By stage (0 is the start, the others follow each [`AttributeChange`](super::AttributeChange)), then by which of them
    /// hold, a bit each.
    pub rows: Vec<FindingRow>,
}

impl Findings {
    /// The bit of something.
    pub fn bit(&self, of: &Finding) -> Option<u16> {
        let place = self.list.iter().position(|one| one == of)?;
        Some(place as u16)
    }

    /// Who has what at a stage while some hold; `None` where nothing may be found.
    pub fn row(&self, stage: u16, holding: u32) -> Option<&FindingRow> {
        let first = usize::from(stage) << self.list.len();
        self.rows.get(first + holding as usize)
    }
}

impl Model {
    /// What is found, in words.
    pub fn finding_name(&self, finding: &Finding) -> String {
        match finding {
            Finding::Flaw(made) => {
                let made = &self.transforms.derived[usize::from(*made)];
                format!("marks are found in {}", self.dataset(made.dataset).name)
            }
            Finding::Phase(name) => format!("phase {name} begins"),
        }
    }
}

impl Rules {
    /// Which row of verdicts there is at a stage while some findings hold.
    pub fn situation(&self, stage: u16, holding: u32) -> u16 {
        if let Some(row) = self.findings.row(stage, holding) {
            return row.situation;
        }
        let change = usize::from(stage).checked_sub(1);
        let change = change.and_then(|index| self.changes.get(index));
        change.map_or(0, |change| change.situation)
    }
}
