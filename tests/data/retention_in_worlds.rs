//! Random worlds in bad weather with rules of retention: what is billed is what lay there, each thing until it went.

use std::collections::BTreeMap;

use super::retention::keeps;
use super::staging::{data, wire};
use crate::common::cases::{quietly, runner};
use crate::common::storms::stormy_worlds;
use crate::common::{Everything, play, play_in};
use plimsoll::engine::Scratch;
use plimsoll::journal::{Fact, Item, JobState, KeptKind};
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

/// What lay where, told from facts alone, is what was billed.
fn adds_up(model: &Model, timeline: &Timeline, heard: &Everything) -> (u64, u64) {
    let mut areas = Areas::default();
    let mut lie: BTreeMap<DatasetId, SimTime> = BTreeMap::new();
    let mut home: BTreeMap<JobId, SimTime> = BTreeMap::new();
    let of_class = |job: JobId| model.class_of(timeline.requests[job.index()].shape) == ClassId(0);
    let at_home = |job: JobId| {
        let record = &heard.jobs[job.index()];
        record
            .pool
            .is_some_and(|pool| model.pool(pool).site == SiteId(0))
    };
    // Facts and deletions in the order of time; at one instant a thing comes before it goes.
    let mut told: Vec<(SimTime, u8, usize)> = Vec::new();
    told.extend(
        heard
            .facts
            .iter()
            .enumerate()
            .map(|(place, fact)| (fact.0, 0, place)),
    );
    told.extend(
        heard
            .deletions
            .iter()
            .enumerate()
            .map(|(place, of)| (of.0, 1, place)),
    );
    told.sort_by_key(|&(at, order, place)| (at, order, place));
    let size = |id: DatasetId| model.dataset(id).size.0;
    for (at, order, place) in told {
        if order == 1 {
            let of = heard.deletions[place].1;
            let rule = &model.retention.rules[usize::from(of.rule)];
            let keep = rule.kept(of.kind).keep.unwrap();
            match (of.dataset, of.job) {
                (Some(id), None) => {
                    let since = lie.remove(&id).expect("what is deleted lay there");
                    assert!(since + keep <= of.due && of.due <= at);
                    areas.add(model, 1, size(id), (since, at));
                }
                (None, Some(job)) => {
                    let since = home.remove(&job).expect("what is deleted had come home");
                    assert_eq!(since + keep, of.due);
                    areas.add(model, 0, 5 * GB, (since, at));
                }
                _ => panic!("of what? {of:?}"),
            }
            continue;
        }
        match heard.facts[place].1 {
            Fact::Staged(id, SiteId(1)) => {
                assert_eq!(lie.insert(id, at), None, "{id:?} at {at:?}");
            }
            Fact::CopyDropped(id, SiteId(1)) => {
                let since = lie.remove(&id).expect("what is dropped lay there");
                areas.add(model, 1, size(id), (since, at));
            }
            Fact::SentHome(job) => {
                home.insert(job, at);
            }
            Fact::Ended(job, JobState::Finished) if of_class(job) && at_home(job) => {
                home.insert(job, at);
            }
            _ => {}
        }
    }
    let end = heard.run.horizon;
    for (id, since) in lie {
        areas.add(model, 1, size(id), (since, end));
    }
    for since in home.into_values() {
        areas.add(model, 0, 5 * GB, (since, end));
    }
    let posted = heard
        .postings
        .iter()
        .filter(|posting| posting.item == Item::Storage);
    let own = |id: usize| model.datasets[id].storage_cost(end);
    let own: Money = (0..model.datasets.len()).map(own).sum();
    assert_eq!(heard.run.storage_cost, areas.cost(model) + own);
    assert_eq!(
        posted.map(|posting| posting.amount).sum::<Money>(),
        heard.run.storage_cost
    );
    let copies = heard
        .deletions
        .iter()
        .filter(|(_, of)| of.kind == KeptKind::Copy);
    let copies = copies.count() as u64;
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
