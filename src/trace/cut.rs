//! A recording that is cut at an instant: who had started, who had come, and who comes later.

use crate::units::Span;

use super::job::{JobNames, Trace, TraceJob};

/// A job that a cut of its trace finds alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Straddler {
    /// The job.
    pub job: TraceJob,
    /// Its name.
    pub name: String,
    /// How long it had been running; `None` if it waited.
    pub ran: Option<Span>,
}

impl Trace {
    /// Cuts the trace `at` milliseconds from its start: what comes later is what is left of it, and begins there. Returns
    /// who was alive then, in order of submission. A job that started at that very instant runs, one that ended then is over.
    ///
    /// # Errors
    /// The row of a job that came before, of which the source does not say how long it waited.
    pub fn cut(&mut self, at: u64) -> Result<Vec<Straddler>, u64> {
        let mut alive = Vec::new();
        let later = self.jobs.partition_point(|job| job.submit_ms < at);
        for (index, job) in self.jobs[..later].iter().enumerate() {
            let waited = job.recorded_wait_ms.ok_or(job.row)?;
            let start = job.submit_ms.saturating_add(waited);
            let ran = at.checked_sub(start).map(Span);
            if ran.is_none_or(|ran| ran.0 < job.duration_ms) {
                let (job, name) = (*job, self.ids.name(index));
                alive.push(Straddler { job, name, ran });
            }
        }
        let names: Vec<String> = (later..self.jobs.len())
            .map(|index| self.ids.name(index))
            .collect();
        self.ids = JobNames::of_names(names.iter().map(String::as_str));
        self.jobs.drain(..later);
        for job in &mut self.jobs {
            job.submit_ms -= at;
        }
        self.span = Span(self.span.0.saturating_sub(at));
        self.start_unix_ms = self
            .start_unix_ms
            .map(|start| start.saturating_add_unsigned(at));
        Ok(alive)
    }
}
