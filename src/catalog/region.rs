//! Regions of providers and what they offer, on demand and as spot capacity.

use serde::Deserialize;

use crate::units::{ByteTariff, Price, Span};

use super::quantity::{Bands, GpuHour, GramsPerKilowattHour, Time};
use super::sourced::Sourced;

/// A region of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its id, as `site.catalog` says it.
    pub id: String,
    /// Who runs it.
    pub provider: String,
    /// Whose law applies.
    pub jurisdiction: String,
    /// What making electricity emits there, in millionths of a gram for each kilowatt-hour, where it is known.
    pub carbon: Option<Sourced<u64>>,
    /// What capacity reserved for a year costs as a share of on-demand, in millionths.
    pub reserved_1y: Sourced<u64>,
    /// The same for three years.
    pub reserved_3y: Sourced<u64>,
    /// What data that leaves it costs, by how much left the provider in the same month.
    pub egress: Sourced<ByteTariff>,
    /// Most GPUs that a customer may hold unless he asked for more.
    pub quota: Sourced<u64>,
    /// Median time from launch to a usable node.
    pub provisioning: Sourced<Span>,
    /// The time that one launch in twenty exceeds.
    pub provisioning_p95: Sourced<Span>,
    /// How long spot instances that are taken back may still be used, where they are sold.
    pub notice: Option<Sourced<Span>>,
    /// How scarce spot capacity is: good, medium, scarce or very-scarce.
    pub tier: Option<Sourced<String>>,
    /// What it offers.
    pub offers: Vec<Offer>,
}

/// Nodes of one GPU type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The GPU type, by id.
    pub gpu: String,
    /// The list price on demand.
    pub price: Sourced<Price>,
    /// The spot price to start from, where spot capacity is sold.
    pub spot: Option<Sourced<Price>>,
}

impl Region {
    /// What it asks for one GPU type.
    pub fn offer(&self, gpu: &str) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.gpu == gpu)
    }
}

/// As in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    id: String,
    provider: String,
    jurisdiction: String,
    carbon: Option<Sourced<GramsPerKilowattHour>>,
    reserved_1y: Sourced<f64>,
    reserved_3y: Sourced<f64>,
    egress: Sourced<Bands>,
    quota: Sourced<u64>,
    provisioning: Sourced<Time>,
    provisioning_p95: Sourced<Time>,
    notice: Option<Sourced<Time>>,
    tier: Option<Sourced<String>>,
    offer: Vec<WrittenOffer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOffer {
    gpu: String,
    price: Sourced<GpuHour>,
    spot: Option<Sourced<GpuHour>>,
}

impl Written {
    pub(super) fn read(self) -> Region {
        let offers = self.offer.into_iter().map(|offer| Offer {
            gpu: offer.gpu,
            price: offer.price.map(|price| price.0),
            spot: offer.spot.map(|spot| spot.map(|price| price.0)),
        });
        let share = |share: &f64| (share * 1e6).round() as u64;
        Region {
            id: self.id,
            provider: self.provider,
            jurisdiction: self.jurisdiction,
            carbon: self.carbon.map(|carbon| carbon.map(|grams| grams.0)),
            reserved_1y: self.reserved_1y.map(share),
            reserved_3y: self.reserved_3y.map(share),
            egress: self.egress.map(|bands| bands.0.clone()),
            quota: self.quota,
            provisioning: self.provisioning.map(|time| time.0),
            provisioning_p95: self.provisioning_p95.map(|time| time.0),
            notice: self.notice.map(|notice| notice.map(|time| time.0)),
            tier: self.tier,
            offers: offers.collect(),
        }
    }
}
