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
    let source = path.display().to_string();
    let file = File::open(path).map_err(|error| {
        let problem = format!("cannot be opened ({error})");
        TraceError::new(
            TraceErrorKind::Unreadable,
            problem,
            "check the path and its permissions",
        )
        .of_source(&source)
    })?;
    read_from(file, &source, format, limits)
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
    let report = ImportReport {
        source: source.to_owned(),
        format: format.name().to_owned(),
        ..ImportReport::default()
    };
    let read_it = || {
        let (packing, bytes) = unpack(reader, limits)?;
        let mapping = match format {
            Format::Swf(settings) => return read_swf(bytes, packing, settings, report, limits),
            Format::Plimsoll { start_unix_ms } => &canonical::mapping(*start_unix_ms),
            Format::Philly(philly) => &philly.mapping(),
            Format::Table(mapping) => &**mapping,
        };
        read_table(bytes, packing, mapping, report, limits)
    };
    read_it().map_err(|error: TraceError| error.of_source(source))
}
