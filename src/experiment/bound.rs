//! The relaxed bound: a cost that no plan can go below in one sampled world.
//!
//! It holds for every plan on the same estate in the same world under which each job comes at least as far by the
//! horizon as it did in the run that is looked at. Gangs, nodes, boots, links, services, quotas, budgets and whether
//! instances are to be had are left out, and the future is known: whatever is left out only makes a plan dearer. The
//! proof is in `docs/model.md`.

mod allowed;
mod attained;
mod fixed;
mod lowest;
mod relaxation;

use crate::journal::{JobRecord, PoolRecord, RunRecord};
use crate::model::{Model, Timeline};
use crate::units::{JobId, Money, SimTime, Span, StrategyId};

use allowed::Allowed;
use attained::Attained;
use relaxation::{Capacity, Relaxation};

/// Stretches of equal length into which a run is cut: a job may use what is owned in the stretch in which it comes, and
/// later.
const STRETCHES: usize = 16;

/// What there is to know of a model and a strategy before any of its runs.
#[derive(Clone, Debug)]
pub struct Bound<'a> {
    model: &'a Model,
    allowed: Allowed,
}

/// What one run under the strategy did, as far as the bound looks at it. Its memory is used again.
#[derive(Clone, Debug, Default)]
pub struct Done {
    attained: Attained,
    pools: Vec<PoolRecord>,
    run: RunRecord,
    /// Reference time of work that the job of which the horizon speaks next has done.
    left: Span,
}

impl<'a> Bound<'a> {
    /// Works out who may run where; `None` if nothing can be rented, for then there is nothing to decide about money.
    pub fn of(model: &'a Model, strategy: StrategyId) -> Option<Self> {
        let rents = model.pools.iter().any(crate::model::Pool::is_rented);
        rents.then(|| Self {
            model,
            allowed: Allowed::of(model, &model.strategies[strategy.index()]),
        })
    }

    /// Forgets the last run; `timeline` is the world of the next.
    pub fn begin(&self, timeline: &Timeline, done: &mut Done) {
        done.attained
            .clear(self.allowed.groups.len(), self.span(timeline));
        done.pools.clear();
    }

    /// Takes in how far a living job has come; its record follows.
    pub fn left(&self, progress: Span, done: &mut Done) {
        done.left = progress;
    }

    /// Takes in what became of a job.
    pub fn job(&self, record: &JobRecord, timeline: &Timeline, done: &mut Done) {
        let left = std::mem::take(&mut done.left);
        done.attained
            .add(self.model, &self.allowed, timeline, record, left);
    }

    /// Takes in the books of a pool.
    pub fn pool(&self, record: &PoolRecord, done: &mut Done) {
        done.pools.push(*record);
    }

    /// Takes in what is known of the run as a whole.
    pub fn run(&self, record: &RunRecord, done: &mut Done) {
        done.run = *record;
    }

    /// What no plan can go below that does what the run did.
    pub fn cost(&self, timeline: &Timeline, done: &Done) -> Money {
        let end = done.run.horizon;
        let owned = fixed::owned(self.model, &self.allowed, &done.pools);
        let always = done.run.link_cost + fixed::electricity(self.model, &done.pools, end)
            - fixed::comes_back(self.model);
        let bare = always + owned.all + self.rent(timeline, done, false);
        if self.model.commitments.promises.is_empty() {
            return bare;
        }
        // Whoever was promised money gets it all, and what is bought there is not paid again.
        let promised = fixed::promised(self.model, end);
        let kept = always + owned.elsewhere + promised + self.rent(timeline, done, true);
        bare.max(kept)
    }

    /// The least that must be rented; `promised` takes offers of providers to whom spend was promised as free.
    fn rent(&self, timeline: &Timeline, done: &Done, promised: bool) -> Money {
        let end = done.run.horizon;
        let begins = |stretch| done.attained.begin_of(stretch);
        let froms: Vec<SimTime> = (0..STRETCHES).map(begins).collect();
        let lowest = lowest::by_pool(self.model, timeline, &froms, end);
        let groups = self.allowed.groups.iter();
        let prices = groups
            .map(|group| group.cheapest(&lowest, promised))
            .collect();
        let capacity = self.capacity(done, &froms, end);
        Relaxation {
            groups: &self.allowed.groups,
            need: done.attained.need(),
            prices,
            capacity,
        }
        .least()
    }

    /// What of each owned pool can be used from each stretch on.
    fn capacity(&self, done: &Done, froms: &[SimTime], end: SimTime) -> Vec<Capacity> {
        let pools = self.model.pools.iter().enumerate();
        pools
            .map(|(index, pool)| {
                let record = done
                    .pools
                    .iter()
                    .find(|record| record.pool.index() == index);
                let whole = record
                    .filter(|record| !record.rented)
                    .map_or(0, fixed::usable);
                let (begins, ends) = pool.paid_until(end);
                let from = froms.iter().map(|&from| {
                    let span = ends.0.saturating_sub(from.max(begins).0);
                    whole.min(u128::from(pool.gpus()) * 1000 * u128::from(span))
                });
                Capacity(from.collect())
            })
            .collect()
    }

    /// How long jobs come.
    fn span(&self, timeline: &Timeline) -> Span {
        match self.model.horizon {
            crate::model::Horizon::At(end) => Span(end.0),
            _ => Span(timeline.last_submit().0),
        }
    }
}

/// Whether a job was there before the run.
pub(super) fn is_initial(model: &Model, job: JobId) -> bool {
    job.index() < model.initial.jobs.len()
}
