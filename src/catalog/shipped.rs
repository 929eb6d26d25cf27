//! The catalog that is compiled in.

use std::sync::LazyLock;

use serde::Deserialize;

use super::gpu::{self, GpuType};
use super::region::{self, Region};
use super::tco::{TcoRecord, Written};

/// All shipped facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// GPU types.
    pub gpus: Vec<GpuType>,
    /// Regions of providers.
    pub regions: Vec<Region>,
    /// What owning costs.
    pub tco: Vec<TcoRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gpus {
    gpu: Vec<gpu::Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Regions {
    region: Vec<region::Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Records {
    tco: Vec<Written>,
}

/// The catalog of this version of the program.
pub fn shipped() -> &'static Catalog {
    static SHIPPED: LazyLock<Catalog> = LazyLock::new(|| {
        // The files are part of the program, and a test reads them: they cannot be wrong here.
        read().unwrap_or_default()
    });
    &SHIPPED
}

fn read() -> Result<Catalog, toml::de::Error> {
    let gpus: Gpus = toml::from_str(include_str!("../../catalog/gpus.toml"))?;
    let regions: Regions = toml::from_str(include_str!("../../catalog/regions.toml"))?;
    let records: Records = toml::from_str(include_str!("../../catalog/tco.toml"))?;
    Ok(Catalog {
        gpus: gpus.gpu.into_iter().map(gpu::Written::read).collect(),
        regions: regions
            .region
            .into_iter()
            .map(region::Written::read)
            .collect(),
        tco: records.tco.into_iter().map(Written::read).collect(),
    })
}

impl Catalog {
    /// The GPU type of an id or alias.
    pub fn gpu(&self, name: &str) -> Option<&GpuType> {
        self.gpus
            .iter()
            .find(|gpu| gpu.id == name || gpu.aliases.iter().any(|alias| alias == name))
    }

    /// The region of an id.
    pub fn region(&self, id: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.id == id)
    }

    /// The record of what owning costs, by id.
    pub fn record(&self, id: &str) -> Option<&TcoRecord> {
        self.tco.iter().find(|record| record.id == id)
    }

    /// The currency of all its prices, by code.
    pub const fn currency(&self) -> &'static str {
        super::quantity::CURRENCY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::sourced::Sourced;
    use crate::units::{BytePrice, ByteTariff, Bytes, Money, Price, Span};

    #[test]
    fn the_shipped_files_can_be_read() {
        let catalog = read().unwrap();
        assert_eq!(catalog.gpus.len(), 8);
        assert_eq!(catalog.regions.len(), 7);
        assert_eq!(catalog.gpu("a100").unwrap().id, "a100-80");
        assert_eq!(catalog.gpu("h200").unwrap().speed.value, 1150);
        assert_eq!(catalog.gpu("h200").unwrap().memory.value, Bytes(141 << 30));
        let nebius = catalog.region("nebius-eu-north1").unwrap();
        assert_eq!(nebius.offer("h200").unwrap().price.value, Price(3_500_000));
        assert_eq!(nebius.egress.value, ByteTariff::flat(BytePrice(15_000)));
        // GCP: 1 TB at .12, 9 TB at .11, then .085 from Europe: 12 TB cost 120 + 990 + 170.
        let gcp = catalog.region("gcp-europe-west4").unwrap();
        let cost = gcp.egress.value.cost(Bytes(0), Bytes(12_000_000_000_000));
        assert_eq!(cost.0, 1_280 * Money::TICKS_PER_UNIT);
        assert_eq!(nebius.provisioning.value, Span(480_000));
        for region in &catalog.regions {
            let tiers = ["good", "medium", "scarce", "very-scarce"];
            let known = |tier: &Sourced<String>| tiers.contains(&tier.value.as_str());
            assert!(region.tier.as_ref().is_none_or(known), "{}", region.id);
            for offer in &region.offers {
                assert!(
                    catalog
                        .gpu(&offer.gpu)
                        .is_some_and(|gpu| gpu.id == offer.gpu),
                    "{}",
                    offer.gpu
                );
                let cheaper = |spot: &Sourced<Price>| spot.value < offer.price.value;
                assert!(offer.spot.as_ref().is_none_or(cheaper), "{}", offer.gpu);
                assert!(offer.spot.is_none() || region.notice.is_some());
            }
        }
    }
}
