//! `[[failover]]`: where work goes when its place is lost, what sends it there, and when it comes back.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;
use super::weather::{LinkUseKind, SelectorSpec};

/// What classes of work do when something that they rely on fails.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "action", "trigger"]))]
pub struct FailoverSpec {
    /// Its name.
    pub name: Given<String>,
    /// Classes that it is for; unless given all that it changes nothing for in calm: that run in none of its targets anyway
    /// and may go there, or with action = "move" and no target have somewhere else to go.
    pub classes: List<String>,
    /// What happens while a trigger holds.
    pub action: Given<FailoverActionKind>,
    /// What sets it off: any of them.
    pub trigger: List<TriggerSpec>,
    /// Where the classes may go then, in order: the next opens when those before are lost, or after `next_after`.
    /// Nobody of the classes runs there otherwise. With action = "move", none: what leaves goes wherever else its class may
    /// run.
    pub target: List<TargetSpec>,
    /// How long after a target opened the next one does, if somebody of the classes still waits, such as "1 h"; only
    /// when those before are lost unless given.
    pub next_after: Given<String>,
    /// With action = "move": the pools that are left; those of the triggers unless given.
    pub leaves: Given<SelectorSpec>,
    /// When work comes back once nothing holds any more; "after-job" unless given.
    pub fail_back: Given<FailBackKind>,
    /// How long after it began or ended nothing is changed again, such as "30 min"; no time unless given.
    pub cool_down: Given<String>,
    /// How long after a loss work is to run again, such as "4 h": measured, not enforced.
    pub recovery_time: Given<String>,
    /// How much running a loss may cost, such as "1 h": measured, not enforced.
    pub recovery_point: Given<String>,
}

/// What happens while a trigger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailoverActionKind {
    /// Nothing: work waits until its place is back.
    Queue,
    /// What waits and has not run yet is turned away, and so is what comes.
    Shed,
    /// What waits goes on with as few of its GPUs as find room, or with smaller batches on GPUs with less memory: the
    /// fastest that finds room; of classes that are `elastic` or have a `smaller_batch`.
    Degrade,
    /// What waits may use the targets.
    Reroute,
    /// So it does, and what runs where it is to leave writes a checkpoint and follows.
    Move,
}

/// When work comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailBackKind {
    /// What runs in a target writes a checkpoint and comes back.
    AtOnce,
    /// What runs in a target ends there, and nothing new starts there.
    AfterJob,
    /// The targets stay open.
    Never,
}

/// What sets a failover off.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["on"]))]
pub struct TriggerSpec {
    /// What is watched.
    pub on: Given<TriggerKind>,
    /// Of "site-lost", "region-lost", "price-above", "price-rise", "utilisation", "memory-use", "key-service-out",
    /// "artifact-failing" and "artifact-unreadable": where; everywhere unless given.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// Of "link-down" and "link-saturation": which, by name. Of "link-blocked": all unless given.
    pub links: List<String>,
    /// Of "link-blocked": for what.
    #[serde(rename = "use")]
    pub used_for: Given<LinkUseKind>,
    /// Of "storage-slow" and "storage-throughput": which, by name; all unless given.
    pub storages: List<String>,
    /// Of "key-service-out": which, by name; all unless given.
    pub services: List<String>,
    /// Of "queue-depth": how many jobs wait. Of "artifact-failing": how many failed on what a site has of an artifact.
    pub jobs: Given<u64>,
    /// Of "queue-depth": so few that it is over; below `jobs` unless given.
    pub until_jobs: Given<u64>,
    /// Of "utilisation", "memory-use", "storage-throughput", "link-saturation" and "budget-burn": which share, such as 0.9.
    /// Of "storage-slow": the share of its rate that it gives at most, such as 0.5.
    pub share: Given<f64>,
    /// Of the same but "storage-slow": the share at which it is over; below `share` unless given.
    pub until_share: Given<f64>,
    /// Of "budget-burn": which, by name.
    pub budget: Given<String>,
    /// Of "price-above": the price at which it is over; below `price` unless given.
    pub until_price: Given<String>,
    /// Of "price-rise": as how many times what it cost at the start even the least of these prices is, such as 1.5.
    pub times: Given<f64>,
    /// Of "price-rise": as how many times it is over; below `times` unless given.
    pub until_times: Given<f64>,
    /// Of "price-above": the price that even the cheapest of these pools reaches, such as "4 USD/GPU-h".
    pub price: Given<String>,
    /// Of "no-room": how long the first in line of some size has waited for a place, such as "2 h".
    pub longer_than: Given<String>,
    /// How long it must hold, or not hold any more, before it counts, such as "10 min"; no time unless given, but
    /// 5 min of what our own decisions change.
    #[serde(rename = "for")]
    pub lasting: Given<String>,
    /// How long after that it is told, such as "1 min"; no time unless given.
    pub delay: Given<String>,
}

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TriggerKind {
    /// All capacity of some site that matches is gone.
    SiteLost,
    /// All capacity that matches is gone.
    RegionLost,
    /// A link carries nothing in some direction.
    LinkDown,
    /// A key service does not answer some site that matches.
    KeyServiceOut,
    /// Even the cheapest pool that matches costs more.
    PriceAbove,
    /// All pools that match cost more than at the start.
    PriceRise,
    /// A rule of egress, or whatever else, keeps something off a link.
    LinkBlocked,
    /// A storage that feeds jobs gives less.
    StorageSlow,
    /// Jobs failed on what some site has of an artifact.
    ArtifactFailing,
    /// A key was replaced, and what some site has of an artifact cannot be read any more.
    ArtifactUnreadable,
    /// Somebody of the classes has waited for a place for too long.
    NoRoom,
    /// Many jobs of the classes wait.
    QueueDepth,
    /// Jobs hold a large share of the GPUs that match and are up.
    Utilisation,
    /// Jobs need a large share of the memory of the GPUs that match and are up: what their classes say.
    MemoryUse,
    /// A large share of what a storage can give is read from it by jobs that run.
    StorageThroughput,
    /// A large share of what a link can carry moves on it.
    LinkSaturation,
    /// A large share of a budget is spent in its period.
    BudgetBurn,
}

/// Where work may go.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["where"]))]
pub struct TargetSpec {
    /// Which pools.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// Of whom there: a condition over job.* and target.*, as of a rule; of everybody unless given.
    pub when: Given<String>,
    /// What must be there already; nothing unless given, and data come over links.
    pub needs: List<NeedKind>,
}

/// What must be at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NeedKind {
    /// A copy of all data that the class reads.
    Replica,
    /// The checkpoints of the class, or a way to where they are kept.
    Checkpoint,
}
