//! Postings: what each stretch cost, cut at the end of every UTC month.

use std::collections::BTreeMap;

use crate::journal::{Bucket, Drawn, Item, JobRecord, Observer, Payee, PoolRecord, Posting};
use crate::units::{JobId, MilliGpus, Money, PoolId, SimTime, Span};
use crate::world::{Slot, Starved, Stretch};

use super::run::Run;

/// What pools were charged for and no job used: by pool and end of month.
pub(super) type IdleBooks = BTreeMap<(PoolId, SimTime), Idle>;

/// A part of a stretch: how long in all, and the integral of the price over it.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    span: Span,
    price_ms: u128,
}

/// What a pool was charged for in one month and no job used.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Idle {
    /// The first and the last instant that was charged for.
    charged: Option<(SimTime, SimTime)>,
    /// Milli-GPU·ms; below zero while charges for what jobs used are still to come.
    gpu_time: i128,
    amount: Money,
    /// By the meter.
    pub(super) electricity: Money,
}

impl<O: Observer> Run<'_, O> {
    /// Posts what the last move booked for a job that lives on.
    pub(super) fn post_booked(&mut self, slot: Slot) {
        if O::POSTINGS {
            let id = self.world.jobs[slot].id;
            self.post_stretches(Some(id));
        }
    }

    /// Posts what stopping jobs booked in the decision that is carried out.
    pub(super) fn post_stops(&mut self) {
        if O::POSTINGS {
            for index in 0..self.scratch.orders.stretches.len() {
                let (slot, stretch) = self.scratch.orders.stretches[index];
                let id = self.world.jobs[slot].id;
                self.post_stretch(Some(id), stretch);
            }
        }
        self.scratch.orders.stretches.clear();
    }

    pub(super) fn post_stretches(&mut self, job: Option<JobId>) {
        for index in 0..self.world.booked.len() {
            self.post_stretch(job, self.world.booked[index]);
        }
    }

    fn post_stretch(&mut self, job: Option<JobId>, stretch: Stretch) {
        let mut from = stretch.from;
        while from < stretch.to {
            let to = self.model.epoch.next_month(from).min(stretch.to);
            let whole = Part {
                span: to.since(from),
                price_ms: self.price_ms(stretch.pool, from, to),
            };
            let run = self.run_of(&stretch, from, to, whole);
            let rest = Part {
                span: Span(whole.span.0 - run.span.0),
                price_ms: whole.price_ms - run.price_ms,
            };
            let cut = Stretch {
                from,
                to,
                ..stretch
            };
            let run = if stretch.starved == Starved::default() {
                run
            } else {
                self.post_starved(job, &stretch, &cut, run)
            };
            self.post_part(job, &cut, stretch.bucket, run);
            self.post_part(job, &cut, Bucket::Checkpoint, rest);
            self.post_electricity(job, &cut);
            from = to;
        }
    }

    /// Posts what of the running of a stretch in one month was starved of data, and returns the rest. It is spread
    /// evenly over the running, so that the months add up to the stretch.
    #[cold]
    fn post_starved(
        &mut self,
        job: Option<JobId>,
        stretch: &Stretch,
        month: &Stretch,
        run: Part,
    ) -> Part {
        let ran = |at: SimTime| u128::from(stretch.rhythm.cut(at.since(stretch.from)).run.0);
        let (storage, link) = (stretch.starved.storage.0, stretch.starved.link.0);
        let (all, whole) = (u128::from(storage + link), ran(stretch.to));
        let starved = |at: SimTime| all * ran(at) / whole.max(1);
        let by_link = |at: SimTime| starved(at) * u128::from(link) / all;
        let (from, to) = (month.from, month.to);
        let links = by_link(to) - by_link(from);
        let storages = starved(to) - starved(from) - links;
        let part = |span: u128| Part {
            span: Span(span as u64),
            price_ms: run.price_ms * span / u128::from(run.span.0.max(1)),
        };
        let (links, mut storages) = (part(links), part(storages));
        if links.span.0 + storages.span.0 == run.span.0 && storages.span > Span::ZERO {
            // Nothing is left for the rest, so it may cost nothing.
            storages.price_ms = run.price_ms - links.price_ms;
        }
        self.post_part(job, month, Bucket::StalledLink, links);
        self.post_part(job, month, Bucket::StalledStorage, storages);
        Part {
            span: Span(run.span.0 - links.span.0 - storages.span.0),
            price_ms: run.price_ms - links.price_ms - storages.price_ms,
        }
    }

    /// What of a stretch between two instants was not the writing of checkpoints.
    fn run_of(&self, stretch: &Stretch, from: SimTime, to: SimTime, whole: Part) -> Part {
        let rhythm = stretch.rhythm;
        if rhythm.is_none() || rhythm.write == Span::ZERO {
            return whole;
        }
        let mut run = Part::default();
        let before = from.since(stretch.from).0 / rhythm.cycle().0;
        let mut begun = stretch.from + Span(before * rhythm.cycle().0);
        while begun < to {
            let (first, last) = (begun.max(from), (begun + rhythm.interval).min(to));
            if first < last {
                run.span += last.since(first);
                run.price_ms += self.price_ms(stretch.pool, first, last);
            }
            begun = begun + rhythm.cycle();
        }
        run
    }

    /// Posts a part of a stretch that lies in one month.
    fn post_part(&mut self, job: Option<JobId>, cut: &Stretch, bucket: Bucket, part: Part) {
        if part.span == Span::ZERO {
            return;
        }
        let &Stretch {
            pool,
            asked,
            from,
            to,
            ..
        } = cut;
        let occupied = MilliGpus::whole(asked.occupied());
        let amount = Money::of_odometer(occupied, part.price_ms);
        let span = u128::from(part.span.0);
        let gpu_time = u128::from(asked.0) * span;
        let month = self.model.epoch.next_month(from);
        let idle = self.idle.entry((pool, month)).or_default();
        idle.gpu_time -= i128::from(occupied.0) * i128::from(part.span.0);
        idle.amount -= amount;
        self.out.posting(&Posting {
            from,
            to,
            payee: Payee::Pool(pool),
            job,
            item: Item::Capacity(bucket),
            gpu_time,
            amount,
        });
        let rest = u128::from(occupied.0) * span - gpu_time;
        if rest > 0 {
            let posting = Posting {
                from,
                to,
                payee: Payee::Pool(pool),
                job,
                item: Item::Capacity(Bucket::HeldIdle),
                gpu_time: rest,
                amount: Money::ZERO,
            };
            self.out.posting(&posting);
        }
    }

    /// Posts what a job paid for moving its results.
    pub(super) fn post_egress(&mut self, record: &JobRecord) {
        // What crossed links for it was posted when it was charged.
        let amount = record.egress_cost - self.world.staging.transfers.of_last;
        if let Some(pool) = record.pool.filter(|_| amount != Money::ZERO) {
            self.out.posting(&Posting {
                from: record.end,
                to: record.end,
                payee: Payee::Pool(pool),
                job: Some(record.job),
                item: Item::Egress,
                gpu_time: 0,
                amount,
            });
        }
    }

    /// Posts what nodes that take no work were up to now.
    pub(super) fn post_shut(&mut self) {
        for pool in 0..self.world.pools.len() {
            if self.world.pools[pool].shut_stretches.is_empty() {
                continue;
            }
            if self.model.power.is_counted() {
                self.world.draw_shut(self.model, PoolId::from(pool));
            }
            if O::POSTINGS {
                self.post_shut_of(PoolId::from(pool));
            }
            self.world.pools[pool].shut_stretches.clear();
        }
    }

    fn post_shut_of(&mut self, pool: PoolId) {
        for index in 0..self.world.pool(pool).shut_stretches.len() {
            let stretch = self.world.pool(pool).shut_stretches[index];
            self.post_stretch(None, Stretch { pool, ..stretch });
        }
    }

    /// Adds the charges of the last move to the idle accounts, from which what jobs used is taken.
    pub(super) fn charge_idle(&mut self) {
        if !O::POSTINGS {
            return;
        }
        for index in 0..self.world.charges.len() {
            let (pool, from, to) = self.world.charges[index];
            let gpus = u64::from(self.model.pool(pool).gpus_per_node);
            self.charge_months(pool, MilliGpus::whole(gpus), from, to);
        }
        self.world.charges.clear();
    }

    fn charge_months(&mut self, pool: PoolId, gpus: MilliGpus, from: SimTime, to: SimTime) {
        let mut at = from;
        while at < to {
            let month = self.model.epoch.next_month(at);
            let until = month.min(to);
            let amount = Money::of_odometer(gpus, self.price_ms(pool, at, until));
            let meter = self.model.power.meter(pool);
            let drawn = meter.map_or(Drawn::ZERO, |meter| meter.idle.over(gpus, at, until));
            let electricity = drawn.cost;
            let idle = self.idle.entry((pool, month)).or_default();
            let (first, last) = idle.charged.unwrap_or((at, until));
            idle.charged = Some((first.min(at), last.max(until)));
            idle.gpu_time += i128::from(gpus.0) * i128::from(until.since(at).0);
            idle.amount += amount;
            idle.electricity += electricity;
            at = until;
        }
    }

    /// Posts what no job of a pool used.
    pub(super) fn post_idle(&mut self, record: &PoolRecord) {
        if !O::POSTINGS {
            return;
        }
        let pool = record.pool;
        if !record.rented {
            let terms = self.model.pool(pool);
            let (now, mut number) = (self.world.now, 0);
            while let Some((gpus, from, until)) = self.world.pool(pool).paid(terms, now, number) {
                number += 1;
                self.charge_months(pool, MilliGpus::whole(gpus), from, until);
            }
        }
        let months = (pool, SimTime::ZERO)..=(pool, SimTime::NEVER);
        for (_, idle) in self.idle.range(months) {
            let (Some((from, to)), Ok(gpu_time)) = (idle.charged, u128::try_from(idle.gpu_time))
            else {
                debug_assert!(false, "pool {pool:?} used what it was not charged for");
                continue;
            };
            if gpu_time > 0 {
                self.out.posting(&Posting {
                    from,
                    to,
                    payee: Payee::Pool(pool),
                    job: None,
                    item: Item::Capacity(Bucket::IdlePaid),
                    gpu_time,
                    amount: idle.amount,
                });
            }
            if idle.electricity != Money::ZERO {
                self.out.posting(&Posting {
                    from,
                    to,
                    payee: Payee::Pool(pool),
                    job: None,
                    item: Item::Electricity,
                    gpu_time: 0,
                    amount: idle.electricity,
                });
            }
        }
    }

    fn price_ms(&self, pool: PoolId, from: SimTime, to: SimTime) -> u128 {
        self.world.tariffs.between(pool, from, to)
    }
}
