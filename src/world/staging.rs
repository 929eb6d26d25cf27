//! Where data are: kept, cached or on their way. A job runs only where all that it reads is.

use crate::journal::Cause;
use crate::model::{Freight, Model, Traffic};
use crate::units::{Bytes, ClassId, DatasetId, LinkId, Money, PoolId, SimTime, SiteId};

use super::artifacts::Artifacts;
use super::job::Slot;
use super::moment::World;
use super::transfers::{Arrival, Cargo, Load, Transfer, Transfers};

mod at_hand;
mod cache;
mod distance;
mod held;
mod links;
mod permitted;
mod pulls;
mod rejudged;
mod replicas;
mod transforming;

use at_hand::source;
use cache::{Bar, Cache, Held, Way};
pub use rejudged::CopyTurned;
use replicas::State;
use transforming::Transforming;

/// Data, by site, and what moves between sites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staging {
    /// Whether any job reads data: nothing here is looked at otherwise.
    used: bool,
    /// Whether any class keeps its checkpoints on a storage.
    keeps_checkpoints: bool,
    /// Whether jobs of any class hold their GPUs while what they read comes.
    holds: bool,
    /// Copies that are made while time passes, as they are in the network.
    replicas: Vec<State>,
    /// What sending them cost.
    pub copy_cost: Money,
    /// Those that do so now, in the order in which they began.
    held: Vec<Slot>,
    sites: Vec<Cache>,
    /// What transforms make.
    pub transforming: Transforming,
    /// What slows links: which, and what share of its bandwidth is left, in ‰.
    slow: Vec<(LinkId, u32)>,
    /// What moves.
    pub transfers: Transfers,
    /// What is known of artifacts where it matters.
    pub(super) artifacts: Artifacts,
    /// Pulls without links that newly began, for whoever keeps the agenda: (until, what, where, which pull).
    pub pulls: Vec<(SimTime, DatasetId, SiteId, u32)>,
    /// Copies that are gone, for whoever tells of it: whether because a rule had turned against them, or to make room.
    pub gone: Vec<(DatasetId, SiteId, bool)>,
}

impl Staging {
    /// Nothing is cached and nothing moves.
    pub(super) fn reset(&mut self, model: &Model) {
        self.used = model.stages_data();
        let mut classes = model.classes.iter();
        self.keeps_checkpoints = classes.any(|class| class.checkpoints_on.is_some());
        self.holds = model.classes.iter().any(|class| class.holds_staging);
        self.held.clear();
        self.reset_replicas(model);
        self.transforming.reset(model);
        self.slow.clear();
        let rules = (model.rules.first_masks(), model.rules.list.len());
        let (syncs, sites) = (model.syncs_checkpoints(), model.sites.len());
        self.transfers.reset(&model.network, syncs, (sites, rules));
        self.artifacts.clear();
        self.pulls.clear();
        self.gone.clear();
        if !self.used {
            return;
        }
        self.sites.resize_with(model.sites.len(), Cache::default);
        for (cache, site) in self.sites.iter_mut().zip(&model.sites) {
            cache.size = site.cache;
            cache.copies.clear();
        }
    }

    /// Whether any job reads data.
    #[inline]
    pub(super) const fn is_used(&self) -> bool {
        self.used
    }

    /// Whether any class keeps its checkpoints on a storage.
    #[inline]
    pub(super) const fn keeps_checkpoints(&self) -> bool {
        self.keeps_checkpoints
    }

    /// Whether something is at a site, or on its way there.
    pub(super) fn has(&self, id: DatasetId, site: SiteId) -> bool {
        let held = self.sites[site.index()].find(id);
        held.is_some_and(|held| !held.is_void())
    }

    /// A site holds a copy of a data set from now on.
    pub(super) fn hold(&mut self, site: SiteId, dataset: DatasetId, size: Bytes, now: SimTime) {
        let cache = &mut self.sites[site.index()];
        let rank = cache.copies.len() as u32;
        if cache.find(dataset).is_none() {
            cache.copies.push(Held {
                rank,
                dataset,
                size,
                coming: None,
                void: false,
                bar: Bar::None,
                readers: 0,
                used: now,
                since: now,
            });
        }
    }

    /// What is in the cache of each site: when it was last used, its place among what was used then, and what it is.
    pub(super) fn caches(
        &self,
    ) -> impl Iterator<Item = (SiteId, impl Iterator<Item = (SimTime, u32, DatasetId)> + '_)> + '_
    {
        let sites = self.sites.iter().enumerate();
        sites.map(|(site, cache)| {
            let there = cache.copies.iter().filter(|held| held.is_there());
            let told = there.map(|held| (held.used, held.rank, held.dataset));
            (SiteId::from(site), told)
        })
    }

    /// Whether a data set can be read at a site.
    pub(super) fn is_there(&self, model: &Model, id: DatasetId, site: SiteId) -> bool {
        let held = || self.sites[site.index()].find(id);
        model.dataset(id).kept.contains(&site)
            || held().is_some_and(Held::is_there)
            || self.has_replica(model, id, site)
    }
}

impl Staging {
    /// Something is on its way to a site from now on.
    fn comes(&mut self, id: DatasetId, size: Bytes, site: SiteId, way: Way, now: SimTime) {
        let cache = &mut self.sites[site.index()];
        if let Some(held) = cache.find_mut(id) {
            held.coming = Some(way);
            return;
        }
        cache.copies.push(Held {
            rank: 0,
            dataset: id,
            size,
            coming: Some(way),
            void: false,
            bar: Bar::None,
            readers: 0,
            since: now,
            used: now,
        });
    }
}

impl World {
    /// Sends what a job would read to where a pool stands, unless it is there or on its way. Says why it waits:
    /// staging, or a link if something stalls.
    pub fn stage(&mut self, model: &Model, slot: Slot, pool: PoolId) -> Cause {
        let class = model.class_of(self.jobs[slot].request.shape);
        let data = self.reads(model, slot, pool);
        let site = model.pool(pool).site;
        for &id in data {
            if self.staging.transforming.is_used() && self.make(model, id) {
                continue;
            }
            if self.staging.comes_as_replica(model, id, site) {
                continue;
            }
            let found = self.staging.sites[site.index()].find(id);
            let dataset = model.dataset(id);
            if dataset.kept.contains(&site) || found.is_some_and(|held| !held.is_void()) {
                continue;
            }
            let is_absent = found.is_none();
            if self.staging.transfers.judge.is_used() && self.is_kept_away(model, id, class, site) {
                continue;
            }
            let Staging { sites, gone, .. } = &mut self.staging;
            let cache = &mut sites[site.index()];
            let on = model.sites[site.index()].cache_on;
            let (now, kept) = (self.now, &mut self.kept);
            let dropped = |held: &Held| {
                gone.push((held.dataset, site, false));
                if let Some(storage) = on {
                    kept.add(model.epoch, storage, held.size, (held.since, now));
                }
            };
            if is_absent && !cache.make_room(dataset.size, data, dropped) {
                continue;
            }
            if let Some(artifact) = dataset.artifact {
                self.pull(model, (id, artifact), site, (pool, class));
                continue;
            }
            let staging = &mut self.staging;
            let freight = Freight::Dataset(id, class);
            let Some(from) = source(model, staging, (id, freight), site) else {
                continue;
            };
            let cargo = Load {
                cargo: Cargo::Dataset(id, pool),
                freight: Some(freight),
                job: None,
            };
            let what = (dataset.traffic, dataset.size);
            let (network, ends) = (&model.network, (from, site));
            let transfer = staging
                .transfers
                .begin(network, self.now, cargo, ends, what);
            staging.comes(id, dataset.size, site, Way::Transfer(transfer), self.now);
        }
        self.staging_cause(model, (class, data), site)
    }

    /// Why data that are not at a site are not there yet.
    fn staging_cause(
        &self,
        model: &Model,
        (class, data): (ClassId, &[DatasetId]),
        site: SiteId,
    ) -> Cause {
        let cache = &self.staging.sites[site.index()];
        let coming = |&id: &DatasetId| cache.find(id).and_then(|held| held.coming);
        let absent = |id: &&DatasetId| !self.staging.is_there(model, **id, site);
        let missing = data
            .iter()
            .filter(absent)
            .filter(|&id| coming(id).is_none());
        let lacks = |&id: &DatasetId| {
            let judged = self.staging.transfers.judge.is_used();
            let refused = judged && self.refusing_data(model, id, class, site) != 0;
            let refused = refused.then_some(Cause::Rule);
            self.unpullable(model, id, site)
                .into_iter()
                .chain(refused)
                .min()
        };
        if let Some(cause) = missing.filter_map(lacks).min() {
            return cause;
        }
        let stalls = |way: Way| match way {
            Way::Transfer(transfer) => self.staging.transfers.is_stalled(transfer),
            Way::Pull(_) => false,
        };
        let refused = |way: Way| match way {
            Way::Transfer(id) => self.staging.transfers.is_refused(&model.network, id),
            Way::Pull(_) => false,
        };
        if data.iter().filter_map(coming).any(stalls) {
            if data.iter().filter_map(coming).any(refused) {
                Cause::Rule
            } else {
                Cause::Link
            }
        } else {
            Cause::Staging
        }
    }

    /// Why a job that no pool takes now waits for data, if it does.
    pub fn waits_for_data(&self, model: &Model, slot: Slot) -> Option<Cause> {
        if !self.staging.used {
            return None;
        }
        let class = model.class_of(self.jobs[slot].request.shape);
        let mut pools = model.classes[class.index()].pools.iter();
        let comes = |pool: PoolId| {
            let cache = &self.staging.sites[model.pool(pool).site.index()];
            let coming = |&id: &DatasetId| cache.find(id).is_some_and(|held| held.coming.is_some());
            self.reads(model, slot, pool).iter().any(coming)
        };
        let pool = pools.find(|&&pool| comes(pool))?;
        let data = self.reads(model, slot, *pool);
        Some(self.staging_cause(model, (class, data), model.pool(*pool).site))
    }

    /// The results of a job begin their way home.
    pub(super) fn send_home(&mut self, model: &Model, slot: Slot, to: SiteId, results: Bytes) {
        let job = &self.jobs[slot];
        let from = model.pool(job.pool).site;
        if from == to {
            return;
        }
        let cargo = Load {
            cargo: Cargo::Results(job.id, job.pool),
            freight: Some(Freight::Results(
                model.labelled(job.request.shape),
                self.version_of(slot),
            )),
            job: Some(job.id),
        };
        let what = (Traffic::Bulk, results);
        let transfers = &mut self.staging.transfers;
        transfers.begin(&model.network, self.now, cargo, (from, to), what);
    }

    /// Plays what was expected of a transfer. Returns it, and what its way cost, if it is there.
    pub fn arrived(&mut self, model: &Model, id: u32, version: u32) -> Option<(Transfer, Money)> {
        let network = &model.network;
        let transfers = &mut self.staging.transfers;
        let Arrival::There(transfer) = transfers.expected(network, self.now, id, version) else {
            return None;
        };
        if self.staging.transfers.feeds.is_used() {
            // Jobs that read may get more now, and be done sooner than whoever plans with them thinks.
            self.changes.other = true;
        }
        if let Cargo::Copy(copy) = transfer.cargo {
            let cost = self.copy_arrived(model, copy, &transfer);
            return Some((transfer, cost));
        }
        if let Cargo::Checkpoint(_) | Cargo::Restore(_) = transfer.cargo {
            self.checkpoint_arrived(model, &transfer);
            return Some((transfer, Money::ZERO));
        }
        let cost = self.toll(model, Transfers::links(network, &transfer), transfer.size);
        if let Cargo::Dataset(_, pool) | Cargo::Results(_, pool) = transfer.cargo {
            self.pools[pool.index()].books.egress_cost += cost;
            if self.budgets.are_kept() {
                self.count_egress(model, (pool, None), self.now, cost);
            }
        }
        if let Cargo::Dataset(dataset, _) = transfer.cargo {
            self.staged(model, dataset, transfer.to);
        }
        Some((transfer, cost))
    }

    /// A data set is where it was sent.
    fn staged(&mut self, model: &Model, id: DatasetId, site: SiteId) {
        self.staging.artifacts.is_back(id, site);
        let before = self.staging.sites[site.index()].find(id).copied();
        if let Some(held) = before.filter(|held| held.void) {
            self.lay(model, held, site);
        }
        if let Some(held) = self.staging.sites[site.index()].find_mut(id) {
            held.coming = None;
            held.since = self.now;
            held.void = false;
            held.used = self.now;
        }
        self.changes.other = true;
    }

    /// Counts what caches hold at the end of the run.
    pub(super) fn close_caches(&mut self, model: &Model) {
        for (site, cache) in model.sites.iter().zip(&self.staging.sites) {
            let Some(storage) = site.cache_on else {
                continue;
            };
            for held in cache
                .copies
                .iter()
                .filter(|held| held.coming.is_none() || held.void)
            {
                let span = (held.since, self.now);
                self.kept.add(model.epoch, storage, held.size, span);
            }
        }
    }

    /// A job begins (`reads`) or ceases to read what it reads where it is.
    pub(super) fn read_data(&mut self, model: &Model, slot: Slot, reads: bool) {
        let pool = self.jobs[slot].pool;
        let class = model.class_of(self.jobs[slot].request.shape);
        let site = model.pool(pool).site;
        let data = if self.staging.transforming.is_used() {
            model.read_in(class, self.version_of(slot))
        } else {
            &model.classes[class.index()].data
        };
        for &id in data {
            if let Some(held) = self.staging.sites[site.index()].find_mut(id) {
                held.readers = if reads {
                    held.readers + 1
                } else {
                    held.readers - 1
                };
                held.used = self.now;
                if held.bar == Bar::Leaving {
                    self.leave(model, id, site);
                }
            }
        }
    }
}
