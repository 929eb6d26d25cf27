//! What reading while they run means for jobs: when they read, how far that lets them get, what it costs.

use crate::model::{Freight, Model};
use crate::units::{Bandwidth, Bytes, LinkId, Money, SimTime, Span};

use super::feeds::{Feeding, Starved};
use super::job::Slot;
use super::moment::World;
use super::transfers::{Cargo, Load};

impl World {
    /// A job that has just started reads from now on, if its class reads while it runs. Returns whether it does:
    /// its end then depends on what it gets.
    pub fn start_feeding(&mut self, model: &Model, slot: Slot) -> bool {
        let job = &self.jobs[slot];
        let (shape, pool) = (job.request.shape, job.pool);
        let whole = self.jobs.history(job).and_then(|history| history.whole);
        let (of, share) = whole.unwrap_or((shape, 1000));
        let Some((way, demand)) = model.feed(of, pool) else {
            return false;
        };
        // A gang that goes on with fewer GPUs reads as much less as it is slower.
        let demand = Bandwidth(demand.share(share).0.max(1));
        let work = (job.started + job.restart, model.rhythm(shape, pool));
        let whose = model.labelled(job.request.shape);
        let load = Load {
            cargo: Cargo::Feed(slot, way),
            freight: Some(Freight::Feed(whose)),
            job: Some(job.id),
        };
        let where_to = (model.pool(pool).site, load);
        let transfers = &mut self.staging.transfers;
        transfers.begin_feed(&model.network, self.now, slot, demand, work, where_to);
        true
    }

    /// A job that reads while it runs stops running; how far it got stays known until it has left its GPUs.
    #[cold]
    pub(super) fn stop_feeding(&mut self, model: &Model, slot: Slot) {
        let transfers = &mut self.staging.transfers;
        transfers.end_feed(&model.network, self.now, slot);
        self.pay_fares(model);
    }

    /// Charges what crossed links for jobs to them and to the pools of which it came or for which it went.
    pub(super) fn pay_fares(&mut self, model: &Model) {
        self.pay_fares_at(model, self.now);
    }

    /// A month ends: what jobs read, and what they sent home, is charged in it up to its last millisecond.
    #[cold]
    pub fn turn_month(&mut self, model: &Model) {
        let transfers = &mut self.staging.transfers;
        transfers.turn_month(&model.network, self.now);
        self.pay_fares_at(model, SimTime(self.now.0 - 1));
    }

    fn pay_fares_at(&mut self, model: &Model, at: SimTime) {
        let mut fares = std::mem::take(&mut self.staging.transfers.fares);
        for fare in fares.drain(..) {
            let cost = self.toll_at(model, &fare.links, fare.bytes, at);
            if cost == Money::ZERO {
                continue;
            }
            let slot = fare.slot;
            let (id, mut pool) = (self.jobs[slot].id, self.jobs[slot].pool);
            if fare.is_sync
                && let Some(syncing) = self.staging.transfers.syncs.get(slot)
            {
                pool = syncing.pool;
            }
            self.pools[pool.index()].books.egress_cost += cost;
            if self.budgets.are_kept() {
                self.count_egress(model, (pool, Some(slot)), at, cost);
            }
            self.jobs.history_mut(slot).egress += cost;
            self.staging.transfers.paid.push((at, id, pool, cost));
        }
        self.staging.transfers.fares = fares;
    }

    /// What a job paid so far for what crossed links for it.
    pub(super) fn fares_of(&self, slot: Slot) -> Money {
        let before = self.jobs.history(&self.jobs[slot]);
        before.map_or(Money::ZERO, |history| history.egress)
    }

    /// What bytes pay on the links of a route: the price of each link, or the bands of the site that they leave.
    pub(super) fn toll(&mut self, model: &Model, lanes: &[LinkId], bytes: Bytes) -> Money {
        self.toll_at(model, lanes, bytes, self.now)
    }

    fn toll_at(&mut self, model: &Model, lanes: &[LinkId], bytes: Bytes, at: SimTime) -> Money {
        let (mut cost, epoch) = (Money::ZERO, model.epoch);
        let terms = &model.commitments;
        for link in model.network.crossed(lanes) {
            let site = &model.sites[link.from.index()];
            cost += if let Some(price) = link.price {
                Money::of_bytes(bytes, price)
            } else {
                let paid = self.meters.charge(epoch, at, site, bytes);
                self.spend.add((epoch, terms), at, site.provider, paid);
                paid
            };
        }
        cost
    }

    /// Whether a job reads while it runs, or did so until it stopped.
    pub fn is_feeding(&self, slot: Slot) -> bool {
        self.feeding(slot).is_some()
    }

    fn feeding(&self, slot: Slot) -> Option<&Feeding> {
        let feeds = &self.staging.transfers.feeds;
        if feeds.is_used() {
            feeds.get(slot)
        } else {
            None
        }
    }

    /// Running at full speed that does what the present stretch of a job did; `run` is how long it ran.
    pub(super) fn full_run(&self, slot: Slot, run: Span) -> Span {
        self.feeding(slot).map_or(run, |feeding| {
            feeding.full(feeding.at(self.now.min(self.jobs.halted(&self.jobs[slot]))))
        })
    }

    /// When a job that reads will have run for `more` than now at full speed; `None` if it does not read.
    pub(super) fn when_fed(&self, slot: Slot, more: Span) -> Option<SimTime> {
        let feeding = self.feeding(slot)?;
        let full = feeding.full(feeding.at(self.now));
        Some(feeding.done_at(full + more))
    }

    /// How long the present stretch of a job was starved.
    #[inline]
    pub(super) fn starved(&self, slot: Slot) -> Starved {
        if self.staging.transfers.feeds.is_used() {
            self.fed_until(slot, Span::ZERO).2
        } else {
            Starved::default()
        }
    }

    /// How long the present stretch of a job was starved between two amounts of running.
    pub(super) fn starved_between(&self, slot: Slot, from: Span, to: Span) -> Starved {
        let Some(feeding) = self.feeding(slot) else {
            return Starved::default();
        };
        let stop = self.now.min(self.jobs.halted(&self.jobs[slot]));
        feeding.starved(feeding.at_run(stop, from), feeding.at_run(stop, to))
    }

    /// How long the present stretch of a job was starved after so much running.
    pub(super) fn starved_from(&self, slot: Slot, run: Span) -> Starved {
        self.fed_until(slot, run).2
    }

    /// Of the present stretch of a job, up to where it had run for so long and from there on: what it did there at
    /// full speed, and how long it was starved; starved afterwards.
    pub(super) fn fed_until(&self, slot: Slot, run: Span) -> (Span, Starved, Starved) {
        let Some(feeding) = self.feeding(slot) else {
            return (run, Starved::default(), Starved::default());
        };
        let stop = self.now.min(self.jobs.halted(&self.jobs[slot]));
        let safe = feeding.at_run(stop, run);
        let start = feeding.at_run(stop, Span::ZERO);
        let end = feeding.at(stop);
        let full = feeding.full(safe);
        (
            full,
            feeding.starved(start, safe),
            feeding.starved(safe, end),
        )
    }
}
