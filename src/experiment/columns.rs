//! What is kept of all replications of one strategy.

use crate::metrics::{Cell, Layout};
use crate::record::Dates;
use crate::stats::{Estimate, PairedRatio, RunningRatio};

use super::calendar::Calendar;

/// Metrics that are dates, of which percentiles over replications are told.
const DATES: &[&str] = &["budget_used_up_d", "budget_alert_d"];

/// Sums of one strategy's columns, and of how they differ from the first strategy's on the same worlds, kept
/// up replication by replication: what it takes does not grow with their number.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    own: Vec<RunningRatio>,
    versus_first: Vec<PairedRatio>,
    /// Replications whose value is only a lower bound, by column.
    at_least: Vec<u32>,
    /// By column, of those that are dates.
    dates: Vec<(usize, Calendar)>,
    worth: Worth,
}

/// What is paid more than by the first strategy, for each hour of waiting that is avoided. To wait again after
/// being stopped to make room is to wait.
#[derive(Clone, Debug, PartialEq)]
struct Worth {
    /// Positions of the cost and of the two waits.
    columns: Option<[usize; 3]>,
    ratio: RunningRatio,
}

impl Columns {
    /// No replications yet.
    pub fn new(layout: &Layout) -> Self {
        let count = layout.columns.len();
        let waits = || {
            Some([
                layout.position("cost_total")?,
                layout.position("wait_mean_s")?,
                layout.position("preempted_mean_s")?,
            ])
        };
        let is_date = |column: &usize| DATES.contains(&layout.columns[*column].metric.id);
        let dates = (0..count).filter(is_date);
        Self {
            own: vec![RunningRatio::default(); count],
            versus_first: vec![PairedRatio::default(); count],
            at_least: vec![0; count],
            dates: dates.map(|column| (column, Calendar::default())).collect(),
            worth: Worth {
                columns: waits(),
                ratio: RunningRatio::default(),
            },
        }
    }

    /// Adds the row of the next replication; `first` is the first strategy's row of the same replication.
    pub fn push(&mut self, row: &[Cell], first: &[Cell]) {
        for (column, (cell, base)) in row.iter().zip(first).enumerate() {
            self.own[column].push(cell.numerator, cell.denominator);
            self.versus_first[column].push(
                (cell.numerator, cell.denominator),
                (base.numerator, base.denominator),
            );
            self.at_least[column] += u32::from(cell.at_least);
        }
        for (column, calendar) in &mut self.dates {
            calendar.note(row[*column].value());
        }
        if let Some([cost, wait, again]) = self.worth.columns {
            let more = |column: usize| row[column].numerator - first[column].numerator;
            let avoided = -(more(wait) + more(again)) / 3600.0;
            self.worth.ratio.push(more(cost), avoided);
        }
    }

    /// The ratio of totals of a column. None where its denominators sum to zero.
    pub fn estimate(&self, column: usize) -> Option<Estimate> {
        self.own[column].estimate()
    }

    /// Σ numerator and Σ denominator of a column.
    pub fn totals(&self, column: usize) -> (f64, f64) {
        self.own[column].totals()
    }

    /// A column against the first strategy's on the same worlds.
    pub fn versus_first(&self, column: usize) -> &PairedRatio {
        &self.versus_first[column]
    }

    /// In how many replications the value of a column is only a lower bound.
    pub fn at_least(&self, column: usize) -> u32 {
        self.at_least[column]
    }

    /// By when what a column dates had come, if it is one of dates.
    pub(super) fn dates(&self, column: usize) -> Option<Dates> {
        let found = self.dates.iter().find(|(of, _)| *of == column);
        found.map(|(_, calendar)| calendar.dates())
    }

    /// What is paid more than by the first strategy over hours of waiting that are avoided.
    pub(super) fn worth_of_waiting(&self) -> &RunningRatio {
        &self.worth.ratio
    }
}
