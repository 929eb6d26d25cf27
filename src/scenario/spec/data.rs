//! `[[dataset]]`: what jobs read.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::network::TrafficSpec;
use super::rule::AttributeValue;
use super::{ByName, List};

/// Data that jobs read; they run only where it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "size", "home"]))]
pub struct DatasetSpec {
    /// Its name, as classes say it.
    pub name: Given<String>,
    /// How much it is, such as "12 TB".
    pub size: Given<String>,
    /// The site, or the storage, where it is kept.
    pub home: Given<String>,
    /// Other sites, or storages, that keep a copy of it throughout.
    pub replicas: List<String>,
    /// Copies that are made while time passes, and kept from when they are there.
    pub copies: List<CopySpec>,
    /// What keeping each of these copies costs where no storage says it, such as "0.02 USD/GB-month" (a month of 730 h); nothing unless
    /// given.
    pub storage: Given<String>,
    /// How urgent it is on its way; "bulk" unless given.
    pub traffic: Given<TrafficSpec>,
    /// The key service without which it cannot be read where it is read; it is not encrypted unless given.
    pub key: Given<String>,
    /// What rules read of it, by name: `{ classification = ["health"] }`. Whoever reads it has its marks, too.
    pub attributes: ByName<AttributeValue>,
}

/// A copy of a data set that is made at a given time, over links, from where it comes cheapest.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["to", "at"]))]
pub struct CopySpec {
    /// The site, or the storage, that keeps it.
    pub to: Given<String>,
    /// When it begins to be sent: an instant, or time since the start such as "2 d".
    pub at: Given<Moment>,
    /// Until when it is kept; to the end unless given.
    pub until: Given<Moment>,
}
