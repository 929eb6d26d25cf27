//! What transforms made, looked at before anybody may read it, and let out.

use crate::model::{Finding, Model, Validation};
use crate::units::{DatasetId, JobId, Money};

use super::super::moment::World;
use super::replicas::State;

/// What comes after an attempt at a copy, or a look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It is tried again.
    Again,
    /// It is looked at.
    Validation,
    /// It is there for all who may read it.
    Released,
    /// It is thrown away: what it was made of was withdrawn meanwhile.
    Outdated,
}

impl World {
    /// What was made is looked at.
    pub(super) fn begin_validation(&mut self, validation: &Validation, index: u16) {
        let until = if validation.work.is_some() {
            // It is over when its job is.
            self.now
        } else {
            self.now + validation.time
        };
        let begun = &mut self.staging.transforming.begun;
        begun.push((until, index, true));
    }

    /// What was made was looked at, and passes or not. Returns what that cost, and what comes then.
    pub fn validated(&mut self, model: &Model, index: u16, passes: bool) -> (Money, After) {
        let made = &model.transforms.derived[usize::from(index)];
        let transform = &model.transforms.list[usize::from(made.transform)];
        let validation = transform.validation.as_ref();
        let cost = validation.map_or(Money::ZERO, |validation| validation.price);
        let told = &mut self.staging.transforming.validations;
        told.cost += cost;
        told.done += 1;
        if passes {
            return (cost, self.let_out(model, index));
        }
        told.failed += 1;
        self.try_again(model, index);
        (cost, After::Again)
    }

    /// What was made may be read from now on.
    pub(super) fn let_out(&mut self, model: &Model, index: u16) -> After {
        let place = usize::from(index);
        let made = &model.transforms.derived[place];
        let copy = usize::from(made.copy);
        let is_outdated =
            self.version_of_base(model, index) != self.staging.transforming.made_of[place];
        let transforming = &mut self.staging.transforming;
        transforming.attempts[place] += 1;
        if is_outdated {
            self.staging.replicas[copy] = State::Ahead;
        } else {
            transforming.made_by[place] = transforming.attempts[place];
            if let Some(readers) = transforming.readers.get_mut(place) {
                // They read a version that was deleted since.
                readers.clear();
            }
            self.staging.replicas[copy] = State::Kept(self.now);
            self.watch_copy(model, made.copy);
        }
        self.go_on_transforming(model, made.transform);
        if is_outdated {
            self.make_afresh(model);
            After::Outdated
        } else {
            After::Released
        }
    }

    /// Which version there is of what something is made of; what no transform makes has but one.
    pub(super) fn version_of_base(&self, model: &Model, index: u16) -> u32 {
        let made = &model.transforms.derived[usize::from(index)];
        let base = model.transforms.making(made.base);
        base.map_or(0, |(base, _)| self.staging.transforming.made_by[base])
    }

    /// Whether a copy still is of the version that an attempt of this number made.
    pub fn is_version(&self, index: u16, attempt: u32) -> bool {
        self.staging.transforming.made_by[usize::from(index)] == attempt + 1
    }

    /// What was found to be flawed is made again, though nobody asks for it now.
    pub fn make_afresh(&mut self, model: &Model) {
        for (bit, finding) in model.rules.findings.list.iter().enumerate() {
            if let Finding::Flaw(made) = *finding
                && self.rules.is_found(bit as u16)
            {
                self.make(model, model.transforms.derived[usize::from(made)].dataset);
            }
        }
    }

    /// A job begins to read something: it is remembered where something may be found of it later.
    pub(super) fn remember_reader(&mut self, model: &Model, job: JobId, id: DatasetId) {
        if let Some((index, _)) = model.transforms.making(id)
            && let Some(readers) = self.staging.transforming.readers.get_mut(index)
        {
            readers.push(job);
        }
    }
}
