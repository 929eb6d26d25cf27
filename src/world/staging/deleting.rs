//! What is kept no longer because its time is over, or because what it was made of is gone.

use crate::model::{KeptFrom, KeptKind, Model};
use crate::units::{Bytes, DatasetId, PoolId, SimTime, SiteId};

use super::super::job::Phase;
use super::super::moment::World;
use super::super::retention::{Gone, Keeping, Overdue};
use super::cache::Bar;
use super::replicas::State;

impl World {
    /// The time of something may be over: then it is deleted, or nobody begins to read it until it can be.
    pub fn fall_due(&mut self, model: &Model, what: Keeping) {
        if let Some(due) = self.due_of(model, what).filter(|&due| due <= self.now) {
            if self.is_wanted(model, what) {
                return self.use_again(model, what);
            }
            self.let_go(model, what, (due, None));
        }
    }

    /// Whether something that is kept from its last use on is what somebody in the line would read.
    fn is_wanted(&self, model: &Model, what: Keeping) -> bool {
        let kept = self.rule_about(model, what);
        if kept.is_none_or(|(_, kept, _)| kept.from != KeptFrom::LastUse) {
            return false;
        }
        let (id, site) = match what {
            Keeping::Home(id, site) | Keeping::Cached(id, site) => (id, Some(site)),
            // From there it would be sent to wherever it is read.
            Keeping::Copy(copy) => (model.network.copies[usize::from(copy)].dataset, None),
            Keeping::Item(_) => return false,
        };
        let mut waiting = self
            .jobs
            .living()
            .filter(|(_, job)| job.phase == Phase::Waiting);
        waiting.any(|(slot, job)| {
            let class = model.class_of(job.request.shape);
            let mut pools = model.classes[class.index()].pools.iter();
            pools.any(|&pool| {
                let is_there = site.is_none_or(|site| model.pool(pool).site == site);
                is_there && self.reads(model, slot, pool).contains(&id)
            })
        })
    }

    /// Something has to go.
    fn let_go(
        &mut self,
        model: &Model,
        what: Keeping,
        (since, with): (SimTime, Option<DatasetId>),
    ) {
        let mut known = self.retention.overdue.iter();
        if known.any(|overdue| overdue.what == what) {
            return;
        }
        let overdue = Overdue {
            what,
            since,
            bytes: self.bytes_of(model, what),
            with,
        };
        self.shut_off(what);
        if self.must_wait(model, what) {
            self.retention.overdue.push(overdue);
        } else {
            self.delete(model, overdue);
        }
    }

    /// Deletes what was overdue and can be deleted now.
    pub fn delete_overdue(&mut self, model: &Model) {
        if self.retention.overdue.is_empty() {
            return;
        }
        for overdue in std::mem::take(&mut self.retention.overdue) {
            if !self.is_kept(overdue.what) {
                // Somebody else deleted it, for another reason.
                self.count_late(&overdue);
                continue;
            }
            self.shut_off(overdue.what);
            if self.must_wait(model, overdue.what) {
                self.retention.overdue.push(overdue);
            } else {
                self.delete(model, overdue);
            }
        }
    }

    fn bytes_of(&self, model: &Model, what: Keeping) -> Bytes {
        match what {
            Keeping::Home(id, _) | Keeping::Cached(id, _) => model.dataset(id).size,
            Keeping::Copy(copy) => {
                let of = model.network.copies[usize::from(copy)];
                model.dataset(of.dataset).size
            }
            Keeping::Item(place) => {
                let item = self.retention.items[place as usize];
                item.map_or(Bytes(0), |item| item.bytes)
            }
        }
    }

    /// Where something lies.
    fn site_of_kept(&self, model: &Model, what: Keeping) -> Option<SiteId> {
        match what {
            Keeping::Home(_, site) | Keeping::Cached(_, site) => Some(site),
            Keeping::Copy(copy) => Some(model.network.copies[usize::from(copy)].site),
            Keeping::Item(place) => self.retention.items[place as usize].map(|item| item.site),
        }
    }

    fn is_kept(&self, what: Keeping) -> bool {
        match what {
            Keeping::Home(id, site) => !self.retention.ended.contains_key(&(id, site)),
            Keeping::Cached(id, site) => self.staging.sites[site.index()].find(id).is_some(),
            Keeping::Copy(copy) => self.staging.replicas[usize::from(copy)].lies(),
            Keeping::Item(place) => self.retention.items[place as usize].is_some(),
        }
    }

    /// Nobody begins to read it any more.
    fn shut_off(&mut self, what: Keeping) {
        match what {
            Keeping::Home(id, site) => {
                self.staging.closed.insert((id, site));
            }
            Keeping::Cached(id, site) => {
                let held = self.staging.sites[site.index()].find_mut(id);
                if let Some(held) = held.filter(|held| held.bar != Bar::Locked) {
                    held.bar = Bar::Due;
                }
            }
            Keeping::Copy(copy) => {
                let state = &mut self.staging.replicas[usize::from(copy)];
                if let State::Kept(since) = *state {
                    *state = State::Due(since);
                }
            }
            Keeping::Item(_) => {}
        }
    }

    /// Whether something stands in the way: somebody reads it, rules have locked it, or its site is lost.
    fn must_wait(&self, model: &Model, what: Keeping) -> bool {
        let is_locked = match what {
            Keeping::Cached(id, site) => {
                let held = self.staging.sites[site.index()].find(id);
                held.is_some_and(|held| held.bar == Bar::Locked || held.coming.is_some())
            }
            Keeping::Copy(copy) => {
                matches!(self.staging.replicas[usize::from(copy)], State::Locked(_))
            }
            Keeping::Home(..) | Keeping::Item(_) => false,
        };
        let site = self.site_of_kept(model, what);
        is_locked
            || 0 < self.readers_of(model, what)
            || site.is_some_and(|site| self.is_lost(model, site))
    }

    /// Whether a site has capacity, and all of it is lost.
    fn is_lost(&self, model: &Model, site: SiteId) -> bool {
        let ids = (0..model.pools.len()).map(PoolId::from);
        let mut there = ids.filter(|&pool| model.pool(pool).site == site).peekable();
        there.peek().is_some() && there.all(|pool| self.is_gone(model, pool))
    }

    fn delete(&mut self, model: &Model, overdue: Overdue) {
        let Some((rule, _, kind)) = self.rule_about(model, overdue.what) else {
            return;
        };
        let mut gone = Gone {
            kind,
            rule,
            dataset: None,
            job: None,
            site: self.site_of_kept(model, overdue.what).unwrap_or_default(),
            bytes: overdue.bytes,
            due: overdue.since,
            with: overdue.with,
        };
        self.count_late(&overdue);
        let source = match overdue.what {
            Keeping::Home(id, site) => {
                gone.dataset = Some(id);
                self.retention.ended.insert((id, site), self.now);
                let mut kept = model.dataset(id).kept.iter();
                let is_last = kept.all(|&at| self.retention.ended.contains_key(&(id, at)));
                is_last.then_some(id)
            }
            Keeping::Cached(id, site) => {
                gone.dataset = Some(id);
                let copies = &mut self.staging.sites[site.index()].copies;
                if let Some(index) = copies.iter().position(|held| held.dataset == id) {
                    let held = copies.remove(index);
                    self.lay(model, held, site);
                }
                None
            }
            Keeping::Copy(copy) => {
                let id = model.network.copies[usize::from(copy)].dataset;
                gone.dataset = Some(id);
                self.drop_kept(model, copy, kind);
                (kind == KeptKind::Transformed).then_some(id)
            }
            Keeping::Item(place) => {
                let item = self.retention.take(place);
                gone.job = item.map(|item| item.job);
                if let Some(storage) = item.and_then(|item| item.storage) {
                    self.rest(model, storage, |all| *all -= u128::from(gone.bytes.0));
                }
                None
            }
        };
        if gone.job.is_none() {
            // Whoever would have read it has to look for it elsewhere.
            self.changes.other = true;
        }
        self.retention.gone.push(gone);
        if let Some(source) = source {
            self.follow(model, source);
        }
    }

    /// One of the network's copies is kept no longer. What a transform made is made again when somebody needs it.
    fn drop_kept(&mut self, model: &Model, copy: u16, kind: KeptKind) {
        let state = self.staging.replicas[usize::from(copy)];
        let (State::Kept(since) | State::Locked(since) | State::Due(since)) = state else {
            return;
        };
        let of = model.network.copies[usize::from(copy)];
        self.lay_copy(model, copy, (since, self.now));
        self.staging.replicas[usize::from(copy)] = if kind == KeptKind::Transformed {
            if of.storage.is_none() {
                let span = (of.dataset, since, self.now);
                self.retention.laid.push(span);
            }
            State::Ahead
        } else {
            State::Gone(since, self.now)
        };
    }

    /// Something is gone: so is what was made of it, where rules say so.
    fn follow(&mut self, model: &Model, source: DatasetId) {
        let follows = |rule: u16| model.retention.rules[usize::from(rule)].follows;
        let mut found = Vec::new();
        for (&copy, &rule) in &model.retention.copies {
            let of = model.network.copies[usize::from(copy)].dataset;
            if follows(rule) && model.comes_of(of, source) {
                found.push(Keeping::Copy(copy));
            }
        }
        for (&(id, site), &rule) in &model.retention.cached {
            if follows(rule) && model.comes_of(id, source) {
                found.push(Keeping::Cached(id, site));
            }
        }
        for (place, item) in self.retention.items.iter().enumerate() {
            let Some(item) = item.filter(|item| follows(item.rule)) else {
                continue;
            };
            let (whose, version) = item.of;
            let mut reads = model.read_in(whose.class, version).iter();
            if reads.any(|&id| model.comes_of(id, source)) {
                found.push(Keeping::Item(place as u32));
            }
        }
        for what in found {
            let is_there = match what {
                Keeping::Cached(id, site) => {
                    let held = self.staging.sites.get(site.index());
                    let held = held.and_then(|cache| cache.find(id));
                    held.is_some_and(|held| held.coming.is_none() && !held.void)
                }
                other => self.is_kept(other),
            };
            if is_there {
                self.let_go(model, what, (self.now, Some(source)));
            }
        }
    }

    /// Until when what lies on a storage throughout did.
    pub(in crate::world) fn shelved_until(&self, model: &Model, place: usize) -> SimTime {
        let storage = model.network.kept[place].0;
        let site = model.network.storages[usize::from(storage)].site;
        let of = model.network.shelved.get(place);
        let ended = of.and_then(|&id| self.retention.ended.get(&(id, site)));
        ended.copied().unwrap_or(self.now)
    }

    /// When a data set was deleted at each site that kept it throughout, if it was.
    pub fn homes_ended(&self, model: &Model, id: DatasetId) -> Vec<Option<SimTime>> {
        let kept = model.dataset(id).kept.iter();
        let ended = |&site: &SiteId| self.retention.ended.get(&(id, site)).copied();
        kept.map(ended).collect()
    }
}
