//! Jobs that read while they run, in all disciplines and in random bad weather: they end, all accounts agree, and a
//! storage that gives enough changes nothing.

use super::feeds::{ends, fed, lived, stalled, storage};
use crate::common::bad_days::{down, every, up};
use crate::common::cases::{quietly, runner};
use crate::common::checks::balances;
use crate::common::clouds::{HOUR, MINUTE, gpu_time};
use crate::common::storms::stormy_worlds;
use crate::common::strategies::all_strategies;
use crate::common::wires::{GB, line, way};
use crate::common::worlds::{Row, timeline};
use crate::common::{play, play_in};
use plimsoll::engine::Scratch;
use plimsoll::journal::{Bucket, JobRecord, JobState};
use plimsoll::model::{
    Incident, Link, LinkKind, Model, Placement, Requeue, Rhythm, Route, Site, Timeline,
};
use plimsoll::units::{Bandwidth, LinkId, PoolId, SimTime, SiteId, Span};

#[test]
fn every_discipline_ends_though_its_readers_starve() {
    let rows: Vec<Row> = (0..30)
        .map(|k| Row::of(k * 7 * MINUTE, 1 + k % 9, (1 + k % 4) * HOUR))
        .collect();
    let mut model = fed(5);
    let reading = model.network.reading(0);
    let mut strategies = all_strategies(Requeue::Keep);
    strategies.retain(|strategy| strategy.placement == Placement::PrivateOnly);
    model.strategies = strategies;
    let mut timeline = timeline(&mut model, &rows);
    // A rhythm too: stops and shares mix.
    model.rhythms = vec![every(1, 2 * MINUTE); model.shapes.len()];
    for k in 0..6 {
        let at = k * 90 * MINUTE;
        timeline.weather.extend([
            Incident::link_down(SimTime(at), reading, 100 * (k as u32 % 3)),
            Incident::link_up(SimTime(at + 40 * MINUTE), reading, 100 * (k as u32 % 3)),
        ]);
    }
    Incident::put_in_order(&mut timeline.weather);
    for strategy in 0..model.strategies.len() {
        let heard = play(&model, &timeline, strategy);
        balances(&heard);
        let name = &model.strategies[strategy].name;
        for (job, row) in heard.jobs.iter().zip(&rows) {
            assert_eq!(job.state, JobState::Finished, "{name}");
            let useful = job.gpu_time[Bucket::Useful];
            // Stops cut to whole milliseconds, each time.
            let stops = u128::from(job.preemptions + 1) * u128::from(job.gpus.0);
            let whole = gpu_time(row.milli / 1000, row.work);
            assert!(useful >= whole && useful <= whole + stops, "{name}");
        }
    }
}

#[test]
fn a_storage_that_gives_enough_changes_nothing_at_all() {
    let rows: Vec<Row> = (0..40)
        .map(|k| Row::of(k * 3 * MINUTE, 1 + k % 16, (1 + k % 5) * HOUR))
        .collect();
    let mut strategies = all_strategies(Requeue::Keep);
    strategies.retain(|strategy| strategy.placement == Placement::PrivateOnly);
    let weather = [down(2 * HOUR, 0), up(3 * HOUR, 0)];
    let played = |feeds: bool, strategy: usize| {
        let mut model = fed(16);
        model.strategies = strategies.clone();
        if !feeds {
            model.classes[0].feed = None;
            model.network.feeds.clear();
        }
        let mut timeline = timeline(&mut model, &rows);
        model.rhythms = vec![every(1, MINUTE); model.shapes.len()];
        timeline.weather = weather.to_vec();
        play(&model, &timeline, strategy)
    };
    for strategy in 0..strategies.len() {
        let (with, without) = (played(true, strategy), played(false, strategy));
        assert!(with.facts == without.facts && with.jobs == without.jobs);
        assert_eq!(with.pools, without.pools);
        assert_eq!(with.run.digest, without.run.digest);
    }
}

#[test]
fn no_rhythm_is_one_stretch() {
    // A share that changes often leaves one posting for each bucket.
    let mut model = fed(16);
    let reading = model.network.reading(0);
    let mut weather = Vec::new();
    for k in 0..20 {
        let at = SimTime(k * 2 * MINUTE);
        weather.push(Incident::link_down(at, reading, 250));
        weather.push(Incident::link_up(at + Span(MINUTE), reading, 250));
    }
    model.rhythms = vec![Rhythm::NONE; 1];
    let heard = lived(&mut model, &[Row::of(0, 16, HOUR)], &weather);
    // 20 min at a quarter, 20 at full speed: 25 done by 40 min, and 35 more.
    assert_eq!(ends(&heard), [75 * MINUTE]);
    let of_job = heard.postings.iter().filter(|p| p.job.is_some());
    assert_eq!(of_job.count(), 2);
    assert_eq!(heard.pools[0].pool, PoolId(0));
}

/// Random worlds whose second site reads over a line and whose first reads what stands there.
fn feeds_of_storms(
    model: &mut Model,
    timeline: &mut Timeline,
    (near, line_rate, slow): (u64, u64, u64),
) {
    for pool in model.pools.iter_mut().skip(1).step_by(2) {
        pool.site = SiteId(1);
    }
    model.sites.push(Site::bare("far"));
    model.network.links = vec![Link {
        kind: LinkKind::Internet,
        latency: Span(3),
        ..line((0, 1), line_rate * GB / 10, 1_000)
    }];
    model.network.storages = vec![storage(0, near)];
    model.classes[0].feed = Some(Bandwidth(GB));
    let sites = model.pools.iter().map(|pool| pool.site.0);
    let ways = sites.map(|site| match site {
        0 => vec![way(&[1], 0)],
        _ => vec![way(&[1, 0], 1_000)],
    });
    let mut ways: Vec<Vec<Route>> = ways.collect();
    ways.resize(model.pools.len() * model.classes.len(), Vec::new());
    model.network.feeds = ways;
    for (k, lane) in [LinkId(0), LinkId(1), LinkId(1)].into_iter().enumerate() {
        let at = SimTime(slow * (k as u64 + 1));
        let permille = 200 * k as u32;
        let weather = &mut timeline.weather;
        weather.push(Incident::link_down(at, lane, permille));
        weather.push(Incident::link_up(at + Span(1_800_000), lane, permille));
    }
    Incident::put_in_order(&mut timeline.weather);
}

#[test]
fn whatever_happens_all_accounts_agree() {
    let starved = std::cell::Cell::new(0u128);
    let rates = (1u64..30, 0u64..50, 1u64..4_000_000);
    runner(30)
        .run(
            &(stormy_worlds(), rates),
            |((mut model, mut timeline), rates)| {
                let rates = (rates.0, rates.1.max(1), rates.2);
                feeds_of_storms(&mut model, &mut timeline, rates);
                let mut scratch = Scratch::default();
                for strategy in (0..model.strategies.len()).step_by(7) {
                    quietly(|| {
                        let heard = play(&model, &timeline, strategy);
                        balances(&heard);
                        // Nothing of one run is left in the next.
                        let again = play_in(&model, &timeline, strategy, &mut scratch);
                        assert!(heard == again);
                        let of = |job: &JobRecord| stalled(job).0 + stalled(job).1;
                        let all: u128 = heard.jobs.iter().map(of).sum();
                        starved.set(starved.get() + all);
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(starved.get() > 10_000_000, "{}", starved.get());
}
