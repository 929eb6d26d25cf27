//! What each job did and when, told again from the facts alone: a second computation, independent of the
//! engine's own accounts.

use plimsoll::dice::{Dice, Purpose};
use plimsoll::journal::{Consequence, Fact, GpuTime, JobState};
use plimsoll::model::{Model, Outcome, Preemption, Rhythm, Supply, Timeline};
use plimsoll::units::{JobId, MilliGpus, Money, PoolId, SimTime};

use super::Everything;
use super::attempt::{Attempt, Ending};

/// One job's life.
#[derive(Clone, Debug, Default)]
pub struct Life {
    pub submit: u64,
    pub end: u64,
    pub state: Option<JobState>,
    pub attempts: Vec<Attempt>,
    /// How often it was stopped to make room.
    pub preemptions: usize,
    /// How often its place was taken away while it ran.
    pub interruptions: usize,
    /// Placements, stops and interruptions: the number by which its dice are told apart.
    turns: u16,
}

/// The lives of all jobs, by id. Jobs that come after the horizon have none.
pub fn lives(model: &Model, timeline: &Timeline, heard: &Everything) -> Vec<Life> {
    let horizon = heard.run.horizon.0;
    let mut lives = vec![Life::default(); timeline.requests.len()];
    // Whose newest checkpoints a rule locks.
    let mut locked = None;
    for &(at, fact) in &heard.facts {
        let at = at.0;
        match fact {
            Fact::Submitted(job) => {
                lives[job.index()].submit = at;
                lives[job.index()].end = horizon;
            }
            Fact::Placed(job, pool) => {
                let life = &mut lives[job.index()];
                assert!(life.attempts.last().is_none_or(|last| last.is_over(at)));
                life.turns += 1;
                let turn = life.turns;
                life.attempts.push(Attempt::new(pool, at, turn, horizon));
            }
            Fact::Refused(job, pool) => {
                let attempt = attempt(&mut lives, job, pool);
                assert!(attempt.started.is_none() && attempt.placed == at);
                attempt.freed = at;
                attempt.ending = Ending::Refused(None);
            }
            Fact::Answered(job, pool) => {
                let attempt = attempt(&mut lives, job, pool);
                assert_eq!(attempt.ending, Ending::Refused(None));
                assert_eq!(at, attempt.placed + 5_000, "{job:?} has its answer");
                attempt.ending = Ending::Refused(Some(at));
            }
            Fact::Started(job, pool) => {
                let attempt = attempt(&mut lives, job, pool);
                assert_eq!(attempt.ending, Ending::Open);
                assert!(attempt.started.replace(at).is_none());
            }
            Fact::Preempted(job, pool)
            | Fact::Warned(job, pool)
            | Fact::Evicted(job, pool)
            | Fact::Moved(job, pool) => {
                let way = preemption(model, timeline, job);
                told_to_stop(&mut lives, fact, (job, pool), (at, way, horizon));
            }
            Fact::Rejudged(job, _, _, Consequence::Quarantine) => locked = Some(job),
            Fact::Interrupted(job, pool) => {
                let of = (job, pool, locked.take() == Some(job));
                interrupted(model, &mut lives, timeline, of, at);
            }
            Fact::TornDown(job, pool, leave) => {
                let mut way = preemption(model, timeline, job);
                if let (Preemption::Checkpoint { restart, .. }, false) = (way, leave.saves) {
                    way = Preemption::Kill { restart };
                }
                torn_down(&mut lives, (job, pool), (at, way), horizon);
            }
            Fact::Ended(job, state) => ended(&mut lives[job.index()], job, state, at),
            _ => {}
        }
    }
    lives
}

/// A job stops with or without a checkpoint, for a reason of ours.
fn told_to_stop(
    lives: &mut [Life],
    fact: Fact,
    (job, pool): (JobId, PoolId),
    (at, way, horizon): (u64, Preemption, u64),
) {
    let life = &mut lives[job.index()];
    life.turns += 1;
    let noticed = !matches!(fact, Fact::Preempted(..));
    if noticed {
        let evicted = matches!(fact, Fact::Evicted(..) | Fact::Moved(..));
        assert!(evicted || matches!(way, Preemption::Checkpoint { .. }));
        life.interruptions += 1;
    } else {
        life.preemptions += 1;
    }
    let attempt = attempt(lives, job, pool);
    assert!(attempt.started.is_some() && attempt.stopped.is_none());
    attempt.warned = noticed;
    attempt.stop(at, way, horizon);
}

fn attempt(lives: &mut [Life], job: JobId, pool: PoolId) -> &mut Attempt {
    let attempt = lives[job.index()].attempts.last_mut().unwrap();
    assert_eq!(attempt.pool, pool, "{job:?} is where it was placed");
    attempt
}

fn ended(life: &mut Life, job: JobId, state: JobState, at: u64) {
    assert!(life.state.replace(state).is_none(), "{job:?} ends once");
    life.end = at;
    // Who is turned away never ran, though a market may have refused it; who spends too much may have been given up.
    if let Some(attempt) = life.attempts.last_mut()
        && state != JobState::Shed
        && (state != JobState::Overspent || attempt.ending == Ending::Open)
    {
        assert!(attempt.started.is_some() && attempt.stopped.is_none());
        attempt.freed = at;
        attempt.ending = Ending::Done;
    }
}

/// A job was told to stop as had been declared.
fn torn_down(
    lives: &mut [Life],
    (job, pool): (JobId, PoolId),
    (at, way): (u64, Preemption),
    horizon: u64,
) {
    let life = &mut lives[job.index()];
    life.turns += 1;
    life.preemptions += 1;
    let attempt = attempt(lives, job, pool);
    assert!(attempt.started.is_some() && attempt.stopped.is_none());
    attempt.stop(at, way, horizon);
}

/// A job lost its place or crashed.
fn interrupted(
    model: &Model,
    lives: &mut [Life],
    timeline: &Timeline,
    (job, pool, is_locked): (JobId, PoolId, bool),
    at: u64,
) {
    let life = &mut lives[job.index()];
    let turn = life.turns;
    life.turns += 1;
    let last = life.attempts.last().unwrap();
    life.interruptions += usize::from(last.started.is_some() && last.stopped.is_none());
    let attempt = attempt(lives, job, pool);
    assert!(!attempt.is_over(at), "{job:?} had something to lose");
    attempt.freed = at;
    attempt.ending = if attempt.started.is_some() {
        let bad = bad_checkpoints(model, timeline, job, turn);
        // A rule locks whatever it wrote since it began there.
        Ending::Lost {
            bad: if is_locked { u64::MAX } else { bad },
        }
    } else {
        Ending::GivenUp
    };
}

/// Broken checkpoints, newest first, drawn again.
fn bad_checkpoints(model: &Model, timeline: &Timeline, job: JobId, turn: u16) -> u64 {
    let class = &model.classes[class_of(model, timeline, job)];
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let key = dice.key("class", &class.name);
    let mut stream = dice.stream(key, Purpose::BadCheckpoint, job.0, turn);
    let mut bad = 0;
    while bad < 64 && stream.below(1_000_000) < u64::from(class.bad_checkpoints) {
        bad += 1;
    }
    if bad == 64 { u64::MAX } else { bad }
}

pub(super) fn class_of(model: &Model, timeline: &Timeline, job: JobId) -> usize {
    let shape = timeline.requests[job.index()].shape;
    model.class_of(shape).index()
}

pub(super) fn preemption(model: &Model, timeline: &Timeline, job: JobId) -> Preemption {
    model.classes[class_of(model, timeline, job)].preemption
}

/// When a job writes checkpoints in a pool.
pub(super) fn rhythm(model: &Model, timeline: &Timeline, job: JobId, pool: PoolId) -> Rhythm {
    if model.rhythms.is_empty() {
        return Rhythm::NONE;
    }
    let shape = timeline.requests[job.index()].shape;
    model.rhythms[shape.index() * model.pools.len() + pool.index()]
}

impl Life {
    /// Whether the horizon found it on GPUs.
    pub fn holds_gpus(&self) -> bool {
        self.state.is_none() && self.attempts.last().is_some_and(Attempt::holds)
    }

    /// Stretches of time in the line: before the first placement, and from each loss of its place on.
    pub fn in_line(&self) -> Vec<(u64, u64)> {
        let mut from = Some(self.submit);
        let mut stretches = Vec::new();
        for attempt in &self.attempts {
            stretches.push((from.unwrap(), attempt.placed));
            from = attempt.in_line_again(self.end);
        }
        if let Some(from) = from {
            stretches.push((from, self.end.max(from)));
        }
        stretches
    }

    /// When it first ran.
    pub fn first_start(&self) -> Option<u64> {
        self.attempts.iter().find_map(|attempt| attempt.started)
    }

    /// How long it was with providers before it first ran: booting, or waiting for an answer.
    pub fn provisioning(&self) -> u64 {
        let mut total = 0;
        for attempt in &self.attempts {
            let until = match attempt.ending {
                Ending::Refused(answered) => answered.unwrap_or(self.end),
                _ => attempt.started.unwrap_or(attempt.freed),
            };
            total += until - attempt.placed;
            if attempt.started.is_some() {
                break;
            }
        }
        total
    }

    /// From each loss of its GPUs until it ran again, or its end.
    pub fn waiting_again(&self) -> u64 {
        let mut total = 0;
        let mut since = None;
        for attempt in &self.attempts {
            let Some(started) = attempt.started else {
                continue;
            };
            total += since.map_or(0, |since| started - since);
            since = attempt.in_line_again(self.end);
        }
        total + since.map_or(0, |since| self.end.max(since) - since)
    }

    /// How often it worked again after an interruption, and how long after it waited again.
    pub fn recoveries(&self, model: &Model, timeline: &Timeline, job: JobId) -> (u32, u64) {
        let restart = restart_of(preemption(model, timeline, job));
        let (mut count, mut total, mut since) = (0, 0, None);
        for attempt in &self.attempts {
            let Some(started) = attempt.started else {
                continue;
            };
            if let Some(since) = since {
                count += 1;
                total += started - since + restart;
            }
            let lost = matches!(attempt.ending, Ending::Lost { .. });
            since = attempt
                .in_line_again(self.end)
                .filter(|_| lost || attempt.warned);
        }
        (count, total)
    }
}

pub(super) fn restart_of(preemption: Preemption) -> u64 {
    match preemption {
        Preemption::Checkpoint { restart, .. } | Preemption::Kill { restart } => restart.0,
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
    let restart = restart_of(preemption(model, timeline, job));
    let mut all = vec![Held::default(); model.pools.len()];
    let mut ran = false;
    for attempt in &life.attempts {
        let mine = &mut all[attempt.pool.index()];
        let rhythm = rhythm(model, timeline, job, attempt.pool);
        let pays = if ran { restart } else { 0 };
        ran |= attempt.started.is_some();
        let held = attempt.buckets(rhythm, pays, life.state);
        assert_eq!(held.iter().sum::<u64>(), attempt.freed - attempt.placed);
        for (bucket, span) in held.into_iter().enumerate() {
            mine.gpu_time.0[bucket] += u128::from(milli) * u128::from(span);
        }
        let (from, to) = (attempt.placed, attempt.freed);
        mine.gpu_time[plimsoll::journal::Bucket::HeldIdle] +=
            u128::from(occupied - milli) * u128::from(to - from);
        mine.cost += price_of(model, attempt.pool, occupied, from, to);
    }
    all
}

/// What GPUs of a pool cost over a stretch, summed step by step.
pub fn price_of(model: &Model, pool: PoolId, milli: u64, from: u64, to: u64) -> Money {
    let mut total = 0i128;
    match &model.pool(pool).supply {
        Supply::Owned { price, .. } => {
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
