//! What many strategies look like at a glance.

use super::*;
use crate::cli::samples;
use crate::metrics::Unit;

fn summary(rows: &[(&str, f64, f64)]) -> Summary {
    let strategy = |&(name, cost, half): &(&str, f64, f64)| {
        let wait = 7_200_000.0 / cost;
        let columns = [
            ("cost_total", cost, half, Unit::Money),
            ("wait_mean_s", wait, 1.0, Unit::Seconds),
        ];
        samples::strategy(name, &columns)
    };
    samples::summary(rows.iter().map(strategy).collect())
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
