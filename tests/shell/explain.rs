//! `plimsoll explain` as a shell sees it.

use std::fs;

use crate::command::SMALL;
use crate::shell::{Place, code, run, stderr, stdout};

/// What a command says, which must go well.
pub(crate) fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

pub(crate) fn refused(arguments: &[&str], word: &str) {
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
fn a_job_of_a_recorded_run_is_told_from_its_record() {
    let place = Place::new("explain-job");
    let out = place.at("run");
    let burst = ["--strategy", "burst after 30 min"];
    let output = run(&[
        &[
            "run",
            SMALL,
            "--jobs",
            "1",
            "--replications",
            "2",
            "--out",
            &out,
        ][..],
        &burst,
    ]
    .concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let jobs = place.read("run/jobs.csv");
    let mut rows = csv_rows(&jobs);
    let row = rows.find(|row| row["pool"] == "cloud/h200").unwrap();
    let name = row["job"].as_str();
    let told = said(&["explain", "job", name, "--run", &out, "--replication", "1"]);
    for words in [
        "\"burst after 30 min\" · replication 1 (seed 7)",
        "submitted",
        "waits for capacity",
        "not dc-main/h200: full",
        "it may not leave owned capacity so soon",
        "takes cloud/h200 for 3.80 USD/GPU-h: it had waited",
        "kept off cloud/h200, it would have waited",
        "under \"private only\"",
        &format!("--keep-off {name}=cloud/h200"),
    ] {
        // Wherever lines are broken.
        let told: Vec<&str> = told.split_whitespace().collect();
        assert!(told.join(" ").contains(words), "no `{words}` in {told:?}");
    }
    assert!(!told.contains("note:"), "{told}");
    // The bill is the one that was recorded.
    let cost: f64 = row["cost"].parse().unwrap();
    let egress: f64 = row["cost_egress"].parse().unwrap();
    let line = told.lines().find(|line| line.starts_with("cost ")).unwrap();
    let figure: f64 = line
        .split_whitespace()
        .nth(1)
        .unwrap()
        .replace(',', "")
        .parse()
        .unwrap();
    assert!(
        (figure - cost - egress).abs() < 0.006,
        "{line}: {cost} + {egress}"
    );
    // Printed parts add up to the printed sum.
    let parts = told
        .lines()
        .skip_while(|line| !line.starts_with("cost "))
        .skip(1);
    let parts = parts.take_while(|line| line.starts_with("   "));
    let sum: f64 = parts
        .map(|line| {
            line.split_whitespace()
                .next()
                .unwrap()
                .replace(',', "")
                .parse::<f64>()
                .unwrap()
        })
        .sum();
    assert!((sum - figure).abs() < 1e-6, "{sum} {line}");
}

/// The rows of a table, by column.
fn csv_rows(text: &str) -> impl Iterator<Item = std::collections::BTreeMap<String, String>> + '_ {
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    text.lines().skip(1).map(move |line| {
        let cells = header.iter().zip(line.split(','));
        cells
            .map(|(key, cell)| ((*key).to_owned(), cell.to_owned()))
            .collect()
    })
}

#[test]
fn a_record_whose_scenario_has_changed_is_told_with_a_note() {
    let place = Place::new("explain-changed");
    for name in ["small.toml", "small.csv"] {
        fs::copy(format!("tests/fixtures/command/{name}"), place.0.join(name)).unwrap();
    }
    let (scenario, out) = (place.at("small.toml"), place.at("run"));
    let output = run(&["run", &scenario, "--replications", "1", "--out", &out]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let same = said(&["explain", "cost", "--run", &out]);
    assert!(!same.contains("note:"), "{same}");
    let text = place.read("small.toml").replace("2.50 USD", "2.60 USD");
    fs::write(&scenario, text).unwrap();
    let told = said(&["explain", "cost", "--run", &out]);
    assert!(told.contains("is not what it was when run"), "{told}");
    assert!(told.contains("it is another"), "{told}");
    fs::remove_file(&scenario).unwrap();
    let output = run(&["explain", "cost", "--run", &out]);
    assert_eq!(code(&output), 3);
    assert!(
        stderr(&output).contains("not to be found from here"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn the_tree_of_costs_adds_up_at_every_fork() {
    for by in ["site,payee,item", "class,tenant", "month,item", "item"] {
        let told = said(&[
            "explain",
            "cost",
            SMALL,
            "--strategy",
            "cheapest feasible",
            "--by",
            by,
        ]);
        let cents = |text: &str| {
            text.replace([',', '.'], "")
                .replace('−', "-")
                .parse::<i64>()
                .unwrap()
        };
        let mut lines = told.lines().skip_while(|line| !line.starts_with("cost  "));
        let total = cents(lines.next().unwrap().split_whitespace().nth(1).unwrap());
        let rows: Vec<(usize, i64)> = lines
            .take_while(|line| !line.is_empty())
            .map(|line| {
                let depth = line.chars().take_while(|c| *c == ' ').count() / 2;
                (depth, cents(line.split_whitespace().next().unwrap()))
            })
            .collect();
        let under = |depth: usize, rows: &[(usize, i64)]| -> i64 {
            let inside = rows.iter().take_while(|row| row.0 > depth);
            inside
                .filter(|row| row.0 == depth + 1)
                .map(|row| row.1)
                .sum()
        };
        assert_eq!(under(0, &rows), total, "{told}");
        for (place, &(depth, sum)) in rows.iter().enumerate() {
            let below = under(depth, &rows[place + 1..]);
            assert!(below == 0 || below == sum, "{told}");
        }
    }
}

#[test]
fn pools_and_rules_are_told() {
    let told = said(&[
        "explain",
        "pool",
        "cloud/h200",
        SMALL,
        "--strategy",
        "burst after 30 min",
    ]);
    for words in [
        "used by     tenant",
        "full  ",
        "price       3.80 USD/GPU-h throughout",
        "not given   to",
    ] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    let regulated = "scenarios/rollout-90d-regulated.toml";
    let rule = [
        "explain",
        "rule",
        "records-stay-at-home",
        regulated,
        "--replications",
        "2",
    ];
    let told = said(&[&rule[..], &["--set", "scenario.horizon=20 d"]].concat());
    for words in [
        "forbids",
        "concerns    ",
        "price       what obeying it throughout changes",
    ] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    refused(
        &["explain", "pool", "cloud/h20", SMALL],
        "did you mean `cloud/h200`?",
    );
    refused(&["explain", "rule", "x", SMALL], "it has no rules");
    refused(
        &["explain", "job", "j-99999999", SMALL],
        "no job `j-99999999`",
    );
    refused(
        &["explain", "job", "j-1", SMALL, "--strategy", "x"],
        "`burst after 30 min`",
    );
    refused(&["explain", "job", "j-1"], "<FILE>");
}

#[test]
fn a_label_that_nobody_says_is_told_where_a_rule_refuses_for_it() {
    let job = [
        "explain",
        "job",
        "study-1",
        "scenarios/labelled-trace.toml",
        "--strategy",
        "burst after 30 min",
    ];
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let why = "nobody says its `job.classification`, and what is unknown is not allowed";
    assert!(words(&said(&job)).contains(why));
    let assumed = [&job[..], &["--assume", "classification=health"]].concat();
    let text = words(&said(&assumed));
    assert!(text.contains("assumed job.classification is [health] wherever nobody says it"));
    assert!(text.contains("refused by rule `health-stays-in-the-country`"));
    assert!(!text.contains(why));
    let nothing = [&job[..], &["--assume", "classification=[]"]].concat();
    assert!(!words(&said(&nothing)).contains("refused by rule"));
}

#[test]
fn a_placement_that_ranks_pools_tells_its_scores() {
    let text = said(&[
        "explain",
        "job",
        "j-3",
        "scenarios/regulated-hybrid.toml",
        "--strategy",
        "weighted",
        "--set",
        "scenario.horizon=\"2 d\"",
    ]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Cost, delay and emissions count there; nearness does not.
    assert!(words.contains("; score "), "{text}");
    assert!(words.contains("of delay, "), "{text}");
    assert!(words.contains("kg CO2e)"), "{text}");
    assert!(!words.contains("away)"), "{text}");
}
