//! Rows of any format become one sorted trace and its account.

use std::collections::BTreeMap;

use crate::process::Outcome;
use crate::units::{MilliGpus, Span};

use super::error::{TraceError, TraceErrorKind};
use super::job::{JobNames, Trace, TraceJob};
use super::limits::Limits;
use super::mapping::TraceStart;
use super::reason::{Adjustment, DropReason};
use super::report::ImportReport;

/// What a format made of one row, before its submission is placed on the trace's clock.
pub(super) struct Candidate<'a> {
    /// Unix milliseconds if the source has a calendar, else milliseconds since its zero.
    pub(super) submit: i64,
    pub(super) submit_text: &'a str,
    pub(super) duration_ms: i64,
    pub(super) requested_ms: Option<u64>,
    pub(super) milli_gpus: u64,
    pub(super) tenant: &'a str,
    pub(super) class: &'a str,
    pub(super) outcome: Outcome,
    pub(super) priority: i32,
    pub(super) recorded_wait_ms: Option<u64>,
    /// The source's own name of the job, if it has one.
    pub(super) name: Option<&'a str>,
    /// What the columns that are kept say.
    pub(super) kept: Vec<String>,
}

/// Why a row is dropped, with the value to show.
pub(super) struct Fault {
    pub(super) reason: DropReason,
    pub(super) value: String,
}

impl Fault {
    pub(super) fn new(reason: DropReason, value: &str) -> Self {
        Self {
            reason,
            value: value.to_owned(),
        }
    }
}

/// The clock of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// Whether submissions are Unix milliseconds.
    pub(super) calendar: bool,
    /// The source's own zero in the same terms, if it has one.
    pub(super) zero: Option<i64>,
}

/// Collects accepted rows and counts the others.
pub(super) struct Collector {
    pub(super) report: ImportReport,
    clock: Clock,
    start: TraceStart,
    floor: Option<i64>,
    limits: Limits,
    submits: Vec<i64>,
    jobs: Vec<TraceJob>,
    names: Vec<String>,
    tenants: Names,
    classes: Names,
    kept: Kept,
}

impl Collector {
    pub(super) fn new(
        report: ImportReport,
        clock: Clock,
        start: TraceStart,
        limits: &Limits,
    ) -> Result<Self, TraceError> {
        let floor = match start {
            TraceStart::FirstSubmit => None,
            TraceStart::SourceZero => Some(clock.zero.ok_or_else(|| {
                TraceError::new(
                    TraceErrorKind::Declaration,
                    "the source has calendar times and no zero of its own",
                    "declare the start as an instant, or leave it at the first submission",
                )
            })?),
            TraceStart::At(unix_ms) => Some(if clock.calendar { unix_ms } else { 0 }),
        };
        Ok(Self {
            report,
            clock,
            start,
            floor,
            limits: *limits,
            submits: Vec::new(),
            jobs: Vec::new(),
            names: Vec::new(),
            tenants: Names::default(),
            classes: Names::default(),
            kept: Kept::default(),
        })
    }

    /// Counts one more data row and returns its number.
    pub(super) fn next_row(&mut self) -> Result<u64, TraceError> {
        self.report.rows_read += 1;
        if self.report.rows_read > self.limits.max_rows {
            return Err(TraceError::new(
                TraceErrorKind::Limit,
                format!("there are more than {} rows", self.limits.max_rows),
                "split the file, or raise the limit on rows",
            ));
        }
        Ok(self.report.rows_read)
    }

    /// Takes what a format made of row `row`.
    pub(super) fn take(
        &mut self,
        row: u64,
        result: Result<Candidate<'_>, Fault>,
    ) -> Result<(), TraceError> {
        match result.and_then(|candidate| self.checked(candidate)) {
            Ok(candidate) => self.accept(row, &candidate),
            Err(fault) => {
                self.report.drop_row(row, fault.reason, &fault.value);
                Ok(())
            }
        }
    }

    fn checked<'a>(&self, candidate: Candidate<'a>) -> Result<Candidate<'a>, Fault> {
        if self.floor.is_some_and(|floor| candidate.submit < floor) {
            return Err(Fault::new(DropReason::BeforeStart, candidate.submit_text));
        }
        if candidate.duration_ms < 0 {
            let value = format!("{} ms", candidate.duration_ms);
            return Err(Fault {
                reason: DropReason::DurationNegative,
                value,
            });
        }
        if candidate.milli_gpus == 0 {
            return Err(Fault::new(DropReason::GpusZero, "0"));
        }
        Ok(candidate)
    }

    fn accept(&mut self, row: u64, candidate: &Candidate<'_>) -> Result<(), TraceError> {
        if candidate.duration_ms == 0 {
            self.report.adjust(row, Adjustment::ZeroDuration, "");
        }
        if candidate.requested_ms.is_none() {
            self.report.adjust(row, Adjustment::RequestedMissing, "");
        }
        let mut gpus = MilliGpus(candidate.milli_gpus);
        if gpus.0 > 1000 && !gpus.0.is_multiple_of(1000) {
            self.report.adjust(
                row,
                Adjustment::GangRounded,
                &format!("{} milli-GPU", gpus.0),
            );
            gpus = MilliGpus::whole(gpus.occupied());
        }
        if candidate.tenant.trim().is_empty() || candidate.class.trim().is_empty() {
            self.report.adjust(row, Adjustment::LabelMissing, "");
        }
        let job = TraceJob {
            row,
            submit_ms: 0,
            duration_ms: candidate.duration_ms.max(1).unsigned_abs(),
            requested_ms: candidate.requested_ms,
            gpus,
            tenant: self.tenants.index(candidate.tenant, "tenants")?,
            class: self.classes.index(candidate.class, "classes")?,
            outcome: candidate.outcome,
            priority: candidate.priority,
            recorded_wait_ms: candidate.recorded_wait_ms,
            kept: self.kept.index(&candidate.kept),
        };
        self.submits.push(candidate.submit);
        self.jobs.push(job);
        if let Some(name) = candidate.name {
            self.names.push(name.trim().to_owned());
        }
        Ok(())
    }

    /// Sorts the accepted rows by (submit, row) and closes the account.
    pub(super) fn finish(mut self) -> Result<Trace, TraceError> {
        self.something_accepted()?;
        let first = self.submits.iter().copied().min().unwrap_or(0);
        let origin = self.floor.unwrap_or(first);
        for (job, submit) in self.jobs.iter_mut().zip(&self.submits) {
            job.submit_ms = submit.abs_diff(origin);
        }
        let mut order: Vec<usize> = (0..self.jobs.len()).collect();
        order.sort_unstable_by_key(|&place| (self.jobs[place].submit_ms, self.jobs[place].row));
        let jobs: Vec<TraceJob> = order.iter().map(|&place| self.jobs[place]).collect();
        let ids = if self.names.is_empty() {
            JobNames::of_rows(jobs.iter().map(|job| job.row).collect())
        } else {
            JobNames::of_names(order.iter().map(|&place| self.names[place].as_str()))
        };
        let start_unix_ms = match (self.clock.calendar, self.start) {
            (true, _) => Some(origin),
            (false, TraceStart::At(unix_ms)) => Some(unix_ms),
            (false, _) => None,
        };
        let mut report = self.report;
        report.start_unix_ms = start_unix_ms;
        report.close(&jobs);
        Ok(Trace {
            span: Span(report.last_submit_ms),
            jobs,
            ids,
            tenants: self.tenants.list,
            classes: self.classes.list,
            kept_columns: Vec::new(),
            kept: self.kept.list,
            start_unix_ms,
            report,
        })
    }

    fn something_accepted(&self) -> Result<(), TraceError> {
        if self.report.rows_read == 0 {
            return Err(TraceError::new(
                TraceErrorKind::Empty,
                "there are no data rows",
                "give a file with at least one job",
            ));
        }
        if self.jobs.is_empty() {
            let reasons: Vec<String> = self
                .report
                .dropped
                .iter()
                .map(|tally| match tally.examples.first() {
                    Some(first) => {
                        format!("{} (row {}: `{}`)", tally.reason, first.row, first.value)
                    }
                    None => tally.reason.to_owned(),
                })
                .collect();
            return Err(TraceError::new(
                TraceErrorKind::NothingAccepted,
                format!(
                    "all {} rows were dropped: {}",
                    self.report.rows_read,
                    reasons.join(", ")
                ),
                "check the declared columns, units and start",
            ));
        }
        Ok(())
    }
}

/// Distinct names in order of first appearance.
#[derive(Default)]
struct Names {
    places: BTreeMap<String, u16>,
    list: Vec<String>,
}

impl Names {
    fn index(&mut self, name: &str, what: &str) -> Result<u16, TraceError> {
        let name = name.trim();
        let name = if name.is_empty() { "unknown" } else { name };
        if let Some(&place) = self.places.get(name) {
            return Ok(place);
        }
        let place = u16::try_from(self.list.len()).map_err(|_| {
            TraceError::new(
                TraceErrorKind::Limit,
                format!("there are more than 65,536 {what}"),
                "map a coarser column",
            )
        })?;
        self.places.insert(name.to_owned(), place);
        self.list.push(name.to_owned());
        Ok(place)
    }
}

/// Distinct combinations of what columns say, in order of first appearance.
#[derive(Default)]
struct Kept {
    places: BTreeMap<Vec<String>, u32>,
    list: Vec<Vec<String>>,
}

impl Kept {
    fn index(&mut self, values: &[String]) -> u32 {
        if values.is_empty() {
            return 0;
        }
        if let Some(&place) = self.places.get(values) {
            return place;
        }
        let place = self.list.len() as u32;
        self.places.insert(values.to_vec(), place);
        self.list.push(values.to_vec());
        place
    }
}
