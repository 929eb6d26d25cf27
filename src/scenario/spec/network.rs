//! `[[link]]`: what data travel on between sites.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::ByName;
use super::rule::AttributeValue;

/// A link between two sites.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "from", "to", "kind", "bandwidth"]))]
pub struct LinkSpec {
    /// Its name.
    pub name: Given<String>,
    /// The site where it begins.
    pub from: Given<String>,
    /// The site where it ends.
    pub to: Given<String>,
    /// What kind of link.
    pub kind: Given<LinkKindSpec>,
    /// How much it carries each way, such as "10 Gb/s".
    pub bandwidth: Given<String>,
    /// How long a byte is on its way, such as "20 ms"; none unless given.
    pub latency: Given<String>,
    /// Share of the bandwidth that is lost to errors and repetition, such as 0.02; none unless given.
    pub impairment: Given<f64>,
    /// Share of the packets that are lost, such as 0.0001: one transfer then moves no faster than its connections
    /// can (Mathis and others, 1997), however much the link carries; none unless given.
    pub loss: Given<f64>,
    /// How many connections one transfer opens on a link that loses packets; 1 unless given.
    pub connections: Given<u32>,
    /// What crosses it all the time, each way, by kind of traffic.
    pub background: Given<BackgroundSpec>,
    /// Whether it goes both ways, each with the whole bandwidth; true unless given.
    pub both_ways: Given<bool>,
    /// Rent by the hour, such as "22.50 USD/h"; none unless given.
    pub price: Given<String>,
    /// What a gigabyte costs on it, such as "0.02 USD/GB"; nothing on a circuit and the egress of the site that
    /// the data leave on others, unless given.
    pub egress: Given<String>,
    /// Whether data may use it; true unless given.
    pub allowed: Given<bool>,
    /// Shares of the bandwidth that are kept for kinds of traffic; what they do not use is free for others.
    pub reserved: Given<ReservedSpec>,
    /// What rules read of it, by name: `{ encrypted = true }`.
    pub attributes: ByName<AttributeValue>,
}

/// What crosses a link all the time, such as "2 Gb/s".
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BackgroundSpec {
    /// What steers the estate.
    pub control: Given<String>,
    /// Questions and answers.
    pub inference: Given<String>,
    /// Data of others.
    pub bulk: Given<String>,
}

/// Shares of a link's bandwidth that are kept for kinds of traffic.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReservedSpec {
    /// For control, such as 0.05.
    pub control: Given<f64>,
    /// For inference.
    pub inference: Given<f64>,
    /// For bulk data.
    pub bulk: Given<f64>,
}

/// The kind of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKindSpec {
    /// A line of our own, rented by the hour.
    Circuit,
    /// A tunnel through the internet.
    Vpn,
    /// The internet.
    Internet,
}

/// How urgent data are: the first goes before the second, which goes before the third.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrafficSpec {
    /// What steers the estate.
    Control,
    /// Questions and answers.
    Inference,
    /// Data sets, results, checkpoints.
    Bulk,
}
