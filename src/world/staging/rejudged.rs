//! What becomes of copies against which rules turned: they stay, are deleted or locked.

use crate::journal::Consequence;
use crate::model::{Masks, Model};
use crate::units::{DatasetId, SiteId};

use super::super::moment::World;
use super::super::rejudged::weigh;
use super::cache::Bar;
use super::replicas::State;

/// A copy against which a rule turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyTurned {
    /// Of what.
    pub dataset: DatasetId,
    /// Where it lies.
    pub site: SiteId,
    /// The bit of the rule in verdicts.
    pub rule: usize,
    /// What becomes of it now.
    pub consequence: Consequence,
}

impl World {
    /// Which rules refuse a copy the site where it lies; none if it may come there for anybody, or has its home there.
    pub(in crate::world) fn copy_refused(
        &self,
        model: &Model,
        masks: Masks,
        (id, site): (DatasetId, SiteId),
    ) -> u128 {
        let is_kept = model.network.copies.iter().zip(&self.staging.replicas);
        let mut is_kept =
            is_kept.filter(|(copy, state)| (copy.dataset, copy.site) == (id, site) && state.lies());
        model.copy_refused(masks, id, site, is_kept.next().is_some())
    }

    /// Whether a copy lies at a site, in its cache or kept there, locked or not.
    pub(in crate::world) fn holds_copy(&self, model: &Model, id: DatasetId, site: SiteId) -> bool {
        let cached = self.staging.sites.get(site.index());
        let cached = cached.and_then(|cache| cache.find(id));
        let mut kept = model.network.copies.iter().zip(&self.staging.replicas);
        cached.is_some_and(|held| held.coming.is_none() && !held.void)
            || kept.any(|(copy, state)| (copy.dataset, copy.site) == (id, site) && state.lies())
    }

    /// Whether a copy is locked and what a rule says is less than that: it stays so until no rule speaks against it.
    pub(in crate::world) fn stays_locked(
        &self,
        model: &Model,
        (id, site): (DatasetId, SiteId),
        says: Consequence,
    ) -> bool {
        let cached = self.staging.sites.get(site.index());
        let cached = cached.and_then(|cache| cache.find(id));
        let mut kept = model.network.copies.iter().zip(&self.staging.replicas);
        let is_locked = cached.is_some_and(|held| held.bar == Bar::Locked)
            || kept.any(|(copy, state)| {
                (copy.dataset, copy.site) == (id, site) && matches!(state, State::Locked(_))
            });
        is_locked && says < Consequence::Quarantine
    }

    /// Whether one of the model's copies is kept now, locked or not.
    pub fn copy_lies(&self, copy: u16) -> bool {
        self.staging.replicas[usize::from(copy)].lies()
    }

    /// All copies that lie somewhere but at home, by data set and site.
    fn copies(&self, model: &Model) -> Vec<(DatasetId, SiteId)> {
        let mut all = Vec::new();
        for (site, cache) in self.staging.sites.iter().enumerate() {
            let there = cache.copies.iter();
            let there = there.filter(|held| held.coming.is_none() && !held.void);
            all.extend(there.map(|held| (held.dataset, SiteId::from(site))));
        }
        let kept = model.network.copies.iter().zip(&self.staging.replicas);
        let kept = kept.filter(|(_, state)| state.lies());
        all.extend(kept.map(|(copy, _)| (copy.dataset, copy.site)));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Copies that rules refuse their place now, which did not `before`; and those that were locked or about to go and may
    /// be used again (`unlocked`).
    pub fn copies_turned_against(
        &mut self,
        model: &Model,
        before: Masks,
        found: &mut Vec<CopyTurned>,
        unlocked: &mut Vec<(DatasetId, SiteId)>,
    ) {
        found.clear();
        unlocked.clear();
        if !model.network.moves.are_judged() {
            return;
        }
        let masks = self.rules.masks();
        for copy in self.copies(model) {
            let now = self.copy_refused(model, masks, copy);
            if now == 0 {
                if self.unlock(model, copy) {
                    unlocked.push(copy);
                }
                continue;
            }
            let new = now & !self.copy_refused(model, before, copy);
            if new == 0 {
                continue;
            }
            let (rule, consequence, later) = weigh(&model.rules, new);
            for bit in later {
                self.spare_copy(model, bit, copy);
            }
            if self.stays_locked(model, copy, consequence) {
                continue;
            }
            let (dataset, site) = copy;
            found.push(CopyTurned {
                dataset,
                site,
                rule,
                consequence,
            });
        }
    }

    /// What a rule says is done to a copy. Returns whether it is gone.
    pub fn judge_copy(&mut self, model: &Model, turned: CopyTurned) -> bool {
        let (id, site) = (turned.dataset, turned.site);
        match turned.consequence {
            Consequence::Finish | Consequence::Grace => return false,
            Consequence::Evict | Consequence::Stop => {}
            Consequence::Quarantine => {
                self.lock(model, (id, site));
                self.changes.other = true;
                return false;
            }
        }
        self.changes.other = true;
        for copy in 0..model.network.copies.len() {
            let replica = model.network.copies[copy];
            if (replica.dataset, replica.site) == (id, site) && self.staging.replicas[copy].lies() {
                self.end_copy(model, copy as u16);
            }
        }
        let Some(cache) = self.staging.sites.get_mut(site.index()) else {
            return true;
        };
        let Some(index) = cache.copies.iter().position(|held| held.dataset == id) else {
            return true;
        };
        if cache.copies[index].readers > 0 {
            cache.copies[index].bar = Bar::Leaving;
            return false;
        }
        let held = cache.copies.remove(index);
        self.lay(model, held, site);
        true
    }

    fn lock(&mut self, model: &Model, (id, site): (DatasetId, SiteId)) {
        let copies = model.network.copies.iter().zip(&mut self.staging.replicas);
        for (copy, state) in copies {
            if (copy.dataset, copy.site) == (id, site)
                && let State::Kept(since) = *state
            {
                *state = State::Locked(since);
            }
        }
        let cache = self.staging.sites.get_mut(site.index());
        if let Some(held) = cache.and_then(|cache| cache.find_mut(id)) {
            held.bar = Bar::Locked;
        }
    }

    /// A copy may be used again, if it could not. Returns whether it could not.
    fn unlock(&mut self, model: &Model, (id, site): (DatasetId, SiteId)) -> bool {
        let mut was = false;
        let copies = model.network.copies.iter().zip(&mut self.staging.replicas);
        for (copy, state) in copies {
            if (copy.dataset, copy.site) == (id, site)
                && let State::Locked(since) = *state
            {
                (*state, was) = (State::Kept(since), true);
            }
        }
        let cache = self.staging.sites.get_mut(site.index());
        let held = cache.and_then(|cache| cache.find_mut(id));
        if let Some(held) = held.filter(|held| held.bar != Bar::Due) {
            was |= held.bar != Bar::None;
            held.bar = Bar::None;
        }
        was
    }

    /// The last job has ceased to read a copy that was about to go.
    #[cold]
    pub(super) fn leave(&mut self, model: &Model, id: DatasetId, site: SiteId) {
        let cache = &mut self.staging.sites[site.index()];
        let leaves = |held: &super::Held| {
            held.dataset == id && held.bar == Bar::Leaving && held.readers == 0
        };
        if let Some(index) = cache.copies.iter().position(leaves) {
            let held = cache.copies.remove(index);
            self.lay(model, held, site);
            self.staging.gone.push((id, site, true));
        }
    }
}
