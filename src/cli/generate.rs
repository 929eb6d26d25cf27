//! `plimsoll generate`: the demand of one sampled world as a trace.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use crate::dice::Dice;
use crate::model::{Model, Timeline};
use crate::process::GeneratedJob;
use crate::record::write_whole;
use crate::trace::{Trace, write_csv};

use super::arguments::ScenarioArguments;
use super::exit::Failure;
use super::output;
use super::study::{Study, counted};

/// Which world.
#[derive(Debug, Args)]
pub(super) struct GenerateArguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Which sampled world; the first is 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u32,
    /// The seed of all randomness; the scenario's own if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write the trace to this csv instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Samples and writes.
pub(super) fn generate(arguments: &GenerateArguments) -> Result<(), Failure> {
    let study = Study::open(&arguments.scenario, arguments.seed)?;
    let dice = Dice {
        seed: study.seed,
        replication: arguments.replication,
    };
    let mut timeline = Timeline::default();
    study.sample(&dice, &mut timeline);
    let trace = trace_of(&study.model, &timeline);
    if let Some(path) = &arguments.out {
        write_whole(path, |out| write_csv(&trace, out))
            .with_context(|| format!("cannot write {}", path.display()))?;
        output::message(&format!(
            "{} written to {}",
            counted(trace.jobs.len() as u64, "job"),
            path.display()
        ));
        return Ok(());
    }
    let mut out = Vec::new();
    write_csv(&trace, &mut out)?;
    output::data(&String::from_utf8_lossy(&out))?;
    Ok(())
}

fn trace_of(model: &Model, timeline: &Timeline) -> Trace {
    let jobs: Vec<GeneratedJob> = timeline
        .requests
        .iter()
        .zip(&timeline.truth)
        .map(|(request, truth)| {
            let shape = &model.shapes[request.shape.index()];
            GeneratedJob {
                submit_ms: request.submit.0,
                work_ms: truth.work.0,
                requested_ms: Some(request.requested.0),
                gpus: shape.gpus,
                tenant: request.tenant.0,
                class: shape.class.0,
                outcome: truth.outcome,
                priority: request.priority,
            }
        })
        .collect();
    let classes = model.classes.iter().map(|class| class.name.clone());
    Trace::of_generated(
        &jobs,
        model.tenants.clone(),
        classes.collect(),
        Some(model.epoch.unix_ms()),
    )
}
