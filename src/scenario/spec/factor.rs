//! `[[factor]]`, `[[correlation]]`: luck that several things of one replication share.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;
use super::weather::SelectorSpec;

/// Luck that all it moves has in common: one standard normal number for each replication.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "moves"]))]
pub struct FactorSpec {
    /// Its name; it belongs to the names of its dice.
    pub name: Given<String>,
    /// What it moves.
    pub moves: Given<FactorKind>,
    /// How far: the standard deviation of the logarithm of what it multiplies, whose median is 1; such as 0.25.
    /// Lead times have a spread of their own.
    pub spread: Given<f64>,
    /// Where; everything it can move unless given.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
}

/// What a factor moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FactorKind {
    /// The level of spot prices.
    SpotPrices,
    /// The level of on-demand prices.
    OnDemandPrices,
    /// What contracts cost after they are renewed.
    ContractRenewals,
    /// The share of its price that owned hardware is worth at the end.
    ResidualValues,
    /// How long hardware takes to come.
    LeadTimes,
}

/// Two factors that go together.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["of", "is"]))]
pub struct CorrelationSpec {
    /// The two, by name.
    pub of: List<String>,
    /// How much: from -1, always opposite, to 1, always together, both not allowed.
    pub is: Given<f64>,
}
