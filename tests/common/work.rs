//! What each job had done when, told again from its life, and that it crashed in time.

use plimsoll::dice::{Dice, Purpose};
use plimsoll::journal::Fact;
use plimsoll::model::{Happening, Incident, Model, Rhythm, Timeline};
use plimsoll::process::exponential_ms;
use plimsoll::units::{JobId, PoolId};

use super::Everything;
use super::attempt::Ending;
use super::life::{Life, class_of, preemption, restart_of, rhythm};

/// The world in which attempts of transforms that ask for GPUs were jobs that came by themselves, when they did: they are
/// counted again like all others. None of them is one of its own.
pub fn with_errands(timeline: &Timeline, heard: &Everything) -> Option<Timeline> {
    if timeline.errands.is_empty() {
        return None;
    }
    let mut all = timeline.clone();
    for errand in std::mem::take(&mut all.errands) {
        all.requests.push(errand.request);
        all.truth.push(errand.truth);
    }
    for &(at, fact) in &heard.facts {
        if let Fact::Submitted(job) = fact {
            all.requests[job.index()].submit = at;
        }
    }
    Some(all)
}

/// A job's work against what it ran, attempt by attempt.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    /// Work that was kept before the last attempt.
    pub before: u64,
    /// Work done in the last attempt.
    pub last: u64,
    /// When the last attempt began to work, its restart over.
    pub from: u64,
    /// The speed of the last attempt, in ‰.
    pub speed: u64,
    /// The checkpoints of the last attempt.
    pub rhythm: Option<Rhythm>,
}

impl Work {
    /// When the last attempt would have ended if so much work were to be done in all.
    pub fn ends(&self, goal: u64) -> u64 {
        let mut left = ((goal - self.before) * 1000).div_ceil(self.speed);
        let mut at = self.from;
        let rhythm = self.rhythm.unwrap();
        while left > rhythm.interval.0 {
            left -= rhythm.interval.0;
            at += rhythm.interval.0 + rhythm.write.0;
        }
        at + left
    }
}

/// What a job that ended did.
pub fn work_done(model: &Model, timeline: &Timeline, job: JobId, life: &Life) -> Work {
    let class = class_of(model, timeline, job);
    let restart = restart_of(preemption(model, timeline, job));
    let mut work = Work::default();
    let mut ran = false;
    for attempt in &life.attempts {
        let Some(started) = attempt.started else {
            continue;
        };
        let pays = if ran { restart } else { 0 };
        ran = true;
        let rhythm = rhythm(model, timeline, job, attempt.pool);
        let speed = u64::from(model.pool(attempt.pool).speed[class]);
        work.before += work.last;
        work.last = attempt.kept_run(rhythm, pays) * speed / 1000;
        work.from = started + pays;
        work.speed = speed;
        work.rhythm = Some(rhythm);
    }
    work
}

/// A class that crashes by itself never runs past the end of the budget that each attempt draws.
/// Whom rules stop at an instant, is `excused`.
pub fn crashes_in_time(
    model: &Model,
    timeline: &Timeline,
    (job, life): (JobId, &Life),
    excused: impl Fn(u64) -> bool,
) {
    let class = &model.classes[class_of(model, timeline, job)];
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let key = dice.key("class", &class.name);
    for attempt in &life.attempts {
        let (Some(started), Some(mean)) = (attempt.started, class.crash_mean) else {
            continue;
        };
        let mut stream = dice.stream(key, Purpose::Crash, job.0, attempt.turn);
        let crash = started + exponential_ms(&mut stream, mean).0;
        assert!(attempt.ran_until() <= crash, "{job:?} crashes at {crash}");
        // Who stops earlier does so because the weather took its place, or a service.
        let class = model.class_of(timeline.requests[job.index()].shape);
        if !model.needs(class, attempt.pool).is_empty() {
            continue;
        }
        let lost = matches!(attempt.ending, Ending::Lost { .. }) && attempt.stopped.is_none();
        if lost && attempt.freed < crash {
            let struck = |incident: &Incident| strikes(incident, attempt.pool, attempt.freed);
            let found = timeline.weather.iter().any(struck);
            let found = found || excused(attempt.freed);
            assert!(found, "{job:?} stops before it crashes at {crash}");
        }
    }
}

/// Whether something is taken from a pool at an instant because of an incident.
fn strikes(incident: &Incident, pool: PoolId, at: u64) -> bool {
    match incident.what {
        Happening::Down { pool: of, .. } | Happening::GpuDown { pool: of, .. } => {
            of == pool && incident.at.0 == at
        }
        Happening::Capacity {
            pool: of,
            notice: Some(notice),
            ..
        } => of == pool && incident.at.0 + notice.0 == at,
        _ => false,
    }
}
