//! Why each shape of request waits, and for how long it has been so: one odometer for each cause.

use crate::journal::{Cause, Waits};
use crate::units::{ShapeId, SimTime};

use super::job::Slot;

/// Causes that are kept of each job.
const USUAL: usize = Cause::ALL.len() - Cause::RARE;

/// The usual causes' odometers as somebody read them, or what passed between two readings, in ms. The rare ones
/// are kept by slot, once there are any: see [`Causes::keeps_rare`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading(pub [u64; USUAL]);

impl Reading {
    /// Of the time with providers so much was for data.
    pub const fn turn_staging(&mut self, ms: u64) {
        self.0[Cause::Provisioning as usize - Cause::RARE] -= ms;
        self.0[Cause::Staging as usize - Cause::RARE] += ms;
    }

    /// Counts so much more for the time with providers.
    pub const fn add_provisioning(&mut self, ms: u64) {
        self.0[Cause::Provisioning as usize - Cause::RARE] += ms;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Odometer {
    /// The cause that counts now.
    cause: Cause,
    /// The cause that passes found.
    found: Cause,
    /// The cause that holds whatever they find, if any.
    bar: Option<Cause>,
    since: SimTime,
    passed: Waits,
}

/// The cause odometers of all shapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes {
    odometers: Vec<Odometer>,
    /// The pass that last looked at each shape.
    seen: Vec<u64>,
    /// Shapes whose cause is not `Order`, as far as passes set it.
    marked: Vec<ShapeId>,
    pass: u64,
    /// What [`Reading`] leaves out, by slot; meaningless unless a rare cause was ever found.
    rare: Vec<[u64; Cause::RARE]>,
    keeps_rare: bool,
    /// Whether any shape is barred.
    bars: bool,
}

impl Causes {
    /// Starts again for so many shapes.
    pub fn reset(&mut self, shapes: usize) {
        self.odometers.clear();
        let fresh = Odometer {
            cause: Cause::Order,
            found: Cause::Order,
            bar: None,
            since: SimTime::ZERO,
            passed: Waits::default(),
        };
        self.odometers.resize(shapes, fresh);
        self.seen.clear();
        self.seen.resize(shapes, 0);
        self.marked.clear();
        self.marked.reserve(shapes);
        self.pass = 0;
        self.rare.clear();
        self.keeps_rare = false;
        self.bars = false;
    }

    /// A pass over the whole line begins.
    pub fn begin_pass(&mut self) {
        self.pass += 1;
    }

    /// The pass over the whole line is over: a shape that it did not reach waits for its turn.
    pub fn end_pass(&mut self, now: SimTime) {
        let mut index = 0;
        while index < self.marked.len() {
            let shape = self.marked[index];
            if self.seen[shape.index()] == self.pass {
                index += 1;
            } else {
                self.marked.swap_remove(index);
                self.set(shape, now, Cause::Order);
            }
        }
    }

    /// A pass found that the head of the shape waits because of `cause`.
    pub fn find(&mut self, shape: ShapeId, now: SimTime, cause: Cause) {
        if self.seen[shape.index()] == self.pass && self.pass > 0 {
            // Looked at twice in one pass: the first job of the shape speaks for it.
            return;
        }
        self.seen[shape.index()] = self.pass;
        self.learn(shape, now, cause);
    }

    /// As `find`, between passes: the shape's only job has just come.
    pub fn learn(&mut self, shape: ShapeId, now: SimTime, cause: Cause) {
        if cause != Cause::Order && self.odometers[shape.index()].found == Cause::Order {
            self.marked.push(shape);
        }
        if cause == Cause::Order {
            self.marked.retain(|&marked| marked != shape);
        }
        self.set(shape, now, cause);
    }

    /// No pool has room for the shape: if it waited for its turn so far, it waits for capacity from now on.
    pub fn fill_up(&mut self, shape: ShapeId, now: SimTime) {
        if self.odometers[shape.index()].found == Cause::Order {
            self.learn(shape, now, Cause::Capacity);
        }
    }

    fn set(&mut self, shape: ShapeId, now: SimTime, cause: Cause) {
        let odometer = &mut self.odometers[shape.index()];
        if odometer.found != cause {
            odometer.found = cause;
            self.count_for(shape, now);
        }
    }

    /// Whatever passes find, the shape waits because of `cause` from now on; `None` lifts that.
    pub fn bar(&mut self, shape: ShapeId, now: SimTime, cause: Option<Cause>) {
        let odometer = &mut self.odometers[shape.index()];
        if odometer.bar != cause {
            odometer.bar = cause;
            self.count_for(shape, now);
            self.bars = self.odometers.iter().any(|odometer| odometer.bar.is_some());
        }
    }

    /// The cause that bars a shape from starting anywhere, if one does.
    #[inline]
    pub fn barred(&self, shape: ShapeId) -> Option<Cause> {
        if self.bars {
            self.odometers[shape.index()].bar
        } else {
            None
        }
    }

    /// From now on the odometer of the cause that holds goes on.
    fn count_for(&mut self, shape: ShapeId, now: SimTime) {
        let odometer = &mut self.odometers[shape.index()];
        let cause = odometer.bar.unwrap_or(odometer.found);
        odometer.passed[odometer.cause] += now.since(odometer.since).0;
        odometer.since = now;
        odometer.cause = cause;
        self.keeps_rare |= (cause as usize) < Cause::RARE;
    }

    fn read_all(&self, shape: ShapeId, now: SimTime) -> Waits {
        let odometer = &self.odometers[shape.index()];
        let mut reading = odometer.passed;
        reading[odometer.cause] += now.since(odometer.since).0;
        reading
    }

    /// The readings of a shape at `now`.
    #[inline]
    pub fn read(&self, shape: ShapeId, now: SimTime) -> Reading {
        let odometer = &self.odometers[shape.index()];
        let mut reading = Reading::default();
        reading.0.copy_from_slice(&odometer.passed.0[Cause::RARE..]);
        // A rare cause lies outside of what is read here.
        let index = (odometer.cause as usize).wrapping_sub(Cause::RARE);
        if let Some(current) = reading.0.get_mut(index) {
            *current += now.since(odometer.since).0;
        }
        reading
    }

    /// What passed between an earlier reading and now.
    pub fn since(&self, shape: ShapeId, now: SimTime, earlier: Reading) -> Reading {
        let mut waits = self.read(shape, now);
        for (now, before) in waits.0.iter_mut().zip(earlier.0) {
            *now = now.wrapping_sub(before);
        }
        waits
    }

    /// The reading from which `since` counts on where so much was waited already.
    pub fn resume(&self, shape: ShapeId, now: SimTime, waited: Reading) -> Reading {
        self.since(shape, now, waited)
    }

    /// Whether a rare cause was found in this run: only then are rare causes kept of each job.
    #[inline]
    pub const fn keeps_rare(&self) -> bool {
        self.keeps_rare
    }

    /// The rare causes' readings of a job that joins the line now.
    #[cold]
    pub fn join_rare(&mut self, slot: Slot, shape: ShapeId, now: SimTime) {
        *self.rare_mut(slot) = self.rare_at(shape, now);
    }

    /// A job has not waited for rare causes.
    #[cold]
    pub fn forget_rare(&mut self, slot: Slot) {
        *self.rare_mut(slot) = [0; Cause::RARE];
    }

    /// Turns the rare readings of a job into what passed since then, or back into readings from which it is
    /// counted on.
    #[cold]
    pub fn turn_rare(&mut self, slot: Slot, shape: ShapeId, now: SimTime) {
        *self.rare_mut(slot) = self.rare_since(slot, shape, now);
    }

    /// What passed for rare causes since the readings of a job that is in the line.
    pub fn rare_since(&self, slot: Slot, shape: ShapeId, now: SimTime) -> [u64; Cause::RARE] {
        let mut waits = self.rare_at(shape, now);
        for (now, before) in waits.iter_mut().zip(self.rare_of(slot)) {
            *now = now.wrapping_sub(before);
        }
        waits
    }

    /// The rare readings of a job in the line; what it waited for rare causes once it was placed.
    pub fn rare_of(&self, slot: Slot) -> [u64; Cause::RARE] {
        // Whoever joined before any rare cause was found read zero.
        let kept = self.rare.get(slot.0 as usize);
        kept.copied().unwrap_or_default()
    }

    fn rare_mut(&mut self, slot: Slot) -> &mut [u64; Cause::RARE] {
        let index = slot.0 as usize;
        if self.rare.len() <= index {
            self.rare.resize(index + 1, [0; Cause::RARE]);
        }
        &mut self.rare[index]
    }

    fn rare_at(&self, shape: ShapeId, now: SimTime) -> [u64; Cause::RARE] {
        let all = self.read_all(shape, now);
        std::array::from_fn(|index| all.0[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two jobs of one shape: the shape waits for capacity, then from 10 ms on for a key, from 30 ms on for its turn.
    #[test]
    fn rare_causes_are_kept_by_slot_from_the_first_of_them_on() {
        let (shape, mut causes) = (ShapeId(0), Causes::default());
        causes.reset(1);
        causes.learn(shape, SimTime(0), Cause::Capacity);
        let first = causes.read(shape, SimTime(4));
        assert!(!causes.keeps_rare());
        causes.learn(shape, SimTime(10), Cause::Key);
        assert!(causes.keeps_rare());
        // The second joins at 16 ms.
        let second = causes.read(shape, SimTime(16));
        causes.join_rare(Slot(1), shape, SimTime(16));
        causes.learn(shape, SimTime(30), Cause::Order);
        let now = SimTime(37);
        // The first: 6 ms for capacity, 20 for the key, 7 for its turn; the second: 14 for the key, 7 for its turn.
        let usual = [0, 0, 0, 0, 6, 7];
        assert_eq!(causes.since(shape, now, first).0, usual);
        assert_eq!(
            causes.rare_since(Slot(0), shape, now),
            [20, 0, 0, 0, 0, 0, 0]
        );
        let usual = [0, 0, 0, 0, 0, 7];
        assert_eq!(causes.since(shape, now, second).0, usual);
        assert_eq!(
            causes.rare_since(Slot(1), shape, now),
            [14, 0, 0, 0, 0, 0, 0]
        );
        // The second is placed, refused at 40 ms and counted on from there: at 50 ms it still waited 14 ms for keys.
        causes.turn_rare(Slot(1), shape, now);
        assert_eq!(causes.rare_of(Slot(1)), [14, 0, 0, 0, 0, 0, 0]);
        causes.turn_rare(Slot(1), shape, SimTime(40));
        assert_eq!(
            causes.rare_since(Slot(1), shape, SimTime(50)),
            [14, 0, 0, 0, 0, 0, 0]
        );
    }

    #[test]
    fn a_bar_holds_whatever_passes_find() {
        let (shape, mut causes) = (ShapeId(0), Causes::default());
        causes.reset(1);
        causes.bar(shape, SimTime(10), Some(Cause::Key));
        causes.learn(shape, SimTime(20), Cause::Capacity);
        assert_eq!(causes.barred(shape), Some(Cause::Key));
        // What was found meanwhile holds once the bar is lifted.
        causes.bar(shape, SimTime(50), None);
        assert_eq!(causes.barred(shape), None);
        let read = causes.read_all(shape, SimTime(57));
        let causes = [Cause::Order, Cause::Key, Cause::Capacity];
        assert_eq!(causes.map(|cause| read[cause]), [10, 40, 7]);
    }
}
