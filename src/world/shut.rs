//! Nodes (or rented instances) that take no work: broken, under notice, or not ours at this time.
//!
//! Their free GPUs are absorbed, so that no placement sees them; what jobs give back there is absorbed too.

use crate::units::SimTime;

/// One node that may be shut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ShutNode {
    /// How many causes keep it down.
    pub(super) causes: u16,
    /// Whether it is not ours (yet, or any more).
    pub(super) absent: bool,
    /// Whether its provider takes it away.
    pub(super) draining: bool,
    /// How many plans of maintenance wait for its last job.
    pub(super) due: u8,
    /// How many plans of maintenance work on it.
    pub(super) serviced: u8,
    /// How many causes let it take no new work, while what runs there goes on.
    pub(super) faults: u16,
    /// GPUs of it that are broken; while the node is open they alone are absorbed.
    pub(super) broken: u32,
    /// GPUs of it that are absorbed.
    pub(super) absorbed: u32,
    /// Since when these are counted.
    pub(super) since: SimTime,
}

impl ShutNode {
    pub(super) const fn is_shut(&self) -> bool {
        self.causes > 0
            || self.draining
            || self.absent
            || self.due > 0
            || self.serviced > 0
            || self.faults > 0
    }

    /// Whether there is anything to say of it.
    const fn is_hurt(&self) -> bool {
        self.is_shut() || self.broken > 0
    }
}

/// The nodes of a pool that take no work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shut {
    nodes: Vec<ShutNode>,
    /// How many nodes take no work, or have broken GPUs.
    count: u32,
    absorbed: u64,
    /// Broken GPUs with how many causes each has: (node, GPU, causes).
    gpus: Vec<(u32, u8, u16)>,
}

impl Shut {
    /// Opens all.
    pub(super) fn clear(&mut self) {
        self.nodes.fill(ShutNode::default());
        self.count = 0;
        self.absorbed = 0;
        self.gpus.clear();
    }

    /// Whether every node takes work, with all its GPUs.
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// GPUs absorbed on all nodes.
    pub(super) const fn absorbed(&self) -> u64 {
        self.absorbed
    }

    /// One node.
    pub(super) fn get(&self, node: u32) -> ShutNode {
        self.nodes.get(node as usize).copied().unwrap_or_default()
    }

    /// What one node is from now on.
    pub(super) fn set(&mut self, node: u32, to: ShutNode) {
        if self.nodes.len() <= node as usize {
            self.nodes.resize(node as usize + 1, ShutNode::default());
        }
        let entry = &mut self.nodes[node as usize];
        self.count = self.count - u32::from(entry.is_hurt()) + u32::from(to.is_hurt());
        self.absorbed = self.absorbed - u64::from(entry.absorbed) + u64::from(to.absorbed);
        *entry = to;
    }

    /// A GPU of a node breaks, or for one more cause. Says whether it worked until now.
    pub(super) fn break_gpu(&mut self, node: u32, gpu: u8) -> bool {
        let of = |&&mut (on, which, _): &&mut (u32, u8, u16)| (on, which) == (node, gpu);
        if let Some((_, _, causes)) = self.gpus.iter_mut().find(of) {
            *causes = causes.saturating_add(1);
            return false;
        }
        self.gpus.push((node, gpu, 1));
        true
    }

    /// One cause that a GPU is broken is over. Says whether it was there, and whether the GPU works again.
    pub(super) fn mend_gpu(&mut self, node: u32, gpu: u8) -> Option<bool> {
        let of = |&(on, which, _): &(u32, u8, u16)| (on, which) == (node, gpu);
        let index = self.gpus.iter().position(of)?;
        let causes = &mut self.gpus[index].2;
        *causes -= 1;
        let works = *causes == 0;
        if works {
            self.gpus.swap_remove(index);
        }
        Some(works)
    }

    /// Whether a GPU is broken.
    pub(super) fn is_broken(&self, node: u32, gpu: u8) -> bool {
        self.gpus
            .iter()
            .any(|&(on, which, _)| (on, which) == (node, gpu))
    }

    /// How many nodes were ever shut, or lie below one that was.
    pub(super) fn len(&self) -> u32 {
        self.nodes.len() as u32
    }
}
