//! Until when data may be kept: when they came, and when they were used last.

use crate::model::{KeptFor, KeptFrom, KeptKind, Model};
use crate::units::{DatasetId, SimTime, SiteId};

use super::super::moment::World;
use super::super::retention::Keeping;
use super::replicas::State;

impl World {
    /// The rule about something that is kept, how long that keeps it, and of which kind it is.
    pub(super) fn rule_about(
        &self,
        model: &Model,
        what: Keeping,
    ) -> Option<(u16, KeptFor, KeptKind)> {
        let rules = &model.retention;
        let (rule, kind) = match what {
            Keeping::Home(id, site) => (rules.homes.get(&(id, site)).copied(), KeptKind::Dataset),
            Keeping::Cached(id, site) => {
                let rule = rules.cached.get(&(id, site)).copied();
                (rule, model.cached_kind(id))
            }
            Keeping::Copy(copy) => (rules.copies.get(&copy).copied(), model.copy_kind(copy)),
            Keeping::Item(place) => {
                let item = self.retention.items[place as usize]?;
                (Some(item.rule), item.kind)
            }
        };
        let rule = rule?;
        let kept = rules.rules[usize::from(rule)].kept(kind);
        Some((rule, kept, kind))
    }

    /// Until when something may be kept; `None` if it is not there, is kept for ever, or is used now.
    pub(super) fn due_of(&self, model: &Model, what: Keeping) -> Option<SimTime> {
        if let Keeping::Item(place) = what {
            return self.retention.items[place as usize].map(|item| item.due);
        }
        let (_, kept, _) = self.rule_about(model, what)?;
        let keep = kept.keep?;
        let by_use = kept.from == KeptFrom::LastUse;
        let (came, used) = match what {
            Keeping::Home(id, site) => {
                if self.retention.ended.contains_key(&(id, site)) {
                    return None;
                }
                let used = self.retention.homes_used.get(&(id, site)).copied();
                (SimTime::ZERO, used.unwrap_or_default())
            }
            Keeping::Cached(id, site) => {
                let held = self.staging.sites.get(site.index())?.find(id)?;
                if held.coming.is_some() || held.void {
                    return None;
                }
                (held.since, held.used)
            }
            Keeping::Copy(copy) => match self.staging.replicas[usize::from(copy)] {
                State::Kept(since) | State::Locked(since) | State::Due(since) => {
                    let used = self.retention.copies_used[usize::from(copy)];
                    (since, used.max(since))
                }
                _ => return None,
            },
            Keeping::Item(_) => return None,
        };
        if by_use && 0 < self.readers_of(model, what) {
            return None;
        }
        Some(if by_use { used } else { came } + keep)
    }

    /// How many jobs read something where it lies.
    pub(super) fn readers_of(&self, model: &Model, what: Keeping) -> u32 {
        match what {
            Keeping::Home(id, site) => self.readers(model, id, site),
            Keeping::Cached(id, site) => {
                let held = self.staging.sites[site.index()].find(id);
                held.map_or(0, |held| held.readers)
            }
            Keeping::Copy(copy) => {
                let copy = model.network.copies[usize::from(copy)];
                self.readers(model, copy.dataset, copy.site)
            }
            Keeping::Item(_) => 0,
        }
    }

    /// Whoever keeps the agenda is told when something may be due.
    fn watch(&mut self, model: &Model, what: Keeping) {
        if let Some(due) = self.due_of(model, what) {
            self.retention.begun.push((due.max(self.now), what));
        }
    }

    /// Data sets are where they are kept throughout as the run begins.
    pub fn watch_homes(&mut self, model: &Model) {
        for &(id, site) in model.retention.homes.keys() {
            self.watch(model, Keeping::Home(id, site));
        }
    }

    /// Something has come to the cache of a site.
    #[inline]
    pub(in crate::world) fn watch_cached(&mut self, model: &Model, id: DatasetId, site: SiteId) {
        if self.retention.is_used() {
            self.watch(model, Keeping::Cached(id, site));
        }
    }

    /// One of the network's copies is kept from now on.
    pub(super) fn watch_copy(&mut self, model: &Model, copy: u16) {
        if self.retention.is_used() {
            self.watch(model, Keeping::Copy(copy));
        }
    }

    /// A job begins or ceases to read data at a site.
    #[cold]
    pub(super) fn note_uses(
        &mut self,
        model: &Model,
        (data, site): (&[DatasetId], SiteId),
        begins: bool,
    ) {
        let now = self.now;
        for &id in data {
            if model.retention.cached.contains_key(&(id, site)) {
                self.used(model, Keeping::Cached(id, site), begins);
            }
            if model.retention.homes.contains_key(&(id, site)) {
                self.retention.homes_used.insert((id, site), now);
                self.used(model, Keeping::Home(id, site), begins);
            }
            for &copy in model.retention.copies.keys() {
                let of = model.network.copies[usize::from(copy)];
                if (of.dataset, of.site) == (id, site) {
                    self.retention.copies_used[usize::from(copy)] = now;
                    self.used(model, Keeping::Copy(copy), begins);
                }
            }
        }
    }

    /// Something counts as used now, since somebody waits for it.
    pub(super) fn use_again(&mut self, model: &Model, what: Keeping) {
        let now = self.now;
        match what {
            Keeping::Home(id, site) => {
                self.retention.homes_used.insert((id, site), now);
            }
            Keeping::Cached(id, site) => {
                if let Some(held) = self.staging.sites[site.index()].find_mut(id) {
                    held.used = now;
                }
            }
            Keeping::Copy(copy) => self.retention.copies_used[usize::from(copy)] = now,
            Keeping::Item(_) => {}
        }
        self.watch(model, what);
    }

    /// Somebody ceased to use something: it may be due a time later, unless it is used again.
    fn used(&mut self, model: &Model, what: Keeping, begins: bool) {
        let Some((_, kept, _)) = self.rule_about(model, what) else {
            return;
        };
        if let (false, KeptFrom::LastUse, Some(keep)) = (begins, kept.from, kept.keep) {
            self.retention.begun.push((self.now + keep, what));
        }
    }
}
