//! Dominant resource fairness (Ghodsi et al., NSDI'11): whoever has the least of what it has most of is next.
//!
//! What there is are GPUs by type; what a tenant has most of, as a share of all there are of that type and per unit of its
//! weight, is its dominant share. After each placement it is looked at anew (progressive filling).

use crate::model::Model;
use crate::units::{PoolId, TenantId};
use crate::world::{Phase, Slot, World};

use super::Strategy;
use super::plan::Plan;

/// One tenant's part of those who wait, sorted by tenant: who is next, and where it ends.
pub(super) type Row = (TenantId, u32, u32);

/// GPUs by type: all there are, and to which type each pool belongs.
#[derive(Clone, Debug, Default)]
pub(super) struct Types {
    all: Vec<u64>,
    of_pool: Vec<u16>,
}

impl Types {
    /// Those of a model. Rented pools count with what their quota allows; without one they are no scarce resource.
    pub(super) fn of(model: &Model) -> Self {
        let mut names: Vec<&str> = Vec::new();
        let mut types = Self::default();
        for pool in &model.pools {
            let known = names.iter().position(|name| *name == pool.gpu);
            let place = known.unwrap_or_else(|| {
                names.push(&pool.gpu);
                types.all.push(0);
                names.len() - 1
            });
            types.all[place] += pool.gpus();
            types.of_pool.push(place as u16);
        }
        types
    }

    /// The dominant share of a tenant, in 10⁻⁹ per thousandth of weight.
    fn share(&self, world: &World, tenant: TenantId, weight: u64) -> u128 {
        let held = |of: usize| -> u64 {
            let pools = self.of_pool.iter().enumerate();
            let pools = pools.filter(|&(_, &place)| usize::from(place) == of);
            let held = |(pool, _)| world.claims.of_tenant(tenant, PoolId::from(pool));
            pools.map(held).sum()
        };
        let used = (0..self.all.len()).map(|of| (held(of), self.all[of]));
        dominant(used, weight)
    }
}

/// The largest of used ÷ there, in 10⁻⁹ per thousandth of weight; what is without limit counts for nothing.
fn dominant(used: impl Iterator<Item = (u64, u64)>, weight: u64) -> u128 {
    let share = |(used, all): (u64, u64)| {
        let product = u128::from(used) * 1_000_000_000_000;
        product.checked_div(u128::from(all) * u128::from(weight.max(1)))
    };
    used.filter_map(share).max().unwrap_or(0)
}

/// Offers the line: always to the tenant with the least dominant share, within one in order of arrival.
#[inline(never)]
pub(super) fn decide(strategy: &Strategy, plan: &mut Plan<'_>, weights: &[u64]) {
    let now = plan.world.now;
    plan.world.causes.begin_pass();
    let mut rows = std::mem::take(&mut plan.pass.rows);
    let mut ranked = std::mem::take(&mut plan.pass.ranked);
    ranked.clear();
    for (position, &slot) in plan.world.ranking.iter().enumerate() {
        let job = &plan.world.jobs[slot];
        if job.phase == Phase::Waiting {
            ranked.push((u64::from(job.request.tenant.0), position as u32, slot));
        }
    }
    ranked.sort_unstable();
    rows.clear();
    for (index, &(tenant, ..)) in ranked.iter().enumerate() {
        let index = index as u32;
        match rows.last_mut() {
            Some((of, _, end)) if u64::from(of.0) == tenant => *end = index + 1,
            _ => rows.push((TenantId(tenant as u16), index, index + 1)),
        }
    }
    while let Some(place) = next(strategy, plan.world, weights, &rows) {
        let row = &mut rows[place];
        let slot: Slot = ranked[row.1 as usize].2;
        row.1 += 1;
        if row.1 == row.2 {
            rows.swap_remove(place);
        }
        let job = plan.world.jobs[slot];
        if job.phase != Phase::Waiting {
            continue;
        }
        let shape = job.request.shape;
        if let Err(cause) = strategy.offer(plan, slot, shape, job.place, |_, _| true) {
            plan.world.causes.find(shape, now, cause);
        }
    }
    plan.world.causes.end_pass(now);
    plan.pass.rows = rows;
    plan.pass.ranked = ranked;
}

fn next(strategy: &Strategy, world: &World, weights: &[u64], rows: &[Row]) -> Option<usize> {
    let types = strategy.types();
    let share = |&(tenant, ..): &Row| {
        let weight = weights.get(tenant.index()).copied().unwrap_or(1000);
        (types.share(world, tenant, weight), tenant)
    };
    let keys = rows
        .iter()
        .enumerate()
        .map(|(place, row)| (share(row), place));
    keys.min().map(|(_, place)| place)
}

#[cfg(test)]
mod tests {
    use super::dominant;

    #[test]
    fn the_example_of_the_paper() {
        // 9 CPUs and 18 GB; A's tasks take (1, 4), B's (3, 1): A runs three, B two, both with a dominant share of 2/3.
        let (all, tasks) = ([9, 18], [[1, 4], [3, 1]]);
        let mut ran = [0u64; 2];
        let used = |ran: &[u64; 2], user: usize| {
            let counts = *ran;
            (0..2).map(move |of| (counts[user] * tasks[user][of], all[of]))
        };
        loop {
            let user = (0..2)
                .min_by_key(|&user| (dominant(used(&ran, user), 1000), user))
                .unwrap();
            let needs = |of: usize| -> u64 {
                let held: u64 = (0..2).map(|user| ran[user] * tasks[user][of]).sum();
                held + tasks[user][of]
            };
            if (0..2).any(|of| needs(of) > all[of]) {
                break;
            }
            ran[user] += 1;
        }
        assert_eq!(ran, [3, 2]);
        let shares: Vec<u128> = (0..2)
            .map(|user| dominant(used(&ran, user), 1000))
            .collect();
        assert_eq!(shares, [666_666_666, 666_666_666]);
    }

    #[test]
    fn twice_the_weight_is_half_the_share() {
        let used = || [(3u64, 12u64), (1, 2), (5, 0)].into_iter();
        assert_eq!(dominant(used(), 1000), 500_000_000);
        assert_eq!(dominant(used(), 2000), 250_000_000);
    }
}
