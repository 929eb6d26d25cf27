//! One door for all formats.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::bytes::unpack;
use super::canonical;
use super::error::{TraceError, TraceErrorKind};
use super::job::Trace;
use super::limits::Limits;
use super::mapping::Mapping;
use super::philly::Philly;
use super::report::ImportReport;
use super::swf::{Swf, read_swf};
use super::table::read_table;

/// A format with what its source declares.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// Plimsoll's own table.
    Plimsoll {
        /// The instant of trace time 0 in Unix milliseconds, if it matters.
        start_unix_ms: Option<i64>,
    },
    /// The Philly table.
    Philly(Philly),
    /// A log in the Standard Workload Format.
    Swf(Swf),
    /// Any table, by a declared mapping.
    Table(Box<Mapping>),
}

impl Format {
    /// The name in reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Plimsoll { .. } => "plimsoll csv",
            Self::Philly(_) => "philly csv",
            Self::Swf(_) => "standard workload format",
            Self::Table(_) => "csv by mapping",
        }
    }
}

/// Reads the trace at `path`; gzip and zstd are recognised by their first bytes and unpacked on the way.
///
/// # Errors
/// When the file as a whole cannot be used; rows that cannot are dropped by name in the report.
pub fn read(path: &Path, format: &Format, limits: &Limits) -> Result<Trace, TraceError> {
    read_keeping(path, format, limits, &[])
}

/// As [`read`]; the texts in some columns are kept beside the jobs.
///
/// # Errors
/// As [`read`], and where the format has no columns by name, or one of them is not there or tells how jobs went.
pub fn read_keeping(
    path: &Path,
    format: &Format,
    limits: &Limits,
    keep: &[String],
) -> Result<Trace, TraceError> {
    let source = path.display().to_string();
    read_all(open(path)?, &source, format, limits, keep)
}

/// Opens the file at `path`.
pub(super) fn open(path: &Path) -> Result<File, TraceError> {
    File::open(path).map_err(|error| {
        let problem = format!("cannot be opened ({error})");
        TraceError::new(
            TraceErrorKind::Unreadable,
            problem,
            "check the path and its permissions",
        )
        .of_source(&path.display().to_string())
    })
}

/// Reads a trace from `reader`; `source` names it in reports and errors.
///
/// # Errors
/// As [`read`].
pub fn read_from(
    reader: impl Read,
    source: &str,
    format: &Format,
    limits: &Limits,
) -> Result<Trace, TraceError> {
    read_all(reader, source, format, limits, &[])
}

fn read_all(
    reader: impl Read,
    source: &str,
    format: &Format,
    limits: &Limits,
    keep: &[String],
) -> Result<Trace, TraceError> {
    let report = ImportReport {
        source: source.to_owned(),
        format: format.name().to_owned(),
        ..ImportReport::default()
    };
    let read_it = || {
        let (packing, bytes) = unpack(reader, limits)?;
        let rest = bytes.rest();
        let mut mapping = match format {
            Format::Swf(_) if !keep.is_empty() => return Err(without_columns(&keep[0])),
            Format::Swf(settings) => {
                return rest.or_damaged(read_swf(bytes, packing, settings, report, limits));
            }
            Format::Plimsoll { start_unix_ms } => canonical::mapping(*start_unix_ms),
            Format::Philly(philly) => philly.mapping(),
            Format::Table(mapping) => (**mapping).clone(),
        };
        mapping.keep = keep.to_vec();
        rest.or_damaged(read_table(bytes, packing, &mapping, report, limits))
    };
    read_it().map_err(|error: TraceError| error.of_source(source))
}

fn without_columns(name: &str) -> TraceError {
    TraceError::new(
        TraceErrorKind::Declaration,
        "the Standard Workload Format has no columns by name",
        "go by tenant (its user), gpus or requested",
    )
    .in_column(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Label, RunTime, TimeForm, TraceStart};
    use super::*;
    use crate::units::Zone;

    /// One of each, with as many optional parts as possible.
    fn formats() -> Vec<Format> {
        let between = RunTime::Between {
            start: "a".to_owned(),
            end: "b".to_owned(),
        };
        let mapping = Mapping {
            run_time: between,
            time: TimeForm::Offset,
            tenant: Label::Column("t".to_owned()),
            ..Mapping::new("a", "b", "g")
        };
        vec![
            Format::Plimsoll {
                start_unix_ms: Some(i64::MIN),
            },
            Format::Philly(Philly {
                zone: Zone::utc(),
                zone_name: "UTC".to_owned(),
                start: TraceStart::At(i64::MAX),
            }),
            Format::Philly(Philly {
                zone: Zone::utc(),
                zone_name: "UTC".to_owned(),
                start: TraceStart::FirstSubmit,
            }),
            Format::Swf(Swf::default()),
            Format::Table(Box::new(mapping)),
        ]
    }

    /// A header that one of the formats knows, so that rows are reached.
    fn header() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n",
            "timestamp,duration,num_gpus,gpu_time,cluster\n",
            "; UnixStartTime: 1000\n",
            "a,b,g,t\n",
            "",
        ])
    }

    /// Fields that have broken importers before.
    fn field() -> impl Strategy<Value = String> {
        let known = prop::sample::select(vec![
            "0",
            "-1",
            "1",
            "8",
            "1e308",
            "-1e308",
            "9223372036854775807",
            "NaN",
            "inf",
            "",
            "\"",
            "\"\"",
            "2017-10-09 07:01:55",
            "9999-12-31 23:59:59",
            "-9999-01-01 00:00:00",
            "0.0005",
            "finished",
            "2023-03-01 00:18:22+08:00",
            "9999-12-30T00:00:00Z",
            "\u{feff}",
            "é",
            ";",
            "2147483648",
        ]);
        prop_oneof![4 => known.prop_map(str::to_owned), 1 => ".{0,12}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_file_breaks_an_importer(
            header in header(),
            rows in prop::collection::vec(prop::collection::vec(field(), 0..24), 0..12),
            blank in any::<bool>(),
        ) {
            let separator = if blank { " " } else { "," };
            let rows: Vec<String> = rows.iter().map(|fields| fields.join(separator)).collect();
            let text = format!("{header}{}", rows.join("\n"));
            for format in formats() {
                // The account is asserted inside; an error must say where and what to do.
                match read_from(text.as_bytes(), "fuzz", &format, &Limits::default()) {
                    Ok(trace) => prop_assert!(!trace.jobs.is_empty()),
                    Err(error) => prop_assert!(!error.fix.is_empty()),
                }
            }
        }

        #[test]
        fn no_bytes_break_an_importer(bytes in prop::collection::vec(any::<u8>(), 0..300), magic in 0..4usize) {
            let magic: &[u8] = [&b""[..], b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"a,b,g,t\n"][magic];
            let bytes = [magic, &bytes].concat();
            let limits = Limits { max_bytes: 1 << 20, ..Limits::default() };
            for format in formats() {
                let _ = read_from(bytes.as_slice(), "fuzz", &format, &limits);
            }
        }
    }
}
