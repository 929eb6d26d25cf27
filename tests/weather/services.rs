//! Random small worlds in bad weather whose jobs need keys that cannot always be had: what must hold, holds.

use std::collections::BTreeSet;

use crate::common::cases::{quietly, runner};
use crate::common::checks::Run;
use crate::common::helpers::{kms, out, rotated};
use crate::common::storms::stormy_worlds;
use crate::common::{Everything, play, play_in};
use crate::lapses::{both, covered, lapses};
use plimsoll::engine::Scratch;
use plimsoll::journal::{Cause, Fact};
use plimsoll::model::{
    Artifact, Dataset, Happening, Incident, Model, OnLoss, Outlet, Service, ServiceKind, Services,
    Site, Timeline, Traffic,
};
use plimsoll::units::{
    Bandwidth, BytePrice, Bytes, DatasetId, JobId, OutletId, PoolId, ServiceId, SimTime, SiteId,
    Span,
};
use proptest::prelude::*;

/// What goes out: at which of two sites, when, for how long; and when keys are replaced there.
#[derive(Clone, Debug)]
pub(crate) struct Troubles {
    outages: Vec<(u32, u64, u64)>,
    rotations: Vec<(u32, u64, u64)>,
    cache: u64,
    on_loss: OnLoss,
    /// Pulls that break, in millionths.
    broken: u32,
    /// Which site has a corrupted version, when, and how long until it fails, is known and rolled back.
    corrupted: Vec<(u16, u64, [u64; 3])>,
}

pub(crate) fn troubles() -> impl Strategy<Value = Troubles> {
    let outage = (0u32..4, 0u64..20_000_000, 1u64..7_200_000);
    let rotation = (
        0u32..2,
        0u64..20_000_000,
        prop::sample::select(vec![0, 1, 900_000]),
    );
    (
        prop::collection::vec(outage, 1..8),
        prop::collection::vec(rotation, 0..3),
        prop::sample::select(vec![0u64, 1, 600_000, 3_600_000]),
        prop::sample::select(vec![OnLoss::Finish, OnLoss::Stop]),
        prop::sample::select(vec![0, 300_000]),
        prop::collection::vec(corrupted(), 0..3),
    )
        .prop_map(
            |(outages, rotations, cache, on_loss, broken, corrupted)| Troubles {
                outages,
                rotations,
                cache,
                on_loss,
                broken,
                corrupted,
            },
        )
}

fn corrupted() -> impl Strategy<Value = (u16, u64, [u64; 3])> {
    let spans = (0u64..1_000_000, 1u64..3_000_000, 0u64..2_000_000);
    let spans = spans.prop_map(|(fails, known, back)| [fails, known, back]);
    (0u16..2, 0u64..15_000_000, spans)
}

/// What jobs of the second class start from; a pull takes ten minutes.
fn artifact(broken: u32) -> Dataset {
    Dataset {
        name: "image".to_owned(),
        size: Bytes(600_000_000_000),
        kept: Vec::new(),
        storage: BytePrice(0),
        traffic: Traffic::Bulk,
        key: None,
        artifact: Some(Artifact {
            registry: ServiceId(1),
            home: None,
            rate: Some(Bandwidth(1_000_000_000)),
            broken,
            retry: Span(60_000),
            key: None,
            found_by: 0,
            rollback: Span::ZERO,
        }),
    }
}

fn corrupt(timeline: &mut Timeline, troubles: &Troubles) {
    let artifact = DatasetId(0);
    for &(site, at, [fails, known, back]) in &troubles.corrupted {
        let (site, fails_after) = (SiteId(site), Span(fails));
        let mut push = |at, what| timeline.weather.push(Incident::terms(SimTime(at), what));
        push(
            at,
            Happening::Corrupted {
                artifact,
                site,
                fails_after,
            },
        );
        push(at + known, Happening::Detected { artifact, site });
        push(at + known + back, Happening::RolledBack { artifact, site });
    }
}

/// Every other pool goes to a second site; jobs of the first class need a key at both.
pub(crate) fn trouble(model: &mut Model, timeline: &mut Timeline, troubles: &Troubles) {
    for pool in model.pools.iter_mut().skip(1).step_by(2) {
        pool.site = SiteId(1);
    }
    model.sites.push(Site::bare("far"));
    let outlet = |service, site| Outlet {
        service: ServiceId(service),
        site: SiteId(site),
    };
    let registry = Service {
        kind: ServiceKind::Registry,
        cache: Span::ZERO,
        ..kms(OnLoss::Finish)
    };
    model.datasets = vec![artifact(troubles.broken)];
    model.classes[1].data = vec![DatasetId(0)];
    let mut needs = vec![Vec::new(); model.classes.len() * model.sites.len()];
    needs[0] = vec![OutletId(0)];
    needs[1] = vec![OutletId(1)];
    model.services = Services {
        list: vec![
            Service {
                cache: Span(troubles.cache),
                ..kms(troubles.on_loss)
            },
            registry,
        ],
        outlets: vec![outlet(0, 0), outlet(0, 1), outlet(1, 0), outlet(1, 1)],
        needs,
    };
    for &(site, from, span) in &troubles.outages {
        timeline.weather.extend(out(site, from, from + span));
    }
    for &(site, at, overlap) in &troubles.rotations {
        timeline.weather.push(rotated(site, at, overlap));
    }
    corrupt(timeline, troubles);
    Incident::put_in_order(&mut timeline.weather);
}

struct Keyed<'a> {
    model: &'a Model,
    timeline: &'a Timeline,
    at_site: [Vec<(u64, u64)>; 2],
}

impl Keyed<'_> {
    fn needs_key(&self, job: JobId) -> bool {
        let shape = self.timeline.requests[job.index()].shape;
        self.model.class_of(shape).0 == 0
    }

    fn lapses(&self, pool: PoolId) -> &[(u64, u64)] {
        &self.at_site[self.model.pool(pool).site.index()]
    }

    /// Nothing starts without its key, and where work must stop nothing runs on.
    fn fails_closed(&self, heard: &Everything, on_loss: OnLoss) {
        let mut running: BTreeSet<(JobId, PoolId)> = BTreeSet::new();
        let mut before = SimTime::ZERO;
        for &(at, fact) in &heard.facts {
            if before < at && on_loss == OnLoss::Stop {
                for &(job, pool) in &running {
                    let mut lapses = self.lapses(pool).iter();
                    let lapsed = lapses.any(|&(lapse, back)| lapse <= before.0 && before.0 < back);
                    assert!(!lapsed, "{job:?} runs on at {before:?}");
                }
            }
            before = at;
            match fact {
                Fact::Placed(job, pool) if self.needs_key(job) => {
                    let mut lapses = self.lapses(pool).iter();
                    let lapsed = lapses.any(|&(lapse, back)| lapse <= at.0 && at.0 < back);
                    assert!(!lapsed, "{job:?} is placed at {at:?}");
                }
                Fact::Started(job, pool) if self.needs_key(job) => {
                    let mut lapses = self.lapses(pool).iter();
                    let lapsed = lapses.any(|&(lapse, back)| lapse < at.0 && at.0 < back);
                    assert!(!lapsed, "{job:?} starts at {at:?}");
                    running.insert((job, pool));
                }
                Fact::Interrupted(job, pool)
                | Fact::Preempted(job, pool)
                | Fact::Warned(job, pool) => {
                    running.remove(&(job, pool));
                }
                Fact::Ended(job, _) => running.retain(|&(running, _)| running != job),
                _ => {}
            }
        }
    }

    /// Who failed on a corrupted version started while a site had it, and what it held is the harm.
    fn harm_is_counted(&self, heard: &Everything) {
        let spoiled: BTreeSet<JobId> = heard
            .facts
            .iter()
            .filter_map(|&(_, fact)| match fact {
                Fact::Spoiled(job) => Some(job),
                _ => None,
            })
            .collect();
        let mut harm = 0;
        for &job in &spoiled {
            assert!(!self.needs_key(job), "only the second class uses artifacts");
            let record = &heard.jobs[job.index()];
            let site = self.model.pool(record.pool.unwrap()).site;
            let started = heard.facts.iter().rev().find_map(|&(at, fact)| match fact {
                Fact::Started(of, _) if of == job => Some(at),
                _ => None,
            });
            let mut bad = false;
            for incident in &self.timeline.weather {
                if incident.at > started.unwrap() {
                    break;
                }
                match incident.what {
                    Happening::Corrupted { site: at, .. } if at == site => bad = true,
                    Happening::Detected { site: at, .. }
                    | Happening::RolledBack { site: at, .. }
                        if at == site =>
                    {
                        bad = false;
                    }
                    _ => {}
                }
            }
            assert!(bad, "{job:?} started on a good version");
            harm += record.gpu_time.allocated();
        }
        assert_eq!(heard.run.spoiled_jobs as usize, spoiled.len());
        assert_eq!(heard.run.spoiled_time, harm);
    }

    /// Who waits all the time in the line waits for its key at least while no site has it, and at most while some
    /// site has not.
    fn waits_for_keys(&self, heard: &Everything) {
        let none = both(&self.at_site[0], &self.at_site[1]);
        let refused: BTreeSet<JobId> = heard
            .facts
            .iter()
            .filter_map(|&(_, fact)| match fact {
                Fact::Refused(job, _) | Fact::Interrupted(job, _) => Some(job),
                _ => None,
            })
            .collect();
        for record in &heard.jobs {
            let waited = record.waits[Cause::Key];
            if !self.needs_key(record.job) {
                assert_eq!(waited, 0, "{:?} needs no key", record.job);
                continue;
            }
            let to = record.start.unwrap_or(record.end).0 - record.waits[Cause::Provisioning];
            if refused.contains(&record.job)
                || record.state == plimsoll::journal::JobState::Rejected
            {
                continue;
            }
            let from = record.submit.0;
            let least = covered(&none, from, to);
            let most = covered(&self.at_site[0], from, to) + covered(&self.at_site[1], from, to);
            assert!(
                least <= waited,
                "{:?} waits {waited} of {least}",
                record.job
            );
            assert!(waited <= most, "{:?} waits {waited} of {most}", record.job);
        }
    }
}

#[test]
fn nothing_starts_without_its_key_and_everything_adds_up() {
    let spoiled = std::cell::Cell::new(0);
    let (waited, stopped) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    runner(120)
        .run(
            &(stormy_worlds(), troubles()),
            |((mut model, mut timeline), troubles)| {
                trouble(&mut model, &mut timeline, &troubles);
                let keyed = Keyed {
                    model: &model,
                    timeline: &timeline,
                    at_site: [0, 1].map(|site| lapses(&timeline, site, troubles.cache)),
                };
                let mut scratch = Scratch::default();
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let heard = play(&model, &timeline, strategy);
                        keyed.fails_closed(&heard, troubles.on_loss);
                        keyed.waits_for_keys(&heard);
                        keyed.harm_is_counted(&heard);
                        Run {
                            model: &model,
                            timeline: &timeline,
                            strategy,
                            heard: &heard,
                        }
                        .check();
                        // Nothing of one run is left in the next.
                        let again = play_in(&model, &timeline, strategy, &mut scratch);
                        assert!(heard == again);
                        let keys = heard.jobs.iter().map(|job| job.waits[Cause::Key]);
                        waited.set(waited.get() + keys.filter(|&wait| wait > 0).count());
                        let lost = heard.facts.iter();
                        let lost = lost.filter(|(_, fact)| matches!(fact, Fact::ServiceLost(_)));
                        stopped.set(stopped.get() + lost.count());
                        spoiled.set(spoiled.get() + heard.run.spoiled_jobs);
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(waited.get() > 500, "{}", waited.get());
    assert!(spoiled.get() > 500, "{}", spoiled.get());
    assert!(stopped.get() > 500, "{}", stopped.get());
}

#[test]
fn a_service_that_always_answers_leaves_the_same_hash() {
    runner(40)
        .run(&stormy_worlds(), |(mut model, timeline)| {
            let troubles = Troubles {
                outages: Vec::new(),
                rotations: Vec::new(),
                cache: 0,
                on_loss: OnLoss::Stop,
                broken: 0,
                corrupted: Vec::new(),
            };
            let mut same = timeline.clone();
            trouble(&mut model, &mut same, &troubles);
            // Artifacts have to be pulled: with keys alone.
            model.datasets.clear();
            model.classes[1].data.clear();
            let calm = Model {
                services: Services::default(),
                ..model.clone()
            };
            for strategy in 0..model.strategies.len() {
                quietly(|| {
                    let left = play(&calm, &timeline, strategy);
                    let right = play(&model, &same, strategy);
                    assert!(left.facts == right.facts && left.jobs == right.jobs);
                    assert_eq!(left.run.digest, right.run.digest);
                })?;
            }
            Ok(())
        })
        .unwrap();
}
