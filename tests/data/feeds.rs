//! Jobs that read while they run, worked by hand: what they get, how long they are starved, what it costs.

use crate::common::bad_days::{cluster, down, every, up};
use crate::common::checks::balances;
use crate::common::clouds::{HOUR, MINUTE, cost, gpu_time, world};
use crate::common::wires::{GB, line, way};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::journal::{Bucket, Fact, Item, JobRecord, JobState};
use plimsoll::model::{
    ElasticTerms, Incident, Link, Model, Overrun, Packing, Placement, Site, Storage,
};
use plimsoll::units::{
    Bandwidth, ByteBand, BytePrice, ByteTariff, Bytes, Epoch, LinkId, Money, SimTime, SiteId, Span,
};

pub(super) fn storage(site: u16, gigabytes: u64) -> Storage {
    let read = Bandwidth(gigabytes * GB);
    Storage::bare(&format!("lake {site}"), SiteId(site), read)
}

/// Sixteen GPUs, each of which reads 1 GB/s, beside a storage that gives so many GB/s.
pub(super) fn fed(gigabytes: u64) -> Model {
    let mut model = world(
        vec![owned("own", 2, 8, Packing::Best)],
        Placement::PrivateOnly,
    );
    feed(&mut model, gigabytes);
    model
}

pub(super) fn feed(model: &mut Model, gigabytes: u64) {
    model.classes[0].feed = Some(Bandwidth(GB));
    model.network.storages = vec![storage(0, gigabytes)];
    model.network.feeds = vec![vec![way(&[0], 0)]; model.pools.len()];
}

/// The same 16 GPUs at a second site; what they read is at the first, over a link of so many GB/s at .02 each.
fn remote(gigabytes: u64) -> Model {
    let mut model = fed(1_000);
    model.pools[0].site = SiteId(1);
    model.sites.push(Site::bare("far"));
    model.network.links = vec![Link {
        latency: Span(50),
        ..line((0, 1), gigabytes * GB, 20_000)
    }];
    // The reading of the storage follows the one link.
    model.network.feeds = vec![vec![way(&[1, 0], 20_000)]];
    model
}

pub(super) fn lived(model: &mut Model, rows: &[Row], weather: &[Incident]) -> Everything {
    let mut timeline = timeline(model, rows);
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    let heard = play(model, &timeline, 0);
    balances(&heard);
    heard
}

pub(super) fn ends(heard: &Everything) -> Vec<u64> {
    heard.jobs.iter().map(|job| job.end.0).collect()
}

pub(super) fn stalled(job: &JobRecord) -> (u128, u128) {
    let gpus = u128::from(job.gpus.0);
    let by = |bucket| job.gpu_time[bucket] / gpus;
    (by(Bucket::StalledStorage), by(Bucket::StalledLink))
}

#[test]
fn two_jobs_share_what_a_storage_gives() {
    // 8 GB/s: enough for the first alone. From 30 min on both run at half speed: the first needs an hour for its
    // last 30 min, until 90 min; the second has done 30 min by then and needs 30 more alone.
    let rows = [Row::of(0, 8, HOUR), Row::of(30 * MINUTE, 8, HOUR)];
    let heard = lived(&mut fed(8), &rows, &[]);
    assert_eq!(ends(&heard), [90 * MINUTE, 120 * MINUTE]);
    for job in &heard.jobs {
        assert_eq!(stalled(job), (u128::from(30 * MINUTE), 0));
        assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(8, HOUR));
        // They paid for the whole 90 min at 2 USD.
        assert_eq!(job.compute_cost, cost(8, 90 * MINUTE, 2_000_000));
    }
    assert_eq!(heard.pools[0].egress_cost, Money::ZERO);
}

#[test]
fn a_small_reader_is_not_cut_short_by_a_large_one() {
    // 8 GB/s between one that wants 1 and one that wants 15: 1 and 7. The large one does 7 h in the first 15 h.
    let rows = [Row::of(0, 1, 15 * HOUR), Row::of(0, 15, 15 * HOUR)];
    let mut model = fed(8);
    model.pools[0].packing = Packing::Count;
    let heard = lived(&mut model, &rows, &[]);
    assert_eq!(stalled(&heard.jobs[0]), (0, 0));
    // 8 h are left and 8 of 15 GB/s: 15 h more.
    assert_eq!(ends(&heard), [15 * HOUR, 30 * HOUR]);
}

#[test]
fn a_slow_gpu_reads_slowly() {
    // At half the speed of the reference 16 GPUs read 8 GB/s: nobody starves.
    let mut model = fed(8);
    model.pools[0].speed = vec![500];
    let heard = lived(&mut model, &[Row::of(0, 16, HOUR)], &[]);
    assert_eq!(ends(&heard), [2 * HOUR]);
    assert_eq!(stalled(&heard.jobs[0]), (0, 0));
}

#[test]
fn what_comes_over_a_link_is_starved_by_it_and_paid_by_the_byte() {
    // 2 GPUs want 2 GB/s and get 1: twice as long, 7,200 GB at .02.
    let heard = lived(&mut remote(1), &[Row::of(0, 2, HOUR)], &[]);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(2 * HOUR));
    assert_eq!(stalled(job), (0, u128::from(HOUR)));
    assert_eq!(job.egress_cost.0, 144 * Money::TICKS_PER_UNIT);
    let posted = heard.postings.iter().filter(|p| p.item == Item::Egress);
    let posted: Vec<(u64, Money)> = posted.map(|p| (p.to.0, p.amount)).collect();
    assert_eq!(posted, [(2 * HOUR, job.egress_cost)]);
}

#[test]
fn a_cut_link_starves_until_it_is_mended() {
    let weather = [
        Incident::link_down(SimTime(30 * MINUTE), LinkId(0), 0),
        Incident::link_up(SimTime(50 * MINUTE), LinkId(0), 0),
    ];
    let heard = lived(&mut remote(10), &[Row::of(0, 2, HOUR)], &weather);
    assert_eq!(ends(&heard), [80 * MINUTE]);
    assert_eq!(stalled(&heard.jobs[0]), (0, u128::from(20 * MINUTE)));
}

#[test]
fn a_dead_storage_sends_its_readers_over_the_link_and_takes_them_back() {
    // A second storage beside the GPUs is read first. It is dead from 30 min to 40 min; the line gives 1 of 2 GB/s
    // meanwhile: 5 min are lost, and 10 min × 1 GB/s = 600 GB are paid.
    let mut model = remote(1);
    model.network.storages.push(storage(1, 100));
    model.network.feeds = vec![vec![way(&[2], 0), way(&[1, 0], 20_000)]];
    let near = model.network.reading(1);
    let weather = [
        Incident::link_down(SimTime(30 * MINUTE), near, 0),
        Incident::link_up(SimTime(40 * MINUTE), near, 0),
    ];
    let heard = lived(&mut model, &[Row::of(0, 2, HOUR)], &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(65 * MINUTE));
    assert_eq!(stalled(job), (0, u128::from(5 * MINUTE)));
    assert_eq!(job.egress_cost.0, 12 * Money::TICKS_PER_UNIT);
    // Without another way a dead storage is what starves.
    let mut model = fed(16);
    let weather = [
        Incident::link_down(SimTime(30 * MINUTE), LinkId(0), 0),
        Incident::link_up(SimTime(40 * MINUTE), LinkId(0), 0),
    ];
    let heard = lived(&mut model, &[Row::of(0, 2, HOUR)], &weather);
    assert_eq!(ends(&heard), [70 * MINUTE]);
    assert_eq!(stalled(&heard.jobs[0]), (u128::from(10 * MINUTE), 0));
}

/// The cluster of checkpoints, fed.
fn saved(gigabytes: u64) -> Model {
    let mut model = cluster();
    feed(&mut model, gigabytes);
    model
}

fn saves(model: &mut Model, rows: &[Row], weather: &[Incident]) -> Everything {
    let heard = crate::common::bad_days::run(model, rows, every(2, 6 * MINUTE), weather);
    balances(&heard);
    heard
}

#[test]
fn a_checkpoint_holds_what_was_done_however_slowly() {
    // Half speed: by 5 h it has run 4.8 h and done 2.4; the checkpoint of 4 h of running holds 2 h of work.
    // From 6 h on: a restart of .2 h, 8 h of work in 16 h with 7 writes of .1 h: 22.9 h.
    let weather = [down(5 * HOUR, 1), up(6 * HOUR, 1)];
    let heard = saves(&mut saved(8), &[Row::of(0, 16, 10 * HOUR)], &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(22 * HOUR + 54 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(16, 10 * HOUR));
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(16, 24 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Checkpoint], gpu_time(16, 54 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Restart], gpu_time(16, 12 * MINUTE));
    // 2.4 h before the fault, 8 h after it.
    let starved = 10 * HOUR + 24 * MINUTE;
    assert_eq!(job.gpu_time[Bucket::StalledStorage], gpu_time(16, starved));
}

#[test]
fn a_checkpoint_between_two_shares_is_known_exactly() {
    // The storage gives half until 3 h: 2.9 h run, 1.45 done. Then all: the checkpoint of 4 h of running, at 4.1 h,
    // holds 2.55 h; at 5 h 3.35 h were done, so .8 are lost. 6 + .2 + 7.45 + 3 × .1 = 13.95 h.
    let mut model = saved(16);
    let reading = model.network.reading(0);
    let weather = [
        Incident::link_down(SimTime(0), reading, 500),
        Incident::link_up(SimTime(3 * HOUR), reading, 500),
        down(5 * HOUR, 1),
        up(6 * HOUR, 1),
    ];
    let heard = saves(&mut model, &[Row::of(0, 16, 10 * HOUR)], &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(13 * HOUR + 57 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(16, 48 * MINUTE));
    let starved = HOUR + 27 * MINUTE;
    assert_eq!(job.gpu_time[Bucket::StalledStorage], gpu_time(16, starved));
    assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(16, 10 * HOUR));
}

#[test]
fn a_limit_on_time_counts_the_time_that_was_starved() {
    let mut model = fed(8);
    model.overrun = Overrun::Kill;
    let row = Row {
        requested: 90 * MINUTE,
        ..Row::of(0, 16, HOUR)
    };
    // It would take two hours.
    let heard = lived(&mut model, &[row], &[]);
    assert_eq!(ends(&heard), [90 * MINUTE]);
    assert_eq!(heard.jobs[0].state, JobState::TimedOut);
    let job = &heard.jobs[0];
    assert_eq!(job.gpu_time[Bucket::Failed], gpu_time(16, 45 * MINUTE));
    assert_eq!(stalled(job), (u128::from(45 * MINUTE), 0));
}

#[test]
fn a_job_that_is_starved_at_last_is_killed_and_not_done() {
    // It asked for what it takes. The storage gives half of what it reads from 30 min on: at the end of its hour three
    // quarters are done.
    let mut model = fed(16);
    model.overrun = Overrun::Kill;
    let reading = model.network.reading(0);
    let slow = Incident::link_down(SimTime(30 * MINUTE), reading, 500);
    let heard = lived(&mut model, &[Row::of(0, 16, HOUR)], &[slow]);
    assert_eq!(ends(&heard), [HOUR]);
    assert_eq!(heard.jobs[0].state, JobState::TimedOut);
    let failed = heard.jobs[0].gpu_time[Bucket::Failed];
    assert_eq!(failed, gpu_time(16, 45 * MINUTE));
}

#[test]
fn a_stretch_across_the_end_of_a_month_is_posted_in_both() {
    let mut model = fed(8);
    model.epoch = Epoch::parse("2026-01-31T23:00:00Z").unwrap();
    let heard = lived(&mut model, &[Row::of(0, 16, HOUR)], &[]);
    let starved = heard
        .postings
        .iter()
        .filter(|p| p.bucket() == Some(Bucket::StalledStorage));
    let posted: Vec<(u64, u128, Money)> =
        starved.map(|p| (p.from.0, p.gpu_time, p.amount)).collect();
    let half = (gpu_time(16, 30 * MINUTE), cost(16, 30 * MINUTE, 2_000_000));
    assert_eq!(posted, [(0, half.0, half.1), (HOUR, half.0, half.1)]);
}

#[test]
fn what_is_read_in_a_month_is_paid_in_it() {
    // 2 GB/s for two hours at .02, the month ends after half an hour: 3,600 GB in it and 10,800 after it. With bands by
    // the month, 2 TB free and .10 above, that is 160 and 880, where all in the later month would be 1,240.
    let mut model = remote(2);
    model.epoch = Epoch::parse("2026-01-31T23:30:00Z").unwrap();
    let month = 30 * MINUTE;
    let posted = |model: &mut Model| {
        let heard = lived(model, &[Row::of(0, 2, 2 * HOUR)], &[]);
        let posted = heard.postings.iter().filter(|p| p.item == Item::Egress);
        let posted = posted.map(|p| (p.to.0, p.amount.0 / Money::TICKS_PER_UNIT));
        posted.collect::<Vec<_>>()
    };
    assert_eq!(posted(&mut model), [(month - 1, 72), (2 * HOUR, 216)]);
    model.network.links[0].price = None;
    let band = |up_to, price| ByteBand {
        up_to: Bytes(up_to),
        price: BytePrice(price),
    };
    let bands = vec![band(2_000 * GB, 0), band(u64::MAX, 100_000)];
    model.sites[0].egress = ByteTariff::new(bands).unwrap();
    assert_eq!(posted(&mut model), [(month - 1, 160), (2 * HOUR, 880)]);
}

/// The cluster of checkpoints, fed, whose gangs go on with half of their GPUs and look after 3 h whether they may grow.
fn elastic(gigabytes: u64) -> Model {
    let mut model = saved(gigabytes);
    model.classes[0].elastic = Some(ElasticTerms {
        least: 4,
        grow_after: Some(Span(3 * HOUR)),
        scaling: 1000,
    });
    model
}

#[test]
fn a_gang_of_half_its_size_reads_half_as_much() {
    // Half speed with 16 GPUs: by 5 h 4.8 h have run and the checkpoint holds 2 h of work. Eight GPUs then get all
    // that they ask for, at half the speed of 16: 8 h of work in 16 h, after .2 h of restart and with 7 writes.
    let rows = [Row::of(0, 16, 10 * HOUR)];
    let heard = saves(&mut elastic(8), &rows, &[down(5 * HOUR, 1)]);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(21 * HOUR + 54 * MINUTE));
    let starved = gpu_time(16, 2 * HOUR + 24 * MINUTE);
    assert_eq!(job.gpu_time[Bucket::StalledStorage], starved);
}

#[test]
fn a_fed_gang_grows_again_like_any_other() {
    let rows = [Row::of(0, 16, 10 * HOUR)];
    let weather = [down(5 * HOUR, 1), up(7 * HOUR, 1)];
    let mut unfed = elastic(16);
    unfed.classes[0].feed = None;
    unfed.network.feeds.clear();
    let without = saves(&mut unfed, &rows, &weather);
    let with = saves(&mut elastic(16), &rows, &weather);
    let grew = |heard: &Everything| {
        let facts = heard.facts.iter();
        facts
            .filter(|(_, fact)| matches!(fact, Fact::Grew(..)))
            .count()
    };
    assert_eq!((grew(&with), grew(&without)), (1, 1));
    assert_eq!(with.jobs, without.jobs);
    assert_eq!(with.facts, without.facts);
}
