//! Delimited tables with a header, read through a [`Mapping`].

mod fields;

use csv::ByteRecord;

use crate::process::Outcome;

use super::bytes::{Unpacked, read_error};
use super::collect::{Candidate, Clock, Collector, Fault};
use super::error::{TraceError, TraceErrorKind};
use super::header::Header;
use super::job::Trace;
use super::limits::Limits;
use super::mapping::{
    Censored, Gang, GpuUnit, Label, Mapping, OutcomeColumn, RunTime, StateMeaning, TimeUnit,
};
use super::packed::Packing;
use super::reason::{Adjustment, DropReason};
use super::report::ImportReport;
use super::value::{ValueFault, instant, milliseconds};

use fields::{gpu_field, is_product, label, of_duration, of_submit, optional_time, text};

/// Reads a whole table.
pub(super) fn read_table(
    bytes: Unpacked<'_>,
    packing: Packing,
    mapping: &Mapping,
    mut report: ImportReport,
    limits: &Limits,
) -> Result<Trace, TraceError> {
    let mark = bytes.row_mark();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(mapping.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        let more = reader
            .read_byte_record(record)
            .map_err(|error| csv_error(&error, packing));
        mark.row_done();
        more
    };
    if !next(&mut record)? {
        return Err(no_header());
    }
    few_enough(&record, limits)?;
    let mut header = Header::new(record.iter());
    let columns = Columns::find(mapping, &mut header)?;
    report.declared.extend(mapping.declared());
    let zero = (!mapping.time.has_calendar()).then_some(0);
    let clock = Clock {
        calendar: mapping.time.has_calendar(),
        zero,
    };
    let mut collector = Collector::new(report, clock, mapping.start, limits)?;
    loop {
        let last = collector.report.rows_read;
        if !next(&mut record).map_err(|error| error.at_row(last + 1))? {
            let trace = collector.finish()?;
            return Ok(Trace {
                kept_columns: mapping.keep.clone(),
                ..trace
            });
        }
        let row = collector.next_row()?;
        few_enough(&record, limits).map_err(|error| error.at_row(row))?;
        let mut notes = Notes::default();
        let result = columns.candidate(&record, header.len(), &mut notes);
        let accepted = result.is_ok();
        collector.take(row, result)?;
        if accepted {
            notes.tell(&mut collector.report, row);
        }
    }
}

/// Adjustments found while reading a row; they count only if the row is accepted.
#[derive(Default)]
struct Notes {
    censored_kept: bool,
    product_mismatch: Option<String>,
}

impl Notes {
    fn tell(self, report: &mut ImportReport, row: u64) {
        if self.censored_kept {
            report.adjust(row, Adjustment::CensoredKept, "");
        }
        if let Some(value) = self.product_mismatch {
            report.adjust(row, Adjustment::ProductMismatch, &value);
        }
    }
}

/// The mapping with names replaced by places.
struct Columns<'m> {
    mapping: &'m Mapping,
    job: Option<usize>,
    submit: usize,
    run_time: [usize; 2],
    requested: Option<(usize, TimeUnit)>,
    gang: [usize; 2],
    tenant: Option<usize>,
    class: Option<usize>,
    outcome: Option<(usize, &'m OutcomeColumn)>,
    priority: Option<usize>,
    recorded_wait: Option<(usize, TimeUnit)>,
    product_check: Option<usize>,
    keep: Vec<usize>,
}

impl<'m> Columns<'m> {
    fn find(mapping: &'m Mapping, header: &mut Header) -> Result<Self, TraceError> {
        let told = mapping.tells_of_running();
        if let Some(column) = mapping
            .keep
            .iter()
            .find(|name| told.contains(&name.as_str()))
        {
            return Err(TraceError::new(
                TraceErrorKind::Declaration,
                "it tells how jobs went, and labels go by what was known when they came",
                "go by another column, or by what was asked for (`requested`)",
            )
            .in_column(column));
        }
        let mut find = |name: &str| header.find(name);
        let columns = Self {
            mapping,
            job: mapping.job.as_deref().map(&mut find).transpose()?,
            submit: find(&mapping.submit)?,
            run_time: match &mapping.run_time {
                RunTime::Column(column, _) => [find(column)?; 2],
                RunTime::Between { start, end } => [find(start)?, find(end)?],
            },
            requested: unit_column(mapping.requested.as_ref(), &mut find)?,
            gang: match &mapping.gang {
                Gang::Total(column, _) => [find(column)?; 2],
                Gang::Replicas {
                    replicas,
                    per_replica,
                    ..
                } => [find(replicas)?, find(per_replica)?],
                Gang::Constant(_) => [0; 2],
            },
            tenant: label_column(&mapping.tenant, &mut find)?,
            class: label_column(&mapping.class, &mut find)?,
            outcome: match &mapping.outcome {
                Some(outcome) => Some((find(&outcome.column)?, outcome)),
                None => None,
            },
            priority: mapping.priority.as_deref().map(&mut find).transpose()?,
            recorded_wait: unit_column(mapping.recorded_wait.as_ref(), &mut find)?,
            product_check: mapping
                .product_check
                .as_deref()
                .map(&mut find)
                .transpose()?,
            keep: mapping
                .keep
                .iter()
                .map(|name| find(name))
                .collect::<Result<_, _>>()?,
        };
        for name in &mapping.ignore {
            header.find(name)?;
        }
        if !mapping.ignore_rest {
            header.all_known()?;
        }
        Ok(columns)
    }

    fn candidate<'r>(
        &'r self,
        record: &'r ByteRecord,
        fields: usize,
        notes: &mut Notes,
    ) -> Result<Candidate<'r>, Fault> {
        if record.len() != fields {
            let value = format!("{} fields, the header has {fields}", record.len());
            return Err(Fault {
                reason: DropReason::FieldCount,
                value,
            });
        }
        let submit_text = text(record, self.submit)?;
        let submit = instant(submit_text, &self.mapping.time)
            .map_err(|fault| of_submit(fault, submit_text))?;
        let milli_gpus = self.gpus(record)?;
        let outcome = self.outcome(record, notes)?;
        let duration_ms = self.duration(record)?;
        if let Some(place) = self.product_check {
            let product = text(record, place)?;
            if !is_product(product, duration_ms, milli_gpus) {
                notes.product_mismatch = Some(product.to_owned());
            }
        }
        Ok(Candidate {
            submit,
            submit_text,
            duration_ms,
            requested_ms: optional_time(record, self.requested)?,
            milli_gpus,
            tenant: label(record, self.tenant, &self.mapping.tenant)?,
            class: label(record, self.class, &self.mapping.class)?,
            outcome,
            priority: self.priority(record)?,
            // A wait is for comparison only: an unreadable one is not worth the job.
            recorded_wait_ms: optional_time(record, self.recorded_wait)
                .unwrap_or(None)
                .or_else(|| self.wait_until_start(record, submit)),
            name: self.job.map(|place| text(record, place)).transpose()?,
            kept: self
                .keep
                .iter()
                .map(|&place| text(record, place).map(|text| text.trim().to_owned()))
                .collect::<Result<_, _>>()?,
        })
    }

    /// How long a job waited, where the source says when it started.
    fn wait_until_start(&self, record: &ByteRecord, submit: i64) -> Option<u64> {
        let RunTime::Between { .. } = &self.mapping.run_time else {
            return None;
        };
        let start = text(record, self.run_time[0]).ok()?;
        let start = instant(start, &self.mapping.time).ok()?;
        u64::try_from(start - submit).ok()
    }

    fn duration(&self, record: &ByteRecord) -> Result<i64, Fault> {
        match &self.mapping.run_time {
            RunTime::Column(_, unit) => {
                let field = text(record, self.run_time[0])?;
                milliseconds(field, *unit).map_err(|fault| of_duration(fault, field))
            }
            RunTime::Between { .. } => {
                let end_text = text(record, self.run_time[1])?;
                let end = match instant(end_text, &self.mapping.time) {
                    Err(ValueFault::Missing) => {
                        return Err(Fault::new(DropReason::Censored, end_text));
                    }
                    other => other.map_err(|fault| of_duration(fault, end_text))?,
                };
                let start_text = text(record, self.run_time[0])?;
                let start = instant(start_text, &self.mapping.time)
                    .map_err(|fault| of_duration(fault, start_text))?;
                Ok(end - start)
            }
        }
    }

    fn gpus(&self, record: &ByteRecord) -> Result<u64, Fault> {
        match &self.mapping.gang {
            Gang::Constant(gpus) => Ok(gpus.0),
            Gang::Total(_, unit) => gpu_field(record, self.gang[0], *unit),
            Gang::Replicas { unit, .. } => {
                // A number of replicas is a count: whole, in the same range as GPUs.
                let replicas = gpu_field(record, self.gang[0], GpuUnit::Milli)?;
                let each = gpu_field(record, self.gang[1], *unit)?;
                replicas
                    .checked_mul(each)
                    .filter(|&all| all <= 1 << 50)
                    .ok_or_else(|| {
                        Fault::new(
                            DropReason::GpusUnreadable,
                            &format!("{replicas} × {each} milli"),
                        )
                    })
            }
        }
    }

    fn outcome(&self, record: &ByteRecord, notes: &mut Notes) -> Result<Outcome, Fault> {
        let Some((place, declared)) = self.outcome else {
            return Ok(Outcome::Finished);
        };
        let state = text(record, place)?.trim();
        let meaning = declared
            .states
            .iter()
            .find(|(name, _)| match name.strip_suffix('*') {
                Some(stem) => state.starts_with(stem),
                None => state == name,
            });
        match (meaning, self.mapping.censored) {
            (None, _) => Err(Fault::new(DropReason::StateUnknown, state)),
            (Some((_, StateMeaning::Ended(outcome))), _) => Ok(*outcome),
            (Some((_, StateMeaning::Running)), Censored::Drop) => {
                Err(Fault::new(DropReason::Censored, state))
            }
            (Some((_, StateMeaning::Running)), Censored::KeepAs(outcome)) => {
                notes.censored_kept = true;
                Ok(outcome)
            }
        }
    }

    fn priority(&self, record: &ByteRecord) -> Result<i32, Fault> {
        let Some(place) = self.priority else {
            return Ok(0);
        };
        let field = text(record, place)?.trim();
        field
            .parse()
            .map_err(|_| Fault::new(DropReason::PriorityUnreadable, field))
    }
}

fn unit_column(
    declared: Option<&(String, TimeUnit)>,
    find: &mut impl FnMut(&str) -> Result<usize, TraceError>,
) -> Result<Option<(usize, TimeUnit)>, TraceError> {
    declared
        .map(|(column, unit)| Ok((find(column)?, *unit)))
        .transpose()
}

fn label_column(
    declared: &Label,
    find: &mut impl FnMut(&str) -> Result<usize, TraceError>,
) -> Result<Option<usize>, TraceError> {
    match declared {
        Label::Constant(_) => Ok(None),
        Label::Column(column) => find(column).map(Some),
    }
}

pub(super) fn few_enough(record: &ByteRecord, limits: &Limits) -> Result<(), TraceError> {
    if record.len() <= limits.max_fields {
        return Ok(());
    }
    Err(TraceError::new(
        TraceErrorKind::Limit,
        format!(
            "a row has {} fields, at most {} are read",
            record.len(),
            limits.max_fields
        ),
        "check the delimiter and the line ends",
    ))
}

pub(super) fn no_header() -> TraceError {
    TraceError::new(
        TraceErrorKind::Empty,
        "there is no header row",
        "give a table with a header",
    )
}

pub(super) fn csv_error(error: &csv::Error, packing: Packing) -> TraceError {
    match error.kind() {
        csv::ErrorKind::Io(inner) => read_error(inner, packing),
        other => TraceError::new(
            TraceErrorKind::Unreadable,
            format!("cannot be read as a table ({other:?})"),
            "check the delimiter and the quotes",
        ),
    }
}

#[cfg(test)]
mod tests;
