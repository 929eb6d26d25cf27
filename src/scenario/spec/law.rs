//! Laws of lengths of time, told apart by the words that are given.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

/// A mix that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UsualLaw {
    /// Repairs of nodes.
    NodeRepair,
}

/// A law of lengths of time: `{ always = "2 h" }`, `{ mean = "60 d" }` (exponential),
/// `{ mean = "60 d", shape = 0.7 }` (Weibull), `{ median = "2 h", p95 = "10 h" }` or
/// `{ mean = "4 h", variation = 3 }` (lognormal), `{ weight = 0.7, first = "1 h", second = "23 h" }`
/// (hyperexponential).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LawSpec {
    /// Always the same.
    pub always: Given<String>,
    /// The mean; alone it makes the law exponential.
    pub mean: Given<String>,
    /// With `mean`: a Weibull law; below 1, what is old is less likely to end soon.
    pub shape: Given<f64>,
    /// With `mean`: a lognormal law with this ratio of standard deviation to mean.
    pub variation: Given<f64>,
    /// With `p95`: a lognormal law with this median.
    pub median: Given<String>,
    /// The length that one in twenty exceeds.
    pub p95: Given<String>,
    /// A mix that is known: the usual repairs of nodes (45 % by themselves in about 2 h, 45 % by a spare in
    /// 15 min, 10 % by hand in about 2 d).
    pub usual: Given<UsualLaw>,
    /// Of two exponential phases, the share of the first.
    pub weight: Given<f64>,
    /// Mean of the first phase.
    pub first: Given<String>,
    /// Mean of the second phase.
    pub second: Given<String>,
}
