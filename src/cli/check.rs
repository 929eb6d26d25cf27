//! `plimsoll check`: what is wrong with a scenario, or what is in it.

use unicode_width::UnicodeWidthStr as _;

use crate::experiment::grouped;
use crate::record::{decimal, plain};

use super::arguments::ScenarioArguments;
use super::exit::Failure;
use super::network::network;
use super::services::services;
use super::study::{Study, hours};
use super::{answer, output, outside};

/// Tells all problems, or the inventory.
pub(super) fn check(arguments: &ScenarioArguments) -> Result<(), Failure> {
    let study = Study::open(arguments, None)?;
    output::data(&answer::head(&study.read, &study))?;
    output::data(&inventory(&study))?;
    let outside = outside::outside(&study.model, study.seed);
    if !outside.is_empty() {
        let lines: Vec<String> = outside
            .iter()
            .map(|line| output::wrapped(line, output::width()) + "\n")
            .collect();
        output::data(&("\n".to_owned() + &lines.concat()))?;
    }
    output::data(&network(&study.model))?;
    output::data(&services(&study.model))?;
    Ok(())
}

/// Class × GPUs × jobs × hours × where it may run.
fn inventory(study: &Study) -> String {
    let mut rows = vec![["class", "GPUs", "jobs", "GPU-h", "may run on"].map(str::to_owned)];
    for row in &study.load.inventory {
        let gpus = if row.milli_gpus.is_multiple_of(1000) {
            (row.milli_gpus / 1000).to_string()
        } else {
            decimal(i128::from(row.milli_gpus), 1000, 3)
        };
        rows.push([
            plain(&row.class).into_owned(),
            gpus,
            grouped(&row.jobs.to_string()),
            hours(row.gpu_time),
            plain(&row.pools.join(", ")).into_owned(),
        ]);
    }
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..4).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        out.push_str(&row[0]);
        out.push_str(&" ".repeat(widths[0] - row[0].width()));
        for column in 1..4 {
            out.push_str(&" ".repeat(2 + widths[column] - row[column].width()));
            out.push_str(&row[column]);
        }
        out.push_str("  ");
        out.push_str(&row[4]);
        out.push('\n');
    }
    out
}
