//! Jobs that are alive: waiting, booting, running or writing a checkpoint.

use crate::journal::{Drawn, GpuTime};
use crate::model::Request;
use crate::units::{JobId, Money, PoolId, ShapeId, SimTime, Span};

use super::blocks::Place;
use super::causes::Reading;
use super::feeds::Starved;
use super::nodes::Holding;

/// Where a living job is kept; reused after its end, unlike its [`JobId`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// What a living job is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// The slot is empty.
    #[default]
    Gone,
    /// In the line.
    Waiting,
    /// It asked a provider for instances and has no answer yet.
    Asking,
    /// It has its GPUs, which boot.
    Booting,
    /// It has its GPUs, which are up, and waits for what it reads.
    Staging,
    /// It restores its state, then works.
    Running,
    /// It writes a checkpoint because it must make room.
    Saving,
}

impl Phase {
    /// Whether a job holds GPUs then.
    pub const fn has_gpus(self) -> bool {
        matches!(
            self,
            Self::Booting | Self::Staging | Self::Running | Self::Saving
        )
    }
}

/// A job that is alive. Its true run time is not here. It begins where a line of memory begins: it fills three.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub struct Job {
    /// Which job.
    pub id: JobId,
    /// What it asked for.
    pub request: Request,
    /// GPUs that it occupies when placed (whole ones).
    pub gpus: u64,
    /// What it is doing.
    pub phase: Phase,
    /// Counts placements, so that an event of an earlier one is known to be stale.
    pub attempt: u32,
    /// Where it is, while it has GPUs.
    pub pool: PoolId,
    /// The speed of its class there, in ‰ of the reference GPU type.
    pub speed: u32,
    /// What it holds there.
    pub holding: Holding,
    /// When it took the GPUs it has.
    pub placed: SimTime,
    /// When the present stretch of running began (restart included).
    pub started: SimTime,
    /// When it first ran; [`SimTime::NEVER`] if it has not.
    pub first_start: SimTime,
    /// How much of the present stretch is restart.
    pub restart: Span,
    /// When it is estimated to end.
    pub estimate_end: SimTime,
    /// Work done before the present stretch, in reference ms.
    pub done: u64,
    /// Its place in the line.
    pub place: Place,
    /// Its cause odometers when it joined the line; its waits once it was placed.
    pub waits: Reading,
    /// What is only known of jobs that were stopped; `u32::MAX` if it never was.
    pub history: u32,
    /// When a decision asked to be called again for it; [`SimTime::NEVER`] if none did.
    pub wake: SimTime,
}

impl Job {
    /// Whether it ever ran.
    #[inline]
    pub fn has_run(&self) -> bool {
        self.first_start != SimTime::NEVER
    }
}

/// What is only known of a job that was stopped. Most never are, so it is kept apart: the less is kept of
/// every job, the faster they come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// The first and the last of [`Jobs::runs`].
    runs: Option<(u32, u32)>,
    /// GPU-time booked already.
    pub gpu_time: GpuTime,
    /// Cost booked already.
    pub cost: Money,
    /// What was drawn and is booked already, where somebody counts.
    pub drawn: Drawn,
    /// What it paid for data that it read while it ran.
    pub egress: Money,
    /// Since when a checkpoint of it is kept on a storage; [`SimTime::NEVER`] if none is.
    pub kept_since: SimTime,
    /// How many times it was stopped to make room.
    pub preemptions: u32,
    /// How many times it was stopped because its place was taken away or it crashed.
    pub interruptions: u32,
    /// Whether its last stop was not our decision.
    pub interrupted: bool,
    /// Whether its last start followed one that was not.
    pub recovers: bool,
    /// How often it worked again after an interruption.
    pub recoveries: u32,
    /// How long that took in all, restart included.
    pub recovery: Span,
    /// When it was told to stop and write a checkpoint; [`SimTime::NEVER`] unless it does so now.
    pub halted: SimTime,
    /// Work done and lost by kills, in reference ms.
    pub lost: u64,
    /// Work done before the run that no checkpoint holds, in reference ms.
    pub unsaved: u64,
    /// Since when it waits again.
    pub waiting_since: SimTime,
    /// Time spent waiting again.
    pub preempted: Span,
    /// The shape that it asked for, and its speed in ‰ of that, while it goes on with fewer GPUs.
    pub whole: Option<(ShapeId, u32)>,
    /// How often it went on with fewer GPUs than it asked for after an interruption.
    pub shrinks: u32,
}

impl History {
    /// Of a job that was never stopped.
    pub const NONE: Self = Self {
        runs: None,
        gpu_time: GpuTime::ZERO,
        cost: Money::ZERO,
        drawn: Drawn::ZERO,
        egress: Money::ZERO,
        kept_since: SimTime::NEVER,
        preemptions: 0,
        interruptions: 0,
        interrupted: false,
        recovers: false,
        recoveries: 0,
        recovery: Span::ZERO,
        halted: SimTime::NEVER,
        lost: 0,
        unsaved: 0,
        waiting_since: SimTime::NEVER,
        preempted: Span::ZERO,
        whole: None,
        shrinks: 0,
    };
}

/// A stretch of running that is not booked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PastRun {
    pool: PoolId,
    shape: ShapeId,
    from: SimTime,
    to: SimTime,
    starved: Starved,
    next: Option<u32>,
}

/// A stretch of running: where, of which shape, from when until when, and how long it was starved.
pub(super) type Run = (PoolId, ShapeId, SimTime, SimTime, Starved);

/// All living jobs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jobs {
    slots: Vec<Job>,
    spare: Vec<Slot>,
    histories: Vec<History>,
    spare_histories: Vec<u32>,
    /// The past runs of all jobs, each job's a list of its own: memory is shared, so that none is asked for
    /// once there was enough for all.
    runs: Vec<PastRun>,
    spare_runs: Option<u32>,
}

/// No earlier stretches.
pub(super) const NO_HISTORY: u32 = u32::MAX;

impl Jobs {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.spare.clear();
        self.spare_histories.clear();
        self.spare_histories.extend(0..self.histories.len() as u32);
        self.runs.clear();
        self.spare_runs = None;
    }

    /// Room for so many jobs at once; if they may be stopped, for a past run of each.
    pub fn reserve(&mut self, jobs: usize, may_stop: bool) {
        self.slots.reserve(jobs.saturating_sub(self.slots.len()));
        self.spare.reserve(jobs.saturating_sub(self.spare.len()));
        if may_stop {
            let more = jobs.saturating_sub(self.histories.len());
            self.histories.reserve(more);
            let spare = self.spare_histories.len();
            self.spare_histories.reserve(jobs.saturating_sub(spare));
            self.runs.reserve(jobs.saturating_sub(self.runs.len()));
        }
    }

    /// A job comes to life. It is written where it will be kept: it is too large to be copied there.
    #[inline]
    pub fn insert(&mut self, job: impl FnOnce() -> Job) -> Slot {
        if let Some(slot) = self.spare.pop() {
            self.slots[slot.0 as usize] = job();
            return slot;
        }
        self.add(job())
    }

    #[cold]
    fn add(&mut self, job: Job) -> Slot {
        self.slots.push(job);
        // Room for every slot to become spare: ending a job never asks for memory.
        self.spare.reserve(self.slots.len());
        Slot((self.slots.len() - 1) as u32)
    }

    /// Slots in use and not.
    pub const fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Whether nobody is alive.
    pub fn is_empty(&self) -> bool {
        self.slots.len() == self.spare.len()
    }

    /// A job is over.
    #[inline]
    pub fn remove(&mut self, slot: Slot) {
        let job = &mut self.slots[slot.0 as usize];
        job.phase = Phase::Gone;
        if job.history != NO_HISTORY {
            self.spare_histories.push(job.history);
            if let Some((first, last)) = self.histories[job.history as usize].runs {
                self.runs[last as usize].next = self.spare_runs;
                self.spare_runs = Some(first);
            }
        }
        self.spare.push(slot);
    }

    /// The history of a job, made empty if it had none.
    pub fn history_mut(&mut self, slot: Slot) -> &mut History {
        let job = &mut self.slots[slot.0 as usize];
        if job.history == NO_HISTORY {
            job.history = self.spare_histories.pop().unwrap_or_else(|| {
                self.histories.push(History::NONE);
                self.spare_histories.reserve(self.histories.len());
                (self.histories.len() - 1) as u32
            });
            self.histories[job.history as usize] = History::NONE;
        }
        &mut self.histories[job.history as usize]
    }

    /// The history of a job, if it has any.
    pub fn history(&self, job: &Job) -> Option<&History> {
        (job.history != NO_HISTORY).then(|| &self.histories[job.history as usize])
    }

    /// When a job was told to stop and write a checkpoint; [`SimTime::NEVER`] unless it does so now.
    #[inline]
    pub fn halted(&self, job: &Job) -> SimTime {
        if job.phase == Phase::Saving {
            self.histories[job.history as usize].halted
        } else {
            SimTime::NEVER
        }
    }

    /// Remembers a stretch of running that will be useful or failed when the job ends.
    pub fn remember_run(
        &mut self,
        slot: Slot,
        pool: PoolId,
        (from, to): (SimTime, SimTime),
        starved: Starved,
    ) {
        let run = PastRun {
            pool,
            shape: self.slots[slot.0 as usize].request.shape,
            from,
            to,
            starved,
            next: None,
        };
        let at = if let Some(at) = self.spare_runs {
            self.spare_runs = self.runs[at as usize].next;
            self.runs[at as usize] = run;
            at
        } else {
            self.runs.push(run);
            (self.runs.len() - 1) as u32
        };
        let history = self.history_mut(slot);
        let before = history.runs;
        history.runs = Some(before.map_or((at, at), |(first, _)| (first, at)));
        if let Some((_, last)) = before {
            self.runs[last as usize].next = Some(at);
        }
    }

    /// The stretches of running that a history remembers, in order: (pool, shape, from, to, starved in it).
    pub fn runs(&self, history: &History) -> impl Iterator<Item = Run> + '_ {
        let mut next = history.runs.map(|(first, _)| first);
        std::iter::from_fn(move || {
            let run = self.runs[next? as usize];
            next = run.next;
            Some((run.pool, run.shape, run.from, run.to, run.starved))
        })
    }

    /// Takes the stretches of running that a job remembers off it, but for the first few of them.
    pub(super) fn take_runs_after(&mut self, slot: Slot, kept: u32) -> Vec<Run> {
        let history = *self.history_mut(slot);
        let lost: Vec<Run> = self.runs(&history).skip(kept as usize).collect();
        let Some((first, last)) = history.runs.filter(|_| !lost.is_empty()) else {
            return lost;
        };
        let mut before = None;
        let mut cut = first;
        for _ in 0..kept {
            before = Some(cut);
            cut = self.runs[cut as usize].next.unwrap_or(last);
        }
        self.runs[last as usize].next = self.spare_runs;
        self.spare_runs = Some(cut);
        if let Some(before) = before {
            self.runs[before as usize].next = None;
        }
        self.history_mut(slot).runs = before.map(|before| (first, before));
        lost
    }

    /// When the job of a slot is expected to release GPUs of a pool, and how many; `None` if it has none there.
    pub(super) fn release_of(&self, slot: Slot, pool: PoolId) -> Option<(SimTime, u32)> {
        let job = &self.slots[slot.0 as usize];
        let holds = matches!(job.phase, Phase::Staging | Phase::Running | Phase::Saving)
            && job.pool == pool;
        holds.then_some((job.estimate_end, job.gpus as u32))
    }

    /// Slots in use and not, for walking over.
    pub fn living(&self) -> impl Iterator<Item = (Slot, &Job)> {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, job)| job.phase != Phase::Gone)
            .map(|(index, job)| (Slot(index as u32), job))
    }
}

impl std::ops::Index<Slot> for Jobs {
    type Output = Job;
    fn index(&self, slot: Slot) -> &Job {
        &self.slots[slot.0 as usize]
    }
}

impl std::ops::IndexMut<Slot> for Jobs {
    fn index_mut(&mut self, slot: Slot) -> &mut Job {
        &mut self.slots[slot.0 as usize]
    }
}
