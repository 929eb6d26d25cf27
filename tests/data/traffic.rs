//! Kinds of traffic on links, worked by hand: what goes first, what a loss costs, what starving control holds up.

use crate::common::clouds::{HOUR, MINUTE, run, starts, world};
use crate::common::wires::{GB, line, way, web};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::journal::Cause;
use plimsoll::model::{
    Background, Class, Incident, Link, Model, Packing, Placement, Site, Traffic,
};
use plimsoll::units::{Bandwidth, DatasetId, LinkId, PoolId, SimTime, SiteId};

/// Site 0 keeps 3,600 GB, the pool is at site 1, and two lines lead there: one of 1 GB/s, and one of a quarter.
fn wired() -> Model {
    let mut pool = owned("far", 1, 8, Packing::Count);
    pool.site = SiteId(1);
    pool.speed = vec![1000; 2];
    let mut model = world(vec![pool], Placement::PrivateOnly);
    model.sites.push(Site::bare("far"));
    let link = |name: &str, rate: u64| Link {
        name: name.to_owned(),
        ..line((0, 1), rate, 0)
    };
    model.network.links = vec![link("line", GB), link("detour", GB / 4)];
    let routes = vec![way(&[0], 0), way(&[1], 0)];
    model.network.routes.insert((SiteId(0), SiteId(1)), routes);
    model.datasets = vec![web(3_600, SiteId(0))];
    let reads = Class {
        data: vec![DatasetId(0)],
        ..Class::bare("web", vec![PoolId(0)])
    };
    model.classes = vec![reads, Class::bare("nothing", vec![PoolId(0)])];
    model
}

fn background(traffic: Traffic, rate: u64) -> Background {
    Background {
        lanes: [LinkId(0)],
        traffic,
        rate: Bandwidth(rate),
    }
}

fn first_start(model: &mut Model) -> u64 {
    let heard = run(model, &[Row::of(0, 8, HOUR)]);
    starts(&heard)[0].0
}

fn lived(model: &mut Model, rows: &[Row], weather: &[Incident]) -> Everything {
    let mut timeline = timeline(model, rows);
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    play(model, &timeline, 0)
}

#[test]
fn what_is_more_urgent_goes_first_and_what_is_alike_shares() {
    assert_eq!(first_start(&mut wired()), HOUR);
    // Questions and answers take half of the line: 3,600 GB at .5 GB/s.
    let mut model = wired();
    model.network.background = vec![background(Traffic::Inference, GB / 2)];
    assert_eq!(first_start(&mut model), 2 * HOUR);
    // Others' bulk data that want .2 GB/s get them; those that want .8 leave half.
    model.network.background = vec![background(Traffic::Bulk, GB / 5)];
    assert_eq!(first_start(&mut model), 75 * MINUTE);
    model.network.background = vec![background(Traffic::Bulk, GB * 4 / 5)];
    assert_eq!(first_start(&mut model), 2 * HOUR);
    // Urgent traffic that wants more than all leaves nothing but what is reserved: a tenth.
    model.network.background = vec![background(Traffic::Inference, 2 * GB)];
    model.network.links[0].reserved = [0, 0, 100];
    assert_eq!(first_start(&mut model), 10 * HOUR);
}

#[test]
fn a_route_that_loses_packets_holds_one_transfer_back_and_no_other_route() {
    let mut model = wired();
    let line = vec![LinkId(0)];
    model.network.limits.insert(line, Bandwidth(GB / 2));
    assert_eq!(first_start(&mut model), 2 * HOUR);
    // Cut at 1 h, when half is there: the rest goes over the detour, at a quarter, in 2 h.
    let weather = [Incident::link_down(SimTime(HOUR), LinkId(0), 0)];
    let heard = lived(&mut model, &[Row::of(0, 8, HOUR)], &weather);
    assert_eq!(starts(&heard)[0].0, 3 * HOUR);
    // Both cut from 1 h to 2 h: nothing moves meanwhile, and it is the link that is waited for.
    let cut = |link| {
        let (from, to) = (SimTime(HOUR), SimTime(2 * HOUR));
        let link = LinkId(link);
        [
            Incident::link_down(from, link, 0),
            Incident::link_up(to, link, 0),
        ]
    };
    let weather = [cut(0), cut(1)].concat();
    let heard = lived(&mut model, &[Row::of(0, 8, HOUR)], &weather);
    assert_eq!(starts(&heard)[0].0, 3 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Link], HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], 2 * HOUR);
}

fn steered() -> Model {
    let mut model = wired();
    model.network.steered = vec![None, Some(SiteId(0))];
    model
}

fn plain(submit: u64) -> Row {
    Row {
        class: 1,
        ..Row::of(submit, 4, 4 * HOUR)
    }
}

#[test]
fn nothing_new_starts_where_nobody_steers() {
    let cut = |link| {
        let (from, to) = (SimTime(HOUR), SimTime(3 * HOUR));
        let link = LinkId(link);
        [
            Incident::link_down(from, link, 0),
            Incident::link_up(to, link, 0),
        ]
    };
    // One line is enough; without both, what runs goes on and what comes waits.
    let rows = [plain(0), plain(2 * HOUR)];
    let heard = lived(&mut steered(), &rows, &cut(0));
    assert_eq!(starts(&heard)[1].0, 2 * HOUR);
    let heard = lived(&mut steered(), &rows, &[cut(0), cut(1)].concat());
    assert_eq!(starts(&heard), [(0, 0), (3 * HOUR, 0)]);
    assert_eq!(heard.jobs[0].end, SimTime(4 * HOUR));
    assert_eq!(heard.jobs[1].waits[Cause::Control], HOUR);
    assert_eq!(heard.jobs[1].waits.total(), HOUR);
}

#[test]
fn control_that_is_starved_is_as_good_as_none() {
    // What steers wants .1 GB/s; from 1 h to 3 h the line carries a twentieth, and there is no detour.
    let mut model = steered();
    model.network.background = vec![background(Traffic::Control, GB / 10)];
    model
        .network
        .routes
        .get_mut(&(SiteId(0), SiteId(1)))
        .unwrap()
        .truncate(1);
    let slow = |permille| {
        [
            Incident::link_down(SimTime(HOUR), LinkId(0), permille),
            Incident::link_up(SimTime(3 * HOUR), LinkId(0), permille),
        ]
    };
    let heard = lived(&mut model, &[plain(2 * HOUR)], &slow(50));
    assert_eq!(heard.jobs[0].waits[Cause::Control], HOUR);
    // A tenth is enough, however much else wants to move.
    model
        .network
        .background
        .push(background(Traffic::Inference, 5 * GB));
    let heard = lived(&mut model, &[plain(2 * HOUR)], &slow(100));
    assert_eq!(heard.jobs[0].waits.total(), 0);
}
