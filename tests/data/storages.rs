//! What lies on storages is paid by the byte-month, worked by hand.

use crate::common::bad_days::{cluster, down, every, run as saves, up};
use crate::common::clouds::{HOUR, MINUTE, run, world};
use crate::common::wires::{GB, line, web, wire};
use crate::common::worlds::Row;
use crate::common::{Everything, owned};
use plimsoll::journal::{Item, Payee};
use plimsoll::model::{Class, Dataset, Horizon, Model, Packing, Placement, Site, Storage, Traffic};
use plimsoll::units::{
    Bandwidth, BytePrice, Bytes, DatasetId, Epoch, Money, PoolId, SimTime, SiteId, StoragePrice,
};

/// A storage at a site at so many millionths for a GB-month.
fn storage(site: u16, micro: u64) -> Storage {
    Storage {
        price: StoragePrice { micro, bytes: GB },
        ..Storage::bare("lake", SiteId(site), Bandwidth(GB))
    }
}

/// All that was posted for keeping data: to whom, until when, how much; it is what the run says.
fn posted(heard: &Everything) -> Vec<(Payee, u64, Money)> {
    let kept = heard.postings.iter().filter(|p| p.item == Item::Storage);
    let posted: Vec<_> = kept.map(|p| (p.payee, p.to.0, p.amount)).collect();
    let total: Money = posted.iter().map(|posting| posting.2).sum();
    assert_eq!(total, heard.run.storage_cost);
    posted
}

fn milli_units(amount: i128) -> Money {
    Money(amount * Money::TICKS_PER_UNIT / 1_000)
}

#[test]
fn what_lies_there_throughout_is_paid_in_each_month() {
    let mut model = world(
        vec![owned("own", 1, 8, Packing::Count)],
        Placement::PrivateOnly,
    );
    model.epoch = Epoch::parse("2026-01-31T12:00:00Z").unwrap();
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.network.storages = vec![storage(0, 73_000)];
    model.network.kept = vec![(0, Bytes(1_000 * GB)), (0, Bytes(500 * GB))];
    let heard = run(&mut model, &[Row::of(0, 1, HOUR)]);
    // 1,500 GB × .073 / 730 h = .15 an hour: 12 h in January, 12 h in February.
    let month = |to: u64| (Payee::Storage(0), to, milli_units(1_800));
    assert_eq!(posted(&heard), [month(12 * HOUR), month(24 * HOUR)]);
}

#[test]
fn a_data_set_of_its_own_price_is_posted_too() {
    let mut model = world(
        vec![owned("own", 1, 8, Packing::Count)],
        Placement::PrivateOnly,
    );
    model.epoch = Epoch::parse("2026-01-31T12:00:00Z").unwrap();
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.datasets = vec![Dataset {
        storage: BytePrice(73_000),
        ..web(1_000, SiteId(0))
    }];
    let heard = run(&mut model, &[Row::of(0, 1, HOUR)]);
    let month = |to: u64| (Payee::Dataset(DatasetId(0)), to, milli_units(1_200));
    assert_eq!(posted(&heard), [month(12 * HOUR), month(24 * HOUR)]);
}

/// Two data sets of 3,600 GB at site 0, a line of 1 GB/s to site 1, whose cache holds one of them.
fn cached() -> Model {
    let mut pool = owned("far", 1, 8, Packing::Count);
    pool.site = SiteId(1);
    pool.speed = vec![1000; 2];
    let mut model = world(vec![pool], Placement::PrivateOnly);
    model.horizon = Horizon::At(SimTime(11 * HOUR));
    model.sites.push(Site {
        cache: Some(Bytes(4_000 * GB)),
        cache_on: Some(0),
        ..Site::bare("far")
    });
    wire(&mut model, line((0, 1), GB, 0));
    model.network.storages = vec![storage(1, 73_000)];
    let dataset = |name: &str| Dataset {
        name: name.to_owned(),
        size: Bytes(3_600 * GB),
        kept: vec![SiteId(0)],
        storage: BytePrice(0),
        traffic: Traffic::Bulk,
        key: None,
        artifact: None,
    };
    model.datasets = vec![dataset("web"), dataset("code")];
    let reads = |name: &str, id: u16| Class {
        data: vec![DatasetId(id)],
        ..Class::bare(name, vec![PoolId(0)])
    };
    model.classes = vec![reads("web", 0), reads("code", 1)];
    model
}

#[test]
fn a_cache_is_paid_while_it_holds_something() {
    // There at 1 h, until the end at 11 h: 3,600 GB × .073 / 730 h = .36 an hour.
    let heard = run(&mut cached(), &[Row::of(0, 8, HOUR)]);
    let all = (Payee::Storage(0), 11 * HOUR, milli_units(3_600));
    assert_eq!(posted(&heard), [all]);
    // The other one is wanted at 3 h: the first is dropped then, after 2 h, and the second is there for 7 h from 4 h.
    let other = Row {
        class: 1,
        ..Row::of(3 * HOUR, 8, HOUR)
    };
    let heard = run(&mut cached(), &[Row::of(0, 8, HOUR), other]);
    let all = (Payee::Storage(0), 11 * HOUR, milli_units(360 * 9));
    assert_eq!(posted(&heard), [all]);
}

/// The cluster of checkpoints, which are kept at one unit an hour each.
fn kept() -> Model {
    let mut model = cluster();
    model.network.storages = vec![storage(0, 1_000_000)];
    model.classes[0].checkpoints_on = Some((0, Bytes(730 * GB)));
    model
}

#[test]
fn a_checkpoint_is_kept_from_the_first_to_the_end_of_its_job() {
    let rows = [Row::of(0, 16, 10 * HOUR)];
    // Written at 2.1 h; with four writes the job ends at 10.4 h: 8.3 h.
    let heard = saves(&mut kept(), &rows, every(2, 6 * MINUTE), &[]);
    assert_eq!(heard.run.storage_cost, milli_units(8_300));
    assert_eq!(posted(&heard).len(), 1);
    // A fault before the first, at 1 h: at 2 h it begins anew and pays no restart of work it never had but one of
    // .2 h; the first is written at 4.3 h, and it ends at 12.6 h.
    let weather = [down(HOUR, 0), up(2 * HOUR, 0)];
    let heard = saves(&mut kept(), &rows, every(2, 6 * MINUTE), &weather);
    assert_eq!(heard.jobs[0].end, SimTime(12 * HOUR + 36 * MINUTE));
    assert_eq!(heard.run.storage_cost, milli_units(8_300));
    // A fault after it, at 3 h: the checkpoint of 2.1 h is kept while the job waits, until its end. 8 h are left at
    // 4 h, after .2 h of restart and with 3 writes: 12.5 h.
    let weather = [down(3 * HOUR, 0), up(4 * HOUR, 0)];
    let heard = saves(&mut kept(), &rows, every(2, 6 * MINUTE), &weather);
    assert_eq!(heard.jobs[0].end, SimTime(12 * HOUR + 30 * MINUTE));
    assert_eq!(heard.run.storage_cost, milli_units(10_400));
}

#[test]
fn a_job_that_writes_none_keeps_none() {
    let heard = saves(
        &mut kept(),
        &[Row::of(0, 16, HOUR)],
        every(2, 6 * MINUTE),
        &[],
    );
    assert!(posted(&heard).is_empty());
}
