//! What jobs are yet expected to cost: budgets that look ahead count it before somebody goes to rented capacity.

use crate::model::{Budget, Model};
use crate::units::{MilliGpus, Money, PoolId, SimTime, Span};

use super::job::{Phase, Slot};
use super::moment::World;
use super::pool::PoolState;
use super::stretch::wall;

impl World {
    /// What those who run on what a budget counts, and a job that would join them in a pool, are expected to cost from
    /// now to the end of its period, at the prices of this moment.
    pub(super) fn outlay(
        &mut self,
        model: &Model,
        (index, budget): (usize, &Budget),
        slot: Slot,
        pool: PoolId,
    ) -> Money {
        // The period of now is only known once it is counted up to now.
        let ends = self.with_budget(model, (index, self.now), |of| of.state.ends);
        let own = self.own_outlay(model, budget, (slot, pool), ends);
        let kept = self.budgets.states[index].outlay;
        if let Some((_, all)) = kept.filter(|&(at, _)| at == self.now) {
            return all + own;
        }
        let mut all = Money::ZERO;
        for (slot, job) in self.jobs.living() {
            let counts = job.phase.has_gpus()
                && model.pool(job.pool).is_rented()
                && budget.place_of(job.pool).is_some()
                && self.is_about(model, budget, slot);
            if counts {
                let gpus = MilliGpus::whole(job.gpus);
                let end = self.expected_release(model, slot).min(ends);
                all += self.price_now(job.pool, gpus, end);
            }
        }
        self.budgets.states[index].outlay = Some((self.now, all));
        all + own
    }

    /// What a job is expected to cost in a pool. Where pools pay and it needs new instances, these count as a whole.
    fn own_outlay(
        &self,
        model: &Model,
        budget: &Budget,
        (slot, pool): (Slot, PoolId),
        ends: SimTime,
    ) -> Money {
        let terms = model.pool(pool);
        let gpus = self.jobs[slot].gpus;
        let held = if budget.is_of_jobs() || self.pool(pool).fits(gpus) {
            gpus
        } else {
            PoolState::instances_for(terms, gpus) * u64::from(terms.gpus_per_node)
        };
        let end = self.expected_end(model, slot, pool).min(ends);
        self.price_now(pool, MilliGpus::whole(held), end)
    }

    /// When a job that has GPUs is expected to leave them; now, if it overruns.
    fn expected_release(&self, model: &Model, slot: Slot) -> SimTime {
        let job = &self.jobs[slot];
        if job.phase != Phase::Running {
            return self.expected_end(model, slot, job.pool);
        }
        let left = Span(job.request.requested.0.saturating_sub(job.done).max(1));
        let rhythm = model.rhythm(job.request.shape, job.pool);
        let end = job.started + job.restart + rhythm.wall(wall(left, job.speed));
        end.max(self.now)
    }

    fn price_now(&self, pool: PoolId, gpus: MilliGpus, until: SimTime) -> Money {
        let price = self.tariffs.price_at(pool, self.now);
        Money::of(gpus, until.since(self.now), price)
    }
}
