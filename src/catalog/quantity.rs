//! Quantities in catalog files: text with a unit, read exactly by `units`.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::units::{
    ByteBand, BytePrice, ByteTariff, Bytes, Currency, Price, QuantityError, Span, parse_amount,
    parse_byte_price, parse_bytes, parse_intensity, parse_power_watts, parse_price, parse_span,
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
    /// Millionths of a gram per kilowatt-hour.
    GramsPerKilowattHour(u64) = |text, _| parse_intensity(text)
);
written!(
    /// Millionths of the currency.
    Amount(u64) = |text, currency| parse_amount(text, currency, "")
);

/// Prices by bands of a month's bytes; the last band has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bands(pub(super) ByteTariff);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBand {
    up_to: Option<Data>,
    price: Gigabyte,
}

impl<'de> Deserialize<'de> for Bands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Vec::<WrittenBand>::deserialize(deserializer)?;
        let bands = written.into_iter().map(|band| ByteBand {
            up_to: band.up_to.map_or(Bytes(u64::MAX), |up_to| up_to.0),
            price: band.price.0,
        });
        ByteTariff::new(bands.collect())
            .map(Self)
            .ok_or_else(|| D::Error::custom("bands must end one after the other"))
    }
}
