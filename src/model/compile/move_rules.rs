//! What rules about moves say of all that could move.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::rules::{Condition, Of, Rule, Tuple};
use crate::model::{Class, Freight, KnownOfMoves, MoveRules, Transforms, moves};
use crate::units::{ClassId, SiteId};

use super::attributes::{Described, Situation, Subjects};

/// Works it out for all situations.
pub(super) fn work_out(
    list: &[(Rule, Condition)],
    described: &Described,
    subjects: Subjects<'_>,
    transforms: &Transforms,
) -> MoveRules {
    let of = |situation| one(list, (described, situation), subjects, transforms);
    let mut all = described.situations().map(of);
    let start = all.next().unwrap_or_default();
    start.followed_by(all.collect())
}

/// What rules say in one situation.
fn one(
    list: &[(Rule, Condition)],
    (described, situation): (&Described, &Situation),
    subjects: Subjects<'_>,
    transforms: &Transforms,
) -> MoveRules {
    let rules: Vec<Rule> = list.iter().map(|(rule, _)| rule.clone()).collect();
    let network = subjects.network;
    let sites: Vec<SiteId> = subjects.pools.iter().map(|draft| draft.pool.site).collect();
    let classes = subjects.classes.iter().enumerate();
    let classes: Vec<(ClassId, &Class)> = classes
        .map(|(index, draft)| (ClassId::from(index), &draft.class))
        .collect();
    let data = (subjects.datasets, network);
    let journeys = moves::all(
        data,
        &sites,
        (&classes, &described.works),
        (&described.reads, described.versions as u8),
    );
    let fed = moves::fed(&described.works, subjects.pools.len());
    let mut tuples: BTreeMap<Freight, Tuple> = BTreeMap::new();
    let mut unlabelled = vec![BTreeSet::new(); list.len()];
    let nothing: Tuple = vec![None; described.vocabulary.0.len()];
    let mut holds = |(rule, freight, (from, to), link): moves::Question<'_>| {
        let what = tuples
            .entry(freight)
            .or_insert_with(|| described.freight(situation, freight, &subjects));
        let from = from.map_or(&nothing, |site| &situation.from[site.index()]);
        let to = to.map_or(&nothing, |site| &situation.to[site.index()]);
        let link = link.and_then(|link| {
            let mut links = network.links.iter();
            links.position(|one| std::ptr::eq(one, link))
        });
        let link = link.map_or(&nothing, |link| &situation.links[link]);
        let (which, condition) = &list[rule];
        let of = [&*what, from, to, link];
        if let (Some(transform), Freight::Dataset(id, _) | Freight::Replica(id)) =
            (which.transform, freight)
            && transforms.counts(transform, id, &situation.regained)
        {
            // It is what was required.
            return Some(false);
        }
        let found = condition.holds(&of);
        if found.is_none() {
            unlabelled[rule].extend(condition.lacks(&described.vocabulary, &of));
        }
        found
    };
    let found = MoveRules::work_out(&rules, network, (&journeys, &fed), &mut holds);
    let marks = tuples
        .iter()
        .map(|(&freight, tuple)| (freight, described.marks_of(tuple)));
    let marks = marks.collect();
    let known = known(&tuples, (described, situation), transforms);
    found.described(unlabelled, marks, known)
}

/// What is known of all that was asked for, as whoever judges it again would have it.
fn known(
    tuples: &BTreeMap<Freight, Tuple>,
    (described, situation): (&Described, &Situation),
    transforms: &Transforms,
) -> KnownOfMoves {
    let words = &described.vocabulary;
    let freight = tuples.iter().map(|(&freight, tuple)| {
        let mut known = words.known(Of::Data, std::slice::from_ref(tuple));
        let used = match freight {
            Freight::Dataset(id, _) | Freight::Replica(id) => {
                let all = 0..transforms.list.len() as u16;
                let used =
                    all.filter(|&transform| transforms.counts(transform, id, &situation.regained));
                used.fold(0, |bits, transform| bits | 1 << transform)
            }
            _ => 0,
        };
        (freight, (known.pop().unwrap_or_default(), used))
    });
    KnownOfMoves {
        freight: freight.collect(),
        data: words.known(Of::Data, &situation.data),
        from: words.known(Of::From, &situation.from),
        to: words.known(Of::To, &situation.to),
        links: words.known(Of::Link, &situation.links),
    }
}
