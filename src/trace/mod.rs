//! Rows of recorded demand, whatever format they came in.
//!
//! ```text
//!  file ─▶ bytes (gzip, zstd, plain; bounded) ─▶ rows (table by Mapping | SWF) ─▶ Collector ─▶ Trace
//!                                                     │ what is wrong with a row      │
//!                                                     └──────── named reason ─────────┴─▶ ImportReport
//! ```
//!
//! Units and zones cannot be guessed from a file, so every format declares them and the report echoes
//! them. A row is accepted or dropped for a named reason; nothing is lost in silence. What is wrong with
//! the file as a whole is a [`TraceError`].

mod bytes;
mod canonical;
mod collect;
mod error;
mod header;
mod job;
mod limits;
mod mapping;
mod philly;
mod read;
mod reason;
mod report;
mod swf;
mod table;
mod value;

pub use canonical::write_csv;
pub use error::{TraceError, TraceErrorKind};
pub use job::{JobNames, Trace, TraceJob};
pub use limits::Limits;
pub use mapping::{
    Censored, Gang, GpuUnit, Label, Mapping, OutcomeColumn, RunTime, StateMeaning, TimeForm,
    TimeUnit, TraceStart,
};
pub use philly::Philly;
pub use read::{Format, read, read_from};
pub use reason::{Adjustment, DropReason};
pub use report::{Example, ImportReport, Tally};
pub use swf::{Swf, SwfClass, SwfClock};
