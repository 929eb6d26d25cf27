//! One replication of the outside.

use crate::units::{JobId, SimTime, Span};

use super::errand::Errand;
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
    /// Work that transforms would be, in the order of what they make; their jobs have the numbers behind all requests.
    pub errands: Vec<Errand>,
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

    /// What a job asks for; an attempt of a transform comes when somebody needs it, which is not told here.
    pub fn request(&self, job: JobId) -> &Request {
        let own = self.requests.get(job.index());
        own.unwrap_or_else(|| &self.errands[job.index() - self.requests.len()].request)
    }

    /// What a job asks for, to be changed; `None` if there is no such job.
    pub(super) fn request_mut(&mut self, job: JobId) -> Option<&mut Request> {
        match job.index().checked_sub(self.requests.len()) {
            None => self.requests.get_mut(job.index()),
            Some(errand) => self.errands.get_mut(errand).map(|one| &mut one.request),
        }
    }

    /// What is true of a job.
    #[inline]
    pub fn truth_of(&self, job: JobId) -> &Truth {
        match self.truth.get(job.index()) {
            Some(truth) => truth,
            None => self.truth_of_errand(job),
        }
    }

    #[cold]
    fn truth_of_errand(&self, job: JobId) -> &Truth {
        &self.errands[job.index() - self.truth.len()].truth
    }

    /// The attempt of a transform that a job is, if it is one.
    pub fn errand(&self, job: usize) -> Option<&Errand> {
        self.errands.get(job.checked_sub(self.requests.len())?)
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.requests.clear();
        self.truth.clear();
        self.source.clear();
        self.errands.clear();
        self.weather.clear();
        self.lives.clear();
        self.tariffs = None;
        self.lead_times.clear();
    }
}
