//! What a person declares about a table: which column means what, in which unit.

use crate::process::Outcome;
use crate::units::{MilliGpus, Zone};

/// How the columns of a delimited table become jobs. Columns are found by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// The character between fields, `,` unless declared.
    pub delimiter: u8,
    /// The column of the job's own name; `None` names jobs by row.
    pub job: Option<String>,
    /// The column of the time of submission.
    pub submit: String,
    /// How that column (and [`RunTime::Between`]) tells time.
    pub time: TimeForm,
    /// Where trace time 0 lies.
    pub start: TraceStart,
    /// Where the true run time comes from.
    pub run_time: RunTime,
    /// The column and unit of the requested run time.
    pub requested: Option<(String, TimeUnit)>,
    /// Where the number of GPUs comes from.
    pub gang: Gang,
    /// Who pays.
    pub tenant: Label,
    /// What kind of work it is.
    pub class: Label,
    /// How the job ended; `None`: all finished.
    pub outcome: Option<OutcomeColumn>,
    /// What happens to jobs that were still running when the source was recorded.
    pub censored: Censored,
    /// The column of the priority, a whole number; larger is more urgent. `None`: all 0.
    pub priority: Option<String>,
    /// The column and unit of the wait that was recorded.
    pub recorded_wait: Option<(String, TimeUnit)>,
    /// A column that should be run time in seconds × GPUs; rows where it is not are counted.
    pub product_check: Option<String>,
    /// Columns whose texts are kept beside the jobs, for labels.
    pub keep: Vec<String>,
    /// Columns that are known and not used.
    pub ignore: Vec<String>,
    /// Whether columns that nobody names are ignored rather than an error.
    pub ignore_rest: bool,
}

/// How a column tells time.
#[derive(Clone, Debug, PartialEq)]
pub enum TimeForm {
    /// A number since a zero of the source's own.
    Since(TimeUnit),
    /// A number since 1970-01-01 UTC.
    Unix(TimeUnit),
    /// A civil time such as `2017-10-09 07:01:55` in the declared zone; the name is for the report.
    Local(Zone, String),
    /// A civil time that carries its own offset, such as `2023-03-01 00:18:22+08:00`.
    Offset,
}

/// A unit of time in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
}

/// Where trace time 0 lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceStart {
    /// At the first accepted submission.
    #[default]
    FirstSubmit,
    /// At the source's own zero; only where it has one.
    SourceZero,
    /// At this instant (Unix milliseconds). Sources with a calendar drop earlier rows by name; for others
    /// it is the instant of their own zero.
    At(i64),
}

/// Where the true run time comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum RunTime {
    /// A column with its unit.
    Column(String, TimeUnit),
    /// The difference of two columns of [`Mapping::time`]'s form. An empty end means still running.
    Between {
        /// The column of the start.
        start: String,
        /// The column of the end.
        end: String,
    },
}

/// Where the number of GPUs comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Gang {
    /// A column of the total.
    Total(String, GpuUnit),
    /// Two columns to multiply.
    Replicas {
        /// The column of the number of replicas.
        replicas: String,
        /// The column of the GPUs of one replica.
        per_replica: String,
        /// The unit of the latter.
        unit: GpuUnit,
    },
    /// The same for all.
    Constant(MilliGpus),
}

/// A unit of GPUs in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GpuUnit {
    /// GPUs; `0.5` is half of one.
    Gpus,
    /// Thousandths of a GPU.
    Milli,
    /// Hundredths of a GPU.
    Percent,
}

/// A name for each job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// The same for all.
    Constant(String),
    /// What the column says.
    Column(String),
}

/// How the job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeColumn {
    /// The column of the state.
    pub column: String,
    /// What each state means; a state that ends in `*` stands for all that begin so.
    pub states: Vec<(String, StateMeaning)>,
}

/// What a state of the source means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateMeaning {
    /// The job ended so.
    Ended(Outcome),
    /// The job was still running.
    Running,
}

/// What happens to jobs that were still running when the source was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Censored {
    /// They are dropped and counted.
    #[default]
    Drop,
    /// They are kept with the run time so far and this outcome, and counted.
    KeepAs(Outcome),
}

impl Mapping {
    /// A mapping of the columns that every trace has: submission and run time in seconds from the source's
    /// zero, and whole GPUs; all else is constant or absent.
    pub fn new(submit: &str, duration: &str, gpus: &str) -> Self {
        Self {
            delimiter: b',',
            job: None,
            submit: submit.to_owned(),
            time: TimeForm::Since(TimeUnit::Seconds),
            start: TraceStart::FirstSubmit,
            run_time: RunTime::Column(duration.to_owned(), TimeUnit::Seconds),
            requested: None,
            gang: Gang::Total(gpus.to_owned(), GpuUnit::Gpus),
            tenant: Label::Constant("all".to_owned()),
            class: Label::Constant("all".to_owned()),
            outcome: None,
            censored: Censored::Drop,
            priority: None,
            recorded_wait: None,
            product_check: None,
            keep: Vec::new(),
            ignore: Vec::new(),
            ignore_rest: false,
        }
    }

    /// The columns that tell how a job went, which nobody knew when it came.
    pub(super) fn tells_of_running(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = match &self.run_time {
            RunTime::Column(column, _) => vec![column],
            RunTime::Between { start, end } => vec![start, end],
        };
        columns.extend(self.outcome.as_ref().map(|of| of.column.as_str()));
        columns.extend(
            self.recorded_wait
                .as_ref()
                .map(|(column, _)| column.as_str()),
        );
        columns.extend(self.product_check.as_deref());
        columns
    }

    /// What was declared, for the report.
    pub(super) fn declared(&self) -> Vec<String> {
        let mut lines = vec![format!("submit `{}`: {}", self.submit, self.time.words())];
        lines.push(match &self.run_time {
            RunTime::Column(column, unit) => format!("run time `{column}`: {}", unit.name()),
            RunTime::Between { start, end } => format!("run time: `{start}` to `{end}`"),
        });
        lines.push(match &self.gang {
            Gang::Total(column, unit) => format!("GPUs `{column}`: {}", unit.words()),
            Gang::Replicas {
                replicas,
                per_replica,
                unit,
            } => {
                format!("GPUs `{replicas}` × `{per_replica}`: {}", unit.words())
            }
            Gang::Constant(gpus) => format!("GPUs: {} milli-GPU for every job", gpus.0),
        });
        if let Some((column, unit)) = &self.requested {
            lines.push(format!("requested time `{column}`: {}", unit.name()));
        }
        lines
    }
}

impl TimeForm {
    /// Whether times of this form lie on the calendar.
    pub(super) const fn has_calendar(&self) -> bool {
        !matches!(self, Self::Since(_))
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Since(unit) => format!("{} since the source's zero", unit.name()),
            Self::Unix(unit) => format!("{} since 1970 UTC", unit.name()),
            Self::Local(_, zone) => format!("local time in {zone}"),
            Self::Offset => "time with its own offset".to_owned(),
        }
    }
}

impl TimeUnit {
    /// All units.
    pub const ALL: [Self; 5] = [
        Self::Milliseconds,
        Self::Seconds,
        Self::Minutes,
        Self::Hours,
        Self::Days,
    ];

    /// Milliseconds in one unit.
    pub const fn ms(self) -> u64 {
        match self {
            Self::Milliseconds => 1,
            Self::Seconds => 1_000,
            Self::Minutes => 60_000,
            Self::Hours => 3_600_000,
            Self::Days => 86_400_000,
        }
    }

    /// The name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }
}

impl GpuUnit {
    /// Milli-GPUs in one unit.
    pub const fn milli(self) -> u64 {
        match self {
            Self::Gpus => 1000,
            Self::Milli => 1,
            Self::Percent => 10,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Gpus => "GPUs",
            Self::Milli => "thousandths of a GPU",
            Self::Percent => "percent of a GPU",
        }
    }
}
