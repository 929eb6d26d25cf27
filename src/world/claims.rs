//! How many GPUs each tenant and each class has in each pool, where a strategy asks for it.

use crate::model::Model;
use crate::units::{ClassId, PoolId, TenantId};

use super::job::Slot;
use super::moment::World;

/// GPUs held by tenant and by class, pool by pool; nothing is counted unless somebody asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    kept: bool,
    pools: usize,
    tenants: Vec<u64>,
    classes: Vec<u64>,
}

impl Claims {
    /// Whether somebody asks.
    #[inline]
    pub const fn are_kept(&self) -> bool {
        self.kept
    }

    /// GPUs that jobs of a tenant have in a pool.
    pub fn of_tenant(&self, tenant: TenantId, pool: PoolId) -> u64 {
        let place = tenant.index() * self.pools + pool.index();
        self.tenants.get(place).copied().unwrap_or(0)
    }

    /// GPUs that jobs of a class have in a pool.
    pub fn of_class(&self, class: ClassId, pool: PoolId) -> u64 {
        let place = class.index() * self.pools + pool.index();
        self.classes.get(place).copied().unwrap_or(0)
    }

    /// GPUs that are held in a pool, counted by tenant and by class; `None` unless somebody asks.
    #[cfg(debug_assertions)]
    pub fn in_pool(&self, pool: PoolId) -> Option<[u64; 2]> {
        let sum = |held: &[u64]| {
            let of_pool = held.iter().skip(pool.index()).step_by(self.pools.max(1));
            of_pool.sum()
        };
        self.kept.then(|| [sum(&self.tenants), sum(&self.classes)])
    }
}

impl World {
    /// Nobody has anything; whether it is counted from now on.
    pub fn keep_claims(&mut self, model: &Model, kept: bool) {
        let claims = &mut self.claims;
        claims.kept = kept;
        claims.pools = model.pools.len();
        claims.tenants.clear();
        claims.classes.clear();
        if kept {
            claims
                .tenants
                .resize(model.tenants.len() * model.pools.len(), 0);
            claims
                .classes
                .resize(model.classes.len() * model.pools.len(), 0);
        }
    }

    /// A job takes what it holds, or gives it back.
    #[cold]
    pub(super) fn claim(&mut self, model: &Model, slot: Slot, takes: bool) {
        let job = &self.jobs[slot];
        let (gpus, pool) = (job.gpus, job.pool.index());
        let class = model.class_of(job.request.shape).index();
        let tenant = job.request.tenant.index();
        let claims = &mut self.claims;
        for count in [
            &mut claims.tenants[tenant * claims.pools + pool],
            &mut claims.classes[class * claims.pools + pool],
        ] {
            *count = if takes { *count + gpus } else { *count - gpus };
        }
    }
}
