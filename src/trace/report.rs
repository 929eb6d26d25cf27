//! What an import read, dropped and changed.

use std::fmt::Write as _;

use serde::Serialize;

use crate::units::{Epoch, SimTime};

use super::job::TraceJob;
use super::reason::{Adjustment, DropReason};

/// How many offending rows of one kind are shown.
const EXAMPLES: usize = 3;
/// How much of an offending value is shown, in characters.
const EXAMPLE_CHARS: usize = 60;

/// The account of one import: `rows_read` = `accepted` + the sum of `dropped`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ImportReport {
    /// The file.
    pub source: String,
    /// Its format.
    pub format: String,
    /// What was declared about it: units, zone, meaning of columns.
    pub declared: Vec<String>,
    /// Data rows in the source.
    pub rows_read: u64,
    /// Rows that became jobs.
    pub accepted: u64,
    /// Rows that did not, by reason.
    pub dropped: Vec<Tally>,
    /// Changes to accepted rows, by kind; one row may have several.
    pub adjusted: Vec<Tally>,
    /// Jobs that ask for more than one GPU.
    pub multi_gpu_jobs: u64,
    /// GPU-time of all jobs in milli-GPU·ms.
    pub gpu_time_milli_ms: u128,
    /// First submission: trace time in ms.
    pub first_submit_ms: u64,
    /// Last submission: trace time in ms.
    pub last_submit_ms: u64,
    /// The UTC instant of trace time 0 in Unix milliseconds, if the source has a calendar.
    pub start_unix_ms: Option<i64>,
}

/// Rows of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The kind, in words.
    pub reason: &'static str,
    /// How many rows.
    pub rows: u64,
    /// The first few.
    pub examples: Vec<Example>,
}

/// One offending row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The data row, 1-based; in accounts of weather the line, or the entry of a list.
    pub row: u64,
    /// What it says.
    pub value: String,
}

impl ImportReport {
    /// The account of a trace that was not imported but made, such as a generated one.
    pub(super) fn of_jobs(
        source: &str,
        format: &str,
        start_unix_ms: Option<i64>,
        jobs: &[TraceJob],
    ) -> Self {
        let rows = jobs.len() as u64;
        let (source, format) = (source.to_owned(), format.to_owned());
        let mut report = Self {
            source,
            format,
            rows_read: rows,
            start_unix_ms,
            ..Self::default()
        };
        report.close(jobs);
        report
    }

    /// Adds the totals of the accepted jobs, which are sorted, and checks that no row was lost.
    pub(super) fn close(&mut self, jobs: &[TraceJob]) {
        self.accepted = jobs.len() as u64;
        self.multi_gpu_jobs = jobs.iter().filter(|job| job.gpus.0 > 1000).count() as u64;
        self.gpu_time_milli_ms = jobs.iter().map(TraceJob::gpu_time).sum();
        self.first_submit_ms = jobs.first().map_or(0, |job| job.submit_ms);
        self.last_submit_ms = jobs.last().map_or(0, |job| job.submit_ms);
        let dropped: u64 = self.dropped.iter().map(|tally| tally.rows).sum();
        assert_eq!(
            self.rows_read,
            self.accepted + dropped,
            "a row was lost in silence"
        );
    }

    pub(super) fn drop_row(&mut self, row: u64, reason: DropReason, value: &str) {
        count(&mut self.dropped, reason.name(), row, value);
    }

    pub(super) fn adjust(&mut self, row: u64, adjustment: Adjustment, value: &str) {
        count(&mut self.adjusted, adjustment.name(), row, value);
    }

    /// How many rows were dropped for `reason`.
    pub fn dropped_for(&self, reason: DropReason) -> u64 {
        rows_of(&self.dropped, reason.name())
    }

    /// How many rows were changed in this way.
    pub fn adjusted_for(&self, adjustment: Adjustment) -> u64 {
        rows_of(&self.adjusted, adjustment.name())
    }

    /// GPU-hours of all jobs, for printing only.
    pub fn gpu_hours(&self) -> f64 {
        self.gpu_time_milli_ms as f64 / 3.6e9
    }

    /// The report as plain text, one line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} ({})", self.source, self.format)];
        lines.extend(
            self.declared
                .iter()
                .map(|line| format!("  declared: {line}")),
        );
        let dropped = self.rows_read - self.accepted;
        lines.push(format!(
            "  rows read {} = accepted {} + dropped {dropped}",
            self.rows_read, self.accepted
        ));
        lines.extend(
            self.dropped
                .iter()
                .map(|tally| tally.line("dropped", "row")),
        );
        lines.extend(self.adjusted.iter().map(|tally| {
            if tally.rows == self.accepted && 1 < self.accepted {
                // What is so of every row needs no example.
                format!("  all rows: {}", tally.reason)
            } else {
                tally.line("adjusted", "row")
            }
        }));
        lines.push(format!(
            "  {:.1} GPU-hours, {} {} on more than one GPU, submitted from {} to {}",
            self.gpu_hours(),
            self.multi_gpu_jobs,
            if self.multi_gpu_jobs == 1 {
                "job"
            } else {
                "jobs"
            },
            self.instant(self.first_submit_ms),
            self.instant(self.last_submit_ms)
        ));
        lines
    }

    fn instant(&self, at_ms: u64) -> String {
        self.start_unix_ms
            .and_then(Epoch::from_unix_ms)
            .map_or_else(
                || format!("{}.{:03} s", at_ms / 1000, at_ms % 1000),
                |epoch| epoch.format(SimTime(at_ms)),
            )
    }
}

impl Tally {
    /// One line of the report; `place` is what a row is called.
    pub(super) fn line(&self, verb: &str, place: &str) -> String {
        let mut line = format!("    {verb} {}: {}", self.rows, self.reason);
        for (index, example) in self.examples.iter().enumerate() {
            let lead = if index == 0 { " (" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(line, "{lead}{place} {}", example.row);
            if !example.value.is_empty() {
                let _ = write!(line, " `{}`", example.value);
            }
        }
        if !self.examples.is_empty() {
            line.push_str(if self.rows > self.examples.len() as u64 {
                ", …)"
            } else {
                ")"
            });
        }
        line
    }
}

/// Counts one row of a kind, with its value if it is among the first few.
pub(super) fn count(tallies: &mut Vec<Tally>, reason: &'static str, row: u64, value: &str) {
    let place = tallies
        .iter()
        .position(|tally| tally.reason == reason)
        .unwrap_or_else(|| {
            tallies.push(Tally {
                reason,
                rows: 0,
                examples: Vec::new(),
            });
            tallies.len() - 1
        });
    let tally = &mut tallies[place];
    tally.rows += 1;
    if tally.examples.len() < EXAMPLES {
        // Values come from outside: no control characters reach a terminal.
        let value = value
            .chars()
            .filter(|c| !c.is_control())
            .take(EXAMPLE_CHARS)
            .collect();
        tally.examples.push(Example { row, value });
    }
}

/// How many rows of a kind were counted.
pub(super) fn rows_of(tallies: &[Tally], reason: &str) -> u64 {
    tallies
        .iter()
        .find(|tally| tally.reason == reason)
        .map_or(0, |tally| tally.rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_job_is_no_jobs() {
        let last = |multi_gpu_jobs| {
            let report = ImportReport {
                multi_gpu_jobs,
                ..ImportReport::default()
            };
            report.lines().pop().unwrap()
        };
        assert!(last(1).contains(" 1 job on more"), "{}", last(1));
        assert!(last(2).contains(" 2 jobs on more"), "{}", last(2));
    }
}
