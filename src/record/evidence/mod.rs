//! `evidence.jsonl`: each decision of a run, one line each, chained by hashes so that no line can be changed, taken out
//! or moved unseen.
//!
//! The hash of a line is the SHA-256 of its bytes without its last member, `,"hash":"…"`; each line holds the hash of the
//! line before it, and the last one says how many there are.

mod chain;
mod decision;
mod judgements;
mod line;
mod matrix;
mod moved;
mod moving;
mod page;
mod scribe;
mod verify;
mod words;

pub use chain::{Chain, Seal};
pub use matrix::{Matrix, RuleTally, Stands};
pub use moving::{Attributes, Carried, MovingWords};
pub use scribe::Scribe;
pub use verify::{Broken, Verified, verify};
pub use words::{
    ChangeWords, EvidenceWords, JobWords, Known, KnownWords, OutletWords, PoolWords, RuleWords,
    RunWords, SaidWords,
};

/// No line is longer, written or read.
const LINE_MAX: usize = 4 << 20;
/// What stands before the first line.
const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[cfg(test)]
mod tests;
