//! Windows: hours in which work of a class may start in a pool, and what becomes of what still runs at their end.

use crate::units::{ClassId, PoolId, SimTime, Span, WorkingHours};

/// More windows than there are bits to tell which are open.
pub const WINDOWS_MAX: usize = 64;

/// What becomes of work that must leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teardown {
    /// It runs on to its own end.
    Finish,
    /// It writes a checkpoint and waits again.
    Checkpoint,
    /// It stops at once and loses what no checkpoint holds.
    Stop,
}

impl Teardown {
    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Checkpoint => "checkpoint",
            Self::Stop => "stop",
        }
    }
}

/// One window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartWindow {
    /// Its name.
    pub name: String,
    /// Classes that it is for, ascending.
    pub classes: Vec<ClassId>,
    /// Pools where it holds, ascending.
    pub pools: Vec<PoolId>,
    /// When it is open.
    pub hours: WorkingHours,
    /// What becomes of what still runs at its end.
    pub teardown: Teardown,
    /// How long before its end nothing starts any more.
    pub lead: Span,
}

impl StartWindow {
    /// Whether it is about work of a class in a pool.
    pub fn is_about(&self, class: ClassId, pool: PoolId) -> bool {
        self.classes.binary_search(&class).is_ok() && self.pools.binary_search(&pool).is_ok()
    }

    /// Whether work may start at an instant: it is open, and its end is further away than its lead.
    pub fn admits(&self, at: SimTime) -> bool {
        self.hours.contain(at) && self.hours.next_edge(at) > at + self.lead
    }

    /// The first instant after this one at which it opens, closes, or lets nothing start any more.
    pub fn next_change(&self, after: SimTime) -> SimTime {
        let edge = self.hours.next_edge(after);
        if edge == SimTime::NEVER || !self.hours.contain(after) {
            return edge;
        }
        let last_start = SimTime(edge.0.saturating_sub(self.lead.0));
        if after < last_start { last_start } else { edge }
    }

    /// The longest time for which anything that starts in it can run before it must leave.
    pub fn longest_run(&self) -> Span {
        let told = match self.teardown {
            Teardown::Checkpoint => self.lead,
            Teardown::Finish | Teardown::Stop => Span::ZERO,
        };
        Span(self.hours.longest().0.saturating_sub(told.0))
    }
}

/// All windows; a class that none is about may start at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartWindows {
    /// All of them, in the order of the scenario; at most [`WINDOWS_MAX`].
    pub list: Vec<StartWindow>,
}

impl StartWindows {
    /// Whether there are any.
    #[inline]
    pub const fn are_used(&self) -> bool {
        !self.list.is_empty()
    }

    /// The windows about work of a class in a pool, a bit for each; none if it may start at any time.
    pub fn about(&self, class: ClassId, pool: PoolId) -> u64 {
        self.bits(|window| window.is_about(class, pool))
    }

    /// Whether work of a class may be in a pool while these windows let it.
    pub fn lets(&self, open: u64, class: ClassId, pool: PoolId) -> bool {
        let about = self.about(class, pool);
        about == 0 || about & open != 0
    }

    /// Which windows let work start at an instant, a bit for each.
    pub fn admitting(&self, at: SimTime) -> u64 {
        self.bits(|window| window.admits(at))
    }

    /// Which windows are open at an instant, a bit for each.
    pub fn open(&self, at: SimTime) -> u64 {
        self.bits(|window| window.hours.contain(at))
    }

    /// The first instant after this one at which any of them changes.
    pub fn next_change(&self, after: SimTime) -> SimTime {
        let changes = self.list.iter().map(|window| window.next_change(after));
        changes.min().unwrap_or(SimTime::NEVER)
    }

    fn bits(&self, holds: impl Fn(&StartWindow) -> bool) -> u64 {
        let windows = self.list.iter().enumerate();
        windows
            .filter(|(_, window)| holds(window))
            .fold(0, |bits, (index, _)| bits | 1 << index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn nights(teardown: Teardown) -> StartWindow {
        StartWindow {
            name: "nights".to_owned(),
            classes: vec![ClassId(1)],
            pools: vec![PoolId(0)],
            hours: WorkingHours::weekly(&[0, 1, 2, 3, 4, 5, 6], (20 * HOUR, 6 * HOUR), 0),
            teardown,
            lead: Span(HOUR),
        }
    }

    #[test]
    fn a_window_changes_when_it_opens_when_nothing_starts_any_more_and_when_it_closes() {
        let window = nights(Teardown::Checkpoint);
        let mut at = SimTime(0);
        let mut changes = Vec::new();
        for _ in 0..5 {
            at = window.next_change(at);
            changes.push((at.0 / HOUR, window.hours.contain(at), window.admits(at)));
        }
        // It is open at first; the last start is before 5:00, the end at 6:00, and it opens at 20:00 again.
        let expected = [
            (5, true, false),
            (6, false, false),
            (20, true, true),
            (29, true, false),
            (30, false, false),
        ];
        assert_eq!(changes, expected);
        // Ten hours, of which what writes a checkpoint runs nine.
        assert_eq!(window.longest_run(), Span(9 * HOUR));
        assert_eq!(nights(Teardown::Stop).longest_run(), Span(10 * HOUR));
    }

    #[test]
    fn windows_of_one_class_add_up() {
        let all = StartWindows {
            list: vec![
                nights(Teardown::Finish),
                StartWindow {
                    hours: WorkingHours::weekly(&[5], (0, 24 * HOUR), 0),
                    lead: Span::ZERO,
                    ..nights(Teardown::Stop)
                },
            ],
        };
        let (class, pool) = (ClassId(1), PoolId(0));
        assert_eq!(all.about(class, pool), 0b11);
        // Saturday noon is of the second alone, Saturday 21:00 of both, Monday noon of neither.
        let saturday = 5 * 24;
        assert_eq!(all.open(SimTime((saturday + 12) * HOUR)), 0b10);
        assert_eq!(all.open(SimTime((saturday + 21) * HOUR)), 0b11);
        assert!(!all.lets(all.open(SimTime(12 * HOUR)), class, pool));
        // Other classes and other pools are free.
        assert!(all.lets(0, ClassId(0), pool) && all.lets(0, class, PoolId(1)));
    }
}
