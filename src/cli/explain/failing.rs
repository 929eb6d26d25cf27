//! Failovers that touched a job or a pool.

use crate::experiment::{InForce, Life, Usage, signal_words};
use crate::journal::JobRecord;
use crate::model::Model;
use crate::units::{PoolId, SimTime};

use super::super::study::counted;

/// Those in force for a job's class while it was there.
pub(super) fn of_job(model: &Model, life: &Life, record: &JobRecord) -> Vec<String> {
    let own = |failover: u16| {
        let of = &model.failovers.list[usize::from(failover)];
        of.classes.contains(&record.class)
    };
    let all = life.in_force.between(record.submit, record.end);
    let all = all.filter(|stretch| own(stretch.0));
    let lines = all.map(|(failover, began, over)| {
        let of = &model.failovers.list[usize::from(failover)];
        let targets = of.targets.iter().map(|target| names(model, &target.pools));
        let targets: Vec<String> = targets.collect();
        let leads = if targets.is_empty() {
            String::new()
        } else {
            format!("; it leads to {}", targets.join(", then "))
        };
        format!("`{}` {}{leads}", of.name, stretch(model, (began, over)))
    });
    let mut lines: Vec<String> = lines.collect();
    if let Some(failover) = life.turned_away {
        let name = &model.failovers.list[usize::from(failover)].name;
        lines.push(format!("`{name}` turned it away"));
    }
    laid_out(&lines)
}

/// Those that lead to a pool or away from it.
pub(super) fn of_pool(model: &Model, usage: &Usage<'_>, pool: PoolId) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, of) in model.failovers.list.iter().enumerate() {
        let leads_here = of.targets.iter().any(|target| target.pools.contains(&pool));
        let leaves = of.leaves.contains(&pool);
        let what = match (leads_here, leaves) {
            (true, _) => "leads here",
            (_, true) => "leads away from here",
            _ => continue,
        };
        let own = times(&usage.in_force, number as u16);
        let triggers = of
            .triggers
            .iter()
            .map(|trigger| signal_words(model, trigger));
        let triggers: Vec<String> = triggers.collect();
        lines.push(format!(
            "`{}` {what} when {}: {}",
            of.name,
            triggers.join(" or "),
            if own.is_empty() {
                "it never began".to_owned()
            } else {
                format!("it began {}", counted(own.len() as u64, "time"))
            }
        ));
        lines.extend(
            own.into_iter()
                .take(TOLD_MAX)
                .map(|of| format!("  {}", stretch(model, of))),
        );
    }
    if 0 < usage.moved {
        let jobs = counted(usage.moved, "job");
        lines.push(format!(
            "told to leave it for a failover, or to come back from it: {jobs}"
        ));
    }
    laid_out(&lines)
}

/// Most stretches of one failover that are told.
const TOLD_MAX: usize = 8;

fn times(in_force: &InForce, failover: u16) -> Vec<(SimTime, Option<SimTime>)> {
    let all = in_force
        .stretches
        .iter()
        .filter(|stretch| stretch.0 == failover);
    all.map(|&(_, began, over)| (began, over)).collect()
}

fn stretch(model: &Model, (began, over): (SimTime, Option<SimTime>)) -> String {
    let began = model.epoch.format(began);
    match over {
        Some(over) => format!("in force from {began} to {}", model.epoch.format(over)),
        None => format!("in force from {began} to the horizon"),
    }
}

fn names(model: &Model, pools: &[PoolId]) -> String {
    let names = pools.iter().map(|&pool| model.pool(pool).name.as_str());
    names.collect::<Vec<_>>().join(" or ")
}

fn laid_out(lines: &[String]) -> Vec<String> {
    let lead = |place| {
        if place == 0 {
            "failover    "
        } else {
            "            "
        }
    };
    let lines = lines.iter().enumerate();
    lines
        .map(|(place, line)| format!("{}{line}", lead(place)))
        .collect()
}
