//! Pulls of artifacts to sites: how they come, break off, and are of no use any more.

use crate::journal::{Cause, Moved};
use crate::model::{Artifact, Freight, Model};
use crate::units::{Bytes, ClassId, DatasetId, PoolId, ServiceId, SimTime, SiteId};

use super::super::moment::World;
use super::super::transfers::{Cargo, Due, Load};
use super::cache::{Held, Way};

impl World {
    /// An artifact begins to be pulled, if it can be: over links where they lead to its registry, else by itself.
    pub(super) fn pull(
        &mut self,
        model: &Model,
        (id, artifact): (DatasetId, Artifact),
        site: SiteId,
        (pool, class): (PoolId, ClassId),
    ) {
        if self.unpullable(model, id, site).is_some() {
            return;
        }
        let (size, traffic) = (model.dataset(id).size, model.dataset(id).traffic);
        let number = self.staging.artifacts.begin(id, site);
        let leads = |from: &SiteId| !model.network.routes(*from, site).is_empty();
        let way = if let Some(from) = artifact.home.filter(leads) {
            let load = Load {
                cargo: Cargo::Dataset(id, pool),
                freight: Some(Freight::Dataset(id, class)),
                job: None,
            };
            let (cargo, transfers) = (load, &mut self.staging.transfers);
            let (ends, what) = ((from, site), (traffic, size));
            Way::Transfer(transfers.begin(&model.network, self.now, cargo, ends, what))
        } else {
            let what = (Moved::Dataset(id), Freight::Dataset(id, class), size);
            let (transfers, ends) = (&mut self.staging.transfers, (artifact.home, Some(site)));
            transfers.note_at_once(&model.network, what, ends);
            let span = artifact
                .rate
                .and_then(|rate| rate.span(u128::from(size.0) * 1000));
            let until = self.now + span.unwrap_or_default();
            self.staging.pulls.push((until, id, site, number));
            self.staging.transfers.due.push(Due::WAKE);
            Way::Pull(number)
        };
        self.staging.comes(id, size, site, way, self.now);
    }

    /// Why an artifact that is not at a site cannot be pulled there now, if it cannot.
    pub(in crate::world) fn unpullable(
        &self,
        model: &Model,
        id: DatasetId,
        site: SiteId,
    ) -> Option<Cause> {
        let artifact = model.dataset(id).artifact?;
        let lacks = |service: Option<ServiceId>| {
            let outlet = model.services.outlet_at(service?, site)?;
            let kind = model.services.service_of(outlet).kind;
            (!self.services.serves(outlet)).then_some(kind.cause())
        };
        let waits = self.staging.artifacts.waits(id, site, self.now);
        let registry = lacks(Some(artifact.registry)).or(waits.then_some(Cause::Registry));
        lacks(artifact.key).or(registry)
    }

    /// What a site has of something, or what comes of it, is of no use: it goes, unless somebody reads it still.
    pub(super) fn drop_copy(&mut self, model: &Model, id: DatasetId, site: SiteId) {
        let copies = &mut self.staging.sites[site.index()].copies;
        let Some(index) = copies.iter().position(|held| held.dataset == id) else {
            return;
        };
        if copies[index].readers > 0 {
            copies[index].coming = None;
            copies[index].void = true;
            return;
        }
        let held = copies.remove(index);
        self.lay(model, held, site);
    }

    /// Counts how long a copy lay in the cache of a site, once it goes or is replaced.
    pub(super) fn lay(&mut self, model: &Model, held: Held, site: SiteId) {
        if let Some(storage) = model.sites[site.index()].cache_on
            && (held.coming.is_none() || held.void)
        {
            let span = (held.since, self.now);
            self.kept.add(model.epoch, storage, held.size, span);
        }
    }

    /// A pull that uses no link is over. Returns whether it was still under way.
    pub fn pulled(&mut self, model: &Model, id: DatasetId, site: SiteId, number: u32) -> bool {
        let held = self.staging.sites[site.index()].find(id);
        let is_current = held.is_some_and(|held| held.coming == Some(Way::Pull(number)));
        if is_current {
            self.staged(model, id, site);
        }
        is_current
    }

    /// What came of an artifact is broken, and is tried again at `again`.
    pub fn pull_broke(&mut self, model: &Model, id: DatasetId, site: SiteId, again: SimTime) {
        self.drop_copy(model, id, site);
        self.staging.artifacts.wait_until(id, site, again);
        self.changes.other = true;
    }

    /// Pulls to a site break off, of all artifacts that `which` names; each that did is told.
    pub fn break_pulls(
        &mut self,
        model: &Model,
        site: SiteId,
        which: impl Fn(DatasetId, &Artifact) -> bool,
        broke: &mut Vec<DatasetId>,
    ) {
        broke.clear();
        if !self.staging.used {
            return;
        }
        for held in &self.staging.sites[site.index()].copies {
            let artifact = model.dataset(held.dataset).artifact;
            let named = artifact.is_some_and(|artifact| which(held.dataset, &artifact));
            if held.coming.is_some() && named {
                broke.push(held.dataset);
            }
        }
        for &id in &*broke {
            let held = self.staging.sites[site.index()].find(id);
            if let Some(Way::Transfer(transfer)) = held.and_then(|held| held.coming) {
                let transfers = &mut self.staging.transfers;
                transfers.cancel(&model.network, self.now, transfer);
            }
            self.drop_copy(model, id, site);
        }
        self.changes.other = true;
    }

    /// Copies of artifacts at a site are of no use any more: they have to be pulled again. Returns which.
    pub fn void_copies(
        &mut self,
        model: &Model,
        site: SiteId,
        which: impl Fn(DatasetId, &Artifact) -> bool,
    ) -> Vec<DatasetId> {
        if !self.staging.used {
            return Vec::new();
        }
        let copies = self.staging.sites[site.index()].copies.iter();
        let of = copies.filter(|held| held.coming.is_none());
        let void: Vec<DatasetId> = of
            .map(|held| held.dataset)
            .filter(|&id| {
                model
                    .dataset(id)
                    .artifact
                    .is_some_and(|artifact| which(id, &artifact))
            })
            .collect();
        for &id in &void {
            self.drop_copy(model, id, site);
        }
        self.changes.other = true;
        void
    }

    /// What a site had of an artifact can be read again, as far as there is room for it still; what is pulled of it is
    /// given up.
    pub fn restore_copy(&mut self, model: &Model, id: DatasetId, site: SiteId) {
        self.break_pulls(model, site, |of, _| of == id, &mut Vec::new());
        let now = self.now;
        let size = model.dataset(id).size;
        let cache = &mut self.staging.sites[site.index()];
        if let Some(held) = cache.find_mut(id) {
            held.void = false;
        } else {
            // What a little while ago was there takes nobody else's place.
            let full: u128 = cache
                .copies
                .iter()
                .map(|held| u128::from(held.size.0))
                .sum();
            let fits = |limit: Bytes| full + u128::from(size.0) <= u128::from(limit.0);
            if cache.size.is_none_or(fits) {
                self.staging.hold(site, id, size, now);
                self.watch_cached(model, id, site);
            }
        }
        self.staging.artifacts.is_back(id, site);
        self.changes.other = true;
    }
}
