//! Capacity that a market would let us have: apart from price, and whether we ask or not.
//!
//! A zone is up (it has its full size) or down. Its up and down times are two-phase hyperexponential, as
//! recorded ([`MarketTier`]). Zones of one region share a regional factor, itself up or down: a zone has
//! capacity when its own process *and* the factor are up, so that a fall of the factor takes all zones at
//! once. [`ZoneMarket::new`] chooses the zone's own process so that the two together keep the mean and the
//! coefficient of variation of the times that were asked for (`docs/model.md`, "Fitted, and how well").

mod daily;
mod drought;
mod fit;
mod losses;
mod meeting;
mod region;
mod tier;
mod two_phases;
mod zone;

pub use daily::Daily;
pub use drought::Drought;
pub use losses::Losses;
pub use region::RegionalFactor;
pub use tier::MarketTier;
pub use two_phases::TwoPhases;
pub use zone::ZoneMarket;
