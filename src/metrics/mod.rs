//! Numbers folded from a journal: one table of definitions, one fold.
//!
//! Each metric of a replication is kept as a numerator and a denominator, so that statistics over
//! replications can use the ratio of totals; the mean of ratios is never taken.
//! Percentiles have the denominator 1 (one number for each replication), or 0 where nobody waited in line.

mod books;
mod budget;
mod cell;
mod fold;
mod layout;
mod phase;
mod recovery;
mod shares;
mod source;
mod table;
mod tally;

pub use books::Books;
pub use budget::Spending;
pub use cell::{Better, Cell, Unit};
pub use fold::{Against, Fold};
pub use layout::{Column, Layout, Subject};
pub use recovery::Recoveries;
pub use shares::Dimension;
pub use source::Source;
pub use table::{METRICS, Metric};
pub use tally::Tally;
