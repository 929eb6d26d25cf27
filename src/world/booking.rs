//! Booking: what a stretch of GPU-time was and what it cost, exactly, in the pool's books and the job's own.

use crate::journal::{Bucket, Cause, GpuTime, JobRecord, JobState, PoolRecord};
use crate::model::{Model, Pool, Supply, Tariffs};
use crate::units::{Bytes, MilliGpus, Money, PoolId, SimTime, Span};

use super::job::{Job, Phase, Slot};
use super::moment::World;
use super::pool::PoolState;
use super::stretch::Stretch;

/// What one job's own account gains in a move.
#[derive(Default)]
struct Own {
    gpu_time: GpuTime,
    cost: Money,
}

impl World {
    /// Books what a job holds up to now and writes its record, without touching anything else.
    pub fn close_job(&mut self, model: &Model, slot: Slot, state: JobState) -> JobRecord {
        let job = &self.jobs[slot];
        let running_to = if state.is_unfinished() || state == JobState::Finished {
            Bucket::Useful
        } else {
            Bucket::Failed
        };
        let now = self.now;
        let mut own = Own::default();
        let mut desk = Desk {
            pools: &mut self.pools,
            booked: &mut self.booked,
            model,
            tariffs: &self.tariffs,
            job,
        };
        match job.phase {
            Phase::Running => {
                let restart_end = (job.started + job.restart).min(now);
                let ends = [
                    (Bucket::HeldIdle, job.started),
                    (Bucket::Restart, restart_end),
                    (running_to, now),
                ];
                desk.book(job.pool, job.placed, ends, &mut own);
            }
            Phase::Booting => desk.book(job.pool, job.placed, [(Bucket::HeldIdle, now)], &mut own),
            Phase::Saving => {
                desk.book(job.pool, job.placed, [(Bucket::Checkpoint, now)], &mut own);
            }
            Phase::Waiting | Phase::Gone => {}
        }
        if let Some(history) = self.jobs.history(job) {
            for (pool, from, to) in self.jobs.runs(history) {
                desk.book(pool, from, [(running_to, to)], &mut own);
            }
            own.gpu_time.add(&history.gpu_time);
            own.cost += history.cost;
        }
        let egress = self.egress(model, slot, state);
        self.record(model, slot, state, &own, egress)
    }

    /// Closes the books of all pools; charges stop here.
    pub fn close_pool(&mut self, model: &Model, pool: PoolId) -> PoolRecord {
        let now = self.now;
        let terms = model.pool(pool);
        self.charges.clear();
        match &terms.supply {
            Supply::Owned { price } => {
                let books = &mut self.pools[pool.index()].books;
                let gpus = MilliGpus::whole(terms.gpus());
                books.charged = u128::from(gpus.0) * u128::from(now.0);
                books.charged_cost = Money::of(gpus, Span(now.0), *price);
            }
            Supply::OnDemand(_) => {
                let slots = self.pools[pool.index()]
                    .rent()
                    .map_or(0, super::rent::Rent::slots);
                for slot in 0..slots {
                    if let Some(launched) = self.launch_of(pool, slot) {
                        self.charge(terms, pool, launched, now);
                    }
                }
            }
        }
        let books = &self.pools[pool.index()].books;
        PoolRecord {
            pool,
            rented: terms.is_rented(),
            gpu_time: books.closed(),
            charged: books.charged_cost,
            idle_cost: books.charged_cost - books.used_cost,
            egress_cost: books.egress_cost,
            launches: books.launches,
            peak_gpus: books.peak_gpus,
        }
    }

    /// When an instance was launched, if it is held.
    fn launch_of(&self, pool: PoolId, slot: u32) -> Option<SimTime> {
        let rent = self.pools[pool.index()].rent()?;
        rent.is_held(slot).then(|| rent.instance(slot).launched)
    }

    /// Charges a stretch of one instance.
    pub(super) fn charge(&mut self, terms: &Pool, pool: PoolId, from: SimTime, to: SimTime) {
        let gpus = MilliGpus::whole(u64::from(terms.gpus_per_node));
        self.charges.push((pool, from, to));
        let books = &mut self.pools[pool.index()].books;
        books.charged += u128::from(gpus.0) * u128::from(to.since(from).0);
        books.charged_cost += Money::of_odometer(gpus, self.tariffs.between(pool, from, to));
    }

    /// Books a stretch of a job that is not over, into its history.
    pub(super) fn book(
        &mut self,
        model: &Model,
        slot: Slot,
        bucket: Bucket,
        from: SimTime,
        to: SimTime,
    ) {
        let job = &self.jobs[slot];
        let mut own = Own::default();
        if from < to {
            let (pools, booked) = (&mut self.pools, &mut self.booked);
            Desk {
                pools,
                booked,
                model,
                tariffs: &self.tariffs,
                job,
            }
            .book(job.pool, from, [(bucket, to)], &mut own);
        }
        let history = self.jobs.history_mut(slot);
        history.gpu_time.add(&own.gpu_time);
        history.cost += own.cost;
    }

    fn egress(&mut self, model: &Model, slot: Slot, state: JobState) -> Money {
        if state != JobState::Finished {
            return Money::ZERO;
        }
        let job = &self.jobs[slot];
        let class = &model.classes[model.class_of(job.request.shape).index()];
        if class.results == Bytes(0) || !model.pool(job.pool).is_rented() {
            return Money::ZERO;
        }
        let cost = Money::of_bytes(class.results, model.site_of(job.pool).egress);
        self.pools[job.pool.index()].books.egress_cost += cost;
        cost
    }

    fn record(
        &self,
        model: &Model,
        slot: Slot,
        state: JobState,
        own: &Own,
        egress_cost: Money,
    ) -> JobRecord {
        let job = &self.jobs[slot];
        let mut waits = job.waits;
        let mut preempted = job.preempted;
        match job.phase {
            Phase::Waiting if job.first_start.is_none() => {
                waits = self.causes.since(job.request.shape, self.now, job.waits);
            }
            Phase::Booting if job.first_start.is_none() => {
                waits[Cause::Provisioning] += self.now.since(job.placed).0;
            }
            Phase::Waiting | Phase::Booting => preempted += self.now.since(job.waiting_since),
            Phase::Running | Phase::Saving | Phase::Gone => {}
        }
        JobRecord {
            job: job.id,
            tenant: job.request.tenant,
            class: model.class_of(job.request.shape),
            gpus: MilliGpus(model.milli_of(job.request.shape)),
            submit: job.request.submit,
            start: job.first_start,
            end: self.now,
            state,
            pool: (job.attempt > 0).then_some(job.pool),
            waits,
            preempted,
            preemptions: job.preemptions,
            gpu_time: own.gpu_time,
            compute_cost: own.cost,
            egress_cost,
        }
    }
}

/// Where a job's stretches are booked.
struct Desk<'a> {
    pools: &'a mut [PoolState],
    booked: &'a mut Vec<Stretch>,
    model: &'a Model,
    tariffs: &'a Tariffs,
    job: &'a Job,
}

impl Desk<'_> {
    /// Books stretches that follow each other in one pool from `from` on, each until its own end, into the
    /// pool's books and the job's own account.
    fn book<const N: usize>(
        &mut self,
        pool: PoolId,
        from: SimTime,
        ends: [(Bucket, SimTime); N],
        own: &mut Own,
    ) {
        let end = ends[N - 1].1;
        let occupied = MilliGpus::whole(self.job.gpus);
        let cost = Money::of_odometer(occupied, self.tariffs.between(pool, from, end));
        let asked = self.model.milli_of(self.job.request.shape);
        let books = &mut self.pools[pool.index()].books;
        books.used_cost += cost;
        own.cost += cost;
        let mut begun = from;
        for (bucket, end) in ends {
            if end <= begun {
                continue;
            }
            let span = u128::from(end.since(begun).0);
            let gpu_time = u128::from(asked) * span;
            books.used[bucket] += gpu_time;
            own.gpu_time[bucket] += gpu_time;
            if occupied.0 > asked {
                // A share of a GPU that is not shared: the remainder is held and does nothing.
                let rest = u128::from(occupied.0 - asked) * span;
                books.used[Bucket::HeldIdle] += rest;
                own.gpu_time[Bucket::HeldIdle] += rest;
            }
            self.booked.push(Stretch {
                pool,
                bucket,
                from: begun,
                to: end,
            });
            begun = end;
        }
    }
}
