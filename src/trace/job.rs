//! The canonical record of recorded demand.

use crate::process::{GeneratedJob, Outcome};
use crate::units::{MilliGpus, Span};

use super::report::ImportReport;

/// One job of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceJob {
    /// The data row (1-based) that it came from.
    pub row: u64,
    /// Milliseconds from the start of the trace to its submission.
    pub submit_ms: u64,
    /// True run time on the reference GPU type, at least 1 ms.
    pub duration_ms: u64,
    /// The run time that its owner asked for; `None` where the source does not say.
    pub requested_ms: Option<u64>,
    /// What it asks for: whole GPUs, or a share of one.
    pub gpus: MilliGpus,
    /// Index into [`Trace::tenants`].
    pub tenant: u16,
    /// Index into [`Trace::classes`].
    pub class: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// Larger is more urgent.
    pub priority: i32,
    /// How long it waited when it was recorded, where the source says so.
    pub recorded_wait_ms: Option<u64>,
    /// Index into [`Trace::kept`].
    pub kept: u32,
}

/// Recorded demand, sorted by (submit, row).
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The jobs.
    pub jobs: Vec<TraceJob>,
    /// Their names, in the same order.
    pub ids: JobNames,
    /// Names of tenants, in order of first appearance in the source.
    pub tenants: Vec<String>,
    /// Names of classes, in order of first appearance in the source.
    pub classes: Vec<String>,
    /// Columns that were kept beside those that jobs are made of.
    pub kept_columns: Vec<String>,
    /// What they say, each combination once; nothing where none was kept.
    pub kept: Vec<Vec<String>>,
    /// The UTC instant of trace time 0 in Unix milliseconds; `None` where the source has no calendar.
    pub start_unix_ms: Option<i64>,
    /// From trace time 0 to the last submission.
    pub span: Span,
    /// What was read, dropped and changed.
    pub report: ImportReport,
}

/// Names of jobs: the source's own, or `j-<row>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobNames {
    // One text and its cuts: ten million separate strings would cost more than the jobs.
    text: String,
    ends: Vec<usize>,
    rows: Vec<u64>,
}

impl Trace {
    /// A trace of generated demand; jobs are named `j-<row>`.
    pub fn of_generated(
        jobs: &[GeneratedJob],
        tenants: Vec<String>,
        classes: Vec<String>,
        start_unix_ms: Option<i64>,
    ) -> Self {
        let jobs: Vec<TraceJob> = jobs
            .iter()
            .zip(1..)
            .map(|(job, row)| TraceJob::of_generated(job, row))
            .collect();
        let span = Span(jobs.last().map_or(0, |job| job.submit_ms));
        let report = ImportReport::of_jobs("generated", "generator", start_unix_ms, &jobs);
        let ids = JobNames::of_rows(jobs.iter().map(|job| job.row).collect());
        Self {
            jobs,
            ids,
            tenants,
            classes,
            kept_columns: Vec::new(),
            kept: Vec::new(),
            start_unix_ms,
            span,
            report,
        }
    }

    /// What the columns that were kept say of a job.
    pub fn kept_of(&self, job: &TraceJob) -> &[String] {
        self.kept.get(job.kept as usize).map_or(&[], Vec::as_slice)
    }

    /// GPU-time of all jobs in milli-GPU·ms.
    pub fn gpu_time(&self) -> u128 {
        self.jobs.iter().map(TraceJob::gpu_time).sum()
    }
}

impl TraceJob {
    /// GPU-time of the job in milli-GPU·ms.
    pub fn gpu_time(&self) -> u128 {
        u128::from(self.gpus.0) * u128::from(self.duration_ms)
    }

    fn of_generated(job: &GeneratedJob, row: u64) -> Self {
        Self {
            row,
            submit_ms: job.submit_ms,
            duration_ms: job.work_ms,
            requested_ms: job.requested_ms,
            gpus: job.gpus,
            tenant: job.tenant,
            class: job.class,
            outcome: job.outcome,
            priority: job.priority,
            recorded_wait_ms: None,
            kept: 0,
        }
    }
}

impl JobNames {
    /// Names derived from row numbers.
    pub fn of_rows(rows: Vec<u64>) -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
            rows,
        }
    }

    /// Names of the source.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for name in names {
            all.text.push_str(name);
            all.ends.push(all.text.len());
        }
        all
    }

    /// The name of job `index` of the trace.
    pub fn name(&self, index: usize) -> String {
        if let Some(row) = self.rows.get(index) {
            return format!("j-{row}");
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text[start..self.ends[index]].to_owned()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.ends.len() + self.rows.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_sources_own_or_the_row() {
        let own = JobNames::of_names(["a", "", "bcd"]);
        assert_eq!(
            (own.name(0), own.name(1), own.name(2)),
            ("a".into(), String::new(), "bcd".into())
        );
        let rows = JobNames::of_rows(vec![7, 3]);
        assert_eq!(
            (rows.name(0), rows.name(1), rows.len()),
            ("j-7".into(), "j-3".into(), 2)
        );
    }
}
