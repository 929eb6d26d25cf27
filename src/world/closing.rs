//! Nodes of a pool that stop, drain, go and come back: what is free on them is taken out of sight and counted.

use crate::journal::{Bucket, Drawn};
use crate::model::{PowerMeter, Rhythm};
use crate::units::{MilliGpus, PoolId, SimTime};

use super::feeds::Starved;
use super::nodes::Holding;
use super::pool::PoolState;
use super::shut::ShutNode;
use super::stretch::Stretch;

impl PoolState {
    /// As [`PoolState::give`] for the nodes, where some take no work.
    pub(super) fn give_among_shut(&mut self, holding: Holding, gpus: u64, now: SimTime) {
        let Some(nodes) = &mut self.nodes else { return };
        let mut returned = std::mem::take(&mut self.returned);
        returned.clear();
        let shut = nodes.parts(holding, gpus).map(|(node, _)| node);
        returned.extend(shut.filter(|&node| self.shut.get(node).is_shut()));
        nodes.give(holding, gpus);
        for &node in &returned {
            self.absorb(node, now);
        }
        self.returned = returned;
    }

    /// A node of an owned pool stops, or one more cause keeps it down. Returns whether it took work until now.
    pub fn stop(&mut self, node: u32, now: SimTime) -> bool {
        let was_open = !self.shut.get(node).is_shut();
        let mut entry = self.settled(node, now);
        entry.causes = entry.causes.saturating_add(1);
        self.shut.set(node, entry);
        self.absorb(node, now);
        was_open
    }

    /// One cause that keeps a node down is over. Returns whether it takes work again.
    pub fn resume(&mut self, node: u32, now: SimTime) -> bool {
        if self.shut.get(node).causes == 0 {
            return false;
        }
        let mut entry = self.settled(node, now);
        entry.causes -= 1;
        self.open(node, entry)
    }

    /// A node is ours from now on.
    pub fn appear(&mut self, node: u32, now: SimTime) {
        let mut entry = self.settled(node, now);
        entry.absent = false;
        self.open(node, entry);
    }

    /// What a node is from now on; if nothing keeps it shut any more, its GPUs are free. Returns whether they
    /// are.
    pub(super) fn open(&mut self, node: u32, mut entry: ShutNode) -> bool {
        let opens = !entry.is_shut();
        let absorbed = if opens {
            let all = std::mem::replace(&mut entry.absorbed, entry.broken);
            all - entry.broken
        } else {
            0
        };
        self.shut.set(node, entry);
        self.windows.forget_refusals();
        self.free += u64::from(absorbed);
        if let Some(nodes) = &mut self.nodes {
            nodes.unblock(node, absorbed);
        }
        opens
    }

    /// A node is not ours any more; no job holds any of it.
    pub fn disappear(&mut self, node: u32, now: SimTime) {
        let mut entry = self.settled(node, now);
        entry.draining = false;
        entry.absent = true;
        self.shut.set(node, entry);
        self.absorb(node, now);
    }

    /// An instance is under notice: it takes no more work.
    pub fn drain(&mut self, slot: u32, now: SimTime) {
        let mut entry = self.settled(slot, now);
        entry.draining = true;
        self.shut.set(slot, entry);
        self.absorb(slot, now);
        if let Some(rent) = &mut self.rent {
            rent.draining += 1;
        }
    }

    /// An instance under notice, which no job uses, is gone. Returns when it was launched.
    pub fn reclaim(&mut self, slot: u32, now: SimTime) -> Option<SimTime> {
        if !self.shut.get(slot).draining {
            return None;
        }
        let entry = self.settled(slot, now);
        self.shut.set(slot, ShutNode::default());
        let (rent, nodes) = (self.rent.as_mut()?, self.nodes.as_mut()?);
        nodes.unblock(slot, entry.absorbed);
        nodes.withdraw(slot);
        rent.draining -= 1;
        Some(rent.release(slot))
    }

    /// Takes back a launch of instances that are not up yet; `launched` hears when each was launched. Returns
    /// how many of them were under notice.
    pub fn cancel(
        &mut self,
        holding: Holding,
        gpus: u64,
        mut launched: impl FnMut(SimTime),
    ) -> u32 {
        self.busy -= gpus;
        let (Some(rent), Some(nodes)) = (&mut self.rent, &mut self.nodes) else {
            return 0;
        };
        let mut noticed = 0;
        nodes.forget(holding, gpus, |node, part| {
            rent.vacate(node, part);
            if self.shut.get(node).draining {
                rent.draining -= 1;
                noticed += 1;
                self.shut.set(node, ShutNode::default());
            }
            launched(rent.release(node));
        });
        noticed
    }

    /// Counts up to now what is absorbed on nodes that take no work.
    pub fn settle_shut(&mut self, now: SimTime) {
        if self.shut.is_empty() {
            return;
        }
        for node in 0..self.shut.len() {
            let entry = self.shut.get(node);
            if entry.is_shut() || entry.broken > 0 {
                let entry = self.settled(node, now);
                self.shut.set(node, entry);
            }
        }
    }

    /// GPUs that are absorbed on nodes that take no work.
    pub const fn absorbed(&self) -> u64 {
        self.shut.absorbed()
    }

    /// Whether a node takes no work.
    pub fn is_shut(&self, node: u32) -> bool {
        self.shut.get(node).is_shut()
    }

    /// What GPUs on nodes that are down would have drawn at rest since they were counted last.
    pub(super) fn undrawn(&self, meter: &PowerMeter, now: SimTime) -> Drawn {
        let mut all = Drawn::ZERO;
        for node in 0..self.shut.len() {
            let entry = self.shut.get(node);
            if entry.serviced == 0 && !entry.absent {
                let down = if entry.causes > 0 || entry.faults > 0 {
                    entry.absorbed
                } else {
                    entry.broken.min(entry.absorbed)
                };
                let gpus = MilliGpus::whole(u64::from(down));
                all += meter.idle.over(gpus, entry.since, now);
            }
        }
        all
    }

    /// The entry of a node, with its absorbed GPUs booked up to now.
    pub(super) fn settled(&mut self, node: u32, now: SimTime) -> ShutNode {
        let mut entry = self.shut.get(node);
        if entry.absent {
            // Nobody pays for it.
            entry.since = now;
            return entry;
        }
        // Broken GPUs are down whatever the others wait for.
        let broken = entry.broken.min(entry.absorbed);
        let (of_broken, of_others) = if entry.serviced > 0 {
            (Bucket::Maintenance, Bucket::Maintenance)
        } else if entry.causes > 0 || entry.faults > 0 {
            (Bucket::Down, Bucket::Down)
        } else {
            (Bucket::Down, Bucket::Draining)
        };
        let others = (entry.absorbed - broken, of_others);
        for (gpus, bucket) in [others, (broken, of_broken)] {
            if gpus > 0 && entry.since < now {
                self.book_shut(gpus, bucket, entry.since, now);
            }
        }
        entry.since = now;
        entry
    }

    fn book_shut(&mut self, gpus: u32, bucket: Bucket, from: SimTime, to: SimTime) {
        let milli = u128::from(gpus) * 1000;
        self.books.used[bucket] += milli * u128::from(to.since(from).0);
        self.shut_stretches.push(Stretch {
            pool: PoolId(0),
            asked: MilliGpus::whole(u64::from(gpus)),
            bucket,
            from,
            to,
            rhythm: Rhythm::NONE,
            starved: Starved::default(),
        });
    }

    /// Takes what is free on a shut node out of sight.
    pub(super) fn absorb(&mut self, node: u32, now: SimTime) {
        if !self.shut.get(node).is_shut() {
            return;
        }
        let mut entry = self.settled(node, now);
        let Some(nodes) = &mut self.nodes else { return };
        let gpus = nodes.block(node);
        self.free -= u64::from(gpus);
        entry.absorbed += gpus;
        self.shut.set(node, entry);
    }
}
