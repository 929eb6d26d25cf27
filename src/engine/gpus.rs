//! Single GPUs break and are mended.

use crate::journal::{Fact, Observer};
use crate::units::PoolId;

use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// A GPU breaks: the job that holds it stops, and those on the other GPUs of its node run on.
    pub(super) fn break_gpu(&mut self, pool: PoolId, node: u32, gpu: u8, drains: bool) {
        let mut on_node = std::mem::take(&mut self.scratch.victims);
        let victim = self.world.holder_of(pool, node, gpu, &mut on_node);
        self.scratch.victims = on_node;
        if let Some(slot) = victim {
            self.interrupt(slot);
        }
        if self.world.break_gpu(pool, node, gpu, drains) {
            self.out.fact(self.world.now, Fact::GpusDown(pool, 1));
        }
    }

    /// One cause that a GPU is broken is over.
    pub(super) fn mend_gpu(&mut self, pool: PoolId, node: u32, gpu: u8, drains: bool) {
        if self.world.mend_gpu(pool, node, gpu, drains) {
            self.out.fact(self.world.now, Fact::GpusUp(pool, 1));
        }
    }
}
