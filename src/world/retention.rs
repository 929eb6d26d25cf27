//! What is kept for a time: until when, what lies on storages meanwhile, and what was deleted.

use std::collections::BTreeMap;

use crate::model::{KeptKind, Labelled, Model};
use crate::units::{Bytes, DatasetId, JobId, SimTime, SiteId};

use super::job::Slot;
use super::moment::World;

/// Something that a rule may say is kept for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keeping {
    /// A data set at a site that keeps it throughout.
    Home(DatasetId, SiteId),
    /// What lies in the cache of a site.
    Cached(DatasetId, SiteId),
    /// One of the network's copies.
    Copy(u16),
    /// A checkpoint of a job that is over, or results.
    Item(u32),
}

/// A checkpoint of a job that is over, or what a job sent home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) kind: KeptKind,
    pub(super) rule: u16,
    pub(super) job: JobId,
    pub(super) site: SiteId,
    pub(super) storage: Option<u16>,
    pub(super) bytes: Bytes,
    /// Until when it is kept; never, if only as long as what it was made of.
    pub(super) due: SimTime,
    /// Whose it is, and the version of the work.
    pub(super) of: (Labelled, u8),
}

/// Something that should have been deleted and could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overdue {
    pub(super) what: Keeping,
    pub(super) since: SimTime,
    pub(super) bytes: Bytes,
    pub(super) with: Option<DatasetId>,
}

/// Something that was deleted because its time was over, or with what it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Of which kind it was.
    pub kind: KeptKind,
    /// Which rule it was about.
    pub rule: u16,
    /// Of which data set it was, if of one.
    pub dataset: Option<DatasetId>,
    /// Of which job, if of one.
    pub job: Option<JobId>,
    /// Where it lay.
    pub site: SiteId,
    /// How much it was.
    pub bytes: Bytes,
    /// When it should have been deleted.
    pub due: SimTime,
    /// What it was made of, if it was deleted with that.
    pub with: Option<DatasetId>,
}

/// What is kept for a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Whether any rule says so.
    used: bool,
    /// Whether anybody asks where results lie.
    keeps_results: bool,
    pub(super) items: Vec<Option<Item>>,
    spare: Vec<u32>,
    /// When each of the network's copies was last used.
    pub(super) copies_used: Vec<SimTime>,
    /// When data sets were last used where they are kept.
    pub(super) homes_used: BTreeMap<(DatasetId, SiteId), SimTime>,
    /// When data sets were deleted where they were kept.
    pub(super) ended: BTreeMap<(DatasetId, SiteId), SimTime>,
    /// What may be due, and when, for whoever keeps the agenda.
    pub begun: Vec<(SimTime, Keeping)>,
    pub(super) overdue: Vec<Overdue>,
    /// By storage, bytes that lie there for a time, and since when it is so many.
    resting: Vec<(u128, SimTime)>,
    /// By storage, byte-milliseconds of that so far.
    rested: Vec<u128>,
    /// Copies at the price of their data set that were kept: from when until when.
    pub(super) laid: Vec<(DatasetId, SimTime, SimTime)>,
    /// Byte-milliseconds that things were kept too long.
    pub late: u128,
    /// What was deleted, for whoever tells of it.
    pub gone: Vec<Gone>,
}

impl Retained {
    pub(super) fn reset(&mut self, model: &Model) {
        let rules = &model.retention;
        let mut classes = model.classes.iter();
        self.used = rules.are_used();
        self.keeps_results =
            classes.any(|class| class.results_on.is_some()) || !rules.results.is_empty();
        self.items.clear();
        self.spare.clear();
        self.begun.clear();
        self.overdue.clear();
        self.laid.clear();
        self.gone.clear();
        self.homes_used.clear();
        self.ended.clear();
        self.late = 0;
        let storages = model.network.storages.len();
        self.resting.clear();
        self.resting.resize(storages, (0, SimTime::ZERO));
        self.rested.clear();
        self.rested.resize(storages, 0);
        self.copies_used.clear();
        let copies = if self.used {
            model.network.copies.len()
        } else {
            0
        };
        self.copies_used.resize(copies, SimTime::ZERO);
    }

    /// Whether any rule says how long something is kept.
    #[inline]
    pub const fn is_used(&self) -> bool {
        self.used
    }

    /// Whether anybody asks where results lie.
    #[inline]
    pub(super) const fn keeps_results(&self) -> bool {
        self.keeps_results
    }

    fn add(&mut self, item: Item) -> u32 {
        if let Some(place) = self.spare.pop() {
            self.items[place as usize] = Some(item);
            return place;
        }
        self.items.push(Some(item));
        (self.items.len() - 1) as u32
    }

    pub(super) fn take(&mut self, place: u32) -> Option<Item> {
        let item = self.items[place as usize].take();
        if item.is_some() {
            self.spare.push(place);
        }
        item
    }

    /// What lay on a storage for a time, in byte-milliseconds, by storage.
    pub fn rested(&self) -> &[u128] {
        &self.rested
    }
}

impl World {
    /// So many bytes more, or less, lie on a storage for a time.
    pub(super) fn rest(&mut self, model: &Model, storage: u16, change: impl FnOnce(&mut u128)) {
        let (bytes, since) = &mut self.retention.resting[usize::from(storage)];
        let area = *bytes * u128::from(self.now.since(*since).0);
        let span = (*since, self.now);
        self.kept.add_all(model.epoch, storage, *bytes, span);
        self.retention.rested[usize::from(storage)] += area;
        change(bytes);
        *since = self.now;
    }

    /// The run is over: what lies on storages for a time is counted, and how much too long what is overdue was kept.
    pub(super) fn close_retention(&mut self, model: &Model) {
        for storage in 0..self.retention.resting.len() {
            self.rest(model, storage as u16, |_| {});
        }
        for overdue in std::mem::take(&mut self.retention.overdue) {
            self.count_late(&overdue);
        }
    }

    pub(super) fn count_late(&mut self, overdue: &Overdue) {
        let late = self.now.since(overdue.since.min(self.now)).0;
        self.retention.late += u128::from(overdue.bytes.0) * u128::from(late);
    }

    /// A job is over: its newest checkpoint stays where it lies, if a rule says so.
    pub(super) fn keep_checkpoint_after(
        &mut self,
        model: &Model,
        slot: Slot,
        (site, storage, bytes): (SiteId, Option<u16>, Bytes),
    ) {
        let job = &self.jobs[slot];
        let of = (model.labelled(job.request.shape), self.version_of(slot));
        let rules = &model.retention.checkpoints;
        let Some(&rule) = rules.get(&(of.0, of.1, site)) else {
            return;
        };
        let item = Item {
            kind: KeptKind::Checkpoint,
            rule,
            job: job.id,
            site,
            storage,
            bytes,
            due: SimTime::NEVER,
            of,
        };
        self.keep_item(model, item);
    }

    /// What a job found out has come home.
    #[cold]
    pub(super) fn keep_results(
        &mut self,
        model: &Model,
        (job, site): (JobId, SiteId),
        of: (Labelled, u8),
    ) {
        let class = &model.classes[of.0.class.index()];
        let (storage, bytes) = (class.results_on, class.results);
        let Some(&rule) = model.retention.results.get(&of) else {
            // It stays for good.
            if let Some(storage) = storage {
                self.rest(model, storage, |all| *all += u128::from(bytes.0));
            }
            return;
        };
        let item = Item {
            kind: KeptKind::Results,
            rule,
            job,
            site,
            storage,
            bytes,
            due: SimTime::NEVER,
            of,
        };
        self.keep_item(model, item);
    }

    /// Something is kept from now on.
    fn keep_item(&mut self, model: &Model, item: Item) {
        if let Some(storage) = item.storage {
            self.rest(model, storage, |all| *all += u128::from(item.bytes.0));
        }
        let rule = &model.retention.rules[usize::from(item.rule)];
        let keep = rule.kept(item.kind).keep;
        let due = keep.map_or(SimTime::NEVER, |keep| self.now + keep);
        if due == SimTime::NEVER && !rule.follows {
            return;
        }
        let place = self.retention.add(Item { due, ..item });
        if due != SimTime::NEVER {
            self.retention.begun.push((due, Keeping::Item(place)));
        }
    }
}
