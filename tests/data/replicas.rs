//! Copies of data sets, worked by hand: which of several is read, and copies that are made while time passes.

use crate::common::clouds::{HOUR, MINUTE, world};
use crate::common::wires::{GB, line, web, wire};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::journal::{Cause, Fact, Item, Payee};
use plimsoll::model::{
    Happening, Horizon, Incident, Link, Model, Packing, Placement, Replica, Site, Storage, Turn,
};
use plimsoll::units::{
    Bandwidth, BytePrice, DatasetId, LinkId, Money, SimTime, SiteId, StoragePrice,
};

const FAR: SiteId = SiteId(0);
const LAKE: SiteId = SiteId(1);
const NEAR: SiteId = SiteId(2);

/// Sixteen GPUs that read 3,600 GB kept at the lake: by a dear line in an hour, at .05. A third site is near to both: .01 to
/// it and .02 from there, an hour each.
fn estate() -> Model {
    let mut model = world(
        vec![owned("far", 2, 8, Packing::Count)],
        Placement::PrivateOnly,
    );
    model.horizon = Horizon::At(SimTime(100 * HOUR));
    model.sites.push(Site::bare("lake"));
    model.sites.push(Site::bare("near"));
    let lines = [
        (LAKE, FAR, 50_000),
        (LAKE, NEAR, 10_000),
        (NEAR, FAR, 20_000),
    ];
    for (index, (from, to, price)) in lines.into_iter().enumerate() {
        let link = Link {
            name: format!("line {index}"),
            ..line((from.0, to.0), GB, price)
        };
        wire(&mut model, link);
    }
    model.datasets = vec![web(3_600, LAKE)];
    model.classes[0].data = vec![DatasetId(0)];
    model
}

fn copies_to(model: &mut Model, site: SiteId, storage: Option<u16>) {
    model.network.copies.push(Replica {
        dataset: DatasetId(0),
        site,
        storage,
    });
}

fn begins(at: u64) -> Incident {
    let what = Happening::CopyBegins { copy: 0 };
    Incident {
        at: SimTime(at),
        turn: Turn::Terms,
        what,
    }
}

fn ends(at: u64) -> Incident {
    let what = Happening::CopyEnds { copy: 0 };
    Incident { what, ..begins(at) }
}

fn lived(model: &mut Model, rows: &[Row], weather: &[Incident]) -> Everything {
    let mut timeline = timeline(model, rows);
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    let heard = play(model, &timeline, 0);
    let posted = |item: Item| -> Money {
        let postings = heard.postings.iter().filter(|posting| posting.item == item);
        postings.map(|posting| posting.amount).sum()
    };
    let of_pools: Money = heard.pools.iter().map(|pool| pool.egress_cost).sum();
    assert_eq!(posted(Item::Egress), of_pools + heard.run.copy_cost);
    assert_eq!(posted(Item::Storage), heard.run.storage_cost);
    heard
}

fn units(money: Money) -> i128 {
    assert_eq!(money.0 % Money::TICKS_PER_UNIT, 0);
    money.0 / Money::TICKS_PER_UNIT
}

fn start(heard: &Everything) -> u64 {
    heard.jobs[0].start.unwrap().0 / MINUTE
}

#[test]
fn of_several_homes_the_cheapest_way_is_taken() {
    // 3,600 GB at .05 are 180, at .02 from the replica 72.
    let rows = [Row::of(0, 8, HOUR)];
    let one = lived(&mut estate(), &rows, &[]);
    assert_eq!((start(&one), units(one.pools[0].egress_cost)), (60, 180));
    let mut model = estate();
    model.datasets[0].kept.push(NEAR);
    let two = lived(&mut model, &rows, &[]);
    assert_eq!((start(&two), units(two.pools[0].egress_cost)), (60, 72));
    // If its way is cut, the other one is read.
    let cut = Incident::link_down(SimTime(0), LinkId(2), 0);
    let other = lived(&mut model, &[Row::of(1, 8, HOUR)], &[cut]);
    assert_eq!(units(other.pools[0].egress_cost), 180);
}

#[test]
fn a_copy_that_was_made_is_read_like_any_other() {
    // Sent from 1 h to 2 h for 36. Who comes at 1.5 h reads the old one, who comes at 3 h would read the new one.
    let mut model = estate();
    copies_to(&mut model, NEAR, None);
    let early = lived(
        &mut model,
        &[Row::of(90 * MINUTE, 8, HOUR)],
        &[begins(HOUR)],
    );
    assert_eq!(units(early.pools[0].egress_cost), 180);
    let late = lived(&mut model, &[Row::of(3 * HOUR, 8, HOUR)], &[begins(HOUR)]);
    assert_eq!(units(late.pools[0].egress_cost), 72);
    assert_eq!(units(late.run.copy_cost), 36);
    let made = (SimTime(2 * HOUR), Fact::Replicated(DatasetId(0), NEAR));
    assert!(late.facts.contains(&made));
    let of_copy = late
        .postings
        .iter()
        .find(|p| p.payee == Payee::Dataset(DatasetId(0)));
    let of_copy = of_copy.unwrap();
    assert_eq!((of_copy.to, of_copy.job), (SimTime(2 * HOUR), None));
    // Kept until 2.5 h only.
    let weather = [begins(HOUR), ends(150 * MINUTE)];
    let gone = lived(&mut model, &[Row::of(3 * HOUR, 8, HOUR)], &weather);
    assert_eq!(units(gone.pools[0].egress_cost), 180);
}

#[test]
fn where_a_copy_is_kept_jobs_start_at_once() {
    // To where the GPUs are, from 1 h to 2 h for 180: who comes at 1.5 h waits for it and nothing is sent twice.
    let mut model = estate();
    copies_to(&mut model, FAR, None);
    let heard = lived(
        &mut model,
        &[Row::of(90 * MINUTE, 8, HOUR)],
        &[begins(HOUR)],
    );
    assert_eq!(start(&heard), 120);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], 30 * MINUTE);
    assert_eq!(units(heard.pools[0].egress_cost), 0);
    assert_eq!(units(heard.run.copy_cost), 180);
    let heard = lived(&mut model, &[Row::of(3 * HOUR, 8, HOUR)], &[begins(HOUR)]);
    assert_eq!(start(&heard), 180);
    // What lies in the cache need not be sent.
    let heard = lived(&mut model, &[Row::of(0, 8, HOUR)], &[begins(10 * HOUR)]);
    assert_eq!(units(heard.run.copy_cost), 0);
    assert_eq!(units(heard.pools[0].egress_cost), 180);
}

#[test]
fn a_copy_is_paid_for_while_it_is_kept() {
    // From 2 h to 75 h at .365 a month of 730 h: 3,600 GB × 73 ÷ 730 × .365 = 131.40, by its own price or a storage's.
    // The old copy costs the same from the start to 100 h: 180.
    let mut model = estate();
    model.datasets[0].storage = BytePrice(365_000);
    copies_to(&mut model, NEAR, None);
    let weather = [begins(HOUR), ends(75 * HOUR)];
    let heard = lived(&mut model, &[], &weather);
    let milli = |money: Money| money.0 * 1000 / Money::TICKS_PER_UNIT;
    assert_eq!(milli(heard.run.storage_cost), 180_000 + 131_400);
    model.network.copies.clear();
    model.network.storages = vec![Storage {
        price: StoragePrice {
            micro: 365_000,
            bytes: GB,
        },
        ..Storage::bare("vault", NEAR, Bandwidth(GB))
    }];
    copies_to(&mut model, NEAR, Some(0));
    let heard = lived(&mut model, &[], &weather);
    assert_eq!(milli(heard.run.storage_cost), 180_000 + 131_400);
    // Given up half way: half of it is paid, and nothing is kept.
    let heard = lived(&mut model, &[], &[begins(HOUR), ends(90 * MINUTE)]);
    assert_eq!(units(heard.run.copy_cost), 18);
    assert_eq!(milli(heard.run.storage_cost), 180_000);
}

#[test]
fn copies_that_nobody_makes_change_nothing() {
    let rows: Vec<Row> = (0..12).map(|k| Row::of(k * HOUR, 8, 2 * HOUR)).collect();
    let mut model = estate();
    let without = lived(&mut model, &rows, &[]);
    copies_to(&mut model, NEAR, None);
    let with = lived(&mut model, &rows, &[]);
    assert!(with == without);
}
