//! The files of a run: `reports/<scenario>/<run-id>/`.
//!
//! | file | holds |
//! |---|---|
//! | `manifest.json` | what went in: the resolved scenario, hashes of all inputs, seed, version, assumptions |
//! | `runs.csv` | one row for each strategy and replication, columns from [`crate::metrics::METRICS`] |
//! | `summary.json` | the comparison: estimates with intervals, paired differences |
//! | `jobs.csv` | each job of the replications asked for |
//! | `evidence.jsonl` | each decision of the replications asked for, chained by hashes |
//!
//! A folder is written beside its place and renamed into it; a folder with a `manifest.json` is complete.
//! Nothing in it depends on clocks, threads or machines, so running again gives the same bytes.

mod decimal;
mod evidence;
mod file;
mod folder;
mod gates;
mod hash;
mod jobs;
mod manifest;
mod recorded;
mod runs;
mod state;
mod summary;
mod table;
mod text;

pub use decimal::{decimal, seconds};
pub use evidence::{
    Attributes, Broken, Carried, Chain, ChangeWords, Covered, EvidenceWords, FailoverWords,
    FindingWords, FoundWords, Jobs, Known, KnownWords, Matrix, MovingWords, OutletWords,
    PhaseWords, PoolWords, RetentionRuleWords, RetentionTally, RetentionWords, RuleTally,
    RuleWords, RunWords, SaidWords, ScoreUnit, ScoringWords, Scribe, Seal, ShapeWords, Stands,
    TargetWords, Term, Verified, Volume, verify, write_run,
};
pub use file::write_whole;
pub use folder::{Folder, folder_name, is_complete};
pub use gates::{GateSays, GateVerdict};
pub use hash::{sha256_file, sha256_hex};
pub use jobs::{Against, JobList, JobsWriter, Names};
pub use manifest::{Assumption, Input, Manifest};
pub use recorded::Recorded;
pub use runs::RunsWriter;
pub use state::{EstateLeft, JobLeft, write_estate, write_state};
pub use summary::{
    Comparison, Dates, Figure, Named, Replications, RulePrice, StrategySummary, Summary,
};
pub use table::write_summary_csv;
pub use text::{csv_text, plain};

/// The version of the shape of all files; it changes when a reader would have to.
pub const SCHEMA_VERSION: u32 = 1;
