//! What is kept of all replications of one strategy.

use crate::metrics::Cell;

/// Numerators and denominators by column, one for each replication: 16 bytes for each column and
/// replication, which is all that the intervals need and all that grows with their number.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    numerators: Vec<Vec<f64>>,
    denominators: Vec<Vec<f64>>,
    /// Replications whose value is only a lower bound, by column.
    at_least: Vec<u32>,
}

impl Columns {
    /// No replications yet of `count` columns.
    pub fn new(count: usize) -> Self {
        Self {
            numerators: vec![Vec::new(); count],
            denominators: vec![Vec::new(); count],
            at_least: vec![0; count],
        }
    }

    /// Adds the row of the next replication.
    pub fn push(&mut self, row: &[Cell]) {
        for (column, cell) in row.iter().enumerate() {
            self.numerators[column].push(cell.numerator);
            self.denominators[column].push(cell.denominator);
            self.at_least[column] += u32::from(cell.at_least);
        }
    }

    /// (numerators, denominators) of a column.
    pub fn pair(&self, column: usize) -> (&[f64], &[f64]) {
        (&self.numerators[column], &self.denominators[column])
    }

    /// In how many replications the value of a column is only a lower bound.
    pub fn at_least(&self, column: usize) -> u32 {
        self.at_least[column]
    }
}
