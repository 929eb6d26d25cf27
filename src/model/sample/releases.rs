//! New versions of artifacts: when they come, and which are bad.

use crate::dice::{Dice, Purpose};
use crate::model::happening::{Happening, Incident};
use crate::model::weather::Releases;
use crate::process::law_ms;
use crate::units::{SimTime, Span};

/// Appends what bad versions do to the sites that use an artifact, until `end`. The n-th version has dice of its own. A
/// version that works and follows a bad one takes its place.
pub(super) fn sample(releases: &Releases, dice: &Dice, end: Span, out: &mut Vec<Incident>) {
    let key = dice.key("releases", &releases.name);
    let artifact = releases.artifact;
    let (mut at, mut ill) = (SimTime::ZERO, false);
    for number in 0.. {
        let mut stream = dice.stream(key, Purpose::UpTime, number, 0);
        at = at + law_ms(&releases.every, &mut stream);
        if at.0 >= end.0 {
            return;
        }
        let bad = stream.below(1_000_000) < u64::from(releases.bad);
        if !bad && !ill {
            continue;
        }
        ill = bad;
        let fails_after = releases.fails_after;
        out.extend(releases.sites.iter().map(|&site| {
            let what = if bad {
                Happening::Corrupted {
                    artifact,
                    site,
                    fails_after,
                }
            } else {
                Happening::RolledBack { artifact, site }
            };
            Incident::terms(at, what)
        }));
    }
}
