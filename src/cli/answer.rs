//! The answer on standard output.

use std::path::Path;

use anyhow::Context as _;

use crate::record::{StrategySummary, Summary, plain, write_summary_csv};

use super::arguments::OutputFormat;
use super::gates;
use super::output::{width, wrapped};
use super::ranking::ranking;
use super::study::Study;
use super::table::table;

/// What was read, before anything is played.
pub(super) fn head(read: &[String], study: &Study) -> String {
    let width = width();
    let mut out = wrapped(&study.title(), width);
    out.push('\n');
    for line in read {
        out.push_str(&wrapped(&plain(line), width));
        out.push('\n');
    }
    out.push('\n');
    out
}

/// What came out.
pub(super) fn body(
    summary: &Summary,
    place: &Path,
    format: OutputFormat,
) -> anyhow::Result<String> {
    match format {
        OutputFormat::Table => Ok(words(summary, place, width())),
        OutputFormat::Json => serde_json::to_string_pretty(summary)
            .map(|text| text + "\n")
            .context("cannot write the summary as json"),
        OutputFormat::Csv => {
            let mut out = Vec::new();
            write_summary_csv(summary, &mut out)?;
            String::from_utf8(out).context("cannot write the summary as csv")
        }
    }
}

fn words(summary: &Summary, place: &Path, width: usize) -> String {
    let before = [how_sure(summary), String::new()];
    let figures = |s: &StrategySummary| s.metrics.0.iter().any(|(_, figure)| 0 < figure.censored);
    let mut after = Vec::new();
    if summary.strategies.iter().any(figures) {
        after.push("≥: jobs still waiting at the horizon make this a lower bound".to_owned());
    }
    if !summary.sentences.is_empty() {
        after.push(String::new());
        after.extend(summary.sentences.iter().cloned());
    }
    if !summary.gates.is_empty() {
        after.push(String::new());
        after.extend(gates::lines(&summary.gates, &summary.currency));
    }
    if !summary.what_would_change_it.is_empty() {
        after.push(String::new());
        after.push("What would change this:".to_owned());
        let statements = summary.what_would_change_it.iter();
        after.extend(statements.map(|statement| format!("- {statement}")));
    }
    after.push(String::new());
    after.push(format!(
        "{}  manifest.json  summary.json  runs.csv{}",
        place.join("").display(),
        ["jobs.csv", "evidence.jsonl"]
            .iter()
            .filter(|name| place.join(name).exists())
            .map(|name| format!("  {name}"))
            .collect::<Vec<_>>()
            .concat()
    ));
    let lay = |lines: &[String]| -> String {
        lines
            .iter()
            .map(|line| wrapped(line, width) + "\n")
            .collect()
    };
    let ranked = ranking(summary, width);
    [lay(&before), ranked, table(summary, width), lay(&after)].concat()
}

fn how_sure(summary: &Summary) -> String {
    let done = summary.replications.done;
    if summary.deterministic {
        return "1 replication: nothing rolls dice here, so it is deterministic: no interval"
            .to_owned();
    }
    if done == 1 {
        return format!("1 replication (seed {}): no interval", summary.seed);
    }
    let partial = if summary.replications.partial {
        format!(" of {} asked for, interrupted", summary.replications.asked)
    } else {
        String::new()
    };
    let paired = if 1 < summary.strategies.len() {
        "; Δ paired with the first strategy on the same sampled worlds"
    } else {
        ""
    };
    format!(
        "{done} replications{partial} (seed {}) · ± is the 95 % interval{paired}; a number without ± came out \
         alike in all",
        summary.seed
    )
}
