//! One replication of the outside.

use crate::units::{SimTime, Span};

use super::happening::Incident;
use super::request::{Outcome, Request};
use super::sample::SampleScratch;
use super::tariffs::Tariffs;

/// One sampled world: jobs in order of arrival, with what nobody can know before it happens kept apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Which sampled world this is.
    pub replication: u32,
    /// What strategies may see, in order of arrival.
    pub requests: Vec<Request>,
    /// What only the engine may see, in the same order.
    pub truth: Vec<Truth>,
    /// Where each comes from, in the same order; may be empty in worlds made by hand.
    pub source: Vec<JobSource>,
    /// What happens to the estate, in the order in which it is played.
    pub weather: Vec<Incident>,
    /// By order of the rollout, what happens to the nodes that it brings, by their age.
    pub lives: Vec<Vec<Incident>>,
    /// What capacity costs, where prices are part of the world; `None` where only posted prices hold.
    pub tariffs: Option<Tariffs>,
    /// How long each order of the rollout takes to come.
    pub lead_times: Vec<Span>,
    /// Memory that sampling uses again.
    pub scratch: SampleScratch,
}

/// Where a job comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobSource {
    /// Which demand, by index.
    pub demand: u16,
    /// Which of its jobs.
    pub row: u32,
}

/// What is true of a job and hidden from strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truth {
    /// How long the gang runs at its requested size on the reference GPU type; at least 1 ms.
    pub work: Span,
    /// How it ends then.
    pub outcome: Outcome,
}

impl JobSource {
    /// The demand of jobs that were there before the run.
    pub const INITIAL: u16 = u16::MAX;
}

impl Timeline {
    /// When the last job comes; zero if none does.
    pub fn last_submit(&self) -> SimTime {
        self.requests
            .last()
            .map_or(SimTime::ZERO, |request| request.submit)
    }

    /// When the incident of this number is; never, if there is none.
    pub fn incident_at(&self, number: usize) -> SimTime {
        self.weather
            .get(number)
            .map_or(SimTime::NEVER, |incident| incident.at)
    }

    /// When the job of this number comes; never, if there is none.
    pub fn submit_of(&self, job: usize) -> SimTime {
        self.requests
            .get(job)
            .map_or(SimTime::NEVER, |request| request.submit)
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.requests.clear();
        self.truth.clear();
        self.source.clear();
        self.weather.clear();
        self.lives.clear();
        self.tariffs = None;
        self.lead_times.clear();
    }
}
