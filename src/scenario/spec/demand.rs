//! `[[demand]]`: jobs that come.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::{ByName, List};

/// Jobs that come: a recorded trace or a generator.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DemandSpec {
    /// Its name; "demand" unless given. Names its randomness.
    pub name: Given<String>,
    /// A file of recorded jobs, relative to the scenario file; gzip and zstd are read as they are.
    pub trace: Given<String>,
    /// The format of the trace; "plimsoll" unless given.
    pub format: Given<FormatKind>,
    /// The zone of local times, such as "America/Los_Angeles", "+08:00" or "UTC".
    pub zone: Given<String>,
    /// Format "csv": which column means what.
    pub columns: Given<ColumnsSpec>,
    /// Format "swf": how many processors stand for one GPU; 1 unless given.
    pub processors_per_gpu: Given<u32>,
    /// Where the trace begins: "start" (its first job at the scenario's start, the default) or "calendar"
    /// (every job at its own date).
    pub align: Given<Align>,
    /// Jobs drawn from laws instead of a trace.
    pub generator: Given<GeneratorSpec>,
    /// Draw the trace anew from blocks of itself; "none" unless given.
    pub resample: Given<ResampleKind>,
    /// Shift every job by up to so much, such as "30 min".
    pub jitter: Given<String>,
    /// Play the trace so many times, one after the other; 1 unless given.
    pub repeat: Given<u32>,
    /// Growth of the number of jobs in a year, such as 0.5 for half as many again.
    pub grow: Given<f64>,
    /// Share of the jobs that come, such as 0.8; above 1 some come more than once.
    pub thin: Given<f64>,
    /// Jobs to leave out, counted: "unplaceable" ones that no pool can ever hold.
    pub drop: List<DropKind>,
    /// Where neither trace nor class says what a job asked for: its true run time times this; 1 unless given.
    pub requested_factor: Given<f64>,
}

/// Formats of traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormatKind {
    /// Plimsoll's own csv.
    Plimsoll,
    /// The csv of the Philly months.
    Philly,
    /// The Standard Workload Format.
    Swf,
    /// Any csv, with `columns`.
    Csv,
}

/// Where a trace begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Its first job comes at the scenario's start.
    Start,
    /// Every job comes at its own date.
    Calendar,
}

/// How a trace is drawn anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResampleKind {
    /// It is replayed as it is.
    None,
    /// Blocks of days, each drawn from the same day of the week.
    Days,
    /// Blocks of weeks.
    Weeks,
}

/// Jobs to leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DropKind {
    /// Those that no pool can ever hold.
    Unplaceable,
}

/// Which column of a csv means what; columns are named as in its header.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["submit", "gpus"]))]
pub struct ColumnsSpec {
    /// The column of the job's own name.
    pub job: Given<String>,
    /// The column of the time of submission.
    pub submit: Given<String>,
    /// How it tells time: a number "since" the trace's zero (the default), "unix", "local" or "offset".
    pub clock: Given<ClockKind>,
    /// The unit of numbers that tell times and lengths of time; "seconds" unless given.
    pub unit: Given<TimeUnitKind>,
    /// The column of the true run time.
    pub duration: Given<String>,
    /// Instead of a run time: the column of the start …
    pub start: Given<String>,
    /// … and that of the end.
    pub end: Given<String>,
    /// The column of the run time that was asked for.
    pub requested: Given<String>,
    /// The column of the GPUs.
    pub gpus: Given<String>,
    /// The column of the number of replicas by which they are multiplied.
    pub replicas: Given<String>,
    /// The unit of the GPUs; "gpus" unless given.
    pub gpu_unit: Given<GpuUnitKind>,
    /// The column of who pays.
    pub tenant: Given<String>,
    /// The column of the kind of work.
    pub class: Given<String>,
    /// The column of the priority.
    pub priority: Given<String>,
    /// The column of how the job ended …
    pub state: Given<String>,
    /// … and what its words mean: finished, failed, cancelled, timed-out or running.
    pub states: ByName<String>,
    /// The character between fields; "," unless given.
    pub delimiter: Given<String>,
    /// Columns that are known and not used; `["*"]` for all others.
    pub ignore: List<String>,
}

/// How a column tells time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClockKind {
    /// A number since a zero of the source's own.
    Since,
    /// A number since 1970-01-01 UTC.
    Unix,
    /// A civil time in the demand's zone.
    Local,
    /// A civil time with its own offset.
    Offset,
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeUnitKind {
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

/// A unit of GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GpuUnitKind {
    /// GPUs; 0.5 is half of one.
    Gpus,
    /// Thousandths of a GPU.
    Milli,
    /// Hundredths of a GPU.
    Percent,
}

/// Jobs drawn from laws.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GeneratorSpec {
    /// The kind of cluster whose jobs these are; "shared-research" unless given.
    pub preset: Given<Preset>,
    /// Mean number of jobs in a day …
    pub jobs_per_day: Given<f64>,
    /// … or so many that the owned GPUs are loaded so much in the mean, such as 0.85.
    pub load: Given<f64>,
    /// How they come; "bursty" unless given.
    pub arrivals: Given<ArrivalKind>,
    /// The zone in which days and weeks have their shape; "UTC" unless given.
    pub zone: Given<String>,
    /// Run times are multiplied by this; 1 unless given.
    pub run_time: Given<f64>,
    /// Instead of the preset's: share of jobs by gang size, such as { 1 = 0.8, 8 = 0.2 }.
    pub gangs: ByName<f64>,
    /// Instead of the preset's: share of jobs by tenant.
    pub tenants: ByName<f64>,
}

/// Kinds of clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Many researchers, mostly small jobs.
    SharedResearch,
    /// Training of large language models.
    LlmLab,
}

/// How jobs come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArrivalKind {
    /// With hours, weekdays, good and bad days, and bursts.
    Bursty,
    /// With hours and weekdays, and otherwise independent of each other.
    Smooth,
    /// At a constant rate, independent of each other.
    Poisson,
}
