//! `[[key_service]]`, `[[identity_provider]]`, `[[registry]]`, `[[artifact]]`: what jobs cannot do without, and what becomes of them when it is out.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::law::LawSpec;
use super::rule::AttributeValue;
use super::{ByName, List};

/// A service that keeps the keys of data, artifacts and checkpoints. Where it is out, nothing that needs a key
/// starts once the keys that were fetched before have expired.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct KeyServiceSpec {
    /// Its name, as classes and data sets say it.
    pub name: Given<String>,
    /// The sites that it serves; all unless given.
    pub sites: List<String>,
    /// Whether these sites use one and the same; otherwise each has one of its own, which fails by itself.
    pub shared: Given<bool>,
    /// How long a key that was fetched can be used while the service is out, such as "4 h"; not at all unless
    /// given.
    pub cache: Given<String>,
    /// What becomes of running jobs when it is out and their keys have expired; "finish" unless given.
    pub on_loss: Given<LossKind>,
    /// When keys are replaced; never unless given.
    pub rotation: Given<RotationSpec>,
}

/// A service that vouches for who somebody is. Where it is out, nothing that needs it starts once the credentials that
/// it gave out before have ended.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct IdentityProviderSpec {
    /// Its name, as classes say it.
    pub name: Given<String>,
    /// The sites that it serves, its scope; all unless given.
    pub sites: List<String>,
    /// Whether it is one provider that sites reach by federation; otherwise each has one of its own.
    pub federated: Given<bool>,
    /// The site where a federated provider stands: a federation that is cut does not touch it. Outside unless given.
    pub home: Given<String>,
    /// How long a credential lasts, such as "12 h": so long what was given out serves while the provider is out. Not at
    /// all unless given.
    pub lifetime: Given<String>,
    /// Whether running jobs renew their credentials; true unless given. Otherwise a job fails at the first checkpoint
    /// that it writes once its credential has ended.
    pub renewable: Given<bool>,
    /// What becomes of running jobs when it is out and their credentials have ended; "finish" unless given.
    pub on_loss: Given<LossKind>,
    /// What becomes of each use of a credential when it is out, where that is to be told apart.
    pub uses: Given<UsesSpec>,
}

/// What becomes of each use of a credential.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UsesSpec {
    /// Of jobs that come; "cached" unless given.
    pub submit: Given<SubmitKind>,
    /// Of artifacts that are being pulled; "finish" unless given.
    pub pull: Given<PullKind>,
    /// Of running jobs, which read with it; as `on_loss` says unless given.
    pub read: Given<ReadKind>,
    /// Of checkpoints that would be written with a credential that has ended; "fail" unless given.
    pub sync: Given<SyncKind>,
}

/// What becomes of jobs that come while a provider is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SubmitKind {
    /// They start as long as credentials that were given out serve (`lifetime`); then they wait.
    Cached,
    /// They wait from the outage on.
    Closed,
    /// Those that come when no credential serves any more fail.
    Fail,
}

/// What becomes of pulls when credentials have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PullKind {
    /// What has begun comes to its end.
    Finish,
    /// They break off, and begin anew when somebody vouches again.
    Break,
}

/// What becomes of running jobs when credentials have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadKind {
    /// They go on to their next checkpoint and stop there; without checkpoints they run to their end.
    Finish,
    /// They stop at once.
    Stop,
    /// They run on until they would write a checkpoint; then `sync` holds.
    GoOn,
}

/// What becomes of a job that comes to a checkpoint with a credential that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SyncKind {
    /// It fails.
    Fail,
    /// It stops, falls back to the checkpoint before and waits for a new credential.
    Stop,
    /// It writes it all the same.
    GoOn,
}

/// Where containers and models are pulled from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct RegistrySpec {
    /// Its name, as artifacts say it.
    pub name: Given<String>,
    /// The site where it stands: artifacts come from there over links; outside of all sites unless given.
    pub site: Given<String>,
    /// The sites that may pull from it; all unless given.
    pub sites: List<String>,
    /// How fast what is pulled comes where no link leads to it, such as "1 GB/s"; at once unless given.
    pub bandwidth: Given<String>,
}

/// A container or a model that jobs start from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "size", "registry"]))]
pub struct ArtifactSpec {
    /// Its name, as classes say it.
    pub name: Given<String>,
    /// What it is; "container" unless given.
    pub kind: Given<ArtifactKind>,
    /// How much it is, such as "140 GB".
    pub size: Given<String>,
    /// The registry that it is pulled from.
    pub registry: Given<String>,
    /// Its versions, newest first; a corrupted one is rolled back to the one before.
    pub versions: List<String>,
    /// The key service without which it cannot be pulled; none unless given.
    pub key: Given<String>,
    /// The share of pulls that break, such as 0.01; none unless given.
    pub broken: Given<f64>,
    /// How long after a broken pull the next one begins; 1 min unless given.
    pub retry: Given<String>,
    /// New versions that come, some of them bad; none unless given.
    pub releases: Given<ReleasesSpec>,
    /// What rules read of it, by name: `{ classification = ["health"] }`. Whoever starts from it has its marks, too.
    pub attributes: ByName<AttributeValue>,
}

/// New versions of an artifact. A bad one is at its sites at once, and found when enough jobs have failed on it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["every", "bad", "rollback"]))]
pub struct ReleasesSpec {
    /// Time from one to the next, such as { mean = "14 d" }.
    pub every: Given<LawSpec>,
    /// The share of them that is bad, such as 0.05.
    pub bad: Given<f64>,
    /// How long after its start a job fails on a bad one; at once unless given.
    pub fails_after: Given<String>,
    /// How many jobs fail until somebody knows why; 1 unless given.
    pub found_by: Given<u32>,
    /// How long rolling back takes then, such as "1 h".
    pub rollback: Given<String>,
}

/// What an artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactKind {
    /// A container with programs.
    Container,
    /// The weights of a model.
    Model,
}

/// What becomes of running jobs that lose a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// They go on to their next checkpoint and stop there; without checkpoints they run to their end.
    Finish,
    /// They stop at once.
    Stop,
}

/// When keys are replaced.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["every"]))]
pub struct RotationSpec {
    /// How often, such as "30 d".
    pub every: Given<String>,
    /// The first time: an instant, or time since the start; after the first `every` unless given.
    pub first: Given<Moment>,
    /// How long the old key holds beside the new one, such as "1 h"; not at all unless given, so that whatever
    /// holds the old one breaks.
    pub overlap: Given<String>,
}
