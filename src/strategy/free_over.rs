//! Free GPUs of a pool over the time to come, by estimates and announcements.

use crate::units::SimTime;
use crate::world::{Closure, PoolState};

/// Free GPUs of a pool from now on, as steps: `free[i]` holds from `at[i]` to `at[i + 1]`.
#[derive(Clone, Debug, Default)]
pub(super) struct FreeOver {
    at: Vec<u64>,
    free: Vec<u64>,
    /// Maintenance that is announced.
    closures: Vec<Closure>,
}

impl FreeOver {
    /// Room for so many steps.
    pub(super) fn reserve(&mut self, steps: usize) {
        self.at.reserve(steps.saturating_sub(self.at.len()));
        self.free.reserve(steps.saturating_sub(self.free.len()));
    }

    /// What is free now, and what will come free by the estimates.
    pub(super) fn fill(&mut self, now: SimTime, state: &PoolState, per_node: u32) {
        self.at.clear();
        self.free.clear();
        self.at.push(now.0);
        self.free.push(state.free);
        for (end, release) in state.profile.iter() {
            let last = self.at.len() - 1;
            let free = self.free[last] + u64::from(release.gpus);
            if self.at[last] == end.0 {
                self.free[last] = free;
            } else {
                self.at.push(end.0);
                self.free.push(free);
            }
        }
        self.closures.clear();
        if state.has_windows() {
            self.fill_in_windows(now, state, per_node);
        }
    }

    /// What maintenance will give back, and what it takes from whom it would meet.
    fn fill_in_windows(&mut self, now: SimTime, state: &PoolState, per_node: u32) {
        for (at, gpus) in state.given_back(now) {
            let from = self.cut(at.0);
            for free in &mut self.free[from..] {
                *free += gpus;
            }
        }
        self.closures.extend(state.closures(now, per_node));
    }

    /// The fewest GPUs that are free at any time from `start` for `span`.
    pub(super) fn least(&self, start: u64, span: u64) -> u64 {
        let end = start.saturating_add(span);
        let steps = self.at.iter().zip(&self.free).enumerate();
        let meets = |index: usize, at: u64| {
            let until = self.at.get(index + 1).copied().unwrap_or(u64::MAX);
            at < end && start < until
        };
        let within = steps.filter(|&(index, (&at, _))| meets(index, at));
        within.map(|(_, (_, &free))| free).min().unwrap_or(0)
    }

    /// The earliest start of `gpus` for `span` on nodes that stay open all that time, by count; `saves` says
    /// whether the job can leave with a checkpoint.
    pub(super) fn earliest(&self, gpus: u64, span: u64, saves: bool) -> Option<u64> {
        if self.closures.is_empty() {
            return self.earliest_open(gpus, span);
        }
        let ends = self.closures.iter().map(|closure| closure.to.0);
        let mut starts: Vec<u64> = self.at.iter().copied().chain(ends).collect();
        starts.sort_unstable();
        starts.dedup();
        starts.into_iter().find(|&start| {
            let needed = gpus + self.closed(start, span, saves);
            self.free_at(start) >= needed && self.least(start, span) >= needed
        })
    }

    /// GPUs of nodes that are closed at some time from `start` for `span`.
    pub(super) fn closed(&self, start: u64, span: u64, saves: bool) -> u64 {
        let end = start.saturating_add(span);
        let meets = |closure: &&Closure| {
            let spared = saves && closure.allows_saved && start < closure.from.0;
            closure.from.0 < end && start < closure.to.0 && !spared
        };
        let closures = self.closures.iter().filter(meets);
        closures.map(|closure| closure.gpus).sum()
    }

    fn free_at(&self, at: u64) -> u64 {
        let after = self.at.partition_point(|&step| step <= at);
        self.free[after.max(1) - 1]
    }

    /// The earliest start of `gpus` for `span`, whatever is announced; `None` if there are never so many.
    pub(super) fn earliest_open(&self, gpus: u64, span: u64) -> Option<u64> {
        let mut start: Option<u64> = None;
        for index in 0..self.at.len() {
            if start.is_some_and(|start| self.at[index] >= start.saturating_add(span)) {
                break;
            }
            if self.free[index] < gpus {
                start = None;
            } else if start.is_none() {
                start = Some(self.at[index]);
            }
        }
        start
    }

    /// Takes `gpus` away from `start` for `span`.
    pub(super) fn subtract(&mut self, start: u64, span: u64, gpus: u64) {
        let from = self.cut(start);
        let to = self.cut(start.saturating_add(span));
        for free in &mut self.free[from..to] {
            *free = free.saturating_sub(gpus);
        }
    }

    /// Makes a step begin at `at`; returns its index.
    fn cut(&mut self, at: u64) -> usize {
        let index = self.at.partition_point(|&step| step < at);
        if self.at.get(index) != Some(&at) {
            let free = self.free[index - 1];
            self.at.insert(index, at);
            self.free.insert(index, free);
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_found_and_taken() {
        let mut profile = FreeOver {
            at: vec![0, 10, 20],
            free: vec![2, 5, 8],
            closures: Vec::new(),
        };
        assert_eq!(profile.earliest_open(2, 100), Some(0));
        assert_eq!(profile.earliest_open(4, 5), Some(10));
        profile.subtract(12, 4, 3);
        assert_eq!(
            (profile.at.clone(), profile.free.clone()),
            (vec![0, 10, 12, 16, 20], vec![2, 5, 2, 5, 8])
        );
        assert_eq!(profile.earliest_open(4, 5), Some(16));
        assert_eq!(profile.earliest_open(4, 2), Some(10));
        assert_eq!(profile.earliest_open(9, 1), None);
        // 2 from 12, 5 from 16, 8 from 20; a step that only begins where the stretch ends does not count.
        assert_eq!((profile.least(14, 2), profile.least(16, 5)), (2, 5));
        assert_eq!(profile.least(17, 100), 5);
    }

    #[test]
    fn whoever_would_meet_maintenance_finds_fewer_nodes() {
        use crate::units::SimTime;
        let closure = |from, to, allows_saved| Closure {
            from: SimTime(from),
            to: SimTime(to),
            gpus: 8,
            allows_saved,
        };
        let profile = FreeOver {
            at: vec![0, 3],
            free: vec![8, 16],
            closures: vec![closure(4, 5, false), closure(5, 6, true)],
        };
        // Eight for six hours meet one round after the other, until the first node is back at 5.
        assert_eq!(profile.earliest(8, 6, false), Some(5));
        // Up to 4 nobody is met; all sixteen for two hours have to wait for both.
        assert_eq!(profile.earliest(8, 4, false), Some(0));
        assert_eq!(profile.earliest(16, 2, false), Some(6));
        // From 3 on sixteen are free, of which the first round takes eight; the second lets go who can save.
        assert_eq!(profile.earliest(8, 6, true), Some(3));
        assert_eq!(profile.closed(5, 1, true), 8);
        assert_eq!(profile.closed(6, 9, false), 0);
    }
}
