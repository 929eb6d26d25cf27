//! Identity providers and the credentials that they give out, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, gpu_time};
use crate::common::helpers::{HOURLY, kms, live, out, rotated, serve};
use crate::common::worlds::Row;
use crate::common::{Everything, model, owned};
use plimsoll::journal::{Bucket, Cause, Fact, JobState};
use plimsoll::model::{
    Discipline, Happening, Horizon, Incident, Model, OnLoss, OnSubmit, OnSync, Packing, Rhythm,
    Service, ServiceKind, Uses,
};
use plimsoll::units::{OutletId, SimTime, Span};

/// One node of eight GPUs; credentials last two hours.
fn federated(on_loss: OnLoss, expires: Option<Span>) -> Model {
    let mut model = model(
        vec![owned("own", 1, 8, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    let provider = Service {
        name: "sso".to_owned(),
        kind: ServiceKind::Identity,
        cache: Span(2 * HOUR),
        expires,
        ..kms(on_loss)
    };
    serve(&mut model, provider);
    model
}

fn when(heard: &Everything, wanted: impl Fn(&Fact) -> bool) -> Vec<u64> {
    let facts = heard.facts.iter();
    let found = facts.filter(|(_, fact)| wanted(fact));
    found.map(|(at, _)| at.0 / MINUTE).collect()
}

#[test]
fn nobody_starts_once_credentials_have_ended() {
    // Out from 1 h to 6 h; what was given out serves until 3 h.
    let rows = [Row::of(2 * HOUR, 1, HOUR), Row::of(4 * HOUR, 1, HOUR)];
    let weather = out(0, HOUR, 6 * HOUR);
    let mut model = federated(OnLoss::Finish, None);
    let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(heard.jobs[0].start, Some(SimTime(2 * HOUR)));
    assert_eq!(heard.jobs[1].start, Some(SimTime(6 * HOUR)));
    assert_eq!(heard.jobs[1].waits[Cause::Identity], 2 * HOUR);
}

#[test]
fn a_job_that_outlives_its_credential_fails_at_its_next_sync() {
    // Credentials end after 2:30: a job of 5 h with hourly checkpoints writes the next one at 3 h.
    let rows = [Row::of(0, 8, 5 * HOUR), Row::of(HOUR, 8, 2 * HOUR)];
    let mut model = federated(OnLoss::Finish, Some(Span(150 * MINUTE)));
    let heard = live(&mut model, &rows, HOURLY, &[], 0);
    let job = &heard.jobs[0];
    assert_eq!((job.state, job.end), (JobState::Failed, SimTime(3 * HOUR)));
    assert_eq!(job.gpu_time[Bucket::Failed], gpu_time(8, 3 * HOUR));
    assert_eq!(when(&heard, |f| matches!(f, Fact::Expired(_))), [180]);
    // The second is over before its credential is.
    assert_eq!(heard.jobs[1].state, JobState::Finished);
    assert_eq!(heard.run.expired_jobs, 1);
    // Who writes nothing syncs nothing; who renews does not outlive.
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let heard = live(&mut model, &rows, Rhythm::NONE, &[], 0);
    assert_eq!(heard.jobs[0].state, JobState::Finished);
    let mut model = federated(OnLoss::Finish, None);
    let heard = live(&mut model, &rows, HOURLY, &[], 0);
    assert_eq!(heard.jobs[0].end, SimTime(5 * HOUR));
}

#[test]
fn a_sync_with_a_write_ends_after_its_write() {
    // Cycles of 66 min end at 66, 132, 198: the first at or after 150 min.
    let rhythm = Rhythm {
        write: Span(6 * MINUTE),
        ..HOURLY
    };
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let mut model = federated(OnLoss::Finish, Some(Span(150 * MINUTE)));
    let heard = live(&mut model, &rows, rhythm, &[], 0);
    assert_eq!(heard.jobs[0].end, SimTime(198 * MINUTE));
}

#[test]
fn a_job_that_starts_again_has_a_new_credential() {
    // A fault at 2:15 takes it back to 2 h; from 2:20 on its new credential lasts until 4:50, and the 3 h that are
    // left write at 3:20 and 4:20 and end at 5:20.
    let pool = plimsoll::units::PoolId(0);
    let weather = [
        Incident::down(SimTime(135 * MINUTE), pool, 0, 1),
        Incident::up(SimTime(140 * MINUTE), pool, 0, 1),
    ];
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let mut model = federated(OnLoss::Finish, Some(Span(150 * MINUTE)));
    let heard = live(&mut model, &rows, HOURLY, &weather, 0);
    let job = &heard.jobs[0];
    assert_eq!(
        (job.state, job.end),
        (JobState::Finished, SimTime(320 * MINUTE))
    );
}

/// Revoked at an instant; new credentials are given out after so long.
fn revoked(at: u64, after: u64) -> Vec<Incident> {
    let (outlet, voids) = (OutletId(0), true);
    vec![
        Incident::terms(SimTime(at), Happening::Revoked { outlet }),
        Incident::terms(SimTime(at), Happening::ServiceDown { outlet, voids }),
        Incident::terms(SimTime(at + after), Happening::ServiceUp { outlet }),
    ]
}

#[test]
fn what_is_revoked_stops_at_once_whatever_was_declared() {
    let rows = [
        Row::of(0, 4, 4 * HOUR),
        crate::common::helpers::of_class(1, Row::of(0, 4, 4 * HOUR)),
        Row::of(100 * MINUTE, 4, HOUR),
    ];
    let mut model = federated(OnLoss::Finish, None);
    let heard = live(&mut model, &rows, HOURLY, &revoked(90 * MINUTE, HOUR), 0);
    // It falls back to 1 h, re-authenticates at 2:30 and runs the other 3 h.
    let jobs: Vec<u64> = heard.jobs.iter().map(|job| job.end.0 / MINUTE).collect();
    assert_eq!(jobs[0], 330);
    let stopped = when(&heard, |f| matches!(f, Fact::Revoked(_)));
    assert_eq!((stopped, heard.run.revoked_jobs), (vec![90], 1));
    // Who needs no credential runs on; who comes meanwhile waits for one.
    assert_eq!(jobs[1], 240);
    assert_eq!(heard.jobs[2].waits[Cause::Identity], 50 * MINUTE);
}

#[test]
fn a_certificate_that_expired_is_felt_at_once() {
    let (outlet, voids) = (OutletId(0), true);
    let weather = [
        Incident::terms(SimTime(HOUR), Happening::ServiceDown { outlet, voids }),
        Incident::terms(SimTime(3 * HOUR), Happening::ServiceUp { outlet }),
    ];
    let rows = [Row::of(0, 4, 4 * HOUR), Row::of(HOUR + MINUTE, 4, HOUR)];
    let mut model = federated(OnLoss::Stop, None);
    let heard = live(&mut model, &rows, HOURLY, &weather, 0);
    assert_eq!(heard.jobs[0].end, SimTime(6 * HOUR));
    assert_eq!(heard.jobs[1].waits[Cause::Identity], 119 * MINUTE);
    assert_eq!(heard.run.revoked_jobs, 0);
    // Credentials that are replaced at once stop what holds the old ones, which starts again with the new ones.
    let weather = [rotated(0, 90 * MINUTE, 0)];
    let heard = live(&mut model, &rows[..1], HOURLY, &weather, 0);
    assert_eq!(heard.jobs[0].end, SimTime(4 * HOUR + 30 * MINUTE));
}

/// As [`federated`], with a word on each use.
fn told_apart(on_loss: OnLoss, expires: Option<Span>, uses: Uses) -> Model {
    let mut model = federated(on_loss, expires);
    model.services.list[0].uses = uses;
    model
}

#[test]
fn who_comes_while_the_provider_is_out_starts_waits_or_fails() {
    // Out from 1 h to 6 h; what was given out serves until 3 h.
    let rows = [Row::of(2 * HOUR, 1, HOUR), Row::of(4 * HOUR, 1, HOUR)];
    let weather = out(0, HOUR, 6 * HOUR);
    let played = |submit| {
        let uses = Uses {
            submit,
            ..Uses::default()
        };
        let mut model = told_apart(OnLoss::Finish, None, uses);
        live(&mut model, &rows, Rhythm::NONE, &weather, 0)
    };
    let starts = |heard: &Everything| -> Vec<Option<u64>> {
        let jobs = heard.jobs.iter();
        jobs.map(|job| job.start.map(|at| at.0 / HOUR)).collect()
    };
    assert_eq!(starts(&played(OnSubmit::Cached)), [Some(2), Some(6)]);
    let closed = played(OnSubmit::Closed);
    assert_eq!(starts(&closed), [Some(6), Some(6)]);
    assert_eq!(closed.jobs[0].waits[Cause::Identity], 4 * HOUR);
    let failed = played(OnSubmit::Fail);
    assert_eq!(starts(&failed), [Some(2), None]);
    let second = &failed.jobs[1];
    assert_eq!(
        (second.state, second.end),
        (JobState::Failed, SimTime(4 * HOUR))
    );
    assert_eq!(when(&failed, |f| matches!(f, Fact::Denied(_))), [240]);
    assert_eq!(failed.run.denied_jobs, 1);
}

#[test]
fn a_checkpoint_that_cannot_be_synced_fails_stops_or_is_written() {
    // Out from 1 h to 9 h, what was given out serves until 3 h; who reads goes on. The next checkpoint that counts after
    // that is the one of 4 h.
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let weather = out(0, HOUR, 9 * HOUR);
    let played = |on_loss, sync, rhythm| {
        let uses = Uses {
            sync,
            ..Uses::default()
        };
        let mut model = told_apart(on_loss, None, uses);
        let heard = live(&mut model, &rows, rhythm, &weather, 0);
        (heard.jobs[0].state, heard.jobs[0].end.0 / MINUTE)
    };
    let (read, done) = (OnLoss::GoOn, JobState::Finished);
    assert_eq!(played(read, OnSync::Fail, HOURLY), (JobState::Failed, 240));
    assert_eq!(played(read, OnSync::GoOn, HOURLY), (done, 300));
    // Falls back to 3 h and runs two hours from 9 h on.
    assert_eq!(played(read, OnSync::Stop, HOURLY), (done, 660));
    // Who writes nothing syncs nothing.
    assert_eq!(played(read, OnSync::Fail, Rhythm::NONE), (done, 300));
    // Who stops reading at its checkpoint keeps it, whatever a sync would do.
    assert_eq!(played(OnLoss::Finish, OnSync::Fail, HOURLY), (done, 600));
}

#[test]
fn a_job_that_outlives_its_credential_may_get_a_new_one() {
    // Credentials end after 2:30. At 3:00 it goes back to 2 h and starts again at once, until 6:00.
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let played = |sync| {
        let uses = Uses {
            sync,
            ..Uses::default()
        };
        let mut model = told_apart(OnLoss::Finish, Some(Span(150 * MINUTE)), uses);
        let heard = live(&mut model, &rows, HOURLY, &[], 0);
        (heard.jobs[0].end.0 / MINUTE, heard.jobs[0].interruptions)
    };
    assert_eq!(played(OnSync::Stop), (360, 1));
    assert_eq!(played(OnSync::GoOn), (300, 0));
}
