//! Booking: what a stretch of GPU-time was and what it cost, exactly, in the pool's books and the job's own.

use crate::journal::{Bucket, Cause, Drawn, GpuTime, JobRecord, JobState};
use crate::model::{Model, Shape};
use crate::units::{Bytes, ClassId, MilliGpus, Money, PoolId, SimTime, Span};

use super::desk::Desk;
use super::feeds::Starved;
use super::job::{History, Job, NO_HISTORY, Phase, Run, Slot};
use super::moment::World;

impl World {
    /// Books what a job holds up to now and writes its record, without touching anything else. The record is
    /// large and is written where it is wanted: copying it at once would cost more than all the rest here.
    pub fn close_job(
        &mut self,
        model: &Model,
        slot: Slot,
        state: JobState,
        record: &mut JobRecord,
    ) {
        if !self.books_plainly {
            self.close_data(model, slot, !state.is_unfinished());
        }
        let shape = &model.shapes[self.jobs[slot].request.shape.index()];
        let egress_cost = self.egress(model, slot, shape.class, state);
        let job = &self.jobs[slot];
        self.begin_record(model, (job, shape), state, record);
        if self.causes.keeps_rare() {
            record.waits.set_rare(self.rare_wait(slot));
        }
        record.egress_cost = egress_cost;
        let running_to = if state.is_unfinished() || state == JobState::Finished {
            Bucket::Useful
        } else {
            Bucket::Failed
        };
        let once = job.phase == Phase::Running
            && job.placed == job.started
            && job.restart == Span::ZERO
            && job.history == NO_HISTORY;
        if once && self.books_plainly && !self.keeps_stretches {
            self.book_once((slot, shape.gpus), running_to, record);
        } else {
            self.book_all(model, slot, running_to, record);
        }
    }

    /// What a job that ends read and kept.
    #[inline(never)]
    fn close_data(&mut self, model: &Model, slot: Slot, is_over: bool) {
        if self.staging.transfers.feeds.is_used() {
            self.stop_feeding(model, slot);
            self.staging.transfers.of_last = self.fares_of(slot);
        }
        if self.staging.transfers.syncs.is_used() {
            self.end_sync(model, slot, is_over);
            self.staging.transfers.of_last = self.fares_of(slot);
        }
        if self.staging.keeps_checkpoints() {
            if matches!(self.jobs[slot].phase, Phase::Running | Phase::Saving) {
                self.keep_checkpoint(model, slot, false);
            }
            self.drop_checkpoint(model, slot, is_over);
        }
    }

    /// Books the usual job, which ran once, at once and to its end: as [`World::book_all`] does, without asking for
    /// what it cannot have.
    #[inline]
    fn book_once(
        &mut self,
        (slot, asked): (Slot, MilliGpus),
        bucket: Bucket,
        record: &mut JobRecord,
    ) {
        let job = &self.jobs[slot];
        let occupied = MilliGpus::whole(job.gpus);
        let prices = self.tariffs.between(job.pool, job.placed, self.now);
        let cost = Money::of_odometer(occupied, prices);
        let ran = self.now.since(job.placed);
        record.compute_cost = cost;
        record.gpu_time.hold(bucket, (occupied, asked), ran);
        let books = &mut self.pools[job.pool.index()].books;
        books.used_cost += cost;
        books.used.hold(bucket, (occupied, asked), ran);
    }

    /// Books all that a job held, in this place and those before.
    #[inline(never)]
    fn book_all(&mut self, model: &Model, slot: Slot, running_to: Bucket, record: &mut JobRecord) {
        if model.power.is_counted() {
            record.drawn = Drawn::ZERO;
        }
        let job = &self.jobs[slot];
        let now = self.now;
        let starved = self.starved(slot);
        let mut desk = Desk {
            pools: &mut self.pools,
            booked: self.keeps_stretches.then_some(&mut self.booked),
            model,
            tariffs: &self.tariffs,
            job,
            asked: model.milli_of(job.request.shape),
            gpu_time: &mut record.gpu_time,
            cost: &mut record.compute_cost,
            drawn: &mut record.drawn,
        };
        desk.book_last(running_to, (now, self.jobs.halted(job)), starved);
        if let Some(history) = self.jobs.history(job) {
            for (pool, shape, from, to, starved) in self.jobs.runs(history) {
                if shape == job.request.shape {
                    desk.book_fed(pool, running_to, (from, to), starved);
                } else {
                    desk.of_size(&job.of_shape(model, shape)).book_fed(
                        pool,
                        running_to,
                        (from, to),
                        starved,
                    );
                }
            }
            record.gpu_time.add(&history.gpu_time);
            record.compute_cost += history.cost;
            record.egress_cost += history.egress;
            if model.power.is_counted() {
                record.drawn += history.drawn;
            }
        }
    }

    /// Charges a stretch of one instance.
    pub(super) fn charge(&mut self, model: &Model, pool: PoolId, from: SimTime, to: SimTime) {
        let gpus = MilliGpus::whole(u64::from(model.pool(pool).gpus_per_node));
        self.charges.push((pool, from, to));
        let books = &mut self.pools[pool.index()].books;
        books.charged += u128::from(gpus.0) * u128::from(to.since(from).0);
        books.charged_cost += Money::of_odometer(gpus, self.tariffs.between(pool, from, to));
        if let Some(meter) = model.power.meter(pool) {
            books.drawn_idle += meter.idle.over(gpus, from, to);
        }
        self.spend_on(model, (pool, gpus), (from, to));
        if self.budgets.are_kept() {
            self.count_ahead(model, (pool, gpus), to);
        }
    }

    /// Remembers what capacity of a provider with terms cost.
    pub(super) fn spend_on(
        &mut self,
        model: &Model,
        (pool, gpus): (PoolId, MilliGpus),
        stretch: (SimTime, SimTime),
    ) {
        if self.spend.is_kept() && model.commitments.pools.contains(&pool) {
            let provider = model.site_of(pool).provider;
            let of = (provider, &self.tariffs);
            self.spend
                .add_capacity((model.epoch, &model.commitments), of, (pool, gpus), stretch);
        }
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
        if from < to {
            self.at_desk(model, slot, |desk, pool| {
                desk.book(pool, from, [(bucket, to)]);
            });
        }
    }

    /// As [`World::book`], for running with its checkpoints, of which a part was starved of data.
    pub(super) fn book_run(
        &mut self,
        model: &Model,
        slot: Slot,
        bucket: Bucket,
        (from, to): (SimTime, SimTime),
        starved: Starved,
    ) {
        self.at_desk(model, slot, |desk, pool| {
            desk.book_fed(pool, bucket, (from, to), starved);
        });
    }

    /// Books stretches of running that were lost after they were remembered, into the history of a job.
    pub(super) fn book_lost_runs(&mut self, model: &Model, slot: Slot, runs: &[Run]) {
        for &(pool, shape, from, to, starved) in runs {
            let of_then = self.jobs[slot].of_shape(model, shape);
            self.at_desk_as(model, (slot, &of_then), |desk| {
                desk.book_fed(pool, Bucket::Rework, (from, to), starved);
            });
        }
    }

    /// Books where a job is, into its history.
    fn at_desk(&mut self, model: &Model, slot: Slot, book: impl FnOnce(&mut Desk<'_>, PoolId)) {
        let job = self.jobs[slot];
        self.at_desk_as(model, (slot, &job), |desk| book(desk, job.pool));
    }

    /// As [`World::at_desk`], for the job as it was.
    fn at_desk_as(
        &mut self,
        model: &Model,
        (slot, job): (Slot, &Job),
        book: impl FnOnce(&mut Desk<'_>),
    ) {
        let (mut gpu_time, mut cost, mut drawn) = (GpuTime::ZERO, Money::ZERO, Drawn::ZERO);
        let mut desk = Desk {
            pools: &mut self.pools,
            booked: self.keeps_stretches.then_some(&mut self.booked),
            model,
            tariffs: &self.tariffs,
            job,
            asked: model.milli_of(job.request.shape),
            gpu_time: &mut gpu_time,
            cost: &mut cost,
            drawn: &mut drawn,
        };
        book(&mut desk);
        let history = self.jobs.history_mut(slot);
        history.gpu_time.add(&gpu_time);
        history.cost += cost;
        if model.power.is_counted() {
            history.drawn += drawn;
        }
    }

    #[inline]
    fn egress(&mut self, model: &Model, slot: Slot, class: ClassId, state: JobState) -> Money {
        if state != JobState::Finished {
            return Money::ZERO;
        }
        let job = &self.jobs[slot];
        let class = &model.classes[class.index()];
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
        let judge = &self.staging.transfers.judge;
        if (judge.is_used() || judge.tells) && !self.results_may_leave(model, slot, class.results) {
            return Money::ZERO;
        }
        let job = &self.jobs[slot];
        let site = model.site_of(job.pool);
        let cost = self
            .meters
            .charge(model.epoch, self.now, site, class.results);
        let pool = job.pool;
        self.pools[pool.index()].books.egress_cost += cost;
        let provider = site.provider;
        self.spend
            .add((model.epoch, &model.commitments), self.now, provider, cost);
        if self.budgets.are_kept() {
            self.count_egress(model, (pool, Some(slot)), self.now, cost);
        }
        cost
    }

    /// Writes all of a job's record but for what it held and what that cost, which begins at nothing.
    #[inline]
    fn begin_record(
        &self,
        model: &Model,
        (job, shape): (&Job, &Shape),
        state: JobState,
        record: &mut JobRecord,
    ) {
        let history = self.jobs.history(job).unwrap_or(&History::NONE);
        let whole = history.whole.map(|(whole, _)| &model.shapes[whole.index()]);
        let shape = whole.unwrap_or(shape);
        record.job = job.id;
        record.tenant = job.request.tenant;
        record.class = if model.rollout.twins.is_empty() {
            shape.class
        } else {
            model.rollout.reported(shape.class)
        };
        record.gpus = shape.gpus;
        record.submit = job.request.submit;
        record.start = job.has_run().then_some(job.first_start);
        record.end = self.now;
        record.state = state;
        record.pool = (job.attempt > 0).then_some(job.pool);
        record.waits.set_usual(job.waits.0);
        record.preempted = history.preempted;
        record.preemptions = history.preemptions;
        record.interruptions = history.interruptions;
        record.recoveries = history.recoveries;
        record.recovery = history.recovery;
        record.shrinks = history.shrinks;
        record.gpu_time = GpuTime::ZERO;
        record.compute_cost = Money::ZERO;
        match job.phase {
            Phase::Waiting if !job.has_run() => {
                record.waits.set_usual(self.first_wait(job).0);
            }
            Phase::Booting | Phase::Asking if !job.has_run() => {
                record.waits[Cause::Provisioning] += self.now.since(job.placed).0;
            }
            Phase::Staging if !job.has_run() => {
                record.waits[Cause::Staging] += self.now.since(job.placed).0;
            }
            Phase::Waiting | Phase::Booting | Phase::Staging | Phase::Asking => {
                record.preempted += self.now.since(history.waiting_since);
            }
            Phase::Running | Phase::Saving | Phase::Gone => {}
        }
    }
}
