//! Evidence as a shell sees it: written when it is asked for, the same bytes for any number of threads, and verified.

use std::fs;

use super::command::SMALL;
use crate::shell::{Place, code, run, stderr, stdout};
use crate::told;
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
        let mut bursts = 0;
        for line in told::lines(&text) {
            let is_burst = line["kind"] == "placement" && line["destination"]["rented"] == true;
            if !is_burst || line["strategy"] != "burst after 30 min" {
                continue;
            }
            bursts += 1;
            assert!(1_800_000 <= line["waited_ms"].as_u64().unwrap(), "{line}");
            let reason = line["reason"].as_str().unwrap();
            assert!(reason.contains("where 1800.000 s are enough"), "{reason}");
            assert_eq!(line["alternatives"][0]["pool"], "dc-main/h200");
            assert_eq!(line["alternatives"][0]["bar"], "full");
            assert_eq!(line["price_per_gpu_hour"], 3.8);
        }
        assert!(bursts > 0);
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
        // Before it stand the run, what work it is, and what its decision rests on.
        status == 4 && said.contains("line 4: was changed"),
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

/// The small estate under three rules, two of which stand for no control.
fn ruled(place: &Place) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        r#"extends = "{root}/{SMALL}"

[record]
evidence = true
controls = ["A-1", "B-2"]

[[class]]
name = "training"
attributes = {{ classification = ["health"] }}

[[class]]
name = "tuning"
attributes = {{ classification = [] }}

[[rule]]
id = "stays-home"
effect = "forbid"
when = '''"health" in job.classification && target.kind == "gpuaas"'''
reason = "records\u001b[31m of patients"
controls = ["A-1"]

[[rule]]
id = "never"
effect = "forbid"
when = '''target.jurisdiction == "XX"'''

[[rule]]
id = "watched"
effect = "forbid"
mode = "audit"
when = '''target.rented'''
"#
    );
    let file = place.at("ruled.toml");
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn a_report_tells_what_rules_did_for_controls_and_what_is_missing() {
    let place = Place::new("evidence-report");
    let (file, out) = (ruled(&place), place.at("run"));
    let words = ["compare", &file, "--replications", "2", "-q", "--out", &out];
    let output = run(&words);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    // Counted by hand from the lines.
    let lines: Vec<Value> = told::lines(&place.read(NAME)).collect();
    let barred = |line: &&Value| {
        let all = line["alternatives"].as_array();
        let mut all = all.into_iter().flatten();
        all.any(|found| found["bar"] == "rule" && found["rules"][0] == "stays-home")
    };
    let refused = lines.iter().filter(barred).count();
    let excepted = |line: &&Value| line["kind"] == "violation" && line["rules"][0] == "watched";
    let excepted = lines.iter().filter(excepted).count();
    assert!(refused > 0 && excepted > 0, "{refused} {excepted}");
    let output = run(&["evidence", "report", &out]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told = stdout(&output).replace(',', "");
    assert!(told.starts_with("this tells of a simulation"), "{told}");
    for part in [
        format!("control A-1\n  rule stays-home (forbid)\n    allowed 0 refused {refused} excepted 0\n"),
        "control B-2\n  no rule\n".to_owned(),
        format!("rule watched (forbid)\n    allowed 0 refused 0 excepted {excepted}\n"),
        "  control B-2 has no rule\n".to_owned(),
        "  rule never was behind no decision\n".to_owned(),
        "  rule never stands for no control\n".to_owned(),
        "rule watched is not obeyed at the end so its exceptions have no end: audit under burst after 30 min".to_owned(),
    ] {
        assert!(told.contains(&part), "{part:?} in\n{told}");
    }
    let other = run(&["evidence", "report", &out, "--strategy", "no such"]);
    assert_eq!(code(&other), 2);
    controls_of_maps(&place, &out);
    // What was changed is worth no report.
    let good = place.read(NAME);
    fs::write(place.at(NAME), good.replacen("\"seed\":7", "\"seed\":8", 1)).unwrap();
    assert_eq!(code(&run(&["evidence", "report", &out])), 4);
}

/// Shipped maps and one of the user's own: rules by what they read, records by their kinds, gaps, and the volume of a real
/// log.
fn controls_of_maps(place: &Place, out: &str) {
    let told = run(&[
        "evidence",
        "report",
        out,
        "--controls",
        "hipaa",
        "--controls",
        "eu-ai-act",
    ]);
    assert_eq!(code(&told), 0, "{}", stderr(&told));
    let told = stdout(&told);
    for part in [
        "HIPAA Security Rule (45 CFR part 164, subpart C, 2026-11): ",
        "no legal advice",
        // The rule that reads the classification of jobs, and judges where they run.
        "164.308(a)(4) who may reach health data is decided by rule: stays-home (behind ",
        "164.312(e)(1) health data are guarded on their way: GAP: no rule",
        "164.308(a)(7) a plan for losses: copies, recovery, work that goes on: GAP: no record of a failover or runbook",
        "19 logs are kept for at least six months: ",
        "a real log of such decisions: ",
        "  kept for 6 years as under HIPAA Security Rule: ",
        "  kept for 6 months as under EU AI Act",
        "at 0.02 for a GB and month",
    ] {
        assert!(
            told.replace('\n', " ")
                .replace("  ", " ")
                .contains(&part.replace("  ", " ")),
            "{part:?} in\n{told}"
        );
    }
    own_maps(place, out);
}

/// A map of the user's own, and what is wrong with some.
fn own_maps(place: &Place, out: &str) {
    let own = place.at("own.toml");
    let head = "name = \"own\"\ntitle = \"Ours\"\nsource = \"us\"\nas_of = \"2026\"\nretention_months = 24\n";
    fs::write(
        &own,
        format!("{head}[[control]]\nid = \"A-1\"\nwords = \"w\"\nrecords = [\"placement\"]\n"),
    )
    .unwrap();
    let told = run(&[
        "evidence",
        "report",
        out,
        "--controls",
        &own,
        "--storage-price",
        "1",
    ]);
    assert_eq!(code(&told), 0, "{}", stderr(&told));
    let told = stdout(&told);
    assert!(
        told.contains("Ours (us, 2026): 1 of 1 control without a gap"),
        "{told}"
    );
    assert!(told.contains("A-1 w: stays-home (behind "), "{told}");
    assert!(told.contains("kept for 2 years"), "{told}");
    fs::write(
        &own,
        format!("{head}[[control]]\nid = \"A-1\"\nwords = \"w\"\n"),
    )
    .unwrap();
    for (words, status, said) in [
        (["--controls", "hippa"], 2, "shipped are hipaa, iso-27001"),
        (
            ["--controls", own.as_str()],
            3,
            "nothing can stand for it; add reads, on, effect or records",
        ),
        (["--storage-price", "nan"], 2, "write one like 0.02"),
    ] {
        let output = run(&[&["evidence", "report", out][..], &words].concat());
        assert_eq!(code(&output), status, "{}", stderr(&output));
        assert!(
            stderr(&output).replace('\n', " ").contains(said),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn where_work_may_run_is_told_before_any_run() {
    let place = Place::new("explain-may");
    let file = ruled(&place);
    let output = run(&["explain", "may", &file]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told = stdout(&output);
    for part in [
        "class training\n  may run on dc-main/h200\n",
        "  not on cloud/h200: rule stays-home (records\u{fffd}[31m of patients)\n",
        "  on cloud/h200 only because rules are audited: rule watched\n",
        "stays-home (forbid, enforce; A-1)",
        "watched (forbid, audit; no control)",
    ] {
        assert!(told.contains(part), "{part:?} in\n{told}");
    }
    let tuning = run(&["explain", "may", &file, "--class", "tuning"]);
    assert!(!stdout(&tuning).contains("training"));
    let unknown = run(&["explain", "may", &file, "--class", "tunin"]);
    assert_eq!(code(&unknown), 2);
    assert!(stderr(&unknown).contains("did you mean `tuning`?"));
    let wrong = run(&["explain", "may", &file, "--set", "record.controls=[\"\"]"]);
    assert_eq!(code(&wrong), 3);
    assert!(
        stderr(&wrong).contains("not a name for a control"),
        "{}",
        stderr(&wrong)
    );
    for arguments in [&["explain", "may", &file][..], &["check", &file]] {
        let narrow = crate::shell::plimsoll(arguments)
            .env("COLUMNS", "40")
            .output()
            .unwrap();
        assert!(!stdout(&narrow).contains('\u{1b}'));
    }
    let narrow = crate::shell::plimsoll(&["explain", "may", &file])
        .env("COLUMNS", "40")
        .output()
        .unwrap();
    for line in stdout(&narrow).lines() {
        assert!(line.chars().count() <= 40, "{line}");
    }
}

#[test]
fn what_transforms_make_is_told_where_rules_are() {
    let file = "scenarios/masked.toml";
    let told = |arguments: &[&str]| {
        let output = crate::shell::plimsoll(arguments)
            .env("COLUMNS", "300")
            .output()
            .unwrap();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output)
    };
    let may = told(&["explain", "may", file, "--class", "node"]);
    for part in [
        "  may run on dc/h200, cloud/h200\n",
        "  data: records stays where it is kept (dc)\n",
        "  data: records (de-identify) is made at dc and may go to cloud\n",
        "records-leave-de-identified (require, enforce; no control)",
    ] {
        assert!(may.contains(part), "{part:?} in\n{may}");
    }
    // Of a rule on what moves that is only audited it is told that going there breaks it.
    let audit = "rule.records-leave-de-identified.mode=\"audit\"";
    let may = told(&["explain", "may", file, "--class", "node", "--set", audit]);
    for part in [
        "  may run on dc/h200\n",
        "  on cloud/h200 only because rules are audited: rule records-leave-de-identified",
        "  data: records may go from dc to cloud\n",
    ] {
        assert!(may.contains(part), "{part:?} in\n{may}");
    }
    let rule = ["explain", "rule", "records-leave-de-identified", file];
    let strategy = ["--strategy", "burst, obeyed", "--replications", "1"];
    let rule = told(&[&rule[..], &strategy].concat());
    let spared =
        "on copies   large on cloud/h200; node on cloud/h200: done on what transforms made";
    assert!(rule.contains(spared), "{rule}");
}
