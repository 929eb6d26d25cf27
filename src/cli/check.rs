//! `plimsoll check`: what is wrong with a scenario, or what is in it.

use unicode_width::UnicodeWidthStr as _;

use crate::experiment::grouped;
use crate::record::{decimal, plain};
use crate::units::Bytes;

use super::arguments::ScenarioArguments;
use super::exit::Failure;
use super::network::network;
use super::rules::rules;
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
    output::data(&rules(&study.model))?;
    Ok(())
}

/// Class × GPUs × jobs × hours × where it may run.
fn inventory(study: &Study) -> String {
    let classes = &study.model.classes;
    let asks = classes.iter().any(|class| class.memory.is_some());
    let memory = |name: &str| {
        let class = classes.iter().find(|class| class.name == name);
        let memory = class.and_then(|class| class.memory);
        memory.map_or_else(String::new, Bytes::words)
    };
    let mut head = vec!["class", "GPUs", "jobs", "GPU-h"];
    head.extend(asks.then_some("memory"));
    head.push("may run on");
    let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for row in &study.load.inventory {
        let gpus = if row.milli_gpus.is_multiple_of(1000) {
            (row.milli_gpus / 1000).to_string()
        } else {
            decimal(i128::from(row.milli_gpus), 1000, 3)
        };
        let mut cells = vec![
            plain(&row.class).into_owned(),
            gpus,
            grouped(&row.jobs.to_string()),
            hours(row.gpu_time),
        ];
        cells.extend(asks.then(|| memory(&row.class)));
        cells.push(plain(&row.pools.join(", ")).into_owned());
        rows.push(cells);
    }
    aligned(&rows)
}

/// The first column to the left, the last as it is, and those between to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let last = rows.first().map_or(0, |head| head.len() - 1);
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..last).map(width).collect();
    let mut out = String::new();
    for row in rows {
        out.push_str(&row[0]);
        out.push_str(&" ".repeat(widths[0] - row[0].width()));
        for column in 1..last {
            out.push_str(&" ".repeat(2 + widths[column] - row[column].width()));
            out.push_str(&row[column]);
        }
        out.push_str("  ");
        out.push_str(&row[last]);
        out.push('\n');
    }
    out
}
