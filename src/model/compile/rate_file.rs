//! A csv file of rates of a kilowatt-hour: `from` and a column of numbers, which may be below zero.

use crate::scenario::{Origin, Problem};
use crate::units::{Epoch, SimTime, parse_decimal};

use super::context::Context;

/// Most rows of a file.
const ROWS_MAX: usize = 1_000_000;
/// What to do about a row that is none.
const ANEW: &str = "write the row anew, or remove it";
/// Rates of a kilowatt-hour beyond this are a slip of units; amounts stay within what is counted exactly.
const RATE_MAX: i64 = 1_000_000 * 1_000_000;

/// What of a file is wanted.
pub(super) struct Wanted<'a> {
    /// Its path, as the scenario writes it.
    pub(super) path: &'a str,
    /// Where that is written.
    pub(super) at: Origin,
    /// The column of numbers.
    pub(super) column: &'a str,
    /// Whether they may be below zero.
    pub(super) signed: bool,
}

/// The steps of a file from the start on, in millionths; what was wrong is told.
pub(super) fn read(
    context: &mut Context,
    wanted: &Wanted<'_>,
    epoch: Epoch,
) -> Option<Vec<(SimTime, i64)>> {
    let at = wanted.at;
    let path = context.problems.sources().resolve(at, wanted.path);
    let shown = path.display().to_string();
    let mut reader = match csv::Reader::from_path(&path) {
        Ok(reader) => reader,
        Err(error) => {
            let message = format!("cannot open {shown}: {error}");
            context.fault(at, message, "check the path");
            return None;
        }
    };
    context.files.push(path);
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| header.iter().position(|field| field.trim() == name);
    let (Some(from), Some(rate)) = (column("from"), column(wanted.column)) else {
        let fix = format!("its first line must name `from` and `{}`", wanted.column);
        context.fault(
            at,
            format!("{shown} does not say `{}` over time", wanted.column),
            fix,
        );
        return None;
    };
    let before = context.problems.len();
    let mut steps: Vec<(i64, i64)> = Vec::new();
    for (row, record) in reader.records().enumerate().take(ROWS_MAX) {
        let record = record.map_err(|error| (error.to_string(), ANEW.to_owned()));
        let read = record.and_then(|record| {
            let field = |place: usize| record.get(place).unwrap_or_default().trim();
            let instant = Epoch::parse(field(from)).map_err(|_| {
                let message = format!("`{}` is not an instant", field(from));
                (message, "write it like 2026-01-05T00:00:00Z".to_owned())
            })?;
            let step = (
                instant.unix_ms() - epoch.unix_ms(),
                number(field(rate), wanted.signed)?,
            );
            match steps.last() {
                Some(last) if step.0 <= last.0 => {
                    let fix = "put rows in order of time, one for each instant";
                    Err((
                        "it is not later than the row before".to_owned(),
                        fix.to_owned(),
                    ))
                }
                _ => Ok(step),
            }
        });
        match read {
            Ok(step) => steps.push(step),
            Err((message, fix)) => {
                let place = format!("{shown}, row {}", row + 1);
                context.problems.push(Problem::named(place, message, fix));
            }
        }
    }
    if context.problems.len() > before {
        return None;
    }
    let started = steps.partition_point(|step| step.0 <= 0);
    if started == 0 {
        let fix = "add a row at or before the start of the run";
        context.fault(at, format!("nothing in {shown} holds at the start"), fix);
        return None;
    }
    let first = (SimTime::ZERO, steps[started - 1].1);
    let later = steps[started..].iter();
    let later = later.map(|&(at, rate)| (SimTime(at as u64), rate));
    Some(std::iter::once(first).chain(later).collect())
}

/// A decimal in millionths, below zero only where that means something.
fn number(text: &str, signed: bool) -> Result<i64, (String, String)> {
    let (digits, sign) = match text.strip_prefix('-') {
        Some(digits) if signed => (digits, -1),
        _ => (text, 1),
    };
    let value =
        parse_decimal(digits, 1_000_000).map_err(|error| (error.to_string(), error.fix()))?;
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    if RATE_MAX < value {
        let fix = format!("write at most {}", RATE_MAX / 1_000_000);
        return Err((format!("`{text}` is out of range"), fix));
    }
    Ok(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_may_be_negative_and_emissions_may_not() {
        assert_eq!(number("-0.015", true), Ok(-15_000));
        assert_eq!(number("0.09", true), Ok(90_000));
        assert!(number("-3", false).unwrap_err().0.contains("negative"));
        assert!(number("2e3", true).is_err() && number("", true).is_err());
        assert!(
            number("1000001", false)
                .unwrap_err()
                .0
                .contains("out of range")
        );
    }
}
