//! What moves between sites: each step of it, as an auditor would ask for it, and what moved against rules.

use crate::units::{Bytes, ClassId, DatasetId, JobId, LabelsId, LinkId, SiteId};

/// What moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// A data set or an artifact, to where jobs would read it.
    Dataset(DatasetId),
    /// A copy of a data set, to where it will be kept.
    Replica(DatasetId),
    /// A checkpoint of a job, or all that it writes while it runs, to its home.
    Checkpoint(JobId),
    /// A checkpoint of a job, back from its home.
    Restore(JobId),
    /// What a job found out.
    Results(JobId),
    /// What a job reads while it runs.
    Feed(JobId),
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementStep {
    /// It set out on these links.
    Begins,
    /// It goes on over these other links with what is left.
    Turns,
    /// It has no way to go for now.
    Stalls,
    /// So much of what flows all the time crossed these links since it was last told.
    Carries,
    /// It is there.
    Arrives,
    /// It was given up; so much of it had crossed these links.
    GivenUp,
    /// These rules do not let it go.
    Refused,
}

impl MovementStep {
    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begins => "begins",
            Self::Turns => "turns",
            Self::Stalls => "stalls",
            Self::Carries => "carries",
            Self::Arrives => "arrives",
            Self::GivenUp => "given-up",
            Self::Refused => "refused",
        }
    }
}

/// One step of something that moves between sites, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The number of the transfer, in the order in which they began; `None` where none was made.
    pub number: Option<u32>,
    /// What became of it.
    pub step: MovementStep,
    /// What moves.
    pub what: Moved,
    /// The class of the jobs for which it moves, if it moves for any: with what moves, whose marks it has.
    pub class: Option<ClassId>,
    /// Labels that those jobs have beside those of their class, where they decide on its marks.
    pub labels: LabelsId,
    /// Which version of their work those jobs do, where that decides on its marks.
    pub version: u8,
    /// What it leaves; `None` is outside of the scenario.
    pub from: Option<SiteId>,
    /// Where it goes; `None` is outside of the scenario.
    pub to: Option<SiteId>,
    /// What it crosses, in order; the reading of a storage may come first.
    pub links: Vec<LinkId>,
    /// How much it is; of what flows all the time, how much crossed since it was last told.
    pub bytes: Bytes,
    /// The rules that speak against it, a bit for each as in [`crate::model`]'s verdicts: those that refuse it where it
    /// is refused, else those that are audited or let it finish.
    pub against: u128,
}

/// What moved against a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveRecord {
    /// Which rule, by its place in the model; behind the last, what nothing permits; `None` is any of them.
    pub rule: Option<u16>,
    /// Where it went; what it left where it went outside.
    pub site: SiteId,
    /// How often something began to move there against it, or the rule turned against it.
    pub moves: u64,
    /// What moved against it to the end, in bytes.
    pub bytes: u128,
    /// How often something that would have moved there was refused by it.
    pub refused: u64,
}
