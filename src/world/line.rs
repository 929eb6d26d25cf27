//! The waiting line: one order over all jobs, kept by shape of request.
//!
//! Jobs of one shape fit or do not fit together, so a pass looks at the heads of the shapes and never walks
//! over jobs that cannot start.

use crate::units::{ShapeId, Span};

use super::blocks::{Blocks, Place, Weigh};
use super::job::Slot;

/// A place behind all others: the head of an empty queue.
pub const NOWHERE: Place = Place::LAST;

/// The head of an empty queue.
const NOBODY: Slot = Slot(u32::MAX);

/// One waiting job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which job.
    pub slot: Slot,
    /// How long it asked to run, less what is done, in reference ms.
    pub requested: Span,
}

impl Weigh for Waiting {
    const NONE: u64 = u64::MAX;
    fn with(summary: u64, entry: &Self) -> u64 {
        summary.min(entry.requested.0)
    }
    fn without(summary: u64, entry: &Self) -> Option<u64> {
        (summary < entry.requested.0).then_some(summary)
    }
}

/// The line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    queues: Vec<Blocks<Place, Waiting>>,
    heads: Vec<Place>,
    /// Who stands at each head.
    head_slots: Vec<Slot>,
    /// One bit for each shape of which somebody waits.
    occupied: Vec<u64>,
    len: u64,
    next_back: i64,
    next_front: i64,
}

impl Line {
    /// Starts again, empty, for so many shapes.
    pub fn reset(&mut self, shapes: usize) {
        self.queues.resize_with(shapes, Blocks::default);
        for queue in &mut self.queues {
            queue.prepare(NOWHERE);
        }
        self.heads.clear();
        self.heads.resize(shapes, NOWHERE);
        self.head_slots.clear();
        self.head_slots.resize(shapes, NOBODY);
        self.occupied.clear();
        self.occupied.resize(shapes.div_ceil(64), 0);
        self.len = 0;
        self.next_back = 0;
        self.next_front = -1;
    }

    /// Room for so many jobs of each shape.
    pub fn reserve(&mut self, of_shape: &[u32]) {
        for (queue, &jobs) in self.queues.iter_mut().zip(of_shape) {
            queue.reserve(jobs as usize);
        }
    }

    /// How many jobs wait.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether nobody waits.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A sequence number behind all that were given.
    pub fn sequence_back(&mut self) -> i64 {
        self.next_back += 1;
        self.next_back - 1
    }

    /// A sequence number before all that were given.
    pub fn sequence_front(&mut self) -> i64 {
        self.next_front -= 1;
        self.next_front + 1
    }

    /// A job joins at `place`.
    pub fn join(&mut self, shape: ShapeId, place: Place, waiting: Waiting) {
        let index = shape.index();
        self.queues[index].insert(place, waiting);
        if place < self.heads[index] {
            if self.heads[index] == NOWHERE {
                self.occupied[index >> 6] |= 1 << (index & 63);
            }
            self.heads[index] = place;
            self.head_slots[index] = waiting.slot;
        }
        self.len += 1;
    }

    /// A job leaves.
    pub fn leave(&mut self, shape: ShapeId, place: Place) {
        let index = shape.index();
        let left = self.queues[index].remove(place);
        debug_assert!(left.is_some(), "a job that was not in the line left it");
        self.len -= 1;
        if place == self.heads[index] {
            (self.heads[index], self.head_slots[index]) = self.queues[index]
                .first()
                .map_or((NOWHERE, NOBODY), |(place, next)| (place, next.slot));
            if self.heads[index] == NOWHERE {
                self.occupied[index >> 6] &= !(1 << (index & 63));
            }
        }
    }

    /// The place of the first job of a shape; [`NOWHERE`] if none waits.
    pub fn head_place(&self, shape: ShapeId) -> Place {
        self.heads[shape.index()]
    }

    /// The first job of a shape.
    pub fn head(&self, shape: ShapeId) -> Option<(Place, Waiting)> {
        self.queues[shape.index()].first()
    }

    /// The job of a shape that stands at `place`; someone must stand there.
    pub fn slot_at(&self, shape: ShapeId, place: Place) -> Slot {
        if self.heads[shape.index()] == place {
            return self.head_slots[shape.index()];
        }
        let found = self.queues[shape.index()].at(place);
        found.map_or(NOBODY, |(_, waiting)| waiting.slot)
    }

    /// The jobs of one shape.
    pub fn queue(&self, shape: ShapeId) -> &Blocks<Place, Waiting> {
        &self.queues[shape.index()]
    }

    /// The shapes of which somebody waits, ascending (so by gang size).
    pub fn shapes(&self) -> impl Iterator<Item = ShapeId> + '_ {
        self.occupied
            .iter()
            .enumerate()
            .flat_map(|(word, &bits)| Bits { word, bits })
    }

    /// The first shape of which somebody waits, from `shape` on.
    pub fn shape_from(&self, shape: u32) -> Option<ShapeId> {
        let word = shape as usize >> 6;
        let &bits = self.occupied.get(word)?;
        let rest = bits & (u64::MAX << (shape & 63));
        if rest != 0 {
            return Bits { word, bits: rest }.next();
        }
        self.occupied[word + 1..]
            .iter()
            .enumerate()
            .find(|&(_, &bits)| bits != 0)
            .and_then(|(later, &bits)| {
                Bits {
                    word: word + 1 + later,
                    bits,
                }
                .next()
            })
    }

    /// The shape whose first job is first in the line, those in `but` left out.
    pub fn first_shape(&self, but: &[ShapeId]) -> Option<ShapeId> {
        let (mut first, mut place) = (None, NOWHERE);
        for (word, &occupied) in self.occupied.iter().enumerate() {
            let mut bits = occupied;
            while bits != 0 {
                let index = word << 6 | bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let head = self.heads[index];
                if head < place && (but.is_empty() || !but.contains(&ShapeId::from(index))) {
                    (first, place) = (Some(ShapeId::from(index)), head);
                }
            }
        }
        first
    }

    /// How many jobs stand before `place`.
    pub fn ahead_of(&self, place: Place) -> u64 {
        self.shapes()
            .map(|shape| self.queue(shape).count_before(place) as u64)
            .sum()
    }
}

/// The shapes of one word of the occupied bits.
struct Bits {
    word: usize,
    bits: u64,
}

impl Iterator for Bits {
    type Item = ShapeId;
    fn next(&mut self) -> Option<ShapeId> {
        if self.bits == 0 {
            return None;
        }
        let shape = self.word << 6 | self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(ShapeId::from(shape))
    }
}
