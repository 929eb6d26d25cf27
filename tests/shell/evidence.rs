//! Evidence as a shell sees it: written when it is asked for, the same bytes for any number of threads, and verified.

use std::fs;

use super::command::SMALL;
use crate::shell::{Place, code, run, stderr, stdout};
use serde_json::Value;

const NAME: &str = "run/evidence.jsonl";

fn recorded(place: &Place, words: &[&str]) -> std::process::Output {
    let out = place.at("run");
    let mut all = vec![
        "compare",
        SMALL,
        "--replications",
        "3",
        "--quiet",
        "--out",
        &out,
    ];
    all.extend(words);
    run(&all)
}

#[test]
fn evidence_is_the_same_for_any_number_of_threads_and_verifies() {
    let mut first = String::new();
    for threads in ["1", "3"] {
        let place = Place::new(&format!("evidence-{threads}"));
        let words = ["--evidence", "--evidence=2", "--threads", threads];
        let output = recorded(&place, &words);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let text = place.read(NAME);
        if first.is_empty() {
            first.clone_from(&text);
        }
        assert!(first == text, "with {threads} threads");
        let verified = run(&["evidence", "verify", &place.at("run")]);
        assert_eq!(code(&verified), 0, "{}", stderr(&verified));
        let lines = text.lines().count();
        assert!(
            stdout(&verified).starts_with("good: "),
            "{}",
            stdout(&verified)
        );
        let manifest: Value = serde_json::from_str(&place.read("run/manifest.json")).unwrap();
        assert_eq!(manifest["evidence"]["lines"], lines);
        assert_eq!(manifest["evidence_of"], serde_json::json!([0, 2]));
        assert!(
            manifest["command"]
                .as_str()
                .unwrap()
                .ends_with("--evidence=0 --evidence=2")
        );
        // Three strategies in two worlds.
        let of = |kind: &str| text.matches(&format!("\"kind\":\"{kind}\"")).count();
        assert_eq!((of("run"), of("end"), of("closing")), (6, 6, 1));
        // As many placements are told as jobs.csv has jobs that started: nobody is stopped here.
        let jobs = Place::new(&format!("evidence-jobs-{threads}"));
        let words = ["--jobs", "0", "--jobs", "2"];
        assert_eq!(code(&recorded(&jobs, &words)), 0);
        let jobs = jobs.read("run/jobs.csv");
        let started = jobs.lines().skip(1);
        let started = started.filter(|line| !line.split(',').nth(4).unwrap().is_empty());
        assert_eq!(of("placement"), started.count());
        // Each burst says why, and what it passed over.
        for line in text
            .lines()
            .filter(|line| line.contains("\"rented\":true}"))
        {
            let line: Value = serde_json::from_str(line).unwrap();
            if line["kind"] != "placement" || line["strategy"] != "burst after 30 min" {
                continue;
            }
            let reason = line["reason"].as_str().unwrap();
            assert!(reason.contains("where 1800.000 s are enough"), "{reason}");
            assert_eq!(line["alternatives"][0]["pool"], "dc-main/h200");
            assert_eq!(line["alternatives"][0]["bar"], "full");
            assert_eq!(line["price_per_gpu_hour"], 3.8);
        }
    }
}

#[test]
fn evidence_changes_no_number_and_is_only_written_when_asked_for() {
    let place = Place::new("evidence-none");
    assert_eq!(code(&recorded(&place, &[])), 0);
    assert!(!place.0.join(NAME).exists());
    let runs = place.read("run/runs.csv");
    let without = run(&["evidence", "verify", &place.at("run")]);
    assert_eq!(code(&without), 3);
    assert!(
        stderr(&without).contains("--evidence"),
        "{}",
        stderr(&without)
    );
    // A scenario may ask for it.
    let asked = recorded(&place, &["--set", "record.evidence=true"]);
    assert_eq!(code(&asked), 0, "{}", stderr(&asked));
    assert!(place.0.join(NAME).exists());
    assert!(runs == place.read("run/runs.csv"));
    let wrong = recorded(&place, &["--evidence=3"]);
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains("the last of this run 2"));
}

#[test]
fn what_was_changed_cut_or_exchanged_is_a_failed_check() {
    let place = Place::new("evidence-broken");
    assert_eq!(code(&recorded(&place, &["--evidence"])), 0);
    let (file, folder) = (place.at(NAME), place.at("run"));
    let good = place.read(NAME);
    let verdict = |text: &str| {
        fs::write(&file, text).unwrap();
        let output = run(&["evidence", "verify", &folder]);
        (code(&output), stderr(&output))
    };
    let cut = &good[..=good.trim_end().rfind('\n').unwrap()];
    let (status, said) = verdict(cut);
    assert!(status == 4 && said.contains("cut off"), "{said}");
    let (status, said) =
        verdict(&good.replacen("\"verdict\":\"allow\"", "\"verdict\":\"audit\"", 1));
    assert!(
        status == 4 && said.contains("line 2: was changed"),
        "{said}"
    );
    // The evidence of another seed is whole, and not that of this run.
    let other = Place::new("evidence-other");
    assert_eq!(code(&recorded(&other, &["--evidence", "--seed", "9"])), 0);
    let (status, said) = verdict(&other.read(NAME));
    assert!(status == 4 && said.contains("manifest.json"), "{said}");
    // By itself it can only be whole.
    let alone = place.at("alone.jsonl");
    fs::write(&alone, &good).unwrap();
    let output = run(&["evidence", "verify", &alone]);
    assert_eq!(code(&output), 0);
    assert!(
        stdout(&output).contains("whole in itself"),
        "{}",
        stdout(&output)
    );
    assert_eq!(code(&run(&["evidence", "verify", &place.at("no-such")])), 1);
}
