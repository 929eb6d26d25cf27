//! Why each shape of request waits, and for how long it has been so: one odometer for each cause.

use crate::journal::{Cause, Waits};
use crate::units::{ShapeId, SimTime};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Odometer {
    cause: Cause,
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
}

impl Causes {
    /// Starts again for so many shapes.
    pub fn reset(&mut self, shapes: usize) {
        self.odometers.clear();
        let fresh = Odometer {
            cause: Cause::Order,
            since: SimTime::ZERO,
            passed: Waits::default(),
        };
        self.odometers.resize(shapes, fresh);
        self.seen.clear();
        self.seen.resize(shapes, 0);
        self.marked.clear();
        self.marked.reserve(shapes);
        self.pass = 0;
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
        if cause != Cause::Order && self.odometers[shape.index()].cause == Cause::Order {
            self.marked.push(shape);
        }
        if cause == Cause::Order {
            self.marked.retain(|&marked| marked != shape);
        }
        self.set(shape, now, cause);
    }

    /// No pool has room for the shape: if it waited for its turn so far, it waits for capacity from now on.
    pub fn fill_up(&mut self, shape: ShapeId, now: SimTime) {
        if self.odometers[shape.index()].cause == Cause::Order {
            self.learn(shape, now, Cause::Capacity);
        }
    }

    fn set(&mut self, shape: ShapeId, now: SimTime, cause: Cause) {
        let odometer = &mut self.odometers[shape.index()];
        if odometer.cause != cause {
            odometer.passed[odometer.cause] += now.since(odometer.since).0;
            odometer.since = now;
            odometer.cause = cause;
        }
    }

    /// The readings of a shape at `now`.
    #[inline]
    pub fn read(&self, shape: ShapeId, now: SimTime) -> Waits {
        let odometer = &self.odometers[shape.index()];
        let mut reading = odometer.passed;
        reading[odometer.cause] += now.since(odometer.since).0;
        reading
    }

    /// What passed between an earlier reading and now.
    pub fn since(&self, shape: ShapeId, now: SimTime, earlier: Waits) -> Waits {
        let mut waits = self.read(shape, now);
        for (now, before) in waits.0.iter_mut().zip(earlier.0) {
            *now = now.wrapping_sub(before);
        }
        waits
    }

    /// The reading from which `since` counts on where so much was waited already.
    pub fn resume(&self, shape: ShapeId, now: SimTime, waited: Waits) -> Waits {
        self.since(shape, now, waited)
    }
}
