//! `plimsoll explain job`: one job's life in sentences.

use clap::Args;

use crate::experiment::{Life, find_job};
use crate::journal::{Cause, JobRecord};
use crate::model::Model;
use crate::units::JobId;

use super::super::exit::Failure;
use super::super::output::data;
use super::failing;
use super::lay::laid;
use super::named::no_job;
use super::scene::{Scene, SceneArguments};
use super::{bill, otherwise, tale};

/// Which job.
#[derive(Debug, Args)]
pub(in crate::cli) struct JobArguments {
    /// The job, by its name
    #[arg(value_name = "JOB")]
    id: String,
    #[command(flatten)]
    scene: SceneArguments,
}

/// Tells what a job asked for, what became of it and why, what it cost, and what would have been otherwise.
pub(super) fn job(arguments: &JobArguments) -> Result<(), Failure> {
    let scene = Scene::open(&arguments.scene)?;
    let model = scene.model();
    let job = find_job(model, &scene.replay.timeline, &arguments.id)
        .ok_or_else(|| no_job(model, &scene.replay, &arguments.id))?;
    let mut life = Life::of(job);
    scene.play(&mut life)?;
    let Some(record) = life.record else {
        let why = match scene.replay.timeline.errand(job.index()) {
            Some(_) => "is an attempt of a transform that was not needed in this run",
            None => "comes after the horizon of this run, so nothing became of it",
        };
        return Err(Failure::Usage(format!("job `{}` {why}", arguments.id)));
    };
    let mut lines = vec![asked(&scene, job, &arguments.id)];
    lines.extend(tale::told(&scene, &life));
    lines.push(String::new());
    lines.extend(waits(&record));
    lines.extend(failing::of_job(model, &life, &record));
    lines.extend(bill::of_job(&scene, &life));
    lines.push(String::new());
    lines.extend(otherwise::told(&scene, &arguments.id, &life, &record)?);
    data(&(scene.head() + &laid(&lines))).map_err(Failure::from)
}

/// What it asked for.
fn asked(scene: &Scene, job: JobId, name: &str) -> String {
    let model: &Model = scene.model();
    let request = *scene.replay.timeline.request(job);
    let shape = model.shapes[request.shape.index()];
    let class = &model.classes[shape.class.index()];
    let mut words = vec![format!(
        "{name} · class {}, tenant {} · {} · asked for {} on the reference GPU type",
        class.name,
        model.tenants[request.tenant.index()],
        tale::gpus(shape.gpus),
        tale::long(request.requested)
    )];
    let labels = model.labels.of(shape.labels).iter();
    let labels = labels.map(|(name, value)| format!("{name} {value}"));
    let labels = labels.collect::<Vec<_>>().join(", ");
    if !labels.is_empty() {
        words.push(format!("labelled {labels}"));
    }
    if request.priority != 0 {
        words.push(format!("priority {}", request.priority));
    }
    if !class.data.is_empty() {
        let names = class
            .data
            .iter()
            .map(|id| model.datasets[id.index()].name.as_str());
        words.push(format!("reads {}", names.collect::<Vec<_>>().join(", ")));
    }
    words.join(" · ")
}

/// How long it waited for what.
fn waits(record: &JobRecord) -> Vec<String> {
    let mut lines = Vec::new();
    let total = record.waits.total();
    let until = if record.start.is_some() {
        "until it first ran"
    } else {
        "and never ran"
    };
    if total == 0 {
        lines.push("waited      not at all".to_owned());
    } else {
        let causes = Cause::ALL
            .into_iter()
            .filter(|&cause| record.waits[cause] > 0);
        let causes: Vec<String> = causes
            .map(|cause| format!("{} {}", cause.name(), tale::ms(record.waits[cause])))
            .collect();
        lines.push(format!(
            "waited      {} {until}: {}",
            tale::ms(total),
            causes.join(", ")
        ));
    }
    if record.preempted.0 > 0 {
        lines.push(format!(
            "            {} again, after it was stopped",
            tale::long(record.preempted)
        ));
    }
    lines
}
