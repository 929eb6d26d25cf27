//! The jobs that a run left behind, as a scenario's `[initial]` reads them.

use std::io::{self, Write};

use super::decimal::{decimal, seconds};
use super::text::csv_text;

/// A job that the horizon found alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLeft {
    /// Its name.
    pub job: String,
    /// Its class.
    pub class: String,
    /// Who pays.
    pub tenant: String,
    /// What it asked for, in milli-GPUs.
    pub milli_gpus: u64,
    /// Larger is more urgent.
    pub priority: i32,
    /// How long its owner says that it runs in all, in ms.
    pub requested: u64,
    /// How long it runs in all, in ms: what nobody could know in the simulated world.
    pub duration: u64,
    /// How much of that is done, in ms.
    pub done: u64,
    /// Where it runs; empty if it waits.
    pub pool: String,
    /// How it will end.
    pub outcome: &'static str,
}

/// Writes the jobs that are left, in order of arrival.
pub fn write_state(out: impl Write, jobs: &[JobLeft]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let header = "job class tenant gpus priority requested_s duration_s done_s pool outcome";
    csv.write_record(header.split(' '))?;
    for job in jobs {
        csv.write_record([
            csv_text(&job.job).as_ref(),
            csv_text(&job.class).as_ref(),
            csv_text(&job.tenant).as_ref(),
            &decimal(i128::from(job.milli_gpus), 1000, 3),
            &job.priority.to_string(),
            &seconds(job.requested),
            &seconds(job.duration),
            &seconds(job.done),
            csv_text(&job.pool).as_ref(),
            job.outcome,
        ])?;
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_job() {
        let job = JobLeft {
            job: "a".to_owned(),
            class: "large".to_owned(),
            tenant: "=x".to_owned(),
            milli_gpus: 16_500,
            priority: -1,
            requested: 7_200_000,
            duration: 3_600_001,
            done: 1,
            pool: String::new(),
            outcome: "finished",
        };
        let mut out = Vec::new();
        write_state(&mut out, &[job]).unwrap();
        let text = String::from_utf8(out).unwrap();
        let line = "a,large,'=x,16.500,-1,7200.000,3600.001,0.001,,finished\n";
        assert!(text.ends_with(line), "{text}");
    }
}
