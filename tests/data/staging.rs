//! Random small worlds in bad weather whose jobs read data over links that are cut: what must hold, holds.

use std::collections::BTreeMap;

use crate::common::cases::{quietly, runner};
use crate::common::storms::stormy_worlds;
use crate::common::{Everything, play, play_in};
use plimsoll::engine::Scratch;
use plimsoll::journal::{Bucket, Fact};
use plimsoll::model::{
    Dataset, Happening, Incident, Link, LinkKind, Model, Replica, Route, Site, Timeline, Traffic,
    Turn,
};
use plimsoll::units::{
    Bandwidth, BytePrice, Bytes, DatasetId, LinkId, Money, Price, SimTime, SiteId, Span,
};
use proptest::prelude::*;

const GB: u64 = 1_000_000_000;

/// What a world of data is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data {
    /// Bytes per second of the line.
    rate: u64,
    /// What the second site can hold beside what it keeps, in GB; the largest class reads 900.
    cache: Option<u64>,
    /// When the line is cut, and for how long.
    cut: (u64, u64),
}

pub(super) fn data() -> impl Strategy<Value = Data> {
    let cache = prop_oneof![Just(None), (900u64..1_500).prop_map(Some)];
    (GB / 100..GB * 10, cache, 0u64..20_000_000, 1u64..7_200_000).prop_map(
        |(rate, cache, from, span)| Data {
            rate,
            cache,
            cut: (from, span),
        },
    )
}

/// Every other pool goes to a second site, and what is read is kept at the first. The line to it is near; there
/// is a way round by a third, at a tenth of the rate, and one back.
pub(super) fn wire(model: &mut Model, timeline: &mut Timeline, data: Data) {
    for pool in model.pools.iter_mut().skip(1).step_by(2) {
        pool.site = SiteId(1);
    }
    model.sites.push(Site {
        cache: data.cache.map(|gigabytes| Bytes(gigabytes * GB)),
        ..Site::bare("far")
    });
    model.sites.push(Site::bare("between"));
    let link = |from: u16, to: u16, rate: u64, latency: u64| Link {
        name: format!("{from}-{to}"),
        from: SiteId(from),
        to: SiteId(to),
        kind: LinkKind::Internet,
        bandwidth: Bandwidth(rate),
        latency: Span(latency),
        price: (to != 1).then_some(BytePrice(1_000)),
        rent: Price(1),
        reserved: [0, 0, 100],
    };
    let (fast, slow) = (data.rate, data.rate / 10);
    model.network.links = vec![
        link(0, 1, fast, 0),
        link(0, 2, slow, 7),
        link(2, 1, slow, 0),
        link(1, 0, fast, 3),
    ];
    let route = |links: &[u16]| Route {
        cost: BytePrice(0),
        latency: Span::ZERO,
        links: links.iter().map(|&link| LinkId(link)).collect(),
    };
    let there = vec![route(&[0]), route(&[1, 2])];
    model.network.routes.insert((SiteId(0), SiteId(1)), there);
    let back = vec![route(&[3])];
    model.network.routes.insert((SiteId(1), SiteId(0)), back);
    let dataset = |name: &str, gigabytes: u64| Dataset {
        name: name.to_owned(),
        key: None,
        artifact: None,
        size: Bytes(gigabytes * GB),
        kept: vec![SiteId(0)],
        storage: BytePrice(1),
        traffic: Traffic::Bulk,
    };
    model.datasets = vec![dataset("small", 300), dataset("large", 600)];
    model.classes[0].data = vec![DatasetId(0), DatasetId(1)];
    model.classes[0].results_to = Some(SiteId(0));
    model.classes[1].data = vec![DatasetId(1)];
    let (from, span) = data.cut;
    for link in [LinkId(0), LinkId(2)] {
        let weather = &mut timeline.weather;
        weather.push(Incident::link_down(SimTime(from), link, 0));
        weather.push(Incident::link_up(SimTime(from + span), link, 0));
    }
    Incident::put_in_order(&mut timeline.weather);
}

/// A copy of the larger data set goes to the second site, and is kept there for some time.
pub(super) fn copy(model: &mut Model, timeline: &mut Timeline, data: Data) {
    model.network.copies.push(Replica {
        dataset: DatasetId(1),
        site: SiteId(1),
        storage: None,
    });
    let (from, span) = data.cut;
    let incident = |at, what| Incident {
        at: SimTime(at),
        turn: Turn::Terms,
        what,
    };
    let weather = &mut timeline.weather;
    weather.push(incident(from / 2, Happening::CopyBegins { copy: 0 }));
    weather.push(incident(
        from / 2 + 2 * span,
        Happening::CopyEnds { copy: 0 },
    ));
    Incident::put_in_order(weather);
}

/// No job runs where what it reads has never come, and every wait and every bill adds up.
fn adds_up(model: &Model, timeline: &Timeline, heard: &Everything) {
    let mut came: BTreeMap<(DatasetId, SiteId), SimTime> = BTreeMap::new();
    for &(at, fact) in &heard.facts {
        match fact {
            Fact::Staged(dataset, site) | Fact::Replicated(dataset, site) => {
                came.entry((dataset, site)).or_insert(at);
            }
            Fact::Placed(job, pool) | Fact::Started(job, pool) => {
                let shape = timeline.requests[job.index()].shape;
                let class = &model.classes[model.class_of(shape).index()];
                if class.holds_staging && matches!(fact, Fact::Placed(..)) {
                    continue;
                }
                let site = model.pool(pool).site;
                for &dataset in &class.data {
                    let kept = model.dataset(dataset).kept.contains(&site);
                    assert!(
                        kept || came.contains_key(&(dataset, site)),
                        "{job:?} at {at:?}"
                    );
                }
            }
            _ => {}
        }
    }
    for job in &heard.jobs {
        let first = job.start.unwrap_or(job.end);
        assert_eq!(
            job.waits.total(),
            first.since(job.submit).0,
            "{:?}",
            job.job
        );
    }
    let posted = heard.postings.iter().map(|posting| posting.amount);
    let charged = heard.pools.iter();
    let charged: Money = charged.map(|pool| pool.charged + pool.egress_cost).sum();
    let run = &heard.run;
    let charged = charged + run.link_cost + run.storage_cost + run.copy_cost;
    assert_eq!(posted.sum::<Money>(), charged);
    for pool in &heard.pools {
        let posted = heard
            .postings
            .iter()
            .filter(|posting| posting.pool() == Some(pool.pool));
        let moved = posted.filter(|posting| posting.bucket().is_none());
        let moved: Money = moved.map(|posting| posting.amount).sum();
        assert_eq!(moved, pool.egress_cost, "{:?}", pool.pool);
    }
}

#[test]
fn jobs_run_where_their_data_are_whatever_happens() {
    let staged = std::cell::Cell::new(0);
    let held = std::cell::Cell::new(0);
    let holds = (any::<bool>(), any::<bool>());
    runner(100)
        .run(
            &(stormy_worlds(), data(), holds),
            |((mut model, mut timeline), data, holds)| {
                wire(&mut model, &mut timeline, data);
                model.classes[0].holds_staging = holds.0;
                model.classes[1].holds_staging = holds.1;
                copy(&mut model, &mut timeline, data);
                let mut scratch = Scratch::default();
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let heard = play(&model, &timeline, strategy);
                        adds_up(&model, &timeline, &heard);
                        // Nothing of one run is left in the next.
                        let again = play_in(&model, &timeline, strategy, &mut scratch);
                        assert!(heard == again, "again");
                        let came = heard.facts.iter();
                        let came = came.filter(|(_, fact)| matches!(fact, Fact::Staged(..)));
                        staged.set(staged.get() + came.count());
                        held.set(held.get() + u64::from(holds.0) * waits_with_gpus(&heard));
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(staged.get() > 500, "{}", staged.get());
    assert!(held.get() > 50, "{}", held.get());
}

/// How many jobs began later than they were placed in an owned pool, and what jobs, pools and the ledger say of GPUs
/// that do nothing agrees.
fn waits_with_gpus(heard: &Everything) -> u64 {
    let of_pools: u128 = heard
        .pools
        .iter()
        .map(|p| p.gpu_time[Bucket::HeldIdle])
        .sum();
    let of_jobs: u128 = heard
        .jobs
        .iter()
        .map(|j| j.gpu_time[Bucket::HeldIdle])
        .sum();
    let posted = heard.postings.iter();
    let posted = posted.filter(|posting| posting.bucket() == Some(Bucket::HeldIdle));
    let posted: u128 = posted.map(|posting| posting.gpu_time).sum();
    assert!(
        of_pools == of_jobs && of_jobs == posted,
        "held {of_pools} {of_jobs} {posted}"
    );
    let facts = heard.facts.iter();
    let placed = |&&(at, fact): &&(SimTime, Fact)| match fact {
        Fact::Placed(job, pool) => {
            let begun = heard.facts.contains(&(at, Fact::Started(job, pool)));
            !begun && !heard.pools[pool.index()].rented
        }
        _ => false,
    };
    facts.filter(placed).count() as u64
}

#[test]
fn data_that_are_kept_everywhere_change_nothing() {
    runner(40)
        .run(
            &(stormy_worlds(), data()),
            |((mut model, mut timeline), data)| {
                wire(&mut model, &mut timeline, data);
                for dataset in &mut model.datasets {
                    dataset.kept = vec![SiteId(0), SiteId(1)];
                }
                let mut without = model.clone();
                without.datasets.clear();
                for class in &mut without.classes {
                    class.data.clear();
                }
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let left = play(&model, &timeline, strategy);
                        let right = play(&without, &timeline, strategy);
                        assert!(left.facts == right.facts && left.jobs == right.jobs);
                        assert_eq!(left.run.digest, right.run.digest);
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
}
