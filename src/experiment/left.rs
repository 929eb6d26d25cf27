//! What the horizon of a replication found alive.

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::journal::{JobRecord, JobState, Observer};
use crate::model::{Model, Outcome, Timeline};
use crate::record::JobLeft;
use crate::strategy::Strategy;
use crate::units::{JobId, Span, StrategyId};

use super::replicate::{ExperimentError, Plan};

/// Keeps the jobs that live on.
#[derive(Debug, Default)]
struct Left {
    done: Span,
    jobs: Vec<(JobRecord, Span)>,
}

impl Observer for Left {
    fn left(&mut self, _job: JobId, done: Span) {
        self.done = done;
    }
    fn job(&mut self, record: &JobRecord) {
        if record.state.is_unfinished() {
            self.jobs.push((*record, self.done));
        }
    }
}

/// Plays a replication under a strategy and says what is left of its jobs at the horizon, in order of arrival: what
/// another run can begin with.
pub fn left_of(
    plan: &Plan<'_>,
    strategy: StrategyId,
    replication: u32,
) -> Result<Vec<JobLeft>, ExperimentError> {
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
    simulate(plan.model, &prepared, &timeline, &dice, scratch, &mut left).map_err(|stuck| {
        ExperimentError::Stuck {
            replication,
            seed: plan.seed,
            stuck,
        }
    })?;
    left.jobs.sort_unstable_by_key(|(record, _)| record.job);
    let jobs = left.jobs.iter();
    Ok(jobs
        .map(|(record, done)| told(plan.model, &timeline, record, *done))
        .collect())
}

fn told(model: &Model, timeline: &Timeline, record: &JobRecord, done: Span) -> JobLeft {
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
        done: done.0,
        pool: pool.map_or_else(String::new, |pool| model.pool(pool).name.clone()),
        outcome: match truth.outcome {
            Outcome::Finished => "finished",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::TimedOut => "timed_out",
        },
    }
}
