//! How one pool was used in a run: by whom, when, and who was turned down.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{Bar, Fact, Item, Justification, Observer, Payee, PoolRecord, Posting};
use crate::model::{Model, Timeline};
use crate::units::{ClassId, JobId, Money, PoolId, SimTime, TenantId};

use super::in_force::InForce;

/// What is known of a pool's use.
#[derive(Clone, Debug)]
pub struct Usage<'a> {
    model: &'a Model,
    timeline: &'a Timeline,
    pool: PoolId,
    /// Its books.
    pub record: Option<PoolRecord>,
    /// GPU-time in milli-GPU·ms, and cost, by tenant and class.
    pub users: BTreeMap<(TenantId, ClassId), (u128, Money)>,
    /// Jobs that ran there.
    pub jobs: BTreeSet<JobId>,
    /// What stood between jobs and the pool when decisions were made for them: how many decisions, and which jobs.
    pub bars: BTreeMap<&'static str, (u64, BTreeSet<JobId>)>,
    /// Jobs that stopped there before they had ended.
    pub stopped: u64,
    /// When failovers were in force, wherever they lead.
    pub in_force: InForce,
    /// Jobs that failovers moved away from it, or brought back from it.
    pub moved: u64,
    /// Changes of the GPU-time that jobs hold at an instant, in milli-GPUs.
    changes: BTreeMap<SimTime, f64>,
}

impl<'a> Usage<'a> {
    /// Listens for one pool of a run in the world of `timeline`.
    pub const fn of(model: &'a Model, timeline: &'a Timeline, pool: PoolId) -> Self {
        Self {
            model,
            timeline,
            pool,
            record: None,
            users: BTreeMap::new(),
            jobs: BTreeSet::new(),
            bars: BTreeMap::new(),
            stopped: 0,
            in_force: InForce {
                stretches: Vec::new(),
            },
            moved: 0,
            changes: BTreeMap::new(),
        }
    }

    /// Stretches with how many GPUs jobs held in them on average, in their order.
    pub fn held(&self) -> Vec<(SimTime, SimTime, f64)> {
        let mut held = 0.0;
        let nexts = self.changes.keys().skip(1).copied();
        let stretches = self.changes.iter().zip(nexts);
        stretches
            .map(|((&from, change), to)| {
                held += change;
                (from, to, held / 1000.0)
            })
            .collect()
    }

    /// How long jobs held at least so many GPUs, in ms.
    pub fn held_at_least(&self, gpus: f64) -> u64 {
        // Parts of a GPU are added up in floats.
        let least = gpus - 1e-6 * gpus.max(1.0);
        let long = self.held().into_iter().filter(|of| of.2 >= least);
        long.map(|(from, to, _)| to.since(from).0).sum()
    }

    /// The mean of the GPUs held over a stretch.
    pub fn mean_held(&self, from: SimTime, to: SimTime) -> f64 {
        let inside = self.held().into_iter().map(|(begin, end, gpus)| {
            let (begin, end) = (begin.max(from), end.min(to));
            gpus * end.0.saturating_sub(begin.0) as f64
        });
        inside.sum::<f64>() / to.since(from).0.max(1) as f64
    }
}

impl Observer for Usage<'_> {
    const POSTINGS: bool = true;
    const JUSTIFIES: bool = true;

    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.in_force.hear(at, fact);
        match fact {
            Fact::Moved(_, pool) if pool == self.pool => self.moved += 1,
            Fact::Placed(job, pool) if pool == self.pool => {
                self.jobs.insert(job);
            }
            Fact::Preempted(_, pool) | Fact::Warned(_, pool) | Fact::Interrupted(_, pool)
                if pool == self.pool =>
            {
                self.stopped += 1;
            }
            _ => {}
        }
    }

    fn justified(&mut self, why: &Justification) {
        let here = why.considered.iter().find(|found| found.pool == self.pool);
        let Some(bar) = here.and_then(|found| found.bar) else {
            return;
        };
        if bar != Bar::Strategy {
            let count = self.bars.entry(bar.name()).or_default();
            count.0 += 1;
            count.1.insert(why.job);
        }
    }

    fn posting(&mut self, posting: &Posting) {
        if posting.payee != Payee::Pool(self.pool) {
            return;
        }
        let Some(job) = posting.job else {
            return;
        };
        let request = self.timeline.request(job);
        let class = self
            .model
            .rollout
            .reported(self.model.class_of(request.shape));
        let user = self.users.entry((request.tenant, class)).or_default();
        user.0 += posting.gpu_time;
        user.1 += posting.amount;
        let span = posting.to.0.saturating_sub(posting.from.0);
        if matches!(posting.item, Item::Capacity(_)) && span > 0 {
            let gpus = posting.gpu_time as f64 / span as f64;
            *self.changes.entry(posting.from).or_default() += gpus;
            *self.changes.entry(posting.to).or_default() -= gpus;
        }
    }

    fn pool(&mut self, record: &PoolRecord) {
        if record.pool == self.pool {
            self.record = Some(*record);
        }
    }
}
