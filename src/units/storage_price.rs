//! What keeping data costs.

use super::{Currency, Money, QuantityError, parse_amount};

/// A price of bytes that are kept, by the month of 730 h.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoragePrice {
    /// In millionths of the currency, for `bytes` in a month.
    pub micro: u64,
    /// Bytes that it is for: a gigabyte or a gibibyte.
    pub bytes: u64,
}

/// A thousand million bytes.
const GIGABYTE: u64 = 1_000_000_000;
/// 2³⁰ bytes.
const GIBIBYTE: u64 = 1 << 30;

impl StoragePrice {
    /// Nothing.
    pub const FREE: Self = Self {
        micro: 0,
        bytes: GIGABYTE,
    };

    /// What so many byte-milliseconds cost, rounded down to a tick. A tick is 1/3.6 × 10⁻⁹ µ and a month
    /// 2.628 × 10⁹ ms, so ticks are µ × byte·ms × 100 / (73 × bytes of the price).
    pub fn cost(self, byte_ms: u128) -> Money {
        let divisor = 73 * u128::from(self.bytes.max(1));
        let hundredfold = 100 * u128::from(self.micro);
        let (whole, rest) = (byte_ms / divisor, byte_ms % divisor);
        Money((whole * hundredfold + rest * hundredfold / divisor) as i128)
    }
}

/// Reads a price such as `"0.023 USD/GB-month"` or `"0.02 USD/GiB-month"`.
pub fn parse_storage_price(text: &str, currency: Currency) -> Result<StoragePrice, QuantityError> {
    let (suffix, bytes) = if text.trim_end().ends_with("/GiB-month") {
        ("/GiB-month", GIBIBYTE)
    } else {
        ("/GB-month", GIGABYTE)
    };
    let micro = parse_amount(text, currency, suffix)?;
    Ok(StoragePrice { micro, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terabyte_for_a_month_costs_a_thousand_times_its_price() {
        let usd = Currency::parse("USD").unwrap();
        let month = 730 * 3_600_000u128;
        let price = parse_storage_price("0.02 USD/GB-month", usd).unwrap();
        let cost = price.cost(month * 1_000_000_000_000);
        assert_eq!(cost.0, 20 * Money::TICKS_PER_UNIT);
        let price = parse_storage_price("0.02 USD/GiB-month", usd).unwrap();
        let cost = price.cost(month << 40);
        assert_eq!(cost.0 * 1_000, 20_480 * Money::TICKS_PER_UNIT);
        assert_eq!(StoragePrice::FREE.cost(month << 40), Money::ZERO);
        // An exabyte for a century at 1,000 a gigabyte and month is counted exactly, too.
        let dear = StoragePrice {
            micro: 1_000_000_000,
            bytes: GIGABYTE,
        };
        let cost = dear.cost(1_000_000_000_000_000_000 * 1_200 * month);
        assert_eq!(cost.0, 1_200_000_000_000_000 * Money::TICKS_PER_UNIT);
    }
}
