//! Checkpoints on their way home, in closed form: which of them has come, and how many bytes have left.
//!
//! A running job sends the newest checkpoint that is written, and the next one when that is home: what was written
//! meanwhile and is not the newest is never sent. Between two changes of its speed that is arithmetic, so no
//! checkpoint is an event.

use crate::model::Rhythm;
use crate::units::{Bandwidth, Bytes, PoolId, SimTime, SiteId, Span};

use super::job::Slot;

/// What a checkpoint holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Work, in reference ms.
    pub(super) done: u64,
    /// How many remembered stretches of running led to it.
    pub(super) runs: u32,
}

/// Which checkpoint is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// That number of the present stretch, from 1.
    Number(u64),
    /// One of an earlier stretch.
    Earlier(Mark),
}

/// A checkpoint on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sending {
    pub(super) what: What,
    /// Thousandths of bytes that have not left.
    pub(super) left: u128,
}

/// The present stretch of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Course {
    /// When its work began, or will.
    from: SimTime,
    rhythm: Rhythm,
    /// When it was told to stop.
    pub(super) until: SimTime,
    /// Up to when all is worked out.
    at: SimTime,
    speed: Bandwidth,
    /// The newest of its checkpoints that is home, from 1.
    pub(super) arrived: u64,
    /// The newest that was ever taken up.
    taken: u64,
    /// Thousandths of bytes that left, and of these what was told.
    total: u128,
    told: u128,
}

/// What becomes of the checkpoints of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Syncing {
    /// Where the newest checkpoint lies.
    pub(super) site: SiteId,
    /// The pool in which it was written.
    pub(super) pool: PoolId,
    /// Thousandths of bytes of one.
    size: u128,
    /// What is at home.
    pub(super) home: Mark,
    /// Since when anything is.
    pub(super) home_since: SimTime,
    pub(super) sending: Option<Sending>,
    /// What is to be sent after that.
    pub(super) next: Option<Mark>,
    /// By which transfer it moves.
    pub(super) transfer: Option<u32>,
    pub(super) course: Option<Course>,
    /// Whether what moves comes from home: the job holds its GPUs and cannot go on before.
    pub(super) fetching: bool,
}

impl Course {
    pub(super) const fn new(from: SimTime, rhythm: Rhythm, now: SimTime) -> Self {
        Self {
            from,
            rhythm,
            until: SimTime::NEVER,
            at: now,
            speed: Bandwidth(0),
            arrived: 0,
            taken: 0,
            total: 0,
            told: 0,
        }
    }

    /// How many checkpoints are written at an instant.
    fn written(&self, at: SimTime) -> u64 {
        if self.rhythm.is_none() {
            return 0;
        }
        at.min(self.until).since(self.from).0 / self.rhythm.cycle().0
    }

    /// When that checkpoint is written.
    fn written_at(&self, number: u64) -> SimTime {
        if self.rhythm.is_none() {
            return SimTime::NEVER;
        }
        self.from + Span(self.rhythm.cycle().0.saturating_mul(number))
    }

    /// When its first checkpoint was written, if one is.
    pub(super) fn first(&self, now: SimTime) -> Option<SimTime> {
        (self.written(now) > 0).then(|| self.written_at(1))
    }

    /// The mean rate at which checkpoints of this size come to be, in thousandths of bytes.
    pub(super) fn mean_rate(&self, size: u128) -> Bandwidth {
        if self.rhythm.is_none() {
            return Bandwidth(0);
        }
        let rate = size.div_ceil(u128::from(self.rhythm.cycle().0));
        Bandwidth(u64::try_from(rate).unwrap_or(u64::MAX))
    }
}

impl Syncing {
    pub(super) fn new((site, pool): (SiteId, PoolId), size: Bytes, done: u64) -> Self {
        Self {
            site,
            pool,
            size: u128::from(size.0) * 1000,
            home: Mark { done, runs: 0 },
            home_since: SimTime::NEVER,
            sending: None,
            next: None,
            transfer: None,
            course: None,
            fetching: false,
        }
    }

    /// Thousandths of bytes of one checkpoint.
    pub(super) const fn size(&self) -> u128 {
        self.size
    }

    /// A checkpoint is home.
    pub(super) fn arrive(&mut self, what: What, at: SimTime) {
        self.home_since = self.home_since.min(at);
        match (what, &mut self.course) {
            (What::Number(number), Some(course)) => course.arrived = number,
            (What::Number(_), None) => {}
            (What::Earlier(mark), _) => self.home = mark,
        }
    }

    /// Works out everything up to now.
    pub(super) fn advance(&mut self, now: SimTime) {
        let Some(mut course) = self.course else {
            return;
        };
        let mut at = course.at;
        while at <= now {
            let Some(sending) = self.sending else {
                if let Some(begin) = self.take_up(&mut course, at, now) {
                    at = begin;
                    continue;
                }
                break;
            };
            let end = match course.speed.span(sending.left) {
                Some(span) => at + span,
                None if sending.left == 0 => at,
                None => SimTime::NEVER,
            };
            if now < end {
                let moved = course.speed.moves(now.since(at)).min(sending.left);
                course.total += moved;
                self.sending = Some(Sending {
                    left: sending.left - moved,
                    ..sending
                });
                break;
            }
            course.total += sending.left;
            at = end;
            self.sending = None;
            self.course = Some(course);
            self.arrive(sending.what, at);
            course.arrived = self.course.map_or(0, |course| course.arrived);
            if course.arrived > 0 {
                at = self.skip(&mut course, at, now);
            }
        }
        course.at = now;
        self.course = Some(course);
    }

    /// Takes up what is to be sent next, and says from when on; `None` if there is nothing by now.
    fn take_up(&mut self, course: &mut Course, at: SimTime, now: SimTime) -> Option<SimTime> {
        let newest = course.written(at);
        let (what, at) = if course.taken < newest {
            self.next = None;
            course.taken = newest;
            (What::Number(newest), at)
        } else if let Some(mark) = self.next.take() {
            (What::Earlier(mark), at)
        } else {
            let begin = course.written_at(course.taken + 1);
            if now.min(course.until) < begin {
                return None;
            }
            course.taken += 1;
            (What::Number(course.taken), begin)
        };
        let left = self.size;
        self.sending = Some(Sending { what, left });
        Some(at)
    }

    /// Skips checkpoints that certainly come home before now, but for the last of them. Nothing is being sent.
    fn skip(&self, course: &mut Course, at: SimTime, now: SimTime) -> SimTime {
        let Some(each) = course.speed.span(self.size).filter(|each| each.0 > 0) else {
            return at;
        };
        let cycle = course.rhythm.cycle();
        if each <= cycle && course.taken == course.written(at) {
            // Each is home before the next is written.
            let last = course.written(now).saturating_sub(1);
            if course.taken < last {
                course.total += self.size * u128::from(last - course.taken);
                (course.taken, course.arrived) = (last, last);
                return course.written_at(last) + each;
            }
        } else if cycle < each && at < course.until && course.taken < course.written(at) {
            // There is always a newer one when the one before is home.
            let whole = now.min(course.until).since(at).0 / each.0;
            if let Some(skipped) = whole.checked_sub(1).filter(|&skipped| skipped > 0) {
                course.total += self.size * u128::from(skipped);
                let last = course.written(at + Span(each.0 * (skipped - 1)));
                (course.taken, course.arrived) = (last, last);
                return at + Span(each.0 * skipped);
            }
        }
        at
    }

    /// Checkpoints move at another speed from now on.
    pub(super) fn change(&mut self, now: SimTime, speed: Bandwidth) {
        self.advance(now);
        if let Some(course) = &mut self.course {
            course.speed = speed;
        }
    }

    /// The bytes that left while the job ran; they are not told again.
    pub(super) fn take_untold(&mut self, now: SimTime) -> Bytes {
        self.advance(now);
        let Some(course) = &mut self.course else {
            return Bytes(0);
        };
        let bytes = (course.total - course.told) / 1000;
        course.told += bytes * 1000;
        Bytes(u64::try_from(bytes).unwrap_or(u64::MAX))
    }
}

/// What becomes of the checkpoints of all jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Syncs {
    /// Whether checkpoints of any class go home: nothing here is looked at otherwise.
    used: bool,
    of_slot: Vec<Option<Syncing>>,
    /// How often a job went back to an older checkpoint because its newest had not come home.
    pub fell_back: u64,
}

impl Syncs {
    pub(super) fn reset(&mut self, used: bool) {
        self.used = used;
        self.of_slot.clear();
        self.fell_back = 0;
    }

    /// Whether checkpoints of any class go home.
    #[inline]
    pub const fn is_used(&self) -> bool {
        self.used
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Syncing> {
        self.of_slot.get(slot.0 as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Syncing> {
        self.of_slot.get_mut(slot.0 as usize)?.as_mut()
    }

    pub(super) fn insert(&mut self, slot: Slot, syncing: Syncing) {
        let index = slot.0 as usize;
        if self.of_slot.len() <= index {
            self.of_slot.resize(index + 1, None);
        }
        self.of_slot[index] = Some(syncing);
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        if let Some(syncing) = self.of_slot.get_mut(slot.0 as usize) {
            *syncing = None;
        }
    }

    /// All jobs whose checkpoints go home.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        let slots = self.of_slot.iter().enumerate();
        let used = slots.filter(|(_, syncing)| syncing.is_some());
        let slots: Vec<Slot> = used.map(|(index, _)| Slot(index as u32)).collect();
        slots.into_iter()
    }

    /// What a job sends moves at another speed from now on.
    pub(super) fn change(&mut self, slot: Slot, now: SimTime, speed: Bandwidth) {
        if let Some(syncing) = self.get_mut(slot) {
            syncing.change(now, speed);
        }
    }
}

#[cfg(test)]
mod tests;
