//! What capacity that is paid for throughout costs over time: contracts that are renewed, and what hardware is worth
//! at its end.

use crate::catalog::Tco;
use crate::units::{PoolId, Price, SimTime};

use super::Model;
use super::factors::Moves;

/// Prices that are not the same throughout, of capacity that is not rented by the instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contracts {
    /// In order of time.
    pub renewals: Vec<Renewal>,
    /// Pools whose price is what owning them costs.
    pub owning: Vec<Owning>,
}

/// A contract is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// Whose capacity.
    pub pool: PoolId,
    /// When.
    pub at: SimTime,
    /// What a GPU-hour costs from then on, before factors; as at the start if `None`.
    pub price: Option<Price>,
    /// What that is multiplied by, in millionths.
    pub factor: u64,
}

/// A pool whose price is what owning it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owning {
    /// Which.
    pub pool: PoolId,
    /// What owning costs.
    pub tco: Tco,
    /// What the hardware is thought to be worth at its end from each instant on, as a share of its price in
    /// millionths; `None` is what its record says.
    pub residuals: Vec<(SimTime, Option<u64>)>,
}

impl Contracts {
    /// Whether any price is not the same in every replication and throughout, given whether factors move residual
    /// values.
    pub fn moves_prices(&self) -> bool {
        !self.renewals.is_empty() || self.owning.iter().any(|own| !own.residuals.is_empty())
    }
}

impl Model {
    /// The prices of a pool that is paid for throughout, given the scores of the common factors: (from when, price).
    pub fn contract_prices(
        &self,
        pool: PoolId,
        posted: Price,
        scores: &[f64],
    ) -> Vec<(SimTime, Price)> {
        let contracts = &self.weather.market.contracts;
        let own = contracts.owning.iter().find(|own| own.pool == pool);
        let mut steps = vec![(SimTime::ZERO, posted)];
        if let Some(own) = own {
            let worth = self.factors.multiplier(scores, Moves::ResidualValues, pool);
            let begins = std::iter::once((SimTime::ZERO, None));
            let price = |(at, residual): (SimTime, Option<u64>)| {
                let residual = residual.unwrap_or(own.tco.residual);
                (at, own.tco.worth(scaled(residual, worth)).unwrap_or(posted))
            };
            steps = begins
                .chain(own.residuals.iter().copied())
                .map(price)
                .collect();
        }
        let level = self
            .factors
            .multiplier(scores, Moves::ContractRenewals, pool);
        for renewal in contracts.renewals.iter().filter(|of| of.pool == pool) {
            let price = renewal.price.unwrap_or(posted).0;
            let price = u128::from(price) * u128::from(renewal.factor) / u128::from(MILLION);
            let price = u64::try_from(price).unwrap_or(u64::MAX);
            steps.retain(|step| step.0 < renewal.at);
            steps.push((renewal.at, Price(scaled(price, level))));
        }
        steps.dedup_by(|later, earlier| {
            later.0 == earlier.0 && {
                *earlier = *later;
                true
            }
        });
        steps.dedup_by_key(|step| step.1);
        steps
    }

    /// Whether the price of a rented pool is not simply what its offer publishes.
    pub fn moves_price_of(&self, pool: PoolId) -> bool {
        let moves = [Moves::SpotPrices, Moves::OnDemandPrices];
        self.weather.market.moves_price_of(pool)
            || self
                .factors
                .effects
                .iter()
                .any(|effect| moves.contains(&effect.moves) && effect.pools.contains(&pool))
    }
}

/// A whole number in millionths.
const MILLION: u64 = 1_000_000;

/// A number times a factor, rounded.
fn scaled(number: u64, factor: f64) -> u64 {
    libm::round(number as f64 * factor) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::shipped;
    use crate::model::{Effect, Factors};
    use crate::process::CommonFactors;
    use crate::units::{Currency, Epoch};

    fn model() -> Model {
        let epoch = Epoch::from_unix_ms(0).unwrap();
        let mut model = Model::bare("contracts", epoch, Currency::parse("USD").unwrap());
        let effect = |moves| Effect {
            moves,
            spread: 1.0,
            pools: vec![PoolId(0)],
        };
        model.factors = Factors {
            common: CommonFactors::new(&["worth", "level"], &[]).ok(),
            effects: vec![
                effect(Moves::ResidualValues),
                effect(Moves::ContractRenewals),
            ],
        };
        model
    }

    const POSTED: Price = Price(2_000_000);

    #[test]
    fn a_renewed_contract_costs_its_new_price_times_the_level() {
        let mut model = model();
        let renewal = |at: u64, price: Option<u64>, factor: u64| Renewal {
            pool: PoolId(0),
            at: SimTime(at),
            price: price.map(Price),
            factor,
        };
        model.weather.market.contracts.renewals = vec![
            renewal(10, Some(3_000_000), 1_000_000),
            renewal(20, None, 1_500_000),
        ];
        let prices = |level: f64| {
            let steps = model.contract_prices(PoolId(0), POSTED, &[0.0, level]);
            steps
                .iter()
                .map(|step| (step.0.0, step.1.0))
                .collect::<Vec<_>>()
        };
        assert_eq!(prices(0.0), [(0, 2_000_000), (10, 3_000_000)]);
        // e^ln 2 doubles what is agreed anew, not what holds until then.
        let two = libm::log(2.0);
        assert_eq!(prices(two), [(0, 2_000_000), (10, 6_000_000)]);
        let other = model.contract_prices(PoolId(1), POSTED, &[0.0, two]);
        assert_eq!(other, [(SimTime::ZERO, POSTED)]);
    }

    #[test]
    fn hardware_that_is_worth_less_at_its_end_costs_more_by_the_hour() {
        let mut model = model();
        let tco = shipped().record("h200-4y").unwrap().tco;
        let posted = tco.price().unwrap();
        model.weather.market.contracts.owning = vec![Owning {
            pool: PoolId(0),
            tco,
            residuals: vec![(SimTime(10), Some(600_000)), (SimTime(20), None)],
        }];
        let prices = |worth: f64| {
            let steps = model.contract_prices(PoolId(0), posted, &[worth, 0.0]);
            steps
                .iter()
                .map(|step| (step.0.0, step.1.0))
                .collect::<Vec<_>>()
        };
        // From .15 to .60: depreciation 50,000 × .45 ÷ 35,040 = .642123 less, interest 50,000 × .45 ÷ 2 × .08 ÷
        // 8,760 = .102739 more (rounded with all other parts).
        let shortage = posted.0 - 642_123 + 102_739;
        assert_eq!(prices(0.0), [(0, posted.0), (10, shortage), (20, posted.0)]);
        // Twice .15 from the start; .60 doubled is no more than all of its price.
        let double = prices(libm::log(2.0));
        let expected = Tco {
            residual: 300_000,
            ..tco
        }
        .price()
        .unwrap();
        assert_eq!(double[0], (0, expected.0));
        let all = Tco {
            residual: 1_000_000,
            ..tco
        }
        .price()
        .unwrap();
        assert_eq!(double[1], (10, all.0));
    }
}
