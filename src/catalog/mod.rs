//! Shipped facts: GPU types, regions with prices, what owning costs; each with source, date and confidence.
//!
//! The data are TOML files in `catalog/`, compiled in. Every value can be overridden in a scenario; what was
//! taken from here is listed with its source beside the results.

mod controls;
mod gpu;
mod quantity;
mod region;
mod shipped;
mod sourced;
mod tco;

pub use controls::{Control, ControlMap, RuleFacts, control_maps};
pub use gpu::{GpuPower, GpuType};
pub use region::{Offer, Region};
pub use shipped::{Catalog, shipped};
pub use sourced::{Confidence, Sourced};
pub use tco::{Tco, TcoPart, TcoRecord};
