//! Rows of recorded demand and weather, whatever format they came in.
//!
//! ```text
//!  file ─▶ bytes (gzip, zstd, plain; bounded) ─▶ rows (table by Mapping | SWF) ─▶ Collector ─▶ Trace
//!                                                     │ what is wrong with a row      │
//!                                                     └──────── named reason ─────────┴─▶ ImportReport
//! ```
//!
//! Recorded weather (prices, market capacity, nodes that come and go, outages) has importers of its own in
//! `weather`, with the same bounds and the same account.
//!
//! Units and zones cannot be guessed from a file, so every format declares them and the report echoes
//! them. A row is accepted or dropped for a named reason; nothing is lost in silence. What is wrong with
//! the file as a whole is a [`TraceError`].

mod bytes;
mod canonical;
mod collect;
mod cut;
mod error;
mod header;
mod job;
mod labels;
mod limits;
mod lines;
mod mapping;
mod packed;
mod philly;
mod read;
mod reason;
mod report;
mod swf;
mod table;
mod value;
mod weather;

pub use canonical::write_csv;
pub use cut::Straddler;
pub use error::{RowKind, TraceError, TraceErrorKind};
pub use job::{JobNames, Trace, TraceJob};
pub use labels::{Joined, read_joined};
pub use limits::Limits;
pub use mapping::{
    Censored, Gang, GpuUnit, Label, Mapping, OutcomeColumn, RunTime, StateMeaning, TimeForm,
    TimeUnit, TraceStart,
};
pub use philly::Philly;
pub use read::{Format, read, read_from, read_keeping};
pub use reason::{Adjustment, DropReason};
pub use report::{Example, ImportReport, Tally};
pub use swf::{Swf, SwfClass, SwfClock};
pub use weather::{
    AwsInstance, AwsPrices, CapacityHistory, CapacityKind, CapacitySteps, Entity, Figure, Gaps,
    NodeEvents, NodeFormat, NodeStep, Outage, OutageFormat, OutageHistory, PriceFormat,
    PriceHistory, PriceKey, PriceSeries, PriceTable, SkyPilot, Source, Spells, WeatherChange,
    WeatherDrop, WeatherError, WeatherReport, ZoneSamples, read_capacity, read_capacity_steps,
    read_node_events, read_outages, read_prices, write_capacity, write_outages, write_prices,
};
