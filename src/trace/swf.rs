//! The Standard Workload Format of the Parallel Workloads Archive: 18 fields, or 21 in its extension.
//!
//! Source: Chapin et al., "Benchmarks and standards for the evaluation of parallel job schedulers" (1999).
//! Header fields such as `MaxJobs` describe the log before cleaning and are not believed.

use crate::process::Outcome;

use super::bytes::Unpacked;
use super::collect::{Candidate, Clock, Collector, Fault};
use super::error::{TraceError, TraceErrorKind};
use super::job::Trace;
use super::limits::Limits;
use super::lines::Lines;
use super::mapping::{TimeUnit, TraceStart};
use super::packed::Packing;
use super::reason::{Adjustment, DropReason};
use super::report::ImportReport;
use super::value::{ValueFault, milliseconds};

/// What a person declares about a workload log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swf {
    /// How many processors of the log stand for one GPU, at least 1; a remainder takes a whole GPU.
    pub processors_per_gpu: u32,
    /// What the times of submission count from.
    pub clock: SwfClock,
    /// What tells classes of work apart.
    pub class: SwfClass,
    /// Where trace time 0 lies.
    pub start: TraceStart,
}

/// What the times of submission count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SwfClock {
    /// The header's `UnixStartTime`; without that line, a zero of the log's own.
    #[default]
    Header,
    /// 1970-01-01 UTC: some converted logs hold absolute times.
    Unix,
}

/// What tells classes of work apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SwfClass {
    /// One class for all.
    #[default]
    One,
    /// The queue number (field 15).
    Queue,
    /// The partition number (field 16).
    Partition,
}

impl Default for Swf {
    fn default() -> Self {
        Self {
            processors_per_gpu: 1,
            clock: SwfClock::Header,
            class: SwfClass::One,
            start: TraceStart::FirstSubmit,
        }
    }
}

impl Swf {
    fn declared(&self) -> Vec<String> {
        let clock = match self.clock {
            SwfClock::Header => "since the header's UnixStartTime",
            SwfClock::Unix => "since 1970 UTC",
        };
        vec![
            format!("submit: seconds {clock}"),
            "run time, requested time, wait: seconds".to_owned(),
            format!("GPUs: 1 for every {} processors", self.processors_per_gpu),
        ]
    }
}

/// Fields of the standard, and of the extension with node list, queue name and resource text.
const FIELDS: [usize; 2] = [18, 21];

/// Reads a whole log.
pub(super) fn read_swf(
    bytes: Unpacked<'_>,
    packing: Packing,
    settings: &Swf,
    mut report: ImportReport,
    limits: &Limits,
) -> Result<Trace, TraceError> {
    if settings.processors_per_gpu == 0 {
        return Err(TraceError::new(
            TraceErrorKind::Declaration,
            "0 processors cannot stand for one GPU",
            "declare at least 1 processor per GPU",
        ));
    }
    report.declared.extend(settings.declared());
    let mut log = Lines::new(bytes, packing);
    let mut unix_start = None;
    let mut collector = None;
    while log.next()? {
        let line = log.line.trim_ascii();
        if let Some(comment) = line.strip_prefix(b";") {
            if collector.is_none() {
                unix_start = unix_start.or_else(|| unix_start_time(comment));
            }
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let collector = match &mut collector {
            Some(collector) => collector,
            empty => empty.insert(open(&report, settings, unix_start, limits)?),
        };
        take_line(collector, line, settings, unix_start, limits)?;
    }
    let empty = || {
        TraceError::new(
            TraceErrorKind::Empty,
            "there are no data rows",
            "give a log with at least one job line of 18 fields",
        )
    };
    collector.ok_or_else(empty)?.finish()
}

fn open(
    report: &ImportReport,
    settings: &Swf,
    unix_start: Option<i64>,
    limits: &Limits,
) -> Result<Collector, TraceError> {
    let clock = match settings.clock {
        SwfClock::Unix => Clock {
            calendar: true,
            zero: None,
        },
        SwfClock::Header => Clock {
            calendar: unix_start.is_some(),
            zero: Some(unix_start.unwrap_or(0)),
        },
    };
    Collector::new(report.clone(), clock, settings.start, limits)
}

fn take_line(
    collector: &mut Collector,
    line: &[u8],
    settings: &Swf,
    unix_start: Option<i64>,
    limits: &Limits,
) -> Result<(), TraceError> {
    let row = collector.next_row()?;
    let Ok(text) = std::str::from_utf8(line) else {
        let fault = Fault::new(DropReason::NotUtf8, &String::from_utf8_lossy(line));
        return collector.take(row, Err(fault));
    };
    let mut fields = [""; 21];
    let mut count = 0;
    for field in text.split_ascii_whitespace() {
        if let Some(place) = fields.get_mut(count) {
            *place = field;
        }
        count += 1;
    }
    if count > limits.max_fields {
        let error = TraceError::new(
            TraceErrorKind::Limit,
            format!(
                "a row has {count} fields, at most {} are read",
                limits.max_fields
            ),
            "check that this is a workload log with 18 fields",
        );
        return Err(error.at_row(row));
    }
    if !FIELDS.contains(&count) {
        let value = format!("{count} fields instead of 18 or 21");
        return collector.take(
            row,
            Err(Fault {
                reason: DropReason::FieldCount,
                value,
            }),
        );
    }
    let job = Line { fields };
    let names = job.names(settings.class);
    let mut notes = Vec::new();
    let result = job.candidate(&names, settings, unix_start, &mut notes);
    let accepted = result.is_ok();
    collector.take(row, result)?;
    if accepted {
        for note in notes {
            collector.report.adjust(row, note, "");
        }
    }
    Ok(())
}

/// One job line.
struct Line<'a> {
    fields: [&'a str; 21],
}

impl<'a> Line<'a> {
    /// Field `number` as the standard counts them, from 1.
    fn field(&self, number: usize) -> &'a str {
        self.fields[number - 1]
    }

    /// A number of seconds in milliseconds; `None` where the log says -1.
    fn seconds(&self, number: usize) -> Result<Option<i64>, ValueFault> {
        let value = milliseconds(self.field(number), TimeUnit::Seconds)?;
        Ok((value != -1000).then_some(value))
    }

    /// A number of processors; `None` where the log says -1 or 0.
    fn processors(&self, number: usize) -> Result<Option<u64>, Fault> {
        let text = self.field(number);
        match text.parse::<i64>() {
            Ok(count @ -1..=1_000_000_000) => Ok((count > 0).then_some(count.unsigned_abs())),
            _ => Err(Fault::new(DropReason::GpusUnreadable, text)),
        }
    }

    /// Names of tenant and class.
    fn names(&self, class: SwfClass) -> [String; 2] {
        let tenant = match self.field(12) {
            "-1" => "unknown".to_owned(),
            user => format!("user {user}"),
        };
        let class = match class {
            SwfClass::One => "all".to_owned(),
            SwfClass::Queue => match self.field(20) {
                "" => format!("queue {}", self.field(15)),
                name => name.to_owned(),
            },
            SwfClass::Partition => format!("partition {}", self.field(16)),
        };
        [tenant, class]
    }

    fn candidate<'b>(
        &self,
        names: &'b [String; 2],
        settings: &Swf,
        unix_start: Option<i64>,
        notes: &mut Vec<Adjustment>,
    ) -> Result<Candidate<'b>, Fault>
    where
        'a: 'b,
    {
        let submit_text = self.field(2);
        let relative = milliseconds(submit_text, TimeUnit::Seconds).map_err(|fault| {
            let large = fault == ValueFault::TooLarge;
            let reason = if large {
                DropReason::TimeTooLarge
            } else {
                DropReason::SubmitUnreadable
            };
            Fault::new(reason, submit_text)
        })?;
        let zero = match settings.clock {
            SwfClock::Header => unix_start.unwrap_or(0),
            SwfClock::Unix => 0,
        };
        let outcome = self.outcome(notes)?;
        let processors = match (self.processors(8)?, self.processors(5)?) {
            (Some(requested), _) => requested,
            (None, Some(allocated)) => {
                notes.push(Adjustment::GangAllocated);
                allocated
            }
            (None, None) => return Err(Fault::new(DropReason::GpusMissing, self.field(8))),
        };
        Ok(Candidate {
            submit: zero + relative,
            submit_text,
            duration_ms: self.run_time()?,
            requested_ms: self.requested()?,
            milli_gpus: processors.div_ceil(u64::from(settings.processors_per_gpu)) * 1000,
            tenant: &names[0],
            class: &names[1],
            outcome,
            priority: 0,
            // A wait is for comparison only: an unreadable one is not worth the job.
            recorded_wait_ms: self
                .seconds(3)
                .ok()
                .flatten()
                .and_then(|ms| u64::try_from(ms).ok()),
            name: Some(self.field(1)),
            kept: Vec::new(),
        })
    }

    fn run_time(&self) -> Result<i64, Fault> {
        let text = self.field(4);
        match self.seconds(4) {
            Ok(Some(ms)) => Ok(ms),
            Ok(None) => Err(Fault::new(DropReason::DurationMissing, text)),
            Err(ValueFault::TooLarge) => Err(Fault::new(DropReason::TimeTooLarge, text)),
            Err(_) => Err(Fault::new(DropReason::DurationUnreadable, text)),
        }
    }

    fn requested(&self) -> Result<Option<u64>, Fault> {
        let unreadable = || Fault::new(DropReason::RequestedUnreadable, self.field(9));
        let value = self.seconds(9).map_err(|_| unreadable())?;
        // Logs write 0, too, for "did not ask".
        value
            .filter(|&ms| ms != 0)
            .map(|ms| u64::try_from(ms).map_err(|_| unreadable()))
            .transpose()
    }

    fn outcome(&self, notes: &mut Vec<Adjustment>) -> Result<Outcome, Fault> {
        match self.field(11) {
            "1" => Ok(Outcome::Finished),
            "0" => Ok(Outcome::Failed),
            "5" => Ok(Outcome::Cancelled),
            "-1" => {
                notes.push(Adjustment::OutcomeUnknown);
                Ok(Outcome::Finished)
            }
            partial @ ("2" | "3" | "4") => Err(Fault::new(DropReason::PartialExecution, partial)),
            other => Err(Fault::new(DropReason::StateUnknown, other)),
        }
    }
}

/// `UnixStartTime` in milliseconds, if this header line states it.
fn unix_start_time(comment: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(comment).ok()?.trim();
    let seconds = text.strip_prefix("UnixStartTime:")?;
    // 0 is what converters write when they do not know.
    milliseconds(seconds, TimeUnit::Seconds)
        .ok()
        .filter(|&ms| ms > 0)
}

#[cfg(test)]
mod tests;
