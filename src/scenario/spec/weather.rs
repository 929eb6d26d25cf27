//! `[[group]]`, `[[failure]]`, `[[happening]]`: what goes wrong, by law or by script.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::demand::Align;
use super::estate::SiteKindSpec;
use super::law::LawSpec;
use super::offer::OfferKind;
use super::rule::{AttributeValue, ModeKind};
use super::transform::TransformKindSpec;
use super::{ByName, List};

/// Nodes that share a risk: a rack, a power feed, a hall.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct GroupSpec {
    /// Its name.
    pub name: Given<String>,
    /// The pool whose nodes it holds.
    pub pool: Given<String>,
    /// The first of its nodes, from 0; 0 unless given.
    pub first: Given<u32>,
    /// How many of the pool's nodes; all from `first` on unless given.
    pub nodes: Given<u32>,
    /// Other groups that lie within it.
    pub groups: List<String>,
}

/// Which part of the estate is meant; everything that matches all conditions given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SelectorSpec {
    /// Pools by name.
    pub pools: List<String>,
    /// Sites by name.
    pub sites: List<String>,
    /// Groups by name.
    pub groups: List<String>,
    /// The kind of the site.
    pub kind: Given<SiteKindSpec>,
    /// The GPU type.
    pub gpu: Given<String>,
    /// The kind of the offer.
    pub offer: Given<OfferKind>,
    /// The jurisdiction of the site.
    pub jurisdiction: Given<String>,
    /// The trust zone of the site.
    pub zone: Given<String>,
    /// The region in which the site lies.
    pub region: Given<String>,
    /// Who runs the site.
    pub provider: Given<String>,
}

/// Nodes that fail and are repaired by law.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct FailureSpec {
    /// Its name; it belongs to the names of its dice.
    pub name: Given<String>,
    /// What fails at once.
    pub of: Given<FailureUnit>,
    /// With of = "rack": how many neighbouring nodes are one.
    pub nodes: Given<u32>,
    /// With of = "gpu": what the node does meanwhile; it drains unless given.
    pub node: Given<NodeAnswer>,
    /// With of = "link": which links, by name; all unless given.
    pub links: List<String>,
    /// With of = "storage": which storages, by name; all unless given.
    pub storages: List<String>,
    /// With of = "link" or "storage": the share of the bandwidth that is left meanwhile, such as 0.1; 0 unless given.
    pub share: Given<f64>,
    /// With of = "key-service" "registry" or "identity-provider": which of them, by name; all unless given.
    pub services: List<String>,
    /// Where; everything owned unless given, of links, storages and services everything. A link is where it begins
    /// and where it ends.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// Recorded outages instead of laws: the k-th recorded thing, by name, is the k-th node.
    pub trace: Given<String>,
    /// The format of `trace`; our own csv unless given.
    pub format: Given<OutageKind>,
    /// Where a recording with dates begins.
    pub align: Given<Align>,
    /// How long it works.
    pub up: Given<LawSpec>,
    /// How long its repair takes.
    pub down: Given<LawSpec>,
    /// How many repairs can go on at once; any number unless given. With few crews or spares all begin new.
    pub crews: Given<u32>,
    /// Working spares on the shelf: one takes the place of what broke, and what is mended becomes one.
    pub spares: Given<u32>,
    /// How long it takes to put a spare in place, such as "15 min"; no time unless given.
    pub swap: Given<String>,
    /// Some of them are lemons.
    pub lemons: Given<LemonsSpec>,
    /// Some of the new ones break early.
    pub infant_mortality: Given<InfantSpec>,
    /// The age of all at the start, such as "200 d"; they begin up. Found in the middle of their lives unless
    /// given.
    pub age: Given<String>,
    /// Whether all begin new and up; otherwise they are found in the middle of their lives.
    pub new: Given<bool>,
}

/// Things that fail more often than their kind.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["share", "factor"]))]
pub struct LemonsSpec {
    /// Their share, such as 0.15.
    pub share: Given<f64>,
    /// How many times as often they fail, such as 5.
    pub factor: Given<f64>,
}

/// New things that break early.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["share", "fading"]))]
pub struct InfantSpec {
    /// The share that breaks early, such as 0.05.
    pub share: Given<f64>,
    /// The age by which 63 % of the extra risk is over, such as "10 d".
    pub fading: Given<String>,
}

/// The format of recorded outages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutageKind {
    /// Our own csv: entity, down, up and, if known, cause.
    Plimsoll,
    /// The failure records of Los Alamos National Laboratory.
    Lanl,
    /// The failure trace archive, such as Grid5000.
    FailureArchive,
}

/// What fails at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureUnit {
    /// Each GPU of each node by itself.
    Gpu,
    /// Each node by itself.
    Node,
    /// Neighbouring nodes together.
    Rack,
    /// All nodes of a pool.
    Pool,
    /// All owned nodes of a site.
    Site,
    /// All that stands in a region, owned or rented.
    Region,
    /// All that stands at the sites of a provider, owned or rented.
    Provider,
    /// Each rented instance by itself, from when it has booted; it is given back, so it has no time down.
    Instance,
    /// The nodes of each `[[group]]`.
    Group,
    /// Each link, both directions at once.
    Link,
    /// The reading of each storage.
    Storage,
    /// Each key service: by site, or a shared one as a whole.
    KeyService,
    /// Each registry as a whole.
    Registry,
    /// Each identity provider: by site, or a federated one as a whole.
    IdentityProvider,
}

/// What a node does while a GPU of it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NodeAnswer {
    /// It works on with one GPU fewer.
    GoesOn,
    /// What runs on its other GPUs runs on, but it takes no new work until the GPU is mended.
    Drains,
    /// All that runs there stops, and it is down until the GPU is mended.
    Stops,
}

/// Something that happens at a given time.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "at", "what"]))]
pub struct HappeningSpec {
    /// Its name.
    pub name: Given<String>,
    /// When: an instant, or time since the start such as "3 d".
    pub at: Given<Moment>,
    /// What.
    pub what: Given<HappeningKind>,
    /// Where; everything it can befall unless given.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// For how long, such as "12 h"; for ever unless given.
    pub lasts: Given<String>,
    /// With nodes-down, gpus-down: the first node of each pool, from 0.
    pub first: Given<u32>,
    /// With nodes-down, gpus-down: how many nodes of each pool; all unless given.
    pub nodes: Given<u32>,
    /// With gpus-down: what the nodes do meanwhile; they drain unless given.
    pub node: Given<NodeAnswer>,
    /// With capacity: how many instances each pool may still hold; 0 unless given.
    pub instances: Given<u32>,
    /// With capacity: how long instances that are too many may still be used; that of the offer unless given.
    pub notice: Given<String>,
    /// With capacity: whether what is held stays, and only new requests are refused.
    pub keeps_held: Given<bool>,
    /// With link or block: which links, by name, both directions; those at the sites of `where` unless given.
    pub links: List<String>,
    /// With block: what the links must not be used for.
    #[serde(rename = "use")]
    pub used_for: Given<LinkUseKind>,
    /// With storage: which storages, by name; all unless given.
    pub storages: List<String>,
    /// With link or storage: the share of the bandwidth that is left, such as 0.1; 0 unless given.
    pub share: Given<f64>,
    /// With key-service, key-rotation, registry and those of identity: which services, by name; all unless given.
    pub services: List<String>,
    /// With key-service: whether what was fetched before is of no use either; it serves until it expires unless
    /// given.
    pub voids_cache: Given<bool>,
    /// With corrupted-artifact: which artifacts, by name.
    pub artifacts: List<String>,
    /// With corrupted-artifact: how long what starts on it runs before it fails, such as "10 min"; it fails at once
    /// unless given.
    pub fails_after: Given<String>,
    /// With corrupted-artifact: how long until somebody knows, such as "4 h".
    pub detected_after: Given<String>,
    /// With corrupted-artifact: how long from then until the version before can be pulled, such as "1 h".
    pub rollback: Given<String>,
    /// With quota: GPUs that each pool may hold. With gpus-down: how many GPUs of each node; 1 unless given.
    pub gpus: Given<u64>,
    /// With rule: the modes of rules, by id: { health-stays-home = "enforce" }.
    pub rules: ByName<ModeKind>,
    /// With attribute-set: data sets and artifacts by name, also what transforms make of them: "records (mask)".
    pub datasets: List<String>,
    /// With attribute-set: all that transforms of these kinds make.
    pub made_by: List<TransformKindSpec>,
    /// With attribute-set: classes by name.
    pub classes: List<String>,
    /// With attribute-set: what attributes are from then on: `{ certifications = [] }`.
    pub set: ByName<AttributeValue>,
    /// With attribute-set: marks that come in addition: `{ classification = ["health"] }`.
    pub add: ByName<AttributeValue>,
    /// With attribute-set: marks that are taken away.
    pub remove: ByName<AttributeValue>,
    /// With attribute-set: whether what transforms made has again the marks that they took away.
    pub marks_return: Given<bool>,
    /// With price, renewal: what it is multiplied by, such as 1.15.
    pub factor: Given<f64>,
    /// With budget: which budgets, by name.
    pub budgets: List<String>,
    /// With budget: how much may be spent in each period, the present one included, such as "50000 USD".
    pub amount: Given<String>,
    /// With residual-value: the share of the price that is left at the end, such as 0.10.
    pub residual: Given<f64>,
}

/// What data move for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkUseKind {
    /// Data sets and artifacts come to where they are read.
    DataSets,
    /// Results go home.
    Results,
    /// Jobs read while they run.
    Feeds,
    /// Checkpoints go home.
    CheckpointSync,
    /// Checkpoints come back from home.
    Restores,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HappeningKind {
    /// Owned nodes stop.
    NodesDown,
    /// GPUs of owned nodes break.
    GpusDown,
    /// A market has less capacity: what is too much is taken away.
    Capacity,
    /// A quota changes.
    Quota,
    /// What may be spent of budgets changes.
    Budget,
    /// A price changes; of capacity blocks, of those that begin later.
    Price,
    /// Contracts of hosted and reserved capacity end, and are renewed for another price.
    Renewal,
    /// What owned hardware is thought to be worth at its end changes.
    ResidualValue,
    /// Links are slow or cut.
    Link,
    /// Links must not be used for something: a rule of egress, say.
    Block,
    /// Storages are read slowly, or not at all.
    Storage,
    /// Key services are out.
    KeyService,
    /// Keys are replaced at once: whatever holds an old one breaks.
    KeyRotation,
    /// Registries are out: nothing can be pulled.
    Registry,
    /// Identity providers are out.
    IdentityProvider,
    /// Sites are cut off from the federated identity providers that stand elsewhere.
    FederationCut,
    /// Certificates of identity providers have expired: they are out, and what they gave out is of no use either.
    CertificateExpired,
    /// Credentials are replaced at once: whatever holds an old one breaks.
    CredentialRotation,
    /// Credentials are compromised and revoked: whatever uses them stops, and has none until new ones are given out.
    CredentialsRevoked,
    /// Sites receive a corrupted version of an artifact: what starts on it fails until it is rolled back.
    CorruptedArtifact,
    /// Rules are in other modes.
    Rule,
    /// Attributes change of data, classes, sites, pools or links, and rules judge anew.
    AttributeSet,
}
