//! What follows from what everybody says: the values of jobs, pools, sites, links and data for some time.

use std::collections::BTreeSet;

use crate::model::rules::{Of, Tuple};
use crate::model::{Labelled, Transforms};
use crate::scenario::ScenarioFile;
use crate::units::DatasetId;

use super::{Said, Situation, Subjects, Words, apply, inherited, put, tuple};

/// What attributes follow from.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) file: &'a ScenarioFile,
    pub(super) subjects: Subjects<'a>,
    pub(super) words: &'a Words,
    pub(super) made: &'a Transforms,
    pub(super) pairs: &'a [(usize, usize)],
}

/// What follows from what everybody says.
pub(super) fn situation(of: Known<'_>, said: &Said) -> Situation {
    let Known {
        file,
        subjects,
        words,
        made,
        pairs,
    } = of;
    let of_data = said.data.iter().map(|own| tuple(words, Of::Data, own));
    let mut data: Vec<Tuple> = of_data.collect();
    let regained = apply::make(made, said, &mut data);
    let versions = made.versions.max(1);
    let work = Work {
        made,
        data: &data,
        versions,
    };
    let works = Labelled::all(subjects.shapes, subjects.classes.len());
    let marks = inherited(file, subjects, words, (said, &work, &works), pairs);
    let own = (works.as_slice(), marks.as_slice());
    let jobs = jobs(subjects, words, said, (&work, own, &regained), pairs);
    let targets = subjects.pools.iter().zip(&said.pools).map(|(draft, own)| {
        let site = draft.pool.site.index();
        let mut tuple = words.target(draft, &subjects.sites[site]);
        put(&mut tuple, said.sites[site].iter().chain(own));
        words.assume(Of::Target, tuple)
    });
    let targets = targets.collect();
    let links = subjects.network.links.iter().zip(&said.links);
    let links = links.map(|(link, own)| {
        let mut tuple = words.link(link);
        put(&mut tuple, own.iter());
        words.assume(Of::Link, tuple)
    });
    let links = links.collect();
    let ends = |of| {
        let sites = subjects.sites.iter().zip(&said.sites);
        sites.map(|(site, own)| words.end(of, site, own)).collect()
    };
    Situation {
        from: ends(Of::From),
        to: ends(Of::To),
        jobs,
        targets,
        links,
        data,
        marks,
        regained,
    }
}

/// What jobs read, in each version of their work.
pub(super) struct Work<'a> {
    pub(super) made: &'a Transforms,
    pub(super) data: &'a [Tuple],
    pub(super) versions: usize,
}

impl Work<'_> {
    pub(super) fn reads<'a>(
        &'a self,
        subjects: Subjects<'a>,
        class: usize,
        version: usize,
    ) -> &'a [DatasetId] {
        let place = class * self.versions + version;
        let reads = self.made.reads.get(place).map(Vec::as_slice);
        reads.unwrap_or(&subjects.classes[class].class.data)
    }

    pub(super) fn all_of(&self, subjects: Subjects<'_>, class: usize) -> Vec<DatasetId> {
        let versions = 0..self.versions;
        let all = versions.flat_map(|version| self.reads(subjects, class, version));
        let all: BTreeSet<DatasetId> = all.copied().collect();
        all.into_iter().collect()
    }

    /// A bit for each transform that was used on all data that are read, if any are.
    fn used(
        &self,
        subjects: Subjects<'_>,
        (class, version): (usize, usize),
        regained: &BTreeSet<DatasetId>,
    ) -> u32 {
        let reads = self.reads(subjects, class, version).iter();
        let is_data = |id: &&DatasetId| {
            let known = subjects.datasets.get(id.index());
            known.is_none_or(|dataset| dataset.artifact.is_none())
        };
        let reads: Vec<&DatasetId> = reads.filter(is_data).collect();
        let on_all = |transform: &u16| {
            let mut reads = reads.iter();
            !reads.as_slice().is_empty()
                && reads.all(|id| self.made.counts(*transform, **id, regained))
        };
        let all = (0..self.made.list.len() as u16).filter(on_all);
        all.fold(0, |bits, transform| bits | 1 << transform)
    }
}

/// Classes with labels, and by them and version the marks of their jobs.
type OfWorks<'a> = (&'a [Labelled], &'a [Tuple]);

/// What is known of each shape in each version of its work.
fn jobs(
    subjects: Subjects<'_>,
    words: &Words,
    said: &Said,
    (work, (works, marks), regained): (&Work<'_>, OfWorks<'_>, &BTreeSet<DatasetId>),
    pairs: &[(usize, usize)],
) -> Vec<(Tuple, u32)> {
    let mut jobs = Vec::with_capacity(subjects.shapes.len() * work.versions);
    for shape in subjects.shapes {
        let class = shape.class.index();
        let mut tuple = words.job(&subjects.classes[class], shape);
        let whose = shape.labelled();
        said.of_jobs(&mut tuple, whose);
        let tuple = words.assume(Of::Job, tuple);
        let place = works.binary_search(&whose).unwrap_or(0) * work.versions;
        for version in 0..work.versions {
            let mut tuple = tuple.clone();
            for &(job, _) in pairs {
                tuple[job].clone_from(&marks[place + version][job]);
            }
            jobs.push((tuple, work.used(subjects, (class, version), regained)));
        }
    }
    jobs
}
