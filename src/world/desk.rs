//! Where a job's stretches of GPU-time are booked, into its pool's books and its own account.

use crate::journal::{Bucket, Drawn, GpuTime};
use crate::model::{Model, Rhythm, Tariffs};
use crate::units::{MilliGpus, Money, PoolId, SimTime, Span};

use super::feeds::Starved;
use super::job::{Job, Phase};
use super::pool::PoolState;
use super::stretch::Stretch;

/// Where a job's stretches are booked.
pub(super) struct Desk<'a> {
    pub(super) pools: &'a mut [PoolState],
    /// `None` where nobody wants to hear of single stretches.
    pub(super) booked: Option<&'a mut Vec<Stretch>>,
    pub(super) model: &'a Model,
    pub(super) tariffs: &'a Tariffs,
    pub(super) job: &'a Job,
    /// Milli-GPUs that it asked for.
    pub(super) asked: u64,
    /// The job's own account.
    pub(super) gpu_time: &'a mut GpuTime,
    pub(super) cost: &'a mut Money,
    pub(super) drawn: &'a mut Drawn,
}

impl Desk<'_> {
    /// The same desk, for a job that had another size then.
    pub(super) fn of_size<'b>(&'b mut self, job: &'b Job) -> Desk<'b> {
        Desk {
            pools: self.pools,
            booked: self.booked.as_deref_mut(),
            model: self.model,
            tariffs: self.tariffs,
            asked: job.gpus * 1000,
            job,
            gpu_time: self.gpu_time,
            cost: self.cost,
            drawn: self.drawn,
        }
    }

    /// Books what a job holds in its present place, and what it did with it, up to now.
    #[inline]
    pub(super) fn book_last(
        &mut self,
        running_to: Bucket,
        (now, halted): (SimTime, SimTime),
        starved: Starved,
    ) {
        let job = self.job;
        match job.phase {
            Phase::Running | Phase::Saving if starved != Starved::default() => {
                let stop = now.min(halted);
                let run_from = (job.started + job.restart).min(stop);
                let ends = [(Bucket::HeldIdle, job.started), (Bucket::Restart, run_from)];
                self.book(job.pool, job.placed, ends);
                self.book_fed(job.pool, running_to, (run_from, stop), starved);
                self.book(job.pool, stop, [(Bucket::Checkpoint, now)]);
            }
            // The usual job runs once, at once and to its end.
            Phase::Running if job.placed == job.started && job.restart == Span::ZERO => {
                self.book_run(job.pool, running_to, job.placed, now);
            }
            Phase::Running => {
                let run_from = (job.started + job.restart).min(now);
                let rhythm = self.model.rhythm(job.request.shape, job.pool);
                if rhythm.is_none() {
                    let ends = [
                        (Bucket::HeldIdle, job.started),
                        (Bucket::Restart, run_from),
                        (running_to, now),
                    ];
                    self.book(job.pool, job.placed, ends);
                } else {
                    let ends = [(Bucket::HeldIdle, job.started), (Bucket::Restart, run_from)];
                    self.book(job.pool, job.placed, ends);
                    self.book_run(job.pool, running_to, run_from, now);
                }
            }
            Phase::Booting | Phase::Staging => {
                self.book(job.pool, job.placed, [(Bucket::HeldIdle, now)]);
            }
            Phase::Saving => {
                let run_from = (job.started + job.restart).min(halted);
                let ends = [(Bucket::HeldIdle, job.started), (Bucket::Restart, run_from)];
                self.book(job.pool, job.placed, ends);
                self.book_run(job.pool, running_to, run_from, halted);
                self.book(job.pool, halted, [(Bucket::Checkpoint, now)]);
            }
            Phase::Waiting | Phase::Asking | Phase::Gone => {}
        }
    }

    /// Books stretches that follow each other in one pool from `from` on, each until its own end, into the
    /// pool's books and the job's own account.
    #[inline]
    pub(super) fn book<const N: usize>(
        &mut self,
        pool: PoolId,
        from: SimTime,
        ends: [(Bucket, SimTime); N],
    ) {
        let cost = self.price(pool, from, ends[N - 1].1);
        let books = &mut self.pools[pool.index()].books;
        books.used_cost += cost;
        *self.cost += cost;
        let mut begun = from;
        for (bucket, end) in ends {
            if end <= begun {
                continue;
            }
            self.add(pool, bucket, end.since(begun));
            if self.model.power.is_counted() {
                self.draw(pool, bucket, begun, end);
            }
            self.note_stretch(Stretch {
                pool,
                asked: MilliGpus(self.asked),
                bucket,
                from: begun,
                to: end,
                rhythm: Rhythm::NONE,
                starved: Starved::default(),
            });
            begun = end;
        }
    }

    /// Books a stretch of running with the checkpoints that were written in it.
    #[inline]
    pub(super) fn book_run(&mut self, pool: PoolId, bucket: Bucket, from: SimTime, to: SimTime) {
        let rhythm = self.model.rhythm(self.job.request.shape, pool);
        if rhythm.is_none() {
            return self.book(pool, from, [(bucket, to)]);
        }
        if to <= from {
            return;
        }
        let run = rhythm.cut(to.since(from)).run;
        let cost = self.price(pool, from, to);
        let books = &mut self.pools[pool.index()].books;
        books.used_cost += cost;
        *self.cost += cost;
        self.add(pool, bucket, run);
        let writes = Span(to.since(from).0 - run.0);
        self.add(pool, Bucket::Checkpoint, writes);
        if self.model.power.is_counted() {
            self.draw(pool, bucket, from, to);
        }
        self.note_stretch(Stretch {
            pool,
            asked: MilliGpus(self.asked),
            bucket,
            from,
            to,
            rhythm,
            starved: Starved::default(),
        });
    }

    /// As [`Desk::book_run`], where a part of the running was starved of data.
    pub(super) fn book_fed(
        &mut self,
        pool: PoolId,
        bucket: Bucket,
        (from, to): (SimTime, SimTime),
        starved: Starved,
    ) {
        if starved == Starved::default() {
            return self.book_run(pool, bucket, from, to);
        }
        let rhythm = self.model.rhythm(self.job.request.shape, pool);
        let run = rhythm.cut(to.since(from)).run;
        let cost = self.price(pool, from, to);
        let books = &mut self.pools[pool.index()].books;
        books.used_cost += cost;
        *self.cost += cost;
        self.add(
            pool,
            bucket,
            Span(run.0 - starved.storage.0 - starved.link.0),
        );
        self.add(pool, Bucket::StalledStorage, starved.storage);
        self.add(pool, Bucket::StalledLink, starved.link);
        self.add(pool, Bucket::Checkpoint, Span(to.since(from).0 - run.0));
        if self.model.power.is_counted() {
            // GPUs that wait for data keep their clocks up: they draw like those that work.
            self.draw(pool, bucket, from, to);
        }
        self.note_stretch(Stretch {
            pool,
            asked: MilliGpus(self.asked),
            bucket,
            from,
            to,
            rhythm,
            starved,
        });
    }

    #[inline]
    fn note_stretch(&mut self, stretch: Stretch) {
        if let Some(booked) = &mut self.booked {
            booked.push(stretch);
        }
    }

    /// Adds what GPUs drew in a stretch to the pool's books and the job's own; that of idle ones was, or will be,
    /// counted for all of the pool.
    #[cold]
    fn draw(&mut self, pool: PoolId, bucket: Bucket, from: SimTime, to: SimTime) {
        let Some(meter) = self.model.power.meter(pool) else {
            return;
        };
        let held = MilliGpus::whole(self.job.gpus);
        let drawn = meter.stretch(bucket, (held, MilliGpus(self.asked)), from, to);
        let books = &mut self.pools[pool.index()].books;
        books.drawn += drawn;
        books.drawn_idle -= meter.idle.over(held, from, to);
        *self.drawn += drawn;
    }

    fn price(&self, pool: PoolId, from: SimTime, to: SimTime) -> Money {
        let occupied = MilliGpus::whole(self.job.gpus);
        Money::of_odometer(occupied, self.tariffs.between(pool, from, to))
    }

    /// Adds GPU-time to the pool's books and the job's own.
    #[inline]
    fn add(&mut self, pool: PoolId, bucket: Bucket, span: Span) {
        let held = (MilliGpus::whole(self.job.gpus), MilliGpus(self.asked));
        self.pools[pool.index()].books.used.hold(bucket, held, span);
        self.gpu_time.hold(bucket, held, span);
    }
}
