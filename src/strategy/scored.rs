//! Offering a job all pools that it may use, best first by a score: owned and rented ones alike.

use crate::journal::Cause;
use crate::model::{Scored, Scoring};
use crate::units::{PoolId, ShapeId, SimTime, Span};
use crate::world::{Refusal, Slot};

use super::Strategy;
use super::offer::{Missing, price_at};
use super::plan::Plan;
use super::shadow::shadow;
use super::terms::{Terms, deadline};

/// A pool, as it ranks for a job now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Prospect {
    key: (u64, i128, i128),
    /// Its position in the order of the scenario, which makes keys unique.
    pool: PoolId,
    /// Whether it would have to wait for room in owned capacity.
    full: bool,
    /// How long it would wait for that by the estimates.
    room: Span,
    /// The last instant at which it could begin there and be over in time.
    latest: SimTime,
}

impl Strategy {
    /// Offers a job its pools by their score. It takes the first in which it fits; it waits where the best that is
    /// left is an owned pool for whose room, by the estimates, waiting is worth more than going elsewhere.
    pub(super) fn offer_scored(
        &self,
        plan: &mut Plan<'_>,
        scored: &Scored,
        (slot, shape): (Slot, ShapeId),
        permitted: impl Fn(&Plan<'_>, PoolId) -> bool,
    ) -> Result<PoolId, Cause> {
        let mut prospects = std::mem::take(&mut plan.pass.prospects);
        self.rank_pools(plan, scored, (slot, shape), &mut prospects);
        plan.pass.awaited = None;
        if plan.orders.witness.is_on() {
            let ranked = prospects.iter().map(|prospect| {
                let (pool, room) = (prospect.pool, prospect.room);
                let terms = Terms::of(plan.model, plan.world, scored, slot, pool, room);
                (pool, Some(terms.score(prospect.key)))
            });
            plan.orders.witness.ranks(ranked);
        }
        let mut missing = Missing::default();
        let mut cause = Cause::Capacity;
        let mut taken = None;
        for prospect in &prospects {
            let pool = prospect.pool;
            if prospect.full {
                if scored.may_wait() {
                    plan.pass.awaited = Some(pool);
                    plan.orders.witness.awaits(pool);
                    wake_in_time(plan, slot, &prospects);
                    break;
                }
                continue;
            }
            let is_rented = plan.model.pool(pool).is_rented();
            if !is_rented && !permitted(plan, pool) {
                cause = Cause::Order;
                continue;
            }
            let tried = if is_rented {
                plan.rent(slot, pool)
            } else {
                plan.place(slot, pool)
            };
            match tried {
                Ok(()) => {
                    taken = Some(pool);
                    break;
                }
                Err(Refusal::Unstaged)
                    if plan.world.stage(plan.model, slot, pool) == Cause::Staging =>
                {
                    // What ranks best and lacks only its data, which come, is worth waiting for.
                    missing.note(Refusal::Unstaged, pool);
                    plan.orders.witness.awaits(pool);
                    break;
                }
                Err(why) => {
                    if why == Refusal::Quota {
                        cause = Cause::Quota;
                    }
                    missing.note(why, pool);
                }
            }
        }
        plan.pass.prospects = prospects;
        taken.map_or_else(|| Err(missing.conclude(plan, slot, cause)), Ok)
    }

    /// The pools of a job, best first. Owned pools without room take part only where somebody may wait for them.
    fn rank_pools(
        &self,
        plan: &mut Plan<'_>,
        scored: &Scored,
        (slot, shape): (Slot, ShapeId),
        prospects: &mut Vec<Prospect>,
    ) {
        prospects.clear();
        let gpus = self.gpus_of(shape);
        let now = plan.world.now;
        for pool in self.pools_of(shape) {
            let is_rented = plan.model.pool(pool).is_rented();
            let dear = |ceiling| is_rented && price_at(plan, pool, now) > ceiling;
            if scored.ceiling.is_some_and(dear) {
                continue;
            }
            let full = !is_rented && !plan.world.pool(pool).fits(gpus);
            let room = if full {
                if !scored.may_wait() {
                    continue;
                }
                match shadow(plan, slot, pool) {
                    // By count there is room, where it lies there is none: nobody knows for how long.
                    Some(shadow) if shadow.at > now => shadow.at.since(now),
                    _ => continue,
                }
            } else {
                Span::ZERO
            };
            let terms = Terms::of(plan.model, plan.world, scored, slot, pool, room);
            prospects.push(Prospect {
                key: terms.key(plan.model, plan.world, scored, slot, pool),
                pool,
                full,
                room,
                latest: latest(plan, scored, slot, &terms),
            });
        }
        prospects.sort_unstable();
    }

    /// How a job would rank the pools that it may use now, with the terms of each, best first; none unless the
    /// placement ranks them. What it would wait for in full pools is taken as nothing here.
    pub fn ranking_of(&self, plan: &mut Plan<'_>, slot: Slot) -> Vec<(PoolId, Terms)> {
        let Some(scored) = self.scored() else {
            return Vec::new();
        };
        let shape = plan.world.jobs[slot].request.shape;
        let mut prospects = Vec::new();
        self.rank_pools(plan, scored, (slot, shape), &mut prospects);
        let told = |prospect: &Prospect| {
            let pool = prospect.pool;
            let terms = Terms::of(plan.model, plan.world, scored, slot, pool, Span::ZERO);
            (pool, terms)
        };
        prospects.iter().map(told).collect()
    }
}

/// The last instant at which a job could be placed in a pool and be over in time.
fn latest(plan: &Plan<'_>, scored: &Scored, slot: Slot, terms: &Terms) -> SimTime {
    let Scoring::DeadlineAware { slack } = scored.by else {
        return SimTime::NEVER;
    };
    let Some(deadline) = deadline(plan.model, plan.world, slot) else {
        return SimTime::NEVER;
    };
    let needed = terms
        .delay
        .0
        .saturating_add(terms.run.0)
        .saturating_add(slack.0);
    SimTime(deadline.0.saturating_sub(needed))
}

/// Whoever waits for a cheaper place asks again when it is about to become too late for each other one.
fn wake_in_time(plan: &mut Plan<'_>, slot: Slot, prospects: &[Prospect]) {
    let now = plan.world.now;
    let others = prospects.iter().filter(|other| !other.full);
    let next = others
        .map(|other| other.latest)
        .filter(|&at| at > now && at != SimTime::NEVER)
        .min();
    if let Some(at) = next {
        plan.wake_at(slot, at);
    }
}
