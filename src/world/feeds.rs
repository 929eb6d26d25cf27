//! Jobs that read while they run: how much each has read, and how long it was starved.
//!
//! A job that reads at its full rate runs at its full speed; at a part of it, it runs at that part. Between two
//! changes of its share everything is linear, so a stretch is a few points and needs no events. The clock of its
//! checkpoints goes on while it is starved, and it keeps its share while it restarts or writes.

use crate::model::Rhythm;
use crate::units::{Bandwidth, Bytes, SimTime, Span};

use super::job::Slot;

/// How long a job was starved, by what kept its data from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Starved {
    /// The storage that it reads from.
    pub storage: Span,
    /// Links on the way.
    pub link: Span,
}

/// What kept a job from reading as fast as it could.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shortage {
    /// The storage that it reads from.
    #[default]
    Storage,
    /// A link on the way.
    Link,
}

/// How far a job had got after so much running since its restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Point {
    /// Running, starved or not.
    run: Span,
    /// Thousandths of bytes that it read.
    read: u128,
    /// Thousandths of bytes that it would have read but for links.
    missed: u128,
}

/// One job that reads, from the beginning of a stretch of running to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Feeding {
    /// By which it is among all that moves.
    pub(super) transfer: u32,
    /// How fast it reads unless it is starved.
    demand: Bandwidth,
    /// When its work began (or will, after its restart).
    from: SimTime,
    rhythm: Rhythm,
    rate: Bandwidth,
    shortage: Shortage,
    /// Where its share changed; between two of them it changed nowhere that anybody asks about.
    points: Vec<Point>,
    /// Thousandths of bytes that it read before it came upon the route that it is on.
    paid: u128,
}

impl Feeding {
    pub(super) fn new(transfer: u32, demand: Bandwidth, from: SimTime, rhythm: Rhythm) -> Self {
        Self {
            transfer,
            demand,
            from,
            rhythm,
            rate: Bandwidth(0),
            shortage: Shortage::Storage,
            points: vec![Point::default()],
            paid: 0,
        }
    }

    fn last(&self) -> Point {
        self.points.last().copied().unwrap_or_default()
    }

    /// How far it has got.
    pub(super) fn at(&self, now: SimTime) -> Point {
        let last = self.last();
        let run = self.rhythm.cut(now.since(self.from)).run;
        let more = Span(run.0.saturating_sub(last.run.0));
        let missed = match self.shortage {
            Shortage::Storage => 0,
            Shortage::Link => Bandwidth(self.demand.0 - self.rate.0).moves(more),
        };
        Point {
            run: last.run + more,
            read: last.read + self.rate.moves(more),
            missed: last.missed + missed,
        }
    }

    /// How far it had got when it had run for so long.
    pub(super) fn at_run(&self, now: SimTime, run: Span) -> Point {
        let end = self.at(now);
        let next = self.points.iter().position(|point| run <= point.run);
        let after = next.map_or(end, |next| self.points[next]);
        let before = match next {
            Some(0) => Point::default(),
            Some(next) => self.points[next - 1],
            None => self.last(),
        };
        let whole = u128::from(after.run.0 - before.run.0);
        if whole == 0 || after.run <= run {
            return after;
        }
        let part = u128::from(run.0 - before.run.0);
        Point {
            run,
            read: before.read + (after.read - before.read) * part / whole,
            missed: before.missed + (after.missed - before.missed) * part / whole,
        }
    }

    /// It reads at another rate from now on. Returns whether that is news.
    fn change(&mut self, now: SimTime, rate: Bandwidth, shortage: Shortage) -> bool {
        if (self.rate, self.shortage) == (rate, shortage) {
            return false;
        }
        let point = self.at(now);
        let is_new = self.rate != rate;
        self.rate = rate;
        self.shortage = shortage;
        if point.run == self.last().run {
            return is_new;
        }
        // A point is kept if a checkpoint lies beside it: only there somebody may ask for what was before.
        if let [.., first, middle] = *self.points.as_slice() {
            let interval = self.rhythm.interval.0;
            let asked = first.run.0 / interval != (point.run.0 - 1) / interval;
            if !asked && middle.run != Span::ZERO {
                self.points.pop();
            }
        }
        self.points.push(point);
        is_new
    }

    /// When it will have done what takes so long at its full rate; never, as long as it reads nothing.
    pub(super) fn done_at(&self, full: Span) -> SimTime {
        let needed = self.demand.moves(full);
        let last = self.last();
        let left = needed.saturating_sub(last.read);
        match self.rate.span(left) {
            Some(more) => self.from + self.rhythm.wall(last.run + more),
            None if left == 0 => self.from + self.rhythm.wall(last.run),
            None => SimTime::NEVER,
        }
    }

    /// Running at full rate that does the same as all of it up to a point.
    pub(super) fn full(&self, point: Point) -> Span {
        Span((point.read / u128::from(self.demand.0)) as u64)
    }

    /// How long it was starved between two points.
    pub(super) fn starved(&self, before: Point, after: Point) -> Starved {
        let starved = |point: Point| point.run.0 - self.full(point).0;
        let all = starved(after) - starved(before);
        let links = |point: Point| point.missed.div_ceil(u128::from(self.demand.0)) as u64;
        let link = (links(after) - links(before)).min(all);
        Starved {
            storage: Span(all - link),
            link: Span(link),
        }
    }

    /// The bytes that it read since it came upon its route; they are not told again.
    fn take_unpaid(&mut self, now: SimTime) -> Bytes {
        let read = self.at(now).read;
        let bytes = (read - self.paid) / 1000;
        self.paid += bytes * 1000;
        Bytes(u64::try_from(bytes).unwrap_or(u64::MAX))
    }
}

/// All jobs that read while they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feeds {
    /// Whether any job ever reads while it runs: nothing here is looked at otherwise.
    used: bool,
    of_slot: Vec<Option<Feeding>>,
    /// Jobs whose end has to be expected anew, for whoever keeps the agenda.
    pub changed: Vec<Slot>,
}

impl Feeds {
    pub(super) fn reset(&mut self, used: bool) {
        self.used = used;
        self.of_slot.clear();
        self.changed.clear();
    }

    /// Whether any job ever reads while it runs.
    #[inline]
    pub const fn is_used(&self) -> bool {
        self.used
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Feeding> {
        self.of_slot.get(slot.0 as usize)?.as_ref()
    }

    pub(super) fn insert(&mut self, slot: Slot, feeding: Feeding) {
        let index = slot.0 as usize;
        if self.of_slot.len() <= index {
            self.of_slot.resize(index + 1, None);
        }
        self.of_slot[index] = Some(feeding);
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        if let Some(feeding) = self.of_slot.get_mut(slot.0 as usize) {
            *feeding = None;
        }
    }

    /// The share of a job changes.
    pub(super) fn change(&mut self, slot: Slot, now: SimTime, rate: Bandwidth, why: Shortage) {
        if let Some(Some(feeding)) = self.of_slot.get_mut(slot.0 as usize)
            && feeding.change(now, rate, why)
        {
            self.changed.push(slot);
        }
    }

    /// The bytes that a job read since it came upon its route; they are not told again.
    pub(super) fn take_unpaid(&mut self, slot: Slot, now: SimTime) -> Bytes {
        match self.of_slot.get_mut(slot.0 as usize) {
            Some(Some(feeding)) => feeding.take_unpaid(now),
            _ => Bytes(0),
        }
    }

    /// When a job that reads will have done what takes so long at its full rate; `None` if it does not read.
    pub fn done_at(&self, slot: Slot, full: Span) -> Option<SimTime> {
        self.get(slot).map(|feeding| feeding.done_at(full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURLY: Rhythm = Rhythm {
        interval: Span(60),
        write: Span(5),
        verify: Span::ZERO,
    };

    fn fed(rhythm: Rhythm) -> Feeding {
        let mut feeding = Feeding::new(0, Bandwidth(10), SimTime(100), rhythm);
        feeding.change(SimTime(100), Bandwidth(10), Shortage::Storage);
        feeding
    }

    #[test]
    fn half_the_rate_is_half_the_speed() {
        let mut feeding = fed(Rhythm::NONE);
        assert_eq!(feeding.done_at(Span(100)), SimTime(200));
        // 40 at full rate, then 30 at half of it (15 done), for want of a link; 45 are left.
        assert!(feeding.change(SimTime(140), Bandwidth(5), Shortage::Link));
        assert_eq!(feeding.done_at(Span(100)), SimTime(140 + 120));
        assert!(feeding.change(SimTime(170), Bandwidth(10), Shortage::Storage));
        assert_eq!(feeding.done_at(Span(100)), SimTime(170 + 45));
        let end = feeding.at(SimTime(215));
        assert_eq!(feeding.full(end), Span(100));
        let starved = feeding.starved(Point::default(), end);
        assert_eq!((starved.storage, starved.link), (Span::ZERO, Span(15)));
        assert!(feeding.change(SimTime(180), Bandwidth(0), Shortage::Storage));
        assert_eq!(feeding.done_at(Span(100)), SimTime::NEVER);
    }

    #[test]
    fn what_a_checkpoint_held_is_known_however_often_the_share_changed() {
        // The rate falls to 5 at 130 (30 run) and is 10 again at 196 (60 run at 160, 5 written, 91 run at 196).
        let mut feeding = fed(HOURLY);
        for (at, rate) in [(130, 5), (140, 4), (150, 5), (196, 10), (210, 5)] {
            feeding.change(SimTime(at), Bandwidth(rate), Shortage::Storage);
        }
        // 30 × 10 + 10 × 5 + 10 × 4 + 10 × 5 = 440 when it had run for 60.
        let point = feeding.at_run(SimTime(230), Span(60));
        assert_eq!((point.run, point.read), (Span(60), 440));
        assert_eq!(feeding.full(point), Span(44));
        assert_eq!(feeding.at_run(SimTime(230), Span::ZERO), Point::default());
        assert_eq!(feeding.at_run(SimTime(230), Span(120)).run, Span(120));
    }

    #[test]
    fn few_points_are_kept() {
        let mut feeding = fed(HOURLY);
        let mut by_hand = 0;
        for at in 0..1_000u64 {
            let rate = 3 + at % 5;
            feeding.change(SimTime(100 + at), Bandwidth(rate), Shortage::Storage);
            // One millisecond of each 65 in the last five of which it writes.
            by_hand += if at % 65 < 60 { rate } else { 0 };
        }
        assert_eq!(feeding.at(SimTime(1_100)).read, u128::from(by_hand));
        // 15 checkpoints, and no more than two points for each.
        assert!(feeding.points.len() <= 34, "{}", feeding.points.len());
    }
}
