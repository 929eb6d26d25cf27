//! How something that moves between sites is written: what, from where, to where, over what, and what speaks against it.

use crate::journal::{Moved, Movement, MovementStep};
use crate::units::SiteId;

use super::line::{Line, json_text};
use super::words::{EvidenceWords, RunWords, Spelt};

/// The members of a line about a step of a movement.
pub(super) fn step(
    line: &mut Line,
    moved: &Movement,
    (words, run, spelt): (&EvidenceWords, &RunWords<'_>, &Spelt),
) {
    line.json("subject", &subject(words, run, moved.what));
    spelt.moving.attributes(line, moved);
    line.json("source", &site(words, moved.from));
    line.json("destination", &site(words, moved.to));
    let links = moved.links.iter().filter_map(|link| {
        let name = words.links.get(link.index())?;
        Some(json_text(name))
    });
    let links: Vec<String> = links.collect();
    line.list("links", links.iter().map(String::as_str));
    line.list("rules", spelt.rules_of(moved.against));
    let verdict = match (moved.step, moved.against) {
        (MovementStep::Refused, _) => "refuse",
        (_, 0) => "allow",
        _ => "audit",
    };
    line.text("step", moved.step.name());
    line.text("verdict", verdict);
    line.text("reason", reason(moved.step));
    line.number("bytes", moved.bytes.0);
    if let Some(number) = moved.number {
        line.number("transfer", number);
    }
}

fn subject(words: &EvidenceWords, run: &RunWords<'_>, what: Moved) -> String {
    let of_job = |what: &str, job| {
        let mut line = Line::default();
        line.begin();
        line.text("what", what);
        line.members(&(run.job)(job).members());
        line.close();
        line.into_text()
    };
    let of_data = |what: &str, data: crate::units::DatasetId| {
        let mut line = Line::default();
        line.begin();
        line.text("what", what);
        line.text("dataset", &words.datasets[data.index()].0);
        line.close();
        line.into_text()
    };
    match what {
        Moved::Dataset(data) => of_data("data", data),
        Moved::Replica(data) => of_data("replica", data),
        Moved::Checkpoint(job) => of_job("checkpoint", job),
        Moved::Restore(job) => of_job("restore", job),
        Moved::Results(job) => of_job("results", job),
        Moved::Feed(job) => of_job("feed", job),
    }
}

/// A site, or what lies outside.
fn site(words: &EvidenceWords, site: Option<SiteId>) -> String {
    let mut line = Line::default();
    line.begin();
    match site {
        Some(site) => line.text("site", &words.sites[site.index()]),
        None => line.json("site", "null"),
    }
    line.close();
    line.into_text()
}

const fn reason(step: MovementStep) -> &'static str {
    match step {
        MovementStep::Begins => "it set out",
        MovementStep::Turns => "it goes on over other links",
        MovementStep::Stalls => "it has no way to go for now",
        MovementStep::Carries => "so much crossed since it was last told",
        MovementStep::Arrives => "it is there",
        MovementStep::GivenUp => "it was given up",
        MovementStep::Refused => "rules do not let it go",
    }
}
