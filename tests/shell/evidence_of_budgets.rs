//! Evidence of what budgets decide, as a shell sees it.

use std::fs;

use super::command::SMALL;
use crate::shell::{Place, code, run, stderr};
use crate::told;
use serde_json::Value;

/// A budget that begins anew each month, on the last day of one: who asks for more in January is answered 36 hours later, in
/// February, when that January is over. It is told as denied, and the wait goes on as a wait for the budget.
#[test]
fn what_a_budget_is_not_given_is_told() {
    let place = Place::new("evidence-denied");
    let (file, out) = (place.at("denied.toml"), place.at("run"));
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        r#"extends = "{root}/{SMALL}"

[scenario]
start = 2026-01-31T00:00:00Z

[[budget]]
name = "rent"
amount = "10 USD"
per = "month"
at_limit = "ask"
approval = "36 h"
grants = "20 USD"
"#
    );
    fs::write(&file, text).unwrap();
    let words = ["run", &file, "--strategy", "cheapest feasible", "--quiet"];
    let rest = ["--replications", "1", "--evidence", "--out", &out];
    let output = run(&[&words[..], &rest].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(code(&run(&["evidence", "verify", &out])), 0);
    let text = place.read("run/evidence.jsonl");
    let of_budget = |line: &Value| line["kind"] == "budget" && line["subject"]["budget"] == "rent";
    let all: Vec<Value> = told::lines(&text).filter(of_budget).collect();
    let at = |verdict: &str| -> Vec<String> {
        let found = all.iter().filter(|line| line["verdict"] == verdict);
        found
            .map(|line| line["at"].as_str().unwrap().to_owned())
            .collect()
    };
    let (asked, denied, granted) = (at("asked"), at("denied"), at("granted"));
    assert_eq!((asked.len(), denied.len(), granted.len()), (2, 1, 1));
    assert!(asked[0].starts_with("2026-01-31T"), "{asked:?}");
    assert!(asked[1].starts_with("2026-02-0"), "{asked:?}");
    // A day and a half later, to the millisecond.
    let answered = |asked: &str| {
        let part = |from: usize| asked[from..from + 2].parse::<u32>().unwrap();
        let (day, hour) = (part(8) % 31 + 1, part(11) + 12);
        let (day, hour) = (day + hour / 24, hour % 24);
        format!("2026-02-{day:02}T{hour:02}{}", &asked[13..])
    };
    assert_eq!(denied[0], answered(&asked[0]));
    assert_eq!(granted[0], answered(&asked[1]));
    let reason = all.iter().find(|line| line["verdict"] == "denied").unwrap();
    let words = "more was asked for in a period that was over before anybody answered";
    assert_eq!(reason["reason"], words);
    // Between January's end and the second question nothing is granted: what waits, waits for the budget.
    let waits = told::lines(&text).filter(|line| {
        line["kind"] == "refusal" && line["reason"] == "it waits: budget" && line["run"] == 1
    });
    assert!(waits.count() > 0);
}
