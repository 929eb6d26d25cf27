//! Gates of the answer: counted world by world, and judged by intervals.

use crate::metrics::Cell;
use crate::model::AnswerGate;
use crate::record::{Figure, GateSays, GateVerdict, StrategySummary};
use crate::stats::{CONFIDENCE, wilson};
use crate::units::StrategyId;

/// In how many worlds each gate held that asks for a share of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateTally {
    /// By gate and strategy.
    counts: Vec<Vec<Count>>,
}

/// Of one gate and one strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    holds: u32,
    fails: u32,
    /// Worlds whose value is only a lower bound that would do.
    unknown: u32,
}

impl GateTally {
    /// Nothing was played yet.
    pub fn new(gates: &[AnswerGate], strategies: usize) -> Self {
        Self {
            counts: vec![vec![Count::default(); strategies]; gates.len()],
        }
    }

    /// Adds a row of the strategy at this place of the plan.
    pub fn note(&mut self, gates: &[AnswerGate], strategy: usize, cells: &[Cell]) {
        for (gate, counts) in gates.iter().zip(&mut self.counts) {
            let cell = cells[gate.column];
            let Some(value) = cell.value() else {
                continue;
            };
            let count = &mut counts[strategy];
            match (gate.holds(value), cell.at_least) {
                (true, true) if gate.at_most => count.unknown += 1,
                (false, true) if !gate.at_most => count.unknown += 1,
                (true, _) => count.holds += 1,
                (false, _) => count.fails += 1,
            }
        }
    }
}

/// What each gate says of each strategy that was played, `strategies` and `summaries` being in the order of the plan;
/// `is_certain` where nothing rolls dice.
pub fn judge_gates(
    gates: &[AnswerGate],
    tally: &GateTally,
    strategies: &[StrategyId],
    summaries: &[StrategySummary],
    is_certain: bool,
) -> Vec<GateVerdict> {
    let mut verdicts = Vec::new();
    for (gate, counts) in gates.iter().zip(&tally.counts) {
        for (place, (id, summary)) in strategies.iter().zip(summaries).enumerate() {
            if !gate.strategies.contains(id) {
                continue;
            }
            let figure = summary.metrics.0.get(gate.column);
            let found = if let Some(share) = gate.in_worlds {
                of_worlds(share, counts[place], is_certain)
            } else {
                figure.map_or_else(Found::default, |(_, figure)| {
                    of_all(gate, figure, is_certain)
                })
            };
            verdicts.push(GateVerdict {
                gate: gate.name.clone(),
                strategy: summary.name.clone(),
                metric: gate.metric.clone(),
                unit: summary
                    .metrics
                    .get(&gate.metric)
                    .map_or_else(String::new, |figure| figure.unit.clone()),
                asks: if gate.at_most { "at-most" } else { "at-least" },
                limit: gate.limit,
                in_worlds: gate.in_worlds,
                must_pass: gate.of_each,
                value: found.value,
                low: found.low,
                high: found.high,
                verdict: found.verdict.unwrap_or(GateSays::Undecided),
                kind: gate.unit,
            });
        }
    }
    verdicts
}

/// A number with its interval, and what that says; nothing where it has no meaning.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    verdict: Option<GateSays>,
}

/// The number over all worlds.
fn of_all(gate: &AnswerGate, figure: &Figure, is_certain: bool) -> Found {
    let (value, low, high) = (figure.mean, figure.low, figure.high);
    let ends = value.map(|value| (low.unwrap_or(value), high.unwrap_or(value)));
    // One world of many says nothing of the others.
    let is_known = is_certain || figure.precision != "single";
    let at_least = 0 < figure.censored;
    let verdict = ends.filter(|_| is_known).map(|(low, high)| {
        let (worst, best) = if gate.at_most {
            (high, low)
        } else {
            (low, high)
        };
        // What is only known to be at least so much may be more: no less than the low end is certain.
        if gate.holds(worst) && !(gate.at_most && at_least) {
            GateSays::Pass
        } else if !gate.holds(best) && (gate.at_most || !at_least) {
            GateSays::Fail
        } else {
            GateSays::Undecided
        }
    });
    Found {
        value,
        low,
        high,
        verdict,
    }
}

/// The share of the worlds in which it held, with its score interval.
fn of_worlds(share: f64, count: Count, is_certain: bool) -> Found {
    let Count {
        holds,
        fails,
        unknown,
    } = count;
    let worlds = holds + fails + unknown;
    if worlds == 0 {
        return Found::default();
    }
    let value = f64::from(holds) / f64::from(worlds);
    if is_certain {
        let verdict = match (holds, fails) {
            (0, 0) => GateSays::Undecided,
            (_, 0) => GateSays::Pass,
            _ => GateSays::Fail,
        };
        return Found {
            value: Some(value),
            verdict: Some(verdict),
            ..Found::default()
        };
    }
    // Those that are not known hold none at the least and all at the most.
    let least = wilson(holds, worlds, CONFIDENCE).map(|bounds| bounds.low);
    let most = wilson(holds + unknown, worlds, CONFIDENCE).map(|bounds| bounds.high);
    let verdict = match (least, most) {
        (Some(least), _) if share <= least => GateSays::Pass,
        (_, Some(most)) if most < share => GateSays::Fail,
        _ => GateSays::Undecided,
    };
    Found {
        value: Some(value),
        low: least,
        high: most,
        verdict: Some(verdict),
    }
}

#[cfg(test)]
mod tests;
