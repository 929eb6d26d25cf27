//! `[[provider]]`: what a provider says of itself, as far as it is written down.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::List;
use super::runbook::HoursSpec;

/// The sheet of a provider: rules read it of all its sites, as `target.provider_certificates` and so on. What it does not
/// say is not known, and what is not known is not allowed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct ProviderSpec {
    /// Who: the provider of some site.
    pub name: Given<String>,
    /// What it is certified for: `provider_certificates` has those that hold when the run begins.
    pub certificates: List<CertificateSpec>,
    /// Where what is given to it stays, such as `["EU"]`: `provider_residency`.
    pub residency: List<String>,
    /// Who else works for it: `provider_sub_processors`; `[]` if nobody does.
    pub sub_processors: List<String>,
    /// Who sees the log of what it does: `provider_logging`.
    pub logging: Given<LoggingKind>,
    /// How its people come to what is ours: `provider_access`.
    pub access: Given<AccessKind>,
    /// Within which time it tells of an incident, such as "24 h": `provider_incident_notice`, in hours.
    pub incident_notice: Given<String>,
    /// Whether it proves that what was deleted is: `provider_deletion_proof`.
    pub deletion_proof: Given<bool>,
    /// When somebody answers: `provider_support`, in hours of a week.
    pub support: Given<HoursSpec>,
    /// The availability that it promises, such as 0.999: `provider_availability`.
    pub availability: Given<f64>,
    /// Where this is written, and as of when.
    pub source: Given<String>,
}

/// Something that a provider is certified for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct CertificateSpec {
    /// What it is called, such as "ISO 27001".
    pub name: Given<String>,
    /// When it lapses: an instant, or time since the start; it does not unless given.
    pub until: Given<Moment>,
}

/// Who sees a provider's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LoggingKind {
    /// There is none.
    None,
    /// The provider.
    Provider,
    /// We do, too.
    Customer,
}

/// How a provider's people come to what is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccessKind {
    /// Not at all.
    None,
    /// When we approve it.
    CustomerApproved,
    /// For a time, when there is a reason.
    JustInTime,
    /// Always.
    Standing,
}
