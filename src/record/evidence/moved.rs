//! How something that moves between sites is written: what, from where, to where, over what, and what speaks against it.
//! Said once, under a number; each step then names it.

use crate::journal::{Moved, Movement, MovementStep};
use crate::units::{DatasetId, JobId, SiteId};

use super::line::{Line, json_text};
use super::page::Verdict;
use super::spelt::Spelt;
use super::words::EvidenceWords;

/// Writes down as words all that a way says.
pub(super) fn key(out: &mut Vec<u64>, moved: &Movement) {
    let (what, data, _) = subject(moved.what);
    let data = data.map_or(u64::from(u32::MAX), |data| data.index() as u64);
    let class = moved
        .class
        .map_or(u64::from(u16::MAX), |class| class.index() as u64);
    let site = |site: Option<SiteId>| site.map_or(u64::from(u16::MAX), |site| site.index() as u64);
    out.clear();
    out.extend([
        // The first letters tell apart what moves.
        what.bytes()
            .take(4)
            .fold(0, |key, byte| key << 8 | u64::from(byte)),
        data << 32 | class << 16 | u64::from(moved.version),
        u64::from(moved.labels.0),
        site(moved.from) << 32 | site(moved.to),
        moved.against as u64,
        (moved.against >> 64) as u64,
    ]);
    out.extend(moved.links.iter().map(|link| link.index() as u64));
}

/// The members of a way.
pub(super) fn tell(line: &mut Line, moved: &Movement, (words, spelt): (&EvidenceWords, &Spelt)) {
    let (what, data, _) = subject(moved.what);
    line.text("what", what);
    if let Some(data) = data {
        line.text("dataset", &words.datasets[data.index()].0);
    }
    if let Some(class) = moved
        .class
        .and_then(|class| words.classes.get(class.index()))
    {
        line.text("class", class);
    }
    spelt.moving.attributes(line, moved);
    for (key, site) in [("source", moved.from), ("destination", moved.to)] {
        line.open(key);
        match site {
            Some(site) => line.text("site", &words.sites[site.index()]),
            // What lies outside.
            None => line.json("site", "null"),
        }
        line.close();
    }
    let links = moved.links.iter().filter_map(|link| {
        let name = words.links.get(link.index())?;
        Some(json_text(name))
    });
    let links: Vec<String> = links.collect();
    line.list("links", links.iter().map(String::as_str));
    line.list("rules", spelt.rules_of(moved.against));
}

/// What became of a step.
pub(super) const fn verdict(moved: &Movement) -> Verdict {
    match (moved.step, moved.against) {
        (MovementStep::Refused, _) => Verdict::Refuse,
        (_, 0) => Verdict::Allow,
        _ => Verdict::Audit,
    }
}

/// What moves, in a word; which data, or whose.
pub(super) const fn subject(what: Moved) -> (&'static str, Option<DatasetId>, Option<JobId>) {
    match what {
        Moved::Dataset(data) => ("data", Some(data), None),
        Moved::Replica(data) => ("replica", Some(data), None),
        Moved::Checkpoint(job) => ("checkpoint", None, Some(job)),
        Moved::Restore(job) => ("restore", None, Some(job)),
        Moved::Results(job) => ("results", None, Some(job)),
        Moved::Feed(job) => ("feed", None, Some(job)),
    }
}
