//! Gates of the answer as a shell sees them: what is told of them, where it is written, and how commands end.

use crate::shell::{Place, code, run, stderr, stdout};

const SMALL: &str = "tests/fixtures/command/small.toml";

/// A scenario of its own that lies over the small one and asks these gates.
fn with(place: &Place, gates: &str) -> String {
    let small = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SMALL);
    let text = format!("extends = {:?}\n{gates}", small.to_string_lossy());
    std::fs::write(place.0.join("gated.toml"), text).unwrap();
    place.at("gated.toml")
}

fn gate(name: &str, words: &str) -> String {
    format!("[[gate]]\nname = \"{name}\"\n{words}\n")
}

#[test]
fn gates_that_hold_are_told_and_end_well() {
    let place = Place::new("gates-hold");
    let gates = gate("none is turned away", "metric = \"jobs_shed\"\nat_most = 0")
        + &gate(
            "no hurry",
            "metric = \"wait_mean_s\"\nat_most = \"10000 d\"",
        );
    let file = with(&place, &gates);
    let checked = run(&["check", &file]);
    assert_eq!(code(&checked), 0, "{checked:?}");
    let told = stdout(&checked);
    let asked = "  none is turned away: jobs_shed at most 0 jobs, of any strategy";
    assert!(told.contains(asked), "{told}");
    let out = place.at("run");
    let arguments = ["run", &file, "--replications", "2", "--out", &out];
    let output = run(&arguments);
    assert_eq!(code(&output), 0, "{output:?}");
    let told = stdout(&output);
    assert!(
        told.contains("- none is turned away (jobs_shed at most 0 jobs): PASS "),
        "{told}"
    );
    assert!(told.contains("Passing all gates: "), "{told}");
    let summary: serde_json::Value = serde_json::from_str(&place.read("run/summary.json")).unwrap();
    let gates = summary["gates"].as_array().unwrap();
    assert_eq!(gates[0]["gate"], "none is turned away");
    assert_eq!(
        (&gates[0]["verdict"], &gates[0]["value"]),
        (&"pass".into(), &0.0.into())
    );
    let csv = run(&[&arguments[..], &["--format", "csv"]].concat());
    let rows = stdout(&csv);
    let row = rows.lines().find(|row| row.contains("gate_pass.no hurry"));
    assert!(
        row.is_some_and(|row| row.ends_with(",1,1,,,,,,,,,,")),
        "{rows}"
    );
}

#[test]
fn a_gate_that_fails_ends_with_four_unless_somebody_says_otherwise() {
    let place = Place::new("gates-fail");
    let file = with(
        &place,
        &gate("free", "metric = \"cost_total\"\nat_most = \"1 USD\""),
    );
    let out = place.at("run");
    let arguments = ["compare", &file, "--replications", "3", "--out", &out];
    let output = run(&arguments);
    assert_eq!(code(&output), 4, "{output:?}");
    assert!(
        stderr(&output).contains("a gate failed: free by "),
        "{output:?}"
    );
    assert!(stdout(&output).contains("No strategy is known to pass all gates."));
    // The record is written all the same.
    assert!(
        place
            .read("run/summary.json")
            .contains("\"verdict\": \"fail\"")
    );
    let output = run(&[&arguments[..], &["--exit-zero"]].concat());
    assert_eq!(code(&output), 0, "{output:?}");
}

#[test]
fn a_metric_that_is_not_measured_is_told_before_anything_runs() {
    let place = Place::new("gates-unknown");
    let file = with(&place, &gate("x", "metric = \"cost_totl\"\nat_most = 1"));
    let output = run(&["check", &file]);
    assert_eq!(code(&output), 3, "{output:?}");
    let told = stderr(&output);
    assert!(told.contains("unknown metric `cost_totl`"), "{told}");
    assert!(told.contains("did you mean `cost_total`?"), "{told}");
}
