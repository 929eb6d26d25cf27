//! What is wrong with a trace file as a whole.

use std::fmt;

/// Why a file yields no trace: where, what was found, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// The file (or the name that its reader was given).
    pub source: String,
    /// The data row (1-based), if the problem has one.
    pub row: Option<u64>,
    /// The line (1-based), where a source is read by lines.
    pub line: Option<u64>,
    /// The column, if the problem has one.
    pub column: Option<String>,
    /// What sort of problem it is.
    pub kind: TraceErrorKind,
    /// What was found.
    pub problem: String,
    /// What to do about it.
    pub fix: String,
}

/// Sorts of file-level problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceErrorKind {
    /// The file cannot be opened or read.
    Unreadable,
    /// The compressed stream ends early or is damaged.
    Damaged,
    /// There is no row at all.
    Empty,
    /// The columns are not those that were declared.
    Header,
    /// A bound of [`super::Limits`] was exceeded.
    Limit,
    /// What was declared about the source contradicts itself or the file.
    Declaration,
    /// Two rows contradict each other.
    Contradiction,
    /// Rows were read, but none could be used.
    NothingAccepted,
}

impl TraceError {
    pub(super) fn new(
        kind: TraceErrorKind,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (problem, fix) = (problem.into(), fix.into());
        Self {
            source: String::new(),
            row: None,
            line: None,
            column: None,
            kind,
            problem,
            fix,
        }
    }

    pub(super) fn at_row(self, row: u64) -> Self {
        Self {
            row: Some(row),
            ..self
        }
    }

    pub(super) fn at_line(self, line: u64) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }

    pub(super) fn in_column(self, column: &str) -> Self {
        Self {
            column: Some(column.to_owned()),
            ..self
        }
    }

    pub(super) fn of_source(self, source: &str) -> Self {
        Self {
            source: source.to_owned(),
            ..self
        }
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}; {}", self.problem, self.fix)
    }
}

impl std::error::Error for TraceError {}
