//! Gates by hand: what an interval says, and how many worlds show a share.

use super::*;
use crate::metrics::{Better, Unit};
use crate::record::Named;
use crate::stats::Estimate;

fn gate(limit: f64, at_most: bool, in_worlds: Option<f64>) -> AnswerGate {
    AnswerGate {
        name: "gate".to_owned(),
        metric: "cost_total".to_owned(),
        column: 0,
        unit: Unit::Money,
        limit,
        at_most,
        in_worlds,
        strategies: vec![StrategyId(0)],
        of_each: false,
    }
}

fn figure(low: f64, high: f64, censored: u32) -> Figure {
    Figure {
        mean: Some(f64::midpoint(low, high)),
        low: Some(low),
        high: Some(high),
        precision: "interval",
        censored,
        ..Figure::new(None::<&Estimate>, Unit::Money, Better::Lower, "USD", 0)
    }
}

fn says(gate: &AnswerGate, figure: Figure, is_certain: bool) -> GateSays {
    let summary = StrategySummary {
        name: "one".to_owned(),
        metrics: Named(vec![("cost_total".to_owned(), figure)]),
        versus_first: None,
    };
    let tally = GateTally::new(std::slice::from_ref(gate), 1);
    let all = judge_gates(
        std::slice::from_ref(gate),
        &tally,
        &[StrategyId(0)],
        &[summary],
        is_certain,
    );
    all[0].verdict
}

#[test]
fn a_gate_holds_where_all_of_the_interval_does() {
    use GateSays::{Fail, Pass, Undecided};
    let at_most = gate(100.0, true, None);
    for (low, high, verdict) in [
        (80.0, 100.0, Pass),
        (90.0, 100.5, Undecided),
        (100.5, 120.0, Fail),
    ] {
        assert_eq!(says(&at_most, figure(low, high, 0), false), verdict);
    }
    let at_least = gate(100.0, false, None);
    for (low, high, verdict) in [
        (80.0, 99.0, Fail),
        (99.0, 101.0, Undecided),
        (100.0, 120.0, Pass),
    ] {
        assert_eq!(says(&at_least, figure(low, high, 0), false), verdict);
    }
    // A lower bound can show that it is too much, and that it is enough, but nothing else.
    assert_eq!(says(&at_most, figure(80.0, 90.0, 1), false), Undecided);
    assert_eq!(says(&at_most, figure(110.0, 120.0, 1), false), Fail);
    assert_eq!(says(&at_least, figure(110.0, 120.0, 1), false), Pass);
    assert_eq!(says(&at_least, figure(80.0, 90.0, 1), false), Undecided);
    // One world of many decides nothing; where nothing rolls dice it decides all.
    let single = || Figure {
        precision: "single",
        ..figure(90.0, 90.0, 0)
    };
    assert_eq!(says(&at_most, single(), false), Undecided);
    assert_eq!(says(&at_most, single(), true), Pass);
    // What has no meaning says nothing.
    let none = Figure::new(None::<&Estimate>, Unit::Money, Better::Lower, "USD", 0);
    assert_eq!(says(&at_most, none, true), Undecided);
}

/// Worlds that cost 90 each, and then others that cost 110.
fn in_worlds(share: f64, holds: u32, fails: u32) -> GateVerdict {
    let gates = [gate(100.0, true, Some(share))];
    let mut tally = GateTally::new(&gates, 1);
    for world in 0..holds + fails {
        let cost = if world < holds { 90.0 } else { 110.0 };
        tally.note(&gates, 0, &[Cell::amount(cost)]);
    }
    let summary = StrategySummary {
        name: "one".to_owned(),
        metrics: Named(vec![("cost_total".to_owned(), figure(90.0, 91.0, 0))]),
        versus_first: None,
    };
    judge_gates(&gates, &tally, &[StrategyId(0)], &[summary], false).remove(0)
}

#[test]
fn a_share_of_worlds_needs_enough_of_them() {
    // Wilson's interval of n of n is n / (n + z²) and 1, with z² = 3.8415: of 30, .886; of 40, .912.
    let few = in_worlds(0.9, 30, 0);
    assert_eq!(few.verdict, GateSays::Undecided);
    assert!((few.low.unwrap() - 30.0 / 33.8415).abs() < 1e-4);
    assert_eq!(in_worlds(0.9, 40, 0).verdict, GateSays::Pass);
    // Of 20 none: 0 to z² / (n + z²) = .161.
    let none = in_worlds(0.5, 0, 20);
    assert_eq!((none.value, none.verdict), (Some(0.0), GateSays::Fail));
    assert!((none.high.unwrap() - 3.8415 / 23.8415).abs() < 1e-4);
    assert_eq!(in_worlds(0.5, 10, 10).verdict, GateSays::Undecided);
}

#[test]
fn worlds_whose_value_is_a_lower_bound_count_for_neither_side() {
    let gates = [gate(100.0, true, Some(0.5))];
    let mut tally = GateTally::new(&gates, 1);
    let bound = Cell {
        at_least: true,
        ..Cell::amount(90.0)
    };
    for _ in 0..40 {
        tally.note(&gates, 0, &[bound]);
    }
    // It may be too much in all of them, and in none.
    let found = of_worlds(0.5, tally.counts[0][0], false);
    assert_eq!(found.verdict, Some(GateSays::Undecided));
    // Beyond the limit a lower bound is a failure like any other.
    for _ in 0..60 {
        tally.note(
            &gates,
            0,
            &[Cell {
                numerator: 110.0,
                ..bound
            }],
        );
    }
    let found = of_worlds(0.5, tally.counts[0][0], false);
    // At most 40 of 100 hold: up to .498.
    assert_eq!(found.verdict, Some(GateSays::Fail));
}
