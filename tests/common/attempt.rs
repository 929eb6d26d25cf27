//! One placement of a job, walked through checkpoint by checkpoint.

use plimsoll::journal::{Bucket, JobState};
use plimsoll::model::{Preemption, Rhythm};
use plimsoll::units::PoolId;

/// How a placement ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It had not when the run was over.
    Open,
    /// With the job.
    Done,
    /// The market refused it; heard at this instant.
    Refused(Option<u64>),
    /// With a checkpoint, or a kill that makes room (`killed`).
    Stopped { killed: bool },
    /// Its place was taken away or it crashed; so many of the newest checkpoints were broken.
    Lost { bad: u64 },
    /// Its instances were taken away while they booted.
    GivenUp,
}

/// One placement of a job, from taking GPUs to giving them back.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    pub pool: PoolId,
    pub placed: u64,
    pub started: Option<u64>,
    /// When it was told to stop.
    pub stopped: Option<u64>,
    /// Whether because its place would go.
    pub warned: bool,
    /// When its GPUs were free again (or the horizon).
    pub freed: u64,
    pub ending: Ending,
    /// The number by which its dice are told apart.
    pub turn: u16,
}

/// A checkpoint: running that it saves, and when its writing was over.
struct Written {
    run: u64,
    at: u64,
}

impl Attempt {
    pub fn new(pool: PoolId, placed: u64, turn: u16, horizon: u64) -> Self {
        Self {
            pool,
            placed,
            started: None,
            stopped: None,
            warned: false,
            freed: horizon,
            ending: Ending::Open,
            turn,
        }
    }

    /// It is told to stop, and frees its GPUs when its checkpoint is written.
    pub fn stop(&mut self, at: u64, way: Preemption, horizon: u64) {
        let (write, killed) = match way {
            Preemption::Checkpoint { write, .. } => (write.0, false),
            Preemption::Kill { .. } => (0, true),
        };
        self.stopped = Some(at);
        self.freed = (at + write).min(horizon);
        if at + write <= horizon {
            self.ending = Ending::Stopped { killed };
        }
    }

    /// Whether it had given its GPUs back at an instant.
    pub fn is_over(&self, at: u64) -> bool {
        match self.ending {
            Ending::Open | Ending::Refused(None) => false,
            Ending::Refused(Some(answered)) => answered <= at,
            _ => self.freed <= at,
        }
    }

    /// Whether it held GPUs when the run was over.
    pub fn holds(&self) -> bool {
        self.ending == Ending::Open
    }

    /// When the job stood in the line again; `None` if it did not.
    pub fn in_line_again(&self, end: u64) -> Option<u64> {
        match self.ending {
            Ending::Open | Ending::Done | Ending::Refused(None) => None,
            Ending::Refused(Some(answered)) => Some(answered),
            Ending::Stopped { .. } | Ending::Lost { .. } | Ending::GivenUp => {
                Some(self.freed).filter(|&freed| freed <= end)
            }
        }
    }

    /// When it stopped working.
    pub fn ran_until(&self) -> u64 {
        self.stopped.unwrap_or(self.freed)
    }

    /// Walks through the stretch of work: all running, all writing, and each checkpoint.
    fn walk(&self, rhythm: Rhythm, pays: u64) -> (u64, u64, Vec<Written>) {
        let stop = self.ran_until();
        let (mut run, mut writing, mut written) = (0, 0, Vec::new());
        let Some(started) = self.started else {
            return (0, 0, written);
        };
        let mut at = started + pays;
        while at < stop {
            let until = at.saturating_add(rhythm.interval.0).min(stop);
            run += until - at;
            at = until;
            if at == stop {
                break;
            }
            let until = (at + rhythm.write.0).min(stop);
            writing += until - at;
            if at + rhythm.write.0 <= stop {
                written.push(Written { run, at: until });
            }
            at = until;
        }
        if rhythm.write.0 == 0 && run > 0 && run % rhythm.interval.0 == 0 {
            written.push(Written { run, at: stop });
        }
        (run, writing, written)
    }

    /// Running that was not lost.
    pub fn kept_run(&self, rhythm: Rhythm, pays: u64) -> u64 {
        let (run, _, written) = self.walk(rhythm, pays);
        match self.ending {
            Ending::Lost { bad } => self.kept(&written, rhythm, bad).map_or(0, |safe| safe.run),
            Ending::Stopped { killed: true } => 0,
            _ => run,
        }
    }

    fn kept<'a>(&self, written: &'a [Written], rhythm: Rhythm, bad: u64) -> Option<&'a Written> {
        let verified = |one: &&Written| one.at + rhythm.verify.0 <= self.freed;
        let mut known = written.iter().filter(verified).rev();
        known.nth(usize::try_from(bad).unwrap_or(usize::MAX))
    }

    /// The time on GPUs by bucket, in ms; the restart takes `pays`.
    pub fn buckets(&self, rhythm: Rhythm, pays: u64, state: Option<JobState>) -> Vec<u64> {
        let mut spans = vec![0; Bucket::ALL.len()];
        let mut add = |bucket: Bucket, span: u64| spans[bucket as usize] += span;
        let Some(started) = self.started else {
            add(Bucket::HeldIdle, self.freed - self.placed);
            return spans;
        };
        add(Bucket::HeldIdle, started - self.placed);
        let stop = self.ran_until();
        add(Bucket::Restart, (started + pays).min(stop) - started);
        let (run, writing, _) = self.walk(rhythm, pays);
        let kept = self.kept_run(rhythm, pays);
        let worked = match state {
            None | Some(JobState::Finished) => Bucket::Useful,
            Some(_) => Bucket::Failed,
        };
        add(worked, kept);
        add(Bucket::Rework, run - kept);
        add(Bucket::Checkpoint, writing + self.freed - stop);
        spans
    }
}
