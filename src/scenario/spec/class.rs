//! `[[class]]`: kinds of work.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::law::LawSpec;
use super::rule::AttributeValue;
use super::transform::ValidationSpec;
use super::{ByName, List};

/// A kind of work.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct ClassSpec {
    /// Its name.
    pub name: Given<String>,
    /// Pools that may hold it; all unless given.
    pub pools: List<String>,
    /// Sites that may hold it; all unless given.
    pub sites: List<String>,
    /// Memory that each of its GPUs must have, such as "80 GiB": its jobs run only on GPU types that have as much;
    /// on any unless given.
    pub memory: Given<String>,
    /// Whether it may leave owned capacity; true unless given.
    pub burst: Given<bool>,
    /// Data that a finished job sends home from where it ran, such as "2 GB"; none unless given.
    pub results: Given<String>,
    /// The site to which results go over links, in the background, or a storage there, on which they are kept and paid
    /// for; without it they leave at once, for the egress of their site.
    pub results_to: Given<String>,
    /// Data sets that its jobs read: a job takes GPUs only where all of them are.
    pub data: List<String>,
    /// Whether its jobs take GPUs before what they read is there; "before" unless given.
    pub stage: Given<StageKind>,
    /// The key service without which its jobs do not start nor restore a checkpoint; none unless given.
    pub key: Given<String>,
    /// How fast each GPU reads while it runs as fast as an H100, such as "1.2 GB/s per GPU"; what gets less than
    /// that runs slower. Nothing is read then unless given.
    pub feed: Given<String>,
    /// The storages that it may be fed from, by name: one at the site of the pool first, else over links; all unless
    /// given.
    pub feed_from: List<String>,
    /// The identity provider without which its jobs do not start; none unless given.
    pub identity: Given<String>,
    /// Containers and models that its jobs start from: they are pulled to where it runs first.
    pub artifacts: List<String>,
    /// Speed by GPU type relative to an H100, where it differs from the catalog: { l40s = 0.3 }.
    pub speed: ByName<f64>,
    /// What stopping a job costs; a checkpoint of 5 min and a restart of 5 min unless given.
    pub preemption: Given<PreemptionSpec>,
    /// Checkpoints that its jobs write while they run; none unless given.
    pub checkpoint: Given<CheckpointSpec>,
    /// With how few GPUs its gangs go on where they lost a part; they wait for all of them unless given.
    pub elastic: Given<ElasticSpec>,
    /// With how much less memory its jobs go on, and how much slower, where a failover has them make do
    /// (action = "degrade"); they need all of it unless given.
    pub smaller_batch: Given<SmallerBatchSpec>,
    /// Mean running time after which a job crashes by itself, whatever its size, such as "50 d"; it never does
    /// unless given.
    pub crash: Given<String>,
    /// How long after its submission a job should be over, such as "24 h": what placements and spot policies that heed
    /// deadlines go by; none unless given. Nothing ends a job that is late.
    pub deadline: Given<String>,
    /// What its jobs are taken to ask for where the demand does not say, such as "4 h".
    pub requested_default: Given<String>,
    /// What its jobs do, for rules that ask for what data are used (`job.use`, `data.use`); unknown unless given.
    #[serde(rename = "use")]
    pub used_for: Given<UseKind>,
    /// What rules read of its jobs, by name: `{ classification = ["health"], burst_eligible = true }`.
    pub attributes: ByName<AttributeValue>,
    /// The share of its results that are not what they should be, such as 0.05; none unless given. Nobody sees that:
    /// `validation` finds most of it, and what it lets pass is found later.
    pub flawed: Given<f64>,
    /// With `flawed`: how long after such a result counted it is found, such as `{ median = "10 d", p95 = "40 d" }`.
    pub found_after: Given<LawSpec>,
    /// How the result of each job is looked at before it counts, on the GPUs that it has, so `time` (on the reference GPU
    /// type) comes to what it runs: `{ time = "2 h", price = "80 USD", false_fail = 0.05, false_pass = 0.1 }`. A job whose
    /// result does not pass does all of its work again. Nobody looks at it unless given.
    pub validation: Given<ValidationSpec>,
    /// Which jobs of the demand belong to it; those whose class has its name unless given.
    #[serde(rename = "match")]
    pub matching: Given<MatchSpec>,
}

/// What jobs do with what they read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UseKind {
    /// They train a model.
    Train,
    /// They tune one that is there.
    Tune,
    /// They ask one.
    Infer,
    /// They find out how good one is.
    Evaluate,
}

/// How a gang survives the loss of a part of its GPUs: it starts again, from its checkpoint, with the largest half,
/// quarter and so on that fits where it was.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ElasticSpec {
    /// Fewest GPUs with which it goes on; 1 unless given.
    pub min: Given<u64>,
    /// How long after a start with fewer it looks whether all of them are free where it is, and starts again with
    /// all of them then, such as "6 h"; it goes on with what it has unless given.
    pub grow_after: Given<String>,
    /// Speed with n of N GPUs is (n / N) to this power: 1 (the default) if half the gang is half as fast, 0.8 if it
    /// is 57 % as fast.
    pub scaling: Given<f64>,
}

/// How a job goes on with smaller batches, so that it fits GPUs with less memory.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["memory", "slowdown"]))]
pub struct SmallerBatchSpec {
    /// Memory that each of its GPUs must have then, such as "40 GB": less than `memory` of the class.
    pub memory: Given<String>,
    /// How many times as long the same work takes then on the same GPUs, such as 1.25.
    pub slowdown: Given<f64>,
}

/// What stopping a job costs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["kind"]))]
pub struct PreemptionSpec {
    /// Whether the work is kept.
    pub kind: Given<PreemptionKind>,
    /// Time to write a checkpoint.
    pub write: Given<String>,
    /// Time to start again.
    pub restart: Given<String>,
}

/// Checkpoints that jobs write while they run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CheckpointSpec {
    /// Running between two checkpoints, such as "1 h"; or use `rule`.
    pub interval: Given<String>,
    /// An interval that follows from `mtbf` and the time to write.
    pub rule: Given<IntervalRule>,
    /// With `rule`: mean time between failures of one node, such as "250 d".
    pub mtbf: Given<String>,
    /// Time to write one, such as "2 min"; or use `size` and `bandwidth`. That of `preemption` unless given.
    pub write: Given<String>,
    /// Bytes of one checkpoint, such as "900 GB".
    pub size: Given<String>,
    /// With `size`: the storage on which the newest checkpoint of each job is kept, and paid for, until the job ends; it
    /// costs nothing unless given.
    pub on: Given<String>,
    /// With `size`: the site, or the storage, to which checkpoints go over links while the job runs. At other sites than
    /// where it ran a job then goes on from the newest that came there, which comes to it first; they are at hand
    /// everywhere unless given.
    pub sync_to: Given<String>,
    /// How fast one is written, such as "20 GB/s".
    pub bandwidth: Given<String>,
    /// How long after its writing a checkpoint is known to be good; at once unless given.
    pub verify: Given<String>,
    /// Share of checkpoints that turn out to be broken when they are needed, such as 0.01; none unless given.
    pub bad: Given<f64>,
}

/// How an interval follows from the mean time between failures of the gang M and the time to write d.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalRule {
    /// √(2 d M) (Young, 1974).
    Young,
    /// Daly's estimate of higher order (2006).
    Daly,
}

/// Whether the work of a stopped job is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PreemptionKind {
    /// A checkpoint keeps it.
    Checkpoint,
    /// It is lost.
    Kill,
}

/// When data come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StageKind {
    /// Before a job takes GPUs: it waits for its data in the line.
    Before,
    /// While it holds its GPUs, which are paid for.
    Held,
}

/// Which jobs of the demand belong to a class: all conditions that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MatchSpec {
    /// GPUs: a number or a range with both ends in it, such as "8..64", "8..", "..4".
    pub gpus: Given<String>,
    /// The class that the trace or the generator names.
    pub trace_class: Given<String>,
    /// The tenant that the trace or the generator names.
    pub tenant: Given<String>,
}
