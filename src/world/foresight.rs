//! When a job will find room that lasts, beside announced maintenance.

use crate::model::Model;
use crate::units::{PoolId, SimTime, Span};

use super::job::Slot;
use super::moment::World;
use super::pool::PoolState;
use super::profile::{Releases, Shadow};
use super::windows::Windows;

/// What a job needs.
#[derive(Clone, Copy, Debug)]
struct Need {
    gpus: u64,
    span: Span,
    /// Whether it can leave with a checkpoint.
    saves: bool,
    /// GPUs on each node of the pool.
    per_node: u64,
}

impl World {
    /// As [`World::shadow`], where maintenance of the pool is announced or goes on: the earliest instant at which the
    /// job fits by count on nodes that stay open until its expected end, and what is left over all that time.
    pub fn shadow_beside_windows(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
    ) -> Option<Shadow> {
        let now = self.now;
        let need = Need {
            gpus: self.jobs[slot].gpus,
            span: self.expected_end(model, slot, pool).since(now),
            saves: self.saves(model, slot),
            per_node: u64::from(model.pool(pool).gpus_per_node),
        };
        let plain = self.shadow(pool, need.gpus);
        let mut given = std::mem::take(&mut self.given_back);
        given.clear();
        given.extend(self.pool(pool).given_back(now));
        given.sort_unstable();
        let jobs = &self.jobs;
        let PoolState {
            profile,
            windows,
            free,
            ..
        } = &mut self.pools[pool.index()];
        let alone = |plain: &Shadow| {
            let end = plain.at + need.span;
            let meets_nothing =
                end <= windows.soonest(need.saves) && plain.at < windows.soonest(false);
            meets_nothing && given.first().is_none_or(|&(at, _)| plain.at < at)
        };
        let mut found = plain.filter(alone);
        if found.is_none() {
            loop {
                found = earliest(profile.releases(), windows, (now, *free), &given, need);
                if profile.tells_all_until(found.map(|found| found.at)) {
                    break;
                }
                profile.tell_more(|slot| jobs.release_of(slot, pool));
            }
        }
        self.given_back = given;
        found
    }

    /// A pool with the releases of all its jobs in order, to look at.
    #[cfg(debug_assertions)]
    pub fn pool_in_order(&self, pool: PoolId) -> PoolState {
        let mut state = self.pool(pool).clone();
        state
            .profile
            .order_all(|slot| self.jobs.release_of(slot, pool));
        state
    }
}

/// The earliest start at which enough is free beside what is closed. What is free only grows, so between two changes
/// of what is closed only the releases have to be asked, and they are kept in sums.
fn earliest<'a>(
    mut releases: Releases<'a, impl Iterator<Item = super::profile::Block<'a>>>,
    windows: &mut Windows,
    (now, free): (SimTime, u64),
    given: &[(SimTime, u64)],
    need: Need,
) -> Option<Shadow> {
    let (mut at, mut free) = (now, free);
    let mut given = given.iter().peekable();
    windows.look_ahead();
    loop {
        free += releases.reach(u64::MAX, SimTime(at.0.saturating_add(1))).0;
        while let Some((_, gpus)) = given.next_if(|(back, _)| *back <= at) {
            free += gpus;
        }
        let (nodes, unchanged) = windows.look(now, at, need.span, need.saves);
        let needed = need.gpus + nodes * need.per_node;
        if free >= needed {
            return Some(Shadow {
                at,
                extra: free - needed,
            });
        }
        let until = given
            .peek()
            .map_or(unchanged, |(back, _)| unchanged.min(*back));
        debug_assert!(at < until, "nothing changes at {until:?} any more");
        let (released, reached) = releases.reach(needed - free, until);
        free += released;
        at = match reached {
            Some(reached) => reached,
            None if until == SimTime::NEVER => return None,
            None => until,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose, Stream};
    use crate::world::profile::Profile;
    use crate::world::upkeep::Stage;
    use crate::world::windows::Window;

    const NOW: SimTime = SimTime(1_000);

    /// Rounds of up to three plans, some of which wait for a batch, some of which allow those who save.
    fn windows(stream: &mut Stream) -> Windows {
        let mut windows = Windows::default();
        for plan in 0..=stream.below(3) as u16 {
            let lasts = 1 + stream.below(60);
            let start = NOW.0 + stream.below(300);
            let waits = stream.below(2) == 0;
            let allows_saved = stream.below(2) == 0;
            let stage = [Stage::Ahead, Stage::Due, Stage::Served][stream.below(3) as usize];
            for batch in 0..=stream.below(6) as u32 {
                let from = SimTime(start + lasts * u64::from(batch));
                windows.push(Window {
                    plan,
                    round: 0,
                    batch,
                    first: 4 * batch,
                    nodes: 1 + stream.below(4) as u32,
                    from,
                    to: from + Span(lasts),
                    after: Span(if waits { lasts * u64::from(batch) } else { 0 }),
                    stage: if batch == 0 { stage } else { Stage::Ahead },
                    allows_saved,
                });
            }
        }
        windows.sort_out();
        windows
    }

    /// Nodes that are closed to a job at `start`, window by window.
    fn closed(windows: &Windows, start: u64, need: Need) -> u64 {
        let ahead = windows
            .all()
            .iter()
            .filter(|window| window.stage == Stage::Ahead);
        let met = ahead.filter(|window| {
            let begins = window.begins(NOW).0;
            let ends = begins + window.to.since(window.from).0;
            let spared = need.saves && window.allows_saved && start < begins;
            begins < start + need.span.0 && start < ends && !spared
        });
        met.map(|window| u64::from(window.nodes)).sum()
    }

    #[test]
    fn the_first_room_that_lasts_is_that_of_a_scan_of_every_instant() {
        let dice = Dice {
            seed: 11,
            replication: 0,
        };
        let mut found_later = 0;
        for case in 0..3_000 {
            let mut stream = dice.stream(dice.key("test", "foresight"), Purpose::Trial, case, 0);
            let mut windows = windows(&mut stream);
            let mut profile = Profile::default();
            // More than becomes near at once, so that the walk has to ask for more.
            let held: Vec<(SimTime, u32)> = (0..stream.below(300))
                .map(|_| {
                    (
                        NOW + Span(1 + stream.below(400)),
                        1 + stream.below(9) as u32,
                    )
                })
                .collect();
            for (slot, &(end, gpus)) in held.iter().enumerate() {
                profile.insert(end, Slot(slot as u32), gpus);
            }
            let mut given: Vec<(SimTime, u64)> = (0..stream.below(3))
                .map(|_| (NOW + Span(stream.below(400)), stream.below(30)))
                .collect();
            given.sort_unstable();
            let free = stream.below(40);
            let need = Need {
                gpus: 1 + stream.below(200),
                span: Span(1 + stream.below(250)),
                saves: stream.below(2) == 0,
                per_node: 8,
            };
            let mut found;
            loop {
                found = earliest(profile.releases(), &mut windows, (NOW, free), &given, need);
                if profile.tells_all_until(found.map(|found| found.at)) {
                    break;
                }
                profile.tell_more(|slot| held.get(slot.0 as usize).copied());
            }
            let released = |at: u64| {
                let ended = held.iter().filter(|(end, _)| end.0 <= at);
                let back = given.iter().filter(|(back, _)| back.0 <= at);
                free + ended.map(|held| u64::from(held.1)).sum::<u64>()
                    + back.map(|given| given.1).sum::<u64>()
            };
            let left = |at: u64| {
                let needed = need.gpus + need.per_node * closed(&windows, at, need);
                released(at).checked_sub(needed)
            };
            // After 1,000 ms nothing changes any more.
            let scanned = (NOW.0..NOW.0 + 1_000).find_map(|at| {
                let at_it = |extra| Shadow {
                    at: SimTime(at),
                    extra,
                };
                left(at).map(at_it)
            });
            assert_eq!(found, scanned, "case {case}: {need:?} beside {windows:?}");
            found_later += u32::from(found.is_some_and(|found| NOW < found.at));
        }
        assert!(found_later > 1_000, "{found_later} had to wait");
    }

    #[test]
    fn who_may_not_reach_into_what_is_told_at_once() {
        let dice = Dice {
            seed: 12,
            replication: 0,
        };
        let mut met_some = 0;
        for case in 0..3_000 {
            let mut stream = dice.stream(dice.key("test", "windows"), Purpose::Trial, case, 0);
            let windows = windows(&mut stream);
            let end = NOW + Span(stream.below(500));
            for saves in [false, true] {
                let met = windows.all().iter().filter(|window| {
                    let spared = saves && window.allows_saved;
                    window.stage == Stage::Ahead && window.begins(NOW) < end && !spared
                });
                let nodes: u64 = met.map(|window| u64::from(window.nodes)).sum();
                assert_eq!(windows.nodes_met(NOW, end, saves), nodes, "case {case}");
                let listed = windows.met(NOW, end, saves).flatten();
                let listed: u64 = listed.map(|(window, _)| u64::from(window.nodes)).sum();
                assert_eq!(listed, nodes);
                if end <= windows.soonest(saves) {
                    assert_eq!(nodes, 0, "the short cut is open only where nothing is met");
                }
                met_some += u32::from(nodes > 0);
            }
        }
        assert!(met_some > 1_000);
    }
}
