//! What is told of labels: which jobs have which, and of how many nobody said any.

use crate::model::{LabelReport, Labelled, Model};
use crate::record::plain;

use super::output::{width, wrapped};
use super::study::{counted, hours};

/// A kind of work in words: its class, and in parentheses the labels that its jobs have beside.
pub(super) fn work_words(model: &Model, of: Labelled) -> String {
    plain(&model.work_words(of)).into_owned()
}

/// What is taken to be so of whatever nobody says it of.
pub(super) fn assumed(report: &LabelReport) -> Vec<String> {
    let all = report.assumed.iter();
    let told = all.map(|(attribute, value)| {
        let (attribute, value) = (plain(attribute), plain(value));
        format!("assumed  {attribute} is {value} wherever nobody says it")
    });
    told.collect()
}

/// What is known of recorded jobs, attribute by attribute, and blocks that say nothing of anybody.
pub(super) fn told(report: &LabelReport) -> Vec<String> {
    let mut lines = assumed(report);
    for row in &report.rows {
        let parts = row.told().map(|(source, amount)| {
            format!(
                "{} {} ({} GPU-h)",
                source.name(),
                counted(amount.jobs, "job"),
                hours(amount.gpu_time)
            )
        });
        let parts = parts.collect::<Vec<_>>().join(", ");
        lines.push(format!("labels  {}  {parts}", plain(&row.attribute)));
    }
    for (block, jobs) in &report.blocks {
        if *jobs == 0 {
            let block = plain(block);
            lines.push(format!("labels  enrich {block} says nothing of any job"));
        }
    }
    lines
}

/// How many jobs each block labels.
pub(super) fn blocks(report: &LabelReport) -> String {
    if report.blocks.is_empty() {
        return String::new();
    }
    let lines = report.blocks.iter().map(|(block, jobs)| {
        let jobs = counted(*jobs, "job");
        format!("  {}: {jobs}\n", plain(block))
    });
    let head = "enrich: of several that speak of one attribute the first that says something of a job counts";
    format!(
        "\n{}\n{}",
        wrapped(head, width()),
        lines.collect::<String>()
    )
}
