//! The lowest price of each pool from each stretch on, in one sampled world.

use crate::model::{Change, Model, Tariffs, Timeline};
use crate::units::{PoolId, SimTime};

const MILLION: u64 = 1_000_000;

/// By pool, then stretch: the lowest price for each GPU-hour until the end. `froms` says when stretches begin.
pub(super) fn by_pool(
    model: &Model,
    timeline: &Timeline,
    froms: &[SimTime],
    end: SimTime,
) -> Vec<Vec<u64>> {
    let sampled = timeline.tariffs.clone();
    let tariffs = sampled.unwrap_or_else(|| Tariffs::posted(model));
    let pools = (0..model.pools.len()).map(PoolId::from);
    pools
        .map(|pool| {
            let factor = lowest_factor(model, pool);
            let price = |at| {
                let price = tariffs.price_at(pool, at).0;
                (u128::from(price) * u128::from(factor) / u128::from(MILLION)) as u64
            };
            let mut lowest: Vec<u64> = froms.iter().map(|&from| price(from)).collect();
            for at in tariffs.changes(pool).take_while(|&at| at < end) {
                // It holds in the stretch in which it comes.
                let stretch = froms.partition_point(|&from| from <= at) - 1;
                lowest[stretch] = lowest[stretch].min(price(at));
            }
            for stretch in (1..lowest.len()).rev() {
                lowest[stretch - 1] = lowest[stretch - 1].min(lowest[stretch]);
            }
            lowest
        })
        .collect()
}

/// The least that some phase multiplies the price of a pool by, or one.
fn lowest_factor(model: &Model, of: PoolId) -> u64 {
    let changes = model.rollout.phases.iter().flat_map(|phase| &phase.changes);
    let factors = changes.filter_map(|change| match *change {
        Change::Price { pool, factor } if pool == of => Some(factor),
        _ => None,
    });
    factors.min().unwrap_or(MILLION).min(MILLION)
}
