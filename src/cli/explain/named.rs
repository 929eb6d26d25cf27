//! Names that are not found, with those that could have been meant.

use crate::experiment::Replay;
use crate::model::Model;
use crate::scenario::nearest;

use super::super::exit::Failure;

/// What could have been meant.
pub(super) fn near<'a>(word: &str, known: impl Iterator<Item = &'a str>, what: &str) -> String {
    let known: Vec<&str> = known.collect();
    if known.is_empty() {
        return format!("it has no {what}");
    }
    if let Some(meant) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{meant}`?");
    }
    let list: Vec<String> = known
        .iter()
        .take(12)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if known.len() > 12 { ", …" } else { "" };
    format!("it has {}{more}", list.join(", "))
}

/// A job that there is not, with names that are near.
pub(super) fn no_job(model: &Model, replay: &Replay, name: &str) -> Failure {
    let names: Vec<String> = (0..replay.timeline.requests.len())
        .map(|job| model.job_name(&replay.timeline, job))
        .collect();
    let known = names.iter().map(String::as_str);
    Failure::Usage(format!(
        "no job `{name}` comes in replication {}; {}",
        replay.dice.replication,
        near(name, known, "jobs")
    ))
}
