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

    /// The instants at which the price of a pool changes.
    pub fn changes(&self, pool: PoolId) -> impl Iterator<Item = SimTime> + '_ {
        self.0[pool.index()].steps().skip(1).map(|(at, _)| at)
    }
}
