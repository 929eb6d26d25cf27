//! All that can be kept in a model: of which kind, of what, where, and with which marks.

use std::collections::BTreeSet;

use crate::model::rules::Tuple;
use crate::model::{Freight, KeptKind, Labelled, Retention, Transforms};
use crate::units::{Bytes, ClassId, DatasetId, SiteId};

use super::super::attributes::{Described, Subjects};
use super::{is_marked, of_jobs};

/// Something that can be kept.
pub(super) struct Thing {
    pub(super) kind: KeptKind,
    /// What it is called where it is told of.
    pub(super) name: String,
    pub(super) site: SiteId,
    /// Of jobs of which class, if of jobs.
    pub(super) class: Option<ClassId>,
    /// Data sets of which it is, or that went into it.
    pub(super) of: BTreeSet<DatasetId>,
    pub(super) tuple: Tuple,
    pub(super) is_marked: bool,
    key: Key,
}

/// Under what it is looked up.
enum Key {
    Home(DatasetId),
    Cached(DatasetId),
    Copy(u16),
    Checkpoint(Labelled, u8),
    Results(Labelled, u8),
}

impl Thing {
    /// Notes which rule is about it.
    pub(super) fn put(&self, retention: &mut Retention, rule: u16) {
        let site = self.site;
        match self.key {
            Key::Home(id) => {
                retention.homes.insert((id, site), rule);
            }
            Key::Cached(id) => {
                retention.cached.insert((id, site), rule);
            }
            Key::Copy(copy) => {
                retention.copies.insert(copy, rule);
            }
            Key::Checkpoint(whose, version) => {
                retention.checkpoints.insert((whose, version, site), rule);
            }
            Key::Results(whose, version) => {
                retention.results.insert((whose, version), rule);
            }
        }
    }
}

/// All of them, data before jobs.
pub(super) fn things(
    described: &Described,
    transforms: &Transforms,
    subjects: Subjects<'_>,
) -> Vec<Thing> {
    let mut found = Vec::new();
    of_data(described, transforms, subjects, &mut found);
    of_classes(described, transforms, subjects, &mut found);
    found
}

/// A data set with all of which it was made.
fn sources(transforms: &Transforms, id: DatasetId, found: &mut BTreeSet<DatasetId>) {
    found.insert(id);
    if let Some((_, made)) = transforms.making(id) {
        sources(transforms, made.base, found);
    }
}

fn of_data(
    described: &Described,
    transforms: &Transforms,
    subjects: Subjects<'_>,
    found: &mut Vec<Thing>,
) {
    let mut add = |kind: KeptKind, id: DatasetId, site: SiteId, key: Key| {
        let mut of = BTreeSet::new();
        sources(transforms, id, &mut of);
        let tuple = described.start.data[id.index()].clone();
        let place = &subjects.sites[site.index()].site.name;
        found.push(Thing {
            kind,
            name: format!("{} at {place}", subjects.datasets[id.index()].name),
            site,
            class: None,
            of,
            is_marked: is_marked(&tuple),
            tuple,
            key,
        });
    };
    let ids = (0..subjects.datasets.len()).map(DatasetId::from);
    for id in ids {
        for &site in &subjects.datasets[id.index()].kept {
            add(KeptKind::Dataset, id, site, Key::Home(id));
        }
    }
    for (place, copy) in subjects.network.copies.iter().enumerate() {
        let mut derived = transforms.derived.iter();
        let kind = if derived.any(|made| usize::from(made.copy) == place) {
            KeptKind::Transformed
        } else {
            KeptKind::Replica
        };
        add(kind, copy.dataset, copy.site, Key::Copy(place as u16));
    }
    let mut cached = BTreeSet::new();
    for (draft, reads) in subjects.classes.iter().zip(&described.reads) {
        for &pool in &draft.class.pools {
            let site = subjects.pools[pool.index()].pool.site;
            let away = reads.iter().filter(|id| {
                let is_made_there = transforms
                    .making(**id)
                    .is_some_and(|(_, made)| made.site == site);
                !is_made_there && !subjects.datasets[id.index()].kept.contains(&site)
            });
            cached.extend(away.map(|&id| (id, site)));
        }
    }
    for (id, site) in cached {
        let kind = match subjects.datasets[id.index()].artifact {
            Some(_) => KeptKind::Artifact,
            None => KeptKind::Copy,
        };
        add(kind, id, site, Key::Cached(id));
    }
}

fn of_classes(
    described: &Described,
    transforms: &Transforms,
    subjects: Subjects<'_>,
    found: &mut Vec<Thing>,
) {
    let versions = transforms.versions.max(1);
    for &whose in &described.works {
        let class = &subjects.classes[whose.class.index()].class;
        let on = class.checkpoints_on;
        let on = on.map(|(storage, _)| subjects.network.storages[usize::from(storage)].site);
        let mut lie: Vec<SiteId> = on
            .into_iter()
            .chain(class.checkpoint_home.map(|home| home.site))
            .collect();
        lie.dedup();
        let sent = class.results_to.filter(|_| class.results > Bytes(0));
        for version in 0..versions {
            let place = whose.class.index() * versions + version;
            let reads = transforms.reads.get(place).unwrap_or(&class.data);
            let mut of = BTreeSet::new();
            for &id in reads {
                sources(transforms, id, &mut of);
            }
            let mut add = |kind: KeptKind, site: SiteId, freight: Freight, key: Key| {
                let tuple = of_jobs(described, freight, subjects);
                found.push(Thing {
                    kind,
                    name: class.name.clone(),
                    site,
                    class: Some(whose.class),
                    of: of.clone(),
                    is_marked: is_marked(&tuple),
                    tuple,
                    key,
                });
            };
            let number = version as u8;
            for &site in &lie {
                let freight = Freight::Checkpoint(whose, number);
                add(
                    KeptKind::Checkpoint,
                    site,
                    freight,
                    Key::Checkpoint(whose, number),
                );
            }
            if let Some(site) = sent {
                let freight = Freight::Results(whose, number);
                add(
                    KeptKind::Results,
                    site,
                    freight,
                    Key::Results(whose, number),
                );
            }
        }
    }
}
