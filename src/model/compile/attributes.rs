//! `attributes` of classes, sites, pools, data and links: who has which value of the words that rules may use.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::rules::{AttributeChange, Findings, Of, Tuple, Value, Vocabulary};
use crate::model::{Dataset, Labelled, Link, Network, Shape};
use crate::scenario::{AttributeValue, ByName, Origin, ScenarioFile};
use crate::units::{DatasetId, Epoch};

use super::assumed;
use super::attribute_words::Words;
use super::classes::{ClassDraft, written};
use super::context::Context;
use super::label_words;
use super::marking::Enrichment;
use super::pools::PoolDraft;
use super::sites::Place;
use super::transforms::{self, Made, Marks};

mod apply;
mod changes;
mod course;
mod described;
mod differences;
mod inherited;
mod situation;

use apply::Found;
use inherited::{inherited, union};
use situation::{Known, Work};

/// What rules are about.
#[derive(Clone, Copy)]
pub(super) struct Subjects<'a> {
    pub(super) sites: &'a [Place],
    pub(super) pools: &'a [PoolDraft],
    pub(super) classes: &'a [ClassDraft],
    pub(super) shapes: &'a [Shape],
    pub(super) datasets: &'a [Dataset],
    pub(super) network: &'a Network,
}

impl<'a> Subjects<'a> {
    /// All of it.
    pub(super) const fn of(
        (sites, pools, classes, shapes): (
            &'a [Place],
            &'a [PoolDraft],
            &'a [ClassDraft],
            &'a [Shape],
        ),
        datasets: &'a [Dataset],
        network: &'a Network,
    ) -> Self {
        Self {
            sites,
            pools,
            classes,
            shapes,
            datasets,
            network,
        }
    }
}

/// Values of some attributes, by their places.
pub(super) type Own = Vec<(usize, Value)>;

/// All words, and the values of everybody.
pub(super) struct Described {
    words: Words,
    pub(super) vocabulary: Vocabulary,
    /// How many versions of their work jobs do.
    pub(super) versions: usize,
    /// By class, all that its jobs may read in any version.
    pub(super) reads: Vec<Vec<DatasetId>>,
    /// Marks of jobs and of data that are one.
    pairs: Vec<(usize, usize)>,
    /// Classes with the labels that their jobs have, ascending.
    pub(super) works: Vec<Labelled>,
    /// What is taken to be so where nobody says it, by hand.
    pub(super) assumed: Vec<(String, String)>,
    /// What classes say of their jobs at the start.
    by_class: BTreeMap<usize, Own>,
    /// What is said of jobs beside, by their labels.
    labels: Vec<Own>,
    /// As everybody is at the start.
    pub(super) start: Situation,
    /// As they may be later.
    later: Vec<Situation>,
    /// When they change.
    pub(super) changes: Vec<AttributeChange>,
    /// What may be found, and who has what then.
    pub(super) findings: Findings,
}

/// The values of everybody for some time.
#[derive(Clone, PartialEq)]
pub(super) struct Situation {
    /// By shape and version, with a bit for each transform that was used on all that is read.
    pub(super) jobs: Vec<(Tuple, u32)>,
    /// By pool.
    pub(super) targets: Vec<Tuple>,
    /// By site, as the one that something leaves.
    pub(super) from: Vec<Tuple>,
    /// By site, as the one to which something goes.
    pub(super) to: Vec<Tuple>,
    /// By direction of a link.
    pub(super) links: Vec<Tuple>,
    /// By data set or artifact, with what transforms make.
    pub(super) data: Vec<Tuple>,
    /// By class, labels and version, the marks of its jobs.
    marks: Vec<Tuple>,
    /// What transforms made, and has again what they took away.
    pub(super) regained: BTreeSet<DatasetId>,
}

/// What everybody says of himself.
#[derive(Clone, PartialEq)]
struct Said {
    classes: BTreeMap<usize, Own>,
    sites: Vec<Own>,
    pools: Vec<Own>,
    data: Vec<Own>,
    links: Vec<Own>,
    transforms: Vec<Marks>,
    /// What was found out of copies that transforms made.
    made: Vec<(DatasetId, Found)>,
    /// By labels.
    labels: Vec<Own>,
}

impl Said {
    /// What a class says of its jobs, and what is said of those with these labels: marks add up, of all else what is
    /// said of the job counts.
    fn of_jobs(&self, tuple: &mut Tuple, whose: Labelled) {
        let class = self.classes.get(&whose.class.index());
        put(tuple, class.into_iter().flatten());
        let own = self.labels.get(whose.labels.index());
        for (place, value) in own.into_iter().flatten() {
            let both = [tuple[*place].as_ref(), Some(value)];
            tuple[*place] = Some(match value {
                Value::Marks(_) => union(both.into_iter().flatten()),
                _ => value.clone(),
            });
        }
    }
}

/// Reads all of it, and works out what transforms make, as it is at the start and after each happening that changes
/// attributes.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    subjects: Subjects<'_>,
    (epoch, enrichment): (Epoch, &Enrichment),
) -> (Described, Made) {
    let mut words = Words::default();
    words.add_built_in(subjects);
    words.declare(context, file);
    let mut said = said(context, file, subjects, &mut words);
    said.labels = label_words::take(context, &mut words, enrichment);
    let assumed = assumed::read(context, file, &mut words);
    let drafts = changes::read(context, file, epoch, &mut words);
    let mut phased = changes::of_phases(context, file, &mut words);
    words.mirror_sites();
    let pairs = words.pair_marks(context, file.attributes.origin().unwrap_or_default());
    let all = drafts.iter().chain(phased.iter().map(|one| &one.draft));
    let data = changes::widest(&words, subjects, &said, &all);
    let made = transforms::read(context, file, subjects);
    let marks = (made.as_slice(), said.transforms.as_slice());
    let made = transforms::work_out(context, subjects, marks, &data);
    words.know_data(&made.datasets);
    let times = changes::times(context, subjects, (&words, &made), &said, &drafts);
    let of = Known {
        file,
        subjects,
        words: &words,
        made: &made.transforms,
        pairs: &pairs,
    };
    for one in &mut phased {
        one.look_up(context, subjects, &made);
    }
    let found = course::findings(context, of, times.len(), &phased);
    let course = course::course(of, &said, &times, (found, &phased));
    let versions = made.transforms.versions.max(1);
    let work = Work {
        made: &made.transforms,
        data: &course.start.data,
        versions,
    };
    let all = (0..subjects.classes.len()).map(|class| work.all_of(subjects, class));
    let described = Described {
        vocabulary: Vocabulary(words.all.clone()),
        versions,
        reads: all.collect(),
        words,
        pairs,
        start: course.start,
        later: course.later,
        changes: course.changes,
        findings: course.findings,
        works: Labelled::all(subjects.shapes, subjects.classes.len()),
        assumed,
        by_class: said.classes,
        labels: said.labels,
    };
    (described, made)
}

fn said(
    context: &mut Context,
    file: &ScenarioFile,
    subjects: Subjects<'_>,
    words: &mut Words,
) -> Said {
    // A class and its twins share one table, which is read once.
    let mut classes: BTreeMap<usize, Own> = BTreeMap::new();
    let mut seen: Vec<(Origin, Own)> = Vec::new();
    for (spec, place) in written(file, subjects.classes) {
        let at = spec.attributes.origin().unwrap_or_default();
        let values = match seen.iter().find(|(origin, _)| *origin == at) {
            Some((_, values)) if at != Origin::default() => values.clone(),
            _ => {
                let values = words.take(context, Of::Job, &spec.attributes);
                seen.push((at, values.clone()));
                values
            }
        };
        classes.insert(place, values);
    }
    let mut take = |of, table: Option<&ByName<AttributeValue>>| {
        table.map_or_else(Own::new, |table| words.take(context, of, table))
    };
    let sites = subjects.sites.iter().map(|place| {
        let mut specs = file.site.items();
        let spec = specs.find(|(spec, _)| spec.name.value() == Some(&place.site.name));
        take(Of::Target, spec.map(|(spec, _)| &spec.attributes))
    });
    let sites = sites.collect();
    let pools = subjects.pools.iter().map(|draft| {
        let mut specs = file.pool.items();
        let spec = specs.find(|(spec, _)| spec.name.value() == Some(&draft.pool.name));
        take(Of::Target, spec.map(|(spec, _)| &spec.attributes))
    });
    let pools = pools.collect();
    let data = subjects.datasets.iter().map(|dataset| {
        let table = table_of(file, dataset);
        take(Of::Data, table)
    });
    let data = data.collect();
    // Both directions of a link share one table.
    let mut links: Vec<Own> = Vec::new();
    for (index, link) in subjects.network.links.iter().enumerate() {
        let back = index
            .checked_sub(1)
            .map(|before| &subjects.network.links[before]);
        if back.is_some_and(|back| is_back(back, link)) {
            links.push(links[index - 1].clone());
            continue;
        }
        let mut specs = file.link.items();
        let spec = specs.find(|(spec, _)| spec.name.value() == Some(&link.name));
        links.push(take(Of::Link, spec.map(|(spec, _)| &spec.attributes)));
    }
    let mut marks = |table: &ByName<AttributeValue>| {
        let own = words.take(context, Of::Data, table);
        changes::only_marks(context, table, own, "write marks in brackets: [\"…\"]")
    };
    let transforms = file.transform.items().map(|(spec, _)| Marks {
        removes: marks(&spec.removes),
        adds: marks(&spec.adds),
    });
    let transforms = transforms.collect();
    Said {
        classes,
        sites,
        pools,
        data,
        links,
        transforms,
        made: Vec::new(),
        labels: Vec::new(),
    }
}

fn is_back(link: &Link, back: &Link) -> bool {
    link.name == back.name && (link.from, link.to) == (back.to, back.from)
}

/// Where the attributes of a data set, or of an artifact, were written.
fn table_of<'a>(file: &'a ScenarioFile, dataset: &Dataset) -> Option<&'a ByName<AttributeValue>> {
    if dataset.artifact.is_some() {
        let mut specs = file.artifact.items();
        let spec = specs.find(|(spec, _)| spec.name.value() == Some(&dataset.name));
        return spec.map(|(spec, _)| &spec.attributes);
    }
    let mut specs = file.dataset.items();
    let spec = specs.find(|(spec, _)| spec.name.value() == Some(&dataset.name));
    spec.map(|(spec, _)| &spec.attributes)
}

fn tuple(words: &Words, of: Of, own: &Own) -> Tuple {
    let mut tuple = words.nothing();
    put(&mut tuple, own.iter());
    words.assume(of, tuple)
}

fn put<'a>(tuple: &mut Tuple, own: impl Iterator<Item = &'a (usize, Value)>) {
    for (place, value) in own {
        tuple[*place] = Some(value.clone());
    }
}

impl Words {
    /// What is known of a site at one end of a move.
    fn end(&self, of: Of, place: &Place, own: &Own) -> Tuple {
        let mut tuple = self.nothing();
        self.set_texts(&mut tuple, of, super::move_words::of_site(place));
        self.set_sheet(&mut tuple, of, place);
        for (index, value) in own {
            self.set(&mut tuple, of, &self.all[*index].name, value.clone());
        }
        self.assume(of, tuple)
    }

    /// Rules may name what transforms make.
    fn know_data(&mut self, made: &[Dataset]) {
        if let Some(place) = self.find(Of::Data, "name") {
            let names = made.iter().map(|dataset| dataset.name.clone());
            self.all[place].values.extend(names);
        }
    }
}
