//! Who is within quotas at one moment, whom they may stop, and for whom room is being made.

use crate::model::{Model, QuotaOf, Reclaim};
use crate::units::{JobId, PoolId, SimTime, Span};

use super::job::{Job, Phase, Slot};
use super::moment::World;

/// How long nobody is stopped in a pool for whom there was no room in the end.
const REST: Span = Span(10 * 60_000);

/// What somebody was stopped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// For whom room is being made: where it is kept, and who it is.
    pub slot: Slot,
    /// See above; a promise to who is gone, or has a place, is none.
    pub job: JobId,
    /// GPUs that it needs.
    pub gpus: u64,
}

/// Room that is being made, by pool; empty where no quota stops jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    pools: Vec<Option<Promise>>,
    rests: Vec<SimTime>,
}

impl Promises {
    pub(super) fn reset(&mut self, model: &Model) {
        self.pools.clear();
        self.rests.clear();
        if model.quotas.stop_jobs() {
            self.pools.resize(model.pools.len(), None);
            self.rests.resize(model.pools.len(), SimTime::ZERO);
        }
    }

    /// Whether anybody may be stopped in a pool.
    pub fn may_stop(&self, pool: PoolId, now: SimTime) -> bool {
        let rests = self.rests.get(pool.index());
        rests.is_some_and(|&until| until <= now)
    }

    /// Room is being made for somebody.
    pub fn make(&mut self, pool: PoolId, promise: Promise) {
        self.pools[pool.index()] = Some(promise);
    }

    /// There was no room in the end: nobody is stopped there for a while.
    pub fn give_up(&mut self, pool: PoolId, now: SimTime) {
        self.pools[pool.index()] = None;
        self.rests[pool.index()] = now + REST;
    }
}

impl World {
    /// For whom room is being made in a pool.
    pub fn promised(&self, pool: PoolId) -> Option<Promise> {
        let promise = self.promises.pools.get(pool.index()).copied().flatten()?;
        let job = &self.jobs[promise.slot];
        (job.id == promise.job && job.phase == Phase::Waiting).then_some(promise)
    }

    /// GPUs that a quota's jobs hold of a flavor.
    pub fn quota_use(&self, model: &Model, quota: usize, flavor: u16) -> u64 {
        let pools = (0..model.pools.len()).map(PoolId::from);
        let of_flavor = pools.filter(|&pool| model.quotas.flavor(pool) == Some(flavor));
        let held = |pool| match model.quotas.list[quota].of {
            QuotaOf::Tenant(tenant) => self.claims.of_tenant(tenant, pool),
            QuotaOf::Class(class) => self.claims.of_class(class, pool),
        };
        of_flavor.map(held).sum()
    }

    /// Whether a quota is about a job.
    pub fn is_of_quota(model: &Model, quota: usize, job: &Job) -> bool {
        match model.quotas.list[quota].of {
            QuotaOf::Tenant(tenant) => job.request.tenant == tenant,
            QuotaOf::Class(class) => model.class_of(job.request.shape) == class,
        }
    }

    /// Whether the quotas of a job allow it in a pool, where each quota holds `less` fewer GPUs than now.
    pub fn within_quotas(
        &self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
        less: impl Fn(usize) -> u64,
    ) -> bool {
        let Some(flavor) = model.quotas.flavor(pool) else {
            return true;
        };
        let job = &self.jobs[slot];
        // Of a cohort that two of its quotas share it takes for both.
        let used = |quota: usize, other: usize| {
            let held = self.quota_use(model, other, flavor);
            let taken = other != quota && Self::is_of_quota(model, other, job);
            held.saturating_sub(less(other)) + if taken { job.gpus } else { 0 }
        };
        (0..model.quotas.list.len())
            .filter(|&quota| Self::is_of_quota(model, quota, job))
            .all(|quota| {
                let left = model
                    .quotas
                    .available(quota, flavor, |other| used(quota, other));
                job.gpus <= left
            })
    }

    /// Whether quotas and what is promised to others let a job take GPUs of a pool now.
    pub(super) fn quotas_allow(&self, model: &Model, slot: Slot, pool: PoolId) -> bool {
        let promised = self.promised(pool).filter(|promise| promise.slot != slot);
        let leaves = |gpus: u64| self.pool(pool).free >= self.jobs[slot].gpus + gpus;
        promised.is_none_or(|promise| leaves(promise.gpus))
            && self.within_quotas(model, slot, pool, |_| 0)
    }

    /// Whether a running job may be stopped for a waiting one: `borrowed` says how much more than its own each quota
    /// would still hold.
    pub fn may_stop_for(
        &self,
        model: &Model,
        (slot, victim): (Slot, Slot),
        pool: PoolId,
        used: &impl Fn(usize) -> u64,
    ) -> bool {
        let Some(flavor) = model.quotas.flavor(pool) else {
            return false;
        };
        let (job, other) = (&self.jobs[slot], &self.jobs[victim]);
        // What this decision has placed is not carried out yet.
        let runs = other.phase == Phase::Running && other.placed < self.now;
        if !runs || other.pool != pool {
            return false;
        }
        let lower = other.request.priority < job.request.priority;
        let quotas = 0..model.quotas.list.len();
        let mut own = quotas
            .clone()
            .filter(|&quota| Self::is_of_quota(model, quota, job));
        own.any(|quota| {
            let terms = &model.quotas.list[quota];
            if Self::is_of_quota(model, quota, other) {
                return terms.within && lower;
            }
            let allowed = match terms.across {
                Reclaim::Never => false,
                Reclaim::LowerPriority => lower,
                Reclaim::Any => true,
            };
            let mut of_other = quotas
                .clone()
                .filter(|&of| Self::is_of_quota(model, of, other));
            allowed
                && of_other.any(|of| {
                    let pair = (quota, of);
                    model.quotas.may_reclaim(pair, flavor, job.gpus, used)
                })
        })
    }
}
