//! What will happen: a heap of packed keys. Cancelling is ignoring.

use crate::units::SimTime;

/// The kinds of event in the order in which one instant plays them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Rank {
    /// A job's work is done, or its time is up.
    Finish = 2,
    /// Instances of a gang are up.
    Booted = 3,
    /// A stopped job has written its checkpoint.
    Saved = 4,
    /// A published price changed.
    Price = 5,
    /// A job comes. Arrivals are on the tape, not in the heap.
    Arrival = 6,
    /// Somebody asked to be called.
    Wake = 7,
    /// An instance may have been idle for long enough.
    Release = 8,
}

/// An event: when, what kind, whose, and where that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// When.
    pub at: SimTime,
    /// What kind.
    pub rank: Rank,
    /// The stable order among events of one kind: the job, or the instance.
    pub id: u32,
    /// The slot of the job, or the pool.
    pub slot: u32,
    /// The attempt (or generation) it belongs to; of another one it is stale.
    pub attempt: u32,
}

/// Times up to 2⁴⁴ ms (557 years) and slots up to 2²⁸ are kept; both are bounded at load.
const AT_BITS: u32 = 44;
const SLOT_BITS: u32 = 28;
const ATTEMPT_BITS: u32 = 20;

/// An implicit heap in which every entry has four below it: half as deep as the usual one, and the four lie
/// side by side. Measured against the standard heap by `benches/main_job.rs`.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    heap: Vec<u128>,
}

impl Agenda {
    pub(super) fn clear(&mut self) {
        self.heap.clear();
    }

    /// Adds an event; one beyond the range of the clock never happens.
    pub(super) fn push(&mut self, event: Event) {
        // The very last instant is left out so that a bound after it can be told.
        if event.at.0 < (1 << AT_BITS) - 1 {
            self.heap.push(0);
            self.rise(self.heap.len() - 1, pack(event));
        }
    }

    /// When the next event is.
    pub(super) fn next_at(&self) -> Option<SimTime> {
        self.heap
            .first()
            .map(|key| SimTime((key >> (128 - AT_BITS)) as u64))
    }

    /// The next event if it comes before `bound`.
    pub(super) fn pop_before(&mut self, bound: Bound) -> Option<Event> {
        let &key = self.heap.first()?;
        if key >= bound.0 {
            return None;
        }
        if let Some(last) = self.heap.pop()
            && !self.heap.is_empty()
        {
            self.sink(last);
        }
        Some(unpack(key))
    }

    /// Whether the next event comes before `bound`.
    pub(super) fn is_due(&self, bound: Bound) -> bool {
        self.heap.first().is_some_and(|&key| key < bound.0)
    }

    /// Puts `key` where it belongs between `at` and the top.
    fn rise(&mut self, mut at: usize, key: u128) {
        while at > 0 {
            let above = (at - 1) / 4;
            if self.heap[above] <= key {
                break;
            }
            self.heap[at] = self.heap[above];
            at = above;
        }
        self.heap[at] = key;
    }

    /// Puts `key` where it belongs below the top, whose entry has left.
    fn sink(&mut self, key: u128) {
        let len = self.heap.len();
        let mut at = 0;
        loop {
            let below = at * 4 + 1;
            if below >= len {
                break;
            }
            let four = &self.heap[below..len.min(below + 4)];
            let mut least = 0;
            for other in 1..four.len() {
                least = if four[other] < four[least] {
                    other
                } else {
                    least
                };
            }
            if four[least] >= key {
                break;
            }
            self.heap[at] = four[least];
            at = below + least;
        }
        self.heap[at] = key;
    }

    /// All events, in no order.
    #[cfg(debug_assertions)]
    pub(super) fn iter(&self) -> impl Iterator<Item = Event> + '_ {
        self.heap.iter().map(|&key| unpack(key))
    }
}

/// A place in the order of events.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound(u128);

impl Bound {
    /// Before all events of `rank` at `at`.
    pub(super) const fn before(at: SimTime, rank: Rank) -> Self {
        Self((at.0 as u128) << (128 - AT_BITS) | (rank as u128) << 80)
    }

    /// After everything at `at`.
    pub(super) const fn after(at: SimTime) -> Self {
        Self((at.0 as u128 + 1) << (128 - AT_BITS))
    }
}

/// The low bits of an attempt, as an event keeps it.
pub(super) const fn attempt_bits(attempt: u32) -> u32 {
    attempt & ((1 << ATTEMPT_BITS) - 1)
}

fn pack(event: Event) -> u128 {
    debug_assert!(event.slot >> SLOT_BITS == 0);
    u128::from(event.at.0) << (128 - AT_BITS)
        | (event.rank as u128) << 80
        | u128::from(event.id) << 48
        | u128::from(event.slot) << ATTEMPT_BITS
        | u128::from(attempt_bits(event.attempt))
}

fn unpack(key: u128) -> Event {
    let rank = match (key >> 80) as u8 & 15 {
        2 => Rank::Finish,
        3 => Rank::Booted,
        4 => Rank::Saved,
        5 => Rank::Price,
        6 => Rank::Arrival,
        7 => Rank::Wake,
        _ => Rank::Release,
    };
    Event {
        at: SimTime((key >> (128 - AT_BITS)) as u64),
        rank,
        id: (key >> 48) as u32,
        slot: (key >> ATTEMPT_BITS) as u32 & ((1 << SLOT_BITS) - 1),
        attempt: key as u32 & ((1 << ATTEMPT_BITS) - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_is_played_by_kind_then_by_job() {
        let mut agenda = Agenda::default();
        let event = |at, rank, id| Event {
            at: SimTime(at),
            rank,
            id,
            slot: 9,
            attempt: 1_048_577,
        };
        for e in [
            event(5, Rank::Wake, 0),
            event(5, Rank::Finish, 7),
            event(5, Rank::Finish, 3),
        ] {
            agenda.push(e);
        }
        agenda.push(event(4, Rank::Release, u32::MAX));
        agenda.push(event(1 << 50, Rank::Finish, 1));
        assert_eq!(agenda.next_at(), Some(SimTime(4)));
        assert!(agenda.pop_before(Bound::after(SimTime(3))).is_none());
        let first = agenda.pop_before(Bound::after(SimTime(4))).unwrap();
        assert_eq!((first.id, first.slot, first.attempt), (u32::MAX, 9, 1));
        assert_eq!(
            agenda
                .pop_before(Bound::before(SimTime(5), Rank::Arrival))
                .map(|e| e.id),
            Some(3)
        );
        assert_eq!(
            agenda
                .pop_before(Bound::before(SimTime(5), Rank::Arrival))
                .map(|e| e.id),
            Some(7)
        );
        assert!(
            agenda
                .pop_before(Bound::before(SimTime(5), Rank::Arrival))
                .is_none()
        );
        assert_eq!(
            agenda.pop_before(Bound::after(SimTime(5))).map(|e| e.rank),
            Some(Rank::Wake)
        );
        assert!(agenda.pop_before(Bound::after(SimTime(5))).is_none());
    }
}
