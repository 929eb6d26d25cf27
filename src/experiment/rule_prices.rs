//! What rules cost: strategies that are alike but for rules that one obeys and the other only audits, on the same worlds.

use crate::metrics::Layout;
use crate::model::{Model, RuleMode};
use crate::record::{Comparison, Named, RulePrice, plain};
use crate::units::StrategyId;

use super::columns::Columns;
use super::replicate::Replicated;
use super::words::{amount, duration, estimate};

/// Two strategies that differ only in rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePair {
    /// The one that obeys them, by its place in the plan.
    pub obeys: usize,
    /// The one that does not.
    pub audits: usize,
    /// Which rules.
    pub rules: Vec<u16>,
}

/// More pairs are not told.
const PAIRS_MAX: usize = 12;
/// What is compared.
const TOLD: [&str; 5] = [
    "cost_total",
    "wait_mean_s",
    "jobs_finished",
    "violations",
    "gpu_h_violating",
];

/// Pairs of strategies of a plan of which one obeys rules that the other only audits, or leaves off.
pub(super) fn pairs(model: &Model, strategies: &[StrategyId]) -> Vec<RulePair> {
    let mut found = Vec::new();
    if !model.rules.are_used() {
        return found;
    }
    for obeys in 0..strategies.len() {
        for audits in 0..strategies.len() {
            let rules = differing(model, strategies[obeys], strategies[audits]);
            found.extend(rules.map(|rules| RulePair {
                obeys,
                audits,
                rules,
            }));
        }
    }
    // Those that differ in fewer rules tell more of each.
    found.sort_by_key(|pair| pair.rules.len());
    found.truncate(PAIRS_MAX);
    found
}

/// The rules that one strategy obeys and another does not, if they differ in nothing else.
fn differing(model: &Model, obeys: StrategyId, audits: StrategyId) -> Option<Vec<u16>> {
    let [one, other] = [obeys, audits].map(|id| &model.strategies[id.index()]);
    let mut alike = other.clone();
    alike.name.clone_from(&one.name);
    alike.rules.clone_from(&one.rules);
    let later = |id: StrategyId| model.rollout.later.get(id.index());
    if alike != *one || later(obeys) != later(audits) {
        return None;
    }
    let mode = |held: &[(u16, RuleMode)], rule: u16| {
        let held = held.iter().find(|(of, _)| *of == rule);
        held.map_or(model.rules.list[usize::from(rule)].mode, |&(_, mode)| mode)
    };
    let mut rules = Vec::new();
    for rule in 0..model.rules.list.len() as u16 {
        match (mode(&one.rules, rule), mode(&other.rules, rule)) {
            (left, right) if left == right => {}
            (RuleMode::Enforce, _) => rules.push(rule),
            _ => return None,
        }
    }
    (!rules.is_empty()).then_some(rules)
}

/// What each pair says of its rules.
pub fn rule_prices(
    model: &Model,
    layout: &Layout,
    names: &[String],
    played: &Replicated,
) -> Vec<RulePrice> {
    let price = |(pair, columns): &(RulePair, Columns)| {
        let rules = pair.rules.iter();
        let rules = rules.map(|&rule| model.rules.name_of(usize::from(rule)).to_owned());
        let told = TOLD.iter().filter_map(|&id| {
            let versus = columns.versus_first(layout.position(id)?);
            let difference = versus.difference();
            let comparison = Comparison::new(difference.as_ref(), versus.ratio().as_ref());
            Some((id.to_owned(), comparison))
        });
        RulePrice {
            rules: rules.collect(),
            obeying: names[pair.obeys].clone(),
            auditing: names[pair.audits].clone(),
            obeying_less_auditing: Named(told.collect()),
        }
    };
    played.rule_pairs.iter().map(price).collect()
}

/// The same in words.
pub fn rule_price_sentences(prices: &[RulePrice], currency: &str) -> Vec<String> {
    let sentence = |price: &RulePrice| {
        let rules: Vec<String> = price
            .rules
            .iter()
            .map(|rule| format!("`{}`", plain(rule)))
            .collect();
        let of = |id: &str| price.obeying_less_auditing.get(id);
        let cost = of("cost_total").map_or_else(String::new, |cost| {
            clause(cost, ("costs", "saves"), |value, half| {
                format!("{} {currency}", estimate(value, half))
            })
        });
        let wait = of("wait_mean_s").map_or_else(String::new, |wait| {
            let hours = |value: f64, half: Option<f64>| duration(value, half);
            clause(wait, ("adds", "takes off"), hours)
        });
        let less = |id: &str| {
            let difference = of(id).and_then(|of| of.difference);
            amount(difference.map_or(0.0, |more| -more))
        };
        format!(
            "Obeying {} {cost} a run and {wait} of mean wait: \"{}\" obeys what \"{}\" does not, which violates rules \
             {} times more often ({} GPU-h).",
            rules.join(" and "),
            plain(&price.obeying),
            plain(&price.auditing),
            less("violations"),
            less("gpu_h_violating"),
        )
    };
    prices.iter().map(sentence).collect()
}

/// A difference in words: more, less, or nothing that can be told.
fn clause(
    of: &Comparison,
    (more, less): (&str, &str),
    words: impl Fn(f64, Option<f64>) -> String,
) -> String {
    let Some(value) = of.difference else {
        return format!("{more} nothing that can be told");
    };
    let half = match (of.difference_low, of.difference_high) {
        (Some(low), Some(high)) => Some((high - low) / 2.0),
        _ => None,
    };
    let is_open = half.is_some_and(|half| value.abs() <= half);
    if value == 0.0 && half.is_none() {
        return format!("{more} nothing");
    }
    let word = if value < 0.0 { less } else { more };
    let told = words(value.abs(), half);
    if is_open {
        format!("{word} {told}, which may be nothing,")
    } else {
        format!("{word} {told}")
    }
}
