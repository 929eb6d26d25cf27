//! What is wrong with a trace file as a whole.

use std::fmt;

/// Why a file yields no trace: where, what was found, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// The file (or the name that its reader was given).
    pub source: String,
    /// The data row, the line or the entry (1-based), if the problem has one.
    pub row: Option<u64>,
    /// What `row` counts.
    pub rows: RowKind,
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

/// What the rows of a source are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Data rows of a table, without its header.
    Row,
    /// Lines of a text, with all headers and comments.
    Line,
    /// Entries of a list.
    Entry,
}

impl RowKind {
    /// The word in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Line => "line",
            Self::Entry => "entry",
        }
    }
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
            rows: RowKind::Row,
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
            row: Some(line),
            rows: RowKind::Line,
            ..self
        }
    }

    pub(super) fn at_entry(self, entry: u64) -> Self {
        Self {
            row: Some(entry),
            rows: RowKind::Entry,
            ..self
        }
    }

    pub(super) fn in_column(self, column: &str) -> Self {
        Self {
            column: Some(column.to_owned()),
            ..self
        }
    }

    /// Where it is: the file, and the row and the column if it has one.
    pub fn place(&self) -> String {
        let row = self.row.map(|row| format!(", {} {row}", self.rows.name()));
        let column = self.column.as_ref();
        let column = column.map(|column| format!(", column `{column}`"));
        format!(
            "{}{}{}",
            self.source,
            row.unwrap_or_default(),
            column.unwrap_or_default()
        )
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
        write!(f, "{}: {}; {}", self.place(), self.problem, self.fix)
    }
}

impl std::error::Error for TraceError {}
