//! `[[runbook]]`: who does what before a failover begins, and how long that takes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::law::LawSpec;
use super::rule::ModeKind;
use super::weather::SelectorSpec;
use super::{ByName, List};

/// How a failover is carried out: it does not begin before somebody has noticed, decided and, where that is asked for,
/// approved it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "failover"]))]
pub struct RunbookSpec {
    /// Its name; it belongs to the names of its dice.
    pub name: Given<String>,
    /// The failover that it carries out, whose triggers raise the alarm.
    pub failover: Given<String>,
    /// How bad it is; "high" unless given. A word for reports.
    pub severity: Given<SeverityKind>,
    /// Who does it, such as "site reliability"; "on call" unless given. A word for reports.
    pub owner: Given<String>,
    /// Whether nobody has to be paged nor to decide; steps may still need approval. False unless given.
    pub automatic: Given<bool>,
    /// How long until it is noticed; no time unless given.
    pub detect: Given<LawSpec>,
    /// How long until whoever is paged is there; no time unless given.
    pub page: Given<LawSpec>,
    /// How long until they have decided; no time unless given.
    pub decide: Given<LawSpec>,
    /// How long until who must approve has done so, for each step with `approval`; no time unless given.
    pub approve: Given<LawSpec>,
    /// When people work; around the clock unless given.
    pub hours: Given<HoursSpec>,
    /// What is done in working hours only; `["decide", "approve"]` unless given, where there are `hours`.
    pub in_hours: List<StageOfRunbookKind>,
    /// How many people are busy from when they are there; 1 unless given.
    pub people: Given<u32>,
    /// What one of them costs, such as "90 USD/h", or "90/h" in whatever currency the scenario has; nothing unless given.
    pub rate: Given<String>,
    /// What is done, in order; the failover begins, and nothing else, unless given.
    pub step: List<StepOfRunbookSpec>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityKind {
    /// It can wait.
    Low,
    /// It cannot wait long.
    High,
    /// Nothing comes before it.
    Critical,
}

/// Hours that are the same each week, such as those in which people work.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["from", "to"]))]
pub struct HoursSpec {
    /// From when on, such as "08:00".
    pub from: Given<String>,
    /// Until when, such as "18:00".
    pub to: Given<String>,
    /// On which days; Monday to Friday unless given.
    pub days: List<DayKind>,
    /// Of which clock, such as "+01:00"; UTC unless given.
    pub utc_offset: Given<String>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DayKind {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// What takes time in a runbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StageOfRunbookKind {
    /// To notice.
    Detect,
    /// To be there.
    Page,
    /// To decide.
    Decide,
    /// To approve.
    Approve,
    /// To do it.
    Execute,
}

/// One step of a runbook.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["does"]))]
pub struct StepOfRunbookSpec {
    /// What it does.
    pub does: Given<StepKind>,
    /// What people do, in a sentence. For whoever reads the runbook.
    pub says: Given<String>,
    /// A condition that must hold of some class of the failover and some of its targets, as of a rule, or the step must
    /// not be done; always unless given. Without targets it is asked of the pools that are left, else of those that the
    /// classes may use.
    pub when: Given<String>,
    /// Whether somebody must approve it first; false unless given.
    pub approval: Given<bool>,
    /// How long it takes; no time unless given.
    pub execute: Given<LawSpec>,
    /// How often it fails, such as 0.05: then nothing that follows is done; never unless given.
    pub fails: Given<f64>,
    /// Of "rules": their modes until the failover is over.
    pub rules: ByName<ModeKind>,
    /// Of "quota": where.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// Of "quota": how many GPUs may be held there until the failover is over.
    pub gpus: Given<u64>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// The failover begins.
    Failover,
    /// Rules are in other modes.
    Rules,
    /// Rented pools have other quotas.
    Quota,
    /// What the triggers watch is set right: a service answers from its standby, a version is rolled back, a block is
    /// lifted, a link or a storage gives all again, an old key is let in again.
    Mend,
    /// Something is looked at, and nothing changes.
    Check,
}
