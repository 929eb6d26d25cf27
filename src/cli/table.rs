//! The comparison as a table: one row for each metric, one column for each strategy, as many side by side as
//! the terminal holds; on a narrow one, a block for each strategy.
//!
//! ```text
//!                          private only    burst after 30 min
//! total cost, USD               430,080       478,900 ± 6,100
//!   Δ to the first                            +48,800 ± 6,100
//! ```

use unicode_width::UnicodeWidthStr as _;

use crate::experiment::{amount, duration, estimate};
use crate::metrics::Unit;
use crate::record::{Comparison, Dates, Figure, StrategySummary, Summary, plain};

/// The rows: what they are called, and the metric; waits are repeated for each class.
const ROWS: &[(&str, &str)] = &[
    ("total cost", "cost_total"),
    ("least any plan could cost", "cost_bound"),
    ("share above that", "cost_over_bound_share"),
    ("cost per useful GPU-h", "cost_per_useful_gpu_h"),
    ("shortfall of commitments", "cost_shortfall"),
    ("discounts", "discounts"),
    ("electricity", "cost_electricity"),
    ("transforms of data", "cost_transforms"),
    ("validations", "cost_validations"),
    ("flawed copies let out", "flawed_released"),
    ("jobs that read what was found flawed", "flawed_readers"),
    ("energy, kWh", "energy_kwh"),
    ("energy per useful GPU-h, kWh", "energy_per_useful_gpu_h"),
    ("CO2e, kg", "carbon_kg"),
    ("wait mean", "wait_mean_s"),
    ("wait p50", "wait_p50_s"),
    ("wait p95", "wait_p95_s"),
    ("wait p99", "wait_p99_s"),
    ("over by its deadline", "deadlines_met"),
    ("preempted mean", "preempted_mean_s"),
    ("torn down after windows", "torn_down"),
    ("overtime, GPU-h", "gpu_h_overtime"),
    ("cost envelopes reached", "envelopes_reached"),
    ("spent beyond envelopes", "envelope_overshoot"),
    ("interruptions", "interruptions"),
    ("gangs that shrank", "gangs_shrunk"),
    ("violations of rules", "violations"),
    ("GPU-h against rules", "gpu_h_violating"),
    ("GB moved against rules", "gb_violating"),
    ("moves refused by rules", "moves_refused"),
    ("recovery mean", "recovery_mean_s"),
    ("work lost, GPU-h", "gpu_h_rework"),
    ("stalled by storage, GPU-h", "gpu_h_stalled_storage"),
    ("stalled by links, GPU-h", "gpu_h_stalled_link"),
    ("nodes down, GPU-h", "gpu_h_down"),
    ("requests refused", "rented_refusals"),
    ("instances taken back", "rented_reclaims"),
    ("utilisation allocated", "utilisation_allocated"),
    ("utilisation useful", "utilisation_useful"),
    ("jobs finished", "jobs_finished"),
    ("jobs failed", "jobs_failed"),
    ("jobs cancelled", "jobs_cancelled"),
    ("jobs timed out", "jobs_timed_out"),
    ("jobs rejected", "jobs_rejected"),
    ("jobs shed", "jobs_shed"),
    ("jobs overspent", "jobs_overspent"),
    ("jobs unfinished", "jobs_unfinished"),
    ("ends by its date", "phase_on_time"),
    ("slip, days", "phase_slip_d"),
    ("cost of phase", "phase_cost"),
    ("wait mean in phase", "phase_wait_mean_s"),
    ("utilisation in phase", "phase_utilisation_allocated"),
    ("useful GPU-h in phase", "phase_gpu_h_useful"),
    ("spent", "budget_spent"),
    ("largest share of amount", "budget_share"),
    ("is used up", "budget_used_up"),
    ("used up on day, p10 / p50 / p90", "budget_used_up_d"),
    ("overshoot", "budget_overshoot"),
    ("granted, when asked", "budget_granted"),
    ("placements flagged", "budget_flagged"),
    ("jobs shed", "budget_shed"),
    ("jobs stopped", "budget_stopped"),
    ("lost their place", "loss_count"),
    ("worked again after, p95", "loss_recovery_p95_s"),
    ("in time", "loss_recovered_in_time"),
    ("running lost, mean", "loss_redone_mean_s"),
    ("within recovery point", "loss_within_point"),
    ("began", "failover_begun"),
    ("alarms", "failover_alarms"),
    ("called off", "failover_called_off"),
    ("steps failed", "failover_steps_failed"),
    ("people, h", "failover_people_h"),
    ("people", "failover_people_cost"),
    ("flapped", "failover_flaps"),
    ("in force", "failover_in_force"),
    ("jobs moved", "failover_moved"),
    ("jobs shed", "failover_shed"),
    ("made do with less", "failover_degraded"),
];

/// Rows that are left out where every strategy has zero.
const ONLY_IF_ANY: &[&str] = &[
    "cost_shortfall",
    "discounts",
    "cost_electricity",
    "energy_kwh",
    "energy_per_useful_gpu_h",
    "carbon_kg",
    "preempted_mean_s",
    "torn_down",
    "gpu_h_overtime",
    "envelopes_reached",
    "envelope_overshoot",
    "jobs_overspent",
    "interruptions",
    "gangs_shrunk",
    "recovery_mean_s",
    "gpu_h_rework",
    "gpu_h_stalled_storage",
    "gpu_h_stalled_link",
    "gpu_h_down",
    "violations",
    "gpu_h_violating",
    "rented_refusals",
    "rented_reclaims",
    "jobs_cancelled",
    "jobs_timed_out",
    "jobs_shed",
    "budget_used_up_d",
    "budget_overshoot",
    "budget_granted",
    "budget_flagged",
    "budget_shed",
    "budget_stopped",
    "failover_alarms",
    "failover_called_off",
    "failover_steps_failed",
    "failover_people_h",
    "failover_people_cost",
    "failover_flaps",
    "failover_moved",
    "failover_shed",
    "failover_degraded",
];

const GAP: usize = 3;
const DELTA: &str = "  Δ";

struct Row {
    label: String,
    cells: Vec<String>,
}

/// Lays out the table for a terminal of `width` columns.
pub(super) fn table(summary: &Summary, width: usize) -> String {
    let rows = rows(summary);
    let names: Vec<String> = summary
        .strategies
        .iter()
        .map(|strategy| plain(&strategy.name).into_owned())
        .collect();
    let label = rows.iter().map(|row| row.label.width()).max().unwrap_or(0);
    let columns: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let cells = rows.iter().map(|row| row.cells[index].width());
            cells.max().unwrap_or(0).max(name.width())
        })
        .collect();
    if columns.iter().any(|column| width < label + GAP + column) {
        return blocks(&rows, &names, width);
    }
    let mut out = String::new();
    let mut next = 0;
    while next < columns.len() {
        let first = next;
        let mut used = label;
        while next < columns.len() && used + GAP + columns[next] <= width {
            used += GAP + columns[next];
            next += 1;
        }
        if 0 < first {
            out.push('\n');
        }
        side_by_side(&rows, &names, first..next, (label, &columns), &mut out);
    }
    out
}

fn side_by_side(
    rows: &[Row],
    names: &[String],
    shown: std::ops::Range<usize>,
    (label, columns): (usize, &[usize]),
    out: &mut String,
) {
    let mut line = |head: &str, cells: &[String]| {
        let mut text = format!("{head}{}", " ".repeat(label - head.width()));
        for index in shown.clone() {
            let cell = &cells[index];
            text.push_str(&" ".repeat(GAP + columns[index] - cell.width()));
            text.push_str(cell);
        }
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line("", names);
    for row in rows {
        // A row of differences is of no use where only the first strategy is shown.
        if row.label != DELTA || shown.clone().any(|index| !row.cells[index].is_empty()) {
            line(&row.label, &row.cells);
        }
    }
}

/// One block for each strategy: the label, and the value behind it or on the next line.
fn blocks(rows: &[Row], names: &[String], width: usize) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        if 0 < index {
            out.push('\n');
        }
        out.push_str(&super::output::wrapped(name, width));
        out.push('\n');
        for row in rows.iter().filter(|row| !row.cells[index].is_empty()) {
            let (head, cell) = (format!("  {}", row.label), &row.cells[index]);
            let used = head.width() + 1 + cell.width();
            if used <= width {
                out.push_str(&head);
                out.push_str(&" ".repeat(width + 1 - used));
                out.push_str(cell);
                out.push('\n');
            } else {
                out.push_str(&[&head, "\n    ", cell, "\n"].concat());
            }
        }
    }
    out
}

fn rows(summary: &Summary) -> Vec<Row> {
    let mut rows = Vec::new();
    let Some(first) = summary.strategies.first() else {
        return rows;
    };
    for (label, id) in ROWS {
        let matching = first.metrics.0.iter().filter(|(known, _)| {
            let each = [
                "wait_",
                "phase_",
                "budget_",
                "loss_",
                "failover_",
                "deadlines_",
            ];
            let each = each.iter().any(|start| id.starts_with(start));
            known == id || (each && of_class(known, id))
        });
        for (known, figure) in matching {
            let none = |s: &StrategySummary| {
                let zero = |f: &Figure| f.mean.is_none_or(|mean| mean == 0.0);
                s.metrics.get(known).is_none_or(zero)
            };
            if ONLY_IF_ANY.contains(id) && summary.strategies.iter().all(none) {
                continue;
            }
            let label = match known
                .strip_prefix(id)
                .and_then(|rest| rest.strip_prefix('.'))
            {
                Some(phase) if id.starts_with("phase_") => {
                    format!("{}, {}", with_unit(label, figure), plain(phase))
                }
                Some(budget) if id.starts_with("budget_") => {
                    format!("budget {}: {}", plain(budget), with_unit(label, figure))
                }
                Some(class) if id.starts_with("loss_") => {
                    format!("{}: {}", plain(class), with_unit(label, figure))
                }
                Some(failover) if id.starts_with("failover_") => {
                    format!("failover {}: {}", plain(failover), with_unit(label, figure))
                }
                Some(class) => format!("  {}", plain(class)),
                None => with_unit(label, figure),
            };
            push_rows(summary, known, label, &mut rows);
        }
    }
    rows
}

fn of_class(known: &str, id: &str) -> bool {
    known
        .strip_prefix(id)
        .is_some_and(|rest| rest.starts_with('.'))
}

fn with_unit(label: &str, figure: &Figure) -> String {
    match figure.kind {
        Unit::Money => format!("{label}, {}", figure.unit),
        Unit::MoneyPerGpuHour => format!(
            "{label}, {}",
            figure.unit.split('/').next().unwrap_or(&figure.unit)
        ),
        _ => label.to_owned(),
    }
}

fn push_rows(summary: &Summary, id: &str, label: String, rows: &mut Vec<Row>) {
    let strategies = &summary.strategies;
    let value = |s: &StrategySummary| s.metrics.get(id).map_or_else(String::new, figure_text);
    rows.push(Row {
        label,
        cells: strategies.iter().map(value).collect(),
    });
    if strategies.len() < 2 || id.contains('.') {
        return;
    }
    let delta = |s: &StrategySummary| {
        let versus = s.versus_first.as_ref().and_then(|all| all.get(id));
        match (versus, s.metrics.get(id)) {
            (Some(versus), Some(figure)) => difference_text(versus, figure.kind),
            _ => String::new(),
        }
    };
    rows.push(Row {
        label: DELTA.to_owned(),
        cells: strategies.iter().map(delta).collect(),
    });
}

/// A figure's mean alone.
pub(super) fn mean_text(figure: &Figure) -> String {
    let Some(mean) = figure.mean else {
        return "–".to_owned();
    };
    let bound = if 0 < figure.censored { "≥ " } else { "" };
    let value = match figure.kind {
        Unit::Share | Unit::MoneyPerGpuHour => format!("{mean:.3}"),
        Unit::Jobs | Unit::Times => amount(mean.round()),
        kind => value_text(mean, None, kind),
    };
    format!("{bound}{value}")
}

fn figure_text(figure: &Figure) -> String {
    if let Some(Dates { p10, p50, p90 }) = figure.dates.filter(|_| 1 < figure.n) {
        let day = |day: Option<f64>| day.map_or("–".to_owned(), |day| format!("{day:.1}"));
        return [day(p10), day(p50), day(p90)].join(" / ");
    }
    let Some(mean) = figure.mean else {
        return "–".to_owned();
    };
    if let (None, Some(low), Some(high)) = (figure.half_width, figure.low, figure.high) {
        return format!("{mean:.2} ({low:.2} to {high:.2})");
    }
    let bound = if 0 < figure.censored { "≥ " } else { "" };
    format!(
        "{bound}{}",
        value_text(mean, figure.half_width, figure.kind)
    )
}

fn difference_text(versus: &Comparison, kind: Unit) -> String {
    let Some(difference) = versus.difference else {
        return "–".to_owned();
    };
    if difference == 0.0 && versus.difference_low.is_none() {
        return "same".to_owned();
    }
    let half = versus.difference_high.map(|high| high - difference);
    let sign = if difference < 0.0 { "−" } else { "+" };
    format!("{sign}{}", value_text(difference.abs(), half, kind))
}

fn value_text(value: f64, half: Option<f64>, kind: Unit) -> String {
    match kind {
        Unit::Seconds => duration(value, half),
        Unit::Money if half.is_none() => amount(value),
        Unit::Share if half.is_none() => format!("{value:.3}"),
        _ => estimate(value, half),
    }
}

#[cfg(test)]
mod tests;
