//! `price_moves = { … }`, `[market_cycle]`, `[[market]]`, `[[drought]]`: what a market does by itself.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::List;
use super::law::LawSpec;

/// How a price moves by itself; our demand never moves it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["kind"]))]
pub struct PriceMovesSpec {
    /// In which way.
    pub kind: Given<PriceMovesKind>,
    /// Time between changes; "6 h" (mean-reverting), "14 d" (controller) unless given.
    pub every: Given<String>,
    /// Least price as a share of on-demand; 0.10 unless given.
    pub floor: Given<f64>,
    /// Highest price as a share of on-demand; 1 (mean-reverting), 0.91 (controller) unless given.
    pub cap: Given<f64>,
    /// Mean-reverting: the share of on-demand that the price returns to; that of the start unless given.
    pub level: Given<f64>,
    /// Mean-reverting: time after which half of a departure from the level is forgotten; "5 d" unless given.
    /// Controller: the same of its market's utilisation; "90 d" unless given.
    pub half_life: Given<String>,
    /// Mean-reverting: how far the logarithm of the price spreads in a day; 0.08 unless given.
    pub sigma: Given<f64>,
    /// Mean-reverting: whether there are times in which the price is exactly on-demand; true unless given.
    pub stress: Given<bool>,
    /// Mean-reverting: mean time between two such times; "60 d" unless given.
    pub stress_between: Given<String>,
    /// Mean-reverting: their mean length; "3 d" unless given.
    pub stress_length: Given<String>,
    /// Controller: the utilisation of its market that the provider wants; 0.8 unless given.
    pub target: Given<f64>,
    /// Controller: the median of its market's utilisation; 0.8 unless given.
    pub utilisation: Given<f64>,
    /// Controller: its utilisation at the start; drawn unless given.
    pub utilisation_start: Given<f64>,
    /// Controller: whose markets are correlated; the provider of the site unless given.
    pub provider: Given<String>,
    /// Markov: the prices between which it jumps.
    pub states: List<PriceStateSpec>,
}

/// The ways in which prices move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PriceMovesKind {
    /// It wanders around a level, and is sometimes pinned at on-demand.
    MeanReverting,
    /// The provider moves it in small regular steps as its market fills or empties.
    Controller,
    /// It jumps between a few values.
    Markov,
}

/// One of the values of a price that jumps.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["price", "stay"]))]
pub struct PriceStateSpec {
    /// The price, such as "2.40 USD/GPU-h".
    pub price: Given<String>,
    /// How long it holds on average; then it jumps to any other with the same probability.
    pub stay: Given<String>,
}

/// A slow cycle of the whole market that multiplies all rented prices.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MarketCycleSpec {
    /// The regime at the start, by name; drawn as found in the long run unless given.
    pub start: Given<String>,
    /// The regimes, cheapest first or dearest first; glut 0.8, neutral 1, shortage 1.35 unless given.
    pub regimes: List<RegimeSpec>,
}

/// A regime of the market.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "multiplier", "lasts"]))]
pub struct RegimeSpec {
    /// Its name.
    pub name: Given<String>,
    /// What it multiplies prices by, such as 1.35.
    pub multiplier: Given<f64>,
    /// How long it lasts on average.
    pub lasts: Given<String>,
}

/// What the markets of all regions have in common.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["correlation"]))]
pub struct RegionsSpec {
    /// How availability goes together in the best zones of two regions, such as 0.15.
    pub correlation: Given<f64>,
    /// The part of the falls of the best zone that comes from what all regions share; 0.05 unless given.
    pub together: Given<f64>,
}

/// The capacity that one zone would let us have of one GPU type, whether we ask or not.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct MarketSpec {
    /// Its name, as offers say it; it belongs to the names of its dice.
    pub name: Given<String>,
    /// The region whose zones fall together; without one it shares nothing.
    pub region: Given<String>,
    /// How scarce it is; with neither `tier`, `up` and `down` nor `availability` it is always up.
    pub tier: Given<TierKind>,
    /// How long there is capacity; with `down`, instead of a tier.
    pub up: Given<LawSpec>,
    /// How long there is none.
    pub down: Given<LawSpec>,
    /// With `up` and `down`: correlation of two zones of the region; 0.39 unless given.
    pub correlation: Given<f64>,
    /// With `up` and `down`: the part of falls that takes the whole region; 0.14 unless given.
    pub together: Given<f64>,
    /// Instances that there are when it is up.
    pub instances: Given<u32>,
    /// Their number is drawn anew for each time up: standard deviation over mean; 0 unless given.
    pub instances_variation: Given<f64>,
    /// Amplitude of a daily wave; the odds of capacity swing by exp(±2 × it); 0 unless given.
    pub daily: Given<f64>,
    /// The best hour of the day for capacity, in UTC; 6 unless given.
    pub best_hour: Given<f64>,
    /// Probability that a loss takes all that is left; 0.3 unless given.
    pub loss_all: Given<f64>,
    /// Mean number of instances of any other loss; 8 unless given.
    pub loss_mean: Given<f64>,
    /// Time from one loss to the next; { mean = "10 min" } unless given.
    pub loss_between: Given<LawSpec>,
    /// Times in which it has nothing at all.
    pub drought: Given<DroughtTimesSpec>,
    /// A recording of its capacity, such as a SkyPilot json or a csv that `plimsoll import` wrote.
    pub availability: Given<String>,
    /// With a recording: how it is written; a json is taken for SkyPilot's, all else for ours, unless given.
    pub format: Given<AvailabilityKind>,
    /// With a csv of several zones: which.
    pub zone: Given<String>,
    /// With a recording: the time between samples, if not what the file says.
    pub tick: Given<String>,
    /// With a recording: where in it a replication begins; at its beginning unless given. It is played again
    /// when it is over.
    pub begins: Given<BeginsKind>,
}

/// How a recording of capacity is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AvailabilityKind {
    /// Our own csv.
    Plimsoll,
    /// SkyPilot's json of probes.
    Skypilot,
    /// Lines `ms,add|remove,node`, as those of Bamboo.
    NodeEvents,
    /// Lines `[ms, "add"|"remove", {"nodes": […]}]`, as those of Parcae.
    NodeEventLists,
}

/// Where in a recording a replication begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BeginsKind {
    /// At its beginning, always.
    First,
    /// Anywhere, drawn for each replication; markets with recordings of one region begin at the same place.
    Random,
}

/// How scarce capacity is, after recorded zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TierKind {
    /// Up 90 % of the time.
    Good,
    /// Up 72 %.
    Medium,
    /// Up 45 %.
    Scarce,
    /// Up 18 %.
    VeryScarce,
}

/// When droughts are.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["between", "length"]))]
pub struct DroughtTimesSpec {
    /// From the end of one to the start of the next.
    pub between: Given<LawSpec>,
    /// How long one lasts.
    pub length: Given<LawSpec>,
    /// Whether the run begins right after a drought; otherwise it is found in the middle of its life.
    pub new: Given<bool>,
}

/// A drought over several markets at once.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "between", "length"]))]
pub struct DroughtSpec {
    /// Its name; it belongs to the names of its dice.
    pub name: Given<String>,
    /// The markets that it empties; all unless given.
    pub markets: List<String>,
    /// From the end of one to the start of the next.
    pub between: Given<LawSpec>,
    /// How long one lasts.
    pub length: Given<LawSpec>,
    /// Whether the run begins right after a drought; otherwise it is found in the middle of its life.
    pub new: Given<bool>,
}
