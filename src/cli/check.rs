//! `plimsoll check`: what is wrong with a scenario, or what is in it.

use unicode_width::UnicodeWidthStr as _;

use crate::experiment::grouped;
use crate::record::{decimal, plain};
use crate::units::Bytes;

use super::arguments::CheckArguments;
use super::changes::changes;
use super::coupling::coupling;
use super::envelopes::envelopes;
use super::exit::Failure;
use super::failovers::failovers;
use super::gates::gates;
use super::labels::work_words;
use super::leaving::leaving;
use super::network::network;
use super::results::results;
use super::retention::retention;
use super::rules::rules;
use super::services::services;
use super::sheets::sheets;
use super::study::{Study, hours};
use super::transforms::transforms;
use super::windows::windows;
use super::{answer, labels, output, outside};

/// Columns that a name takes.
const NAME: usize = 20;
/// How far names stand from the left edge on a narrow terminal.
const NARROW: usize = 4;

/// Tells all problems, or the inventory.
pub(super) fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let study = Study::open(&arguments.scenario, None)?;
    output::data(&answer::head(&study.read, &study))?;
    output::data(&inventory(&study))?;
    output::data(&labels::blocks(&study.labels))?;
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
    output::data(&transforms(&study.model))?;
    output::data(&results(&study.model))?;
    output::data(&rules(&study.model))?;
    output::data(&retention(&study.model))?;
    output::data(&sheets(&study))?;
    output::data(&envelopes(&study.model, study.seed))?;
    output::data(&windows(&study.model, study.seed))?;
    output::data(&changes(&study.model))?;
    output::data(&failovers(&study.model))?;
    output::data(&gates(&study.model, &study.gates))?;
    if let Some(provider) = &arguments.leave {
        output::data(&leaving(&study, provider, &arguments.notice)?)?;
    }
    if arguments.coupling {
        output::data(&coupling(&study))?;
    }
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
            work_words(&study.model, row.of),
            gpus,
            grouped(&row.jobs.to_string()),
            hours(row.gpu_time),
        ];
        cells.extend(asks.then(|| memory(&row.class)));
        cells.push(plain(&row.pools.join(", ")).into_owned());
        rows.push(cells);
    }
    aligned(&rows, output::width())
}

/// The first column to the left, those between to the right, and the last broken at commas where lines are wider.
fn aligned(rows: &[Vec<String>], most: usize) -> String {
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
        // Names hang below each other if there is room for them, and near the left edge if there is not.
        let before = widths.iter().map(|width| width + 2).sum();
        let indent = if before + NAME < most { before } else { NARROW };
        let mut used = before;
        out.push_str("  ");
        for (index, name) in row[last].split(", ").enumerate() {
            let comma = usize::from(index > 0) * 2;
            if index > 0 {
                out.push(',');
            }
            if used + comma + name.width() > most && used > indent {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                used = indent;
            } else if index > 0 {
                out.push(' ');
                used += comma;
            }
            out.push_str(name);
            used += name.width();
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inventory_fits_its_terminal() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [
            row(["class", "jobs", "may run on"]),
            row(["large", "10,377", "dc/h200, clinic/l40s, cloud/h100"]),
        ];
        // class and jobs take 5 + 2 + 6 + 2 = 15 columns, and all three names 32 more.
        let wide = aligned(&rows, 47);
        assert_eq!(
            wide.lines().last(),
            Some("large  10,377  dc/h200, clinic/l40s, cloud/h100")
        );
        let narrow = aligned(&rows, 40);
        assert!(
            narrow.ends_with("  dc/h200, clinic/l40s,\n               cloud/h100\n"),
            "{narrow}"
        );
        let narrowest = aligned(&rows, 24);
        assert!(
            narrowest.ends_with("dc/h200,\n    clinic/l40s,\n    cloud/h100\n"),
            "{narrowest}"
        );
        for (most, text) in [(47, wide), (40, narrow), (24, narrowest)] {
            assert!(
                text.lines().skip(1).all(|line| line.width() <= most),
                "{text}"
            );
        }
    }
}
