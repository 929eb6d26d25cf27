//! Where data are: kept, cached or on their way. A job runs only where all that it reads is.

use std::collections::BTreeSet;

use crate::journal::Cause;
use crate::model::{Freight, Model};
use crate::units::{Bytes, ClassId, DatasetId, LinkId, Money, PoolId, SimTime, SiteId};

use super::artifacts::Artifacts;
use super::job::Slot;
use super::moment::World;
use super::transfers::{Cargo, Load, Transfers};

mod arriving;
mod at_hand;
mod cache;
mod deleting;
mod distance;
mod held;
mod links;
mod permitted;
mod pulls;
mod rejudged;
mod replicas;
mod transforming;
mod validating;
mod watching;
mod withdrawing;

use at_hand::source;
use cache::{Bar, Cache, Held, Way};
pub use rejudged::CopyTurned;
use replicas::State;
use transforming::Transforming;
pub use validating::After;
pub use withdrawing::Withdrawal;

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
    /// Homes of data sets at which nobody begins to read any more.
    closed: BTreeSet<(DatasetId, SiteId)>,
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
        self.closed.clear();
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

    /// The sites where a data set is kept throughout, and may still be read.
    fn homes<'a>(&'a self, model: &'a Model, id: DatasetId) -> impl Iterator<Item = SiteId> + 'a {
        let kept = model.dataset(id).kept.iter().copied();
        kept.filter(move |&site| self.closed.is_empty() || !self.closed.contains(&(id, site)))
    }

    /// Whether a site is one of these.
    fn is_home(&self, model: &Model, id: DatasetId, site: SiteId) -> bool {
        let is_kept = model.dataset(id).kept.contains(&site);
        is_kept && (self.closed.is_empty() || !self.closed.contains(&(id, site)))
    }

    /// Whether a data set that was kept throughout is nowhere any more, since its time was over.
    fn is_deleted(&self, model: &Model, id: DatasetId) -> bool {
        let is_gone = !self.closed.is_empty() && !model.dataset(id).kept.is_empty();
        let mut left = self.homes(model, id).chain(self.replica_sites(model, id));
        is_gone && left.next().is_none()
    }

    /// Whether something can be read from the cache of a site.
    fn is_cached(&self, id: DatasetId, site: SiteId) -> bool {
        let held = self.sites[site.index()].find(id);
        held.is_some_and(Held::is_there)
    }

    /// Whether a data set can be read at a site.
    pub(super) fn is_there(&self, model: &Model, id: DatasetId, site: SiteId) -> bool {
        let held = || self.sites[site.index()].find(id);
        self.is_home(model, id, site)
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
            let is_cached = self.retention.is_used() && self.staging.is_cached(id, site);
            if self.staging.transforming.is_used() && !is_cached && self.make(model, id) {
                continue;
            }
            if self.staging.comes_as_replica(model, id, site) {
                continue;
            }
            let found = self.staging.sites[site.index()].find(id);
            let dataset = model.dataset(id);
            let is_kept = self.staging.is_home(model, id, site);
            if is_kept || found.is_some_and(|held| !held.is_void()) {
                continue;
            }
            let is_absent = found.is_none();
            if is_absent && self.staging.is_deleted(model, id) {
                continue;
            }
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
            if self.retention.is_used() {
                self.note_uses(model, (&[id], from), false);
            }
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
            let refused = refused || self.staging.is_deleted(model, id);
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
            if reads && !self.staging.transforming.readers.is_empty() {
                self.remember_reader(model, self.jobs[slot].id, id);
            }
        }
        if self.retention.is_used() {
            self.note_uses(model, (data, site), reads);
        }
    }
}
