//! Ends: of jobs, and of the run at its horizon.

use crate::journal::{Fact, JobState, Observer, RunRecord, Validations};
use crate::units::{Money, PoolId, SimTime, Span};
use crate::world::{Phase, Slot};

#[cfg(debug_assertions)]
use super::agenda::Rank;
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// A job ends.
    pub(super) fn end(&mut self, slot: Slot, state: JobState) {
        if state == JobState::Finished && !self.model.rollout.phases.is_empty() {
            self.world.rollout.finished += 1;
        }
        let idle = &mut self.scratch.orders.idle;
        let became_idle = |pool, instance, generation| idle.push((pool, instance, generation));
        let record = &mut self.record;
        self.world.end(self.model, slot, state, record, became_idle);
        if let Some(half_life) = self.strategy.usage_half_life() {
            self.world
                .use_by(record.tenant, record.gpu_time.allocated(), half_life);
        }
        self.out
            .fact(self.world.now, Fact::Ended(record.job, state));
        self.post_record();
        self.out.job(&self.record);
        if !self.scratch.orders.idle.is_empty() {
            self.set_release_timers();
        }
        if !self.is_still
            && let Some(errand) = self.timeline.errand(self.record.job.index())
        {
            self.errand_ended(errand, state);
        }
    }

    /// The horizon: everything is cut, nothing is dropped and nothing is drained.
    pub(super) fn close(&mut self) -> RunRecord {
        if self.horizon != SimTime::NEVER {
            self.world.advance_to(self.horizon);
        }
        self.close_phases();
        let mut living = std::mem::take(&mut self.scratch.living);
        living.clear();
        let jobs = self.world.jobs.living();
        living.extend(jobs.map(|(slot, job)| (job.id.0, slot)));
        living.sort_unstable();
        for &(_, slot) in &living {
            let state = match self.world.jobs[slot].phase {
                Phase::Waiting | Phase::Asking => JobState::Waiting,
                _ => JobState::Running,
            };
            let done = self.world.progress(self.model, slot);
            let unsaved = self.world.unsaved(self.model, slot);
            let id = self.world.jobs[slot].id;
            self.out.left(id, Span(done), Span(unsaved));
            if self.world.failing.are_used() {
                self.tell_recovery(slot, false);
            }
            self.world.booked.clear();
            self.world
                .close_job(self.model, slot, state, &mut self.record);
            self.post_record();
            self.out.job(&self.record);
        }
        self.scratch.living = living;
        self.post_fares();
        self.world.settle_shut();
        self.post_shut();
        for pool in 0..self.model.pools.len() {
            let record = self.world.close_pool(self.model, PoolId::from(pool));
            debug_assert!(record.gpu_time.total() == self.world.pools[pool].books.charged);
            self.charge_idle();
            self.post_idle(&record);
            self.out.pool(&record);
        }
        self.post_link_rent();
        self.close_budgets();
        self.close_services();
        self.close_rules();
        self.close_failovers();
        let storage_cost = self.settle_storage();
        let link_cost = self.world.link_rent(self.model);
        let (discounts, shortfall) = self.settle_commitments();
        let settled = (discounts, shortfall);
        let record = self.run_record((storage_cost, link_cost), settled);
        self.out.run(&record);
        record
    }

    /// The run as a whole.
    fn run_record(
        &self,
        (storage_cost, link_cost): (Money, Money),
        (discounts, shortfall): (Money, Money),
    ) -> RunRecord {
        RunRecord {
            horizon: self.world.now,
            waiting_area: self.world.waiting_area,
            digest: self.digest,
            events: self.events,
            passes: self.passes,
            slips: self.world.slips,
            revoked_jobs: self.harm.revoked_jobs,
            expired_jobs: self.harm.expired_jobs,
            denied_jobs: self.harm.denied_jobs,
            spoiled_jobs: self.harm.spoiled_jobs,
            fell_back: self.world.staging.transfers.syncs.fell_back,
            spoiled_time: self.harm.spoiled_time,
            link_cost,
            copy_cost: self.world.staging.copy_cost,
            transform_cost: self.world.staging.transforming.cost,
            transforms_failed: self.world.staging.transforming.failures,
            validations: Validations {
                flawed: self.harm.flawed,
                ..self.world.staging.transforming.validations
            },
            storage_cost,
            kept_cost: self.kept_cost(),
            deletions: self.deletions.list.len() as u64,
            deletions_proven: self.deletions.proven,
            deletions_unproven: self.deletions.unproven,
            kept_late: self.world.retention.late,
            people_cost: self.people_cost(),
            torn_down: self.world.windows.torn_down,
            envelopes_reached: self.world.envelopes.reached,
            envelope_overshoot: self.world.envelopes.overshoot,
            overtime: self.world.windows.overtime(self.world.now),
            discounts,
            shortfall,
        }
    }

    fn post_record(&mut self) {
        if O::POSTINGS {
            let record = self.record;
            self.post_stretches(Some(record.job));
            self.post_egress(&record);
        }
    }
}

/// Counts again, from the jobs, what the pools say of themselves.
#[cfg(debug_assertions)]
pub(super) fn audit<O: Observer>(run: &mut Run<'_, O>) {
    if run.passes > 2_000 && !run.passes.is_multiple_of(997) {
        return;
    }
    let world = &run.world;
    let mut held = std::mem::take(&mut run.scratch.held);
    held.clear();
    held.resize(world.pools.len(), 0);
    let mut waiting = 0;
    for (slot, job) in world.jobs.living() {
        match job.phase {
            Phase::Waiting => waiting += 1,
            Phase::Asking => {}
            _ => held[job.pool.index()] += job.gpus,
        }
        if job.phase == Phase::Running {
            if world.is_feeding(slot) || world.is_fetching(slot) {
                continue;
            }
            let live = run.scratch.agenda.count(&|event| {
                event.rank == Rank::Finish
                    && event.slot == slot.0
                    && event.id == job.id.0
                    && event.attempt == job.attempt
            });
            assert_eq!(live, 1, "a running job has exactly one live finish");
        }
    }
    assert_eq!(
        waiting,
        world.line.len(),
        "everyone who waits is in the line"
    );
    for (index, state) in world.pools.iter().enumerate() {
        let terms = &run.model.pools[index];
        assert_eq!(
            state.busy, held[index],
            "pool {} holds what its jobs hold",
            terms.name
        );
        for claimed in world
            .claims
            .in_pool(PoolId::from(index))
            .into_iter()
            .flatten()
        {
            assert_eq!(claimed, held[index], "claims on pool {}", terms.name);
        }
        if let Some(nodes) = state.nodes_free() {
            assert_eq!(
                nodes, state.free,
                "free GPUs of pool {} by node",
                terms.name
            );
        }
        if !terms.is_rented() {
            assert_eq!(
                state.free + state.busy + state.absorbed(),
                terms.gpus(),
                "GPUs of pool {}",
                terms.name
            );
        }
    }
    run.scratch.held = held;
}
