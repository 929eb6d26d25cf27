//! What happened and what it cost: the vocabulary between the engine and everyone who listens to it.
//!
//! The engine says [`Fact`]s and [`Posting`]s to an [`Observer`]; at the end of each job it says one
//! [`JobRecord`], at the end of the run one [`PoolRecord`] for each pool. Metrics are folds over these.

mod bucket;
mod budget;
mod cause;
mod circumstance;
mod drawn;
mod fact;
mod failover;
mod justification;
mod movement;
mod posting;
mod record;
mod retention;
mod rule;
mod score;

pub use bucket::{Bucket, GpuTime};
pub use budget::{ALERTS_MAX, BudgetRecord};
pub use cause::{Cause, Waits};
pub use circumstance::{Circumstance, TargetBar};
pub use drawn::Drawn;
pub use fact::{Fact, Leave, LeaveReason, Observer, Silent};
pub use failover::{FailoverRecord, RecoveryRecord};
pub use justification::{Bar, Choice, Considered, Justification};
pub use movement::{MoveRecord, Moved, Movement, MovementStep};
pub use posting::{Item, Payee, Posting};
pub use record::{
    JobRecord, JobState, PhaseRecord, PoolRecord, RunRecord, ServiceRecord, Validations,
};
pub use retention::{Deletion, KeptKind};
pub use rule::{Consequence, RuleMode, RuleRecord};
pub use score::Score;
