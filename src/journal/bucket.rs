//! The buckets of GPU-time: every milli-GPU·ms that a pool has lies in exactly one.

use std::ops::{Index, IndexMut};

use serde::Serialize;

use crate::units::{MilliGpus, Span};

/// What a GPU was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bucket {
    /// First and only execution of work that counts.
    Useful,
    /// Writing checkpoints.
    Checkpoint,
    /// Execution that was lost and had to be repeated, booked when it is lost.
    Rework,
    /// Restoring a checkpoint.
    Restart,
    /// Running, but starved: the storage that it reads from gives less than it asks for.
    StalledStorage,
    /// Running, but starved: links on the way of what it reads carry less than it asks for.
    StalledLink,
    /// Running time of a job that failed, timed out or was cancelled.
    Failed,
    /// Held by a job that does not run: booting, or the rest of a GPU that is not shared.
    HeldIdle,
    /// Paid for and used by no job.
    IdlePaid,
    /// Owned or held, but broken or without power.
    Down,
    /// Under notice, or due for maintenance, and used by no job any more.
    Draining,
    /// Worked on as planned, whether or not it is broken besides.
    Maintenance,
}

impl Bucket {
    /// All buckets, in the order of reports.
    pub const ALL: [Self; 12] = [
        Self::Useful,
        Self::Checkpoint,
        Self::Rework,
        Self::Restart,
        Self::StalledStorage,
        Self::StalledLink,
        Self::Failed,
        Self::HeldIdle,
        Self::IdlePaid,
        Self::Down,
        Self::Draining,
        Self::Maintenance,
    ];

    /// The name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::Checkpoint => "checkpoint",
            Self::Rework => "rework",
            Self::Restart => "restart",
            Self::StalledStorage => "stalled_storage",
            Self::StalledLink => "stalled_link",
            Self::Failed => "failed",
            Self::HeldIdle => "held_idle",
            Self::IdlePaid => "idle_paid",
            Self::Down => "down",
            Self::Draining => "draining",
            Self::Maintenance => "maintenance",
        }
    }
}

/// GPU-time by bucket, in milli-GPU·ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GpuTime(pub [u128; Bucket::ALL.len()]);

impl GpuTime {
    /// Nothing in any bucket.
    pub const ZERO: Self = Self([0; Bucket::ALL.len()]);

    /// All buckets together.
    pub fn total(&self) -> u128 {
        self.0.iter().sum()
    }

    /// GPU-time that some job held, whatever it did with it.
    pub fn allocated(&self) -> u128 {
        let unused = [
            Bucket::IdlePaid,
            Bucket::Down,
            Bucket::Draining,
            Bucket::Maintenance,
        ];
        self.total() - unused.iter().map(|&bucket| self[bucket]).sum::<u128>()
    }

    /// Adds GPUs that were occupied for a while. Where a share of a GPU was asked for that is not shared, the
    /// remainder is held and does nothing.
    #[inline]
    pub fn hold(&mut self, bucket: Bucket, (occupied, asked): (MilliGpus, MilliGpus), span: Span) {
        let span = u128::from(span.0);
        self[bucket] += u128::from(asked.0) * span;
        if occupied > asked {
            self[Bucket::HeldIdle] += u128::from(occupied.0 - asked.0) * span;
        }
    }

    /// Adds another account, bucket by bucket.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

impl Index<Bucket> for GpuTime {
    type Output = u128;
    fn index(&self, bucket: Bucket) -> &u128 {
        &self.0[bucket as usize]
    }
}

impl IndexMut<Bucket> for GpuTime {
    fn index_mut(&mut self, bucket: Bucket) -> &mut u128 {
        &mut self.0[bucket as usize]
    }
}
