//! Memory for a replication, asked for before its first instant.

use crate::model::{Model, Timeline};
use crate::strategy::Strategy;
use crate::world::World;

use super::scratch::Scratch;

impl Scratch {
    /// Makes room for all that the timeline bounds, so that the loop asks for none; what it does not bound is
    /// said at [`World::reserve`], and that each stop of a job leaves a stale event behind.
    pub(super) fn reserve(
        &mut self,
        world: &mut World,
        model: &Model,
        strategy: &Strategy,
        timeline: &Timeline,
    ) {
        self.room.measure(model, timeline);
        world.reserve(model, &self.room);
        self.pass.reserve(strategy, model, &self.room);
        let jobs = self.room.jobs();
        let rented = model.pools.iter().filter(|pool| pool.is_rented());
        // A part that is left may leave its instance idle, which sets a timer: for each job that comes once.
        let idle: usize = rented.map(|pool| self.room.parts_left_in(pool)).sum();
        // A living job waits to be up, to have saved or to end, and perhaps to be called.
        let mut events = 2 * jobs + idle;
        if strategy.keeps_ranking() {
            events += 2 * jobs;
            self.orders.saves.reserve(jobs);
            self.orders.stops.reserve(jobs);
            self.orders.stretches.reserve(BOOKED_BY_STOP * jobs);
        }
        self.agenda.reserve(events);
        self.due.clear();
        self.due.reserve(events);
        self.orders.starts.reserve(jobs);
        self.orders.idle.reserve(idle);
        self.orders.wakes.reserve(jobs);
        self.living.clear();
        self.living.reserve(jobs);
        #[cfg(debug_assertions)]
        self.held.reserve(model.pools.len());
    }
}

/// Stretches that stopping one job books.
const BOOKED_BY_STOP: usize = 4;
