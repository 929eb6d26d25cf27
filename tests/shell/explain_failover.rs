//! `plimsoll explain job` of a job that a failover led elsewhere.

use crate::explain::said;

/// What is told of a job of the shipped scenario, in one line. Its hall is lost on the fourth day, so five are enough.
fn told(job: &str) -> String {
    let told = said(&[
        "explain",
        "job",
        job,
        "scenarios/failover.toml",
        "--strategy",
        "leave",
        "--seed",
        "2",
        "--set",
        "scenario.horizon=5 d",
    ]);
    let words: Vec<&str> = told.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn a_job_that_lost_its_place_is_told_why_it_ran_elsewhere() {
    let told = told("j-44");
    for words in [
        // In calm a target takes nobody, though it has room.
        "submitted 2026-01-05T17:36:05Z takes frankfurt/h200 for 2.50 USD/GPU-h: the first in its order where nothing \
         stood in the way not berlin/a100: `frankfurt lost` does not lead there now",
        "loses its place on frankfurt/h200 (8 nodes failed)",
        "not frankfurt/h200: nothing of it works",
        "takes berlin/a100 for 1.10 USD/GPU-h",
        // The second target is not open yet.
        "not cloud/h200: `frankfurt lost` does not lead there now",
        "failover `frankfurt lost` in force from 2026-01-08T14:27:52Z",
        "it leads to berlin/a100, then cloud/h200",
    ] {
        assert!(told.contains(words), "no `{words}` in {told}");
    }
    assert!(!told.contains("never hold"), "{told}");
}
