//! Checkpoints that go home over links, worked by hand: what is there when a site is lost, where jobs go on and from
//! when, what it costs. All accounts agree in random bad weather.

use crate::common::bad_days::{cluster, every};
use crate::common::checks::balances;
use crate::common::clouds::{HOUR, MINUTE, gpu_time};
use crate::common::wires::{GB, line, wire};
use crate::common::worlds::Row;
use crate::common::{Everything, owned};
use plimsoll::journal::{Bucket, Fact, Item, Payee};
use plimsoll::model::{
    CheckpointHome, Happening, Horizon, Incident, Link, LinkUse, Model, Packing, Placement, Site,
    Storage, Turn,
};
use plimsoll::units::{
    Bandwidth, Bytes, Epoch, JobId, LinkId, Money, PoolId, SimTime, SiteId, Span, StoragePrice,
};

/// From the near site to the home of checkpoints, and back; from home to the far site, and back.
const NEAR_HOME: LinkId = LinkId(0);
const NEAR: PoolId = PoolId(0);
const FAR: PoolId = PoolId(1);

/// A tenth of an hour: what a write takes, and 360 GB at 1 GB/s.
const TENTH: u64 = 6 * MINUTE;

pub(super) fn link(from: u16, to: u16, megabytes: u64) -> Link {
    Link {
        name: format!("{from}-{to}"),
        ..line((from, to), megabytes * GB / 1000, 20_000)
    }
}

pub(super) fn join(model: &mut Model, links: Vec<Link>) {
    for link in links {
        wire(model, link);
    }
}

/// Nodes of eight GPUs: some near, one far; checkpoints of 360 GB go to a third site, from the near one at so many
/// MB/s and elsewhere at 1 GB/s, for .02 a gigabyte. They are written every 2 h in 6 min; a restart takes 12.
pub(super) fn estate(near_nodes: u32, megabytes: u64) -> Model {
    let mut model = cluster();
    model.horizon = Horizon::At(SimTime(48 * HOUR));
    model.pools = vec![
        owned("near", near_nodes, 8, Packing::Best),
        owned("far", 1, 8, Packing::Best),
    ];
    model.pools[1].site = SiteId(1);
    model.classes[0].pools = vec![NEAR, FAR];
    model.sites.push(Site::bare("far"));
    model.sites.push(Site::bare("home"));
    model.strategies[0].placement = Placement::PrivateOnly;
    join(
        &mut model,
        vec![
            link(0, 2, megabytes),
            link(2, 0, 1_000),
            link(2, 1, 1_000),
            link(1, 2, 1_000),
        ],
    );
    model.classes[0].checkpoint_home = Some(CheckpointHome {
        site: SiteId(2),
        storage: None,
        size: Bytes(360 * GB),
    });
    model
}

pub(super) fn lived(model: &mut Model, rows: &[Row], weather: &[Incident]) -> Everything {
    let heard = crate::common::bad_days::run(model, rows, every(2, TENTH), weather);
    balances(&heard);
    heard
}

fn down(at: u64, pool: PoolId, node: u32) -> Incident {
    Incident::down(SimTime(at), pool, node, 1)
}

pub(super) fn forbidden(from: u64, to: u64) -> [Incident; 2] {
    let (link, used_for) = (NEAR_HOME, LinkUse::CheckpointSync);
    let incident = |at, turn, what| Incident {
        at: SimTime(at),
        turn,
        what,
    };
    [
        incident(from, Turn::Blow, Happening::Forbidden { link, used_for }),
        incident(to, Turn::Relief, Happening::Allowed { link, used_for }),
    ]
}

/// In thousandths of the currency.
fn milli(money: Money) -> i128 {
    assert_eq!(money.0 * 1000 % Money::TICKS_PER_UNIT, 0);
    money.0 * 1000 / Money::TICKS_PER_UNIT
}

/// In tenths of hours of eight GPUs.
fn tenths(heard: &Everything, bucket: Bucket) -> u128 {
    let time = heard.jobs[0].gpu_time[bucket];
    assert_eq!(time % gpu_time(8, TENTH), 0);
    time / gpu_time(8, TENTH)
}

#[test]
fn on_a_fast_way_the_newest_is_home_when_its_site_is_lost() {
    // Written at 2.1 and 4.2 h, home a tenth later. Lost at 5 h with .8 h of running: the second is fetched in .1 h,
    // a restart takes .2, and the 6 h that are left .2 of writing: 11.5 h.
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let heard = lived(&mut estate(1, 1_000), &rows, &[down(5 * HOUR, NEAR, 0)]);
    let job = &heard.jobs[0];
    assert_eq!((job.end, job.pool), (SimTime(115 * TENTH), Some(FAR)));
    assert_eq!(tenths(&heard, Bucket::Useful), 100);
    assert_eq!(tenths(&heard, Bucket::Rework), 8);
    assert_eq!(tenths(&heard, Bucket::Restart), 3);
    assert_eq!(tenths(&heard, Bucket::Checkpoint), 4);
    assert_eq!(job.recovery, Span(3 * TENTH));
    assert_eq!(heard.run.fell_back, 0);
    // Two from the near site, one back, two from the far site: 7.20 each.
    assert_eq!(milli(job.egress_cost), 36_000);
    assert_eq!(milli(heard.pools[0].egress_cost), 14_400);
    let fetched = (SimTime(51 * TENTH), Fact::Fetched(JobId(0), FAR));
    assert!(heard.facts.contains(&fetched));
}

#[test]
fn on_a_slow_way_an_older_one_is_home() {
    // 2.5 h each: the first is home at 4.6 h and the second on its way at 5 h, for .4 h = 57.6 GB; it is lost with
    // its site. Of the 4.8 h that ran 2 are at home. 5 + .1 + .2 + 8 + .3 = 13.6 h.
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let heard = lived(&mut estate(1, 40), &rows, &[down(5 * HOUR, NEAR, 0)]);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(136 * TENTH));
    assert_eq!(tenths(&heard, Bucket::Useful), 100);
    assert_eq!(tenths(&heard, Bucket::Rework), 28);
    assert_eq!(tenths(&heard, Bucket::Checkpoint), 2 + 3);
    assert_eq!(heard.run.fell_back, 1);
    let fell_back = (SimTime(50 * TENTH), Fact::FellBack(JobId(0), FAR));
    assert!(heard.facts.contains(&fell_back));
    // 417.6 GB from the near site, then 360 back and 3 × 360.
    assert_eq!(milli(heard.pools[0].egress_cost), 8_352);
    assert_eq!(milli(job.egress_cost), 8_352 + 4 * 7_200);
}

#[test]
fn on_a_slow_way_what_was_written_meanwhile_is_never_sent() {
    // The third is sent from 7.1 h on, and at 9.6 h the fourth is: the site is lost at 9.5 h with the second at home,
    // 4 of 9.1 h.
    let rows = [Row::of(0, 8, 20 * HOUR)];
    let heard = lived(&mut estate(1, 40), &rows, &[down(95 * TENTH, NEAR, 0)]);
    assert_eq!(tenths(&heard, Bucket::Rework), 51);
    // Two whole ones and 2.4 h × 144 GB.
    assert_eq!(milli(heard.pools[0].egress_cost), 14_400 + 6_912);
}

#[test]
fn at_its_own_site_a_job_goes_on_from_what_lies_there() {
    // The other near node takes it at once: 5 + .2 + 6 + .2 = 11.4 h. The second goes on from where it was on its way
    // home, though the job runs again: home at 7.1 h, when the first of the new ones is not written (7.3 h).
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let weather = [down(5 * HOUR, NEAR, 0), down(72 * TENTH, NEAR, 1)];
    let heard = lived(&mut estate(2, 40), &rows, &weather[..1]);
    assert_eq!(heard.jobs[0].end, SimTime(114 * TENTH));
    assert_eq!(tenths(&heard, Bucket::Rework), 8);
    let heard = lived(&mut estate(2, 40), &rows, &weather);
    // The site is lost at 7.2 h: 2 h of running since 5.2 h, none of it in a checkpoint, and 4 h are at home.
    assert_eq!(tenths(&heard, Bucket::Rework), 8 + 20);
    assert_eq!(heard.jobs[0].end, SimTime((72 + 1 + 2 + 60 + 2) * TENTH));
    assert_eq!(heard.run.fell_back, 0);
    // 720 GB by 7.1 h, and nothing after that.
    assert_eq!(milli(heard.pools[0].egress_cost), 14_400);
}

#[test]
fn who_moves_waits_for_what_is_on_its_way() {
    // Of a gang on both near nodes one is lost at 5 h. The other lives: the second checkpoint is home at 7.1 h, and
    // the gang goes on far away: 7.1 + .1 + .2 + 6 + .2 = 13.6 h.
    let mut model = estate(2, 40);
    model.pools[1].nodes = 2;
    let rows = [Row::of(0, 16, 10 * HOUR)];
    let heard = lived(&mut model, &rows, &[down(5 * HOUR, NEAR, 1)]);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(136 * TENTH));
    assert_eq!(job.preempted, Span(21 * TENTH));
    assert_eq!(job.recovery, Span(24 * TENTH));
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(16, 8 * TENTH));
    assert_eq!(milli(heard.pools[0].egress_cost), 14_400);
    let home = (SimTime(71 * TENTH), Fact::CheckpointHome(JobId(0)));
    assert!(heard.facts.contains(&home));
    // If the line is cut it waits for nothing, and 2 of 4.8 h are at home: 5 + .1 + .2 + 8 + .3 h.
    let cut = Incident::link_down(SimTime(48 * TENTH), NEAR_HOME, 0);
    let heard = lived(&mut model, &rows, &[cut, down(5 * HOUR, NEAR, 1)]);
    let job = &heard.jobs[0];
    assert_eq!((job.end, job.preempted), (SimTime(136 * TENTH), Span::ZERO));
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(16, 28 * TENTH));
    // The first, and .2 h × 144 GB of the second.
    assert_eq!(milli(heard.pools[0].egress_cost), 7_200 + 576);
}

#[test]
fn what_may_not_cross_a_link_does_not_come_home() {
    // Forbidden from 3 h on: only the first is home when the site is lost, though the link is fast.
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let lost = down(5 * HOUR, NEAR, 0);
    let [begins, ends] = forbidden(3 * HOUR, 40 * HOUR);
    let heard = lived(&mut estate(1, 1_000), &rows, &[begins, ends, lost]);
    assert_eq!(tenths(&heard, Bucket::Rework), 28);
    assert_eq!(heard.run.fell_back, 1);
    assert_eq!(milli(heard.pools[0].egress_cost), 7_200);
    // Allowed again at 4.5 h: the second is home at 4.6 h.
    let [begins, ends] = forbidden(3 * HOUR, 45 * TENTH);
    let heard = lived(&mut estate(1, 1_000), &rows, &[begins, ends, lost]);
    assert_eq!(tenths(&heard, Bucket::Rework), 8);
    // Forbidden for something else, it goes home.
    let link = NEAR_HOME;
    let used_for = LinkUse::Results;
    let other = Incident {
        what: Happening::Forbidden { link, used_for },
        ..begins
    };
    let heard = lived(&mut estate(1, 1_000), &rows, &[other, lost]);
    assert_eq!(tenths(&heard, Bucket::Rework), 8);
}

#[test]
fn nothing_at_home_is_a_new_beginning() {
    // Lost at 2.15 h, when half of the first has left: all 2.05 h are lost, and nothing is fetched.
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let heard = lived(&mut estate(1, 1_000), &rows, &[down(129 * MINUTE, NEAR, 0)]);
    let job = &heard.jobs[0];
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(8, 123 * MINUTE));
    // 2.15 + .2 + 10 + .4 h.
    assert_eq!(job.end, SimTime(129 * MINUTE + 106 * TENTH));
    assert_eq!(milli(heard.pools[0].egress_cost), 3_600);
}

#[test]
fn a_job_on_a_cut_way_back_waits_for_a_link() {
    // What is home cannot come to the far site before 8 h: the job waits there without GPUs.
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let weather = [
        down(5 * HOUR, NEAR, 0),
        Incident::link_down(SimTime(HOUR), LinkId(2), 0),
        Incident::link_up(SimTime(8 * HOUR), LinkId(2), 0),
    ];
    let heard = lived(&mut estate(1, 1_000), &rows, &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(145 * TENTH));
    assert_eq!(job.preempted, Span(3 * HOUR));
    assert_eq!(tenths(&heard, Bucket::Restart), 3);
}

#[test]
fn a_job_that_is_stopped_while_it_fetches_pays_what_came() {
    // The far node breaks at 5.05 h, when 180 GB have come, and the near one is back at 6 h: from home again.
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let weather = [
        down(5 * HOUR, NEAR, 0),
        down(303 * MINUTE, FAR, 0),
        Incident::up(SimTime(6 * HOUR), NEAR, 0, 1),
    ];
    let heard = lived(&mut estate(1, 1_000), &rows, &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(125 * TENTH));
    assert_eq!(
        job.gpu_time[Bucket::Restart],
        gpu_time(8, 3 * MINUTE + 3 * TENTH)
    );
    assert_eq!(milli(heard.pools[1].egress_cost), 3_600);
    // Near: two there, one back, two more.
    assert_eq!(milli(heard.pools[0].egress_cost), 5 * 7_200);
}

#[test]
fn at_home_a_checkpoint_is_home_when_it_is_written() {
    // The near site is the home: lost at 5 h, the job goes on far away from the second.
    let mut model = estate(1, 1_000);
    join(&mut model, vec![link(0, 1, 1_000), link(1, 0, 1_000)]);
    let lake = Storage {
        price: StoragePrice {
            micro: 730_000,
            bytes: GB,
        },
        ..Storage::bare("vault", SiteId(0), Bandwidth(GB))
    };
    model.network.storages = vec![lake];
    model.classes[0].checkpoint_home = Some(CheckpointHome {
        site: SiteId(0),
        storage: Some(0),
        size: Bytes(360 * GB),
    });
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let heard = lived(&mut model, &rows, &[down(5 * HOUR, NEAR, 0)]);
    assert_eq!(tenths(&heard, Bucket::Rework), 8);
    assert_eq!(heard.jobs[0].end, SimTime(115 * TENTH));
    // One back, two home again.
    assert_eq!(milli(heard.jobs[0].egress_cost), 3 * 7_200);
    // From 2.1 to 11.5 h, at .36 an hour.
    assert_eq!(heard.run.storage_cost, kept(94));
    let posted = heard.postings.iter().filter(|p| p.item == Item::Storage);
    let posted: Vec<Money> = posted.map(|posting| posting.amount).collect();
    assert_eq!(posted, [kept(94)]);
    // Elsewhere the first is there a tenth after it was written.
    let mut model = estate(1, 1_000);
    let storage = Storage {
        site: SiteId(2),
        price: StoragePrice {
            micro: 730_000,
            bytes: GB,
        },
        ..Storage::bare("vault", SiteId(2), Bandwidth(GB))
    };
    model.network.storages = vec![storage];
    model.classes[0].checkpoint_home = Some(CheckpointHome {
        storage: Some(0),
        ..model.classes[0].checkpoint_home.unwrap()
    });
    let heard = lived(&mut model, &rows, &[down(5 * HOUR, NEAR, 0)]);
    assert_eq!(heard.run.storage_cost, kept(93));
}

/// What 360 GB cost for so many tenths of an hour, at .001 for each gigabyte and hour.
fn kept(tenths: i128) -> Money {
    Money(36 * tenths * Money::TICKS_PER_UNIT / 1_000)
}

#[test]
fn two_jobs_share_the_way() {
    // Each sends 360 GB in 2.1 h on average: 47.6 MB/s. The way has 100: one checkpoint of either moves at 52.4 and is
    // home in 360/52.4 = 1.91 h. Lost at 4.05 h the first of both is home (4.01 h), at 3.95 h it is not.
    let rows = [Row::of(0, 8, 10 * HOUR), Row::of(0, 8, 10 * HOUR)];
    let rework = |at: u64| {
        let mut model = estate(2, 100);
        model.pools[1].nodes = 2;
        let weather = [down(at, NEAR, 0), down(at, NEAR, 1)];
        let heard = lived(&mut model, &rows, &weather);
        let of = |job: usize| heard.jobs[job].gpu_time[Bucket::Rework];
        assert_eq!(of(0), of(1));
        of(0)
    };
    assert_eq!(rework(243 * MINUTE), gpu_time(8, (243 - 120 - 6) * MINUTE));
    assert_eq!(rework(237 * MINUTE), gpu_time(8, (237 - 6) * MINUTE));
}

#[test]
fn what_moves_in_a_month_is_paid_in_it() {
    // The month ends 4.25 h after the start: 540 GB have left by then, and 180 in the next month.
    let mut model = estate(1, 1_000);
    model.epoch = Epoch::parse("2026-01-31T19:45:00Z").unwrap();
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let heard = lived(&mut model, &rows, &[]);
    let posted = heard.postings.iter().filter(|p| p.item == Item::Egress);
    let posted: Vec<(u64, i128)> = posted.map(|p| (p.to.0, milli(p.amount))).collect();
    let month = 255 * MINUTE;
    assert_eq!(
        posted,
        [(month - 1, 10_800), (54 * TENTH - 2 * TENTH, 3_600)]
    );
    assert!(
        heard
            .postings
            .iter()
            .all(|p| p.payee != Payee::Link(NEAR_HOME))
    );
}
