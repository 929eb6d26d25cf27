//! Versions of artifacts that are bad: those that come by law, and those that jobs find out by failing.

use super::artifacts::{DONE, LOST, MODEL, change, pulling};
use crate::common::clouds::{HOUR, MINUTE};
use crate::common::helpers::live;
use crate::common::worlds::Row;
use plimsoll::dice::Dice;
use plimsoll::journal::Cause;
use plimsoll::model::{Happening, Horizon, Incident, Model, Releases, Rhythm, Timeline};
use plimsoll::process::Law;
use plimsoll::units::{SimTime, SiteId, Span};

#[test]
fn a_bad_version_is_found_when_enough_jobs_have_failed_on_it() {
    // Bad from 2 h on; a job fails half an hour after its start. Two that fail tell what it is: those of 2:00 and 3:00, the
    // second at 3:30. Whoever runs on it then fails too; an hour later it is rolled back and pulled, which takes another.
    let mut model = pulling();
    change(&mut model, |artifact| {
        artifact.found_by = 2;
        artifact.rollback = Span(HOUR);
    });
    let (artifact, site, fails_after) = (MODEL, SiteId(0), Span(30 * MINUTE));
    let bad = Happening::Corrupted {
        artifact,
        site,
        fails_after,
    };
    let weather = [Incident::terms(SimTime(2 * HOUR), bad)];
    let rows = [
        Row::of(0, 2, 8 * HOUR),
        Row::of(2 * HOUR, 2, HOUR),
        Row::of(3 * HOUR, 2, HOUR),
        Row::of(200 * MINUTE, 2, HOUR),
        Row::of(4 * HOUR, 2, HOUR),
    ];
    let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
    let told: Vec<_> = heard
        .jobs
        .iter()
        .map(|job| (job.state, job.end.0 / MINUTE))
        .collect();
    assert_eq!(
        told,
        [
            (DONE, 540),
            (LOST, 150),
            (LOST, 210),
            (LOST, 210),
            (DONE, 390)
        ]
    );
    assert_eq!(heard.jobs[4].waits[Cause::Registry], 30 * MINUTE);
    assert_eq!(heard.run.spoiled_jobs, 3);
    // What a script knows later is known already, and nothing is pulled twice.
    let script = [
        weather[0],
        Incident::terms(SimTime(5 * HOUR), Happening::Detected { artifact, site }),
        Incident::terms(SimTime(6 * HOUR), Happening::RolledBack { artifact, site }),
    ];
    let again = live(&mut model, &rows, Rhythm::NONE, &script, 0);
    assert_eq!(again.jobs, heard.jobs);
}

#[test]
fn versions_come_by_law_and_a_share_of_them_is_bad() {
    let mut model = pulling();
    model.horizon = Horizon::At(SimTime(100_000 * HOUR));
    model.weather.releases = vec![Releases {
        artifact: MODEL,
        name: "llm".to_owned(),
        sites: vec![SiteId(0)],
        every: Law::Exponential {
            mean: (50 * HOUR) as f64,
        },
        bad: 250_000,
        fails_after: Span::ZERO,
    }];
    let sampled = |model: &Model, replication| {
        let dice = Dice {
            seed: 5,
            replication,
        };
        let mut timeline = Timeline::default();
        Timeline::sample(model, &dice, &mut timeline);
        timeline.weather
    };
    let weather = sampled(&model, 0);
    let bad = |incident: &&Incident| matches!(incident.what, Happening::Corrupted { .. });
    // 2,000 versions, a quarter of them bad: 500, give or take √(2,000 × .25) = 22.
    let count = weather.iter().filter(bad).count();
    assert!((500 - 90..500 + 90).contains(&count), "{count}");
    // A good one that follows a bad one takes its place; three of four bad ones are followed by one.
    let mends = weather.len() - count;
    assert!(
        (count * 3 / 4 - 60..count * 3 / 4 + 60).contains(&mends),
        "{mends}"
    );
    // A longer run, or another artifact, changes nothing of it.
    model.horizon = Horizon::At(SimTime(150_000 * HOUR));
    let longer = sampled(&model, 0);
    assert_eq!(longer[..weather.len()], weather[..]);
    assert_ne!(sampled(&model, 1), longer);
    model.weather.releases[0].bad = 0;
    assert_eq!(sampled(&model, 0), []);
}
