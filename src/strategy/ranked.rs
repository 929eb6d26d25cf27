//! Disciplines that order all runnable jobs anew at each decision.
//!
//! Shortest remaining time and least attained service are preemptive: they state who should run (greedily, in
//! order, skipping what does not fit, as if the cluster were empty), and the difference to who runs is carried
//! out. Fair share and multifactor priority only order the line.

use crate::model::Discipline;
use crate::units::{PoolId, Span, TenantId};
use crate::world::{Phase, Refusal, Slot};

use super::Strategy;
use super::plan::Plan;

#[inline(never)]
pub(super) fn decide(strategy: &Strategy, plan: &mut Plan<'_>) {
    match &strategy.settings.discipline {
        Discipline::ShortestRemaining => {
            rank(plan, |plan, slot| {
                let requested = plan.world.jobs[slot].request.requested.0;
                requested.saturating_sub(plan.world.progress(plan.model, slot))
            });
            run_the_first(strategy, plan);
        }
        Discipline::LeastAttained { levels } => {
            rank_by_arrival(plan);
            rank(plan, |plan, slot| {
                // Among equals who runs goes on: otherwise a victim that waits in front would stop who stopped it.
                let waits = plan.world.jobs[slot].phase != Phase::Running;
                level(levels, attained(plan, slot)) as u64 * 2 + u64::from(waits)
            });
            run_the_first(strategy, plan);
            wake_at_next_level(plan, levels);
        }
        Discipline::FairShare { half_life, weights } => {
            rank_by_arrival(plan);
            let (half_life, weights) = (half_life.0, weights.as_slice());
            rank(plan, |plan, slot| {
                let tenant = plan.world.jobs[slot].request.tenant;
                use_per_weight(plan, tenant, half_life, weights)
            });
            offer_in_order(strategy, plan, false);
        }
        Discipline::DominantShare { weights } => {
            rank_by_arrival(plan);
            super::dominant::decide(strategy, plan, weights);
        }
        Discipline::Multifactor { .. } => {
            rank_by_arrival(plan);
            let discipline = &strategy.settings.discipline;
            rank(plan, |plan, slot| {
                u64::MAX - multifactor(plan, discipline, slot)
            });
            offer_in_order(strategy, plan, true);
        }
        _ => {}
    }
}

/// Sorts the ranking by a key, keeping the previous order on ties.
fn rank(plan: &mut Plan<'_>, key: impl Fn(&Plan<'_>, Slot) -> u64) {
    let mut ranked = std::mem::take(&mut plan.pass.ranked);
    ranked.clear();
    for (position, &slot) in plan.world.ranking.iter().enumerate() {
        ranked.push((key(plan, slot), position as u32, slot));
    }
    // The position makes keys unique: a stable sort would ask for memory.
    ranked.sort_unstable();
    plan.world.ranking.clear();
    let slots = ranked.iter().map(|&(_, _, slot)| slot);
    plan.world.ranking.extend(slots);
    plan.pass.ranked = ranked;
}

fn rank_by_arrival(plan: &mut Plan<'_>) {
    let jobs = &plan.world.jobs;
    plan.world
        .ranking
        .sort_unstable_by_key(|&slot| (jobs[slot].place.sequence(), slot));
}

/// States who should run, and carries out the difference.
fn run_the_first(strategy: &Strategy, plan: &mut Plan<'_>) {
    let mut free = std::mem::take(&mut plan.pass.free);
    fill_if_emptied(plan, &mut free);
    let mut wanted = std::mem::take(&mut plan.pass.wanted);
    let mut stopped = std::mem::take(&mut plan.pass.stopped);
    wanted.clear();
    stopped.clear();
    for index in 0..plan.world.ranking.len() {
        let slot = plan.world.ranking[index];
        let job = plan.world.jobs[slot];
        let may_stay = job.phase == Phase::Running && !plan.model.pool(job.pool).is_rented();
        if may_stay {
            let left = &mut free[job.pool.index()];
            if *left >= job.gpus {
                *left -= job.gpus;
            } else {
                stopped.push(slot);
            }
        } else if job.phase == Phase::Waiting {
            let owned = strategy.owned(job.request.shape).iter().copied();
            let mut fits = owned.filter(|&pool| {
                let has_room = free[pool.index()] >= job.gpus;
                has_room && plan.world.has_room_beside_windows(plan.model, slot, pool)
            });
            let Some(first) = fits.next() else {
                continue;
            };
            let mut unstaged = None;
            let mut may_start = |&pool: &PoolId| {
                let why = plan.world.may_start(plan.model, slot, pool);
                if why == Err(Refusal::Unstaged) && plan.world.holds_staging(plan.model, slot) {
                    return true;
                }
                if why == Err(Refusal::Unstaged) {
                    unstaged = unstaged.or(Some(pool));
                }
                why.is_ok()
            };
            let mut able = std::iter::once(first).chain(fits);
            if let Some(pool) = able.find(|pool| may_start(pool)) {
                free[pool.index()] -= job.gpus;
                wanted.push((slot, pool));
            } else if let Some(pool) = unstaged {
                plan.world.stage(plan.model, slot, pool);
            }
        }
    }
    for &slot in &stopped {
        plan.preempt(slot, strategy.requeue());
    }
    for &(slot, pool) in &wanted {
        // Refused where the packing finds no room, or while a stopped job still writes its checkpoint.
        let _ = plan.place(slot, pool);
    }
    plan.pass.free = free;
    plan.pass.wanted = wanted;
    plan.pass.stopped = stopped;
    offer_the_rest(strategy, plan);
}

/// Free GPUs of each owned pool if all running jobs were stopped.
fn fill_if_emptied(plan: &Plan<'_>, free: &mut Vec<u64>) {
    free.clear();
    free.extend(plan.world.pools.iter().map(|pool| pool.free));
    for (_, job) in plan.world.jobs.living() {
        if matches!(job.phase, Phase::Running | Phase::Saving) {
            free[job.pool.index()] += job.gpus;
        }
    }
}

/// Those who should not run on owned capacity may still be sent out; all others learn why they wait.
fn offer_the_rest(strategy: &Strategy, plan: &mut Plan<'_>) {
    let now = plan.world.now;
    plan.world.causes.begin_pass();
    for index in 0..plan.world.ranking.len() {
        let slot = plan.world.ranking[index];
        let job = plan.world.jobs[slot];
        if job.phase != Phase::Waiting {
            continue;
        }
        if let Err(cause) = strategy.offer(plan, slot, job.request.shape, job.place, |_, _| false) {
            let cause = plan.world.waits_for_data(plan.model, slot).unwrap_or(cause);
            plan.world.causes.find(job.request.shape, now, cause);
        }
    }
    plan.world.causes.end_pass(now);
}

/// Offers the line in the order of the ranking; where `strict`, a job that does not fit closes its pools.
fn offer_in_order(strategy: &Strategy, plan: &mut Plan<'_>, strict: bool) {
    let now = plan.world.now;
    plan.world.causes.begin_pass();
    plan.pass.closed.clear();
    plan.pass.closed.resize(plan.world.pools.len(), false);
    for index in 0..plan.world.ranking.len() {
        let slot = plan.world.ranking[index];
        let job = plan.world.jobs[slot];
        if job.phase != Phase::Waiting {
            continue;
        }
        let shape = job.request.shape;
        let offered = strategy.offer(plan, slot, shape, job.place, |plan, pool| {
            !plan.pass.closed[pool.index()]
        });
        if let Err(cause) = offered {
            plan.world.causes.find(shape, now, cause);
            if strict && !plan.lets_others_pass(cause) {
                for &pool in strategy.owned(shape) {
                    plan.pass.closed[pool.index()] = true;
                }
            }
        }
    }
    plan.world.causes.end_pass(now);
}

/// GPU-time that a job has received for work so far, in GPU·ms. What it lost counts: if a kill took it
/// back to the first level, two such jobs could stop each other for ever.
fn attained(plan: &Plan<'_>, slot: Slot) -> u64 {
    let job = &plan.world.jobs[slot];
    let lost = plan
        .world
        .jobs
        .history(job)
        .map_or(0, |history| history.lost);
    (plan.world.progress(plan.model, slot) + lost).saturating_mul(job.gpus)
}

fn level(levels: &[Span], attained: u64) -> usize {
    levels.iter().filter(|bound| bound.0 <= attained).count()
}

/// A running job that reaches the next level has to be looked at then.
fn wake_at_next_level(plan: &mut Plan<'_>, levels: &[Span]) {
    for index in 0..plan.world.ranking.len() {
        let slot = plan.world.ranking[index];
        let job = plan.world.jobs[slot];
        if job.phase != Phase::Running {
            continue;
        }
        let attained = attained(plan, slot);
        if let Some(bound) = levels.get(level(levels, attained)) {
            let left = Span((bound.0 - attained).div_ceil(job.gpus));
            // While it restores its state it attains nothing.
            let left = crate::world::wall(left, job.speed).max(Span(1));
            let at = plan.world.when_run(plan.model, slot, left);
            let at = at.max(plan.world.now + Span(1));
            plan.wake_at(slot, at);
        }
    }
}

/// A tenant's decayed use, what runs now included, per unit of weight.
fn use_per_weight(plan: &Plan<'_>, tenant: TenantId, half_life: u64, weights: &[u64]) -> u64 {
    let mut used = plan.world.usage_of(tenant, half_life);
    for (_, job) in plan.world.jobs.living() {
        if job.request.tenant == tenant && job.phase == Phase::Running {
            let span = plan.world.now.since(job.started).0;
            used += u128::from(job.gpus) * 1000 * u128::from(span);
        }
    }
    let weight = u128::from(weights.get(tenant.index()).copied().unwrap_or(1000).max(1));
    u64::try_from(used / weight).unwrap_or(u64::MAX)
}

/// The weighted sum of factors, each from 0 to 1,000: larger is sooner. The fair-share factor halves for
/// every tenth of the estate's capacity over one half-life that a tenant used per unit of weight.
fn multifactor(plan: &Plan<'_>, discipline: &Discipline, slot: Slot) -> u64 {
    let Discipline::Multifactor {
        age,
        age_full,
        size,
        priority,
        fair_share,
        half_life,
        weights,
    } = discipline
    else {
        return 0;
    };
    let job = &plan.world.jobs[slot];
    let waited = plan.world.now.since(job.request.submit).0;
    let age_factor = (waited.saturating_mul(1000) / age_full.0.max(1)).min(1000);
    let capacity: u64 = plan
        .model
        .pools
        .iter()
        .filter(|pool| !pool.is_rented())
        .map(crate::model::Pool::gpus)
        .sum();
    let size_factor = (job.gpus * 1000 / capacity.max(1)).min(1000);
    let priority_factor = job.request.priority.clamp(0, 1000).unsigned_abs();
    let share = use_per_weight(plan, job.request.tenant, half_life.0, weights);
    let tenth = capacity.saturating_mul(half_life.0) / 10;
    let fair_factor = 1000 >> (share / tenth.max(1)).min(63);
    age.saturating_mul(age_factor)
        .saturating_add(size.saturating_mul(size_factor))
        .saturating_add(priority.saturating_mul(u64::from(priority_factor)))
        .saturating_add(fair_share.saturating_mul(fair_factor))
}
