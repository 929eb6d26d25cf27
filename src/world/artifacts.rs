//! What is known of artifacts at sites: pulls that broke, versions that are corrupted, and what started on them.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::units::{DatasetId, SimTime, SiteId, Span};

use super::job::{Phase, Slot};
use super::moment::World;

/// Artifacts at sites, as far as there is anything to know of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Artifacts {
    states: BTreeMap<(DatasetId, SiteId), State>,
    /// How many versions do not work.
    ill: u32,
    /// From when on no pull that broke keeps another from being tried.
    calm: SimTime,
    /// Jobs that started on a corrupted version, with the attempt.
    spoiled: Vec<(Slot, u32)>,
    /// What cannot be read any more since a key was replaced, and has not come again.
    expired: Vec<(DatasetId, SiteId)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    /// Pulls so far.
    pulls: u32,
    /// When it may be pulled again after a pull that broke.
    again: SimTime,
    health: Health,
    /// Jobs that failed on the present version.
    failures: u32,
}

/// How good the version is that a site has, or would pull.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// It works.
    #[default]
    Good,
    /// It is corrupted, and nobody knows: what starts on it fails after so long.
    Bad(Span),
    /// It is known to be corrupted.
    Known,
}

impl Artifacts {
    /// Nothing is known.
    pub(super) fn clear(&mut self) {
        self.states.clear();
        (self.ill, self.calm) = (0, SimTime::ZERO);
        self.spoiled.clear();
        self.expired.clear();
    }

    /// Whether one of these sites cannot read something since a key was replaced.
    pub(super) fn some_expired(&self, sites: &[SiteId]) -> bool {
        self.expired.iter().any(|(_, site)| sites.contains(site))
    }

    /// Something can be read at a site again.
    pub(super) fn is_back(&mut self, id: DatasetId, site: SiteId) {
        self.expired.retain(|&known| known != (id, site));
    }

    /// The most jobs that failed on what one of these sites has.
    pub(super) fn most_failures(&self, sites: &[SiteId]) -> u32 {
        let states = self.states.iter();
        let there = states.filter(|((_, site), _)| sites.contains(site));
        there.map(|(_, state)| state.failures).max().unwrap_or(0)
    }

    /// One more pull begins. Returns its number.
    pub(super) fn begin(&mut self, id: DatasetId, site: SiteId) -> u32 {
        let state = self.states.entry((id, site)).or_default();
        state.pulls += 1;
        state.pulls
    }

    /// How many pulls there were.
    pub(super) fn pulls(&self, id: DatasetId, site: SiteId) -> u32 {
        self.states.get(&(id, site)).map_or(0, |state| state.pulls)
    }

    /// Nothing is pulled before `again`.
    pub(super) fn wait_until(&mut self, id: DatasetId, site: SiteId, again: SimTime) {
        self.states.entry((id, site)).or_default().again = again;
        self.calm = self.calm.max(again);
    }

    /// Whether every version works, and no pull that broke waits to be tried again.
    pub(super) fn are_well(&self, now: SimTime) -> bool {
        self.ill == 0 && self.calm <= now
    }

    /// Whether a pull that broke is not tried again yet.
    pub(super) fn waits(&self, id: DatasetId, site: SiteId, now: SimTime) -> bool {
        let state = self.states.get(&(id, site));
        state.is_some_and(|state| now < state.again)
    }

    /// How good the version at a site is.
    pub(super) fn health(&self, id: DatasetId, site: SiteId) -> Health {
        if self.ill == 0 {
            return Health::Good;
        }
        let state = self.states.get(&(id, site));
        state.map_or(Health::Good, |state| state.health)
    }

    /// The version at a site is as good as this from now on. Returns how good it was.
    pub(super) fn set_health(&mut self, id: DatasetId, site: SiteId, health: Health) -> Health {
        let state = self.states.entry((id, site)).or_default();
        let before = std::mem::replace(&mut state.health, health);
        state.failures = 0;
        self.ill -= u32::from(before != Health::Good);
        self.ill += u32::from(health != Health::Good);
        before
    }

    /// A job started on a corrupted version.
    pub(super) fn spoil(&mut self, slot: Slot, attempt: u32) {
        self.spoiled.push((slot, attempt));
    }

    /// Jobs that did, for looking at; those that are not `kept` are forgotten.
    pub(super) fn retain_spoiled(&mut self, kept: impl FnMut(&(Slot, u32)) -> bool) {
        self.spoiled.retain(kept);
    }
}

impl World {
    /// How long a job that starts now runs until it fails, if an artifact that it starts from is corrupted. It is
    /// remembered then.
    pub fn spoils_after(&mut self, model: &Model, slot: Slot) -> Option<Span> {
        if self.staging.artifacts.ill == 0 {
            return None;
        }
        let job = &self.jobs[slot];
        let class = model.class_of(job.request.shape);
        let site = model.pool(job.pool).site;
        let data = model.classes[class.index()].data.iter();
        let bad = data.filter_map(|&id| match self.staging.artifacts.health(id, site) {
            Health::Bad(after) => Some(after),
            Health::Good | Health::Known => None,
        });
        let after = bad.min()?;
        let attempt = job.attempt;
        self.staging.artifacts.spoil(slot, attempt);
        Some(after)
    }

    /// The version of an artifact at a site is as good as this from now on. Returns how good it was.
    pub fn set_health(&mut self, id: DatasetId, site: SiteId, health: Health) -> Health {
        self.changes.other = true;
        self.staging.artifacts.set_health(id, site, health)
    }

    /// A job failed on a corrupted version. Returns which artifacts, at which site, are found to be bad by that.
    pub fn blame(&mut self, model: &Model, slot: Slot) -> Vec<(DatasetId, SiteId)> {
        let job = &self.jobs[slot];
        let class = model.class_of(job.request.shape);
        let site = model.pool(job.pool).site;
        let mut found = Vec::new();
        for &id in &model.classes[class.index()].data {
            let Some(artifact) = model.dataset(id).artifact else {
                continue;
            };
            let state = self.staging.artifacts.states.get_mut(&(id, site));
            let Some(state) = state.filter(|state| matches!(state.health, Health::Bad(_))) else {
                continue;
            };
            state.failures += 1;
            if artifact.found_by > 0 && artifact.found_by <= state.failures {
                found.push((id, site));
            }
        }
        found
    }

    /// The sites at which an artifact is corrupted and nobody knows.
    pub fn ill_at(&self, id: DatasetId) -> Vec<SiteId> {
        let states = self.staging.artifacts.states.iter();
        let ill =
            states.filter(|((of, _), state)| *of == id && matches!(state.health, Health::Bad(_)));
        ill.map(|(&(_, site), _)| site).collect()
    }

    /// The artifacts of which a site has a version that does not work.
    pub fn ill_there(&self, site: SiteId) -> Vec<DatasetId> {
        let states = self.staging.artifacts.states.iter();
        let ill = states.filter(|((_, at), state)| *at == site && state.health != Health::Good);
        ill.map(|(&(id, _), _)| id).collect()
    }

    /// What a site had of these cannot be read any more, since a key was replaced.
    pub fn expire(&mut self, site: SiteId, ids: &[DatasetId]) {
        let expired = &mut self.staging.artifacts.expired;
        expired.extend(ids.iter().map(|&id| (id, site)));
        expired.sort_unstable();
        expired.dedup();
    }

    /// What a site cannot read since a key was replaced.
    pub fn expired_at(&self, site: SiteId) -> Vec<DatasetId> {
        let expired = self.staging.artifacts.expired.iter();
        expired
            .filter(|(_, at)| *at == site)
            .map(|(id, _)| *id)
            .collect()
    }

    /// How many pulls of an artifact to a site there were.
    pub fn pulls(&self, id: DatasetId, site: SiteId) -> u32 {
        self.staging.artifacts.pulls(id, site)
    }

    /// The jobs that run on the corrupted version of an artifact at a site, in order of arrival; they are forgotten.
    pub fn take_spoiled(
        &mut self,
        model: &Model,
        id: DatasetId,
        site: SiteId,
        victims: &mut Vec<Slot>,
    ) {
        victims.clear();
        let jobs = &self.jobs;
        self.staging.artifacts.retain_spoiled(|&(slot, attempt)| {
            let job = &jobs[slot];
            if job.attempt != attempt || job.phase != Phase::Running {
                return false;
            }
            let class = model.class_of(job.request.shape);
            let reads = model.classes[class.index()].data.contains(&id);
            if reads && model.pool(job.pool).site == site {
                victims.push(slot);
                return false;
            }
            true
        });
        victims.sort_unstable_by_key(|&slot| jobs[slot].id);
        victims.dedup();
    }
}
