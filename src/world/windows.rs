//! Announced maintenance on the nodes of one pool: which of it a job would meet that starts at some time.

use crate::units::{SimTime, Span};

use super::upkeep::Stage;

/// Neighbouring nodes of a pool on which work is announced or goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) plan: u16,
    pub(super) round: u32,
    pub(super) batch: u32,
    pub(super) first: u32,
    pub(super) nodes: u32,
    pub(super) from: SimTime,
    pub(super) to: SimTime,
    /// While an earlier batch waits for somebody: how long after now this one can begin at the earliest.
    pub(super) after: Span,
    pub(super) stage: Stage,
    /// Whether jobs that can write a checkpoint may reach over its beginning.
    pub(super) allows_saved: bool,
}

impl Window {
    /// When it is expected to begin, as it looks at `now`.
    pub(super) fn begins(&self, now: SimTime) -> SimTime {
        self.from.max(now + self.after)
    }

    /// When it is expected to end.
    fn ends(&self, now: SimTime) -> SimTime {
        self.begins(now) + self.to.since(self.from)
    }
}

/// Announced windows of one round, in the order of its batches: none begins before the one ahead of it, nor ends
/// before it, however long the round is held up. So those that a job would meet are neighbours in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Series {
    /// Where its windows lie in the list of announced ones.
    first: usize,
    end: usize,
    allows_saved: bool,
    /// For a look into the future: the windows that a job would meet, if it started then.
    lo: usize,
    hi: usize,
}

/// The windows of one pool.
#[derive(Clone, Debug, Default)]
pub(super) struct Windows {
    /// All of them, in the order in which they were announced.
    all: Vec<Window>,
    /// Those that are only announced, by series, with the nodes of those of their series up to each.
    ahead: Vec<(Window, u64)>,
    series: Vec<Series>,
    /// None begins before, of those that jobs which cannot (and which can) save must not reach into.
    soonest: [SimTime; 2],
    /// Who found no room beside them at this instant, since anything came free.
    refused: Vec<Refused>,
    refused_at: SimTime,
}

/// Jobs of so many GPUs that would end then, or later, find no room now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Refused {
    gpus: u64,
    saves: bool,
    end: SimTime,
}

impl Windows {
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.sort_out();
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn all(&self) -> &[Window] {
        &self.all
    }

    /// Those that are only announced.
    pub(super) fn ahead(&self) -> impl Iterator<Item = &Window> {
        self.ahead.iter().map(|(window, _)| window)
    }

    /// Work is announced; call [`Windows::sort_out`] when all of it is.
    pub(super) fn push(&mut self, window: Window) {
        self.all.push(window);
    }

    /// Changes windows in place.
    pub(super) fn change(&mut self, change: impl FnMut(&mut Window)) {
        self.all.iter_mut().for_each(change);
        self.sort_out();
    }

    /// Forgets what is over.
    pub(super) fn retain(&mut self, keep: impl FnMut(&Window) -> bool) {
        self.all.retain(keep);
        self.sort_out();
    }

    /// Puts what is announced in order.
    pub(super) fn sort_out(&mut self) {
        self.refused.clear();
        self.series.clear();
        self.ahead.clear();
        self.soonest = [SimTime::NEVER; 2];
        let announced = self
            .all
            .iter()
            .filter(|window| window.stage == Stage::Ahead);
        self.ahead.extend(announced.map(|&window| (window, 0)));
        let of = |window: &Window| (window.plan, window.round);
        self.ahead
            .sort_unstable_by_key(|(window, _)| (of(window), window.batch, window.first));
        let mut before: Option<Window> = None;
        let mut nodes = 0;
        for (index, (window, up_to)) in self.ahead.iter_mut().enumerate() {
            if before.is_none_or(|before| of(&before) != of(window)) {
                nodes = 0;
                self.series.push(Series {
                    first: index,
                    end: index,
                    allows_saved: window.allows_saved,
                    lo: index,
                    hi: index,
                });
            }
            nodes += u64::from(window.nodes);
            *up_to = nodes;
            if let Some(series) = self.series.last_mut() {
                series.end = index + 1;
            }
            let [any, strict] = &mut self.soonest;
            *any = window.from.min(*any);
            if !window.allows_saved {
                *strict = window.from.min(*strict);
            }
            before = Some(*window);
        }
    }

    /// Before this instant nothing begins that a job may not reach into; `saves` says whether it can save.
    #[inline]
    pub(super) const fn soonest(&self, saves: bool) -> SimTime {
        self.soonest[saves as usize]
    }

    /// Something came free: who was refused may find room.
    pub(super) fn forget_refusals(&mut self) {
        self.refused.clear();
    }

    /// A job found no room now.
    pub(super) fn refuse(&mut self, now: SimTime, gpus: u64, saves: bool, end: SimTime) {
        if self.refused_at != now {
            self.refused.clear();
            self.refused_at = now;
        }
        let mut alike = self.refused.iter_mut();
        match alike.find(|refused| (refused.gpus, refused.saves) == (gpus, saves)) {
            Some(refused) => refused.end = refused.end.min(end),
            None => self.refused.push(Refused { gpus, saves, end }),
        }
    }

    /// The end from which on jobs are known to find no room now: what is closed to a job is closed to all that end
    /// later, and room only becomes less while a decision is made.
    pub(super) fn refused_from(&self, now: SimTime, gpus: u64, saves: bool) -> SimTime {
        let mut refused = self.refused.iter();
        let alike = refused.find(|refused| (refused.gpus, refused.saves) == (gpus, saves));
        alike
            .filter(|_| self.refused_at == now)
            .map_or(SimTime::NEVER, |refused| refused.end)
    }

    /// Nodes of the windows that a job may not reach into, which starts now and is expected to end at `end`.
    pub(super) fn nodes_met(&self, now: SimTime, end: SimTime, saves: bool) -> u64 {
        self.met(now, end, saves)
            .filter_map(|windows| windows.last())
            .map(|&(_, nodes)| nodes)
            .sum()
    }

    /// The windows that a job may not reach into, by series.
    pub(super) fn met(
        &self,
        now: SimTime,
        end: SimTime,
        saves: bool,
    ) -> impl Iterator<Item = &[(Window, u64)]> {
        let strict = move |series: &&Series| !(saves && series.allows_saved);
        self.series.iter().filter(strict).map(move |series| {
            let windows = &self.ahead[series.first..series.end];
            let met = windows.partition_point(|(window, _)| window.begins(now) < end);
            &windows[..met]
        })
    }

    /// Begins to look into the future.
    pub(super) fn look_ahead(&mut self) {
        for series in &mut self.series {
            (series.lo, series.hi) = (series.first, series.first);
        }
    }

    /// As it looks at `now`: nodes of windows that a job would meet which starts at `start` (each look later than the
    /// one before) and lasts for `span`, and until when this does not change.
    pub(super) fn look(
        &mut self,
        now: SimTime,
        start: SimTime,
        span: Span,
        saves: bool,
    ) -> (u64, SimTime) {
        let (mut nodes, mut until) = (0, SimTime::NEVER);
        for series in &mut self.series {
            let spares = saves && series.allows_saved;
            // Whoever starts from this instant on meets it: those who can leave are met if they come while it lasts.
            let meets = |window: &Window| {
                let begins = window.begins(now);
                if spares {
                    begins
                } else {
                    SimTime((begins.0 + 1).saturating_sub(span.0))
                }
            };
            let windows = &self.ahead[..series.end];
            let ended = |(window, _): &(Window, u64)| window.ends(now) <= start;
            while windows.get(series.lo).is_some_and(ended) {
                series.lo += 1;
            }
            series.hi = series.hi.max(series.lo);
            let met = |(window, _): &(Window, u64)| meets(window) <= start;
            while windows.get(series.hi).is_some_and(met) {
                series.hi += 1;
            }
            let up_to = |index: usize| {
                if index == series.first {
                    0
                } else {
                    windows[index - 1].1
                }
            };
            nodes += up_to(series.hi) - up_to(series.lo);
            if series.lo < series.hi {
                until = until.min(windows[series.lo].0.ends(now));
            }
            if let Some((next, _)) = windows.get(series.hi) {
                until = until.min(meets(next));
            }
        }
        (nodes, until)
    }
}
