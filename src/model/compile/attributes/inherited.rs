//! The marks that jobs have from what they read.

use crate::model::Labelled;
use crate::model::rules::{Tuple, Value};
use crate::scenario::ScenarioFile;

use super::{Said, Subjects, Words, Work};

/// The marks of jobs by class, labels and version of their work: their own with those of all that they read. Where something of that is unknown, so are
/// they; but nobody asks of data what is said of no data set.
pub(super) fn inherited(
    file: &ScenarioFile,
    subjects: Subjects<'_>,
    words: &Words,
    (said, work, works): (&Said, &Work<'_>, &[Labelled]),
    pairs: &[(usize, usize)],
) -> Vec<Tuple> {
    let declared = file.attributes.value().and_then(|spec| spec.data.value());
    let asked = |place: usize| {
        let name = &words.all[place].name;
        work.data.iter().any(|tuple| tuple[place].is_some())
            || declared.is_some_and(|table| table.contains_key(name))
    };
    let mut found = Vec::with_capacity(works.len() * work.versions);
    for &whose in works {
        let class = whose.class.index();
        for version in 0..work.versions {
            let mut tuple = words.nothing();
            said.of_jobs(&mut tuple, whose);
            for &(job, place) in pairs {
                let reads = work.reads(subjects, class, version).iter();
                let reads = reads.map(|id| &work.data[id.index()][place]);
                let reads: Vec<&Option<Value>> = reads.filter(|_| asked(place)).collect();
                if reads.is_empty() {
                    if tuple[job].is_none() {
                        tuple[job].clone_from(&words.assumed[job]);
                    }
                } else if reads.iter().any(|value| value.is_none()) {
                    tuple[job] = None;
                } else {
                    let all = reads.into_iter().chain([&tuple[job]]).flatten();
                    tuple[job] = Some(union(all));
                }
            }
            found.push(tuple);
        }
    }
    found
}

/// All marks of several.
pub(super) fn union<'a>(values: impl Iterator<Item = &'a Value>) -> Value {
    let mut all: Vec<String> = Vec::new();
    for value in values {
        if let Value::Marks(marks) = value {
            all.extend(marks.iter().cloned());
        }
    }
    all.sort_unstable();
    all.dedup();
    Value::Marks(all)
}
