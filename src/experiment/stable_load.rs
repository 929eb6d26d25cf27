//! How much of owned capacity a first-come, first-served line can use at most with this mix of gangs.
//!
//! A gang at the head of the line that does not fit leaves GPUs idle behind it, so a FIFO line grows without
//! end above a load that may lie well below 1. That load is the share of capacity that jobs hold when the
//! line is never empty: we submit everything at once and look until the last job has started (for the
//! closed form and its literature see `queueing`, multiserver jobs).

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::journal::{JobRecord, Observer};
use crate::model::{
    Discipline, Horizon, Model, Placement, Requeue, StrategySettings, Supply, Timeline,
};
use crate::strategy::Strategy;
use crate::units::{SimTime, StrategyId};

use super::replicate::ExperimentError;

/// The greatest load that a FIFO line on owned capacity could bear.
#[derive(Clone, Debug, PartialEq)]
pub struct StableLoad {
    /// GPU type, by catalog id.
    pub gpu: String,
    /// Share of its owned capacity that was held while the line was not empty.
    pub share: f64,
}

/// Where a job lay and when.
struct Stay {
    pool: usize,
    milli_gpus: u64,
    start: SimTime,
    end: SimTime,
}

#[derive(Default)]
struct Stays(Vec<Stay>);

impl Observer for Stays {
    fn job(&mut self, record: &JobRecord) {
        if let (Some(start), Some(pool)) = (record.start, record.pool) {
            self.0.push(Stay {
                pool: pool.index(),
                milli_gpus: record.gpus.occupied() * 1000,
                start,
                end: record.end,
            });
        }
    }
}

/// Saturates owned capacity with the jobs of `timeline` and measures the share held, by GPU type.
/// GPU types of which nothing is owned, or on which nothing ran, are left out.
pub fn stable_load(
    model: &Model,
    timeline: &Timeline,
    dice: &Dice,
) -> Result<Vec<StableLoad>, ExperimentError> {
    let mut saturated = model.clone();
    saturated.horizon = Horizon::UntilEmpty;
    saturated.strategies = vec![StrategySettings {
        spot: None,
        rules: Vec::new(),
        name: "saturated FIFO".to_owned(),
        discipline: Discipline::Fifo,
        placement: Placement::PrivateOnly,
        requeue: Requeue::Keep,
        overspends: false,
    }];
    let mut at_once = timeline.clone();
    for request in &mut at_once.requests {
        request.submit = SimTime::ZERO;
    }
    let strategy = Strategy::prepare(&saturated, StrategyId(0));
    let mut stays = Stays::default();
    let mut scratch = Scratch::default();
    simulate(
        &saturated,
        &strategy,
        &at_once,
        dice,
        &mut scratch,
        &mut stays,
    )
    .map_err(|stuck| ExperimentError::Stuck {
        replication: dice.replication,
        seed: dice.seed,
        stuck,
    })?;
    Ok(gpu_types(model)
        .into_iter()
        .filter_map(|gpu| {
            let share = share_held(model, &gpu, &stays.0)?;
            Some(StableLoad { gpu, share })
        })
        .collect())
}

/// GPU types that are owned, in file order.
fn gpu_types(model: &Model) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    for pool in &model.pools {
        if !types.contains(&pool.gpu) && matches!(pool.supply, Supply::Owned { .. }) {
            types.push(pool.gpu.clone());
        }
    }
    types
}

/// GPU-time held until the last start on pools of this type, over capacity until then.
fn share_held(model: &Model, gpu: &str, stays: &[Stay]) -> Option<f64> {
    let counts = |pool: usize| model.pools[pool].gpu == gpu && !model.pools[pool].is_rented();
    let last = stays
        .iter()
        .filter(|stay| counts(stay.pool))
        .map(|stay| stay.start)
        .max()
        .filter(|last| *last != SimTime::ZERO)?;
    let held: u128 = stays
        .iter()
        .filter(|stay| counts(stay.pool))
        .map(|stay| {
            u128::from(stay.milli_gpus) * u128::from(stay.end.min(last).since(stay.start).0)
        })
        .sum();
    let there: u128 = model
        .pools
        .iter()
        .filter(|pool| pool.gpu == gpu && !pool.is_rented())
        .map(|pool| {
            let (from, until) = pool.paid_until(last);
            u128::from(pool.gpus()) * 1000 * u128::from(until.since(from).0)
        })
        .sum();
    Some(held as f64 / there as f64)
}
