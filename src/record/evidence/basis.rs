//! What decisions have in common: what was found of each pool, and why one was chosen. Said once, under a number.

use std::fmt::Write as _;

use crate::journal::{Bar, Choice, Considered, Justification};
use crate::units::Span;

use super::line::Line;
use super::page::Measure;
use super::spelt::Spelt;

/// Alternatives told of one decision; of more, only how many there are.
const ALTERNATIVES_MAX: usize = 64;

/// Writes down as words all that a basis says.
pub(super) fn key(out: &mut Vec<u64>, why: &Justification) {
    let (choice, least) = match why.choice {
        Choice::First => (0, 0),
        Choice::Cheapest => (1, 0),
        Choice::Waited(_, least) => (2, least.0),
        Choice::Delayed(Some(_), least) => (3, least.0),
        Choice::Delayed(None, _) => (4, 0),
        Choice::Behind(_, least) => (5, least),
        Choice::Ranked => (6, 0),
        Choice::Nothing(cause) => (7, cause as u64),
    };
    let chosen = why
        .chosen
        .map_or(u64::from(u32::MAX), |pool| pool.index() as u64);
    out.clear();
    out.extend([chosen << 8 | choice, least]);
    for found in &why.considered {
        let place = found.place.map_or(0, |place| u64::from(place) + 1);
        let bar = found.bar.map_or(0, bar_number);
        // What is only said of what is taken tells nothing else apart.
        let (fired, violated) = if Some(found.pool) == why.chosen {
            (found.fired, found.violated)
        } else {
            (0, 0)
        };
        let price = match found.bar {
            Some(Bar::Rule | Bar::Size) => 0,
            _ => found.price.0,
        };
        let has_rules = fired | found.refusing | violated != 0;
        out.extend([
            u64::from(has_rules) << 63 | (found.pool.index() as u64) << 32 | place << 8 | bar,
            price,
        ]);
        if has_rules {
            for bits in [fired, found.refusing, found.unknown, violated] {
                out.extend([bits as u64, (bits >> 64) as u64]);
            }
        }
    }
}

/// A number for each name of a bar, from 1.
fn bar_number(bar: Bar) -> u64 {
    match bar {
        Bar::Rule => 1,
        Bar::Strategy => 2,
        Bar::Stays => 3,
        Bar::Size => 4,
        Bar::Full => 5,
        Bar::Reserved => 6,
        Bar::Early => 7,
        Bar::Ceiling => 8,
        Bar::Outranked => 9,
        Bar::Quota => 10,
        Bar::SoldOut => 11,
        Bar::Unstaged => 12,
        Bar::Budget(_) => 13,
        Bar::Closed => 14,
        Bar::Envelope => 15,
        Bar::Failover => 16,
        Bar::Down => 17,
        Bar::Withheld(cause) => 18 + cause as u64,
    }
}

/// The members of a basis.
pub(super) fn tell(line: &mut Line, why: &Justification, spelt: &Spelt) {
    let taken = why.taken();
    if let Some(taken) = taken {
        let pool = taken.pool.index();
        line.json("destination", &spelt.pools[pool]);
        line.json("target", &spelt.targets[pool]);
        line.list("rules", spelt.rules_of(taken.fired));
        if taken.violated != 0 {
            line.list("violates", spelt.rules_of(taken.violated));
        }
        line.price("price_per_gpu_hour", taken.price.0);
    } else {
        line.list("rules", spelt.rules_of(refusing(why)));
    }
    line.text("reason", &reason(why.choice));
    alternatives(line, why, spelt);
}

/// Every pool that was not taken: what stood in the way, if anything did, and what it would have cost.
fn alternatives(line: &mut Line, why: &Justification, spelt: &Spelt) {
    let others = || {
        let all = why.considered.iter();
        all.filter(|found| Some(found.pool) != why.chosen)
    };
    line.open_list("alternatives");
    for found in others().take(ALTERNATIVES_MAX) {
        line.open_item();
        line.json("pool", &spelt.pool_names[found.pool.index()]);
        if let Some(place) = found.place {
            line.count("place", u64::from(place));
        }
        if let Some(bar) = found.bar {
            line.text("bar", bar.name());
        }
        if found.refusing != 0 {
            line.list("rules", spelt.rules_of(found.refusing));
            if found.unknown != 0 {
                line.list("unknown", spelt.rules_of(found.unknown));
            }
        }
        if !matches!(found.bar, Some(Bar::Rule | Bar::Size)) {
            line.price("price_per_gpu_hour", found.price.0);
        }
        line.close();
    }
    line.close_list();
    let count = others().count();
    if ALTERNATIVES_MAX < count {
        line.count("alternatives_left_off", (count - ALTERNATIVES_MAX) as u64);
    }
}

/// The rules that keep it out of a pool that the strategy would use.
pub(super) fn refusing(why: &Justification) -> u128 {
    let kept_out = |found: &&Considered| found.bar == Some(Bar::Rule);
    let all = why.considered.iter().filter(kept_out);
    all.fold(0, |bits, found| bits | found.refusing)
}

/// The number that the reason of a decision speaks of, which stands in its own line.
pub(super) const fn measure(choice: Choice) -> Measure {
    match choice {
        Choice::Waited(waited, _) => Measure::Waited(waited.0),
        Choice::Delayed(Some(delay), _) => Measure::Delay(delay.0),
        Choice::Behind(ahead, _) => Measure::Ahead(ahead),
        _ => Measure::None,
    }
}

/// Why a decision chose what it chose, in words.
fn reason(choice: Choice) -> String {
    const FULL: &str = "owned capacity has no room for it";
    let mut out = String::new();
    let _ = match choice {
        Choice::First => write!(out, "the first in the order of the strategy that had room"),
        Choice::Cheapest => write!(
            out,
            "the cheapest rented pool for its work that could be had; {FULL}"
        ),
        Choice::Waited(_, least) => write!(
            out,
            "{FULL}, and it has waited long (waited_ms) where {} are enough",
            seconds(least)
        ),
        Choice::Delayed(Some(_), least) => write!(
            out,
            "{FULL} for long (delay_ms) by the estimates, where {} are enough",
            seconds(least)
        ),
        Choice::Delayed(None, _) => write!(out, "{FULL}, nor ever will have by the estimates"),
        Choice::Behind(_, least) => write!(
            out,
            "{FULL}, and many are ahead of it (ahead) where {least} are enough"
        ),
        Choice::Ranked => write!(
            out,
            "of all pools the one that ranks first by the scores of the strategy and could be had"
        ),
        Choice::Nothing(cause) => write!(out, "it waits: {}", cause.name()),
    };
    out
}

/// A length of time in seconds, exactly.
fn seconds(span: Span) -> String {
    format!("{}.{:03} s", span.0 / 1000, span.0 % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Cause;
    use crate::units::{JobId, PoolId, Price, ShapeId, SimTime};

    fn found(pool: u16, bar: Option<Bar>) -> Considered {
        Considered {
            pool: PoolId(pool),
            place: Some(pool),
            fired: 0,
            refusing: 0,
            unknown: 0,
            violated: 0,
            bar,
            score: None,
            asked: false,
            price: Price(5),
            per_work: Price(7),
            version: 0,
        }
    }

    fn why(choice: Choice, considered: Vec<Considered>) -> Justification {
        Justification {
            at: SimTime(3),
            job: JobId(9),
            shape: ShapeId(1),
            chosen: Some(PoolId(0)),
            choice,
            considered,
        }
    }

    /// Two decisions are said as one exactly if their lines would be the same.
    #[test]
    fn decisions_share_a_basis_if_nothing_tells_them_apart() {
        let words = super::super::tests::words();
        let spelt = Spelt::of(&words);
        let mut withheld = found(0, None);
        withheld.bar = Some(Bar::Withheld(Cause::Key));
        let mut dear = found(0, Some(Bar::Full));
        dear.price = Price(6);
        let mut against = found(0, Some(Bar::Rule));
        against.refusing = 1 << 127;
        let mut audited = found(0, None);
        (audited.fired, audited.violated) = (1, 1);
        let mut unplaced = found(0, Some(Bar::Full));
        unplaced.place = None;
        let all = [
            why(Choice::First, vec![found(0, None)]),
            why(
                Choice::First,
                vec![found(0, None), found(1, Some(Bar::Size))],
            ),
            why(Choice::First, vec![audited]),
            why(Choice::Cheapest, vec![found(0, None)]),
            why(Choice::Waited(Span(1), Span(2)), vec![found(0, None)]),
            why(Choice::Waited(Span(5), Span(2)), vec![found(0, None)]),
            why(Choice::Waited(Span(1), Span(3)), vec![found(0, None)]),
            why(Choice::Behind(1, 3), vec![found(0, None)]),
            why(Choice::Nothing(Cause::Quota), vec![found(0, None)]),
            why(Choice::Nothing(Cause::Budget), vec![found(0, None)]),
        ];
        let none = [found(0, Some(Bar::Full)), withheld, dear, against, unplaced];
        let none = none.map(|found| Justification {
            chosen: None,
            ..why(Choice::Nothing(Cause::Rule), vec![found])
        });
        let told = |why: &Justification| {
            let (mut line, mut words) = (Line::default(), Vec::new());
            tell(&mut line, why, &spelt);
            key(&mut words, why);
            (line.into_text(), words)
        };
        let all: Vec<_> = all.iter().chain(&none).map(told).collect();
        for (text, key) in &all {
            for (other_text, other) in &all {
                assert_eq!(text == other_text, key == other, "{text} {other_text}");
            }
        }
        // Only how long it has waited differs: that stands in the line of each.
        assert_eq!(all[4], all[5]);
    }
}
