//! What was found out of somebody, applied to what is said of him and to what transforms make.

use std::collections::BTreeSet;

use crate::model::Transforms;
use crate::model::rules::{Kind, Of, Tuple, Value, Whom};
use crate::units::DatasetId;

use super::changes::Draft;
use super::{Own, Said, Subjects, Words};

/// What was found out of somebody.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    /// Attributes are so.
    Set(Own),
    /// There are more marks.
    Add(Own),
    /// There are fewer marks.
    Remove(Own),
    /// What a transform took away is there again.
    Return,
}

/// One of those whom a happening is about is as it says.
pub(super) fn alter(
    said: &mut Said,
    draft: &Draft<'_>,
    whom: Whom,
    (words, subjects): (&Words, Subjects<'_>),
) {
    let of = match whom {
        Whom::Data(_) => Of::Data,
        Whom::Class(_) => Of::Job,
        Whom::Site(_) | Whom::Pool(_) => Of::Target,
        Whom::Link(_) => Of::Link,
    };
    for found in draft.found.get(&of).into_iter().flatten() {
        match whom {
            Whom::Data(id) => match said.data.get_mut(id.index()) {
                Some(own) => change(own, found, |place| words.assumed[place].clone()),
                None => said.made.push((id, found.clone())),
            },
            Whom::Class(id) => {
                let own = said.classes.entry(id.index()).or_default();
                // Who reads data has no marks of his own unless he says so.
                let reads = !subjects.classes[id.index()].class.data.is_empty();
                let is_mark = |place: usize| words.all[place].kind == Kind::Marks;
                change(own, found, |place| {
                    let none = (reads && is_mark(place)).then(|| Value::Marks(Vec::new()));
                    words.assumed[place].clone().or(none)
                });
            }
            Whom::Site(id) => {
                change(&mut said.sites[id.index()], found, |place| {
                    words.assumed[place].clone()
                });
                // What a pool says otherwise than its site changes with it.
                let pools = subjects.pools.iter().zip(&mut said.pools);
                for (_, own) in pools.filter(|(draft, _)| draft.pool.site == id) {
                    let said_itself: BTreeSet<usize> =
                        own.iter().map(|(place, _)| *place).collect();
                    change(own, &found.only(&said_itself), |_| None);
                }
            }
            Whom::Pool(id) => {
                let site = subjects.pools[id.index()].pool.site.index();
                let of_site = said.sites[site].clone();
                change(&mut said.pools[id.index()], found, |place| {
                    let own = of_site.iter().find(|(known, _)| *known == place);
                    own.map(|(_, value)| value.clone())
                        .or_else(|| words.assumed[place].clone())
                });
            }
            Whom::Link(id) => change(&mut said.links[id.index()], found, |place| {
                words.assumed[place].clone()
            }),
        }
    }
}

impl Found {
    /// The same, of these attributes alone.
    fn only(&self, places: &BTreeSet<usize>) -> Self {
        let own = |values: &Own| {
            let values = values.iter().filter(|(place, _)| places.contains(place));
            values.cloned().collect()
        };
        match self {
            Self::Set(values) => Self::Set(own(values)),
            Self::Add(values) => Self::Add(own(values)),
            Self::Remove(values) => Self::Remove(own(values)),
            Self::Return => Self::Return,
        }
    }
}

/// Marks that come to what is unknown leave it unknown; `otherwise` is what holds of who does not say.
fn change(own: &mut Own, found: &Found, otherwise: impl Fn(usize) -> Option<Value>) {
    let (values, adds) = match found {
        Found::Set(values) => {
            for (place, value) in values {
                own.retain(|(known, _)| known != place);
                own.push((*place, value.clone()));
            }
            return;
        }
        Found::Add(values) => (values, true),
        Found::Remove(values) => (values, false),
        Found::Return => return,
    };
    for (place, value) in values {
        let before = own.iter().find(|(known, _)| known == place);
        let before = before.map(|(_, value)| value.clone());
        if let (Some(Value::Marks(marks)), Value::Marks(other)) =
            (before.or_else(|| otherwise(*place)), value)
        {
            let after = if adds {
                union(&marks, other)
            } else {
                let kept = marks.into_iter().filter(|mark| !other.contains(mark));
                kept.collect()
            };
            own.retain(|(known, _)| known != place);
            own.push((*place, Value::Marks(after)));
        }
    }
}

/// What transforms make of data as they are, behind these; returns what has again what was taken away.
pub(super) fn make(made: &Transforms, said: &Said, data: &mut Vec<Tuple>) -> BTreeSet<DatasetId> {
    let mut regained = BTreeSet::new();
    for derived in &made.derived {
        let marks = &said.transforms[usize::from(derived.transform)];
        let base = data[derived.base.index()].clone();
        let mut tuple = marks.applied(&base);
        let before = tuple.clone();
        let mut of = said.made.iter();
        while let Some((_, found)) = of.find(|(id, _)| *id == derived.dataset) {
            if *found == Found::Return {
                let own = base.iter().enumerate();
                let own = own.filter_map(|(place, value)| Some((place, value.clone()?)));
                let own: Own = own
                    .filter(|(place, _)| marks.removes.iter().any(|(gone, _)| gone == place))
                    .collect();
                add(&mut tuple, &own);
                regained.insert(derived.dataset);
                continue;
            }
            let mut own: Own = tuple
                .iter()
                .enumerate()
                .filter_map(|(place, value)| Some((place, value.clone()?)))
                .collect();
            change(&mut own, found, |_| None);
            for (place, value) in own {
                tuple[place] = Some(value);
            }
        }
        let is_back = |(place, gone): &(usize, Value)| {
            let of = |tuple: &Tuple| match (&tuple[*place], gone) {
                (Some(Value::Marks(own)), Value::Marks(gone)) => {
                    own.iter().filter(|mark| gone.contains(mark)).count()
                }
                _ => 0,
            };
            of(&before) < of(&tuple)
        };
        if marks.removes.iter().any(is_back) {
            regained.insert(derived.dataset);
        }
        data.push(tuple);
    }
    regained
}

pub(super) fn add(tuple: &mut Tuple, values: &Own) {
    for (place, value) in values {
        tuple[*place] = match (tuple[*place].take(), value) {
            (Some(Value::Marks(own)), Value::Marks(new)) => Some(Value::Marks(union(&own, new))),
            (own, _) => own,
        };
    }
}

fn union(one: &[String], two: &[String]) -> Vec<String> {
    let all: BTreeSet<&String> = one.iter().chain(two).collect();
    all.into_iter().cloned().collect()
}
