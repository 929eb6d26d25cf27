//! What the market does by itself: prices that move, capacity that comes and goes, droughts.

use crate::process::{Controller, Drought, MarketCycle, MarkovPrice, MeanReverting};
use crate::process::{RegionalFactor, ZoneMarket};
use crate::units::{PoolId, Price, SimTime, Span};

use super::contracts::Contracts;

/// The market of a scenario; each replication draws its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Market {
    /// What multiplies all rented prices.
    pub cycle: Option<MarketCycle>,
    /// Offers whose prices move by themselves.
    pub prices: Vec<MovingPrice>,
    /// By what happenings multiply the price of a pool, from each instant on, in millionths.
    pub surcharges: Vec<(PoolId, Vec<(SimTime, u64)>)>,
    /// Prices of what is paid for throughout.
    pub contracts: Contracts,
    /// What the markets of all regions share.
    pub shared: Option<RegionalFactor>,
    /// What the zones of regions share, by the region's name; under `shared` the part that is each region's own.
    pub regions: Vec<(String, RegionalFactor)>,
    /// Where capacity is limited.
    pub zones: Vec<Zone>,
    /// What empties several zones at once.
    pub droughts: Vec<SharedDrought>,
}

/// The price of one offer.
#[derive(Clone, Debug, PartialEq)]
pub struct MovingPrice {
    /// Whose.
    pub pool: PoolId,
    /// How it moves.
    pub law: PriceLaw,
}

/// How a price moves from its value at the start.
#[derive(Clone, Debug, PartialEq)]
pub enum PriceLaw {
    /// It wanders around a level, and is sometimes pinned at on-demand.
    Wandering {
        /// The law.
        law: MeanReverting,
        /// The price of which it is a share.
        on_demand: Price,
    },
    /// Its provider moves it in small regular steps.
    Steered {
        /// The law.
        law: Controller,
        /// The price of which it is a share.
        on_demand: Price,
        /// Whose markets are correlated.
        provider: String,
    },
    /// It jumps between a few values.
    Jumping(MarkovPrice),
}

/// A zone's capacity of one GPU type, and the pools that rent there. They do not compete.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its name: that of its dice.
    pub name: String,
    /// Its region, by place in [`Market::regions`].
    pub region: Option<usize>,
    /// How its capacity comes and goes.
    pub capacity: ZoneCapacity,
    /// Its own droughts.
    pub drought: Option<Drought>,
    /// Who rents there, and the notice of what is taken back.
    pub pools: Vec<(PoolId, Option<Span>)>,
}

/// How the capacity of a zone comes and goes.
#[derive(Clone, Debug, PartialEq)]
pub enum ZoneCapacity {
    /// Always so many instances.
    Constant(u32),
    /// By law.
    Drawn(Box<ZoneMarket>),
    /// As recorded, again and again.
    Recorded {
        /// Instances from each instant of the recording on; the first is at zero.
        steps: Vec<(SimTime, u32)>,
        /// How long the recording is.
        length: Span,
        /// Whose dice say where in it a replication begins; `None` if always at its beginning.
        shift: Option<String>,
    },
}

/// A drought over several zones.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedDrought {
    /// Its name: that of its dice.
    pub name: String,
    /// When.
    pub times: Drought,
    /// Which zones, by place in [`Market::zones`].
    pub zones: Vec<usize>,
}

impl Market {
    /// Whether the price of some pool is not simply what its offer publishes.
    pub fn moves_prices(&self) -> bool {
        let moved = !self.prices.is_empty() || !self.surcharges.is_empty();
        self.cycle.is_some() || moved || self.contracts.moves_prices()
    }

    /// Whether the price of this rented pool is not simply what its offer publishes.
    pub fn moves_price_of(&self, pool: PoolId) -> bool {
        self.cycle.is_some()
            || self.prices.iter().any(|price| price.pool == pool)
            || self.surcharges.iter().any(|(of, _)| *of == pool)
    }

    /// Whether two replications can differ by it.
    pub fn rolls_dice(&self) -> bool {
        let rolls = |zone: &Zone| {
            let drawn = match &zone.capacity {
                ZoneCapacity::Constant(_) => false,
                ZoneCapacity::Drawn(_) => true,
                ZoneCapacity::Recorded { shift, .. } => shift.is_some(),
            };
            !zone.pools.is_empty() && (drawn || zone.drought.is_some())
        };
        let prices = self.cycle.is_some() || !self.prices.is_empty();
        prices || self.zones.iter().any(rolls) || !self.droughts.is_empty()
    }
}
