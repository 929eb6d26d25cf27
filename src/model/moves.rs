//! Rules about what moves between sites: for each thing that could move, on each route, which of them fire.
//!
//! What moves is judged on each link that it crosses. As with rules about where jobs run, verdicts are worked out
//! beforehand; in a run they are a look-up and a few masks, where a transfer begins and where it takes another route.

mod copies;
mod known;
mod situations;

use std::collections::{BTreeMap, BTreeSet};

use crate::units::{Bytes, ClassId, DatasetId, LabelsId, PoolId, SiteId};

use super::Model;
use super::estate::Class;
use super::freight::Freight;
pub(super) use super::journeys::all;
use super::network::{Link, Network, Route};
use super::request::Labelled;
use super::rules::{Consequence, Masks, Rule, RuleEffect, RuleOn, Rules, bits};
pub use known::KnownOfMoves;

/// From where to where; `None` is somewhere that is no site of the scenario.
pub type Ends = (Option<SiteId>, Option<SiteId>);

/// Which rules fire for something on a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Rules that forbid it on some link, or may.
    pub forbids: u128,
    /// On each link the rules that certainly permit it; links with the same ones once.
    pub permits: Vec<u128>,
    /// Rules of which it is unknown on some link whether they hold.
    pub unknown: u128,
}

/// What rules about moves say of all that could move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MoveRules {
    used: bool,
    /// The permits among the rules.
    permits: u128,
    /// The rules that turn out what moves when they turn against it.
    evicts: u128,
    /// Permits by which only so much may move in a day, ascending.
    caps: Vec<(u16, Bytes)>,
    /// By what and between where, the verdict of each route, in the order of the network's.
    ways: BTreeMap<(Freight, Ends), Vec<Verdict>>,
    /// By the network's feeds and the labels of who is fed, the verdict of each way.
    feeds: BTreeMap<(u32, LabelsId), Vec<Verdict>>,
    /// The marks of what moves, as rules write them.
    marks: BTreeMap<Freight, Vec<String>>,
    /// By rule, the attributes that somebody does not have for whom it needs them.
    unlabelled: Vec<BTreeSet<String>>,
    /// What rules know of all that moves, and of where.
    known: KnownOfMoves,
    /// By situation but the first, what rules say then.
    later: Vec<Self>,
}

/// Something that could move, and between where.
pub(super) type Journey = (Freight, Ends);

/// One judgement: a rule, of something between two places, on a link if it is known on which.
pub(super) type Question<'a> = (usize, Freight, Ends, Option<&'a Link>);

impl Verdict {
    /// Which of some rules in force speak against it; [`Rules::UNPERMITTED`] if there are permits among them and on some
    /// link nothing among `open` permits it.
    fn against(&self, permits: u128, of: u128, open: u128) -> u128 {
        let lacks = permits & of != 0 && self.permits.iter().any(|leg| leg & open == 0);
        self.forbids & of | u128::from(lacks) << Rules::UNPERMITTED
    }
}

impl MoveRules {
    /// Works out what each rule says of each journey and each feed: `holds` says whether a rule holds; `None` is
    /// unknown.
    pub(super) fn work_out(
        list: &[Rule],
        network: &Network,
        (journeys, fed): (&[Journey], &[(u32, Labelled)]),
        holds: &mut dyn FnMut(Question<'_>) -> Option<bool>,
    ) -> Self {
        let caps = list.iter().enumerate();
        let mut moves = Self {
            used: list.iter().any(|rule| rule.on == RuleOn::Move),
            permits: bits(list, |rule| rule.permits(RuleOn::Move)),
            evicts: bits(list, |rule| {
                rule.on_change != Consequence::Finish && rule.on == RuleOn::Move
            }),
            caps: caps
                .filter_map(|(index, rule)| Some((index as u16, rule.bytes_per_day?)))
                .collect(),
            ..Self::default()
        };
        if !moves.used {
            return moves;
        }
        for &(freight, ends) in journeys {
            let routes = match ends {
                (Some(from), Some(to)) => network.routes(from, to),
                _ => &[],
            };
            let mut judge =
                |links: &[Option<&Link>]| verdict(list, (freight, ends), links, &mut *holds);
            let verdicts = if routes.is_empty() {
                vec![judge(&[None])]
            } else {
                let mut found = Vec::with_capacity(routes.len());
                for route in routes {
                    let links: Vec<_> = network.crossed(&route.links).map(Some).collect();
                    found.push(judge(&links));
                }
                found
            };
            moves.ways.insert((freight, ends), verdicts);
        }
        for &(way, who) in fed {
            let judge = |way: &Route| {
                let links: Vec<Option<&Link>> = network.crossed(&way.links).map(Some).collect();
                let ends = (links.first().copied().flatten()).zip(links.last().copied().flatten());
                let ends = ends.map(|(first, last)| (Some(first.from), Some(last.to)));
                // What is read where it lies does not move.
                ends.map_or_else(Verdict::default, |ends| {
                    verdict(list, (Freight::Feed(who), ends), &links, &mut *holds)
                })
            };
            let Some(ways) = network.feeds.get(way as usize) else {
                continue;
            };
            let verdicts = ways.iter().map(judge).collect();
            moves.feeds.insert((way, who.labels), verdicts);
        }
        moves
    }

    /// The moves of a model that is made by hand, with its rules: those about moves fire as `fires` says of a rule, what
    /// moves, between where, and each link.
    pub fn by_hand(model: &Model, fires: impl Fn(usize, Freight, Ends, &Link) -> bool) -> Self {
        let list = &model.rules.list;
        let works = Labelled::all(&model.shapes, model.classes.len());
        let (journeys, fed) = (journeys(model, &works), fed(&works, model.pools.len()));
        Self::work_out(list, &model.network, (&journeys, &fed), &mut |(
            rule,
            freight,
            ends,
            link,
        )| {
            Some(link.is_some_and(|link| fires(rule, freight, ends, link)))
        })
    }

    /// The same, with what nobody says and each rule would have to know, and what is known of all that moves.
    pub(super) fn described(
        self,
        unlabelled: Vec<BTreeSet<String>>,
        marks: BTreeMap<Freight, Vec<String>>,
        known: KnownOfMoves,
    ) -> Self {
        Self {
            marks,
            unlabelled,
            known,
            ..self
        }
    }

    /// The marks of what moves: `classification: [health]`.
    pub fn marks(&self, freight: Freight) -> &[String] {
        self.marks.get(&freight).map_or(&[], Vec::as_slice)
    }

    /// The attributes that somebody does not have for whom a rule needs them, as rules write them.
    pub fn unlabelled(&self, rule: usize) -> impl Iterator<Item = &str> {
        let of = self.unlabelled.get(rule).into_iter().flatten();
        of.map(String::as_str)
    }

    /// What rules know of all that moves, and of where, in a situation (0 is the start).
    pub fn known(&self, situation: u16) -> &KnownOfMoves {
        &self.in_situation(situation).known
    }

    /// Whether any rule is about moves.
    #[inline]
    pub const fn are_judged(&self) -> bool {
        self.used
    }

    /// The rules that turn out what moves when they turn against it.
    pub const fn evicting(&self) -> u128 {
        self.evicts
    }

    /// Permits by which only so much may move in a day, ascending.
    pub fn caps(&self) -> &[(u16, Bytes)] {
        &self.caps
    }

    /// All that could move, between where, with the verdict of each route.
    pub fn all(&self) -> impl Iterator<Item = (Freight, Ends, &[Verdict])> {
        let ways = self.ways.iter();
        ways.map(|(&(freight, ends), verdicts)| (freight, ends, verdicts.as_slice()))
    }

    /// The verdict of each route for something in a situation, in the order of the network's routes.
    pub fn of(&self, situation: u16, freight: Freight, ends: Ends) -> &[Verdict] {
        let ways = &self.in_situation(situation).ways;
        ways.get(&(freight, ends)).map_or(&[], Vec::as_slice)
    }

    /// The verdict of each way on which jobs with these labels are fed in a situation, in the order of the network's.
    pub fn of_feed(&self, situation: u16, of: (u32, LabelsId)) -> &[Verdict] {
        let feeds = &self.in_situation(situation).feeds;
        feeds.get(&of).map_or(&[], Vec::as_slice)
    }

    /// Which rules that are obeyed refuse something a route, if of the permits in force only those among `open` still
    /// permit anything today; none if it may move.
    pub fn refusing(&self, masks: Masks, verdict: &Verdict, open: u128) -> u128 {
        verdict.against(self.permits, masks.enforcing, masks.active & open)
    }

    /// Which rules something violates by moving on a route, obeyed or not.
    pub fn violated(&self, masks: Masks, verdict: &Verdict) -> u128 {
        verdict.against(self.permits, masks.active, masks.active)
    }

    /// Of the permits in force those on the strength of which something moves, each with a cap, if only capped ones
    /// permit it on some link.
    pub fn capped(&self, masks: Masks, verdict: &Verdict, open: u128) -> u128 {
        if self.permits & masks.enforcing == 0 {
            return 0;
        }
        let capped: u128 = self.caps.iter().fold(0, |bits, (rule, _)| bits | 1 << rule);
        let mut used = 0;
        for leg in &verdict.permits {
            let allow = leg & masks.active & open;
            if allow & (!capped | used) == 0 {
                // The first of them in the order of the scenario.
                used |= allow & allow.wrapping_neg();
            }
        }
        used
    }
}

/// What rules say of something that crosses these links.
fn verdict(
    list: &[Rule],
    (freight, ends): (Freight, Ends),
    links: &[Option<&Link>],
    holds: &mut dyn FnMut(Question<'_>) -> Option<bool>,
) -> Verdict {
    let mut found = Verdict::default();
    for &link in links {
        let mut permits = 0;
        for (index, rule) in list.iter().enumerate() {
            if rule.on == RuleOn::Run {
                continue;
            }
            let (bit, holds) = (1 << index, holds((index, freight, ends, link)));
            if holds.is_none() {
                found.unknown |= bit;
            }
            match rule.effect {
                // Nobody knows that it is allowed, so it is not.
                RuleEffect::Forbid | RuleEffect::Require if holds != Some(false) => {
                    found.forbids |= bit;
                }
                RuleEffect::Permit if holds == Some(true) => permits |= bit,
                _ => {}
            }
        }
        if !found.permits.contains(&permits) {
            found.permits.push(permits);
        }
    }
    found
}

/// Who is fed on each of the network's ways, which stand by class, then pool.
pub(super) fn fed(works: &[Labelled], pools: usize) -> Vec<(u32, Labelled)> {
    let ways = |&who: &Labelled| {
        let pools = 0..pools;
        let first = who.class.index() * pools.len();
        pools.map(move |pool| ((first + pool) as u32, who))
    };
    works.iter().flat_map(ways).collect()
}

/// All that could move in a model, and between where.
fn journeys(model: &Model, works: &[Labelled]) -> Vec<(Freight, Ends)> {
    let sites: Vec<SiteId> = model.pools.iter().map(|pool| pool.site).collect();
    let classes = model.classes.iter().enumerate();
    let classes: Vec<(ClassId, &Class)> = classes
        .map(|(index, class)| (ClassId::from(index), class))
        .collect();
    let reads: Vec<Vec<DatasetId>> = classes.iter().map(|&(id, _)| model.may_read(id)).collect();
    let versions = model.transforms.versions.max(1) as u8;
    let data = (model.datasets.as_slice(), &model.network);
    all(data, &sites, (&classes, works), (&reads, versions))
}

impl Model {
    /// Which rules that are obeyed keep what jobs of a class read, in a version of their work, from a pool; none if all
    /// of it may come there. Of several sources and routes one is enough. Caps of a day are not looked at.
    pub fn data_refused(&self, masks: Masks, work: (Labelled, u8), pool: PoolId) -> u128 {
        let moves = &self.network.moves;
        self.of_data(masks.situation, work, pool, |verdict| {
            moves.refusing(masks, verdict, u128::MAX)
        })
    }

    /// As [`Model::data_refused`], of rules in force, obeyed or not: those that what jobs read violates on whatever way
    /// it comes.
    pub fn data_violates(&self, masks: Masks, work: (Labelled, u8), pool: PoolId) -> u128 {
        let moves = &self.network.moves;
        self.of_data(masks.situation, work, pool, |verdict| {
            moves.violated(masks, verdict)
        })
    }

    /// What is said of what jobs of a class read in a version of their work and a pool, on the way of which least is.
    fn of_data(
        &self,
        situation: u16,
        (who, version): (Labelled, u8),
        pool: PoolId,
        said: impl Fn(&Verdict) -> u128,
    ) -> u128 {
        let class = who.class;
        let moves = &self.network.moves;
        if !moves.used {
            return 0;
        }
        let to = self.pool(pool).site;
        // Refused only if every way is, then by all that refuse one of them.
        let best = |verdicts: &mut dyn Iterator<Item = &Verdict>| {
            let mut against = 0;
            for bits in verdicts.map(&said) {
                if bits == 0 {
                    return 0;
                }
                against |= bits;
            }
            against
        };
        let of = &self.classes[class.index()];
        let mut against = 0;
        for &id in self.read_in(class, version) {
            let dataset = self.dataset(id);
            let made = self.transforms.making(id);
            if dataset.kept.contains(&to) || made.is_some_and(|(_, made)| made.site == to) {
                continue;
            }
            let freight = Freight::Dataset(id, class);
            let sources = super::journeys::sources(dataset, id, &self.network.copies);
            let mut verdicts = sources
                .into_iter()
                .flat_map(|from| moves.of(situation, freight, (from, Some(to))));
            against |= best(&mut verdicts);
        }
        if of.feed.is_some() {
            let way = class.index() * self.pools.len() + pool.index();
            let of = (way as u32, who.labels);
            against |= best(&mut moves.of_feed(situation, of).iter());
        }
        against
    }
}

#[cfg(test)]
mod tests;
