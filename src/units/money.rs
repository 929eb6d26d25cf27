//! Exact money: prices in millionths, amounts in ticks.
//!
//! One tick is 10⁻³ µ·ms/h, so one currency unit is 3.6 × 10¹⁵ ticks and
//! `milli-GPU × ms × µ per GPU-hour` is a whole number of ticks: nothing rounds until a report prints.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

use super::{Bytes, MilliGpus, Span};

/// A price per GPU-hour in millionths of the ledger currency.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Price(pub u64);

/// A price per gigabyte (10⁹ bytes) in millionths of the ledger currency.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct BytePrice(pub u64);

/// An exact amount of money in ticks.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(pub i128);

/// A currency by its three-letter ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Ticks in one unit of currency.
    pub const TICKS_PER_UNIT: i128 = 3_600_000_000_000_000;

    /// What `gpus` cost for `span` at `price`.
    pub const fn of(gpus: MilliGpus, span: Span, price: Price) -> Self {
        Self(gpus.0 as i128 * span.0 as i128 * price.0 as i128)
    }

    /// What `gpus` cost while a price odometer moved by `price_ms` (∫ price dt, in µ/GPU-h·ms).
    pub const fn of_odometer(gpus: MilliGpus, price_ms: u128) -> Self {
        Self(gpus.0 as i128 * price_ms as i128)
    }

    /// What moving `bytes` costs; rounded once, half to even, because a byte is no whole number of ticks.
    pub const fn of_bytes(bytes: Bytes, price: BytePrice) -> Self {
        Self::of_priced_bytes(bytes.0 as i128 * price.0 as i128)
    }

    /// What bytes cost whose prices add up to `priced` (µ/GB × bytes); rounded once, as [`Money::of_bytes`].
    pub const fn of_priced_bytes(priced: i128) -> Self {
        // µ per 10⁹ bytes; one µ is 3.6 × 10⁹ ticks, so ticks = bytes × µ × 18 / 5.
        let product = priced * 18;
        let (quotient, remainder) = (product / 5, product % 5);
        // Fifths have no exact half, so half to even is plain rounding here.
        Self(if remainder >= 3 {
            quotient + 1
        } else {
            quotient
        })
    }

    /// Units of currency, for printing and statistics only.
    pub fn as_units(self) -> f64 {
        // Split so that a large amount keeps its cents: f64 holds 2⁵³ exactly.
        let whole = self.0 / Self::TICKS_PER_UNIT;
        let rest = self.0 % Self::TICKS_PER_UNIT;
        whole as f64 + rest as f64 / Self::TICKS_PER_UNIT as f64
    }
}

impl Price {
    /// The price as units of currency per GPU-hour, for printing only.
    pub fn as_units(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Currency {
    /// Reads a three-letter code such as `USD`.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(bytes))
    }

    /// The code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gpu_for_one_hour_costs_its_price() {
        // 1 GPU × 1 h × 2.49 USD/GPU-h = 2.49 USD
        let cost = Money::of(MilliGpus::whole(1), Span::HOUR, Price(2_490_000));
        assert_eq!(cost.0 * 100, 249 * Money::TICKS_PER_UNIT);
    }

    #[test]
    fn bytes_cost_their_price_per_gigabyte() {
        // 10 GB × 0.09 USD/GB = 0.90 USD
        let cost = Money::of_bytes(Bytes(10_000_000_000), BytePrice(90_000));
        assert_eq!(cost.0 * 10, 9 * Money::TICKS_PER_UNIT);
        // 1 byte × 0.000001 USD/GB = 3.6 ticks, printed as 4
        assert_eq!(Money::of_bytes(Bytes(1), BytePrice(1)), Money(4));
    }
}
