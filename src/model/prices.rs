//! Published prices as steps in time, and their integral.

use crate::units::{Price, SimTime};

/// A piecewise constant price. Its integral (the odometer) is kept at the steps, so that what a stretch of
/// time costs is one subtraction however many steps lie in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceSteps {
    at: Vec<SimTime>,
    price: Vec<Price>,
    /// ∫ price dt up to each step, in µ/GPU-h·ms.
    odometer: Vec<u128>,
}

impl PriceSteps {
    /// One price for ever.
    pub fn constant(price: Price) -> Self {
        Self {
            at: vec![SimTime::ZERO],
            price: vec![price],
            odometer: vec![0],
        }
    }

    /// Prices that hold from the given instants on; `None` unless the instants rise strictly from zero.
    pub fn new(steps: &[(SimTime, Price)]) -> Option<Self> {
        if steps.first()?.0 != SimTime::ZERO || steps.windows(2).any(|pair| pair[1].0 <= pair[0].0)
        {
            return None;
        }
        let mut odometer = vec![0u128];
        for pair in steps.windows(2) {
            let span = pair[1].0.since(pair[0].0);
            let before = odometer[odometer.len() - 1];
            odometer.push(before + u128::from(pair[0].1.0) * u128::from(span.0));
        }
        let (at, price) = steps.iter().copied().unzip();
        Some(Self {
            at,
            price,
            odometer,
        })
    }

    /// The steps, as (from when, price).
    pub fn steps(&self) -> impl Iterator<Item = (SimTime, Price)> + '_ {
        self.at.iter().copied().zip(self.price.iter().copied())
    }

    /// The price that holds at `at`.
    pub fn price_at(&self, at: SimTime) -> Price {
        self.price[self.step_at(at)]
    }

    /// ∫ price dt from zero to `at`, in µ/GPU-h·ms.
    pub fn odometer(&self, at: SimTime) -> u128 {
        let step = self.step_at(at);
        self.odometer[step] + u128::from(self.price[step].0) * u128::from(at.since(self.at[step]).0)
    }

    /// The price integral of the stretch from `from` to `to`.
    #[inline]
    pub fn between(&self, from: SimTime, to: SimTime) -> u128 {
        if let [only] = self.price[..] {
            return u128::from(only.0) * u128::from(to.since(from).0);
        }
        self.odometer(to) - self.odometer(from)
    }

    fn step_at(&self, at: SimTime) -> usize {
        if self.at.len() == 1 {
            return 0;
        }
        self.at.partition_point(|&step| step <= at) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_over_a_step_costs_both_prices() {
        let steps = PriceSteps::new(&[(SimTime(0), Price(2)), (SimTime(10), Price(5))]).unwrap();
        // 4 ms × 2 + 3 ms × 5 = 23
        assert_eq!(steps.between(SimTime(6), SimTime(13)), 23);
        assert_eq!(steps.price_at(SimTime(9)), Price(2));
        assert_eq!(steps.price_at(SimTime(10)), Price(5));
        assert!(PriceSteps::new(&[(SimTime(1), Price(2))]).is_none());
        assert!(PriceSteps::new(&[(SimTime(0), Price(2)), (SimTime(0), Price(3))]).is_none());
    }
}
