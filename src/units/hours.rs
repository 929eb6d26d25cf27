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

    /// From when until when, in milliseconds into the week from Monday 00:00, ascending; none is around the clock.
    pub fn spans(&self) -> &[(u64, u64)] {
        &self.spans
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

    /// Whether an instant lies within them; the end of a stretch does not.
    pub fn contain(&self, at: SimTime) -> bool {
        let in_week = at.0.saturating_add(self.offset) % WEEK;
        let within = |&(begin, end): &(u64, u64)| begin <= in_week && in_week < end;
        self.spans.is_empty() || self.spans.iter().any(within)
    }

    /// The first instant after this one at which a stretch begins or ends; never, around the clock.
    pub fn next_edge(&self, after: SimTime) -> SimTime {
        let at = after.0.saturating_add(self.offset);
        let (week, in_week) = (at - at % WEEK, at % WEEK);
        let is_open = self.contain(after);
        let edges = self.spans.iter().flat_map(|&(begin, end)| [begin, end]);
        // What ends with the week may go on with the next, and then nothing changes there.
        let edges = edges.flat_map(|edge| [edge, edge + WEEK, edge + 2 * WEEK]);
        let changes = edges
            .filter(|&edge| in_week < edge)
            .map(|edge| SimTime((week.saturating_add(edge)).saturating_sub(self.offset)))
            .filter(|&edge| self.contain(edge) != is_open);
        changes.min().unwrap_or(SimTime::NEVER)
    }

    /// The longest stretch without a break; around the clock it has no end.
    pub fn longest(&self) -> Span {
        let mut longest = 0;
        for &(begin, end) in &self.spans {
            let next = self.spans.first().filter(|_| end == WEEK);
            let more = next.map_or(0, |&(first, last)| if first == 0 { last } else { 0 });
            longest = longest.max(end - begin + more);
        }
        if self.spans.is_empty() {
            Span(u64::MAX)
        } else {
            Span(longest)
        }
    }

    /// How much of a week they are.
    pub fn in_week(&self) -> Span {
        if self.spans.is_empty() {
            return Span(WEEK);
        }
        Span(self.spans.iter().map(|(begin, end)| end - begin).sum())
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

    #[test]
    fn edges_are_where_stretches_begin_and_end() {
        let office = office();
        let edge = |after: u64| office.next_edge(SimTime(after * HOUR)).0 / HOUR;
        // Monday 8:00 and 18:00; Friday's end is followed by next Monday's beginning.
        assert_eq!((edge(0), edge(8), edge(17), edge(18)), (8, 18, 18, 32));
        assert_eq!(edge(4 * 24 + 18), 7 * 24 + 8);
        assert!(office.contain(SimTime(8 * HOUR)) && !office.contain(SimTime(18 * HOUR)));
        assert_eq!(
            (office.longest(), office.in_week()),
            (Span(10 * HOUR), Span(50 * HOUR))
        );
        // Sunday's night goes on into Monday: one stretch of 10 h, without an edge at midnight.
        let nights = WorkingHours::weekly(&[0, 6], (22 * HOUR, 8 * HOUR), 0);
        assert_eq!(nights.longest(), Span(10 * HOUR));
        let at = |hours: u64| nights.next_edge(SimTime(hours * HOUR)).0 / HOUR;
        assert_eq!(
            (at(0), at(6 * 24 + 22), at(6 * 24 + 23)),
            (8, 7 * 24 + 8, 7 * 24 + 8)
        );
        let always = WorkingHours::default();
        assert_eq!(always.next_edge(SimTime(3)), SimTime::NEVER);
        assert!(always.contain(SimTime(3)));
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
