//! One replication again, with every job kept.

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::model::Timeline;
use crate::record::JobList;
use crate::strategy::Strategy;

use super::against::Watch;
use super::replicate::{ExperimentError, Plan};

/// Takes the jobs of a strategy and the world that they came from.
pub type JobSink<'a> = dyn FnMut(usize, &JobList, &Timeline) -> std::io::Result<()> + 'a;

/// Plays `replication` again under each strategy of the plan and hands (strategy, jobs in order of arrival,
/// the world) to `sink`. Because every draw has a name, it is the same replication to the last bit.
pub fn jobs_of(
    plan: &Plan<'_>,
    replication: u32,
    sink: &mut JobSink<'_>,
) -> Result<(), ExperimentError> {
    let dice = Dice {
        seed: plan.seed,
        replication,
    };
    let mut timeline = Timeline {
        replication,
        ..Timeline::default()
    };
    (plan.sample)(&dice, &mut timeline);
    let (mut scratch, mut jobs) = (Scratch::default(), JobList::default());
    for (index, &id) in plan.strategies.iter().enumerate() {
        jobs.clear();
        let strategy = Strategy::prepare(plan.model, id);
        let world = (plan.model, &strategy, &timeline, &dice);
        let (model, strategy, timeline, dice) = world;
        let played = if model.rules.are_used() {
            let mut watch = Watch::new(model, strategy, timeline, &mut jobs);
            simulate(model, strategy, timeline, dice, &mut scratch, &mut watch)
        } else {
            simulate(model, strategy, timeline, dice, &mut scratch, &mut jobs)
        };
        played.map_err(|stuck| ExperimentError::Stuck {
            replication,
            seed: plan.seed,
            stuck,
        })?;
        jobs.sort();
        sink(index, &jobs, timeline)?;
    }
    Ok(())
}
