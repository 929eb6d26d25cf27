//! Rented instances: launched, booted, used, idle, given back.

use crate::model::Rented;
use crate::units::{SimTime, Span};

use super::bitset::BitSet;

/// One rented instance (or the empty slot where one could be).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// When it was launched.
    pub launched: SimTime,
    /// The how-manieth launch in this slot it is.
    pub launch: u32,
    /// GPUs of it that jobs hold.
    pub busy: u32,
    /// Counts the times it became idle or busy, so that an old timer is known to be stale.
    pub generation: u32,
}

/// The instances of one rented pool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rent {
    instances: Vec<Instance>,
    vacant: BitSet,
    held: u64,
    /// Instances under notice; they count as held.
    pub(super) draining: u64,
    /// How many instances the market would let us hold; nobody but the market knows.
    capacity: u64,
    /// How many causes let us hold none at all.
    losses: u32,
    /// How often the market lowered or raised that with notice.
    notices: u32,
    fresh: Vec<u32>,
}

impl Rent {
    /// Starts again with nothing held.
    pub fn reset(&mut self) {
        self.vacant.clear();
        for index in 0..self.instances.len() {
            self.instances[index] = Instance::default();
            self.vacant.insert(index as u32);
        }
        self.held = 0;
        self.draining = 0;
        self.capacity = u64::MAX;
        self.losses = 0;
        self.notices = 0;
    }

    /// Room for so many instances, without asking for memory.
    pub fn reserve(&mut self, instances: usize) {
        let more = instances.saturating_sub(self.instances.len());
        self.instances.reserve(more);
        self.vacant.reserve(instances.next_power_of_two());
        self.fresh.reserve(instances);
    }

    /// Instances held now.
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// Instances under notice.
    pub const fn draining(&self) -> u64 {
        self.draining
    }

    /// Sets how many instances the market would let us hold.
    pub const fn set_capacity(&mut self, instances: u64) {
        self.capacity = instances;
    }

    /// The market says again with notice what it lets us hold. Returns how often it did before: a name for what is
    /// drawn then that nothing outside the pool can shift.
    pub const fn next_notice(&mut self) -> u32 {
        let number = self.notices;
        self.notices += 1;
        number
    }

    /// How many of the instances held are more than the market lets us hold.
    pub const fn excess(&self) -> u64 {
        let most = if self.losses > 0 { 0 } else { self.capacity };
        self.held.saturating_sub(most)
    }

    /// Whether nothing can be held.
    pub const fn is_lost(&self) -> bool {
        self.losses > 0
    }

    /// Nothing can be held any more, or for one more cause.
    pub const fn lose(&mut self) {
        self.losses += 1;
    }

    /// One cause that nothing can be held is over.
    pub const fn regain(&mut self) {
        self.losses = self.losses.saturating_sub(1);
    }

    /// Launches `count` instances in the lowest vacant slots, each with as many busy GPUs as the gang takes.
    /// Returns the slots; slots in all are [`Rent::slots`].
    pub fn launch(&mut self, now: SimTime, count: u64, gpus: u64, per_node: u32) -> &[u32] {
        self.fresh.clear();
        let mut left = gpus;
        for _ in 0..count {
            let slot = self.vacant.first().unwrap_or_else(|| {
                let slot = self.instances.len() as u32;
                self.instances.push(Instance::default());
                self.vacant.grow(self.instances.len().next_power_of_two());
                slot
            });
            self.vacant.remove(slot);
            let busy = left.min(u64::from(per_node)) as u32;
            left -= u64::from(busy);
            let before = self.instances[slot as usize];
            let generation = before.generation.wrapping_add(1);
            self.instances[slot as usize] = Instance {
                launched: now,
                launch: before.launch + 1,
                busy,
                generation,
            };
            self.fresh.push(slot);
        }
        self.held += count;
        &self.fresh
    }

    /// How many slots there have ever been.
    pub fn slots(&self) -> u32 {
        self.instances.len() as u32
    }

    /// One instance.
    pub fn instance(&self, slot: u32) -> Instance {
        self.instances[slot as usize]
    }

    /// A job takes GPUs of an instance.
    pub fn occupy(&mut self, slot: u32, gpus: u32) {
        let instance = &mut self.instances[slot as usize];
        instance.busy += gpus;
        instance.generation = instance.generation.wrapping_add(1);
    }

    /// A job leaves GPUs of an instance; returns its generation if it is idle now.
    pub fn vacate(&mut self, slot: u32, gpus: u32) -> Option<u32> {
        let instance = &mut self.instances[slot as usize];
        instance.busy -= gpus;
        instance.generation = instance.generation.wrapping_add(1);
        (instance.busy == 0).then_some(instance.generation)
    }

    /// Whether the instance has been idle since the timer of `generation` was set.
    pub fn is_idle_since(&self, slot: u32, generation: u32) -> bool {
        let instance = &self.instances[slot as usize];
        !self.vacant.contains(slot) && instance.busy == 0 && instance.generation == generation
    }

    /// Gives an instance back; returns when it was launched.
    pub fn release(&mut self, slot: u32) -> SimTime {
        self.vacant.insert(slot);
        self.held -= 1;
        let instance = &mut self.instances[slot as usize];
        instance.generation = instance.generation.wrapping_add(1);
        instance.launched
    }

    /// Whether the instance is held, idle or not.
    pub fn is_held(&self, slot: u32) -> bool {
        !self.vacant.contains(slot)
    }
}

/// How long an instance that was held for `held` is charged for: at least the minimum, in whole increments.
pub(super) fn charged_span(terms: &Rented, held: Span) -> Span {
    let least = held.0.max(terms.minimum.0);
    let step = terms.increment.0.max(1);
    Span(least.div_ceil(step) * step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Boot, PriceSteps, RentKind};
    use crate::units::Price;

    #[test]
    fn charges_are_lengthened_to_the_minimum_and_the_increment() {
        let terms = Rented {
            kind: RentKind::OnDemand,
            notice: Span::ZERO,
            prices: PriceSteps::constant(Price(1)),
            quota: None,
            boot: Boot::Fixed(Span::ZERO),
            minimum: Span::MINUTE,
            increment: Span::SECOND,
            idle_release: Span::ZERO,
            teardown: Span::ZERO,
        };
        assert_eq!(charged_span(&terms, Span(5)), Span::MINUTE);
        assert_eq!(charged_span(&terms, Span(60_001)), Span(61_000));
        assert_eq!(charged_span(&terms, Span(61_000)), Span(61_000));
    }

    #[test]
    fn the_lowest_slots_are_used_and_idleness_is_told_by_generation() {
        let mut rent = Rent::default();
        assert_eq!(rent.launch(SimTime(5), 3, 20, 8), [0, 1, 2]);
        assert_eq!(rent.instance(2).busy, 4);
        assert_eq!(rent.vacate(2, 3), None);
        let idle = rent.vacate(2, 1).unwrap();
        assert!(rent.is_idle_since(2, idle));
        rent.occupy(2, 1);
        assert!(!rent.is_idle_since(2, idle));
        assert_eq!(rent.vacate(0, 8), Some(rent.instance(0).generation));
        assert_eq!(rent.release(0), SimTime(5));
        assert_eq!(rent.launch(SimTime(9), 2, 16, 8), [0, 3]);
        assert_eq!(rent.held(), 4);
    }
}
