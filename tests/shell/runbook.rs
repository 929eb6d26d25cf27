//! `plimsoll runbook test`, and what `check --coupling` calls proven, as a shell sees them.

use crate::shell::{code, run, stderr, stdout};

const SCENARIO: &str = "scenarios/failover.toml";

#[test]
fn a_runbook_is_tried_out_in_sampled_worlds() {
    let asked = [
        "runbook", "test", SCENARIO, "--worlds", "6", "--lasts", "12 h",
    ];
    let output = run(&asked);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output);
    for words in [
        "runbook frankfurt lost (critical, site reliability)",
        "is lost once for 12.0 h",
        "worked in ",
        "began after ",
        "(p50), ",
        "people ",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // The same worlds give the same answer.
    assert_eq!(text, stdout(&run(&asked)));
    let unknown = run(&["runbook", "test", SCENARIO, "--name", "nobody"]);
    assert_eq!(code(&unknown), 2);
    assert!(stderr(&unknown).contains("there are `frankfurt lost`"));
    let none = run(&["runbook", "test", "scenarios/starter.toml"]);
    assert_eq!(code(&none), 2);
    assert!(stderr(&none).contains("no [[runbook]] in the scenario"));
}

#[test]
fn what_can_fail_over_is_proven_by_losses() {
    // Without anybody who has to decide, training works again within its four hours wherever it was lost.
    let output = run(&["check", SCENARIO, "--coupling"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output).replace("\n  ", " ");
    assert!(
        text.contains("simulated losses of its first site"),
        "{text}"
    );
    assert!(
        text.contains("target") && text.contains("frankfurt lost (training)"),
        "{text}"
    );
}
