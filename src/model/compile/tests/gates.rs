//! Gates of the answer, in words: what they ask, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::good_with as compiled;

fn gate(words: &str) -> String {
    format!("[[gate]]\nname = \"held\"\n{words}\n")
}

fn asked(words: &str) -> AnswerGate {
    let mut gates = compiled("gate", &gate(words)).unwrap().gates;
    assert_eq!(gates.len(), 1);
    gates.remove(0)
}

#[test]
fn a_gate_asks_a_column_of_the_answer() {
    let waits = asked("metric = \"wait_p95_s.large\"\nat_most = \"30 min\"\nin_worlds = \"90 %\"");
    assert_eq!((waits.limit, waits.at_most), (1800.0, true));
    assert_eq!(waits.in_worlds, Some(0.9));
    assert_eq!(waits.strategies, [StrategyId(0), StrategyId(1)]);
    assert!(!waits.of_each && waits.holds(1800.0) && !waits.holds(1800.5));
    let layout = layout_of(&compiled("gate-layout", "").unwrap().model);
    assert_eq!(layout.columns[waits.column].id, "wait_p95_s.large");
    let words = "metric = \"utilisation_allocated\"\nat_least = 0.5\nstrategies = [\"burst\"]";
    let used = asked(words);
    assert_eq!((used.limit, used.at_most), (0.5, false));
    assert_eq!((used.strategies, used.of_each), (vec![StrategyId(1)], true));
    assert_eq!(
        asked("metric = \"cost_total\"\nat_most = \"1200.50 USD\"").limit,
        1200.5
    );
    let share = asked("metric = \"gpu_h_share.gpu.h100\"\nat_most = \"60 %\"");
    assert_eq!(share.limit, 0.6);
    assert_eq!(asked("metric = \"jobs_shed\"\nat_most = 0").limit, 0.0);
    assert_eq!(
        asked("metric = \"jobs_shed\"\nat_most = \"3 jobs\"").limit,
        3.0
    );
}

#[test]
fn what_cannot_be_asked_is_told_with_a_fix() {
    for (words, messages) in [
        (
            "metric = \"wait_p95s\"\nat_most = 1",
            ["unknown metric `wait_p95s`", "did you mean `wait_p95_s`?"],
        ),
        (
            "metric = \"wait_p95_s.larg\"\nat_most = 1",
            [
                "`wait_p95_s.larg` is not measured here",
                "did you mean `wait_p95_s.large`?",
            ],
        ),
        (
            "metric = \"budget_spent\"\nat_most = 1",
            ["`budget_spent` is not measured here", "ask another metric"],
        ),
        (
            "metric = \"cost_total\"",
            [
                "must say what it asks for",
                "add at_most = … or at_least = …",
            ],
        ),
        (
            "metric = \"cost_total\"\nat_most = 1\nat_least = 1",
            ["asks for `at_most` or for `at_least`", "write two gates"],
        ),
        (
            "metric = \"cost_total\"\nat_most = \"30 min\"",
            ["`min`", "USD"],
        ),
        (
            "metric = \"cost_total\"\nat_most = true",
            ["this is no number", "write a number in USD"],
        ),
        (
            "metric = \"utilisation_useful\"\nat_least = \"half\"",
            ["`half` is no number", "\"60 %\""],
        ),
        (
            "metric = \"cost_total\"\nat_most = 1\nin_worlds = 1.0",
            ["no number of sampled worlds shows this", "less than 100 %"],
        ),
        (
            "metric = \"cost_total\"\nat_most = 1\nstrategies = [\"burts\"]",
            ["unknown strategy `burts`", "did you mean `burst`?"],
        ),
        ("at_most = 1", ["what a gate asks is missing", "metric ="]),
    ] {
        let told = compiled("bad-gate", &gate(words)).unwrap_err();
        for message in messages {
            assert!(told.contains(message), "{words}: {told}");
        }
    }
    let twice = gate("metric = \"cost_total\"\nat_most = 1").repeat(2);
    let told = compiled("gate-twice", &twice).unwrap_err();
    assert!(told.contains("held"), "{told}");
}
