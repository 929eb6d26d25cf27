//! What the comparison looks like.

use super::*;
use crate::cli::samples;
use crate::record::Named;

fn summary() -> Summary {
    let strategy = |name: &str, cost: f64, wait: f64| {
        let columns = [
            ("cost_total", cost, 6123.0, Unit::Money),
            ("wait_p95_s", wait, 4320.0, Unit::Seconds),
            ("jobs_timed_out", 0.0, 0.0, Unit::Jobs),
        ];
        samples::strategy(name, &columns)
    };
    let more = Comparison {
        difference: Some(48_820.0),
        difference_low: Some(42_720.0),
        difference_high: Some(54_920.0),
        ..Comparison::default()
    };
    let second = StrategySummary {
        versus_first: Some(Named(vec![("cost_total".to_owned(), more)])),
        ..strategy("burst after 30 min", 478_900.0, 10_000.0)
    };
    samples::summary(vec![strategy("private only", 430_080.0, 32_760.0), second])
}

#[test]
fn little_money_is_not_nothing() {
    // One GPU for a second at 3.60 USD/GPU-h is a tenth of a cent.
    assert_eq!(value_text(0.001, None, Unit::Money), "0.00100");
    assert_eq!(
        value_text(0.001, Some(0.000_4), Unit::Money),
        "0.00100 ± 0.00040"
    );
    assert_eq!(value_text(12.344, None, Unit::Money), "12.34");
    assert_eq!(value_text(430_080.4, None, Unit::Money), "430,080");
    assert_eq!(value_text(0.002_5, None, Unit::MoneyPerGpuHour), "0.002500");
}

#[test]
fn a_wide_terminal_shows_strategies_side_by_side() {
    let text = table(&summary(), 100);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with("burst after 30 min"));
    assert!(lines[1].starts_with("total cost, USD") && lines[1].ends_with("478,900 ± 6,100"));
    assert!(lines[2].starts_with("  Δ") && lines[2].ends_with("+48,800 ± 6,100"));
    assert!(lines[3].contains("9.1 ± 1.2 h"));
    assert!(!text.contains("timed out"), "a row of zeros says nothing");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 60, 80, 120] {
        let text = table(&summary(), width);
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
        assert!(text.contains("private only") && text.contains("burst after 30 min"));
    }
}
