//! A csv file of prices: `from,price_per_gpu_hour`, an instant and a number in the ledger currency.

use crate::scenario::{Origin, Problem};
use crate::units::{Epoch, Price, parse_decimal};

use super::context::Context;

/// Most rows of a price file.
const ROWS_MAX: usize = 1_000_000;

/// Reads the steps of a file; `at` is where the scenario names it.
pub(super) fn read(
    context: &mut Context,
    path: &str,
    at: Origin,
    epoch: Epoch,
    steps: &mut Vec<(i64, Price, Origin)>,
) {
    let path = context.problems.sources().resolve(at, path);
    let shown = path.display().to_string();
    let mut reader = match csv::Reader::from_path(&path) {
        Ok(reader) => reader,
        Err(error) => {
            context.fault(
                at,
                format!("cannot open {shown}: {error}"),
                "check the path",
            );
            return;
        }
    };
    context.files.push(path);
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| header.iter().position(|field| field.trim() == name);
    let (Some(from), Some(price)) = (column("from"), column("price_per_gpu_hour")) else {
        let fix = "its first line must name `from` and `price_per_gpu_hour`";
        context.fault(at, format!("{shown} is not a price file"), fix);
        return;
    };
    let (before, told) = (steps.len(), context.problems.len());
    for (row, record) in reader.records().enumerate().take(ROWS_MAX) {
        let read = record
            .map_err(|error| error.to_string())
            .and_then(|record| {
                let instant = record.get(from).unwrap_or_default().trim();
                let instant = Epoch::parse(instant).map_err(|_| {
                    format!("`{instant}` is not an instant such as 2026-01-05T00:00:00Z")
                })?;
                let amount = record.get(price).unwrap_or_default().trim();
                let price = parse_decimal(amount, 1_000_000).map_err(|error| error.to_string())?;
                Ok((instant.unix_ms() - epoch.unix_ms(), Price(price), at))
            });
        match read {
            Ok(step) => steps.push(step),
            Err(message) => {
                let place = format!("{shown}, row {}", row + 1);
                let fix = "write it anew, or remove the row";
                context.problems.push(Problem::named(place, message, fix));
            }
        }
    }
    if steps.len() == before && context.problems.len() == told {
        context.fault(
            at,
            format!("{shown} has no price"),
            "add rows, or remove `prices`",
        );
    }
}
