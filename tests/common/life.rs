//! What each job did and when, told again from the facts alone: a second computation, independent of the
//! engine's own accounts.

use plimsoll::journal::{Bucket, Fact, GpuTime, JobState};
use plimsoll::model::{Model, Outcome, Preemption, Supply, Timeline};
use plimsoll::units::{JobId, MilliGpus, Money, PoolId, SimTime};

use super::Everything;

/// One placement of a job, from taking GPUs to giving them back.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    pub pool: PoolId,
    pub placed: u64,
    pub started: Option<u64>,
    pub stopped: Option<u64>,
    /// When its GPUs were free again (or the horizon).
    pub freed: u64,
    /// Whether it gave them back before it ended: it waits again.
    pub left: bool,
}

/// One job's life.
#[derive(Clone, Debug, Default)]
pub struct Life {
    pub submit: u64,
    pub end: u64,
    pub state: Option<JobState>,
    pub attempts: Vec<Attempt>,
}

/// The lives of all jobs, by id. Jobs that come after the horizon have none.
pub fn lives(model: &Model, timeline: &Timeline, heard: &Everything) -> Vec<Life> {
    let horizon = heard.run.horizon.0;
    let mut lives = vec![Life::default(); timeline.requests.len()];
    for &(at, fact) in &heard.facts {
        let at = at.0;
        match fact {
            Fact::Submitted(job) => {
                lives[job.index()].submit = at;
                lives[job.index()].end = horizon;
            }
            Fact::Placed(job, pool) => lives[job.index()].attempts.push(Attempt {
                pool,
                placed: at,
                started: None,
                stopped: None,
                freed: horizon,
                left: false,
            }),
            Fact::Started(job, pool) => {
                let attempt = lives[job.index()].attempts.last_mut().unwrap();
                assert_eq!(attempt.pool, pool, "{job:?} starts where it was placed");
                assert!(attempt.started.replace(at).is_none());
            }
            Fact::Preempted(job, pool) => {
                let write = write_of(model, timeline, job);
                let attempt = lives[job.index()].attempts.last_mut().unwrap();
                assert_eq!(attempt.pool, pool, "{job:?} is stopped where it runs");
                assert!(attempt.started.is_some() && attempt.stopped.is_none());
                attempt.stopped = Some(at);
                attempt.freed = (at + write).min(horizon);
                attempt.left = at + write <= horizon;
            }
            Fact::Ended(job, state) => {
                let life = &mut lives[job.index()];
                assert!(
                    life.state.replace(state).is_none(),
                    "{job:?} ends only once"
                );
                life.end = at;
                if let Some(attempt) = life.attempts.last_mut() {
                    assert!(attempt.started.is_some() && attempt.stopped.is_none());
                    attempt.freed = at;
                }
            }
            Fact::Rented(..)
            | Fact::Released(..)
            | Fact::Interrupted(..)
            | Fact::Refused(..)
            | Fact::NodesDown(..)
            | Fact::NodesUp(..)
            | Fact::Noticed(..)
            | Fact::Reclaimed(..) => {}
        }
    }
    lives
}

fn write_of(model: &Model, timeline: &Timeline, job: JobId) -> u64 {
    match preemption(model, timeline, job) {
        Preemption::Checkpoint { write, .. } => write.0,
        Preemption::Kill { .. } => 0,
    }
}

fn preemption(model: &Model, timeline: &Timeline, job: JobId) -> Preemption {
    let shape = timeline.requests[job.index()].shape;
    model.classes[model.class_of(shape).index()].preemption
}

impl Life {
    /// Whether the horizon found it on GPUs.
    pub fn holds_gpus(&self) -> bool {
        self.state.is_none() && self.attempts.last().is_some_and(|last| !last.left)
    }

    /// Stretches of time in the line: before the first placement, and after each checkpoint.
    pub fn in_line(&self) -> Vec<(u64, u64)> {
        let mut from = self.submit;
        let mut stretches = Vec::new();
        for attempt in &self.attempts {
            stretches.push((from, attempt.placed));
            from = attempt.freed;
        }
        stretches.push((from, self.end));
        stretches
    }

    /// When it first ran.
    pub fn first_start(&self) -> Option<u64> {
        self.attempts.first().and_then(|first| first.started)
    }

    /// From each checkpoint written until it ran again, or its end.
    pub fn waiting_again(&self) -> u64 {
        let mut total = 0;
        for (index, attempt) in self.attempts.iter().enumerate() {
            if attempt.left {
                let again = self.attempts.get(index + 1).and_then(|next| next.started);
                total += again.unwrap_or(self.end) - attempt.freed;
            }
        }
        total
    }
}

/// Held GPU-time by bucket and its cost, by job and pool.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Held {
    pub gpu_time: GpuTime,
    pub cost: Money,
}

/// What a job's attempts held in each pool.
pub fn held(model: &Model, timeline: &Timeline, job: JobId, life: &Life) -> Vec<Held> {
    let milli = model.milli_of(timeline.requests[job.index()].shape);
    let occupied = milli.div_ceil(1000) * 1000;
    let (kill, restart) = match preemption(model, timeline, job) {
        Preemption::Checkpoint { restart, .. } => (false, restart.0),
        Preemption::Kill { restart } => (true, restart.0),
    };
    let worked = match life.state {
        None | Some(JobState::Finished) => Bucket::Useful,
        Some(_) => Bucket::Failed,
    };
    let mut all = vec![Held::default(); model.pools.len()];
    for (index, attempt) in life.attempts.iter().enumerate() {
        let mut book = |bucket: Bucket, from: u64, to: u64| {
            let mine = &mut all[attempt.pool.index()];
            let span = u128::from(to - from);
            mine.gpu_time[bucket] += u128::from(milli) * span;
            mine.gpu_time[Bucket::HeldIdle] += u128::from(occupied - milli) * span;
            mine.cost += price_of(model, attempt.pool, occupied, from, to);
        };
        let started = attempt.started.unwrap_or(attempt.freed);
        book(Bucket::HeldIdle, attempt.placed, started);
        let stopped = attempt.stopped.unwrap_or(attempt.freed);
        let pays = if index == 0 { 0 } else { restart };
        let restored = (started + pays).min(stopped);
        book(Bucket::Restart, started, restored);
        let lost = kill && attempt.stopped.is_some();
        book(
            if lost { Bucket::Rework } else { worked },
            restored,
            stopped,
        );
        book(Bucket::Checkpoint, stopped, attempt.freed);
    }
    all
}

/// What GPUs of a pool cost over a stretch, summed step by step.
pub fn price_of(model: &Model, pool: PoolId, milli: u64, from: u64, to: u64) -> Money {
    let mut total = 0i128;
    match &model.pool(pool).supply {
        Supply::Owned { price } => {
            total = i128::from(milli) * i128::from(to - from) * i128::from(price.0);
        }
        Supply::Rented(offer) => {
            let steps: Vec<(SimTime, _)> = offer.prices.steps().collect();
            for (index, &(at, price)) in steps.iter().enumerate() {
                let until = steps.get(index + 1).map_or(u64::MAX, |next| next.0.0);
                let (low, high) = (from.max(at.0), to.min(until));
                if low < high {
                    total += i128::from(milli) * i128::from(high - low) * i128::from(price.0);
                }
            }
        }
    }
    Money(total)
}

/// How a job must have ended: its work against what it ran, step by step.
pub fn work_done(model: &Model, timeline: &Timeline, job: JobId, life: &Life) -> (u64, u64) {
    let shape = timeline.requests[job.index()].shape;
    let class = model.class_of(shape);
    let (kill, restart) = match preemption(model, timeline, job) {
        Preemption::Checkpoint { restart, .. } => (false, restart.0),
        Preemption::Kill { restart } => (true, restart.0),
    };
    let (mut done, mut last) = (0, 0);
    for (index, attempt) in life.attempts.iter().enumerate() {
        let Some(started) = attempt.started else {
            continue;
        };
        let stopped = attempt.stopped.unwrap_or(attempt.freed);
        let pays = if index == 0 { 0 } else { restart };
        let ran = stopped.saturating_sub(started + pays);
        let speed = u64::from(model.pool(attempt.pool).speed[class.index()]);
        last = ran * speed / 1000;
        if !(kill && attempt.stopped.is_some()) {
            done += last;
        }
    }
    (done, last)
}

/// The state in which a job that ran to its end should be.
pub fn ends_as(outcome: Outcome) -> JobState {
    match outcome {
        Outcome::Finished => JobState::Finished,
        Outcome::Failed => JobState::Failed,
        Outcome::Cancelled => JobState::Cancelled,
        Outcome::TimedOut => JobState::TimedOut,
    }
}

/// Whole GPUs that a job occupies.
pub fn occupied(model: &Model, timeline: &Timeline, job: usize) -> u64 {
    MilliGpus(model.milli_of(timeline.requests[job].shape)).occupied()
}
