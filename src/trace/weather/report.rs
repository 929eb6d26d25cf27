//! What an import of weather read, dropped and changed.

use serde::Serialize;

use super::super::error::{TraceError, TraceErrorKind};
use super::super::limits::Limits;
use super::super::report::{Tally, count, rows_of};
use super::error::WeatherError;
use super::reason::{WeatherChange, WeatherDrop};

/// The account of one import: `rows_read` = `accepted` + the sum of `dropped`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WeatherReport {
    /// The files.
    pub sources: Vec<String>,
    /// Their format.
    pub format: String,
    /// What was declared about them, and what they are silent about.
    pub declared: Vec<String>,
    /// What a row is: a line of text, an entry or a sample of a list.
    pub row: &'static str,
    /// Rows in the sources.
    pub rows_read: u64,
    /// Rows that are in the history.
    pub accepted: u64,
    /// Rows that are not, by reason.
    pub dropped: Vec<Tally>,
    /// Changes to accepted rows, by kind; one row may have several.
    pub adjusted: Vec<Tally>,
    /// What the history says, in numbers.
    pub figures: Vec<Figure>,
}

/// One number about a history, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it is about.
    pub name: String,
    /// The number with its unit.
    pub value: String,
}

impl WeatherReport {
    /// How many rows were dropped for `reason`.
    pub fn dropped_for(&self, reason: WeatherDrop) -> u64 {
        rows_of(&self.dropped, reason.name())
    }

    /// How many rows were changed in this way.
    pub fn adjusted_for(&self, change: WeatherChange) -> u64 {
        rows_of(&self.adjusted, change.name())
    }

    /// The report as plain text, one line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} ({})", self.sources.join(", "), self.format)];
        lines.extend(
            self.declared
                .iter()
                .map(|line| format!("  declared: {line}")),
        );
        lines.push(format!(
            "  {} read {} = accepted {} + dropped {}",
            plural(self.row),
            self.rows_read,
            self.accepted,
            self.rows_read - self.accepted
        ));
        let tallies = |tallies: &[Tally], verb| {
            tallies
                .iter()
                .map(|tally| tally.line(verb, self.row))
                .collect::<Vec<_>>()
        };
        lines.extend(tallies(&self.dropped, "dropped"));
        lines.extend(tallies(&self.adjusted, "adjusted"));
        lines.extend(
            self.figures
                .iter()
                .map(|figure| format!("  {}: {}", figure.name, figure.value)),
        );
        lines
    }

    pub(super) fn figure(&mut self, name: &str, value: String) {
        let name = name.to_owned();
        self.figures.push(Figure { name, value });
    }
}

/// What to do about sources of which nothing can be used.
const FIX: &str = "check the format and what was declared about the file";

/// A report in the making, with the problems found so far.
pub(super) struct Account {
    pub(super) report: WeatherReport,
    /// What to do about sources without a row.
    pub(super) when_empty: &'static str,
    problems: WeatherError,
    max_rows: u64,
}

impl Account {
    pub(super) fn new(format: &str, row: &'static str, limits: &Limits) -> Self {
        let report = WeatherReport {
            format: format.to_owned(),
            row,
            ..WeatherReport::default()
        };
        Self {
            report,
            when_empty: FIX,
            problems: WeatherError::none(),
            max_rows: limits.max_rows,
        }
    }

    /// One more row was read.
    pub(super) fn row(&mut self) -> Result<(), TraceError> {
        if self.report.rows_read == self.max_rows {
            return Err(TraceError::new(
                TraceErrorKind::Limit,
                format!("more than {} {}", self.max_rows, plural(self.report.row)),
                "split the file, or raise the limit on rows",
            ));
        }
        self.report.rows_read += 1;
        Ok(())
    }

    pub(super) fn accept(&mut self) {
        self.report.accepted += 1;
    }

    /// A row of source number `source` is not in the history.
    pub(super) fn drop_row(&mut self, source: usize, row: u64, why: WeatherDrop, value: &str) {
        let value = self.placed(source, value);
        count(&mut self.report.dropped, why.name(), row, &value);
    }

    /// A row of source number `source` is in the history with a change.
    pub(super) fn change(&mut self, source: usize, row: u64, what: WeatherChange, value: &str) {
        let value = self.placed(source, value);
        count(&mut self.report.adjusted, what.name(), row, &value);
    }

    pub(super) fn problem(&mut self, problem: TraceError) {
        self.problems.push(problem);
    }

    /// Whether enough problems are shown; then one more is only counted.
    pub(super) fn counted_only(&mut self) -> bool {
        self.problems.counted_only()
    }

    /// The name of source number `source`.
    pub(super) fn source(&self, source: usize) -> &str {
        self.report.sources.get(source).map_or("", String::as_str)
    }

    pub(super) fn has_problems(&self) -> bool {
        !self.problems.problems.is_empty()
    }

    /// The report, if there is something to report and nothing is wrong.
    pub(super) fn close(mut self) -> Result<WeatherReport, WeatherError> {
        if !self.has_problems() && self.report.accepted == 0 {
            self.problems.push(self.nothing());
        }
        if self.has_problems() {
            return Err(self.problems);
        }
        let dropped: u64 = self.report.dropped.iter().map(|tally| tally.rows).sum();
        assert_eq!(
            self.report.rows_read,
            self.report.accepted + dropped,
            "a row was lost in silence"
        );
        Ok(self.report)
    }

    fn nothing(&self) -> TraceError {
        let tally = self.report.dropped.iter().max_by_key(|tally| tally.rows);
        let problem = tally.map_or_else(
            || format!("there is no {}", self.report.row),
            |tally| {
                format!(
                    "none of {} {} can be used{}",
                    self.report.rows_read,
                    plural(self.report.row),
                    tally
                        .line(", most", self.report.row)
                        .replace("    , ", ", ")
                )
            },
        );
        let kind = if tally.is_some() {
            TraceErrorKind::NothingAccepted
        } else {
            TraceErrorKind::Empty
        };
        let fix = if tally.is_some() {
            FIX
        } else {
            self.when_empty
        };
        TraceError::new(kind, problem, fix).of_source(&self.report.sources.join(", "))
    }

    /// A value with the file's own name before it, where there is more than one file.
    fn placed(&self, source: usize, value: &str) -> String {
        if self.report.sources.len() < 2 {
            return value.to_owned();
        }
        let name = self.source(source);
        let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
        if value.is_empty() {
            return last.to_owned();
        }
        format!("{last}: {value}")
    }
}

/// Several of what a row is.
fn plural(row: &str) -> String {
    row.strip_suffix('y')
        .map_or_else(|| format!("{row}s"), |stem| format!("{stem}ies"))
}
