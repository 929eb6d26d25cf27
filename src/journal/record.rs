//! What remains of a job, a pool and a run when they are over.

use serde::Serialize;

use crate::units::{ClassId, JobId, MilliGpus, Money, PoolId, ServiceId, SimTime, Span, TenantId};

use super::bucket::GpuTime;
use super::cause::{Cause, Waits};
use super::drawn::Drawn;

/// How a job stood when its record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// All its work is done.
    Finished,
    /// It ended by its own fault.
    Failed,
    /// Its owner stopped it.
    Cancelled,
    /// It reached its requested time and was killed.
    TimedOut,
    /// No pool of the strategy could ever hold it.
    Rejected,
    /// It was turned away, since a budget was used up.
    Shed,
    /// Its cost envelope was used up.
    Overspent,
    /// The horizon found it running (or booting).
    Running,
    /// The horizon found it waiting; its wait is cut there.
    Waiting,
}

impl JobState {
    /// All states, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::Finished,
        Self::Failed,
        Self::Cancelled,
        Self::TimedOut,
        Self::Rejected,
        Self::Shed,
        Self::Overspent,
        Self::Running,
        Self::Waiting,
    ];

    /// The name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Rejected => "rejected",
            Self::Shed => "shed",
            Self::Overspent => "overspent",
            Self::Running => "running",
            Self::Waiting => "waiting",
        }
    }

    /// Whether the horizon cut the job's life.
    pub const fn is_unfinished(self) -> bool {
        matches!(self, Self::Running | Self::Waiting)
    }
}

/// A job's life in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// Which job, numbered by arrival.
    pub job: JobId,
    /// Who pays.
    pub tenant: TenantId,
    /// What kind of work.
    pub class: ClassId,
    /// What it asked for.
    pub gpus: MilliGpus,
    /// When it came.
    pub submit: SimTime,
    /// When it first ran; `None` if it never did.
    pub start: Option<SimTime>,
    /// When it ended, or the horizon.
    pub end: SimTime,
    /// How it ended.
    pub state: JobState,
    /// Where it ran last (or boots); `None` if it was never placed.
    pub pool: Option<PoolId>,
    /// Submission to first start, by cause; so far, if it never started.
    pub waits: Waits,
    /// Time spent waiting again after preemptions.
    pub preempted: Span,
    /// How many times it was preempted.
    pub preemptions: u32,
    /// How many times it was interrupted: its place was taken away, or it crashed.
    pub interruptions: u32,
    /// How often it worked again after an interruption.
    pub recoveries: u32,
    /// From each interruption to the end of the restart that followed, added up.
    pub recovery: Span,
    /// How often it went on with fewer GPUs than it asked for.
    pub shrinks: u32,
    /// GPU-time that it held, by bucket, in milli-GPU·ms.
    pub gpu_time: GpuTime,
    /// What its GPUs cost.
    pub compute_cost: Money,
    /// What moving its results cost.
    pub egress_cost: Money,
    /// What its GPUs drew from the wall, where somebody counts.
    pub drawn: Drawn,
}

impl JobRecord {
    /// The record of nothing, to be written over.
    pub const BLANK: Self = Self {
        job: JobId(0),
        tenant: TenantId(0),
        class: ClassId(0),
        gpus: MilliGpus(0),
        submit: SimTime::ZERO,
        start: None,
        end: SimTime::ZERO,
        state: JobState::Waiting,
        pool: None,
        waits: Waits([0; Cause::ALL.len()]),
        preempted: Span::ZERO,
        preemptions: 0,
        interruptions: 0,
        recoveries: 0,
        recovery: Span::ZERO,
        shrinks: 0,
        gpu_time: GpuTime::ZERO,
        compute_cost: Money::ZERO,
        egress_cost: Money::ZERO,
        drawn: Drawn::ZERO,
    };

    /// Whether the wait is only known to be at least this long.
    pub fn wait_is_censored(&self) -> bool {
        self.start.is_none() && self.state.is_unfinished()
    }
}

/// A pool's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolRecord {
    /// Which pool.
    pub pool: PoolId,
    /// Whether its capacity was rented by the instance rather than owned throughout.
    pub rented: bool,
    /// GPU-time by bucket, in milli-GPU·ms; the sum is all that was paid for.
    pub gpu_time: GpuTime,
    /// What the provider (or the owner's books) charge for it all.
    pub charged: Money,
    /// The part of `charged` that no job used.
    pub idle_cost: Money,
    /// What moving results out of it cost.
    pub egress_cost: Money,
    /// What its GPUs drew from the wall, where somebody counts; its cost is not part of `charged`.
    pub drawn: Drawn,
    /// The part of `drawn` that no job caused.
    pub drawn_idle: Drawn,
    /// Instances (nodes) launched during the run; 0 for owned pools.
    pub launches: u64,
    /// Instances that the provider took away.
    pub reclaims: u64,
    /// Requests for instances that the market refused.
    pub refusals: u64,
    /// Most GPUs held by jobs at one instant.
    pub peak_gpus: u64,
}

/// What is known of a service at the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceRecord {
    /// Which.
    pub service: ServiceId,
    /// How long it did not answer, added up over its sites.
    pub out: Span,
}

/// What is known of the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunRecord {
    /// Where simulated time stopped.
    pub horizon: SimTime,
    /// ∫ (jobs waiting) dt in job·ms.
    pub waiting_area: u128,
    /// A running hash of every event in order.
    pub digest: u64,
    /// Events handled.
    pub events: u64,
    /// Decision passes made.
    pub passes: u64,
    /// Reservations that node packing made slip.
    pub slips: u64,
    /// How often a job was stopped because its credential was revoked.
    pub revoked_jobs: u64,
    /// Jobs that failed because they outlived their credential.
    pub expired_jobs: u64,
    /// Jobs that failed when they came, for nobody vouched for them.
    pub denied_jobs: u64,
    /// How often a job went on elsewhere from an older checkpoint, since its newest had not come home.
    pub fell_back: u64,
    /// Jobs that failed because they had started on a corrupted version.
    pub spoiled_jobs: u64,
    /// GPU-time that they had held, in milli-GPU·ms.
    pub spoiled_time: u128,
    /// What links cost by the hour.
    pub link_cost: Money,
    /// What sending copies of data sets to where they are kept cost.
    pub copy_cost: Money,
    /// What transforms of data cost.
    pub transform_cost: Money,
    /// Attempts of transforms that failed.
    pub transforms_failed: u64,
    /// What was looked at before it counted, and what became of what passed though it was flawed.
    pub validations: Validations,
    /// What keeping data sets cost.
    pub storage_cost: Money,
    /// Of that, what keeping results, and checkpoints of jobs that were over, cost.
    pub kept_cost: Money,
    /// What was deleted because its time was over.
    pub deletions: u64,
    /// Of these, those that were proven by the horizon.
    pub deletions_proven: u64,
    /// Of these, those that nobody proves.
    pub deletions_unproven: u64,
    /// Byte-milliseconds that things were kept beyond their time.
    pub kept_late: u128,
    /// What people cost who reacted to alarms.
    pub people_cost: Money,
    /// How often a job was torn down because its window was over.
    pub torn_down: u64,
    /// Jobs whose cost envelope was used up.
    pub envelopes_reached: u64,
    /// What they cost beyond it, since prices rose while they wrote checkpoints.
    pub envelope_overshoot: Money,
    /// GPU-time that jobs held while no window of theirs was open, in milli-GPU·ms.
    pub overtime: u128,
    /// What providers gave back for volume.
    pub discounts: Money,
    /// What was promised to providers and not spent.
    pub shortfall: Money,
}

/// Looks at what was made before it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validations {
    /// What they cost.
    pub cost: Money,
    /// How many there were.
    pub done: u64,
    /// Those that let nothing pass.
    pub failed: u64,
    /// What went out flawed: no operator knows.
    pub flawed: u64,
    /// What of that was found.
    pub found: u64,
    /// Jobs that had read what was found.
    pub readers: u64,
    /// Places where it lay.
    pub copies: u64,
}

/// What became of a phase, and what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseRecord {
    /// Which phase, by its place in the model.
    pub phase: u16,
    /// When it would have begun if nothing slipped.
    pub planned_start: SimTime,
    /// When it would have ended.
    pub planned_end: SimTime,
    /// When it began; `None` if it did not by the horizon.
    pub begun: Option<SimTime>,
    /// When it ended; `None` if it did not by the horizon.
    pub ended: Option<SimTime>,
    /// Whether what it changed was changed back.
    pub rolled_back: bool,
    /// How often its gates did not hold when it should have ended.
    pub failures: u32,
    /// Where the run stopped.
    pub horizon: SimTime,
    /// What was charged from its beginning to its end (or the horizon).
    pub cost: Money,
    /// GPU-time of work that counted as it looked at its end, in milli-GPU·ms.
    pub useful: u128,
    /// GPU-time that jobs held.
    pub held: u128,
    /// GPU-time that was paid for.
    pub paid: u128,
    /// Jobs that started.
    pub started: u64,
    /// Their waits in ms, added up.
    pub waited: u128,
    /// Jobs that finished.
    pub finished: u64,
}

impl PhaseRecord {
    /// How much later than planned it ended; if it has not, at least so much later, as far as the run shows.
    pub fn slip(&self) -> Span {
        let end = self.ended.unwrap_or(self.horizon);
        Span(end.0.saturating_sub(self.planned_end.0))
    }

    /// Whether it ended by its date; `None` if the run stopped before that date and it had not ended.
    pub fn on_time(&self) -> Option<bool> {
        match self.ended {
            Some(ended) => Some(ended <= self.planned_end),
            None if self.rolled_back || self.planned_end <= self.horizon => Some(false),
            None => None,
        }
    }
}
