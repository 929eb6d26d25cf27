//! Which pools a shape of request may use under a placement, in the order in which they are tried.

use crate::model::{Discipline, Model, Placement, Shape, SpillTest, StrategySettings};
use crate::units::{PoolId, Price, ShapeId, SimTime};

use super::{InForce, may_burst};

/// The pools of one shape.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    /// GPUs that a job of the shape occupies when placed (whole ones).
    pub gpus: u64,
    /// Owned pools that could ever hold the gang, in the order of the scenario.
    pub owned: Vec<PoolId>,
    /// Rented pools, cheapest first for this class at the start.
    pub rented: Vec<PoolId>,
    /// Whether it has no pool because rules refuse it every one that it could use.
    pub refused: bool,
    /// Whether it has no pool because all that it may use are behind doors of failovers that are closed.
    pub shut: bool,
    /// Whether it has no pool because no window of its class is open in any that it could use.
    pub held: bool,
    /// Whether a failover sends it to rented pools, whatever the spill test says.
    pub sent_out: bool,
    /// Whether the order of `rented` may change with prices.
    pub prices_move: bool,
    /// Whether later jobs of the shape may pass the spill test where an earlier one did not.
    pub asks_each: bool,
}

impl Candidates {
    /// Works out the pools of a shape while this is in force.
    pub(super) fn of(
        model: &Model,
        settings: &StrategySettings,
        (id, shape): (ShapeId, &Shape),
        now: InForce,
    ) -> Self {
        let class = &model.classes[shape.class.index()];
        let holds = |&pool: &PoolId| {
            let terms = model.pool(pool);
            let quota = match &terms.supply {
                crate::model::Supply::Rented(offer) => offer.quota,
                crate::model::Supply::Owned { .. } => Some(terms.gpus()),
            };
            let needed = if terms.is_rented() {
                shape
                    .gpus
                    .occupied()
                    .div_ceil(u64::from(terms.gpus_per_node))
                    * u64::from(terms.gpus_per_node)
            } else {
                shape.gpus.occupied()
            };
            quota.is_none_or(|quota| needed <= quota) && !model.rules.vetoes.contains(&(id, pool))
        };
        let able: Vec<PoolId> = class.pools.iter().copied().filter(holds).collect();
        let (rented, owned): (Vec<PoolId>, Vec<PoolId>) = able
            .into_iter()
            .partition(|&pool| model.pool(pool).is_rented());
        let public_only = settings.placement == Placement::PublicOnly;
        let private_only = settings.placement == Placement::PrivateOnly;
        let mut owned = if public_only { Vec::new() } else { owned };
        let mut rented = if private_only || !may_burst(model, shape) {
            Vec::new()
        } else {
            rented
        };
        let found = !owned.is_empty() || !rented.is_empty();
        if model.rules.are_used() {
            let permitted = |pool: &PoolId| model.lets_run(now.masks, id, *pool);
            owned.retain(permitted);
            rented.retain(permitted);
        }
        let refused = found && owned.is_empty() && rented.is_empty();
        let (mut shut, mut sent_out) = (false, false);
        if model.failovers.are_used() {
            let some = !owned.is_empty() || !rented.is_empty();
            let lets = |pool: &PoolId| model.failovers.lets(now.doors, id, *pool);
            owned.retain(lets);
            rented.retain(lets);
            shut = some && owned.is_empty() && rented.is_empty();
            sent_out = rented
                .iter()
                .any(|&pool| model.failovers.is_target(id, pool));
        }
        let held = keep_open(model, (shape, now.windows), &mut owned, &mut rented);
        let posted = |pool: PoolId| model.pool(pool).prices().price_at(SimTime::ZERO);
        rented.sort_by_key(|&pool| unit_cost(model, shape, pool, posted(pool)));
        let moves = |&pool: &PoolId| {
            model.moves_price_of(pool) || model.pool(pool).prices().steps().count() > 1
        };
        let prices_move = rented.iter().any(moves);
        Self {
            gpus: shape.gpus.occupied(),
            asks_each: model.quotas.are_used()
                || !rented.is_empty() && (asks_each(settings) || asks_of_money(model)),
            owned,
            rented,
            refused,
            shut,
            held,
            sent_out,
            prices_move,
        }
    }
}

/// Leaves only pools in which a window lets work of the shape start; returns whether none of some is left.
fn keep_open(
    model: &Model,
    (shape, windows): (&Shape, u64),
    owned: &mut Vec<PoolId>,
    rented: &mut Vec<PoolId>,
) -> bool {
    let some = !owned.is_empty() || !rented.is_empty();
    if model.windows.are_used() {
        let lets = |pool: &PoolId| model.windows.lets(windows, shape.class, *pool);
        owned.retain(lets);
        rented.retain(lets);
    }
    some && owned.is_empty() && rented.is_empty()
}

/// Of jobs of one shape one tenant's budget, or one job's envelope, may be used up and another's not; and whoever is turned away leaves room in
/// the line for the next.
pub(super) fn asks_of_money(model: &Model) -> bool {
    model.budgets.tell_jobs_apart() || model.budgets.turn_away() || model.envelopes.are_used()
}

fn asks_each(settings: &StrategySettings) -> bool {
    if settings.spot.is_some() {
        // Each job remembers zones of its own, and waits for them for a time of its own.
        return true;
    }
    match settings.placement {
        Placement::PrivateFirst(spill) => match spill.test {
            SpillTest::JobsAhead(_) => true,
            // In order of arrival the first of a shape has waited longest.
            SpillTest::Waited(_) => !is_by_arrival(&settings.discipline),
            SpillTest::ExpectedDelay(_) => false,
        },
        // The longer one is, the sooner it is late; and what one group has does not bind another.
        Placement::Scored(scored) => scored.may_wait(),
        _ => false,
    }
}

/// Whether a discipline looks at jobs in the order in which they came.
pub(super) const fn is_by_arrival(discipline: &Discipline) -> bool {
    use Discipline as D;
    matches!(
        discipline,
        D::Fifo | D::FitFirst | D::Easy | D::Conservative { .. }
    )
}

/// What a GPU-hour of work on the reference GPU type costs in a pool, in 10⁻³ µ: price ÷ speed.
pub(super) fn unit_cost(model: &Model, shape: &Shape, pool: PoolId, price: Price) -> u64 {
    let terms = model.pool(pool);
    let speed = u64::from(terms.speed[shape.class.index()].max(1));
    price.0.saturating_mul(1_000_000) / speed
}
