//! `attributes` of classes, sites and pools: who has which value of the words that rules may use.

use std::collections::BTreeMap;

use crate::model::Shape;
use crate::model::rules::{Of, Tuple, Value, Vocabulary};
use crate::scenario::{Origin, ScenarioFile};

use super::attribute_words::Words;
use super::classes::{ClassDraft, written};
use super::context::Context;
use super::pools::PoolDraft;
use super::sites::Place;

/// What rules are about.
#[derive(Clone, Copy)]
pub(super) struct Subjects<'a> {
    pub(super) sites: &'a [Place],
    pub(super) pools: &'a [PoolDraft],
    pub(super) classes: &'a [ClassDraft],
    pub(super) shapes: &'a [Shape],
}

impl<'a> From<(&'a [Place], &'a [PoolDraft], &'a [ClassDraft], &'a [Shape])> for Subjects<'a> {
    fn from(
        (sites, pools, classes, shapes): (
            &'a [Place],
            &'a [PoolDraft],
            &'a [ClassDraft],
            &'a [Shape],
        ),
    ) -> Self {
        Self {
            sites,
            pools,
            classes,
            shapes,
        }
    }
}

/// All words, and the values of everybody.
#[derive(Default)]
pub(super) struct Described {
    pub(super) vocabulary: Vocabulary,
    /// By shape.
    pub(super) jobs: Vec<Tuple>,
    /// By pool.
    pub(super) targets: Vec<Tuple>,
}

/// Reads all of it.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    subjects: Subjects<'_>,
) -> Described {
    let mut words = Words::default();
    words.add_built_in(subjects);
    words.declare(context, file);
    let of_classes = written(file, subjects.classes);
    // A class and its twins share one table, which is read once.
    let mut own: BTreeMap<usize, Vec<(usize, Value)>> = BTreeMap::new();
    let mut seen: Vec<(Origin, Vec<(usize, Value)>)> = Vec::new();
    for (spec, place) in of_classes {
        let at = spec.attributes.origin().unwrap_or_default();
        let values = match seen.iter().find(|(origin, _)| *origin == at) {
            Some((_, values)) if at != Origin::default() => values.clone(),
            _ => {
                let values = words.take(context, Of::Job, &spec.attributes);
                seen.push((at, values.clone()));
                values
            }
        };
        own.insert(place, values);
    }
    let mut of_sites = Vec::with_capacity(subjects.sites.len());
    for place in subjects.sites {
        let mut specs = file.site.items();
        let spec = specs.find(|(spec, _)| spec.name.value() == Some(&place.site.name));
        let own = spec.map(|(spec, _)| words.take(context, Of::Target, &spec.attributes));
        of_sites.push(own.unwrap_or_default());
    }
    let mut of_pools = Vec::with_capacity(subjects.pools.len());
    for draft in subjects.pools {
        let mut specs = file.pool.items();
        let spec = specs.find(|(spec, _)| spec.name.value() == Some(&draft.pool.name));
        let own = spec.map(|(spec, _)| words.take(context, Of::Target, &spec.attributes));
        of_pools.push(own.unwrap_or_default());
    }
    let jobs = subjects.shapes.iter().map(|shape| {
        let class = shape.class.index();
        let mut tuple = words.job(&subjects.classes[class], shape);
        put(&mut tuple, own.get(&class).into_iter().flatten());
        words.assume(Of::Job, tuple)
    });
    let jobs = jobs.collect();
    let targets = subjects.pools.iter().zip(&of_pools).map(|(draft, own)| {
        let site = draft.pool.site.index();
        let mut tuple = words.target(draft, &subjects.sites[site]);
        put(&mut tuple, of_sites[site].iter().chain(own));
        words.assume(Of::Target, tuple)
    });
    let targets = targets.collect();
    Described {
        vocabulary: Vocabulary(words.all),
        jobs,
        targets,
    }
}

fn put<'a>(tuple: &mut Tuple, own: impl Iterator<Item = &'a (usize, Value)>) {
    for (place, value) in own {
        tuple[*place] = Some(value.clone());
    }
}
