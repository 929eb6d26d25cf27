//! Exact energy, and what its making emitted: in the ticks of money, so that a rate for each GPU-hour adds up alike.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// Energy in milliwatts × milli-GPU × ms: 3.6 × 10¹⁵ of them are one kilowatt-hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Energy(pub i128);

/// Emissions in CO₂ equivalents, in micrograms per hour × milli-GPU × ms: 3.6 × 10¹⁵ of them are one gram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carbon(pub i128);

/// Ticks in a kilowatt-hour, and in a gram.
const TICKS: i128 = 3_600_000_000_000_000;

fn units(ticks: i128) -> f64 {
    let (whole, rest) = (ticks / TICKS, ticks % TICKS);
    whole as f64 + rest as f64 / TICKS as f64
}

impl Energy {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Kilowatt-hours, for printing and statistics only.
    pub fn as_kilowatt_hours(self) -> f64 {
        units(self.0)
    }
}

impl Carbon {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Kilograms, for printing and statistics only.
    pub fn as_kilograms(self) -> f64 {
        units(self.0) / 1000.0
    }
}

macro_rules! adds {
    ($name:ident) => {
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
                amounts.fold(Self::ZERO, Add::add)
            }
        }
    };
}

adds!(Energy);
adds!(Carbon);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_of_a_kilowatt_draws_a_kilowatt_hour_in_an_hour() {
        // 1,000,000 mW × 1,000 mGPU × 3,600,000 ms.
        assert!((Energy(1_000_000 * 1_000 * 3_600_000).as_kilowatt_hours() - 1.0).abs() < 1e-12);
        // 350 g/h for two hours and one GPU are .7 kg.
        let grams = Carbon(350_000_000 * 1_000 * 7_200_000);
        assert!((grams.as_kilograms() - 0.7).abs() < 1e-12);
        assert_eq!(Energy(5) - Energy(2) + Energy(1), Energy(4));
    }
}
