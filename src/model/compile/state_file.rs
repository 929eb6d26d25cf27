//! A csv file of jobs that are there at the start.

use crate::model::Outcome;
use crate::scenario::{Origin, Problem};
use crate::units::{Span, parse_decimal};

use super::context::Context;
use super::initial_row::{Row, Where};

/// Most rows of a state file.
const ROWS_MAX: usize = 10_000_000;

/// Reads the jobs of a file; `at` is where the scenario names it.
pub(super) fn read(context: &mut Context, path: &str, at: Origin, rows: &mut Vec<Row>) {
    let path = context.problems.sources().resolve(at, path);
    let shown = path.display().to_string();
    let mut reader = match csv::Reader::from_path(&path) {
        Ok(reader) => reader,
        Err(error) => {
            let message = format!("cannot open {shown}: {error}");
            context.fault(at, message, "check the path");
            return;
        }
    };
    context.files.push(path);
    let header = reader.headers().cloned().unwrap_or_default();
    let columns: Vec<&str> = header.iter().map(str::trim).collect();
    if !["gpus", "requested_s"]
        .iter()
        .all(|name| columns.contains(name))
    {
        let fix = "its first line must name at least `gpus` and `requested_s`";
        context.fault(at, format!("{shown} is not a file of jobs"), fix);
        return;
    }
    for (number, record) in reader.records().enumerate().take(ROWS_MAX) {
        let anew = "write the row anew, or remove it";
        let record = record.map_err(|error| (error.to_string(), anew.to_owned()));
        match record.and_then(|record| row(&columns, &record, at)) {
            Ok(row) => rows.push(row),
            Err((message, fix)) => {
                let place = format!("{shown}, row {}", number + 1);
                context.problems.push(Problem::named(place, message, fix));
            }
        }
    }
}

/// What is wrong with a row, and what to do about it.
type Fault = (String, String);

fn row(columns: &[&str], record: &csv::StringRecord, at: Origin) -> Result<Row, Fault> {
    let text = |name: &str| {
        let place = columns.iter().position(|column| *column == name)?;
        let value = record.get(place)?.trim();
        // What a spreadsheet would take for a formula was written with an apostrophe before it.
        let formula = |rest: &&str| rest.starts_with(['=', '+', '-', '@']);
        let value = value.strip_prefix('\'').filter(formula).unwrap_or(value);
        (!value.is_empty()).then_some(value)
    };
    let milli = |name: &str| {
        let value = text(name).map(|value| parse_decimal(value, 1000));
        let value = value.transpose();
        value.map_err(|error| (format!("`{name}`: {error}"), error.fix()))
    };
    let whole = |name: &str| {
        let missing = || (format!("`{name}` is missing"), "write it".to_owned());
        milli(name)?.ok_or_else(missing)
    };
    let priority = text("priority").unwrap_or("0");
    let outcome = match text("outcome").unwrap_or("finished") {
        "finished" => Outcome::Finished,
        "failed" => Outcome::Failed,
        "cancelled" => Outcome::Cancelled,
        "timed_out" => Outcome::TimedOut,
        other => {
            let fix = "write finished, failed, cancelled or timed_out";
            return Err((format!("`{other}` is no outcome"), fix.to_owned()));
        }
    };
    Ok(Row {
        name: text("job").map(str::to_owned),
        class: text("class").unwrap_or_default().to_owned(),
        tenant: text("tenant").unwrap_or("all").to_owned(),
        milli: whole("gpus")?,
        priority: priority.parse().map_err(|_| {
            let message = format!("`{priority}` is no priority");
            (message, "write a whole number".to_owned())
        })?,
        requested: Some(Span(whole("requested_s")?.max(1))),
        work: milli("duration_s")?.map(Span),
        outcome,
        done: Span(milli("done_s")?.unwrap_or(0)),
        unsaved: Span(milli("unsaved_s")?.unwrap_or(0)),
        place: text("pool").map_or(Where::Line, |pool| Where::Pool(pool.to_owned())),
        nodes: nodes(text("nodes").unwrap_or_default())?,
        trace: None,
        at,
    })
}

/// Nodes with how many GPUs of each: `0:8 3:4`.
fn nodes(text: &str) -> Result<Vec<(u32, u32)>, Fault> {
    let part = |part: &str| {
        let (node, gpus) = part.split_once(':')?;
        Some((node.parse().ok()?, gpus.parse().ok()?))
    };
    let parts = text.split_whitespace().map(part).collect::<Option<_>>();
    parts.ok_or_else(|| {
        let fix = "write 0:8 3:4 for 8 GPUs of node 0 and 4 of node 3";
        (format!("`{text}` are no nodes"), fix.to_owned())
    })
}
