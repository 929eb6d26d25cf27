//! Booking: what a stretch of GPU-time was and what it cost, exactly, in the pool's books and the job's own.

use crate::journal::{Bucket, Cause, GpuTime, JobRecord, JobState, PoolRecord};
use crate::model::{Model, Pool, Rhythm, Supply, Tariffs};
use crate::units::{Bytes, MilliGpus, Money, PoolId, SimTime, Span};

use super::job::{Job, Phase, Slot};
use super::moment::World;
use super::pool::PoolState;
use super::stretch::Stretch;

/// What one job's own account gains in a move.
struct Own {
    gpu_time: GpuTime,
    cost: Money,
}

impl Own {
    const ZERO: Self = Self {
        gpu_time: GpuTime::ZERO,
        cost: Money::ZERO,
    };
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
        let mut own = Own::ZERO;
        let mut desk = Desk {
            pools: &mut self.pools,
            booked: &mut self.booked,
            model,
            tariffs: &self.tariffs,
            job,
        };
        match job.phase {
            // The usual job runs once, at once and to its end.
            Phase::Running if job.placed == job.started && job.restart == Span::ZERO => {
                desk.book_run(job.pool, running_to, job.placed, now, &mut own);
            }
            Phase::Running => {
                let run_from = (job.started + job.restart).min(now);
                let rhythm = model.rhythm(job.request.shape, job.pool);
                if rhythm.is_none() {
                    let ends = [
                        (Bucket::HeldIdle, job.started),
                        (Bucket::Restart, run_from),
                        (running_to, now),
                    ];
                    desk.book(job.pool, job.placed, ends, &mut own);
                } else {
                    let ends = [(Bucket::HeldIdle, job.started), (Bucket::Restart, run_from)];
                    desk.book(job.pool, job.placed, ends, &mut own);
                    desk.book_run(job.pool, running_to, run_from, now, &mut own);
                }
            }
            Phase::Booting => desk.book(job.pool, job.placed, [(Bucket::HeldIdle, now)], &mut own),
            Phase::Saving => {
                let run_from = (job.started + job.restart).min(job.halted);
                let ends = [(Bucket::HeldIdle, job.started), (Bucket::Restart, run_from)];
                desk.book(job.pool, job.placed, ends, &mut own);
                desk.book_run(job.pool, running_to, run_from, job.halted, &mut own);
                desk.book(job.pool, job.halted, [(Bucket::Checkpoint, now)], &mut own);
            }
            Phase::Waiting | Phase::Asking | Phase::Gone => {}
        }
        if let Some(history) = self.jobs.history(job) {
            for (pool, from, to) in self.jobs.runs(history) {
                desk.book_run(pool, running_to, from, to, &mut own);
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
        self.pools[pool.index()].settle_shut(now);
        match &terms.supply {
            Supply::Owned { price, .. } => {
                let books = &mut self.pools[pool.index()].books;
                let gpus = MilliGpus::whole(terms.gpus());
                let (from, until) = terms.paid_until(now);
                let paid = until.since(from);
                books.charged = u128::from(gpus.0) * u128::from(paid.0);
                books.charged_cost = Money::of(gpus, paid, *price);
            }
            Supply::Rented(_) => {
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
            reclaims: books.reclaims,
            refusals: books.refusals,
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
        let mut own = Own::ZERO;
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

    /// As [`World::book`], for running with its checkpoints.
    pub(super) fn book_run(
        &mut self,
        model: &Model,
        slot: Slot,
        bucket: Bucket,
        from: SimTime,
        to: SimTime,
    ) {
        let job = &self.jobs[slot];
        let mut own = Own::ZERO;
        let (pools, booked, tariffs) = (&mut self.pools, &mut self.booked, &self.tariffs);
        Desk {
            pools,
            booked,
            model,
            tariffs,
            job,
        }
        .book_run(job.pool, bucket, from, to, &mut own);
        let history = self.jobs.history_mut(slot);
        history.gpu_time.add(&own.gpu_time);
        history.cost += own.cost;
    }

    #[inline]
    fn egress(&mut self, model: &Model, slot: Slot, state: JobState) -> Money {
        if state != JobState::Finished {
            return Money::ZERO;
        }
        let job = &self.jobs[slot];
        let class = &model.classes[model.class_of(job.request.shape).index()];
        if class.results == Bytes(0) {
            return Money::ZERO;
        }
        if let Some(to) = class.results_to {
            self.send_home(model, slot, to, class.results);
            return Money::ZERO;
        }
        if !model.pool(job.pool).is_rented() {
            return Money::ZERO;
        }
        let site = model.site_of(job.pool);
        let cost = self
            .meters
            .charge(model.epoch, self.now, site, class.results);
        self.pools[job.pool.index()].books.egress_cost += cost;
        cost
    }

    #[inline]
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
            Phase::Booting | Phase::Asking if job.first_start.is_none() => {
                waits[Cause::Provisioning] += self.now.since(job.placed).0;
            }
            Phase::Waiting | Phase::Booting | Phase::Asking => {
                preempted += self.now.since(job.waiting_since);
            }
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
            interruptions: job.interruptions,
            recoveries: job.recoveries,
            recovery: job.recovery,
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
    #[inline]
    fn book<const N: usize>(
        &mut self,
        pool: PoolId,
        from: SimTime,
        ends: [(Bucket, SimTime); N],
        own: &mut Own,
    ) {
        let cost = self.price(pool, from, ends[N - 1].1);
        let books = &mut self.pools[pool.index()].books;
        books.used_cost += cost;
        own.cost += cost;
        let mut begun = from;
        for (bucket, end) in ends {
            if end <= begun {
                continue;
            }
            self.add(pool, bucket, end.since(begun), own);
            self.booked.push(Stretch {
                pool,
                bucket,
                from: begun,
                to: end,
                rhythm: Rhythm::NONE,
            });
            begun = end;
        }
    }

    /// Books a stretch of running with the checkpoints that were written in it.
    #[inline]
    fn book_run(
        &mut self,
        pool: PoolId,
        bucket: Bucket,
        from: SimTime,
        to: SimTime,
        own: &mut Own,
    ) {
        let rhythm = self.model.rhythm(self.job.request.shape, pool);
        if rhythm.is_none() {
            return self.book(pool, from, [(bucket, to)], own);
        }
        if to <= from {
            return;
        }
        let run = rhythm.cut(to.since(from)).run;
        let cost = self.price(pool, from, to);
        let books = &mut self.pools[pool.index()].books;
        books.used_cost += cost;
        own.cost += cost;
        self.add(pool, bucket, run, own);
        self.add(
            pool,
            Bucket::Checkpoint,
            Span(to.since(from).0 - run.0),
            own,
        );
        self.booked.push(Stretch {
            pool,
            bucket,
            from,
            to,
            rhythm,
        });
    }

    fn price(&self, pool: PoolId, from: SimTime, to: SimTime) -> Money {
        let occupied = MilliGpus::whole(self.job.gpus);
        Money::of_odometer(occupied, self.tariffs.between(pool, from, to))
    }

    /// Adds GPU-time to the pool's books and the job's own.
    #[inline]
    fn add(&mut self, pool: PoolId, bucket: Bucket, span: Span, own: &mut Own) {
        let occupied = MilliGpus::whole(self.job.gpus);
        let asked = self.model.milli_of(self.job.request.shape);
        let span = u128::from(span.0);
        let books = &mut self.pools[pool.index()].books;
        let gpu_time = u128::from(asked) * span;
        books.used[bucket] += gpu_time;
        own.gpu_time[bucket] += gpu_time;
        if occupied.0 > asked {
            // A share of a GPU that is not shared: the remainder is held and does nothing.
            let rest = u128::from(occupied.0 - asked) * span;
            books.used[Bucket::HeldIdle] += rest;
            own.gpu_time[Bucket::HeldIdle] += rest;
        }
    }
}
