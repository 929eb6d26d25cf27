//! Jobs that take their GPUs before what they read is there, worked by hand: when they begin, what they wait for and
//! what they pay.

use crate::common::bad_days::{cluster, down, up};
use crate::common::clouds::{HOUR, MINUTE, cost, gpu_time, rented_pool, terms};
use crate::common::wires::{GB, line, web};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::journal::{Bucket, Cause, Fact, JobRecord};
use plimsoll::model::{
    Boot, Discipline, Incident, Model, Packing, Placement, Rhythm, Site, StrategySettings,
};
use plimsoll::units::{DatasetId, JobId, LinkId, PoolId, SimTime, SiteId, Span};

/// Eight GPUs at a site to which what the first class reads comes in an hour. The second class reads nothing.
fn far(holds: bool) -> Model {
    let mut model = cluster();
    model.pools = vec![owned("far", 1, 8, Packing::Best)];
    model.strategies[0].placement = Placement::PrivateOnly;
    wire(&mut model, holds);
    model
}

fn wire(model: &mut Model, holds: bool) {
    model.sites.push(Site::bare("lake"));
    crate::common::wires::wire(model, line((1, 0), GB, 0));
    model.datasets = vec![web(3_600, SiteId(1))];
    let mut other = model.classes[0].clone();
    "other".clone_into(&mut other.name);
    model.classes.push(other);
    for pool in &mut model.pools {
        pool.speed = vec![1000; 2];
    }
    model.classes[0].data = vec![DatasetId(0)];
    model.classes[0].holds_staging = holds;
}

fn lived(model: &mut Model, rows: &[Row], weather: &[Incident]) -> Everything {
    let mut timeline = timeline(model, rows);
    model.rhythms = vec![Rhythm::NONE; model.shapes.len() * model.pools.len()];
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    let heard = play(model, &timeline, 0);
    for job in &heard.jobs {
        let first = job.start.unwrap_or(job.end);
        assert_eq!(job.waits.total(), first.since(job.submit).0);
    }
    let posted = heard.postings.iter().map(|posting| posting.gpu_time);
    let paid: u128 = heard.pools.iter().map(|pool| pool.gpu_time.total()).sum();
    assert_eq!(posted.sum::<u128>(), paid);
    heard
}

fn other(at: u64, gpus: u64, work: u64) -> Row {
    Row {
        class: 1,
        ..Row::of(at, gpus, work)
    }
}

fn begins(heard: &Everything) -> Vec<u64> {
    let starts = heard.jobs.iter().map(|job| job.start.unwrap().0 / MINUTE);
    starts.collect()
}

fn waited(job: &JobRecord, cause: Cause) -> u64 {
    job.waits[cause] / MINUTE
}

#[test]
fn held_gpus_are_paid_for_while_data_come() {
    let rows = [Row::of(0, 8, 2 * HOUR)];
    let before = lived(&mut far(false), &rows, &[]);
    let held = lived(&mut far(true), &rows, &[]);
    for (heard, hours, idle) in [(&before, 2, 0), (&held, 3, HOUR)] {
        let job = &heard.jobs[0];
        assert_eq!(job.end, SimTime(3 * HOUR));
        assert_eq!(waited(job, Cause::Staging), 60);
        assert_eq!(job.waits.total(), HOUR);
        assert_eq!(job.gpu_time[Bucket::HeldIdle], gpu_time(8, idle));
        assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(8, 2 * HOUR));
        assert_eq!(job.compute_cost, cost(8, hours * HOUR, 2_000_000));
    }
    let placed = |heard: &Everything| {
        let placed = Fact::Placed(JobId(0), PoolId(0));
        heard.facts.iter().find(|fact| fact.1 == placed).unwrap().0
    };
    assert_eq!(placed(&before), SimTime(HOUR));
    assert_eq!(placed(&held), SimTime::ZERO);
}

#[test]
fn who_holds_keeps_others_out_and_who_does_not_is_overtaken() {
    // Ten minutes later somebody comes for two hours. Before: he has the GPUs until 130 min. Held: he waits until the
    // first has run for an hour after the one of staging.
    let rows = [Row::of(0, 8, HOUR), other(10 * MINUTE, 8, 2 * HOUR)];
    assert_eq!(begins(&lived(&mut far(false), &rows, &[])), [130, 10]);
    assert_eq!(begins(&lived(&mut far(true), &rows, &[])), [60, 120]);
}

#[test]
fn it_begins_when_instances_are_up_and_data_are_in() {
    // Of 8 min of booting and 60 of staging the longer counts, and staging goes before provisioning.
    for (boot, start, staging) in [(8, 60, 60), (90, 90, 60)] {
        let terms = plimsoll::model::Rented {
            boot: Boot::Fixed(Span(boot * MINUTE)),
            ..terms()
        };
        let mut model = cluster();
        model.pools = vec![rented_pool(terms)];
        model.strategies[0].placement = Placement::PublicOnly;
        wire(&mut model, true);
        let heard = lived(&mut model, &[Row::of(0, 4, HOUR)], &[]);
        let job = &heard.jobs[0];
        assert_eq!(begins(&heard), [start]);
        assert_eq!(waited(job, Cause::Staging), staging);
        assert_eq!(waited(job, Cause::Provisioning), start - staging);
        assert_eq!(job.gpu_time[Bucket::HeldIdle], gpu_time(4, start * MINUTE));
        assert_eq!(job.end, SimTime(start * MINUTE + HOUR));
    }
}

#[test]
fn who_loses_its_node_while_it_holds_it_waits_again() {
    // Held from 0 to 30 min and from 40 on; the data come meanwhile.
    let weather = [down(30 * MINUTE, 0), up(40 * MINUTE, 0)];
    let heard = lived(&mut far(true), &[Row::of(0, 8, HOUR)], &weather);
    let job = &heard.jobs[0];
    assert_eq!(begins(&heard), [60]);
    assert_eq!(job.gpu_time[Bucket::HeldIdle], gpu_time(8, 50 * MINUTE));
    assert_eq!(job.interruptions, 0);
    assert_eq!(waited(job, Cause::Staging), 50);
    // Nothing was lost, so nothing is restored.
    assert_eq!(job.gpu_time[Bucket::Restart], 0);
}

#[test]
fn nobody_holds_gpus_for_data_that_cannot_come() {
    // The line is cut until 20 min: nothing is taken before.
    let weather = [
        Incident::link_down(SimTime(0), LinkId(0), 0),
        Incident::link_up(SimTime(20 * MINUTE), LinkId(0), 0),
    ];
    let heard = lived(&mut far(true), &[Row::of(1, 8, HOUR)], &weather);
    let job = &heard.jobs[0];
    assert_eq!(begins(&heard), [80]);
    assert_eq!(job.gpu_time[Bucket::HeldIdle], gpu_time(8, HOUR));
    // Cut when it holds them, it goes on holding.
    let weather = [
        Incident::link_down(SimTime(20 * MINUTE), LinkId(0), 0),
        Incident::link_up(SimTime(50 * MINUTE), LinkId(0), 0),
    ];
    let heard = lived(&mut far(true), &[Row::of(0, 8, HOUR)], &weather);
    let job = &heard.jobs[0];
    assert_eq!(job.gpu_time[Bucket::HeldIdle], gpu_time(8, 90 * MINUTE));
}

#[test]
fn who_reads_again_holds_nothing_for_it() {
    // The data stay in the cache: the second begins at once.
    let rows = [Row::of(0, 8, HOUR), Row::of(0, 8, HOUR)];
    let heard = lived(&mut far(true), &rows, &[]);
    assert_eq!(begins(&heard), [60, 120]);
    assert_eq!(heard.jobs[1].gpu_time[Bucket::HeldIdle], 0);
    assert_eq!(waited(&heard.jobs[1], Cause::Capacity), 120);
}

#[test]
fn the_horizon_finds_gpus_that_are_held() {
    let mut model = far(true);
    model.horizon = plimsoll::model::Horizon::At(SimTime(30 * MINUTE));
    let heard = lived(&mut model, &[Row::of(0, 8, HOUR)], &[]);
    let job = &heard.jobs[0];
    assert_eq!(job.start, None);
    assert_eq!(waited(job, Cause::Staging), 30);
    assert_eq!(job.gpu_time[Bucket::HeldIdle], gpu_time(8, 30 * MINUTE));
}

#[test]
fn every_discipline_waits_for_held_data() {
    let rows: Vec<Row> = (0..10)
        .map(|k| Row {
            class: (k % 2) as usize,
            ..Row::of(k * 5 * MINUTE, 1 + k % 8, (1 + k % 3) * HOUR)
        })
        .collect();
    for discipline in [
        Discipline::Fifo,
        Discipline::FitFirst,
        Discipline::Easy,
        Discipline::Conservative { depth: 10 },
        Discipline::ShortestRemaining,
    ] {
        let mut model = far(true);
        model.strategies = vec![StrategySettings {
            placement: Placement::PrivateOnly,
            ..StrategySettings::bare("one", discipline)
        }];
        model.horizon = plimsoll::model::Horizon::UntilEmpty;
        let heard = lived(&mut model, &rows, &[]);
        for (job, row) in heard.jobs.iter().zip(&rows) {
            let gpus = row.milli / 1000;
            let useful = job.gpu_time[Bucket::Useful];
            assert_eq!(useful, gpu_time(gpus, row.work), "{:?}", job.job);
            assert!(row.class == 1 || job.start.unwrap() >= SimTime(HOUR));
        }
    }
}
