//! What capacity costs in one sampled world, pool by pool.

use std::sync::Arc;

use crate::units::{PoolId, Price, SimTime};

use super::Model;
use super::prices::PriceSteps;

/// The prices of all pools over time. A copy is cheap: the steps are shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tariffs(Arc<Vec<PriceSteps>>);

impl Tariffs {
    /// The tariffs of given prices, by pool.
    pub fn new(prices: Vec<PriceSteps>) -> Self {
        Self(Arc::new(prices))
    }

    /// What the offers of a model publish, before any price is sampled.
    pub fn posted(model: &Model) -> Self {
        Self::new(model.pools.iter().map(super::Pool::prices).collect())
    }

    /// The price of a pool's capacity at an instant.
    pub fn price_at(&self, pool: PoolId, at: SimTime) -> Price {
        self.0[pool.index()].price_at(at)
    }

    /// The price integral of a pool over a stretch, in µ/GPU-h·ms.
    #[inline]
    pub fn between(&self, pool: PoolId, from: SimTime, to: SimTime) -> u128 {
        self.0[pool.index()].between(from, to)
    }

    /// These prices, but those of a pool from `at` on as they are in `base`, multiplied by `factor` millionths.
    #[must_use]
    pub fn multiplied(&self, base: &Self, pool: PoolId, at: SimTime, factor: u64) -> Self {
        let times = |price: Price| {
            let product = u128::from(price.0) * u128::from(factor) / 1_000_000;
            Price(u64::try_from(product).unwrap_or(u64::MAX))
        };
        let old = self.0[pool.index()].steps().take_while(|step| step.0 < at);
        let mut steps: Vec<(SimTime, Price)> = old.collect();
        let base = &base.0[pool.index()];
        steps.push((at, times(base.price_at(at))));
        let later = base.steps().filter(|step| at < step.0);
        steps.extend(later.map(|(at, price)| (at, times(price))));
        let mut all = self.0.as_ref().clone();
        if let Some(steps) = PriceSteps::new(&steps) {
            all[pool.index()] = steps;
        }
        Self::new(all)
    }

    /// The instants at which the price of a pool changes.
    pub fn changes(&self, pool: PoolId) -> impl Iterator<Item = SimTime> + '_ {
        self.0[pool.index()].steps().skip(1).map(|(at, _)| at)
    }
}
