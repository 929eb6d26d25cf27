//! The relaxed problem: work that flows like water into owned hours, and what does not fit is rented.
//!
//! Its optimum is not computed; any point of its dual is a bound, by weak duality. A point says what an hour of each
//! owned pool is worth from each stretch on; each piece of work then costs no less than the cheaper of renting and of
//! the owned hours that it takes, and the worth of all owned hours is taken off again.

use crate::units::{Money, PoolId};

use super::STRETCHES;
use super::allowed::{Group, REFERENCE};

/// Prices at which it is asked how much work overflows: at most so many.
const LEVELS: usize = 12;
/// Sets of owned pools of which it is asked whether they hold the work that can go nowhere else: at most so many.
const SETS: usize = 12;

/// What of a pool can be used from each stretch on, in milli-GPU·ms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Capacity(pub(super) Vec<u128>);

/// The relaxed problem of one run.
pub(super) struct Relaxation<'a> {
    /// Jobs that could use the same pools.
    pub(super) groups: &'a [Group],
    /// Work by group, then stretch of arrival, in milli-GPU·ms of the reference GPU type.
    pub(super) need: &'a [[u128; STRETCHES]],
    /// By group, then stretch, the cheapest rent in thousandths of a price for each reference GPU-hour.
    pub(super) prices: Vec<Vec<Option<u128>>>,
    /// By pool.
    pub(super) capacity: Vec<Capacity>,
}

/// What an hour of a set of pools is worth more from a stretch on.
struct Step<'a> {
    set: &'a [PoolId],
    from: usize,
    worth: u128,
}

impl Relaxation<'_> {
    /// The least that must be paid for rent, as far as the chosen point of the dual shows.
    pub(super) fn least(&self) -> Money {
        let best = self.best_speeds();
        let sets = self.sets();
        let mut steps = Vec::new();
        let mut below = 0;
        for level in self.levels() {
            if let Some((set, from)) = self.overflows(level, &sets, &best) {
                let worth = level - below;
                steps.push(Step { set, from, worth });
            }
            below = level;
        }
        Money(self.dual(&steps, &best) / 1000)
    }

    /// By pool, the most work that a GPU-hour of it does for anybody.
    fn best_speeds(&self) -> Vec<u128> {
        let mut best = vec![0; self.capacity.len()];
        for way in self.groups.iter().flat_map(|group| &group.owned) {
            let most: &mut u128 = &mut best[way.pool.index()];
            *most = way.most.max(*most);
        }
        best
    }

    /// Sets of owned pools that some group is confined to, and all of them.
    fn sets(&self) -> Vec<Vec<PoolId>> {
        let mut sets: Vec<Vec<PoolId>> = Vec::new();
        let mut all: Vec<PoolId> = Vec::new();
        for group in self.groups {
            let set: Vec<PoolId> = group.owned.iter().map(|way| way.pool).collect();
            all.extend(&set);
            sets.push(set);
        }
        all.sort_unstable();
        all.dedup();
        sets.sort();
        sets.dedup();
        sets.truncate(SETS);
        sets.push(all);
        sets
    }

    /// Distinct rents of work that there is, ascending; some of them, if they are many.
    fn levels(&self) -> Vec<u128> {
        let cells = self.prices.iter().zip(self.need);
        let rents = cells.flat_map(|(prices, need)| prices.iter().zip(need));
        let mut levels: Vec<u128> = rents
            .filter(|(_, need)| **need > 0)
            .filter_map(|(price, _)| *price)
            .filter(|&price| price > 0)
            .collect();
        levels.sort_unstable();
        levels.dedup();
        if levels.len() > LEVELS {
            let last = levels.len() - 1;
            levels = (0..LEVELS)
                .map(|place| levels[place * last / (LEVELS - 1)])
                .collect();
        }
        levels
    }

    /// The set of pools, and the stretch, from which on most work overflows that would have to pay at least `level`.
    fn overflows<'s>(
        &self,
        level: u128,
        sets: &'s [Vec<PoolId>],
        best: &[u128],
    ) -> Option<(&'s [PoolId], usize)> {
        let mut found = (0, None);
        for set in sets {
            let mut need = 0u128;
            // Who can use nothing that is owned rents all of it, whatever owned hours are worth.
            let confined = |group: &Group| {
                let mut owned = group.owned.iter();
                !group.owned.is_empty() && owned.all(|way| set.contains(&way.pool))
            };
            let groups: Vec<usize> = (0..self.groups.len())
                .filter(|&group| confined(&self.groups[group]))
                .collect();
            for from in (0..STRETCHES).rev() {
                for &group in &groups {
                    if self.prices[group][from].is_none_or(|price| price >= level) {
                        need += self.need[group][from];
                    }
                }
                let holds = |pool: &PoolId| {
                    let capacity = self.capacity[pool.index()].0[from];
                    capacity * best[pool.index()] / REFERENCE
                };
                let over = need.saturating_sub(set.iter().map(holds).sum());
                if over > found.0 {
                    found = (over, Some((set.as_slice(), from)));
                }
            }
        }
        found.1
    }

    /// The value of a point of the dual, in thousandths of a tick.
    fn dual(&self, steps: &[Step<'_>], best: &[u128]) -> i128 {
        // By pool and stretch, what an hour is worth; it only rises with time.
        let mut worth = vec![[0u128; STRETCHES]; self.capacity.len()];
        let mut given = 0i128;
        for step in steps {
            for pool in step.set.iter().map(|pool| pool.index()) {
                let hour = step.worth * best[pool] / REFERENCE;
                given += (hour * self.capacity[pool].0[step.from]) as i128;
                worth[pool][step.from..]
                    .iter_mut()
                    .for_each(|of| *of += hour);
            }
        }
        let mut paid = 0i128;
        for (index, group) in self.groups.iter().enumerate() {
            for (stretch, &need) in self.need[index].iter().enumerate() {
                if need == 0 {
                    continue;
                }
                let owned = group.owned.iter().map(|way| {
                    let hour = worth[way.pool.index()][stretch];
                    hour * REFERENCE / way.most
                });
                let least = owned.chain(self.prices[index][stretch]).min();
                paid += (need * least.unwrap_or(0)) as i128;
            }
        }
        (paid - given).max(0)
    }
}
