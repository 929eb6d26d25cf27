//! `[[commitment]]`, `[[discount]]`: terms with a provider beyond single prices.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::List;

/// Spend that was promised to a provider; what falls short of it is owed at the end of each period.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "provider", "spend", "each"]))]
pub struct CommitmentSpec {
    /// Its name.
    pub name: Given<String>,
    /// To whom: a `provider` of a site, or that of its region of the catalog.
    pub provider: Given<String>,
    /// What is promised for each period, such as "40000 USD".
    pub spend: Given<String>,
    /// What a period is.
    pub each: Given<PeriodKind>,
    /// From when: an instant, also one before the start, or time since the start; the start unless given.
    pub from: Given<Moment>,
    /// Until when; it outlasts the run unless given. Commitments to one provider may not overlap.
    pub until: Given<Moment>,
    /// Other amounts later on.
    pub ramp: List<RampSpec>,
}

/// What a period of a commitment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodKind {
    /// A UTC month.
    Month,
    /// Twelve UTC months, from the one in which it begins.
    Year,
    /// All of it, from its beginning to its end.
    Term,
}

/// Another amount from some period on.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["after", "spend"]))]
pub struct RampSpec {
    /// After so many periods, such as 3.
    pub after: Given<u32>,
    /// What is promised for each period from then on.
    pub spend: Given<String>,
}

/// What a provider gives back of what it is paid in a UTC month.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["provider", "tiers"]))]
pub struct DiscountSpec {
    /// Who: a `provider` of a site, or that of its region of the catalog.
    pub provider: Given<String>,
    /// Tiers of a month's spend, lowest first; each share is of what lies within the tier.
    pub tiers: List<DiscountTierSpec>,
}

/// A tier of a month's spend.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["above", "discount"]))]
pub struct DiscountTierSpec {
    /// Where it begins, such as "100000 USD".
    pub above: Given<String>,
    /// The share that comes back of what lies above, such as 0.05.
    pub discount: Given<f64>,
}
