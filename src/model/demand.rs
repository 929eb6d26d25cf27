//! Jobs that come: what one sampled world is made from.

use crate::trace::JobNames;
use crate::units::Span;

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
}

/// A recorded trace, every job understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What strategies may see, in order of arrival; times from the start of the trace.
    pub requests: Vec<Request>,
    /// What only the engine may see, in the same order.
    pub truth: Vec<Truth>,
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
