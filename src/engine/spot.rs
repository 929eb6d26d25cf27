//! What becomes of those who use spot pools is remembered where a policy asks for it.

use crate::journal::Observer;
use crate::world::{Phase, Slot, SpotNews};

use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Something happened between a job and the pool where it is.
    pub(super) fn hear_spot(&mut self, slot: Slot, news: SpotNews) {
        if self.world.spot.is_kept() {
            let pool = self.world.jobs[slot].pool;
            self.world.hear_spot(self.model, slot, pool, news);
        }
    }

    /// A job is about to lose its place, unless it stops already.
    pub(super) fn lose_place(&mut self, slot: Slot) {
        let phase = self.world.jobs[slot].phase;
        if matches!(phase, Phase::Booting | Phase::Staging | Phase::Running) {
            self.hear_spot(slot, SpotNews::Lost);
        }
    }
}
