//! Copies of data sets that are made while time passes: on their way, kept, or kept no longer.

use crate::model::{Freight, Model, Replica, Traffic};
use crate::units::{DatasetId, Money, SimTime, SiteId};

use super::super::job::{Job, Phase, Slot};
use super::super::moment::World;
use super::super::transfers::{Cargo, Load, Transfer, Transfers};
use super::cache::Bar;
use super::{Held, Staging, source};

/// How a copy stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody has asked for it yet.
    #[default]
    Ahead,
    /// A transform makes it, or will.
    Making,
    /// It is sent by this transfer.
    Comes(u32),
    /// It is kept since then.
    Kept(SimTime),
    /// It is kept since then, and rules keep it from being read.
    Locked(SimTime),
    /// It is kept since then; its time is over, and it goes as soon as it can.
    Due(SimTime),
    /// It was kept from one instant to another, or not at all.
    Gone(SimTime, SimTime),
}

impl State {
    /// Whether it is where it is kept, locked or not.
    pub(super) const fn lies(self) -> bool {
        matches!(self, Self::Kept(_) | Self::Locked(_) | Self::Due(_))
    }
}

impl Staging {
    pub(super) fn reset_replicas(&mut self, model: &Model) {
        self.copy_cost = Money::ZERO;
        self.replicas.clear();
        let copies = model.network.copies.len();
        self.replicas.resize(copies, State::Ahead);
    }

    /// The sites that keep a copy of a data set which was made while time passed.
    pub(super) fn replica_sites<'a>(
        &'a self,
        model: &'a Model,
        id: DatasetId,
    ) -> impl Iterator<Item = SiteId> + 'a {
        let copies = model.network.copies.iter().zip(&self.replicas);
        let there = copies
            .filter(move |(copy, state)| copy.dataset == id && matches!(state, State::Kept(_)));
        there.map(|(copy, _)| copy.site)
    }

    /// Whether a site keeps such a copy.
    pub(super) fn has_replica(&self, model: &Model, id: DatasetId, site: SiteId) -> bool {
        self.replica_sites(model, id).any(|kept| kept == site)
    }

    /// Whether such a copy is there or on its way: nobody sends another one to the cache.
    pub(super) fn comes_as_replica(&self, model: &Model, id: DatasetId, site: SiteId) -> bool {
        let mut copies = model.network.copies.iter().zip(&self.replicas);
        copies.any(|(copy, state)| {
            let is_there = match state {
                State::Kept(_) => true,
                // Of what rules hold up nobody knows when it will come.
                State::Comes(transfer) => !self.transfers.is_refused(&model.network, *transfer),
                State::Ahead
                | State::Making
                | State::Locked(_)
                | State::Due(_)
                | State::Gone(..) => false,
            };
            (copy.dataset, copy.site) == (id, site) && is_there
        })
    }
}

impl World {
    /// A copy of a data set is sent to where it will be kept. What lies in the cache there need not be sent. Returns
    /// whether it is there at once.
    pub fn begin_copy(&mut self, model: &Model, copy: u16) -> bool {
        let (now, staging) = (self.now, &mut self.staging);
        let replica = model.network.copies[usize::from(copy)];
        let (id, site) = (replica.dataset, replica.site);
        let cached = staging.sites.get(site.index()).filter(|_| staging.used);
        let cached = cached.and_then(|cache| cache.find(id));
        if cached.is_some_and(Held::is_there) {
            staging.replicas[usize::from(copy)] = State::Kept(now);
            self.watch_copy(model, copy);
            return true;
        }
        let freight = Freight::Replica(id);
        // What rules let come from nowhere waits at home until they do.
        let home = model.dataset(id).kept.first().copied();
        let Some(from) = source(model, staging, (id, freight), site).or(home) else {
            return false;
        };
        let what = (Traffic::Bulk, model.dataset(id).size);
        let load = Load {
            cargo: Cargo::Copy(copy),
            freight: Some(freight),
            job: None,
        };
        let (network, cargo) = (&model.network, load);
        let transfers = &mut staging.transfers;
        let transfer = transfers.begin(network, now, cargo, (from, site), what);
        staging.replicas[usize::from(copy)] = State::Comes(transfer);
        false
    }

    /// A copy is where it will be kept. Returns what its way cost.
    pub(super) fn copy_arrived(&mut self, model: &Model, copy: u16, transfer: &Transfer) -> Money {
        self.staging.replicas[usize::from(copy)] = State::Kept(self.now);
        self.watch_copy(model, copy);
        self.changes.other = true;
        let links = Transfers::links(&model.network, transfer);
        let cost = self.toll(model, links, transfer.size);
        self.staging.copy_cost += cost;
        cost
    }

    /// A copy is kept no longer; if it was still on its way, that is given up, and what moved is paid: returned with
    /// the data set. What runs reads on.
    pub fn end_copy(&mut self, model: &Model, copy: u16) -> Option<(DatasetId, Money)> {
        let now = self.now;
        let replica = model.network.copies[usize::from(copy)];
        let state = &mut self.staging.replicas[usize::from(copy)];
        let before = std::mem::replace(state, State::Gone(now, now));
        self.changes.other = true;
        match before {
            State::Kept(since) | State::Locked(since) | State::Due(since) => {
                *state = State::Gone(since, now);
                self.lay_copy(model, copy, (since, now));
                self.leave_to_readers(model, replica);
                None
            }
            State::Comes(id) => {
                let transfers = &mut self.staging.transfers;
                let transfer = transfers.cancel(&model.network, now, id)?;
                let links = Transfers::links(&model.network, &transfer);
                let cost = self.toll(model, links, transfer.moved());
                self.staging.copy_cost += cost;
                Some((replica.dataset, cost))
            }
            State::Gone(..) => {
                *state = before;
                None
            }
            State::Ahead | State::Making => None,
        }
    }

    /// A copy is kept no longer: whoever reads it now reads on, and nobody else can.
    fn leave_to_readers(&mut self, model: &Model, replica: Replica) {
        let (id, site) = (replica.dataset, replica.site);
        let is_cached = |staging: &Staging| staging.sites[site.index()].find(id).is_some();
        if !self.staging.used || is_cached(&self.staging) {
            // Those who read what is cached are counted there.
            return;
        }
        let readers = self.readers(model, id, site);
        if readers > 0 {
            self.staging.sites[site.index()].copies.push(Held {
                dataset: id,
                size: model.dataset(id).size,
                coming: None,
                void: true,
                bar: Bar::None,
                readers,
                since: self.now,
                used: self.now,
                rank: 0,
            });
        }
    }

    /// How many jobs read a data set at a site.
    pub(super) fn readers(&self, model: &Model, id: DatasetId, site: SiteId) -> u32 {
        let reads = |(slot, job): &(Slot, &Job)| {
            let begun = job.phase == Phase::Booting && !self.holds_staging(model, *slot);
            (begun || matches!(job.phase, Phase::Running | Phase::Saving))
                && model.pool(job.pool).site == site
                && self.reads(model, *slot, job.pool).contains(&id)
        };
        self.jobs.living().filter(reads).count() as u32
    }

    pub(super) fn lay_copy(&mut self, model: &Model, copy: u16, span: (SimTime, SimTime)) {
        let replica = model.network.copies[usize::from(copy)];
        if let Some(storage) = replica.storage {
            let size = model.dataset(replica.dataset).size;
            self.kept.add(model.epoch, storage, size, span);
        }
    }

    /// The run is over: copies on storages are counted there. Returns from when until when the others were kept.
    pub fn copies_kept(&mut self, model: &Model) -> Vec<(DatasetId, SimTime, SimTime)> {
        let withdrawn = &self.staging.transforming.withdrawn;
        let mut kept = [&self.retention.laid[..], withdrawn].concat();
        for copy in 0..model.network.copies.len() {
            let (since, until) = match self.staging.replicas[copy] {
                State::Kept(since) | State::Locked(since) | State::Due(since) => {
                    self.lay_copy(model, copy as u16, (since, self.now));
                    (since, self.now)
                }
                State::Gone(since, until) => (since, until),
                State::Ahead | State::Making | State::Comes(_) => continue,
            };
            let replica = model.network.copies[copy];
            if replica.storage.is_none() {
                kept.push((replica.dataset, since, until));
            }
        }
        kept
    }
}
