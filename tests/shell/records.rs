//! What runs write, as a shell sees it: the same bytes for any number of threads, named after what went in, and kept
//! when somebody interrupts.

use super::command::SMALL;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::shell::{Place, code, plimsoll, run, stderr, stdout};
use serde_json::Value;

#[test]
fn the_record_is_the_same_for_any_number_of_threads() {
    let place = Place::new("threads");
    let files = ["manifest.json", "runs.csv", "summary.json", "jobs.csv"];
    for threads in ["1", "2", "7"] {
        let output = run(&[
            "compare",
            SMALL,
            "--threads",
            threads,
            "--jobs",
            "1",
            "--out",
            &place.at(threads),
            "--quiet",
        ]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(stderr(&output).is_empty(), "--quiet: {}", stderr(&output));
    }
    for file in files {
        let one = place.read(&format!("1/{file}"));
        assert!(!one.is_empty());
        for threads in ["2", "7"] {
            assert!(
                one == place.read(&format!("{threads}/{file}")),
                "{file} at {threads}"
            );
        }
    }
    let jobs = place.read("1/jobs.csv");
    assert!(jobs.starts_with("job,tenant,class,submit_s,start_s,end_s,pool,gpus,state,wait_s,"));
    assert!(
        jobs.lines().skip(1).all(|line| line.ends_with(",1")),
        "replication 1 only"
    );
    let runs = place.read("1/runs.csv");
    assert_eq!(runs.lines().count(), 1 + 3 * 20);
    let manifest: Value = serde_json::from_str(&place.read("1/manifest.json")).unwrap();
    assert_eq!(manifest["schema_version"], 1);
    assert_eq!(manifest["partial"], false);
    assert_eq!(manifest["replications_done"], 20);
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 2);
    assert!(
        manifest["resolved"]
            .as_str()
            .unwrap()
            .contains("burst after 30 min")
    );
}

#[test]
fn runs_are_named_after_their_inputs() {
    let place = Place::new("names");
    let answer = |arguments: &[&str]| -> Value {
        let mut all = vec![
            "run",
            SMALL,
            "--format",
            "json",
            "--replications",
            "2",
            "--out",
        ];
        let out = place.at("run");
        all.push(&out);
        all.extend(arguments);
        serde_json::from_str(&stdout(&run(&all))).unwrap()
    };
    let first = answer(&[]);
    assert_eq!(first["strategies"].as_array().unwrap().len(), 1);
    assert_eq!(first["run_id"], answer(&["--threads", "2"])["run_id"]);
    for other in [
        &["--seed", "8"][..],
        &["--set", "pool.dc-main/h200.nodes=5"],
        &["--jobs", "1"],
    ] {
        assert_ne!(first["run_id"], answer(other)["run_id"], "{other:?}");
    }
}

/// Runs the program until `ready` and a little longer, then interrupts it as Ctrl-C does.
#[cfg(unix)]
fn interrupted(arguments: &[&str], ready: impl Fn() -> bool) -> Output {
    let child = plimsoll(arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !ready() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(700));
    let id = child.id().to_string();
    let killed = Command::new("kill").args(["-INT", &id]).status();
    assert!(killed.unwrap().success());
    child.wait_with_output().unwrap()
}

/// Ctrl-C keeps what is finished, marks it partial and says 130.
#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_what_is_finished() {
    let place = Place::new("interrupted");
    let out = place.at("run");
    let words = ["compare", SMALL, "--replications", "1000000", "--out", &out];
    // The draft stands beside the place once the handler is installed; then some blocks pass.
    let output = interrupted(&words, || fs::read_dir(&place.0).unwrap().count() > 0);
    assert_eq!(code(&output), 130, "{}", stderr(&output));
    assert!(stderr(&output).contains("marked partial"));
    let manifest: Value = serde_json::from_str(&place.read("run/manifest.json")).unwrap();
    assert_eq!(manifest["partial"], true);
    let done = manifest["replications_done"].as_u64().unwrap() as usize;
    assert_eq!(place.read("run/runs.csv").lines().count(), 1 + 3 * done);
    assert!(Path::new(&out).join("summary.json").exists());
}

/// The jobs of single replications are written behind the rest: who interrupts that has the rest, and is told.
#[cfg(unix)]
#[test]
fn an_interrupted_record_of_jobs_says_whose_jobs_it_holds() {
    let place = Place::new("interrupted-jobs");
    let out = place.at("run");
    let all: Vec<String> = (0..3000)
        .map(|replication| replication.to_string())
        .collect();
    let mut words = vec!["compare", SMALL, "--replications", "3000", "--out", &out];
    words.extend(all.iter().flat_map(|one| ["--jobs", one]));
    let output = interrupted(&words, || {
        let drafts = fs::read_dir(&place.0).unwrap();
        drafts
            .flatten()
            .any(|draft| draft.path().join("jobs.csv").exists())
    });
    assert_eq!(code(&output), 130, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("with the jobs of"),
        "{}",
        stderr(&output)
    );
    let manifest: Value = serde_json::from_str(&place.read("run/manifest.json")).unwrap();
    assert_eq!(
        (&manifest["partial"], &manifest["replications_done"]),
        (&true.into(), &3000.into())
    );
    let jobs = place.read("run/jobs.csv");
    let last = jobs.lines().last().unwrap();
    let column = jobs
        .lines()
        .next()
        .unwrap()
        .split(',')
        .position(|name| name == "replication");
    let recorded = manifest["jobs_of"].as_array().unwrap();
    assert_eq!(
        last.split(',').nth(column.unwrap()),
        recorded.last().map(Value::to_string).as_deref()
    );
}
