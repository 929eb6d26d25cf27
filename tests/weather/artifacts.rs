//! Artifacts that are pulled, break and are corrupted, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, gpu_time};
use crate::common::helpers::{kms, live, of_class, out, rotated, serve};
use crate::common::wires::{GB, line, wire};
use crate::common::worlds::Row;
use crate::common::{Everything, model, owned};
use plimsoll::dice::{Dice, Purpose};
use plimsoll::journal::{Bucket, Cause, Fact, JobState};
use plimsoll::model::{
    Artifact, Dataset, Discipline, Happening, Horizon, Incident, Model, OnLoss, OnPull, Outlet,
    Packing, Rhythm, Service, ServiceKind, Site, Traffic, Uses,
};
use plimsoll::units::{
    Bandwidth, BytePrice, Bytes, DatasetId, LinkId, OutletId, ServiceId, SimTime, SiteId, Span,
};

pub(super) const MODEL: DatasetId = DatasetId(0);

/// One node of eight GPUs at an edge site; class 0 starts from 3,600 GB that come at 1 GB/s: a pull takes an hour. The
/// registry stands outside.
pub(super) fn pulling() -> Model {
    let mut model = model(
        vec![owned("edge", 1, 8, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(48 * HOUR));
    serve(&mut model, kms(OnLoss::Finish));
    model.services.list = vec![Service {
        name: "hub".to_owned(),
        kind: ServiceKind::Registry,
        shared: true,
        cache: Span::ZERO,
        ..kms(OnLoss::Finish)
    }];
    model.services.needs.clear();
    model.datasets = vec![Dataset {
        name: "llm".to_owned(),
        size: Bytes(3_600 * GB),
        kept: Vec::new(),
        storage: BytePrice(0),
        traffic: Traffic::Bulk,
        key: None,
        artifact: Some(Artifact {
            registry: ServiceId(0),
            home: None,
            rate: Some(Bandwidth(GB)),
            broken: 0,
            retry: Span(10 * MINUTE),
            key: None,
            found_by: 0,
            rollback: Span::ZERO,
        }),
    }];
    model.classes[0].data = vec![MODEL];
    model
}

pub(super) fn change(model: &mut Model, with: impl FnOnce(&mut Artifact)) {
    let artifact = model.datasets[0].artifact.as_mut();
    with(artifact.unwrap());
}

pub(super) fn start(heard: &Everything, job: usize) -> u64 {
    heard.jobs[job].start.unwrap().0
}

pub(super) fn when(heard: &Everything, wanted: impl Fn(&Fact) -> bool) -> Vec<u64> {
    let facts = heard.facts.iter();
    let found = facts.filter(|(_, fact)| wanted(fact));
    found.map(|(at, _)| at.0 / MINUTE).collect()
}

pub(super) const DONE: JobState = JobState::Finished;
pub(super) const LOST: JobState = JobState::Failed;

#[test]
fn what_jobs_start_from_is_pulled_once_and_cached() {
    let rows = [
        Row::of(0, 4, HOUR),
        Row::of(30 * MINUTE, 4, HOUR),
        of_class(1, Row::of(0, 8, 10 * MINUTE)),
        Row::of(5 * HOUR, 4, HOUR),
    ];
    let heard = live(&mut pulling(), &rows, Rhythm::NONE, &[], 0);
    // Rows are in order of arrival: the pull takes until 1 h; who needs none runs meanwhile.
    let starts: Vec<u64> = (0..4).map(|job| start(&heard, job) / MINUTE).collect();
    assert_eq!(starts, [60, 0, 60, 300]);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], HOUR);
    assert_eq!(heard.jobs[2].waits[Cause::Staging], 30 * MINUTE);
    assert_eq!(when(&heard, |f| matches!(f, Fact::Staged(..))), [60]);
}

#[test]
fn a_registry_that_is_out_breaks_pulls_and_is_why_jobs_wait() {
    // Out from 30 min to 3 h: the pull of the first breaks and begins again at 3 h.
    let rows = [Row::of(0, 4, HOUR), Row::of(HOUR, 4, HOUR)];
    let weather = out(0, 30 * MINUTE, 3 * HOUR);
    let heard = live(&mut pulling(), &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(when(&heard, |f| matches!(f, Fact::PullBroke(..))), [30]);
    assert_eq!(start(&heard, 0), 4 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], 90 * MINUTE);
    assert_eq!(heard.jobs[0].waits[Cause::Registry], 150 * MINUTE);
    assert_eq!(heard.jobs[1].waits[Cause::Registry], 2 * HOUR);
    // What is cached needs no registry.
    let rows = [Row::of(0, 4, 10 * MINUTE), Row::of(3 * HOUR, 4, HOUR)];
    let weather = out(0, 2 * HOUR, 30 * HOUR);
    let heard = live(&mut pulling(), &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(start(&heard, 1), 3 * HOUR);
}

#[test]
fn pulls_break_by_keyed_dice_and_are_tried_again() {
    let mut model = pulling();
    change(&mut model, |artifact| artifact.broken = 600_000);
    let rows = [Row::of(0, 4, HOUR)];
    let heard = live(&mut model, &rows, Rhythm::NONE, &[], 0);
    // The same dice again: how many of the first pulls break.
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let key = dice.key("llm", &model.sites[0].name);
    let breaks = |&pull: &u32| {
        let mut stream = dice.stream(key, Purpose::Pull, pull, 0);
        stream.below(1_000_000) < 600_000
    };
    let broken = (1..1000).take_while(breaks).count() as u64;
    assert!(0 < broken, "choose another seed");
    // Each pull takes an hour, and after each that broke there are ten minutes.
    assert_eq!(start(&heard, 0), (broken + 1) * HOUR + broken * 10 * MINUTE);
    let waits = heard.jobs[0].waits;
    assert_eq!(waits[Cause::Registry], broken * 10 * MINUTE);
    let broke = when(&heard, |f| matches!(f, Fact::PullBroke(..)));
    assert_eq!(broke.len() as u64, broken);
}

#[test]
fn a_replaced_key_breaks_pulls_and_what_was_pulled() {
    let mut model = pulling();
    model.services.list.push(kms(OnLoss::Finish));
    model.services.outlets.push(Outlet {
        service: ServiceId(1),
        site: SiteId(0),
    });
    change(&mut model, |artifact| artifact.key = Some(ServiceId(1)));
    // Replaced at 30 min: the pull breaks, the next begins ten minutes later and ends at 1:40.
    let rows = [Row::of(0, 4, HOUR)];
    let weather = [rotated(1, 30 * MINUTE, 0)];
    let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(start(&heard, 0), 100 * MINUTE);
    // Replaced while the first runs: it runs on; the second has to pull again.
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(2 * HOUR, 4, HOUR)];
    let weather = [rotated(1, 90 * MINUTE, 0)];
    let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(heard.jobs[0].end, SimTime(3 * HOUR));
    assert_eq!(start(&heard, 1), 3 * HOUR);
    // Its key is away: it cannot be pulled, which is why it waits.
    let rows = [Row::of(HOUR, 4, HOUR)];
    let heard = live(&mut model, &rows, Rhythm::NONE, &out(1, 0, 2 * HOUR), 0);
    assert_eq!(heard.jobs[0].waits[Cause::Key], HOUR);
    assert_eq!(start(&heard, 0), 3 * HOUR);
}

/// Corrupted at 3 h, known two hours later, rolled back after one more.
pub(super) fn corrupted(fails_after: u64) -> [Incident; 3] {
    let (artifact, site) = (MODEL, SiteId(0));
    let fails_after = Span(fails_after);
    [
        (
            3,
            Happening::Corrupted {
                artifact,
                site,
                fails_after,
            },
        ),
        (5, Happening::Detected { artifact, site }),
        (6, Happening::RolledBack { artifact, site }),
    ]
    .map(|(hours, what)| Incident::terms(SimTime(hours * HOUR), what))
}

#[test]
fn what_starts_on_a_corrupted_version_fails_until_it_is_rolled_back() {
    let rows = [
        Row::of(0, 1, 5 * HOUR),
        Row::of(3 * HOUR + MINUTE, 2, HOUR),
        Row::of(4 * HOUR, 4, 5 * MINUTE),
        Row::of(4 * HOUR + 50 * MINUTE, 1, HOUR),
        Row::of(5 * HOUR + 30 * MINUTE, 1, HOUR),
    ];
    let heard = live(
        &mut pulling(),
        &rows,
        Rhythm::NONE,
        &corrupted(30 * MINUTE),
        0,
    );
    let states: Vec<JobState> = heard.jobs.iter().map(|job| job.state).collect();
    // The first started before; the second fails after half an hour; the third is over before it could; the fourth
    // is found running when it is known.
    assert_eq!(states, [DONE, LOST, DONE, LOST, DONE]);
    assert_eq!(heard.jobs[0].end, SimTime(6 * HOUR));
    let ends: Vec<u64> = [1, 3]
        .map(|job: usize| heard.jobs[job].end.0 / MINUTE)
        .to_vec();
    assert_eq!(ends, [211, 300]);
    assert_eq!(
        heard.jobs[1].gpu_time[Bucket::Failed],
        gpu_time(2, 30 * MINUTE)
    );
    assert_eq!(
        heard.jobs[3].gpu_time[Bucket::Failed],
        gpu_time(1, 10 * MINUTE)
    );
    // 2 GPUs for 30 min and one for 10.
    assert_eq!(heard.run.spoiled_jobs, 2);
    assert_eq!(heard.run.spoiled_time, gpu_time(1, 70 * MINUTE));
    assert_eq!(when(&heard, |f| matches!(f, Fact::Spoiled(_))), [211, 300]);
    // The last waits half an hour until it is rolled back and pulls for an hour.
    assert_eq!(heard.jobs[4].waits[Cause::Registry], 30 * MINUTE);
    assert_eq!(heard.jobs[4].waits[Cause::Staging], HOUR);
    assert_eq!(start(&heard, 4), 7 * HOUR);
}

#[test]
fn at_once_is_at_once() {
    let rows = [
        Row::of(0, 1, HOUR),
        Row::of(4 * HOUR, 8, HOUR),
        Row::of(4 * HOUR, 8, HOUR),
    ];
    let heard = live(&mut pulling(), &rows, Rhythm::NONE, &corrupted(0), 0);
    for job in &heard.jobs[1..] {
        assert_eq!((job.state, job.end), (JobState::Failed, SimTime(4 * HOUR)));
    }
    assert_eq!((heard.run.spoiled_jobs, heard.run.spoiled_time), (2, 0));
}

#[test]
fn a_job_that_starts_again_starts_on_what_is_there() {
    let mut model = pulling();
    // It is interrupted at 3:30 and starts again on the corrupted version; a fault ends the first stretch.
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let mut weather = corrupted(20 * MINUTE).to_vec();
    let at = SimTime(3 * HOUR + 30 * MINUTE);
    let pool = plimsoll::units::PoolId(0);
    weather.push(Incident::down(at, pool, 0, 1));
    weather.push(Incident::up(at + Span(10 * MINUTE), pool, 0, 1));
    let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(heard.jobs[0].state, JobState::Failed);
    assert_eq!(heard.jobs[0].end, SimTime(4 * HOUR));
}

/// As [`pulling`], with a registry at a second site and a line of 2 GB/s from there.
fn wired() -> Model {
    let mut model = pulling();
    model.sites.push(Site::bare("core"));
    model.services.outlets.push(Outlet {
        service: ServiceId(0),
        site: SiteId(1),
    });
    change(&mut model, |artifact| artifact.home = Some(SiteId(1)));
    wire(&mut model, line((1, 0), 2 * GB, 20_000));
    model
}

#[test]
fn where_a_link_leads_artifacts_come_over_it() {
    let rows = [Row::of(0, 4, HOUR)];
    let heard = live(&mut wired(), &rows, Rhythm::NONE, &[], 0);
    assert_eq!(start(&heard, 0), 30 * MINUTE);
    let ticks = 72 * plimsoll::units::Money::TICKS_PER_UNIT;
    assert_eq!(heard.pools[0].egress_cost.0, ticks);
    // Cut from 10 min to 2 h: 20 min of transfer are left then.
    let link = LinkId(0);
    let weather = [
        Incident::link_down(SimTime(10 * MINUTE), link, 0),
        Incident::link_up(SimTime(2 * HOUR), link, 0),
    ];
    let heard = live(&mut wired(), &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(start(&heard, 0), 140 * MINUTE);
    assert_eq!(heard.jobs[0].waits[Cause::Link], 110 * MINUTE);
    // The registry goes out at 10 min, for an hour: it begins anew, and what came before was in vain and free.
    let weather = out(0, 10 * MINUTE, 70 * MINUTE);
    let heard = live(&mut wired(), &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(start(&heard, 0), 100 * MINUTE);
    assert_eq!(heard.pools[0].egress_cost.0, ticks);
    let lost = when(&heard, |f| *f == Fact::ServiceLost(OutletId(0)));
    assert_eq!(lost, [10]);
}

#[test]
fn pulls_break_off_when_nobody_vouches_for_them() {
    // Out from 20 min on, for three hours; nothing is cached. What is pulled since 0:00 comes at 1:00, or breaks off.
    let pulled = |pull| {
        let mut model = pulling();
        model.services.list.push(Service {
            name: "sso".to_owned(),
            kind: ServiceKind::Identity,
            cache: Span::ZERO,
            uses: Uses {
                pull,
                ..Uses::default()
            },
            ..kms(OnLoss::Finish)
        });
        model.services.outlets.push(Outlet {
            service: ServiceId(1),
            site: SiteId(0),
        });
        model.services.needs = vec![vec![OutletId(1)], Vec::new()];
        let weather = out(1, 20 * MINUTE, 200 * MINUTE);
        let heard = live(
            &mut model,
            &[Row::of(0, 4, HOUR)],
            Rhythm::NONE,
            &weather,
            0,
        );
        let broke = when(&heard, |f| matches!(f, Fact::PullBroke(..)));
        (start(&heard, 0) / MINUTE, broke)
    };
    assert_eq!(pulled(OnPull::Finish), (200, vec![]));
    assert_eq!(pulled(OnPull::Break), (260, vec![20]));
}
