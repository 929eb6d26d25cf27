//! Single GPUs that break while their node may go on.

use crate::units::{PoolId, SimTime};

use super::job::Slot;
use super::moment::World;
use super::pool::PoolState;

impl World {
    /// The job that holds a working GPU of a node of an owned pool. The jobs there hold its working GPUs from the
    /// lowest on, in order of arrival; the others are free.
    pub fn holder_of(
        &self,
        pool: PoolId,
        node: u32,
        gpu: u8,
        jobs: &mut Vec<Slot>,
    ) -> Option<Slot> {
        let state = self.pool(pool);
        if state.shut.is_broken(node, gpu) {
            return None;
        }
        let lower = (0..gpu).filter(|&lower| !state.shut.is_broken(node, lower));
        let rank = lower.count() as u32;
        self.jobs_on(pool, node, 1, jobs);
        let mut held = 0;
        jobs.iter().copied().find(|&slot| {
            let job = &self.jobs[slot];
            let parts = state.parts(job.holding, job.gpus);
            held += parts
                .filter(|part| part.0 == node)
                .map(|part| part.1)
                .sum::<u32>();
            rank < held
        })
    }

    /// A GPU breaks, or for one more cause; the caller has stopped the job that held it. Says whether it worked
    /// until now.
    pub fn break_gpu(&mut self, pool: PoolId, node: u32, gpu: u8, drains: bool) -> bool {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        let worked = state.break_gpu(node, gpu, drains, now);
        self.changes.other = true;
        worked
    }

    /// One cause that a GPU is broken is over. Says whether it works again.
    pub fn mend_gpu(&mut self, pool: PoolId, node: u32, gpu: u8, drains: bool) -> bool {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        let works = state.mend_gpu(node, gpu, drains, now);
        self.changes.other = true;
        works
    }
}

impl PoolState {
    fn break_gpu(&mut self, node: u32, gpu: u8, drains: bool, now: SimTime) -> bool {
        let worked = self.shut.break_gpu(node, gpu);
        let mut entry = self.settled(node, now);
        entry.faults += u16::from(drains);
        entry.broken += u32::from(worked);
        // On a node that takes no work it is out of sight already.
        if !entry.is_shut()
            && worked
            && let Some(nodes) = &mut self.nodes
            && nodes.block_one(node)
        {
            entry.absorbed += 1;
            self.free -= 1;
        }
        self.shut.set(node, entry);
        self.absorb(node, now);
        worked
    }

    fn mend_gpu(&mut self, node: u32, gpu: u8, drains: bool, now: SimTime) -> bool {
        let Some(works) = self.shut.mend_gpu(node, gpu) else {
            return false;
        };
        let mut entry = self.settled(node, now);
        entry.faults -= u16::from(drains);
        entry.broken -= u32::from(works);
        self.open(node, entry);
        works
    }
}
