//! What is kept of all replications of one strategy.

use crate::metrics::{Cell, Layout};
use crate::stats::{Estimate, PairedRatio, RunningRatio};

/// Sums of one strategy's columns, and of how they differ from the first strategy's on the same worlds, kept
/// up replication by replication: what it takes does not grow with their number.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    own: Vec<RunningRatio>,
    versus_first: Vec<PairedRatio>,
    /// Replications whose value is only a lower bound, by column.
    at_least: Vec<u32>,
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
        Self {
            own: vec![RunningRatio::default(); count],
            versus_first: vec![PairedRatio::default(); count],
            at_least: vec![0; count],
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

    /// What is paid more than by the first strategy over hours of waiting that are avoided.
    pub(super) fn worth_of_waiting(&self) -> &RunningRatio {
        &self.worth.ratio
    }
}
