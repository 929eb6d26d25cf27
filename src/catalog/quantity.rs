//! Quantities in catalog files: text with a unit, read exactly by `units`.

use serde::de::{Deserialize, Deserializer, Error};

use crate::units::{
    BytePrice, Bytes, Currency, Price, QuantityError, Span, parse_amount, parse_byte_price,
    parse_bytes, parse_power_watts, parse_price, parse_span,
};

/// The currency of all catalog prices.
pub(super) const CURRENCY: &str = "USD";

fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl Fn(&str, Currency) -> Result<T, QuantityError>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    let currency = Currency::parse(CURRENCY).ok_or_else(|| D::Error::custom("no currency"))?;
    parse(&text, currency).map_err(D::Error::custom)
}

macro_rules! written {
    ($(#[$doc:meta])* $name:ident($inner:ty) = $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) struct $name(pub(super) $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer, $parse).map(Self)
            }
        }
    };
}

written!(
    /// A price per GPU-hour.
    GpuHour(Price) = parse_price
);
written!(
    /// A price per gigabyte.
    Gigabyte(BytePrice) = parse_byte_price
);
written!(
    /// A length of time.
    Time(Span) = |text, _| parse_span(text)
);
written!(
    /// An amount of data.
    Data(Bytes) = |text, _| parse_bytes(text)
);
written!(
    /// A power in watts.
    Watts(u64) = |text, _| parse_power_watts(text)
);
written!(
    /// Millionths of the currency per GPU.
    PerGpu(u64) = |text, currency| parse_amount(text, currency, "/GPU")
);
written!(
    /// Millionths of the currency per kilowatt-month.
    PerKilowattMonth(u64) = |text, currency| parse_amount(text, currency, "/kW-month")
);
written!(
    /// Millionths of the currency per kilowatt-hour.
    PerKilowattHour(u64) = |text, currency| parse_amount(text, currency, "/kWh")
);
written!(
    /// Millionths of the currency.
    Amount(u64) = |text, currency| parse_amount(text, currency, "")
);
