//! `plimsoll explain` as a shell sees it.

use std::fs;

use crate::command::SMALL;
use crate::shell::{Place, code, plimsoll, run, stderr, stdout};

/// What a command says, which must go well.
fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

fn refused(arguments: &[&str], word: &str) {
    let output = run(arguments);
    assert_eq!(code(&output), 2, "{arguments:?}: {}", stderr(&output));
    assert!(stdout(&output).is_empty());
    assert!(stderr(&output).contains(word), "{}", stderr(&output));
}

#[test]
fn a_change_is_told_with_its_difference_and_with_whom_it_touches() {
    let change = ["explain", "change", SMALL, "--replications", "3"];
    let told = said(&[&change[..], &["--set", "pool.dc-main/h200.nodes=5"]].concat());
    for words in [
        "changed: pool.dc-main/h200.nodes=5",
        "3 replications (seed 7)",
        "as it is",
        "total cost, USD",
        "wait mean",
        "utilisation allocated",
        "fare otherwise in replication 0; most so:",
    ] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    // Another number of nodes is no reason for other jobs where these come from a trace.
    assert!(!told.contains("samples other jobs"), "{told}");
    // 8 GPUs more for 144 h at 2.50 USD: 2,880, whatever happens.
    assert!(told.contains("+2,880"), "{told}");
    assert_eq!(
        told,
        said(&[&change[..], &["--set", "pool.dc-main/h200.nodes=5"]].concat())
    );
}

#[test]
fn another_strategy_and_one_decision_are_changes_too() {
    let told = said(&[
        "explain",
        "change",
        SMALL,
        "--replications",
        "2",
        "--other",
        "cheapest feasible",
    ]);
    assert!(
        told.contains("changed: strategy \"cheapest feasible\""),
        "{told}"
    );
    let told = said(&[
        "explain",
        "change",
        SMALL,
        "--strategy",
        "cheapest feasible",
        "--keep-off",
        "j-3=dc-main/h200",
        "--replication",
        "1",
    ]);
    assert!(
        told.contains("changed: job j-3 may not use dc-main/h200"),
        "{told}"
    );
    assert!(
        told.contains("1 replication (seed 7): no interval"),
        "{told}"
    );
}

#[test]
fn a_demand_that_follows_the_estate_is_told_to_be_another_one() {
    let told = said(&[
        "explain",
        "change",
        "scenarios/starter.toml",
        "--replications",
        "2",
        "--set",
        "pool.dc-main/h200.nodes=4",
        "--both",
        "scenario.horizon=1 d",
    ]);
    assert!(told.contains("The change samples other jobs:"), "{told}");
}

#[test]
fn what_cannot_be_changed_is_told_with_what_was_meant() {
    let change = ["explain", "change", SMALL];
    let with = |more: &[&'static str]| [&change[..], more].concat();
    refused(&with(&[]), "nothing is changed");
    refused(
        &with(&["--other", "cheapest feasable"]),
        "cheapest feasible",
    );
    refused(&with(&["--rule", "x=off"]), "it has no rules");
    refused(&with(&["--rule", "x"]), "ID=MODE");
    refused(
        &with(&["--keep-off", "j-1=cloud/h20"]),
        "did you mean `cloud/h200`?",
    );
    refused(&with(&["--keep-off", "j-1"]), "JOB=POOL");
    refused(&with(&["--keep-off", "k-1=cloud/h200"]), "no job `k-1`");
    refused(
        &with(&["--set", "scenario.seed=1", "--replication", "20"]),
        "the last of this run 19",
    );
    let output = run(&with(&["--set", "pool.dc-main/h200.nods=5"]));
    assert_eq!(code(&output), 3);
}

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    let change = ["explain", "change", SMALL, "--replications", "2", "--set"];
    let output = plimsoll(&[&change[..], &["pool.dc-main/h200.nodes=5"]].concat())
        .env("COLUMNS", "40")
        .output()
        .unwrap();
    let told = stdout(&output);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let wide: Vec<&str> = told
        .lines()
        .filter(|line| line.chars().count() > 40)
        .collect();
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn the_commands_of_the_page_work() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/explain.md");
    let page = fs::read_to_string(page).unwrap();
    let place = Place::new("explain");
    let mut count = 0;
    for line in page
        .lines()
        .filter_map(|line| line.strip_prefix("plimsoll "))
    {
        let line = line.replace(" out", &format!(" {}", place.at("out")));
        let words = words_of(&line);
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words[0] == "run" || words[..2] == ["explain", "change"] && !line.contains("--keep-off")
        {
            words.extend(["--replications", "2"]);
        }
        let output = run(&words);
        assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
        assert!(!stdout(&output).is_empty(), "{line}");
        count += 1;
    }
    assert!(count > 3);
}

/// The words of a line, as a shell would read them.
fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words
}
