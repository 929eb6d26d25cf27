//! When GPUs will come free, by the estimates of what runs.

use crate::units::SimTime;

use super::blocks::{Blocks, Weigh};
use super::job::Slot;

/// One running job's estimated release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Which job.
    pub slot: Slot,
    /// GPUs that it gives back.
    pub gpus: u32,
}

/// GPUs that are released together; a block of releases knows their sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Weight(u32);

impl Weigh for Weight {
    const NONE: u64 = 0;
    fn with(summary: u64, entry: &Self) -> u64 {
        summary + u64::from(entry.0)
    }
    fn without(summary: u64, entry: &Self) -> Option<u64> {
        Some(summary - u64::from(entry.0))
    }
}

/// The running jobs of a pool in order of their estimated ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    releases: Blocks<u64, Weight>,
    /// No estimated end comes before this.
    soonest: SimTime,
}

/// The earliest instant at which a gang fits by count, and what is left over then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// When.
    pub at: SimTime,
    /// GPUs free at that instant beyond the gang's own.
    pub extra: u64,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            releases: Blocks::default(),
            soonest: SimTime::NEVER,
        }
    }
}

impl Profile {
    /// Jobs in slots below this can be told apart.
    pub const SLOTS_MAX: u32 = 1 << SLOT_BITS;

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.releases.clear();
        self.soonest = SimTime::NEVER;
    }

    /// Room for so many running jobs.
    pub fn reserve(&mut self, jobs: usize) {
        self.releases.reserve(jobs);
    }

    /// A job is expected to release `gpus` at `end`.
    pub fn insert(&mut self, end: SimTime, slot: Slot, gpus: u32) {
        self.soonest = self.soonest.min(end);
        self.releases.insert(place(end, slot), Weight(gpus));
    }

    /// A job is no longer expected to.
    pub fn remove(&mut self, end: SimTime, slot: Slot) {
        let removed = self.releases.remove(place(end, slot));
        debug_assert!(
            removed.is_some(),
            "a running job was missing in the profile"
        );
    }

    /// The job whose estimated end comes first, if that is not after `now`.
    pub fn overdue(&mut self, now: SimTime) -> Option<(SimTime, Release)> {
        if self.soonest > now {
            return None;
        }
        let first = self.first();
        self.soonest = first.map_or(SimTime::NEVER, |(end, _)| end);
        first.filter(|&(end, _)| end <= now)
    }

    /// The job whose estimated end comes first.
    fn first(&self) -> Option<(SimTime, Release)> {
        self.releases
            .first()
            .map(|(place, weight)| told(place, weight))
    }

    /// All releases in order of time.
    pub fn iter(&self) -> impl Iterator<Item = (SimTime, Release)> + '_ {
        self.releases
            .iter()
            .map(|(place, weight)| told(place, weight))
    }

    /// When `gpus` will be free, `free` being free at `now`; `None` if never.
    pub fn shadow(&self, now: SimTime, free: u64, gpus: u64) -> Option<Shadow> {
        if free >= gpus {
            return Some(Shadow {
                at: now,
                extra: free - gpus,
            });
        }
        let mut available = free;
        let mut reached: Option<SimTime> = None;
        for (sum, entries) in self.releases.summaries() {
            if reached.is_none() && available + sum < gpus {
                available += sum;
                continue;
            }
            for &(place, weight) in entries {
                let end = place >> SLOT_BITS;
                // All that ends at the shadow instant counts as free there.
                if reached.is_some_and(|at| at.0 < end) {
                    return reached.map(|at| Shadow {
                        at,
                        extra: available - gpus,
                    });
                }
                available += u64::from(weight.0);
                if reached.is_none() && available >= gpus {
                    reached = Some(SimTime(end));
                }
            }
        }
        reached.map(|at| Shadow {
            at,
            extra: available - gpus,
        })
    }
}

/// A release is kept under its instant and its slot in one number: up to 139 years and 2²² living jobs, as in
/// the engine's agenda. What ends later is as good as never.
const SLOT_BITS: u32 = 22;
const END_MAX: u64 = (1 << (64 - SLOT_BITS)) - 1;

const fn place(end: SimTime, slot: Slot) -> u64 {
    let end = if end.0 < END_MAX { end.0 } else { END_MAX };
    end << SLOT_BITS | slot.0 as u64
}

fn told(place: u64, weight: Weight) -> (SimTime, Release) {
    let slot = Slot(place as u32 & ((1 << SLOT_BITS) - 1));
    (
        SimTime(place >> SLOT_BITS),
        Release {
            slot,
            gpus: weight.0,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shadow_counts_all_that_ends_with_it() {
        let mut profile = Profile::default();
        for (end, slot, gpus) in [(30, 0, 4), (10, 1, 2), (20, 2, 3), (20, 3, 1), (20, 4, 2)] {
            profile.insert(SimTime(end), Slot(slot), gpus);
        }
        // 1 free now, +2 at 10, +6 at 20: 4 GPUs are there at 20 with 5 to spare.
        assert_eq!(
            profile.shadow(SimTime(5), 1, 4),
            Some(Shadow {
                at: SimTime(20),
                extra: 5
            })
        );
        assert_eq!(
            profile.shadow(SimTime(5), 1, 1),
            Some(Shadow {
                at: SimTime(5),
                extra: 0
            })
        );
        assert_eq!(profile.shadow(SimTime(5), 1, 14), None);
    }

    #[test]
    fn the_last_slot_of_an_instant_comes_before_the_first_of_the_next() {
        let last = place(SimTime(7), Slot(Profile::SLOTS_MAX - 1));
        assert!(last < place(SimTime(8), Slot(0)));
        assert_eq!(told(last, Weight(3)).1.slot, Slot(Profile::SLOTS_MAX - 1));
    }

    #[test]
    fn long_profiles_agree_with_a_plain_scan() {
        let mut profile = Profile::default();
        for n in 0..1000u64 {
            profile.insert(
                SimTime(n * 7 % 1000 / 3 * 3),
                Slot(n as u32),
                (n % 5 + 1) as u32,
            );
        }
        let all: Vec<_> = profile.iter().collect();
        for gpus in [1, 17, 400, 1500, 2999, 3000] {
            let mut free = 0;
            let at = all
                .iter()
                .find(|(_, release)| {
                    free += u64::from(release.gpus);
                    free >= gpus
                })
                .map(|found| found.0);
            let extra = at.map(|at| {
                all.iter()
                    .filter(|r| r.0 <= at)
                    .map(|r| u64::from(r.1.gpus))
                    .sum::<u64>()
                    - gpus
            });
            let shadow = profile.shadow(SimTime(0), 0, gpus);
            assert_eq!(shadow.map(|s| s.at), at);
            assert_eq!(shadow.map(|s| s.extra), extra);
        }
    }
}
