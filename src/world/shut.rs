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
    /// GPUs of it that are absorbed.
    pub(super) absorbed: u32,
    /// Since when these are counted.
    pub(super) since: SimTime,
}

impl ShutNode {
    pub(super) const fn is_shut(&self) -> bool {
        self.causes > 0 || self.draining || self.absent || self.due > 0 || self.serviced > 0
    }
}

/// The nodes of a pool that take no work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shut {
    nodes: Vec<ShutNode>,
    count: u32,
    absorbed: u64,
}

impl Shut {
    /// Opens all.
    pub(super) fn clear(&mut self) {
        self.nodes.fill(ShutNode::default());
        self.count = 0;
        self.absorbed = 0;
    }

    /// Whether every node takes work.
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
        self.count = self.count - u32::from(entry.is_shut()) + u32::from(to.is_shut());
        self.absorbed = self.absorbed - u64::from(entry.absorbed) + u64::from(to.absorbed);
        *entry = to;
    }

    /// How many nodes were ever shut, or lie below one that was.
    pub(super) fn len(&self) -> u32 {
        self.nodes.len() as u32
    }
}
