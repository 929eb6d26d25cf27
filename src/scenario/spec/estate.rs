//! `[[site]]`, `[[gpu]]`, `[[tco]]`, `[[pool]]`: what there is.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::ByName;
use super::egress::EgressSpec;
use super::offer::OfferSpec;
use super::rule::AttributeValue;

/// A place with one operator, jurisdiction and trust zone.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct SiteSpec {
    /// Its name.
    pub name: Given<String>,
    /// What kind of place; from the catalog where `catalog` is given.
    pub kind: Given<SiteKindSpec>,
    /// Whose law applies, such as "DE".
    pub jurisdiction: Given<String>,
    /// Its trust zone; the kind unless given.
    pub zone: Given<String>,
    /// A region of the catalog: gives jurisdiction, egress, prices, quota and provisioning.
    pub catalog: Given<String>,
    /// The region in which it lies, for what befalls whole regions; that of the catalog unless given.
    pub region: Given<String>,
    /// Who counts the bytes that leave the site, together with those of its other sites; from the catalog where
    /// `catalog` is given, the site alone otherwise.
    pub provider: Given<String>,
    /// What data that leaves the site costs: one price such as "0.09 USD/GB", or bands of a month's bytes such as
    /// [{ up_to = "10 TB", price = "0.09 USD/GB" }, { price = "0.05 USD/GB" }].
    pub egress: Given<EgressSpec>,
    /// What electricity costs, where it is paid by the meter, such as "0.09 USD/kWh"; otherwise the price of
    /// capacity holds it.
    pub electricity: Given<String>,
    /// The same as a csv file with columns `from` and `price_per_kwh`, such as hourly prices; they may be negative.
    pub electricity_file: Given<String>,
    /// What making its electricity emits, such as "350 g/kWh"; from the catalog unless given.
    pub carbon: Given<String>,
    /// The same as a csv file with columns `from` and `grams_per_kwh`.
    pub carbon_file: Given<String>,
    /// What the building draws for each watt of its machines, such as 1.3, which it is at private sites unless
    /// given; 1.5 at the edge, 1.2 elsewhere.
    pub pue: Given<f64>,
    /// How much it can hold for a time of data that are kept elsewhere, such as "50 TB"; without limit unless
    /// given.
    pub cache: Given<String>,
    /// The storage of the site on which that is held, and paid for; it costs nothing unless given.
    pub cache_on: Given<String>,
    /// The site from which work here is steered: nothing new starts here while no route from there to here is open
    /// or its control traffic is starved. From here unless given.
    pub control_from: Given<String>,
    /// What rules read of its pools, by name: `{ certifications = ["iso-27001"] }`.
    pub attributes: ByName<AttributeValue>,
}

/// The kind of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SiteKindSpec {
    /// Our own machines in our own or colocated rooms.
    Private,
    /// A private cloud that somebody hosts for us alone.
    Hosted,
    /// A region of a GPU-as-a-service provider.
    Gpuaas,
    /// A small site near where data arises.
    Edge,
}

/// A GPU type that the catalog does not know, or knows otherwise; what is not given is as in the catalog.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct GpuSpec {
    /// Its name, as pools say it.
    pub name: Given<String>,
    /// Speed of training relative to an H100, such as 1.15.
    pub speed: Given<f64>,
    /// Memory, such as "80 GiB", for classes that ask for some.
    pub memory: Given<String>,
    /// The most that it draws, such as "700 W".
    pub power: Given<String>,
    /// What it draws at work, such as "593 W".
    pub active_power: Given<String>,
    /// What it draws at rest, such as "80 W".
    pub idle_power: Given<String>,
    /// Its share of what the rest of its node draws while that is up, such as "407 W".
    pub host_power: Given<String>,
}

/// What owning capacity costs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct TcoSpec {
    /// Its name, as offers say it.
    pub name: Given<String>,
    /// A record of the catalog that this one changes.
    pub base: Given<String>,
    /// Installed price of one GPU with its share of everything, such as "50000 USD/GPU".
    pub capital: Given<String>,
    /// Years over which it is written off.
    pub years: Given<f64>,
    /// Share of the price that is left at the end, such as 0.15.
    pub residual: Given<f64>,
    /// Yearly cost of capital, such as 0.08.
    pub interest: Given<f64>,
    /// Power that is rented for one GPU, such as "1.275 kW".
    pub power_provisioned: Given<String>,
    /// Power that one GPU with its share of the node draws on average, such as "1 kW".
    pub power_average: Given<String>,
    /// Rent of space and cooling, such as "185 USD/kW-month".
    pub colocation: Given<String>,
    /// Power usage effectiveness, such as 1.3.
    pub pue: Given<f64>,
    /// Price of energy, such as "0.09 USD/kWh".
    pub energy: Given<String>,
    /// Yearly maintenance as a share of the price, such as 0.05.
    pub maintenance: Given<f64>,
    /// People in full-time equivalents.
    pub staff: Given<f64>,
    /// What one of them costs in a year, such as "220000 USD".
    pub staff_cost: Given<String>,
    /// How many GPUs these people look after.
    pub staff_gpus: Given<u64>,
}

/// Equal nodes of one GPU type at a site under one offer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "site", "gpu", "offer"]))]
pub struct PoolSpec {
    /// Its name.
    pub name: Given<String>,
    /// The site where it stands.
    pub site: Given<String>,
    /// Its GPU type: an id of the catalog or of a `[[gpu]]`.
    pub gpu: Given<String>,
    /// Nodes; for a rented pool the quota says how many.
    pub nodes: Given<u32>,
    /// GPUs in each node; 8 unless given.
    pub gpus_per_node: Given<u32>,
    /// How gangs are laid on nodes; "best" unless given.
    pub packing: Given<PackingKind>,
    /// Whether a gang larger than a node may use parts of nodes; "remainder" unless given.
    pub spread: Given<SpreadKind>,
    /// What it costs and how it comes.
    pub offer: Given<OfferSpec>,
    /// What rules read of it, by name, where that differs from its site.
    pub attributes: ByName<AttributeValue>,
}

/// How gangs are laid on nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PackingKind {
    /// Only the number of free GPUs matters.
    Count,
    /// The node of lowest index that has room.
    First,
    /// The node with the fewest free GPUs that still fits.
    Best,
    /// As best, and a gang that spreads takes as few nodes as it can.
    Consolidated,
    /// The node whose fragmentation grows least.
    Fgd,
}

/// Which nodes a gang larger than one node may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpreadKind {
    /// Only completely free nodes.
    Never,
    /// Completely free nodes, and for the remainder any node with room.
    Remainder,
    /// Any free GPUs.
    Any,
}
