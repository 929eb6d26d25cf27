//! Hours in which people work, and how long something takes that is done only then.

use super::{SimTime, Span};

const DAY: u64 = 86_400_000;
const WEEK: u64 = 7 * DAY;

/// Hours in which people work: the same each week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingHours {
    /// From when until when, in milliseconds into the week from Monday 00:00, ascending and apart; empty is around the
    /// clock.
    spans: Vec<(u64, u64)>,
    /// Milliseconds into the week at time zero.
    offset: u64,
}

impl WorkingHours {
    /// The same hours on these days (0 is Monday), in milliseconds into the day; those that end before they begin end on
    /// the next day. At time zero the clock stands at `offset` milliseconds into its week.
    pub fn weekly(days: &[u64], (from, to): (u64, u64), offset: u64) -> Self {
        let mut spans = Vec::new();
        for &day in days {
            let begin = day * DAY + from;
            let end = if to <= from {
                (day + 1) * DAY + to
            } else {
                day * DAY + to
            };
            if end <= WEEK {
                spans.push((begin, end));
            } else {
                spans.push((begin, WEEK));
                spans.push((0, end - WEEK));
            }
        }
        spans.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::new();
        for (begin, end) in spans {
            match joined.last_mut() {
                Some((_, last)) if begin <= *last => *last = end.max(*last),
                _ if begin < end => joined.push((begin, end)),
                _ => {}
            }
        }
        let around = joined == [(0, WEEK)];
        Self {
            spans: if around { Vec::new() } else { joined },
            offset: offset % WEEK,
        }
    }

    /// Whether people work around the clock.
    pub const fn are_around_the_clock(&self) -> bool {
        self.spans.is_empty()
    }

    /// When something is done that begins at `from` and takes `work` of working time. What takes no time is done when
    /// somebody is there.
    pub fn done(&self, from: SimTime, work: Span) -> SimTime {
        if self.spans.is_empty() || from == SimTime::NEVER {
            return from + work;
        }
        let in_week: u64 = self.spans.iter().map(|(begin, end)| end - begin).sum();
        let (mut weeks, mut left) = (work.0 / in_week, work.0 % in_week);
        if left == 0 && weeks > 0 {
            // The last moment of a working week, not the first of the next.
            weeks -= 1;
            left = in_week;
        }
        let start = from.0.saturating_add(self.offset);
        let monday = start - start % WEEK;
        let mut now = start % WEEK;
        let mut week = monday.saturating_add(weeks.saturating_mul(WEEK));
        loop {
            for &(begin, end) in &self.spans {
                let begin = begin.max(now);
                if begin < end {
                    if left <= end - begin {
                        let at = week.saturating_add(begin + left);
                        return SimTime(at.saturating_sub(self.offset));
                    }
                    left -= end - begin;
                }
            }
            now = 0;
            week = week.saturating_add(WEEK);
            if week >= SimTime::NEVER.0 - WEEK {
                return SimTime::NEVER;
            }
        }
    }

    /// How much working time lies between two instants.
    pub fn between(&self, from: SimTime, to: SimTime) -> Span {
        if self.spans.is_empty() {
            return to.since(from);
        }
        let upto = |at: SimTime| {
            let at = at.0.saturating_add(self.offset);
            let in_week: u64 = self.spans.iter().map(|(begin, end)| end - begin).sum();
            let part = at % WEEK;
            let spans = self.spans.iter();
            let rest: u64 = spans
                .map(|&(begin, end)| part.clamp(begin, end) - begin)
                .sum();
            at / WEEK * in_week + rest
        };
        Span(upto(to) - upto(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    /// Monday to Friday, 8 to 18; time zero is Monday 00:00.
    fn office() -> WorkingHours {
        WorkingHours::weekly(&[0, 1, 2, 3, 4], (8 * HOUR, 18 * HOUR), 0)
    }

    #[test]
    fn what_begins_at_night_goes_on_in_the_morning() {
        let office = office();
        let done =
            |from: u64, work: u64| office.done(SimTime(from * HOUR), Span(work * HOUR)).0 / HOUR;
        // Monday 2:00, an hour: 9:00. From 17:00 two hours: one today, one tomorrow.
        assert_eq!(done(2, 1), 9);
        assert_eq!(done(17, 2), 24 + 9);
        // No time at all is done when somebody is there; and at once, where somebody is.
        assert_eq!((done(2, 0), done(9, 0)), (8, 9));
        // Friday 17:00, two hours: Monday 9:00. Fifty hours are a working week: from Wednesday noon to Wednesday noon.
        assert_eq!(done(4 * 24 + 17, 2), 7 * 24 + 9);
        assert_eq!(done(2 * 24 + 12, 50), 9 * 24 + 12);
        assert_eq!(done(8, 50), 4 * 24 + 18);
        // Around the clock nothing is waited for.
        let always = WorkingHours::default();
        assert_eq!(always.done(SimTime(5), Span(7)), SimTime(12));
    }

    #[test]
    fn clocks_differ_and_nights_reach_over_midnight() {
        // Time zero is Sunday 23:00; nights from 22:00 to 2:00 on Sundays reach into Monday.
        let nights = WorkingHours::weekly(&[6], (22 * HOUR, 2 * HOUR), 6 * DAY + 23 * HOUR);
        assert_eq!(nights.done(SimTime(0), Span(3 * HOUR)), SimTime(3 * HOUR));
        let next = WEEK - HOUR;
        assert_eq!(
            nights.done(SimTime(0), Span(4 * HOUR)),
            SimTime(next + HOUR)
        );
        let all = WorkingHours::weekly(&[0, 1, 2, 3, 4, 5, 6], (0, 0), 0);
        assert!(all.are_around_the_clock());
    }

    /// Working time between the beginning and the end of something is what it took.
    #[test]
    fn what_lies_between_is_what_was_worked() {
        let office = office();
        for from in 0..200 {
            for work in [1, 5, 10, 49, 50, 51, 123] {
                let from = SimTime(from * HOUR + 1_234_567);
                let done = office.done(from, Span(work * HOUR));
                assert_eq!(office.between(from, done), Span(work * HOUR));
            }
        }
    }
}
