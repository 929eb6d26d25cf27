//! What moves, as far as rules tell it apart, and for whom.

use crate::units::{ClassId, DatasetId, LabelsId};

use super::request::Labelled;

/// What moves, as far as rules tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freight {
    /// A data set or an artifact comes to where jobs of a class would read it.
    Dataset(DatasetId, ClassId),
    /// A copy of a data set goes to where it will be kept.
    Replica(DatasetId),
    /// Checkpoints of jobs of a class, in a version of its work, go home, or come back.
    Checkpoint(Labelled, u8),
    /// What jobs of a class found out, in a version of its work, goes home.
    Results(Labelled, u8),
    /// What jobs of a class read while they run.
    Feed(Labelled),
}

impl Freight {
    /// For jobs of which class it moves; `None` if for nobody in particular.
    pub const fn class(self) -> Option<ClassId> {
        match self {
            Self::Dataset(_, class) => Some(class),
            Self::Checkpoint(of, _) | Self::Results(of, _) | Self::Feed(of) => Some(of.class),
            Self::Replica(_) => None,
        }
    }

    /// Whether it moves for such jobs.
    pub fn is_of(self, whose: Labelled) -> bool {
        match self {
            Self::Checkpoint(of, _) | Self::Results(of, _) | Self::Feed(of) => of == whose,
            Self::Dataset(_, class) => class == whose.class,
            Self::Replica(_) => false,
        }
    }

    /// The labels of the jobs for which it moves, where they decide on its marks.
    pub const fn labels(self) -> LabelsId {
        match self {
            Self::Checkpoint(of, _) | Self::Results(of, _) | Self::Feed(of) => of.labels,
            Self::Dataset(..) | Self::Replica(_) => LabelsId(0),
        }
    }

    /// Which version of their work those jobs do, where that decides on its marks.
    pub const fn version(self) -> u8 {
        match self {
            Self::Checkpoint(_, version) | Self::Results(_, version) => version,
            Self::Dataset(..) | Self::Replica(_) | Self::Feed(_) => 0,
        }
    }
}
