//! The books of pools at the end: what they were charged for, and what is down drew nothing.

use crate::journal::{Bucket, PoolRecord};
use crate::model::{Model, Supply};
use crate::units::{MilliGpus, Money, PoolId, SimTime};

use super::moment::World;

impl World {
    /// Closes the books of all pools; charges stop here.
    pub fn close_pool(&mut self, model: &Model, pool: PoolId) -> PoolRecord {
        let now = self.now;
        let terms = model.pool(pool);
        self.charges.clear();
        self.pools[pool.index()].settle_shut(now);
        match &terms.supply {
            Supply::Owned { .. } => {
                let books = &mut self.pools[pool.index()].books;
                (books.charged, books.charged_cost) = (0, Money::ZERO);
                let mut number = 0;
                while let Some((gpus, from, until)) = self.pool(pool).paid(terms, now, number) {
                    let books = &mut self.pools[pool.index()].books;
                    number += 1;
                    let gpus = MilliGpus::whole(gpus);
                    let paid = until.since(from);
                    books.charged += u128::from(gpus.0) * u128::from(paid.0);
                    let prices = self.tariffs.between(pool, from, until);
                    books.charged_cost += Money::of_odometer(gpus, prices);
                    if let Some(meter) = model.power.meter(pool) {
                        books.drawn_idle += meter.idle.over(gpus, from, until);
                    }
                    self.spend_on(model, (pool, gpus), (from, until));
                }
            }
            Supply::Rented(_) => {
                let slots = self.pools[pool.index()]
                    .rent()
                    .map_or(0, super::rent::Rent::slots);
                for slot in 0..slots {
                    if let Some(launched) = self.launch_of(pool, slot) {
                        self.charge(model, pool, launched, now);
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
            drawn: books.drawn + books.drawn_idle,
            drawn_idle: books.drawn_idle,
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

    /// Takes what is counted of nodes that take no work up to now: what is down draws nothing.
    pub fn draw_shut(&mut self, model: &Model, pool: PoolId) {
        let Some(meter) = model.power.meter(pool) else {
            return;
        };
        let state = &mut self.pools[pool.index()];
        for stretch in &state.shut_stretches {
            if stretch.bucket == Bucket::Down {
                let idle = meter.idle.over(stretch.asked, stretch.from, stretch.to);
                state.books.drawn_idle -= idle;
            }
        }
    }

    /// Counts up to now what is absorbed on nodes of all pools that take no work.
    pub fn settle_shut(&mut self) {
        for state in &mut self.pools {
            state.settle_shut(self.now);
        }
    }
}
