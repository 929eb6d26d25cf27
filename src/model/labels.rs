//! Labels of recorded jobs: what is said of jobs beside what their class says, and how much of it somebody said.

use serde::Serialize;

use crate::units::LabelsId;

use super::Model;
use super::request::Labelled;
use super::rules::Value;

/// The labels that jobs have beside those of their class, each combination once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// By id, attributes and their values; the first has none.
    pub list: Vec<Vec<(String, Value)>>,
}

/// How it comes that an attribute of a job is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelSource {
    /// A column of the trace says it.
    Trace,
    /// A block matched.
    Matched,
    /// A file of labels says it.
    Joined,
    /// It was drawn by shares.
    Sampled,
    /// Its class says it, or what it reads.
    Class,
    /// Nobody says it, and the scenario or the command line takes it to be so.
    Assumed,
    /// Nobody says it: rules that read it deny.
    Unlabelled,
}

/// So much work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Jobs.
    pub jobs: u64,
    /// Their GPU-time on the reference GPU type, in milli-GPU·ms.
    pub gpu_time: u128,
}

/// Of how many recorded jobs an attribute is known, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LabelRow {
    /// The attribute, as rules write it.
    pub attribute: String,
    /// In the order of [`LabelSource::ALL`].
    pub amounts: [Amount; 7],
}

/// What is known of recorded jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LabelReport {
    /// By attribute that rules may read.
    pub rows: Vec<LabelRow>,
    /// By `[[enrich]]` of the scenario, its name and of how many jobs it was the one that said something.
    pub blocks: Vec<(String, u64)>,
    /// What the scenario, or the command line, takes to be so where nobody says it: the attribute and its value.
    pub assumed: Vec<(String, String)>,
}

impl Labels {
    /// What is said of jobs with these labels.
    pub fn of(&self, id: LabelsId) -> &[(String, Value)] {
        self.list.get(id.index()).map_or(&[], Vec::as_slice)
    }
}

/// A value in words, as a person writes it: `health, personal`.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Marks(marks) => write!(f, "[{}]", marks.join(", ")),
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Flag(yes) => yes.fmt(f),
        }
    }
}

impl Model {
    /// A kind of work in words: its class, and in parentheses the labels that its jobs have beside.
    pub fn work_words(&self, of: Labelled) -> String {
        let class = &self.classes[of.class.index()].name;
        let labels = self.labels.of(of.labels).iter();
        let labels = labels.map(|(name, value)| format!("{name} {value}"));
        let labels = labels.collect::<Vec<_>>().join(", ");
        if labels.is_empty() {
            return class.clone();
        }
        format!("{class} ({labels})")
    }
}

impl LabelSource {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Trace,
        Self::Matched,
        Self::Joined,
        Self::Sampled,
        Self::Class,
        Self::Assumed,
        Self::Unlabelled,
    ];

    /// The words for it in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trace => "from the trace",
            Self::Matched => "matched",
            Self::Joined => "joined",
            Self::Sampled => "sampled",
            Self::Class => "by class or data",
            Self::Assumed => "assumed",
            Self::Unlabelled => "unlabelled",
        }
    }
}

impl Amount {
    /// Adds a job.
    pub(super) fn add(&mut self, other: Self) {
        self.jobs += other.jobs;
        self.gpu_time += other.gpu_time;
    }
}

impl LabelRow {
    /// All jobs.
    pub fn total(&self) -> Amount {
        let mut total = Amount::default();
        for &amount in &self.amounts {
            total.add(amount);
        }
        total
    }

    /// Those with something to tell, in order: from where, and how much.
    pub fn told(&self) -> impl Iterator<Item = (LabelSource, Amount)> + '_ {
        let all = LabelSource::ALL.into_iter().zip(self.amounts);
        all.filter(|(_, amount)| amount.jobs > 0)
    }
}
