//! What will happen: a heap of instants, and beside it what happens then. Cancelling is ignoring.

use crate::journal::JobState;
use crate::units::SimTime;
use crate::world::{Job, Slot};

/// The kinds of event in the order in which one instant plays them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Rank {
    /// Something broken works again.
    Restored = 0,
    /// A crew is done with a repair.
    Mended = 1,
    /// A job's work is done, or its time is up.
    Finish = 2,
    /// Instances of a gang are up.
    Booted = 3,
    /// A stopped job has written its checkpoint.
    Saved = 4,
    /// A provider says that it has no capacity.
    Answered = 5,
    /// Something that shares few crews breaks.
    Fault = 6,
    /// A running job crashes by itself.
    Crash = 7,
    /// The notice of a rented instance is over.
    Gone = 8,
    /// A published price changed. Price changes are on the tape, not in the heap.
    Price = 9,
    /// A job comes. Arrivals are on the tape, not in the heap.
    Arrival = 10,
    /// Somebody asked to be called.
    Wake = 11,
    /// A market that refused may be asked again.
    Retry = 12,
    /// An instance may have been idle for long enough.
    Release = 13,
    /// A transfer is there, unless its rate has changed since.
    Arrived = 14,
    /// What was fetched of a service before its outage serves no longer.
    Lapsed = 15,
    /// A job that lost a service has come to a checkpoint.
    Cut = 16,
    /// A job that holds what was replaced has come to a checkpoint.
    Rekeyed = 17,
    /// A job that started on a corrupted version fails.
    Spoiled = 18,
    /// A pull that uses no link is over.
    Pulled = 19,
    /// A pull that broke may be tried again.
    PullAgain = 20,
    /// A gang that goes on with fewer GPUs looks whether it may grow.
    Grow = 21,
    /// A job that outlived its credential cannot sync its checkpoint.
    Expired = 22,
    /// A rented instance fails.
    Died = 23,
    /// An attempt of a transform is over.
    Transformed = 24,
    /// A window opens, closes or lets nothing start any more.
    Window = 25,
    /// A job may have cost all that it may.
    Limit = 26,
    /// What could go on for a time against a rule cannot any longer.
    GraceOver = 27,
    /// The time of something that is kept may be over.
    Due = 28,
    /// A deletion is proven.
    Proven = 29,
    /// Marks are found in something that went out flawed.
    Found = 30,
}

/// An event: what kind, whose, and where that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    /// What kind.
    pub rank: Rank,
    /// The stable order among events of one kind: the job, or the instance.
    pub id: u32,
    /// The slot of the job, or the pool.
    pub slot: u32,
    /// The attempt (or generation) it belongs to; of another one it is stale.
    pub attempt: u32,
    /// How a job stands when its end has come; known when it begins, and not looked up again.
    pub state: JobState,
}

impl Event {
    /// What happens to the present attempt of a job.
    #[inline]
    pub(super) const fn of(rank: Rank, slot: Slot, job: &Job) -> Self {
        Self {
            rank,
            id: job.id.0,
            slot: slot.0,
            attempt: job.attempt,
            state: JobState::Running,
        }
    }
}

/// An entry of the heap is an instant (42 bits of milliseconds: 139 years) and the index of its event (up to
/// 2²² at once). What lies beyond the range of the clock never happens; events beyond the range of the index
/// have an agenda of their own.
const INDEX_BITS: u32 = 22;
const AT_MAX: u64 = (1 << (64 - INDEX_BITS)) - 1;

/// An implicit heap in which every entry has four below it: half as deep as the usual one, and the four lie
/// side by side. Measured against the standard heap by `benches/main_job.rs`.
#[derive(Clone, Debug)]
pub(super) struct Agenda {
    /// When the next event is: asked for several times in each instant.
    next: SimTime,
    heap: Vec<u64>,
    events: Vec<Event>,
    spare: Vec<u32>,
    /// What finds no room in this one.
    beyond: Option<Box<Agenda>>,
}

impl Default for Agenda {
    fn default() -> Self {
        Self {
            next: SimTime::NEVER,
            heap: Vec::new(),
            events: Vec::new(),
            spare: Vec::new(),
            beyond: None,
        }
    }
}

impl Agenda {
    pub(super) fn clear(&mut self) {
        self.next = SimTime::NEVER;
        self.heap.clear();
        self.events.clear();
        self.spare.clear();
        self.beyond = None;
    }

    /// Room for so many pending events, so that adding them asks for no memory.
    pub(super) fn reserve(&mut self, events: usize) {
        let events = events.min(1 << INDEX_BITS);
        self.heap.reserve(events.saturating_sub(self.heap.len()));
        self.events
            .reserve(events.saturating_sub(self.events.len()));
        self.spare.reserve(events.saturating_sub(self.spare.len()));
    }

    /// Adds an event.
    #[inline(never)]
    pub(super) fn push(&mut self, at: SimTime, event: Event) {
        self.add(
            at,
            event.rank,
            event.id,
            event.slot,
            event.attempt,
            event.state,
        );
    }

    /// As [`Agenda::push`], worked out where it is asked for. The event's parts are handed over one by one: an event
    /// that is put together in memory and copied from there at once as a whole makes the processor wait until all
    /// parts have arrived.
    #[expect(
        clippy::inline_always,
        reason = "measured: the end of each job is added here"
    )]
    #[inline(always)]
    pub(super) fn add(
        &mut self,
        at: SimTime,
        rank: Rank,
        id: u32,
        slot: u32,
        attempt: u32,
        state: JobState,
    ) {
        let event = Event {
            rank,
            id,
            slot,
            attempt,
            state,
        };
        if at.0 > AT_MAX {
            return;
        }
        self.next = self.next.min(at);
        let index = if let Some(index) = self.spare.pop() {
            self.events[index as usize] = event;
            index
        } else if self.events.len() >> INDEX_BITS == 0 {
            self.events.push(event);
            (self.events.len() - 1) as u32
        } else {
            self.beyond.get_or_insert_default().push(at, event);
            return;
        };
        self.heap.push(0);
        self.rise(self.heap.len() - 1, at.0 << INDEX_BITS | u64::from(index));
    }

    /// When the next event is; never, if there is none.
    #[inline]
    pub(super) fn next_at(&self) -> SimTime {
        self.next
    }

    /// Takes some event at `now` out, if there is one.
    #[expect(
        clippy::inline_always,
        reason = "measured: the end of each job is taken out here"
    )]
    #[inline(always)]
    pub(super) fn pop(&mut self, now: SimTime) -> Option<Event> {
        if self.next != now {
            return None;
        }
        let event = self.pop_here(now).or_else(|| self.pop_beyond(now));
        self.next = self.next_here();
        if let Some(beyond) = &self.beyond {
            self.next = self.next.min(beyond.next);
        }
        event
    }

    #[inline]
    fn next_here(&self) -> SimTime {
        self.heap
            .first()
            .map_or(SimTime::NEVER, |key| SimTime(key >> INDEX_BITS))
    }

    #[expect(clippy::inline_always, reason = "measured: as above")]
    #[inline(always)]
    fn pop_here(&mut self, now: SimTime) -> Option<Event> {
        if self.next_here() != now {
            return None;
        }
        let last = self.heap.pop()?;
        let key = match self.heap.first() {
            None => last,
            Some(&first) => {
                self.sink(last);
                first
            }
        };
        let index = key as u32 & ((1 << INDEX_BITS) - 1);
        self.spare.push(index);
        Some(self.events[index as usize])
    }

    #[cold]
    fn pop_beyond(&mut self, now: SimTime) -> Option<Event> {
        self.beyond.as_mut()?.pop(now)
    }

    /// Moves all events at `now` into `due`, behind what is there, and puts `due` into the order in which its
    /// events are played.
    pub(super) fn take_due(&mut self, now: SimTime, due: &mut Vec<Event>) {
        while let Some(event) = self.pop(now) {
            due.push(event);
        }
        due.sort_unstable();
    }

    /// Puts `key` where it belongs between `at` and the top.
    fn rise(&mut self, mut at: usize, key: u64) {
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
    #[inline]
    fn sink(&mut self, key: u64) {
        let heap = self.heap.as_mut_slice();
        let mut at = 0;
        loop {
            let below = at * 4 + 1;
            let Some(four) = heap.get(below..below + 4) else {
                break;
            };
            // The least is found among the values, and where it is beside that: to read it again from where it
            // is found would make each step wait for two more loads.
            let (left, right) = (four[0].min(four[1]), four[2].min(four[3]));
            let in_left = usize::from(four[1] < four[0]);
            let in_right = 2 + usize::from(four[3] < four[2]);
            let step = if right < left { in_right } else { in_left };
            let least = left.min(right);
            if least >= key {
                heap[at] = key;
                return;
            }
            heap[at] = least;
            at = below + step;
        }
        // The last group may have fewer than four.
        let below = at * 4 + 1;
        if let Some(least) = (below..heap.len()).min_by_key(|&index| heap[index])
            && heap[least] < key
        {
            heap[at] = heap[least];
            at = least;
        }
        heap[at] = key;
    }

    /// How many of all events are `wanted`.
    #[cfg(any(test, debug_assertions))]
    pub(super) fn count(&self, wanted: &impl Fn(Event) -> bool) -> usize {
        let mask = (1 << INDEX_BITS) - 1;
        let event = |&&key: &&u64| wanted(self.events[(key & mask) as usize]);
        let beyond = self.beyond.as_ref().map_or(0, |next| next.count(wanted));
        self.heap.iter().filter(event).count() + beyond
    }
}

#[cfg(test)]
mod tests;
