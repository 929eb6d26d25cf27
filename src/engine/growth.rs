//! Gangs that go on with fewer GPUs than they asked for look whether they may grow again.

use crate::journal::{Fact, Observer};
use crate::units::ShapeId;
use crate::world::{Reason, Slot};

use super::agenda::Rank;
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Tells the world which pools the strategy in force may use, where gangs have to choose a size among them.
    pub(super) fn tell_usable(&mut self) {
        if self.model.elastic.is_empty() {
            return;
        }
        let shapes = (0..self.model.shapes.len()).map(ShapeId::from);
        let usable = shapes.map(|shape| self.strategy.pools_of(shape).collect());
        self.world.usable = usable.collect();
    }

    /// A gang that begins to run with fewer GPUs than it asked for will look whether it may grow.
    pub(super) fn expect_growth(&mut self, slot: Slot) {
        let job = &self.world.jobs[slot];
        let history = self.world.jobs.history(job);
        let whole = history.and_then(|history| history.whole);
        if let Some((whole, _)) = whole
            && let Some(after) = self.model.elastic.grow_after(whole)
        {
            self.schedule(self.world.now + after, Rank::Grow, slot);
        }
    }

    /// A gang writes a checkpoint and starts again with all its GPUs, if they are free where it is.
    pub(super) fn grow(&mut self, slot: Slot) {
        if !self.world.may_grow(self.model, slot) {
            return self.expect_growth(slot);
        }
        self.tell_to_stop(slot, Reason::Growth, Fact::Grew);
    }
}
