//! What many strategies look like at a glance.

use super::*;
use crate::metrics::Unit;
use crate::record::{Named, Replications, SCHEMA_VERSION};
use crate::stats::{Estimate, Precision};

fn figure(value: f64, half: f64, kind: Unit) -> Figure {
    let estimate = Estimate {
        value,
        precision: Precision::HalfWidth(half),
        replications: 200,
    };
    Figure::new(Some(&estimate), kind, Better::Lower, "USD", 0)
}

fn summary(rows: &[(&str, f64, f64)]) -> Summary {
    let strategy = |&(name, cost, half): &(&str, f64, f64)| StrategySummary {
        name: name.to_owned(),
        metrics: Named(vec![
            ("cost_total".to_owned(), figure(cost, half, Unit::Money)),
            (
                "wait_mean_s".to_owned(),
                figure(7_200_000.0 / cost, 1.0, Unit::Seconds),
            ),
        ]),
        versus_first: None,
    };
    Summary {
        schema_version: SCHEMA_VERSION,
        scenario: "four".to_owned(),
        run_id: "0".to_owned(),
        seed: 1,
        currency: "USD".to_owned(),
        replications: Replications {
            asked: 200,
            done: 200,
            partial: false,
        },
        deterministic: false,
        confidence: 0.95,
        read: Vec::new(),
        strategies: rows.iter().map(strategy).collect(),
        sentences: Vec::new(),
        what_would_change_it: Vec::new(),
        rule_prices: Vec::new(),
    }
}

#[test]
fn who_cannot_be_told_apart_shares_a_place() {
    // 100 ± 5 and 108 ± 5 overlap; 120 ± 5 lies wholly above the first (105 < 115) and not above the second
    // (113 < 115 does): two are better beyond doubt. 121 ± 9 (from 112) has only the first below it.
    let rows = [
        ("d", 121.0, 9.0),
        ("c", 120.0, 5.0),
        ("a", 100.0, 5.0),
        ("b", 108.0, 5.0),
    ];
    let text = ranking(&summary(&rows), 120);
    let lines: Vec<&str> = text.lines().collect();
    let of = |name: &str| {
        let found = lines.iter().position(|line| line.starts_with(name));
        found.expect("a line")
    };
    assert!(of("a ") < of("b ") && of("b ") < of("c ") && of("c ") < of("d "));
    let place = |name: &str| {
        let line = lines[of(name)];
        let (_, behind) = line.split_once('(').expect("a place");
        behind.chars().next().expect("a number")
    };
    assert_eq!(["a ", "b ", "c ", "d "].map(place), ['1', '1', '3', '2']);
}

#[test]
fn few_strategies_need_no_ranking() {
    assert_eq!(
        ranking(&summary(&[("a", 1.0, 0.1), ("b", 2.0, 0.1)]), 120),
        ""
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let rows = [
        "private only",
        "out after 2 h",
        "out at once",
        "cheapest now",
    ];
    let rows = rows.map(|name| (name, 100_000.0, 500.0));
    for width in [40, 60, 80, 120] {
        let text = ranking(&summary(&rows), width);
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
        assert!(rows.iter().all(|row| text.contains(row.0)));
    }
}
