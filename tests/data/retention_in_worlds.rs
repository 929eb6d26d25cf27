//! Random worlds in bad weather with rules of retention: what is billed is what lay there, each thing until it went.

use std::collections::BTreeMap;

use super::retention::keeps;
use super::staging::{data, wire};
use crate::common::cases::{quietly, runner};
use crate::common::storms::stormy_worlds;
use crate::common::{Everything, play, play_in};
use plimsoll::engine::Scratch;
use plimsoll::journal::{Deletion, Fact, Item, JobState, KeptKind};
use plimsoll::model::{Horizon, KeptFrom, Labelled, Model, Storage, Timeline};
use plimsoll::units::{
    Bandwidth, Bytes, ClassId, DatasetId, JobId, Money, SimTime, SiteId, Span, StoragePrice,
};
use proptest::prelude::*;

const GB: u64 = 1_000_000_000;

/// The cache of the second site lies on one storage, results come home to another; all go after some time.
fn rule(model: &mut Model, (copies, results): (u64, u64), by_use: bool) {
    let price = StoragePrice {
        micro: 20_000,
        bytes: GB,
    };
    let storage = |name: &str, site: u16| Storage {
        price,
        ..Storage::bare(name, SiteId(site), Bandwidth(GB))
    };
    // What is kept for less than it takes to bring all of it is never read: such worlds do not end by themselves.
    model.horizon = Horizon::At(SimTime(72 * 3_600_000));
    model.network.storages = vec![storage("near", 0), storage("far", 1)];
    model.sites[1].cache_on = Some(1);
    model.classes[0].results = Bytes(5 * GB);
    model.classes[0].results_on = Some(0);
    let from = if by_use {
        KeptFrom::LastUse
    } else {
        KeptFrom::Written
    };
    let minutes = |kind: KeptKind, minutes: u64, from| {
        let mut rule = keeps(kind, 0, from);
        for kept in rule.of.values_mut() {
            kept.keep = Some(Span(minutes * 60_000));
        }
        rule
    };
    model.retention.rules = vec![
        minutes(KeptKind::Copy, copies, from),
        minutes(KeptKind::Results, results, KeptFrom::Written),
    ];
    let far = SiteId(1);
    model.retention.cached = [((DatasetId(0), far), 0), ((DatasetId(1), far), 0)].into();
    model.retention.results = [((Labelled::from(ClassId(0)), 0), 1)].into();
}

/// Byte-milliseconds by storage and month.
#[derive(Default)]
struct Areas(BTreeMap<(u16, SimTime), u128>);

impl Areas {
    fn add(&mut self, model: &Model, storage: u16, bytes: u64, (mut from, to): (SimTime, SimTime)) {
        while from < to {
            let month = model.epoch.next_month(from);
            let until = month.min(to);
            let area = u128::from(bytes) * u128::from(until.since(from).0);
            *self.0.entry((storage, month)).or_default() += area;
            from = until;
        }
    }

    fn cost(&self, model: &Model) -> Money {
        let costs = self.0.iter().map(|(&(storage, _), &area)| {
            model.network.storages[usize::from(storage)]
                .price
                .cost(area)
        });
        costs.sum()
    }
}

/// What lies where, told from facts alone.
struct Lying<'a> {
    model: &'a Model,
    areas: Areas,
    /// In the cache of the second site, since when.
    cached: BTreeMap<DatasetId, SimTime>,
    /// Results that are home, since when.
    home: BTreeMap<JobId, SimTime>,
}

impl Lying<'_> {
    fn size(&self, id: DatasetId) -> u64 {
        self.model.dataset(id).size.0
    }

    fn drop_cached(&mut self, id: DatasetId, at: SimTime) -> SimTime {
        let since = self.cached.remove(&id).expect("what goes lay there");
        self.areas.add(self.model, 1, self.size(id), (since, at));
        since
    }

    fn drop_results(&mut self, job: JobId, at: SimTime) -> SimTime {
        let since = self.home.remove(&job).expect("what goes had come home");
        self.areas.add(self.model, 0, 5 * GB, (since, at));
        since
    }

    fn delete(&mut self, at: SimTime, of: &Deletion) {
        let rule = &self.model.retention.rules[usize::from(of.rule)];
        let keep = rule.kept(of.kind).keep.unwrap();
        match (of.dataset, of.job) {
            (Some(id), None) => {
                let since = self.drop_cached(id, at);
                assert!(since + keep <= of.due && of.due <= at);
            }
            (None, Some(job)) => {
                let since = self.drop_results(job, at);
                assert_eq!(since + keep, of.due);
                assert!(of.due <= at);
            }
            _ => panic!("of what? {of:?}"),
        }
    }

    fn hear(&mut self, at: SimTime, fact: Fact, is_home: impl Fn(JobId) -> bool) {
        match fact {
            Fact::Staged(id, SiteId(1)) => {
                assert_eq!(self.cached.insert(id, at), None, "{id:?} at {at:?}");
            }
            Fact::CopyDropped(id, SiteId(1)) => {
                self.drop_cached(id, at);
            }
            Fact::SentHome(job) => {
                self.home.insert(job, at);
            }
            Fact::Ended(job, JobState::Finished) if is_home(job) => {
                self.home.insert(job, at);
            }
            _ => {}
        }
    }

    /// What all of it cost.
    fn close(mut self, end: SimTime) -> Money {
        for id in self.cached.keys().copied().collect::<Vec<_>>() {
            self.drop_cached(id, end);
        }
        for job in self.home.keys().copied().collect::<Vec<_>>() {
            self.drop_results(job, end);
        }
        self.areas.cost(self.model)
    }
}

/// What lay where, told from facts alone, is what was billed.
fn adds_up(model: &Model, timeline: &Timeline, heard: &Everything) -> (u64, u64) {
    let mut lying = Lying {
        model,
        areas: Areas::default(),
        cached: BTreeMap::new(),
        home: BTreeMap::new(),
    };
    // Results of jobs that ended at home are there at once.
    let is_home = |job: JobId| {
        let of = model.class_of(timeline.requests[job.index()].shape);
        let pool = heard.jobs[job.index()].pool;
        of == ClassId(0) && pool.is_some_and(|pool| model.pool(pool).site == SiteId(0))
    };
    // At one instant a thing comes before it goes.
    let facts = heard.facts.iter().enumerate();
    let deletions = heard.deletions.iter().enumerate();
    let mut told: Vec<(SimTime, bool, usize)> = Vec::new();
    told.extend(facts.map(|(place, (at, _))| (*at, false, place)));
    told.extend(deletions.map(|(place, (at, _))| (*at, true, place)));
    told.sort_unstable();
    for (at, is_deletion, place) in told {
        if is_deletion {
            lying.delete(at, &heard.deletions[place].1);
        } else {
            lying.hear(at, heard.facts[place].1, is_home);
        }
    }
    let end = heard.run.horizon;
    let own = model.datasets.iter();
    let own: Money = own.map(|dataset| dataset.storage_cost(end)).sum();
    assert_eq!(heard.run.storage_cost, lying.close(end) + own);
    let posted = heard.postings.iter();
    let posted = posted.filter(|posting| posting.item == Item::Storage);
    let posted: Money = posted.map(|posting| posting.amount).sum();
    assert_eq!(posted, heard.run.storage_cost);
    let copies = heard.deletions.iter();
    let copies = copies.filter(|(_, of)| of.kind == KeptKind::Copy).count() as u64;
    (copies, heard.deletions.len() as u64 - copies)
}

#[test]
fn what_is_billed_is_what_lay_there_until_it_went() {
    let gone = std::cell::Cell::new((0, 0));
    let late = std::cell::Cell::new(0u64);
    let rules = ((5u64..400, 5u64..400), any::<bool>());
    runner(30)
        .run(
            &(stormy_worlds(), data(), rules),
            |((mut model, mut timeline), data, (times, by_use))| {
                wire(&mut model, &mut timeline, data);
                rule(&mut model, times, by_use);
                let mut scratch = Scratch::default();
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let heard = play(&model, &timeline, strategy);
                        let (copies, results) = adds_up(&model, &timeline, &heard);
                        let again = play_in(&model, &timeline, strategy, &mut scratch);
                        assert!(heard == again, "again");
                        let before = gone.get();
                        gone.set((before.0 + copies, before.1 + results));
                        late.set(late.get() + u64::from(heard.run.kept_late > 0));
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    let gone = gone.get();
    assert!(
        100 < gone.0 && 100 < gone.1 && 10 < late.get(),
        "{gone:?} {late:?}"
    );
}
