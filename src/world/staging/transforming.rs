//! Copies that transforms make when somebody needs them, and what jobs read in the place of their data.

use std::collections::VecDeque;

use crate::journal::Validations;
use crate::model::{Masks, Model};
use crate::units::{ClassId, DatasetId, JobId, Money, PoolId, SimTime, SiteId};

use super::super::job::{Phase, Slot};
use super::super::moment::World;
use super::replicas::State;
use super::validating::After;

/// No version.
const NONE: u8 = u8::MAX;

/// What transforms do, and which version of their work jobs do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transforming {
    /// The version of each shape's work in each pool, by shape, then pool; empty where no transform is.
    versions: Vec<u8>,
    /// That of each job that was placed, by slot.
    of_slot: Vec<u8>,
    /// What waits for each transform, what it works on first.
    works: Vec<VecDeque<u16>>,
    /// How often each copy was tried.
    pub(super) attempts: Vec<u32>,
    /// Which version of each copy there is, by the number of the attempt that made it, from 1; 0 is none.
    pub(super) made_by: Vec<u32>,
    /// By copy, of which version of what it is made of its present attempt makes it.
    pub(super) made_of: Vec<u32>,
    /// By copy, which jobs began to read its present version; empty where nothing can be found of any.
    pub(super) readers: Vec<Vec<JobId>>,
    /// From when until when versions of copies were kept that were withdrawn.
    pub(super) withdrawn: Vec<(DatasetId, SimTime, SimTime)>,
    /// What was newly begun, when it is over, and whether it looks at what was made; for whoever keeps the agenda.
    pub begun: Vec<(SimTime, u16, bool)>,
    /// What was looked at, and found.
    pub validations: Validations,
    /// What all attempts cost.
    pub cost: Money,
    /// How many of them failed.
    pub failures: u64,
}

impl Transforming {
    pub(super) fn reset(&mut self, model: &Model) {
        let transforms = &model.transforms;
        self.versions.clear();
        self.begun.clear();
        (self.cost, self.failures) = (Money::ZERO, 0);
        self.validations = Validations::default();
        self.withdrawn.clear();
        self.of_slot.clear();
        if !transforms.are_used() {
            return;
        }
        self.works.iter_mut().for_each(VecDeque::clear);
        self.works
            .resize_with(transforms.list.len(), VecDeque::default);
        for counts in [&mut self.attempts, &mut self.made_by, &mut self.made_of] {
            counts.clear();
            counts.resize(transforms.derived.len(), 0);
        }
        self.readers.clear();
        if !model.rules.findings.list.is_empty() {
            self.readers.resize_with(transforms.derived.len(), Vec::new);
        }
        self.choose(model, model.rules.first_masks());
    }

    /// Other rules are in force: jobs that are placed from now on do the first version of their work that these let them.
    pub(in crate::world) fn choose(&mut self, model: &Model, masks: Masks) {
        if model.transforms.are_used() {
            model.versions(masks, &mut self.versions);
        }
    }

    /// The versions of its work that a class would do in the pools of a site, once for each size and pool.
    pub(super) fn done_at<'a>(
        &'a self,
        model: &'a Model,
        class: ClassId,
        site: SiteId,
    ) -> impl Iterator<Item = u8> + 'a {
        let rows = self.versions.chunks(model.pools.len().max(1)).enumerate();
        let rows = rows.filter(move |(shape, _)| model.shapes[*shape].class == class);
        let cells = rows.flat_map(move |(_, row)| row.iter().zip(&model.pools));
        let there = cells.filter(move |(version, pool)| pool.site == site && **version != NONE);
        there.map(|(&version, _)| version)
    }

    /// Whether there are any.
    #[inline]
    pub(in crate::world) const fn is_used(&self) -> bool {
        !self.versions.is_empty()
    }
}

impl World {
    /// What a job reads in a pool: if it waits, what it would read there now.
    pub(in crate::world) fn reads<'m>(
        &self,
        model: &'m Model,
        slot: Slot,
        pool: PoolId,
    ) -> &'m [DatasetId] {
        let class = model.class_of(self.jobs[slot].request.shape);
        if !self.staging.transforming.is_used() {
            return &model.classes[class.index()].data;
        }
        model.read_in(class, self.version_in(model, slot, pool))
    }

    /// The version of its work that a job does, or would do in a pool.
    pub(in crate::world) fn version_in(&self, model: &Model, slot: Slot, pool: PoolId) -> u8 {
        let transforming = &self.staging.transforming;
        let job = &self.jobs[slot];
        if job.phase != Phase::Waiting {
            return self.version_of(slot);
        }
        let place = job.request.shape.index() * model.pools.len() + pool.index();
        let found = transforming.versions.get(place).copied();
        found.filter(|&version| version != NONE).unwrap_or(0)
    }

    /// The version of its work that a job does which was placed.
    pub(in crate::world) fn version_of(&self, slot: Slot) -> u8 {
        let of_slot = &self.staging.transforming.of_slot;
        of_slot.get(slot.0 as usize).copied().unwrap_or(0)
    }

    /// A waiting job is about to take a place: it does this version of its work until it leaves it.
    #[cold]
    pub(in crate::world) fn fix_version(&mut self, model: &Model, slot: Slot, pool: PoolId) {
        let version = self.version_in(model, slot, pool);
        let of_slot = &mut self.staging.transforming.of_slot;
        let place = slot.0 as usize;
        if of_slot.len() <= place {
            of_slot.resize(place + 1, 0);
        }
        of_slot[place] = version;
    }

    /// Somebody needs something that a transform makes: it is put to work, unless it is or was already. Returns whether
    /// it is not there yet.
    #[cold]
    pub(in crate::world) fn make(&mut self, model: &Model, id: DatasetId) -> bool {
        let Some((index, made)) = model.transforms.making(id) else {
            return false;
        };
        match self.staging.replicas[usize::from(made.copy)] {
            State::Kept(_) => return false,
            State::Ahead => {}
            _ => return true,
        }
        // What is made of something that is made itself waits for that.
        if self.make(model, made.base) {
            return true;
        }
        self.staging.replicas[usize::from(made.copy)] = State::Making;
        let works = &mut self.staging.transforming.works[usize::from(made.transform)];
        works.push_back(index as u16);
        if works.len() == 1 {
            self.begin_transform(model, index as u16);
        }
        true
    }

    fn begin_transform(&mut self, model: &Model, index: u16) {
        let made = &model.transforms.derived[usize::from(index)];
        let transform = &model.transforms.list[usize::from(made.transform)];
        let until = if transform.work.is_some() {
            // It is over when its job is.
            self.now
        } else {
            self.now + transform.time(model.dataset(made.base).size)
        };
        let version = self.version_of_base(model, index);
        let transforming = &mut self.staging.transforming;
        transforming.made_of[usize::from(index)] = version;
        transforming.begun.push((until, index, false));
    }

    /// How often a copy was tried before.
    pub fn attempts_at(&self, index: u16) -> u32 {
        self.staging.transforming.attempts[usize::from(index)]
    }

    /// An attempt at a copy is over, and failed or not. Returns what it cost, and what comes then.
    pub fn transformed(&mut self, model: &Model, index: u16, fails: bool) -> (Money, After) {
        let made = &model.transforms.derived[usize::from(index)];
        let transform = &model.transforms.list[usize::from(made.transform)];
        let cost = transform.cost(model.dataset(made.base).size);
        let transforming = &mut self.staging.transforming;
        transforming.cost += cost;
        if fails {
            transforming.failures += 1;
            self.try_again(model, index);
            return (cost, After::Again);
        }
        if let Some(validation) = &transform.validation {
            self.begin_validation(validation, index);
            return (cost, After::Validation);
        }
        (cost, self.let_out(model, index))
    }

    /// The same copy is tried again.
    pub(super) fn try_again(&mut self, model: &Model, index: u16) {
        self.staging.transforming.attempts[usize::from(index)] += 1;
        self.begin_transform(model, index);
    }

    /// The job that was to make a copy, or to look at it, ended without having tried to. Whoever needs it next sends out another, if any is
    /// left (`again`).
    pub fn not_transformed(&mut self, model: &Model, index: u16, again: bool) {
        let made = &model.transforms.derived[usize::from(index)];
        self.staging.transforming.attempts[usize::from(index)] += 1;
        if again {
            self.staging.replicas[usize::from(made.copy)] = State::Ahead;
        }
        self.go_on_transforming(model, made.transform);
        self.make_afresh(model);
    }

    /// A transform has done with the first of its work.
    pub(super) fn go_on_transforming(&mut self, model: &Model, transform: u16) {
        let works = &mut self.staging.transforming.works[usize::from(transform)];
        works.pop_front();
        if let Some(next) = works.front().copied() {
            self.begin_transform(model, next);
        }
        self.changes.other = true;
    }
}
