//! `evidence.jsonl`: each decision of a run, one line each, chained by hashes so that no line can be changed, taken out
//! or moved unseen.
//!
//! The hash of a line is the SHA-256 of the hash of the line before (32 bytes; zeros before the first) and of its own
//! bytes without its last member, `,"hash":"…"}`. A line shows the first digits of it, the last one, which says how many
//! there are, all.

mod basis;
mod chain;
mod circumstances;
mod clerk;
mod coverage;
mod happened;
mod interner;
mod judgements;
mod line;
mod matrix;
mod moved;
mod moving;
mod page;
mod retained;
mod scored;
mod scribe;
mod spelt;
mod tally;
mod verify;
mod words;

pub use chain::{Chain, Seal};
pub use coverage::{Covered, Volume};
pub use matrix::{Matrix, Stands};
pub use moving::{Attributes, Carried, MovingWords};
pub use retained::{RetentionRuleWords, RetentionTally, RetentionWords};
pub use scored::{ScoreUnit, ScoringWords, Term};
pub use scribe::{Scribe, write_run};
pub use tally::RuleTally;
pub use verify::{Broken, Verified, verify};
pub use words::{
    ChangeWords, EvidenceWords, FailoverWords, FindingWords, FoundWords, Jobs, Known, KnownWords,
    OutletWords, PhaseWords, PoolWords, RuleWords, RunWords, SaidWords, ShapeWords, TargetWords,
};

/// How lines are made; it changes when a reader would have to.
const FORMAT: u64 = 2;
/// No line is longer, written or read.
const LINE_MAX: usize = 4 << 20;
/// Hexadecimal digits that a line shows of its hash.
const SHOWN: usize = 16;

#[cfg(test)]
mod tests;
