//! What led to what happened, for whoever asks why: triggers, people at work, doors, gates, keys.

use crate::units::{ClassId, JobId, OutletId, SimTime, SiteId};

/// Why a target of a failover is closed to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetBar {
    /// Others come first in the order of targets.
    NotYet,
    /// Nothing of its pools can be used.
    Gone,
    /// Data that the class reads are not all there.
    NoReplica,
    /// The checkpoints of the class cannot come there.
    NoCheckpoint,
    /// The failover is over.
    Over,
}

/// Something that a run knows and no fact tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circumstance {
    /// What a trigger of a failover watches was told to be so, or to be so no more.
    Trigger {
        /// Which failover.
        failover: u16,
        /// Which of its triggers.
        trigger: u16,
        /// Whether it is so.
        is_so: bool,
    },
    /// A stage of the runbook of a failover is over.
    Stage {
        /// Which failover.
        failover: u16,
        /// The word for the stage.
        stage: &'static str,
        /// Of which step, where it is one of a step.
        step: Option<u16>,
        /// When it began.
        since: SimTime,
    },
    /// Nothing wants a failover any more for which somebody was at work.
    CalledOff {
        /// Which failover.
        failover: u16,
    },
    /// A target of a failover opens or closes, or stays closed as the failover begins.
    Target {
        /// Which failover.
        failover: u16,
        /// Which of its targets.
        target: u16,
        /// For which class at which site, where something must be there first.
        only: Option<(ClassId, SiteId)>,
        /// Why it is closed; `None` if it is open.
        bar: Option<TargetBar>,
    },
    /// A job ends because a failover turns work away; its end is told next.
    TurnedAway {
        /// Which job.
        job: JobId,
        /// By which failover.
        failover: u16,
    },
    /// A gate of a phase was looked at when the phase should have ended.
    Gate {
        /// Which phase.
        phase: u16,
        /// Which of its gates.
        gate: u16,
        /// Whether it holds.
        holds: bool,
    },
    /// What a service gave out was replaced.
    Rotated(OutletId),
    /// What was fetched of a service before its outage is worth nothing any more.
    Lapsed(OutletId),
    /// Who asked for more of a budget did not get it.
    BudgetDenied(u16),
    /// The strategy goes on as it says for this phase; as it began if `None`.
    Strategy(Option<u16>),
}

impl TargetBar {
    /// Why, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotYet => "other targets come first",
            Self::Gone => "nothing of it can be used",
            Self::NoReplica => "data that the class reads are not all there",
            Self::NoCheckpoint => "the checkpoints of the class cannot come there",
            Self::Over => "the failover is over",
        }
    }
}
