//! What is known of everybody, for whoever asks.

use crate::model::rules::{Tuple, Value};
use crate::model::{Freight, Labelled};
use crate::units::ClassId;

use super::{Described, Situation, Subjects};

impl Described {
    /// What is known of jobs of a shape whose data are as they are.
    pub(in crate::model::compile) fn job(&self, shape: usize) -> &Tuple {
        &self.start.jobs[shape * self.versions].0
    }

    /// How many attributes all have anyhow; they come first.
    pub(in crate::model::compile) const fn built_in(&self) -> usize {
        self.words.built_in
    }

    /// What is said of jobs with these labels beside what their class says.
    pub(in crate::model::compile) fn label_values(&self, labels: usize) -> Vec<(String, Value)> {
        let own = self.labels.get(labels).into_iter().flatten();
        let own = own.map(|(place, value)| (self.words.all[*place].name.clone(), value.clone()));
        own.collect()
    }

    /// Whether a class says something of its jobs, or what they read does.
    pub(in crate::model::compile) fn is_told_by(&self, class: ClassId, place: usize) -> bool {
        let own = self.by_class.get(&class.index());
        let mut own = own.into_iter().flatten();
        let pair = self.pairs.iter().find(|(job, _)| *job == place);
        let mut reads = self.reads[class.index()].iter();
        own.any(|(said, _)| *said == place)
            || pair.is_some_and(|&(_, data)| {
                reads.any(|id| self.start.data[id.index()][data].is_some())
            })
    }

    /// All situations, that of the start first.
    pub(in crate::model::compile) fn situations(&self) -> impl Iterator<Item = &Situation> {
        std::iter::once(&self.start).chain(&self.later)
    }

    /// What is known of something that moves: what a data set says of itself; of all else the marks of its jobs.
    pub(in crate::model::compile) fn freight(
        &self,
        situation: &Situation,
        freight: Freight,
        subjects: &Subjects<'_>,
    ) -> Tuple {
        let of_jobs = |whose: Labelled, version: u8| {
            let mut tuple = self.words.nothing();
            let work = self.works.binary_search(&whose).unwrap_or(0);
            let place = work * self.versions + usize::from(version);
            for &(job, data) in &self.pairs {
                tuple[data].clone_from(&situation.marks[place][job]);
            }
            tuple
        };
        let mut tuple = match freight {
            Freight::Dataset(id, _) | Freight::Replica(id) => situation.data[id.index()].clone(),
            Freight::Checkpoint(whose, version) | Freight::Results(whose, version) => {
                of_jobs(whose, version)
            }
            Freight::Feed(whose) => of_jobs(whose, 0),
        };
        self.words.freight(freight, subjects, &mut tuple);
        tuple
    }

    /// The marks of something that moves, in words.
    pub(in crate::model::compile) fn marks_of(&self, tuple: &Tuple) -> Vec<String> {
        let pairs = self.pairs.iter();
        let known = pairs.filter_map(|&(_, data)| Some((data, tuple[data].as_ref()?)));
        known
            .map(|(data, value)| format!("{}: {}", self.words.all[data].name, value))
            .collect()
    }
}
