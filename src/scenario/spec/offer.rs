//! `offer = { … }`: what capacity costs and how it comes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::List;
use super::market::PriceMovesSpec;

/// What capacity costs and how it comes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["kind"]))]
pub struct OfferSpec {
    /// What kind of offer.
    pub kind: Given<OfferKind>,
    /// Owned: a record of what owning costs, from the catalog or a `[[tco]]`.
    pub tco: Given<String>,
    /// The price, such as "2.50 USD/GPU-h"; on-demand and spot: from the catalog unless given.
    pub price: Given<String>,
    /// By the instance: prices that hold from given times on.
    pub steps: List<StepSpec>,
    /// By the instance: a csv file of prices with columns `from` and `price_per_gpu_hour`.
    pub prices: Given<String>,
    /// Reserved, capacity block: when it begins: an instant, or time since the start; a reservation has begun
    /// unless given.
    pub from: Given<Moment>,
    /// Reserved, capacity block: when it ends; a reservation outlasts the run unless given.
    pub until: Given<Moment>,
    /// Reserved: for how long it was bought; without `price` it costs the share of the on-demand price that is
    /// usual for that.
    pub term: Given<ReservedTerm>,
    /// Hosted, reserved: when the contract is renewed, and for which price.
    pub renewal: Given<RenewalSpec>,
    /// By the instance: most GPUs that may be held at once.
    pub quota: Given<u64>,
    /// By the instance: time from launch until an instance is up, such as "8 min"; the median if a p95 is given.
    pub provisioning: Given<String>,
    /// By the instance: the time that one launch in twenty exceeds.
    pub provisioning_p95: Given<String>,
    /// By the instance: least time that an instance is charged for; "1 min" unless given.
    pub minimum: Given<String>,
    /// By the instance: charges are rounded up to a multiple of this; "1 s" unless given.
    pub increment: Given<String>,
    /// By the instance: an instance that no job uses for this long is given back; "10 min" unless given, for
    /// spot at once.
    pub idle_release: Given<String>,
    /// By the instance: how long an instance that we give back is still paid for, while it is wiped, such as "5 min";
    /// nothing unless given.
    pub teardown: Given<String>,
    /// Spot: how long instances that are taken back may still be used; from the catalog unless given. Reserved,
    /// capacity block: how long before the end nothing new starts; "30 min" unless given.
    pub notice: Given<String>,
    /// Spot: the on-demand price of which moving prices are shares; from the catalog unless given.
    pub on_demand: Given<String>,
    /// By the instance: how the price moves by itself from its value at the start.
    pub price_moves: Given<PriceMovesSpec>,
    /// By the instance: the market that says how much capacity there is; without one there is always enough.
    pub market: Given<String>,
    /// With `prices`: what the file is; a csv of Plimsoll unless given.
    pub prices_format: Given<PriceFileKind>,
    /// With `prices`: which of its series, by column; needed where it has several.
    pub series: Given<SeriesSpec>,
    /// With `prices`: the instant of the recording that the start of the run is; the start itself unless given.
    pub prices_from: Given<Moment>,
}

/// The kind of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OfferKind {
    /// Ours: paid for whether used or not.
    Owned,
    /// Hosted for us under a fixed contract: paid for whether used or not.
    Hosted,
    /// A fixed set of nodes for a time, paid for whether used or not.
    Reserved,
    /// The same, paid at its beginning; it cannot be changed or cancelled.
    CapacityBlock,
    /// Rented by the instance at a published price.
    OnDemand,
    /// Rented by the instance at a price that moves; the provider may take instances back.
    Spot,
}

/// For how long capacity was reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ReservedTerm {
    /// A year.
    #[serde(rename = "1y")]
    OneYear,
    /// Three years.
    #[serde(rename = "3y")]
    ThreeYears,
}

/// A contract is made anew.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["at"]))]
pub struct RenewalSpec {
    /// When: an instant, or time since the start such as "180 d".
    pub at: Given<Moment>,
    /// The price from then on, such as "3.10 USD/GPU-h"; as before unless given.
    pub price: Given<String>,
}

/// A price that holds from a time on.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["from", "price"]))]
pub struct StepSpec {
    /// From when: an instant, or time since the start such as "3 d".
    pub from: Given<Moment>,
    /// The price, such as "3.10 USD/GPU-h".
    pub price: Given<String>,
}

/// What a recording of prices is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PriceFileKind {
    /// A csv with `from` and `price_per_gpu_hour`, such as `plimsoll import` writes.
    Plimsoll,
    /// A history of spot prices of GCP, one row for each change.
    GcpSpot,
    /// The same file, on-demand prices.
    GcpOnDemand,
    /// What `aws ec2 describe-spot-price-history` answers.
    Aws,
}

/// Which series of a recording of prices; what is not given may be anything.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SeriesSpec {
    /// Who sells.
    pub provider: Given<String>,
    /// Where.
    pub region: Given<String>,
    /// Where in the region.
    pub zone: Given<String>,
    /// The GPU type, in the words of the file.
    pub gpu: Given<String>,
    /// The type of instance.
    pub instance: Given<String>,
    /// The sort of price.
    pub kind: Given<String>,
}
