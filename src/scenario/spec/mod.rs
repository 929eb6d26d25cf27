//! The shape of a scenario file. Every field is [`Given`]: absent, broken, or here with its origin.

mod budget;
mod class;
mod commitment;
mod data;
mod demand;
mod egress;
mod enrich;
mod envelope;
mod estate;
mod factor;
mod failover;
mod gate;
mod initial;
mod law;
mod maintenance;
mod market;
mod network;
mod offer;
mod phase;
mod provider;
mod quota;
mod record;
mod retention;
mod rule;
mod run;
mod runbook;
mod scoring;
mod services;
mod spot;
mod storage;
mod strategy;
mod transform;
mod weather;
mod window;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::given::Given;

pub use budget::{AtLimitKind, BudgetOfSpec, BudgetPeriodKind, BudgetSpec, CountsKind};
pub use class::{
    CheckpointSpec, ClassSpec, IntervalRule, MatchSpec, PreemptionKind, PreemptionSpec,
    SmallerBatchSpec, StageKind, UseKind,
};
pub use commitment::{CommitmentSpec, DiscountSpec, DiscountTierSpec, PeriodKind, RampSpec};
pub use data::{CopySpec, DatasetSpec};
pub use demand::{
    Align, ArrivalKind, ClockKind, ColumnsSpec, DemandSpec, DropKind, FormatKind, GeneratorSpec,
    GpuUnitKind, Preset, ResampleKind, TimeUnitKind,
};
pub use egress::{BandSpec, EgressSpec};
pub use enrich::{EnrichMatchSpec, EnrichSpec};
pub use envelope::{EnvelopeSpec, EnvelopeTeardownKind};
pub use estate::{GpuSpec, PackingKind, PoolSpec, SiteKindSpec, SiteSpec, SpreadKind, TcoSpec};
pub use factor::{CorrelationSpec, FactorKind, FactorSpec};
pub use failover::{
    FailBackKind, FailoverActionKind, FailoverSpec, NeedKind, TargetSpec, TriggerKind, TriggerSpec,
};
pub use gate::GateSpec;
pub use initial::{
    InitialCachedSpec, InitialDownSpec, InitialEgressSpec, InitialJobSpec, InitialSpec,
    InitialTraceSpec,
};
pub use law::{LawSpec, UsualLaw};
pub use maintenance::{DrainKind, MaintenanceSpec};
pub use market::{
    AvailabilityKind, BeginsKind, DroughtSpec, DroughtTimesSpec, MarketCycleSpec, MarketSpec,
    PriceMovesKind, PriceMovesSpec, PriceStateSpec, RegimeSpec, RegionsSpec, TierKind,
};
pub use network::{BackgroundSpec, LinkKindSpec, LinkSpec, ReservedSpec, TrafficSpec};
pub use offer::{
    OfferKind, OfferSpec, PriceFileKind, RenewalSpec, ReservedTerm, SeriesSpec, StepSpec,
};
pub use phase::{
    CutoverSpec, ExitSpec, OnFailKind, OrderSpec, PhaseAttributeSpec, PhaseBudgetSpec,
    PhaseLinkSpec, PhasePriceSpec, PhaseQuotaSpec, PhaseSpec, RetireSpec,
};
pub use provider::{AccessKind, CertificateSpec, LoggingKind, ProviderSpec};
pub use quota::{CohortSpec, QuotaForSpec, QuotaSpec, ReclaimKind, WithinKind};
pub use record::RecordSpec;
pub use retention::{DerivedKind, KeptFromSpec, KeptKindSpec, RetentionSpec};
pub use rule::{
    AttributeKind, AttributeSpec, AttributeValue, AttributesSpec, EffectKind, ModeKind,
    OnChangeKind, RuleSpec, SubjectKind,
};
pub use run::{OverrunKind, RunSpec};
pub use runbook::{
    DayKind, HoursSpec, RunbookSpec, SeverityKind, StageOfRunbookKind, StepKind, StepOfRunbookSpec,
};
pub use scoring::{SpreadByKind, WeightsSpec};
pub use services::{
    ArtifactKind, ArtifactSpec, IdentityProviderSpec, KeyServiceSpec, LossKind, PullKind, ReadKind,
    RegistrySpec, ReleasesSpec, RotationSpec, SubmitKind, SyncKind, UsesSpec,
};
pub use spot::{SpotKind, SpotSpec};
pub use storage::{StorageSpec, StorageTier};
pub use strategy::{
    HeedKind, InPhaseSpec, PlacementKind, PlacementSpec, QueueKind, QueueSpec, RequeueKind,
    SpillSpec, StrategySpec,
};

pub use transform::{TransformKindSpec, TransformSpec, ValidationSpec};
pub use weather::{
    FailureSpec, FailureUnit, GroupSpec, HappeningKind, HappeningSpec, InfantSpec, LemonsSpec,
    LinkUseKind, NodeAnswer, OutageKind, SelectorSpec,
};

pub use window::{TeardownKind, WindowSpec};

/// A list, such as the tables under one `[[name]]`.
pub type List<T> = Given<Vec<Given<T>>>;
/// Values by name.
pub type ByName<T> = Given<BTreeMap<String, Given<T>>>;

/// A scenario file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "Plimsoll scenario")]
pub struct ScenarioFile {
    /// Another scenario file that this one lies over; paths are relative to this file.
    pub extends: Given<String>,
    /// Files of weather that this scenario takes in, each with tables like those below.
    pub weather: List<String>,
    /// Files of rules that this scenario takes in, each with tables like those below.
    pub rules: List<String>,
    /// Files of runbooks that this scenario takes in, each with tables like those below.
    pub runbooks: List<String>,
    /// The run as a whole.
    pub scenario: Given<RunSpec>,
    /// What the answer must keep to.
    pub gate: List<GateSpec>,
    /// Places, each with one operator and jurisdiction.
    pub site: List<SiteSpec>,
    /// What providers say of themselves.
    pub provider: List<ProviderSpec>,
    /// What data travel on between sites.
    pub link: List<LinkSpec>,
    /// What data lie on, at sites.
    pub storage: List<StorageSpec>,
    /// Data that jobs read.
    pub dataset: List<DatasetSpec>,
    /// Services that keep the keys without which data, artifacts and checkpoints cannot be read.
    pub key_service: List<KeyServiceSpec>,
    /// Services that vouch for who somebody is.
    pub identity_provider: List<IdentityProviderSpec>,
    /// Where containers and models are pulled from.
    pub registry: List<RegistrySpec>,
    /// Containers and models that jobs start from.
    pub artifact: List<ArtifactSpec>,
    /// GPU types beside, or instead of, those of the catalog.
    pub gpu: List<GpuSpec>,
    /// What owning costs, beside the records of the catalog.
    pub tco: List<TcoSpec>,
    /// Capacity: equal nodes at a site under one offer.
    pub pool: List<PoolSpec>,
    /// Spend that was promised to providers.
    pub commitment: List<CommitmentSpec>,
    /// What may be spent.
    pub budget: List<BudgetSpec>,
    /// What one job may cost.
    pub envelope: List<EnvelopeSpec>,
    /// How many GPUs tenants and classes may hold at once.
    pub quota: List<QuotaSpec>,
    /// Cohorts of quotas, with what each has as a whole.
    pub cohort: List<CohortSpec>,
    /// What providers give back for volume.
    pub discount: List<DiscountSpec>,
    /// Kinds of work.
    pub class: List<ClassSpec>,
    /// When work of some classes may start; at any time unless given.
    pub window: List<WindowSpec>,
    /// Jobs that come: recorded or generated.
    pub demand: List<DemandSpec>,
    /// What recorded jobs are, where their recording does not say.
    pub enrich: List<EnrichSpec>,
    /// What makes copies of data that may go where these may not.
    pub transform: List<TransformSpec>,
    /// What may run and move where; everything unless given.
    pub rule: List<RuleSpec>,
    /// How long what is kept may be kept; as long as there is room unless given.
    pub retention: List<RetentionSpec>,
    /// What is written down of a run, beside its numbers.
    pub record: Given<RecordSpec>,
    /// What is taken to be so of whatever nobody says it of, by attribute: `{ classification = ["health"] }`, or with
    /// whose it is, `{ "target.certified" = false }`. `--assume` on the command line writes it.
    pub assume: ByName<AttributeValue>,
    /// Attributes that rules read, where more should be said of them than follows from who has them.
    pub attributes: Given<AttributesSpec>,
    /// Nodes that share a risk.
    pub group: List<GroupSpec>,
    /// What fails and is repaired by law.
    pub failure: List<FailureSpec>,
    /// Where classes of work go when something that they rely on fails.
    pub failover: List<FailoverSpec>,
    /// Who does what before a failover begins; nobody has to do anything unless given.
    pub runbook: List<RunbookSpec>,
    /// What the run begins with; nothing unless given.
    pub initial: Given<InitialSpec>,
    /// How the estate changes inside one run.
    pub phase: List<PhaseSpec>,
    /// What is planned and announced.
    pub maintenance: List<MaintenanceSpec>,
    /// What happens at a given time.
    pub happening: List<HappeningSpec>,
    /// A slow cycle of the whole market, over all rented prices.
    pub market_cycle: Given<MarketCycleSpec>,
    /// What the markets of all regions have in common.
    pub regions: Given<RegionsSpec>,
    /// What capacity there is to rent.
    pub market: List<MarketSpec>,
    /// Times in which several markets have nothing at all.
    pub drought: List<DroughtSpec>,
    /// Luck that several things of one replication share.
    pub factor: List<FactorSpec>,
    /// Factors that go together.
    pub correlation: List<CorrelationSpec>,
    /// What is compared.
    pub strategy: List<StrategySpec>,
}
