//! What GPUs drew from the wall, what that cost and what it emitted.

use std::ops::{Add, AddAssign, Sub, SubAssign};

use crate::units::{Carbon, Energy, Money};

/// What GPUs drew, with their share of the node and of the building; nothing where nobody counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// How much.
    pub energy: Energy,
    /// What the meter charged for it; nothing where the price of capacity holds it.
    pub cost: Money,
    /// What making it emitted.
    pub carbon: Carbon,
}

impl Drawn {
    /// Nothing.
    pub const ZERO: Self = Self {
        energy: Energy::ZERO,
        cost: Money::ZERO,
        carbon: Carbon::ZERO,
    };
}

impl Add for Drawn {
    type Output = Self;
    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl AddAssign for Drawn {
    fn add_assign(&mut self, other: Self) {
        self.energy += other.energy;
        self.cost += other.cost;
        self.carbon += other.carbon;
    }
}

impl SubAssign for Drawn {
    fn sub_assign(&mut self, other: Self) {
        self.energy -= other.energy;
        self.cost -= other.cost;
        self.carbon -= other.carbon;
    }
}

impl Sub for Drawn {
    type Output = Self;
    fn sub(mut self, other: Self) -> Self {
        self -= other;
        self
    }
}
