//! What became of losses, and of failovers.

use crate::units::{ClassId, JobId, Money, SimTime, Span};

/// A job that lost its place, and ran again or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryRecord {
    /// Which job.
    pub job: JobId,
    /// Of which class.
    pub class: ClassId,
    /// When it lost its place, or was told to leave it.
    pub lost_at: SimTime,
    /// From then until it worked again, its state restored; to its end or the horizon, if it did not.
    pub took: Span,
    /// Whether it worked again.
    pub works: bool,
    /// Running that was lost: what it had done then and has to do again.
    pub lost: Span,
    /// How long it was to take at most.
    pub time: Option<Span>,
    /// How much was to be lost at most.
    pub point: Option<Span>,
}

impl RecoveryRecord {
    /// Whether it worked again in time; `None` where nobody asks, or that is not known yet.
    pub fn in_time(&self) -> Option<bool> {
        let met = self.took <= self.time?;
        (self.works || !met).then_some(met)
    }

    /// Whether no more was lost than was to be; `None` where nobody asks, or that is not known yet.
    pub fn in_point(&self) -> Option<bool> {
        let met = self.lost <= self.point?;
        (self.works || !met).then_some(met)
    }
}

/// What became of a failover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailoverRecord {
    /// Which, by its place in the model.
    pub failover: u16,
    /// How often it began.
    pub begun: u64,
    /// How often it began within an hour after it was over.
    pub flaps: u64,
    /// How long it was in force.
    pub in_force: Span,
    /// How often a job was told to leave its place for it, or to come back.
    pub moved: u64,
    /// Jobs that it turned away.
    pub shed: u64,
    /// How often a job made do with less: fewer GPUs, or a smaller batch.
    pub degraded: u64,
    /// How often its triggers wanted it, where it has a runbook.
    pub alarms: u64,
    /// How often they wanted it no longer before it began.
    pub called_off: u64,
    /// How often a step of its runbook failed, or must not be done.
    pub failed_steps: u64,
    /// How long people were busy with it, each counted.
    pub people: Span,
    /// What they cost.
    pub people_cost: Money,
    /// Where the run stopped.
    pub horizon: SimTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_over_is_late_or_undecided() {
        let running = RecoveryRecord {
            job: JobId(0),
            class: ClassId(0),
            lost_at: SimTime(100),
            took: Span(50),
            works: true,
            lost: Span(7),
            time: Some(Span(50)),
            point: Some(Span(6)),
        };
        assert_eq!(
            (running.in_time(), running.in_point()),
            (Some(true), Some(false))
        );
        let waits = RecoveryRecord {
            works: false,
            ..running
        };
        // It may yet run again in time, but what is lost is lost.
        assert_eq!((waits.in_time(), waits.in_point()), (None, Some(false)));
        let late = RecoveryRecord {
            took: Span(51),
            point: None,
            ..waits
        };
        assert_eq!((late.in_time(), late.in_point()), (Some(false), None));
    }
}
