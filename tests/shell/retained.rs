//! `[[retention]]` as a shell sees it: what `check` says of it, evidence of deletions, the gaps of `evidence report`, and
//! `explain data`.

use std::collections::BTreeMap;

use crate::explain::said;
use crate::shell::{Place, code, run, stderr};
use serde_json::Value;

const FILE: &str = "scenarios/retained.toml";

#[test]
fn what_is_kept_is_told_before_a_run() {
    let told = said(&["check", FILE]);
    for words in [
        "records-for-the-study: data sets for 21 d after it came",
        "abroad-while-used: copies in caches for 2 d after its last use; deleted with what it was made of",
        "proven by its law at cloud",
        "UNPROVEN at other",
    ] {
        assert!(flat(&told).contains(words), "no `{words}` in\n{told}");
    }
    assert!(!told.contains("without a retention rule"), "{told}");
    // Without the rule about results they exist without one.
    let other = said(&[
        "check",
        FILE,
        "--set",
        "retention.made-of-records.of=[\"checkpoint\"]",
    ]);
    let words = "warning: results exist without a retention rule (they stay for good): study";
    assert!(flat(&other).contains(words), "{other}");
}

/// A text without its line breaks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn deletions_are_in_evidence_with_who_proves_them() {
    let place = Place::new("retained");
    let out = place.at("run");
    let words = ["run", FILE, "--strategy", "burst", "--replications", "1"];
    let output = run(&[&words[..], &["--evidence", "--quiet", "--out", &out]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let verified = said(&["evidence", "verify", &out]);
    assert!(verified.starts_with("good: "), "{verified}");
    let text = place.read("run/evidence.jsonl");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let deletions: Vec<Value> = lines.filter(|line| line["kind"] == "deletion").collect();
    let mut open: BTreeMap<u64, Value> = BTreeMap::new();
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for line in deletions {
        let number = line["deletion"].as_u64().unwrap();
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        *counts
            .entry((text("retained_by"), text("verdict")))
            .or_default() += 1;
        if line["verdict"] == "proven" {
            let before = open.remove(&number).expect("what is proven was deleted");
            assert_eq!(before["subject"], line["subject"]);
            assert!(before["at"].as_str() <= line["at"].as_str());
            continue;
        }
        // Only the small company proves nothing.
        let is_other = line["destination"]["site"] == "other";
        assert_eq!(is_other, line["proof"] == "none", "{line}");
        if !is_other {
            assert!(open.insert(number, line).is_none(), "deleted once");
        }
    }
    let count = |rule: &str, verdict: &str| {
        let key = (rule.to_owned(), verdict.to_owned());
        counts.get(&key).copied().unwrap_or(0)
    };
    assert_eq!(count("records-for-the-study", "deleted"), 1);
    assert_eq!(count("records-for-the-study", "proven"), 1);
    assert!(0 < count("made-of-records", "deleted"), "{counts:?}");
    let report = said(&["evidence", "report", &out]);
    for words in [
        "control GDPR 17",
        "retention abroad-while-used",
        "records-for-the-study: data sets for 21 d after it came",
        "deleted 1, of these proven 1, proven by nobody 0",
    ] {
        assert!(flat(&report).contains(words), "no `{words}` in\n{report}");
    }
    let told = said(&[
        "explain",
        "data",
        "records",
        FILE,
        "--strategy",
        "burst",
        "--at",
        "10 d",
    ]);
    for words in [
        "copy records at dc: its home, 2000 GB; `records-for-the-study` keeps data sets for 21 d after it came",
        "records at dc is deleted by `records-for-the-study`",
        "`made-of-records` deleted",
    ] {
        assert!(flat(&told).contains(words), "no `{words}` in\n{told}");
    }
}
