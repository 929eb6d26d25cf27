//! `jobs.csv`: the jobs of the replications asked for.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::experiment::{ExperimentError, Plan, jobs_of};
use crate::record::{Folder, JobsWriter, Names};
use crate::units::JobId;

use super::rules::rule_names;

/// Plays the replications again whose jobs are asked for and writes them, until all are written or somebody
/// interrupts. Returns which are.
pub(super) fn write(
    plan: &Plan<'_>,
    strategies: &[String],
    wanted: &[u32],
    folder: &mut Folder,
    interrupted: &AtomicBool,
) -> Result<Vec<u32>, ExperimentError> {
    let mut written = Vec::new();
    if wanted.is_empty() || interrupted.load(Ordering::Relaxed) {
        return Ok(written);
    }
    let model = plan.model;
    let names = Names {
        tenants: model.tenants.clone(),
        classes: model.classes.iter().map(|c| c.name.clone()).collect(),
        pools: model.pools.iter().map(|p| p.name.clone()).collect(),
        rules: rule_names(model),
    };
    let mut writer = JobsWriter::new(folder.create("jobs.csv")?, names)?;
    for &replication in wanted {
        if interrupted.load(Ordering::Relaxed) {
            break;
        }
        jobs_of(plan, replication, &mut |strategy, jobs, world| {
            let name = |id: JobId| model.job_name(world, id.index());
            writer.jobs(&strategies[strategy], replication, jobs, &name)
        })?;
        written.push(replication);
    }
    writer.finish()?;
    Ok(written)
}
