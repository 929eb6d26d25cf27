//! What a data set has become a part of: copies, what transforms made of it, and jobs that read any of that.

use std::collections::BTreeMap;

use crate::journal::{
    Consequence, Deletion, Fact, JobState, Justification, KeptKind, Observer, RunRecord,
};
use crate::model::{Model, Timeline, Whom};
use crate::units::{ClassId, DatasetId, JobId, PoolId, SimTime, SiteId};

/// Where a copy lies that is not at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyAt {
    /// From when on.
    pub since: SimTime,
    /// Whether the site keeps it; it is in its cache otherwise.
    pub kept: bool,
    /// Whether rules keep it from being read.
    pub locked: bool,
}

/// A job that has read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heir {
    /// What kind of work.
    pub class: ClassId,
    /// Where it has a place now.
    pub pool: Option<PoolId>,
    /// How it ended, if it did.
    pub state: Option<JobState>,
    /// Whether its results have come home.
    pub sent_home: bool,
}

/// All that has any of it at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// By data set and site.
    pub copies: BTreeMap<(DatasetId, SiteId), CopyAt>,
    /// By job.
    pub jobs: BTreeMap<JobId, Heir>,
    /// By data set and site, how many of these read it there now, and when one last began or ceased to.
    pub uses: BTreeMap<(DatasetId, SiteId), (u32, SimTime)>,
}

/// Follows a data set through one run.
pub struct Lineage<'a> {
    model: &'a Model,
    timeline: &'a Timeline,
    /// The data set, and all that transforms make of it.
    pub heirs: Vec<DatasetId>,
    /// The instant that was asked for.
    at: Option<SimTime>,
    /// The version of its work for which each job was placed.
    versions: BTreeMap<JobId, u8>,
    now: Standing,
    /// How all stood when it mattered, and when that was: at the instant that was asked for, else when attributes of any
    /// of it changed first, else at the end.
    pub then: Option<(SimTime, Standing)>,
    /// What became of copies and jobs from then on, in order.
    pub after: Vec<(SimTime, Fact)>,
    /// What was deleted of it because its time was over, before and after, in order.
    pub deleted: Vec<(SimTime, Deletion)>,
}

impl<'a> Lineage<'a> {
    /// Listens for a data set.
    pub fn of(
        model: &'a Model,
        timeline: &'a Timeline,
        data: DatasetId,
        at: Option<SimTime>,
    ) -> Self {
        let mut heirs = vec![data];
        for derived in &model.transforms.derived {
            if heirs.contains(&derived.base) {
                heirs.push(derived.dataset);
            }
        }
        Self {
            model,
            timeline,
            heirs,
            at,
            versions: BTreeMap::new(),
            now: Standing::default(),
            then: None,
            after: Vec::new(),
            deleted: Vec::new(),
        }
    }

    /// Whether somebody who changed is the data set, what was made of it, or a class that reads any of that.
    pub fn concerns(&self, whom: Whom) -> bool {
        match whom {
            Whom::Data(id) => self.heirs.contains(&id),
            Whom::Class(class) => self.reads(class, None),
            Whom::Site(_) | Whom::Pool(_) | Whom::Link(_) => false,
        }
    }

    fn reads(&self, class: ClassId, version: Option<u8>) -> bool {
        let reads = match version {
            Some(version) => self.model.read_in(class, version).to_vec(),
            None => self.model.may_read(class),
        };
        reads.iter().any(|id| self.heirs.contains(id))
    }

    /// What kind of work; none of what nobody asked for, as a transform that is work itself: it is told by what it makes.
    fn class_of(&self, job: JobId) -> Option<ClassId> {
        let request = self.timeline.requests.get(job.index())?;
        Some(self.model.class_of(request.shape))
    }

    /// How all stands is kept if this is when it matters.
    fn look(&mut self, at: SimTime, fact: Fact) {
        if self.then.is_some() {
            return;
        }
        let matters = match (self.at, fact) {
            (Some(asked), _) => asked < at,
            (None, Fact::AttributesChanged(change)) => {
                let said = &self.model.rules.changes[usize::from(change)].said;
                said.iter().any(|said| self.concerns(said.whom))
            }
            (None, Fact::Withdrawn(_, id, ..)) => self.heirs.contains(&id),
            (None, Fact::Found(finding, true)) => {
                let row = self.model.rules.findings.row(0, 1 << finding);
                let said = row.and_then(|row| row.found.get(usize::from(finding)));
                let mut said = said.into_iter().flatten();
                said.any(|said| self.concerns(said.whom))
            }
            _ => false,
        };
        if matters {
            let when = self.at.unwrap_or(at);
            self.then = Some((when, self.now.clone()));
        }
    }

    fn copy(&mut self, (id, site): (DatasetId, SiteId), since: SimTime, kept: bool) {
        if self.heirs.contains(&id) {
            let copy = CopyAt {
                since,
                kept,
                locked: false,
            };
            self.now.copies.insert((id, site), copy);
        }
    }

    fn of_copies(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::Staged(id, site) => self.copy((id, site), at, false),
            Fact::Replicated(id, site) => self.copy((id, site), at, true),
            Fact::Transformed(_, id) => {
                if let Some((_, made)) = self.model.transforms.making(id) {
                    self.copy((id, made.site), at, true);
                }
            }
            Fact::CopyDropped(id, site) | Fact::CopyDeleted(id, site) => {
                self.now.copies.remove(&(id, site));
            }
            Fact::CopyRejudged(id, site, _, Consequence::Quarantine) => {
                if let Some(copy) = self.now.copies.get_mut(&(id, site)) {
                    copy.locked = true;
                }
            }
            Fact::CopyUnlocked(id, site) => {
                if let Some(copy) = self.now.copies.get_mut(&(id, site)) {
                    copy.locked = false;
                }
            }
            _ => {}
        }
    }

    /// A job begins to read, or ceases to.
    fn uses(&mut self, at: SimTime, job: JobId, begins: bool) {
        let version = self.versions.get(&job).copied().unwrap_or(0);
        let Some((class, pool)) = self
            .now
            .jobs
            .get(&job)
            .and_then(|heir| Some((heir.class, heir.pool?)))
        else {
            return;
        };
        let site = self.model.pool(pool).site;
        for &id in self.model.read_in(class, version) {
            if self.heirs.contains(&id) {
                let (readers, last) = self.now.uses.entry((id, site)).or_default();
                *readers = if begins {
                    *readers + 1
                } else {
                    readers.saturating_sub(1)
                };
                *last = at;
            }
        }
    }

    /// Whether a data set is kept at an instant at a site that keeps it throughout: its time is not over.
    pub fn is_home(&self, id: DatasetId, site: SiteId, when: SimTime) -> bool {
        let mut deleted = self.deleted.iter();
        !deleted.any(|(at, of)| {
            let is_it = (of.kind, of.dataset, of.site) == (KeptKind::Dataset, Some(id), site);
            is_it && *at <= when
        })
    }

    /// Whether something was the data set, or was made of it.
    fn was_of_it(&self, of: &Deletion) -> bool {
        let of_data = of.dataset.is_some_and(|id| self.heirs.contains(&id));
        of_data || of.job.is_some_and(|job| self.now.jobs.contains_key(&job))
    }

    fn of_jobs(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::Started(job, pool) => {
                let version = self.versions.get(&job).copied().unwrap_or(0);
                let Some(class) = self.class_of(job) else {
                    return;
                };
                if let Some(heir) = self.now.jobs.get_mut(&job) {
                    heir.pool = Some(pool);
                } else if self.reads(class, Some(version)) {
                    let heir = Heir {
                        class,
                        pool: Some(pool),
                        state: None,
                        sent_home: false,
                    };
                    self.now.jobs.insert(job, heir);
                }
                self.uses(at, job, true);
            }
            Fact::Preempted(job, _)
            | Fact::Warned(job, _)
            | Fact::Interrupted(job, _)
            | Fact::Evicted(job, _)
            | Fact::Moved(job, _)
            | Fact::Grew(job, _)
            | Fact::TornDown(job, ..) => {
                self.uses(at, job, false);
                if let Some(heir) = self.now.jobs.get_mut(&job) {
                    heir.pool = None;
                }
            }
            Fact::Ended(job, state) => {
                self.uses(at, job, false);
                if let Some(heir) = self.now.jobs.get_mut(&job) {
                    heir.state = Some(state);
                }
            }
            Fact::SentHome(job) => {
                if let Some(heir) = self.now.jobs.get_mut(&job) {
                    heir.sent_home = true;
                }
            }
            _ => {}
        }
    }

    /// Whether something became of what was there then.
    fn follows(&self, fact: Fact) -> bool {
        if let Fact::Withdrawn(_, id, ..) = fact {
            return self.heirs.contains(&id);
        }
        let Some((_, then)) = &self.then else {
            return false;
        };
        match fact {
            Fact::Rejudged(job, ..) => then.jobs.contains_key(&job),
            Fact::Transformed(_, id) | Fact::ValidationFailed(_, id) => self.heirs.contains(&id),
            Fact::CopyRejudged(id, site, ..)
            | Fact::CopyDeleted(id, site)
            | Fact::CopyUnlocked(id, site)
            | Fact::CopyDropped(id, site) => then.copies.contains_key(&(id, site)),
            _ => false,
        }
    }
}

impl Observer for Lineage<'_> {
    const JUSTIFIES: bool = true;

    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.look(at, fact);
        self.of_copies(at, fact);
        self.of_jobs(at, fact);
        if self.follows(fact) {
            self.after.push((at, fact));
        }
    }

    fn deleted(&mut self, at: SimTime, deletion: &Deletion) {
        if !self.was_of_it(deletion) {
            return;
        }
        if self.at.is_some_and(|asked| asked < at) && self.then.is_none() {
            self.then = self.at.map(|when| (when, self.now.clone()));
        }
        if let Some(id) = deletion.dataset {
            self.now.copies.remove(&(id, deletion.site));
        }
        self.deleted.push((at, *deletion));
    }

    fn justified(&mut self, why: &Justification) {
        if let Some(taken) = why.taken() {
            self.versions.insert(why.job, taken.version);
        }
    }

    fn run(&mut self, record: &RunRecord) {
        if self.then.is_none() {
            self.then = Some((record.horizon, self.now.clone()));
        }
    }
}
