//! What is kept, and what was deleted because its time was over.

use crate::units::{Bytes, DatasetId, JobId, SimTime, SiteId};

/// What is kept. Features, embeddings, logs and traces of inference are not told apart: where a scenario has them, they are
/// data sets or results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeptKind {
    /// A data set where it is kept throughout.
    Dataset,
    /// A copy of a data set in the cache of a site.
    Copy,
    /// A copy of a data set that was made while time passed.
    Replica,
    /// What a transform made.
    Transformed,
    /// A container or a model in the cache of a site.
    Artifact,
    /// The newest checkpoint of a job that is over.
    Checkpoint,
    /// What a job sent home.
    Results,
}

/// Something that was deleted because its time was over, or with what it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Its number in the run, from 0.
    pub number: u32,
    /// Of which kind it was.
    pub kind: KeptKind,
    /// Which rule was about it.
    pub rule: u16,
    /// Of which data set it was, if of one.
    pub dataset: Option<DatasetId>,
    /// Of which job, if of one.
    pub job: Option<JobId>,
    /// Where it lay.
    pub site: SiteId,
    /// How much it was.
    pub bytes: Bytes,
    /// When it should have been deleted.
    pub due: SimTime,
    /// What it was made of, if it was deleted with that.
    pub with: Option<DatasetId>,
    /// When that will be proven; `None` if nobody proves it.
    pub proof: Option<SimTime>,
}

impl KeptKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Dataset,
        Self::Copy,
        Self::Replica,
        Self::Transformed,
        Self::Artifact,
        Self::Checkpoint,
        Self::Results,
    ];

    /// The word for it in scenarios and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dataset => "data-set",
            Self::Copy => "copy",
            Self::Replica => "replica",
            Self::Transformed => "transformed",
            Self::Artifact => "artifact",
            Self::Checkpoint => "checkpoint",
            Self::Results => "result",
        }
    }

    /// Several of it, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Dataset => "data sets",
            Self::Copy => "copies in caches",
            Self::Replica => "replicas",
            Self::Transformed => "transformed copies",
            Self::Artifact => "artifacts in caches",
            Self::Checkpoint => "checkpoints",
            Self::Results => "results",
        }
    }
}
