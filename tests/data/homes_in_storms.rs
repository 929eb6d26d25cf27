//! Checkpoints that go home in random bad weather: all accounts agree, and jobs that stay cost no event for it.

use super::checkpoints_home::{estate, forbidden, join, link, lived};
use crate::common::cases::{quietly, runner};
use crate::common::checks::balances;
use crate::common::clouds::{HOUR, MINUTE};
use crate::common::storms::stormy_worlds;
use crate::common::wires::GB;
use crate::common::worlds::Row;
use crate::common::{Everything, play, play_in};
use plimsoll::engine::Scratch;
use plimsoll::journal::{Bucket, Fact, JobState};
use plimsoll::model::{CheckpointHome, Incident, Link, Model, Site, Storage, Timeline};
use plimsoll::units::{Bandwidth, BytePrice, Bytes, LinkId, Money, SimTime, SiteId, Span};

#[test]
fn jobs_that_stay_cost_no_event_for_it() {
    let rows: Vec<Row> = (0..12)
        .map(|k| Row::of(k * 40 * MINUTE, 8, (1 + k % 7) * HOUR))
        .collect();
    let mut model = estate(2, 40);
    let with = lived(&mut model, &rows, &[]);
    model.classes[0].checkpoint_home = None;
    let without = lived(&mut model, &rows, &[]);
    assert_eq!(with.facts, without.facts);
    assert_eq!(with.run.digest, without.run.digest);
    assert!(with.jobs.iter().any(|job| job.egress_cost > Money::ZERO));
}

/// Random worlds of three sites, whose checkpoints go to the last over lines that are cut and forbidden.
fn home_of_storms(
    model: &mut Model,
    timeline: &mut Timeline,
    (size, rate, strike): (u64, u64, u64),
) {
    for (index, pool) in model.pools.iter_mut().enumerate() {
        pool.site = SiteId((index % 3) as u16);
    }
    model.sites = vec![model.sites[0].clone(), Site::bare("b"), Site::bare("c")];
    let price = |link: Link| Link {
        price: Some(BytePrice(1_000)),
        latency: Span(3),
        ..link
    };
    let pairs = [(0, 2), (2, 0), (1, 2), (2, 1)];
    let links = pairs.map(|(from, to)| price(link(from, to, rate)));
    join(model, links.to_vec());
    model.network.storages = vec![Storage::bare("vault", SiteId(2), Bandwidth(GB))];
    for class in &mut model.classes {
        class.checkpoint_home = Some(CheckpointHome {
            site: SiteId(2),
            storage: Some(0),
            size: Bytes(size * GB / 100),
        });
    }
    for k in 0..4u64 {
        let (link, at) = (LinkId(k as u16), strike * (k + 1));
        let weather = &mut timeline.weather;
        weather.push(Incident::link_down(SimTime(at), link, 0));
        weather.push(Incident::link_up(SimTime(at + 900_000), link, 0));
        let [begins, ends] = forbidden(at / 2, at / 2 + 2_000_000);
        weather.extend([begins, ends]);
    }
    Incident::put_in_order(&mut timeline.weather);
}

#[test]
fn whatever_happens_all_accounts_agree() {
    let fell_back = std::cell::Cell::new(0);
    let fetched = std::cell::Cell::new(0);
    let rates = (1u64..20_000, 1u64..200, 1u64..3_000_000);
    runner(150)
        .run(
            &(stormy_worlds(), rates),
            |((mut model, mut timeline), rates)| {
                home_of_storms(&mut model, &mut timeline, rates);
                let mut scratch = Scratch::default();
                for strategy in (0..model.strategies.len()).step_by(3) {
                    quietly(|| {
                        let heard = play(&model, &timeline, strategy);
                        balances(&heard);
                        what_is_useful_is_the_work(&model, &timeline, &heard);
                        let again = play_in(&model, &timeline, strategy, &mut scratch);
                        assert!(heard == again);
                        fell_back.set(fell_back.get() + heard.run.fell_back);
                        let facts = heard.facts.iter();
                        let came = facts.filter(|(_, fact)| matches!(fact, Fact::Fetched(..)));
                        fetched.set(fetched.get() + came.count());
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(fell_back.get() > 30, "{}", fell_back.get());
    assert!(fetched.get() > 20, "{}", fetched.get());
}

/// A finished job did all its work usefully and once, whatever it lost on the way.
fn what_is_useful_is_the_work(model: &Model, timeline: &Timeline, heard: &Everything) {
    for job in &heard.jobs {
        if job.state != JobState::Finished {
            continue;
        }
        let work = u128::from(timeline.truth[job.job.index()].work.0) * 1000;
        let useful = job.gpu_time[Bucket::Useful] / u128::from(job.gpus.0);
        let class = job.class.index();
        let speeds = model.pools.iter().map(|pool| u128::from(pool.speed[class]));
        let (least, most) = (speeds.clone().min().unwrap(), speeds.max().unwrap());
        assert!(useful * most >= work, "{job:?}");
        // Each stretch may end within a millisecond of work.
        let stretches = u128::from(2 + job.preemptions + job.interruptions) * 3;
        assert!(useful * least <= work + stretches * most, "{job:?}");
    }
}
