//! What the horizon of a replication found alive.

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::journal::{JobRecord, JobState, Observer};
use crate::model::{Model, Outcome, Timeline};
use crate::record::{EstateLeft, JobLeft};
use crate::strategy::Strategy;
use crate::units::{JobId, Span, StrategyId};

use super::estate_left::estate;
use super::replicate::{ExperimentError, Plan};

/// Keeps the jobs that live on.
#[derive(Debug, Default)]
struct Left {
    done: [Span; 2],
    jobs: Vec<(JobRecord, [Span; 2])>,
}

impl Observer for Left {
    fn left(&mut self, _job: JobId, done: Span, unsaved: Span) {
        self.done = [done, unsaved];
    }
    fn job(&mut self, record: &JobRecord) {
        if record.state.is_unfinished() {
            self.jobs.push((*record, self.done));
        }
    }
}

/// Plays a replication under a strategy and says what is left at its horizon, jobs in order of arrival: what another run
/// can begin with.
pub fn left_of(
    plan: &Plan<'_>,
    strategy: StrategyId,
    replication: u32,
) -> Result<(Vec<JobLeft>, EstateLeft), ExperimentError> {
    let dice = Dice {
        seed: plan.seed,
        replication,
    };
    let mut timeline = Timeline {
        replication,
        ..Timeline::default()
    };
    (plan.sample)(&dice, &mut timeline);
    let mut left = Left::default();
    let prepared = Strategy::prepare(plan.model, strategy);
    let scratch = &mut Scratch::default();
    let ended = simulate(plan.model, &prepared, &timeline, &dice, scratch, &mut left);
    let ended = ended.map_err(|stuck| ExperimentError::Stuck {
        replication,
        seed: plan.seed,
        stuck,
    })?;
    // What is being transformed begins anew.
    left.jobs
        .retain(|(record, _)| timeline.errand(record.job.index()).is_none());
    left.jobs.sort_unstable_by_key(|(record, _)| record.job);
    let jobs = left.jobs.iter();
    let mut jobs: Vec<JobLeft> = jobs
        .map(|(record, done)| told(plan.model, &timeline, record, *done))
        .collect();
    for (job, (record, _)) in jobs.iter_mut().zip(&left.jobs) {
        let owned = record
            .pool
            .is_some_and(|pool| !plan.model.pool(pool).is_rented());
        let world = scratch.left().filter(|_| owned && !job.pool.is_empty());
        let seats = world.map(|world| world.seats(record.job));
        job.nodes = seats.unwrap_or_default();
    }
    let estate = match scratch.left() {
        Some(world) => estate(plan.model, &dice, world, ended.horizon),
        None => EstateLeft::default(),
    };
    Ok((jobs, estate))
}

fn told(model: &Model, timeline: &Timeline, record: &JobRecord, done: [Span; 2]) -> JobLeft {
    let index = record.job.index();
    let (request, truth) = (timeline.requests[index], timeline.truth[index]);
    let runs = record.state == JobState::Running;
    let pool = record.pool.filter(|_| runs);
    JobLeft {
        job: model.job_name(timeline, index),
        class: model.classes[record.class.index()].name.clone(),
        tenant: model.tenants[record.tenant.index()].clone(),
        milli_gpus: record.gpus.0,
        priority: request.priority,
        requested: request.requested.0,
        duration: truth.work.0,
        done: done[0].0,
        unsaved: done[1].0,
        pool: pool.map_or_else(String::new, |pool| model.pool(pool).name.clone()),
        nodes: Vec::new(),
        outcome: match truth.outcome {
            Outcome::Finished => "finished",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::TimedOut => "timed_out",
        },
    }
}
