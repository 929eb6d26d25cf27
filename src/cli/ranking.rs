//! Many strategies at a glance: one line each, the cheapest first, with its place in each column.
//!
//! ```text
//!                  total cost   per useful GPU-h      wait mean   violations
//! private only    179,917 (1)          4.240 (1)      6.6 h (2)        0 (1)
//! out after 2 h   232,700 (2)          4.780 (2)   29.9 min (1)        0 (1)
//! ```
//!
//! A place counts those whose interval lies wholly on the better side: strategies that cannot be told apart share it.

use unicode_width::UnicodeWidthStr as _;

use crate::metrics::Better;
use crate::record::{Figure, StrategySummary, Summary, plain};

use super::output;
use super::table::mean_text;

/// From so many strategies on, the table does not fit side by side.
const FROM: usize = 4;

/// The columns: what they are called, and the metric.
const COLUMNS: &[(&str, &str)] = &[
    ("total cost", "cost_total"),
    ("wait mean", "wait_mean_s"),
    ("violations", "violations"),
    ("useful", "utilisation_useful"),
    ("in time", "deadlines_met"),
    ("wait p95", "wait_p95_s"),
    ("per useful GPU-h", "cost_per_useful_gpu_h"),
    ("finished", "jobs_finished"),
];

const GAP: usize = 3;

/// The ranking for a terminal of `width` columns; nothing where there are few strategies.
pub(super) fn ranking(summary: &Summary, width: usize) -> String {
    let strategies = &summary.strategies;
    if strategies.len() < FROM {
        return String::new();
    }
    let mut order: Vec<usize> = (0..strategies.len()).collect();
    order.sort_by(|&a, &b| {
        let cost = |index: usize| mean(&strategies[index], "cost_total");
        cost(a).total_cmp(&cost(b))
    });
    let columns = COLUMNS.iter().filter(|(_, id)| {
        let mut all = strategies.iter();
        all.any(|strategy| mean(strategy, id) < f64::INFINITY)
    });
    let columns: Vec<Column> = columns
        .map(|&(label, id)| Column {
            label,
            cells: strategies.iter().map(|s| cell(strategies, s, id)).collect(),
        })
        .collect();
    let names: Vec<String> = strategies
        .iter()
        .map(|strategy| plain(&strategy.name).into_owned())
        .collect();
    let head =
        "means, the cheapest first; (n): n − 1 are better beyond doubt, interval against interval";
    let body = lines(&names, &columns, &order, width)
        .unwrap_or_else(|| blocks(&names, &columns, &order, width));
    format!("{}\n{body}\n", output::wrapped(head, width))
}

struct Column {
    label: &'static str,
    cells: Vec<String>,
}

/// A figure with its place.
fn cell(strategies: &[StrategySummary], of: &StrategySummary, id: &str) -> String {
    let Some(figure) = of.metrics.get(id) else {
        return String::new();
    };
    let text = mean_text(figure);
    let Some(own) = interval(figure) else {
        return text;
    };
    let others = strategies.iter().filter_map(|other| other.metrics.get(id));
    let better = others
        .filter_map(interval)
        .filter(|other| match figure.better {
            Better::Higher => own.1 < other.0,
            _ => other.1 < own.0,
        });
    format!("{text} ({})", better.count() + 1)
}

/// Between what the mean lies; a percentile that is only a lower bound reaches up without end.
fn interval(figure: &Figure) -> Option<(f64, f64)> {
    let mean = figure.mean?;
    let high = if 0 < figure.censored {
        f64::INFINITY
    } else {
        figure.high.unwrap_or(mean)
    };
    Some((figure.low.unwrap_or(mean), high))
}

/// One line each, if the terminal holds them.
fn lines(names: &[String], columns: &[Column], order: &[usize], width: usize) -> Option<String> {
    let name = names.iter().map(|name| name.width()).max()?;
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| {
            let cells = column.cells.iter().map(|cell| cell.width());
            cells.max().unwrap_or(0).max(column.label.width())
        })
        .collect();
    let shown = widths
        .iter()
        .scan(name, |used, column| {
            *used += GAP + column;
            Some(*used)
        })
        .take_while(|used| *used <= width)
        .count();
    if shown < columns.len().min(4) {
        return None;
    }
    let mut out = String::new();
    let mut line = |head: &str, cells: Vec<&str>| {
        let mut text = format!("{head}{}", " ".repeat(name - head.width()));
        for (cell, column) in cells.iter().zip(&widths) {
            text.push_str(&" ".repeat(GAP + column - cell.width()));
            text.push_str(cell);
        }
        out.push_str(text.trim_end());
        out.push('\n');
    };
    let columns = &columns[..shown];
    line("", columns.iter().map(|column| column.label).collect());
    for &index in order {
        let cells = columns.iter().map(|column| column.cells[index].as_str());
        line(&names[index], cells.collect());
    }
    Some(out)
}

/// The same for a narrow terminal.
fn blocks(names: &[String], columns: &[Column], order: &[usize], width: usize) -> String {
    let mut out = String::new();
    for &index in order {
        let cells = columns
            .iter()
            .filter(|column| !column.cells[index].is_empty());
        let cells: Vec<String> = cells
            .map(|column| format!("{} {}", column.label, column.cells[index]))
            .collect();
        let text = format!("{}: {}", names[index], cells.join("; "));
        out.push_str(&output::wrapped(&text, width));
        out.push('\n');
    }
    out
}

/// The mean of a figure; behind all others where there is none.
fn mean(strategy: &StrategySummary, id: &str) -> f64 {
    let figure = strategy.metrics.get(id);
    figure
        .and_then(|figure| figure.mean)
        .unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests;
