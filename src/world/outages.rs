//! What the outside does to capacity: nodes stop and come back, markets refuse, give notice and take away.

use crate::model::{Model, Pool, Supply};
use crate::units::{PoolId, SimTime};

use super::job::{Phase, Slot};
use super::moment::World;
use super::nodes::Holding;
use super::rent::charged_span;

impl World {
    /// The jobs that hold GPUs on nodes `first` to `first + nodes` of a pool, in order of arrival.
    pub fn jobs_on(&self, pool: PoolId, first: u32, nodes: u32, jobs: &mut Vec<Slot>) {
        let state = self.pool(pool);
        let within = |&(node, _): &(u32, u32)| (first..first.saturating_add(nodes)).contains(&node);
        jobs.clear();
        jobs.extend(
            self.jobs
                .living()
                .filter(|(_, job)| job.pool == pool && job.phase.has_gpus())
                .filter(|(_, job)| state.parts(job.holding, job.gpus).any(|part| within(&part)))
                .map(|(slot, _)| slot),
        );
        jobs.sort_unstable_by_key(|&slot| self.jobs[slot].id);
    }

    /// Nodes of an owned pool stop, or one more cause keeps them down; the caller stops the jobs on them.
    /// Returns how many took work until now.
    pub fn stop_nodes(&mut self, pool: PoolId, first: u32, nodes: u32) -> u32 {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        let stopped = (first..first + nodes).map(|node| u32::from(state.stop(node, now)));
        let stopped = stopped.sum();
        if stopped > 0 {
            self.changes.other = true;
        }
        stopped
    }

    /// Whether any of these nodes of an owned pool is ours now.
    pub fn owns_any(&self, pool: PoolId, first: u32, nodes: u32) -> bool {
        let shut = &self.pool(pool).shut;
        (first..first + nodes).any(|node| !shut.get(node).absent)
    }

    /// One cause that keeps nodes down is over. Returns how many take work again.
    pub fn resume_nodes(&mut self, pool: PoolId, first: u32, nodes: u32) -> u32 {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        let resumed = (first..first + nodes).map(|node| u32::from(state.resume(node, now)));
        let resumed = resumed.sum();
        if resumed > 0 {
            self.changes.other = true;
        }
        resumed
    }

    /// The term of a pool begins.
    pub fn begin_term(&mut self, pool: PoolId, nodes: u32) {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        for node in 0..nodes {
            state.appear(node, now);
        }
        self.changes.other = true;
    }

    /// The term of a pool will end soon: its nodes take no more work.
    pub fn warn_term(&mut self, pool: PoolId, nodes: u32) {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        for node in 0..nodes {
            state.drain(node, now);
        }
        self.changes.other = true;
    }

    /// The term of a pool ends; the caller has stopped the jobs there.
    pub fn end_term(&mut self, pool: PoolId, nodes: u32) {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        for node in 0..nodes {
            state.disappear(node, now);
        }
        self.changes.other = true;
    }

    /// The market has no room for the instances that a job was placed on: it has nothing until it is told so.
    pub fn refuse(&mut self, model: &Model, slot: Slot, launched: u32) {
        let pool = self.jobs[slot].pool;
        self.cancel(model, slot, None);
        if self.budgets.are_kept() {
            self.budgets.forget_flagged(self.jobs[slot].id);
        }
        let books = &mut self.pools[pool.index()].books;
        books.launches -= u64::from(launched);
        books.refusals += 1;
        self.jobs[slot].phase = Phase::Asking;
    }

    /// A job hears that it was refused, and waits again; nobody asks that market until `remembered`.
    pub fn hear_refusal(&mut self, model: &Model, slot: Slot, remembered: SimTime) {
        let pool = self.jobs[slot].pool;
        let state = &mut self.pools[pool.index()];
        state.refused_until = state.refused_until.max(remembered);
        state.doubt.refused();
        if !model.elastic.is_empty() {
            self.shrink(model, slot);
        }
        self.wait_again(slot, None);
    }

    /// Takes back the launch of a booting gang. Its instances are charged for, but not beyond `charged`; `None`
    /// if they never existed. Returns how many of them were under notice.
    pub(super) fn cancel(&mut self, model: &Model, slot: Slot, charged: Option<SimTime>) -> u32 {
        if self.rules.are_used() {
            self.count_against_rules(model, slot, false);
        }
        if self.windows.are_used() {
            self.count_overtime(model, slot, false);
        }
        if self.envelopes.are_used() {
            self.pay_from_envelope(model, slot);
        }
        if self.claims.are_kept() {
            self.claim(model, slot, false);
        }
        let job = self.jobs[slot];
        let terms = model.pool(job.pool);
        let mut launches = std::mem::take(&mut self.cancelled);
        launches.clear();
        let state = &mut self.pools[job.pool.index()];
        let noticed = state.cancel(job.holding, job.gpus, |launched| launches.push(launched));
        self.jobs[slot].holding = Holding::Nothing;
        if self.budgets.are_kept() {
            self.count_rent(model, job.pool);
            self.count_job(model, slot, false);
        }
        if self.staging.is_used() && self.counts_as_reader(model, slot) {
            self.read_data(model, slot, false);
        }
        if let Some(horizon) = charged {
            for &launched in &launches {
                let until = self.charged_until(terms, launched).min(horizon);
                self.charge(model, job.pool, launched, until);
            }
        }
        self.cancelled = launches;
        noticed
    }

    /// Until when an instance that is given back now is charged for.
    fn charged_until(&self, terms: &Pool, launched: SimTime) -> SimTime {
        match &terms.supply {
            Supply::Rented(offer) => launched + charged_span(offer, self.now.since(launched)),
            Supply::Owned { .. } => self.now,
        }
    }

    /// A rented pool is lost, or (`back`) one cause that it is lost is over.
    pub fn lose_pool(&mut self, pool: PoolId, back: bool) {
        if let Some(rent) = &mut self.pools[pool.index()].rent {
            if back {
                rent.regain();
            } else {
                rent.lose();
            }
        }
    }

    /// An instance under notice, which no job uses any more, is gone. Returns whether there was one.
    pub fn reclaim(
        &mut self,
        model: &Model,
        pool: PoolId,
        instance: u32,
        horizon: SimTime,
    ) -> bool {
        let gone = self.lose_instance(model, pool, instance, horizon);
        self.pools[pool.index()].books.reclaims += u64::from(gone);
        gone
    }

    /// As [`World::reclaim`], where nobody took it: it failed.
    pub fn lose_instance(
        &mut self,
        model: &Model,
        pool: PoolId,
        instance: u32,
        horizon: SimTime,
    ) -> bool {
        let now = self.now;
        let Some(launched) = self.pools[pool.index()].reclaim(instance, now) else {
            return false;
        };
        let terms = model.pool(pool);
        let until = self.charged_until(terms, launched);
        self.charges.clear();
        if self.budgets.are_kept() {
            self.count_rent(model, pool);
        }
        self.charge(model, pool, launched, until.min(horizon));
        self.changes.other = true;
        true
    }
}
