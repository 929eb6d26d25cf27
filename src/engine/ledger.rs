//! Postings: what each stretch cost, cut at the end of every UTC month.

use crate::journal::{Bucket, JobRecord, Observer, PoolRecord, Posting};
use crate::model::Supply;
use crate::units::{JobId, MilliGpus, Money, PoolId, SimTime};
use crate::world::{Slot, Stretch};

use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Posts what the last move booked for a job that lives on.
    pub(super) fn post_booked(&mut self, slot: Slot) {
        if O::POSTINGS {
            let job = &self.world.jobs[slot];
            let (id, gpus) = (job.id, MilliGpus(self.model.milli_of(job.request.shape)));
            self.post_stretches(Some(id), gpus);
        }
    }

    /// Posts what stopping jobs booked in the decision that is carried out.
    pub(super) fn post_stops(&mut self) {
        if O::POSTINGS {
            for index in 0..self.scratch.stretches.len() {
                let (slot, stretch) = self.scratch.stretches[index];
                let job = &self.world.jobs[slot];
                let (id, gpus) = (job.id, MilliGpus(self.model.milli_of(job.request.shape)));
                self.post_stretch(Some(id), gpus, stretch);
            }
        }
        self.scratch.stretches.clear();
    }

    pub(super) fn post_stretches(&mut self, job: Option<JobId>, asked: MilliGpus) {
        for index in 0..self.world.booked.len() {
            self.post_stretch(job, asked, self.world.booked[index]);
        }
    }

    fn post_stretch(&mut self, job: Option<JobId>, asked: MilliGpus, stretch: Stretch) {
        let mut from = stretch.from;
        while from < stretch.to {
            let to = self.model.epoch.next_month(from).min(stretch.to);
            let part = Stretch {
                from,
                to,
                ..stretch
            };
            self.post_cut(job, asked, part);
            from = to;
        }
    }

    fn post_cut(&mut self, job: Option<JobId>, asked: MilliGpus, stretch: Stretch) {
        let Stretch {
            pool,
            bucket,
            from,
            to,
        } = stretch;
        let occupied = MilliGpus::whole(asked.occupied());
        let amount = Money::of_odometer(occupied, self.price_ms(pool, from, to));
        let span = u128::from(to.since(from).0);
        let gpu_time = u128::from(asked.0) * span;
        self.out.posting(&Posting {
            from,
            to,
            pool,
            job,
            bucket: Some(bucket),
            gpu_time,
            amount,
        });
        let rest = u128::from(occupied.0) * span - gpu_time;
        if rest > 0 {
            let bucket = Some(Bucket::HeldIdle);
            let posting = Posting {
                from,
                to,
                pool,
                job,
                bucket,
                gpu_time: rest,
                amount: Money::ZERO,
            };
            self.out.posting(&posting);
        }
    }

    /// Posts what a job paid for moving its results.
    pub(super) fn post_egress(&mut self, record: &JobRecord) {
        if let Some(pool) = record.pool.filter(|_| record.egress_cost != Money::ZERO) {
            self.out.posting(&Posting {
                from: record.end,
                to: record.end,
                pool,
                job: Some(record.job),
                bucket: None,
                gpu_time: 0,
                amount: record.egress_cost,
            });
        }
    }

    /// Posts what no job of a pool used.
    pub(super) fn post_idle(&mut self, record: &PoolRecord) {
        if O::POSTINGS && record.gpu_time[Bucket::IdlePaid] > 0 {
            self.out.posting(&Posting {
                from: SimTime::ZERO,
                to: self.world.now,
                pool: record.pool,
                job: None,
                bucket: Some(Bucket::IdlePaid),
                gpu_time: record.gpu_time[Bucket::IdlePaid],
                amount: record.idle_cost,
            });
        }
    }

    fn price_ms(&self, pool: PoolId, from: SimTime, to: SimTime) -> u128 {
        match &self.model.pool(pool).supply {
            Supply::Owned { price } => u128::from(price.0) * u128::from(to.since(from).0),
            Supply::OnDemand(offer) => offer.prices.between(from, to),
        }
    }
}
