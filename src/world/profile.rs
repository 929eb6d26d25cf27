//! When GPUs will come free, by the estimates of what runs.

use crate::units::SimTime;

use super::blocks::{Blocks, Weigh};
use super::far::Far;
use super::job::Slot;

/// One running job's estimated release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Which job.
    pub slot: Slot,
    /// GPUs that it gives back.
    pub gpus: u32,
}

/// GPUs that are released together; a block of releases knows their sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weight(u32);

impl Weigh for Weight {
    const NONE: u64 = 0;
    fn with(summary: u64, entry: &Self) -> u64 {
        summary + u64::from(entry.0)
    }
    fn without(summary: u64, entry: &Self) -> Option<u64> {
        Some(summary - u64::from(entry.0))
    }
}

/// The running jobs of a pool by their estimated ends.
///
/// Only the soonest matter to most questions, and most jobs end before they become one of them: so only the
/// near releases are kept in order. The far ones are kept in a rough order; a job that ends while its
/// release is far leaves its key there, and a key is looked up among the jobs before it becomes near.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    near: Blocks<u64, Weight>,
    /// Keys of releases, and of some that will not happen.
    far: Far,
    /// What is being taken from there.
    drawn: Vec<u64>,
    /// Releases whose key is below this are near, all others are far.
    border: u64,
    /// No estimated end comes before this.
    soonest: SimTime,
}

/// The earliest instant at which a gang fits by count, and what is left over then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// When.
    pub at: SimTime,
    /// GPUs free at that instant beyond the gang's own.
    pub extra: u64,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            near: Blocks::default(),
            far: Far::default(),
            drawn: Vec::new(),
            border: 0,
            soonest: SimTime::NEVER,
        }
    }
}

impl Profile {
    /// Jobs in slots below this can be told apart.
    pub const SLOTS_MAX: u32 = 1 << SLOT_BITS;

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.near.clear();
        self.far.clear();
        self.drawn.clear();
        self.border = 0;
        self.soonest = SimTime::NEVER;
    }

    /// Room for so many jobs that run at once, and for so many in all.
    pub fn reserve(&mut self, at_once: usize, in_all: usize) {
        self.near.reserve(at_once);
        self.far.reserve(in_all);
        self.drawn.reserve(in_all);
    }

    /// A job is expected to release `gpus` at `end`.
    #[inline]
    pub fn insert(&mut self, end: SimTime, slot: Slot, gpus: u32) {
        self.soonest = self.soonest.min(end);
        let key = key(end, slot);
        if key < self.border {
            self.near.insert(key, Weight(gpus));
        } else {
            self.far.push(key);
        }
    }

    /// A job is no longer expected to.
    #[inline]
    pub fn remove(&mut self, end: SimTime, slot: Slot) {
        let key = key(end, slot);
        if key < self.border {
            let removed = self.near.remove(key);
            debug_assert!(
                removed.is_some(),
                "a running job was missing in the profile"
            );
        }
    }

    /// Whether some estimated end may have come.
    #[inline]
    pub fn may_be_overdue(&self, now: SimTime) -> bool {
        self.soonest <= now
    }

    /// The job whose estimated end comes first, if that is not after `now`. Here and below, `held` tells of a
    /// slot when and how many GPUs of this pool it is expected to release; `None` if it holds none.
    pub fn overdue(
        &mut self,
        now: SimTime,
        held: impl Fn(Slot) -> Option<(SimTime, u32)>,
    ) -> Option<Slot> {
        while self.soonest <= now {
            if let Some((key, _)) = self.near.first() {
                self.soonest = SimTime(key >> SLOT_BITS);
                return (self.soonest <= now).then_some(slot_of(key));
            }
            self.soonest = if self.far.is_empty() {
                SimTime::NEVER
            } else {
                self.sure_before()
            };
            if self.soonest <= now {
                self.draw(&held);
            }
        }
        None
    }

    /// Puts all releases in order, now and until the profile is cleared.
    pub fn order_all(&mut self, held: impl Fn(Slot) -> Option<(SimTime, u32)>) {
        while !self.far.is_empty() {
            self.draw(&held);
        }
        self.border = u64::MAX;
    }

    /// All releases in order of time, once they were all put in order.
    pub fn iter(&self) -> impl Iterator<Item = (SimTime, Release)> + '_ {
        debug_assert!(self.far.is_empty(), "some releases are in no order");
        self.near.iter().map(|(key, weight)| told(key, weight))
    }

    /// When `gpus` will be free, `free` being free at `now`; `None` if never.
    pub fn shadow(
        &mut self,
        now: SimTime,
        free: u64,
        gpus: u64,
        held: impl Fn(Slot) -> Option<(SimTime, u32)>,
    ) -> Option<Shadow> {
        if free >= gpus {
            return Some(Shadow {
                at: now,
                extra: free - gpus,
            });
        }
        loop {
            let shadow = self.near_shadow(free, gpus);
            if self.far.is_empty() || shadow.is_some_and(|shadow| shadow.at < self.sure_before()) {
                return shadow;
            }
            self.draw(&held);
        }
    }

    /// All that will be released, as far as it is in order.
    pub(super) fn releases(&self) -> Releases<'_, impl Iterator<Item = Block<'_>>> {
        Releases {
            blocks: self.near.summaries(),
            sum: 0,
            block: &[],
        }
    }

    /// Whether all releases up to an instant (or all there are) are in order.
    pub(super) fn tells_all_until(&self, at: Option<SimTime>) -> bool {
        self.far.is_empty() || at.is_some_and(|at| at < self.sure_before())
    }

    /// Puts more releases in order.
    pub(super) fn tell_more(&mut self, held: impl Fn(Slot) -> Option<(SimTime, u32)>) {
        self.draw(&held);
    }

    /// As far as near releases tell.
    fn near_shadow(&self, free: u64, gpus: u64) -> Option<Shadow> {
        let mut available = free;
        let mut reached: Option<SimTime> = None;
        for (sum, entries) in self.near.summaries() {
            if reached.is_none() && available + sum < gpus {
                available += sum;
                continue;
            }
            for &(key, weight) in entries {
                let end = key >> SLOT_BITS;
                // All that ends at the shadow instant counts as free there.
                if reached.is_some_and(|at| at.0 < end) {
                    return reached.map(|at| Shadow {
                        at,
                        extra: available - gpus,
                    });
                }
                available += u64::from(weight.0);
                if reached.is_none() && available >= gpus {
                    reached = Some(SimTime(end));
                }
            }
        }
        reached.map(|at| Shadow {
            at,
            extra: available - gpus,
        })
    }

    /// All that ends before this instant is near.
    const fn sure_before(&self) -> SimTime {
        SimTime(self.border >> SLOT_BITS)
    }

    /// The soonest of the far releases become near.
    fn draw(&mut self, held: &impl Fn(Slot) -> Option<(SimTime, u32)>) {
        self.drawn.clear();
        // Most keys were left behind by jobs that ended early: they are dropped before the rest is sorted.
        let drawn = &mut self.drawn;
        let bound = self.far.take(|found| {
            let slot = slot_of(found);
            if held(slot).is_some_and(|(end, _)| key(end, slot) == found) {
                drawn.push(found);
            }
        });
        let Some(bound) = bound else { return };
        self.drawn.sort_unstable();
        // The same key twice is one job's own and one that was left by an earlier job of the slot.
        self.drawn.dedup();
        for &found in &self.drawn {
            if let Some((_, gpus)) = held(slot_of(found)) {
                self.near.insert(found, Weight(gpus));
            }
        }
        self.border = bound;
    }
}

/// Some releases that follow each other, with the GPUs of them all.
pub(super) type Block<'a> = (u64, &'a [(u64, Weight)]);

/// A walk over releases in order of time.
pub(super) struct Releases<'a, I> {
    blocks: I,
    /// GPUs of what is left of the block at hand.
    sum: u64,
    block: &'a [(u64, Weight)],
}

impl<'a, I: Iterator<Item = Block<'a>>> Releases<'a, I> {
    /// Walks on until `missing` GPUs are released, and all that is released at that instant, but only over what is
    /// released before `until`. Returns how many GPUs that is, and the instant if there are enough.
    pub(super) fn reach(&mut self, missing: u64, until: SimTime) -> (u64, Option<SimTime>) {
        let border = if until.0 <= END_MAX {
            until.0 << SLOT_BITS
        } else {
            u64::MAX
        };
        let (mut gpus, mut reached) = (0, None);
        loop {
            let (Some(&(key, weight)), Some(&(last, _))) = (self.block.first(), self.block.last())
            else {
                let Some((sum, block)) = self.blocks.next() else {
                    return (gpus, reached);
                };
                (self.sum, self.block) = (sum, block);
                continue;
            };
            if reached.is_none() && last < border && gpus + self.sum < missing {
                gpus += self.sum;
                self.block = &[];
                continue;
            }
            let end = SimTime(key >> SLOT_BITS);
            if key >= border || reached.is_some_and(|at| at < end) {
                return (gpus, reached);
            }
            gpus += u64::from(weight.0);
            self.sum -= u64::from(weight.0);
            self.block = &self.block[1..];
            if gpus >= missing {
                reached = reached.or(Some(end));
            }
        }
    }
}

/// A release is kept under its instant and its slot in one number: up to 139 years and 2²² living jobs, as in
/// the engine's agenda. What ends later is as good as never.
const SLOT_BITS: u32 = 22;
const END_MAX: u64 = (1 << (64 - SLOT_BITS)) - 2;

const fn key(end: SimTime, slot: Slot) -> u64 {
    let end = if end.0 < END_MAX { end.0 } else { END_MAX };
    end << SLOT_BITS | slot.0 as u64
}

const fn slot_of(key: u64) -> Slot {
    Slot(key as u32 & ((1 << SLOT_BITS) - 1))
}

fn told(key: u64, weight: Weight) -> (SimTime, Release) {
    let (slot, gpus) = (slot_of(key), weight.0);
    (SimTime(key >> SLOT_BITS), Release { slot, gpus })
}

#[cfg(test)]
mod tests;
