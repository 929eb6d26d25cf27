//! Offering one job the pools that it may use.

use crate::journal::{Cause, Choice};
use crate::model::{Placement, SpillTest};
use crate::units::{PoolId, Price, ShapeId, SimTime};
use crate::world::{Place, Refusal, Slot};

use super::Strategy;
use super::candidates::{is_by_arrival, unit_cost};
use super::plan::Plan;
use super::shadow::shadow;

/// Most rented pools that are ranked anew when prices move; more are tried in their order at the start.
const RANKED_POOLS_MAX: usize = 64;

impl Strategy {
    /// GPUs that a job of the shape occupies: asked of the shape, the job itself need not be looked at.
    pub(super) fn gpus_of(&self, shape: ShapeId) -> u64 {
        self.candidates[shape.index()].gpus
    }

    pub(super) fn owned(&self, shape: ShapeId) -> &[PoolId] {
        &self.candidates[shape.index()].owned
    }

    /// All pools that a shape may use under this strategy.
    pub fn pools_of(&self, shape: ShapeId) -> impl Iterator<Item = PoolId> + '_ {
        let candidates = &self.candidates[shape.index()];
        let owned = candidates.owned.iter();
        owned.chain(&candidates.rented).copied()
    }

    /// Whether rules refuse a shape every pool that it could use.
    pub fn is_refused(&self, shape: ShapeId) -> bool {
        self.candidates[shape.index()].refused
    }

    /// Whether windows that are closed leave a shape no pool that it could use.
    pub fn is_held(&self, shape: ShapeId) -> bool {
        self.candidates[shape.index()].held
    }

    pub(super) fn rented(&self, shape: ShapeId) -> &[PoolId] {
        &self.candidates[shape.index()].rented
    }

    /// How many owned pools can be closed or reserved at all: one that nobody may use does not count.
    pub(super) const fn owned_in_use(&self) -> usize {
        self.owned_in_use
    }

    pub(super) const fn rents(&self) -> bool {
        self.rents
    }

    /// Whether everybody in the line must be offered a place at each decision: some may go out, or quotas tell jobs of
    /// one shape apart.
    pub(super) const fn asks_all(&self) -> bool {
        self.rents || self.asks_everybody
    }

    /// Whether later jobs of a shape may pass the spill test where an earlier one did not.
    pub(super) fn must_ask_each(&self, shape: ShapeId) -> bool {
        self.candidates[shape.index()].asks_each
    }

    /// Whether those whom rented pools refused stay refused until something other than an arrival happens:
    /// nobody may go out at all, or whoever may go out later, once it has waited, has asked to be called then.
    pub(super) fn refusals_stand(&self) -> bool {
        !self.asks_all()
            || !self.asks_of_money
                && !self.asks_everybody
                && self.settings.spot.is_none()
                && is_by_arrival(&self.settings.discipline)
                && matches!(
                    self.settings.placement,
                    Placement::PrivateFirst(spill) if matches!(spill.test, SpillTest::Waited(_))
                )
    }

    /// Offers a job its pools in order; `permitted` says which owned pools it may use now. The job takes the
    /// first in which it fits.
    pub(super) fn offer(
        &self,
        plan: &mut Plan<'_>,
        slot: Slot,
        shape: ShapeId,
        place: Place,
        permitted: impl Fn(&Plan<'_>, PoolId) -> bool,
    ) -> Result<PoolId, Cause> {
        // Two that few runs ask for, at the price of one branch.
        let more = plan.orders.witness.is_on() | self.reclaims;
        if more {
            plan.orders.witness.begin_offer();
        }
        let offered = self.offer_each(plan, slot, shape, place, permitted);
        if more {
            return self.follow_up(plan, slot, shape, offered);
        }
        offered
    }

    /// What follows an offer where quotas are reclaimed or somebody asks why.
    #[cold]
    fn follow_up(
        &self,
        plan: &mut Plan<'_>,
        slot: Slot,
        shape: ShapeId,
        mut offered: Result<PoolId, Cause>,
    ) -> Result<PoolId, Cause> {
        if self.reclaims {
            plan.pass.reclaimed = false;
            if offered.is_err() {
                offered = self.reclaim(plan, slot, shape).map_or(offered, Ok);
                plan.pass.reclaimed = offered.is_ok();
            }
        }
        if let (true, Err(cause)) = (plan.orders.witness.is_on(), offered) {
            let witness = &mut plan.orders.witness;
            witness.refused(plan.model, plan.world, slot, cause);
        }
        offered
    }

    #[expect(
        clippy::inline_always,
        reason = "it is the body of the function above, and as much asked for"
    )]
    #[inline(always)]
    fn offer_each(
        &self,
        plan: &mut Plan<'_>,
        slot: Slot,
        shape: ShapeId,
        place: Place,
        permitted: impl Fn(&Plan<'_>, PoolId) -> bool,
    ) -> Result<PoolId, Cause> {
        if let Some(cause) = plan.world.causes.barred(shape) {
            return Err(cause);
        }
        if let Some(scored) = self.scored() {
            return self.offer_scored(plan, scored, (slot, shape), permitted);
        }
        let gpus = self.gpus_of(shape);
        let mut would_fit = false;
        let mut missing = Missing::default();
        for &pool in self.owned(shape) {
            // Placing asks by itself whether there is room; most have none even by count.
            if plan.world.pool(pool).free < gpus {
                continue;
            }
            if !permitted(plan, pool) {
                would_fit |= plan.world.pool(pool).fits(gpus);
                continue;
            }
            match plan.place(slot, pool) {
                Ok(()) => return Ok(pool),
                Err(why) => missing.note(why, pool),
            }
        }
        let mut cause = if would_fit {
            Cause::Order
        } else {
            Cause::Capacity
        };
        if !self.rented(shape).is_empty() && self.may_spill(plan, slot, shape, place) {
            match self.rent_cheapest(plan, slot, shape, &mut missing) {
                Ok(pool) => return Ok(pool),
                Err(Some(Refusal::Quota)) => cause = Cause::Quota,
                Err(_) => {}
            }
        }
        Err(missing.conclude(plan, slot, cause))
    }

    /// Whether a job that owned capacity cannot hold now may go out. Asks to be called again where only time
    /// stands in the way.
    fn may_spill(&self, plan: &mut Plan<'_>, slot: Slot, shape: ShapeId, place: Place) -> bool {
        let Placement::PrivateFirst(spill) = self.settings.placement else {
            return true;
        };
        if self.candidates[shape.index()].sent_out {
            return true;
        }
        if self.owned(shape).is_empty() {
            // Owned capacity could never hold it: waiting would be in vain.
            return true;
        }
        let now = plan.world.now;
        let is_watched = plan.orders.witness.is_on();
        let (passed, outcome) = match spill.test {
            SpillTest::Waited(least) => {
                let due = plan.world.jobs[slot].request.submit + least;
                if due > now {
                    plan.wake_at(slot, due);
                }
                let waited = now.since(plan.world.jobs[slot].request.submit);
                (due <= now, Choice::Waited(waited, least))
            }
            SpillTest::ExpectedDelay(least) => {
                let soonest = self
                    .owned(shape)
                    .iter()
                    .filter_map(|&pool| shadow(plan, slot, pool).map(|shadow| shadow.at))
                    .min();
                let delay = soonest.map(|at| at.since(now));
                let passed = delay.is_none_or(|delay| delay >= least);
                (passed, Choice::Delayed(delay, least))
            }
            SpillTest::JobsAhead(least) => {
                let (ahead, least) = (plan.world.line.ahead_of(place), u64::from(least));
                (ahead >= least, Choice::Behind(ahead, least))
            }
        };
        if is_watched && passed {
            plan.orders.witness.may_leave(outcome);
        }
        passed
    }

    fn rent_cheapest(
        &self,
        plan: &mut Plan<'_>,
        slot: Slot,
        shape: ShapeId,
        missing: &mut Missing,
    ) -> Result<PoolId, Option<Refusal>> {
        if let Some(policy) = &self.settings.spot {
            return self.rent_by_policy(plan, (slot, shape), policy, missing);
        }
        let rented = self.rented(shape);
        if let &[pool] = rented {
            // One needs no order.
            return self.rent_one(plan, slot, pool, missing).map(|()| pool);
        }
        let mut order = [PoolId(0); RANKED_POOLS_MAX];
        let count = rented.len().min(RANKED_POOLS_MAX);
        order[..count].copy_from_slice(&rented[..count]);
        if self.candidates[shape.index()].prices_move {
            by_cost(plan, shape, &mut order[..count]);
        }
        let mut refusal = None;
        for &pool in order[..count].iter().chain(&rented[count..]) {
            match self.rent_one(plan, slot, pool, missing) {
                Ok(()) => return Ok(pool),
                Err(why) => refusal = why.or(refusal),
            }
        }
        Err(refusal)
    }

    /// Rents in one pool, unless it is dearer than the ceiling.
    fn rent_one(
        &self,
        plan: &mut Plan<'_>,
        slot: Slot,
        pool: PoolId,
        missing: &mut Missing,
    ) -> Result<(), Option<Refusal>> {
        let is_too_dear = |ceiling| price_at(plan, pool, plan.world.now) > ceiling;
        if self.ceiling().is_some_and(is_too_dear) {
            return Err(None);
        }
        plan.rent(slot, pool).map_err(|why| {
            missing.note(why, pool);
            Some(why)
        })
    }

    pub(super) fn ceiling(&self) -> Option<Price> {
        match self.settings.placement {
            Placement::PrivateFirst(spill) => spill.ceiling,
            Placement::Cheapest { ceiling } => ceiling,
            Placement::Scored(scored) => scored.ceiling,
            Placement::PrivateOnly | Placement::PublicOnly => None,
        }
    }
}

/// What a job misses where it would find room.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Missing {
    /// The first pool where only its data are not.
    data: Option<PoolId>,
    /// The highest cause for which a pool cannot have it.
    service: Option<Cause>,
    /// Whether a budget is used up.
    money: bool,
    /// Whether it is turned away for that.
    sheds: bool,
    /// Whether a quota of its tenant or class is used up.
    over_quota: bool,
}

impl Missing {
    /// Why a job that found no room waits in the end, and what follows from that.
    #[inline]
    pub(super) fn conclude(self, plan: &mut Plan<'_>, slot: Slot, mut cause: Cause) -> Cause {
        plan.pass.over_quota = self.over_quota;
        if self.over_quota {
            cause = cause.min(Cause::Quota);
        }
        if self.money {
            cause = cause.min(Cause::Budget);
            if self.sheds && cause == Cause::Budget && self.data.is_none() {
                plan.orders.sheds.push(slot);
            }
        }
        if let Some(pool) = self.data {
            // It would fit there if its data were: they are sent, and that is what it waits for.
            cause = plan.world.stage(plan.model, slot, pool);
        }
        self.service.map_or(cause, |service| cause.min(service))
    }

    pub(super) fn note(&mut self, why: Refusal, pool: PoolId) {
        match why {
            Refusal::Unstaged => self.data = self.data.or(Some(pool)),
            Refusal::Withheld(cause) => {
                self.service = Some(self.service.map_or(cause, |before| before.min(cause)));
            }
            Refusal::Budget(sheds) => {
                self.money = true;
                self.sheds |= sheds;
            }
            Refusal::Envelope => self.money = true,
            Refusal::OverQuota => self.over_quota = true,
            Refusal::Full | Refusal::Quota | Refusal::SoldOut => {}
        }
    }
}

/// Puts rented pools into the order of what the work of a shape costs there now.
fn by_cost(plan: &Plan<'_>, shape: ShapeId, order: &mut [PoolId]) {
    let of = &plan.model.shapes[shape.index()];
    // Costs are worked out once; the position makes keys unique, since a stable sort would ask for memory.
    let mut costs = [(0u64, 0u8, PoolId(0)); RANKED_POOLS_MAX];
    let costs = &mut costs[..order.len()];
    for (place, (key, &pool)) in costs.iter_mut().zip(order.iter()).enumerate() {
        let cost = unit_cost(plan.model, of, pool, price_at(plan, pool, plan.world.now));
        *key = (cost, place as u8, pool);
    }
    costs.sort_unstable();
    for (pool, key) in order.iter_mut().zip(costs) {
        *pool = key.2;
    }
}

pub(super) fn price_at(plan: &Plan<'_>, pool: PoolId, at: SimTime) -> Price {
    plan.world.tariffs.price_at(pool, at)
}
