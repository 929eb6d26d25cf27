//! Runbooks: who does what before a failover begins, and how long that takes.

use crate::process::Law;
use crate::units::{PoolId, Price, WorkingHours};

use super::rules::RuleMode;

/// How a failover is carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Runbook {
    /// Its name: with its stages it names its dice.
    pub name: String,
    /// The failover, by its place.
    pub failover: u16,
    /// How bad it is, in a word.
    pub severity: &'static str,
    /// Who does it.
    pub owner: String,
    /// Whether nobody is paged nor decides.
    pub automatic: bool,
    /// How long each stage takes, by [`Stage`], in milliseconds; what a step takes itself is with the step.
    pub times: [Option<Law>; Stage::ALL.len()],
    /// Whether each stage is done in working hours only, by [`Stage`].
    pub in_hours: [bool; Stage::ALL.len()],
    /// When people work.
    pub hours: WorkingHours,
    /// How many people are busy from when they are there.
    pub people: u32,
    /// What one of them costs by the hour.
    pub rate: Price,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// What takes time in a runbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// To notice.
    Detect,
    /// To be there.
    Page,
    /// To decide.
    Decide,
    /// To approve a step.
    Approve,
    /// To do a step.
    Execute,
}

/// One step of a runbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does.
    pub does: StepDoes,
    /// What people do, in a sentence; may be empty.
    pub says: String,
    /// Its condition, as it was written; may be empty.
    pub when: String,
    /// Whether its condition holds of some class and some target.
    pub is_allowed: bool,
    /// Whether somebody approves it first.
    pub approval: bool,
    /// How long it takes, in milliseconds.
    pub execute: Option<Law>,
    /// How often it fails, in millionths.
    pub fails: u32,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepDoes {
    /// The failover begins.
    Failover,
    /// Rules are in other modes until it is over.
    Rules(Vec<(u16, RuleMode)>),
    /// Rented pools have other quotas until it is over: so many GPUs.
    Quota(Vec<PoolId>, u64),
    /// What the failover's triggers watch is set right.
    Mend,
    /// Something is looked at.
    Check,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::Detect,
        Self::Page,
        Self::Decide,
        Self::Approve,
        Self::Execute,
    ];

    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Page => "page",
            Self::Decide => "decide",
            Self::Approve => "approve",
            Self::Execute => "execute",
        }
    }
}

impl StepDoes {
    /// The word for it in scenarios and reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Failover => "failover",
            Self::Rules(_) => "rules",
            Self::Quota(..) => "quota",
            Self::Mend => "mend",
            Self::Check => "check",
        }
    }
}

impl Runbook {
    /// Whether two replications can differ by it.
    pub fn rolls_dice(&self) -> bool {
        let random = |law: &Option<Law>| !matches!(law, None | Some(Law::Constant(_)));
        self.times.iter().any(random)
            || self
                .steps
                .iter()
                .any(|step| 0 < step.fails || random(&step.execute))
    }

    /// Whether people are busy in a stage: they are from when they are there, but where it carries itself out only in
    /// approving.
    pub fn keeps_busy(&self, stage: Stage) -> bool {
        match stage {
            Stage::Detect | Stage::Page => false,
            Stage::Decide | Stage::Execute => !self.automatic,
            Stage::Approve => true,
        }
    }
}
