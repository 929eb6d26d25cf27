//! Recorded weather: prices, market capacity, nodes that come and go, outages.
//!
//! Each importer reads one or several [`Source`]s, accounts for every row in a [`WeatherReport`], and
//! reports what is wrong with them as a whole, all problems at once, in a [`WeatherError`]. Each history has
//! a plain csv of Plimsoll's own that is written and read back without loss.

mod aws;
mod capacity;
mod capacity_table;
mod error;
mod failure_archive;
mod lanl;
mod node_events;
mod node_formats;
mod outage_table;
mod outages;
mod price_table;
mod prices;
mod reason;
mod report;
mod skypilot;
mod source;
mod spells;
mod table;

pub use aws::{AwsInstance, AwsPrices};
pub use capacity::{CapacityHistory, CapacityKind, CapacitySteps, ZoneSamples, write_capacity};
pub use capacity_table::read_capacity_steps;
pub use error::WeatherError;
pub use failure_archive::Gaps;
pub use node_events::{NodeEvents, NodeFormat, NodeStep, read_node_events};
pub use outages::{Entity, Outage, OutageFormat, OutageHistory, read_outages, write_outages};
pub use price_table::PriceTable;
pub use prices::{PriceFormat, PriceHistory, PriceKey, PriceSeries, read_prices, write_prices};
pub use reason::{WeatherChange, WeatherDrop};
pub use report::{Figure, WeatherReport};
pub use skypilot::{SkyPilot, read_capacity};
pub use source::Source;
pub use spells::Spells;
