//! Asking markets for capacity: what they grant, and how long a refusal is remembered.

use crate::journal::{Fact, JobState, Observer};
use crate::strategy::Start;
use crate::units::{PoolId, SimTime, Span};
use crate::world::{Slot, SpotNews};

use super::agenda::{Event, Rank};
use super::run::Run;

/// How long a provider takes to say that it has no capacity.
const REFUSAL_DELAY: Span = Span(5_000);
/// How long a refusal is remembered: nobody asks that market again before.
const REFUSAL_MEMORY: Span = Span(180_000);

impl<O: Observer> Run<'_, O> {
    /// Asks the market for the instances on which a start of the plan was placed; returns whether it has them.
    pub(super) fn ask_market(&mut self, index: usize) -> bool {
        let Start {
            slot,
            pool,
            launched,
        } = self.scratch.orders.starts[index];
        self.hear_spot(slot, SpotNews::Asked);
        let excess = self
            .world
            .pool(pool)
            .rent()
            .map_or(0, crate::world::Rent::excess);
        // Those who ask later in the same plan hold their instances already, and must not stand in the way.
        let granted = excess == 0 || excess <= self.asked_later(index, pool);
        if !granted {
            let (now, id) = (self.world.now, self.world.jobs[slot].id);
            self.world.refuse(self.model, slot, launched);
            self.out.fact(now, Fact::Refused(id, pool));
            self.schedule(now + REFUSAL_DELAY, Rank::Answered, slot);
        } else if self.world.pools[pool.index()].doubt.granted() {
            self.retry_at(self.world.now, pool);
        }
        granted
    }

    /// Instances of a pool for which starts after this one will ask.
    fn asked_later(&self, index: usize, pool: PoolId) -> u64 {
        let later = self.scratch.orders.starts[index + 1..].iter();
        let of_pool = later.filter(|start| start.pool == pool);
        of_pool.map(|start| u64::from(start.launched)).sum()
    }

    /// A job hears that the market refused it.
    pub(super) fn answered(&mut self, slot: Slot) {
        let (id, pool) = (self.world.jobs[slot].id, self.world.jobs[slot].pool);
        self.out.fact(self.world.now, Fact::Answered(id, pool));
        self.hear_spot(slot, SpotNews::Refused);
        let until = self.world.now + REFUSAL_MEMORY;
        self.world.hear_refusal(self.model, slot, until);
        self.retry_at(until, pool);
    }

    /// Whoever waits may ask a market again at `at`.
    fn retry_at(&mut self, at: SimTime, pool: PoolId) {
        let event = Event {
            rank: Rank::Retry,
            id: u32::from(pool.0),
            slot: u32::from(pool.0),
            attempt: 0,
            state: JobState::Running,
        };
        self.scratch.agenda.push(at, event);
    }
}
