//! Quantities that cannot be mixed up: time, GPUs, money, bytes and the ids of things.
//!
//! Everything the engine touches is an integer (`docs/model.md`, "Integers"): milliseconds, milli-GPUs,
//! money ticks. Parsing a quantity that a person wrote ("3.5 h", "7.91 USD/GPU-h") is exact: a value that
//! is no whole number of the base unit is an error, never rounded in silence.

mod bandwidth;
mod byte_tariff;
mod bytes;
mod calendar;
mod energy;
mod gpus;
mod hours;
mod ids;
mod money;
mod quantity;
mod storage_price;
mod time;

pub use bandwidth::Bandwidth;
pub use byte_tariff::{ByteBand, ByteTariff};
pub use bytes::Bytes;
pub use calendar::{Epoch, Zone, month_label};
pub use energy::{Carbon, Energy};
pub use gpus::MilliGpus;
pub use hours::WorkingHours;
pub use ids::{
    ClassId, DatasetId, JobId, LabelsId, LinkId, NodeId, OutletId, PoolId, ProviderId, ServiceId,
    ShapeId, SiteId, StrategyId, TenantId,
};
pub use money::{BytePrice, Currency, Money, Price};
pub use quantity::{
    QuantityError, parse_amount, parse_bandwidth, parse_bandwidth_per_gpu, parse_byte_price,
    parse_bytes, parse_decimal, parse_intensity, parse_money, parse_power_watts, parse_price,
    parse_span,
};
pub use storage_price::{StoragePrice, parse_storage_price};
pub use time::{SimTime, Span};
