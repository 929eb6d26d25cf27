//! Jobs that come: what one sampled world is made from.

use crate::process::{GeneratedJob, Workload, WorkloadSettings};
use crate::trace::JobNames;
use crate::units::{MilliGpus, ShapeId, Span, TenantId};

use super::request::Request;
use super::timeline::Truth;

/// One source of jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Its name: the key of its randomness.
    pub name: String,
    /// What it draws from.
    pub source: DemandSource,
}

/// What a demand draws from.
#[derive(Clone, Debug, PartialEq)]
pub enum DemandSource {
    /// A recorded trace.
    Recorded(Recorded),
    /// Laws.
    Generated(Box<Generated>),
}

/// Jobs drawn from laws, every kind understood.
#[derive(Clone, Debug)]
pub struct Generated {
    /// What the laws were made from.
    pub settings: WorkloadSettings,
    /// The laws.
    pub workload: Workload,
    /// Requested over true time where neither law nor class says what a job asked for.
    pub requested_factor: f64,
    /// Local milliseconds into the week (from Monday 00:00) at the scenario's start.
    pub week_offset: u64,
    /// The tenant of each of the workload's.
    pub tenants: Vec<TenantId>,
    /// All sizes of gangs, ascending.
    pub gangs: Vec<MilliGpus>,
    /// Shapes by class of the workload, then size, then tenant; `None` where no pool can hold it.
    pub shapes: Vec<Option<ShapeId>>,
    /// What jobs of each shape of the model are taken to ask for where the law does not say.
    pub requested_default: Vec<Option<Span>>,
}

impl PartialEq for Generated {
    /// The laws follow from their settings.
    fn eq(&self, other: &Self) -> bool {
        self.settings == other.settings
            && self.requested_factor == other.requested_factor
            && self.week_offset == other.week_offset
            && self.tenants == other.tenants
            && self.gangs == other.gangs
            && self.shapes == other.shapes
            && self.requested_default == other.requested_default
    }
}

impl Generated {
    /// The shape of a job, if some pool can hold it.
    pub fn shape_of(&self, job: &GeneratedJob) -> Option<ShapeId> {
        let gang = self.gangs.binary_search(&job.gpus).ok()?;
        let class = usize::from(job.class) * self.gangs.len() + gang;
        self.shapes[class * self.tenants.len() + usize::from(job.tenant)]
    }
}

/// A recorded trace, every job understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What strategies may see, in order of arrival; times from the start of the trace.
    pub requests: Vec<Request>,
    /// What only the engine may see, in the same order.
    pub(in crate::model) truth: Vec<Truth>,
    /// Names of the jobs, in the same order.
    pub names: JobNames,
    /// From the start of the trace to its last submission.
    pub span: Span,
    /// Local milliseconds into the week (from Monday 00:00) at which the trace starts.
    pub week_offset: u64,
    /// The same for the scenario's start.
    pub scenario_week_offset: u64,
    /// How it is played.
    pub replay: Replay,
}

/// How a trace is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replay {
    /// Whether it is drawn anew from blocks of itself.
    pub resample: Resample,
    /// Every job is shifted by up to so much, either way.
    pub jitter: Span,
    /// It is played so many times, one after the other, each beginning on a whole day.
    pub repeat: u32,
    /// Growth of the number of jobs in a year of 365 days.
    pub grow: f64,
    /// Mean number of copies of each job at the start.
    pub thin: f64,
}

/// Whether, and in which blocks, a trace is drawn anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resample {
    /// It is played as it is.
    None,
    /// Blocks of one day, each drawn from the recorded days of the same weekday.
    Days,
    /// Blocks of one week.
    Weeks,
}

impl Demand {
    /// Whether two replications differ.
    pub fn rolls_dice(&self) -> bool {
        match &self.source {
            DemandSource::Recorded(recorded) => recorded.replay.rolls_dice(),
            DemandSource::Generated(_) => true,
        }
    }
}

impl Replay {
    /// As it was recorded, once.
    pub const PLAIN: Self = Self {
        resample: Resample::None,
        jitter: Span::ZERO,
        repeat: 1,
        grow: 0.0,
        thin: 1.0,
    };

    /// Whether two replications differ.
    pub fn rolls_dice(&self) -> bool {
        let whole = self.thin == self.thin.round();
        self.resample != Resample::None || self.jitter != Span::ZERO || self.grow != 0.0 || !whole
    }
}
