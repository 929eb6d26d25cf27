//! Gates of the answer in words: what they ask, what they found, and whether a command has failed by them.

use crate::experiment::{amount, duration};
use crate::metrics::Unit;
use crate::model::{AnswerGate, Model};
use crate::record::{GateSays, GateVerdict, plain};

use super::output;

/// What `check` tells of gates; nothing where there are none.
pub(super) fn gates(model: &Model, gates: &[AnswerGate]) -> String {
    if gates.is_empty() {
        return String::new();
    }
    let currency = model.currency.to_string();
    let mut lines = vec!["gates, asked of the answer:".to_owned()];
    for gate in gates {
        let asks = asks(
            (&gate.metric, gate.at_most),
            (gate.limit, gate.unit),
            gate.in_worlds,
            &currency,
        );
        let whose = if gate.of_each {
            let names = gate.strategies.iter();
            let names = names.map(|id| plain(&model.strategies[id.index()].name));
            format!("each of {}", names.collect::<Vec<_>>().join(", "))
        } else {
            "any strategy".to_owned()
        };
        lines.push(format!("  {}: {asks}, of {whose}", plain(&gate.name)));
    }
    let width = output::width();
    let wrapped = lines.iter().map(|line| output::wrapped(line, width) + "\n");
    "\n".to_owned() + &wrapped.collect::<String>()
}

/// What gates found: one line for each gate, and who passes all.
pub(super) fn lines(verdicts: &[GateVerdict], currency: &str) -> Vec<String> {
    let mut lines = vec!["Gates:".to_owned()];
    let mut rest = verdicts;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|one| one.gate == first.gate).count();
        let (mine, others) = rest.split_at(count);
        rest = others;
        let asks = asks(
            (&first.metric, first.asks == "at-most"),
            (first.limit, first.kind),
            first.in_worlds,
            currency,
        );
        let mut parts = Vec::new();
        for says in [GateSays::Pass, GateSays::Fail, GateSays::Undecided] {
            let so = mine.iter().filter(|one| one.verdict == says);
            let so: Vec<String> = so.map(|one| found(one, currency)).collect();
            if !so.is_empty() {
                parts.push(format!("{} {}", says.word(), so.join(", ")));
            }
        }
        lines.push(format!(
            "- {} ({asks}): {}",
            plain(&first.gate),
            parts.join("; ")
        ));
    }
    lines.push(who_passes(verdicts));
    lines
}

/// Whether a run has kept to its gates.
///
/// # Errors
/// Says which did not: of those that are asked of named strategies any that fails, of the others those of all strategies
/// if none of these passes.
pub(super) fn kept(verdicts: &[GateVerdict]) -> Result<(), String> {
    let fails = |one: &&GateVerdict| one.verdict == GateSays::Fail;
    let mut failed: Vec<&GateVerdict> = verdicts
        .iter()
        .filter(|one| one.must_pass)
        .filter(fails)
        .collect();
    let free: Vec<&GateVerdict> = verdicts.iter().filter(|one| !one.must_pass).collect();
    let stands = |name: &str| {
        let mut mine = free.iter().filter(|one| one.strategy == name);
        !mine.any(|one| one.verdict == GateSays::Fail)
    };
    if !free.is_empty() && !free.iter().any(|one| stands(&one.strategy)) {
        failed.extend(free.iter().filter(|one| fails(one)));
    }
    if failed.is_empty() {
        return Ok(());
    }
    let told = failed.iter().take(3);
    let told = told.map(|one| format!("{} by {}", plain(&one.gate), plain(&one.strategy)));
    let more = match failed.len() {
        0..=3 => String::new(),
        all => format!(" and {} more", all - 3),
    };
    let told = told.collect::<Vec<_>>().join(", ");
    Err(format!("a gate failed: {told}{more}"))
}

/// Who passes all gates that were asked of him, and what is not known.
fn who_passes(verdicts: &[GateVerdict]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for one in verdicts {
        if !names.contains(&one.strategy.as_str()) {
            names.push(&one.strategy);
        }
    }
    let all = |name: &str, says: fn(GateSays) -> bool| {
        let mut mine = verdicts.iter().filter(|one| one.strategy == name);
        mine.all(|one| says(one.verdict))
    };
    let passes = names
        .iter()
        .filter(|name| all(name, |says| says == GateSays::Pass));
    let passes: Vec<_> = passes.map(|name| plain(name)).collect();
    let open = verdicts
        .iter()
        .any(|one| one.verdict == GateSays::Undecided);
    let open = if open {
        "; more replications decide what is undecided"
    } else {
        ""
    };
    match passes.len() {
        0 => format!("No strategy is known to pass all gates{open}."),
        _ => format!("Passing all gates: {}{open}.", passes.join(", ")),
    }
}

fn asks(
    (metric, at_most): (&str, bool),
    (limit, unit): (f64, Unit),
    in_worlds: Option<f64>,
    currency: &str,
) -> String {
    let side = if at_most { "at most" } else { "at least" };
    let limit = value(limit, unit, currency);
    let share = in_worlds.map(|share| format!(" in {} % of worlds", amount(share * 100.0)));
    format!(
        "{} {side} {limit}{}",
        plain(metric),
        share.unwrap_or_default()
    )
}

/// A strategy with its number and its interval.
fn found(one: &GateVerdict, currency: &str) -> String {
    let unit = if one.in_worlds.is_some() {
        Unit::Share
    } else {
        one.kind
    };
    let name = plain(&one.strategy);
    let Some(mean) = one.value else {
        return format!("{name} (nothing to measure)");
    };
    let mean = value(mean, unit, currency);
    match (one.low, one.high) {
        (Some(low), Some(high)) => format!(
            "{name} {mean} ({} to {})",
            value(low, unit, currency),
            value(high, unit, currency)
        ),
        _ => format!("{name} {mean}"),
    }
}

fn value(value: f64, unit: Unit, currency: &str) -> String {
    match unit {
        Unit::Seconds => brief(&duration(value, None)),
        Unit::Share => format!("{} %", amount((value * 1e4).round() / 100.0)),
        Unit::Ratio => amount(value),
        _ => format!("{} {}", amount(value), unit.label(currency)),
    }
}

/// A length of time without digits that say nothing: 30 min for 30.0 min.
fn brief(time: &str) -> String {
    match time.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            let number = number.trim_end_matches('0').trim_end_matches('.');
            format!("{number} {unit}")
        }
        _ => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(gate: &str, strategy: &str, verdict: GateSays, must_pass: bool) -> GateVerdict {
        GateVerdict {
            gate: gate.to_owned(),
            strategy: strategy.to_owned(),
            metric: "wait_p95_s".to_owned(),
            unit: "s".to_owned(),
            asks: "at-most",
            limit: 3600.0,
            in_worlds: None,
            must_pass,
            value: Some(1800.0),
            low: Some(900.0),
            high: Some(2700.0),
            verdict,
            kind: Unit::Seconds,
        }
    }

    #[test]
    fn one_strategy_that_stands_is_enough_unless_it_is_named() {
        use GateSays::{Fail, Pass, Undecided};
        let all = |says: [GateSays; 4], named: bool| {
            let of = |place: usize, gate, strategy| verdict(gate, strategy, says[place], named);
            kept(&[
                of(0, "x", "a"),
                of(1, "x", "b"),
                of(2, "y", "a"),
                of(3, "y", "b"),
            ])
        };
        // Each fails one: nobody stands.
        let told = all([Fail, Pass, Pass, Fail], false).unwrap_err();
        assert_eq!(told, "a gate failed: x by a, y by b");
        assert!(all([Fail, Pass, Fail, Undecided], false).is_ok());
        let told = all([Fail, Pass, Fail, Pass], true).unwrap_err();
        assert_eq!(told, "a gate failed: x by a, y by a");
        assert!(all([Undecided; 4], true).is_ok() && kept(&[]).is_ok());
    }

    #[test]
    fn a_gate_is_told_in_one_line_with_its_intervals() {
        let told = lines(
            &[
                verdict("quick", "a", GateSays::Pass, false),
                verdict("quick", "b", GateSays::Undecided, false),
            ],
            "USD",
        );
        assert_eq!(
            told,
            [
                "Gates:",
                "- quick (wait_p95_s at most 60 min): PASS a 30 min (15 min to 45 min); \
                 UNDECIDED b 30 min (15 min to 45 min)",
                "Passing all gates: a; more replications decide what is undecided."
            ]
        );
    }
}
