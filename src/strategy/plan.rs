//! A plan: the moves that a strategy makes now. It refuses what is illegal, and remembers what it did so
//! that the engine can carry it out.

use crate::journal::Cause;
use crate::model::Model;
use crate::units::{PoolId, SimTime};
use crate::world::{Launched, Reason, Refusal, Slot, Stretch, World};

use super::pass::Pass;
use super::witness::Witness;

/// A job that was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Which job.
    pub slot: Slot,
    /// Where.
    pub pool: PoolId,
    /// Instances launched for it; it starts when they are up.
    pub launched: u32,
}

/// What the engine has to do to carry a plan out.
#[derive(Debug, Default)]
pub struct Orders {
    /// Jobs placed, in order.
    pub starts: Vec<Start>,
    /// Stretches of time a stopped job writes its checkpoint: (job, until when).
    pub saves: Vec<(Slot, SimTime)>,
    /// Instances that became idle: (pool, instance, generation).
    pub idle: Vec<(PoolId, u32, u32)>,
    /// Jobs that budgets turn away.
    pub sheds: Vec<Slot>,
    /// Instants at which to ask again.
    pub wakes: Vec<(SimTime, Slot)>,
    /// Jobs stopped to make room, with where they ran.
    pub stops: Vec<(Slot, PoolId)>,
    /// What stopping them booked.
    pub stretches: Vec<(Slot, Stretch)>,
    /// What the decision saw, while somebody asks for it.
    pub witness: Witness,
}

/// What a strategy may see and do at one moment.
///
/// It sees what a job asked for, never how long it will take: that is in no field it can name.
///
/// ```
/// use plimsoll::model::DemandSource;
/// use plimsoll::strategy::Plan;
///
/// fn first_requested(plan: &Plan<'_>) -> Option<u64> {
///     match &plan.model.demand.first()?.source {
///         DemandSource::Recorded(recorded) => Some(recorded.requests.first()?.requested.0),
///         DemandSource::Generated(_) => None,
///     }
/// }
/// ```
///
/// The same with what is true does not compile,
///
/// ```compile_fail,E0616
/// use plimsoll::model::DemandSource;
/// use plimsoll::strategy::Plan;
///
/// fn first_true(plan: &Plan<'_>) -> Option<u64> {
///     match &plan.model.demand.first()?.source {
///         DemandSource::Recorded(recorded) => Some(recorded.truth.first()?.work.0),
///         DemandSource::Generated(_) => None,
///     }
/// }
/// ```
///
/// nor for jobs that are there at the start,
///
/// ```compile_fail,E0616
/// fn first_true(plan: &plimsoll::strategy::Plan<'_>) -> Option<u64> {
///     Some(plan.model.initial.truth.first()?.work.0)
/// }
/// ```
///
/// nor by way of the sampled world, which a plan does not have.
///
/// ```compile_fail,E0609
/// fn first_true(plan: &plimsoll::strategy::Plan<'_>) -> Option<u64> {
///     Some(plan.timeline.truth.first()?.work.0)
/// }
/// ```
#[derive(Debug)]
pub struct Plan<'a> {
    /// The estate.
    pub model: &'a Model,
    /// The moment: everything that monitoring would show.
    pub world: &'a mut World,
    /// Buffers that passes reuse.
    pub pass: &'a mut Pass,
    /// What the moves so far ask of the engine.
    pub orders: &'a mut Orders,
}

impl Plan<'_> {
    /// Places a waiting job on GPUs of an owned pool.
    #[inline]
    pub fn place(&mut self, slot: Slot, pool: PoolId) -> Result<(), Refusal> {
        let is_watched = self.orders.witness.is_on();
        if is_watched {
            self.orders
                .witness
                .look(self.model, self.world, slot, Some(pool));
        }
        let placed = self.world.place(self.model, slot, pool);
        if is_watched {
            self.orders.witness.heard(self.world, slot, pool, placed);
        }
        placed?;
        self.orders.starts.push(Start {
            slot,
            pool,
            launched: 0,
        });
        Ok(())
    }

    /// Places a waiting job in a rented pool, on idle instances or new ones.
    pub fn rent(&mut self, slot: Slot, pool: PoolId) -> Result<(), Refusal> {
        let is_watched = self.orders.witness.is_on();
        if is_watched {
            self.orders
                .witness
                .look(self.model, self.world, slot, Some(pool));
        }
        let launched = self.world.place_rented(self.model, slot, pool);
        if is_watched {
            let answer = launched.map(|_| ());
            self.orders.witness.heard(self.world, slot, pool, answer);
        }
        let Launched { instances } = launched?;
        self.orders.starts.push(Start {
            slot,
            pool,
            launched: instances,
        });
        Ok(())
    }

    /// Stops a running job to make room; `requeue` says where it waits: at the front, at the back or (`None`)
    /// where it was.
    pub fn preempt(&mut self, slot: Slot, requeue: Option<bool>) {
        let pool = self.world.jobs[slot].pool;
        let idle = &mut self.orders.idle;
        let write = self.world.halt(
            self.model,
            slot,
            Reason::Room,
            requeue,
            |pool, instance, generation| {
                idle.push((pool, instance, generation));
            },
        );
        self.orders.stops.push((slot, pool));
        let booked = self.world.booked.iter();
        self.orders
            .stretches
            .extend(booked.map(|&stretch| (slot, stretch)));
        if write.0 > 0 {
            self.orders.saves.push((slot, self.world.now + write));
        }
    }

    /// Asks to be called again at `at` for a job; of several instants asked for, the first counts.
    pub fn wake_at(&mut self, slot: Slot, at: SimTime) {
        let job = &mut self.world.jobs[slot];
        if at < job.wake {
            job.wake = at;
            self.orders.wakes.push((at, slot));
        }
    }

    /// Whether the job that was offered last, and waits for this, holds nobody behind it back.
    pub(super) fn lets_others_pass(&self, cause: Cause) -> bool {
        cause.lets_others_pass() || cause == Cause::Quota && self.pass.over_quota
    }

    /// The decision is made: what changed before it is dealt with.
    pub(super) fn settle(&mut self) {
        self.world.changes.other = false;
        self.world.changes.arrivals.clear();
    }
}
