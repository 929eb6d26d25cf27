//! How a decision about a job is written: what was found of each pool, and why one was chosen.

use std::fmt::Write as _;

use crate::journal::{Bar, Choice, Considered, Justification};
use crate::units::{PoolId, ShapeId, Span};

use super::line::Line;
use super::words::Spelt;

/// Alternatives told of one decision; of more, only how many there are.
const ALTERNATIVES_MAX: usize = 64;

/// What rules know of a job in a version of its work, and of where it goes.
pub(super) fn attributes(line: &mut Line, spelt: &Spelt, job: (ShapeId, u8), pool: Option<PoolId>) {
    let (known, used) = spelt.job(job);
    line.open("attributes");
    line.json("job", known);
    if let Some(pool) = pool {
        line.json("target", &spelt.targets[pool.index()]);
    }
    if let Some(used) = used {
        line.json("transforms", used);
    }
    line.close();
}

/// Every pool that was not taken: what stood in the way, if anything did, and what it would have cost.
pub(super) fn alternatives(line: &mut Line, why: &Justification, spelt: &Spelt) {
    let others = || {
        let all = why.considered.iter();
        all.filter(|found| Some(found.pool) != why.chosen)
    };
    line.open_list("alternatives");
    for found in others().take(ALTERNATIVES_MAX) {
        line.open_item();
        line.json("pool", &spelt.pool_names[found.pool.index()]);
        if let Some(place) = found.place {
            line.number("place", place);
        }
        if let Some(bar) = found.bar {
            line.text("bar", bar.name());
        }
        if found.refusing != 0 {
            line.list("rules", spelt.rules_of(found.refusing));
        }
        if !matches!(found.bar, Some(Bar::Rule | Bar::Size)) {
            line.price("price_per_gpu_hour", found.price.0);
        }
        line.close();
    }
    line.close_list();
    let count = others().count();
    if ALTERNATIVES_MAX < count {
        line.number("alternatives_left_off", count - ALTERNATIVES_MAX);
    }
}

/// The rules that keep it out of a pool that the strategy would use.
pub(super) fn refusing(why: &Justification) -> u128 {
    let kept_out = |found: &&Considered| found.bar == Some(Bar::Rule);
    let all = why.considered.iter().filter(kept_out);
    all.fold(0, |bits, found| bits | found.refusing)
}

/// Why a decision chose what it chose, in words.
pub(super) fn spell(out: &mut String, choice: Choice) {
    const FULL: &str = "owned capacity has no room for it";
    out.clear();
    let _ = match choice {
        Choice::First => write!(out, "the first in the order of the strategy that had room"),
        Choice::Cheapest => write!(
            out,
            "the cheapest rented pool for its work that could be had; {FULL}"
        ),
        Choice::Waited(waited, least) => write!(
            out,
            "{FULL}, and it has waited {} where {} are enough",
            seconds(waited),
            seconds(least)
        ),
        Choice::Delayed(Some(delay), least) => write!(
            out,
            "{FULL} for another {} by the estimates, where {} are enough",
            seconds(delay),
            seconds(least)
        ),
        Choice::Delayed(None, _) => write!(out, "{FULL}, nor ever will have by the estimates"),
        Choice::Behind(ahead, least) => {
            write!(
                out,
                "{FULL}, and {ahead} are ahead of it where {least} are enough"
            )
        }
        Choice::Ranked => write!(
            out,
            "of all pools the one that ranks first by the scores of the strategy and could be had"
        ),
        Choice::Nothing(cause) => write!(out, "it waits: {}", cause.name()),
    };
}

/// A length of time in seconds, exactly.
fn seconds(span: Span) -> String {
    format!("{}.{:03} s", span.0 / 1000, span.0 % 1000)
}
