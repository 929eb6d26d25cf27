//! `plimsoll runbook test`, and what `check --coupling` calls proven, as a shell sees them.

use crate::shell::{Place, code, run, stderr, stdout};

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

/// A runbook with all that can be said of one, and words that would be markup.
const HOSTILE: &str = r#"
extends = "../../scenarios/failover.toml"

[[runbook]]
name     = "frankfurt lost"
automatic = false
owner    = "a|b *ops* <script>"

[[runbook.step]]
does     = "check"
says     = "- [look](http://x) `twice`\n# and again"
execute  = { always = "10 min" }

[[runbook.step]]
does     = "failover"
when     = '''job.class == "training" || target.kind == "private"'''
approval = true
execute  = { always = "10 min" }
fails    = 0.02
"#;

#[test]
fn a_runbook_becomes_a_page_that_people_can_read() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/runbook.md");
    let output = run(&["runbook", "export", SCENARIO]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output);
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        std::fs::write(golden, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(golden).unwrap());
    let unknown = run(&["runbook", "export", SCENARIO, "--name", "nobody"]);
    assert_eq!(code(&unknown), 2);
    assert!(stderr(&unknown).contains("there are `frankfurt lost`"));
}

#[test]
fn nothing_that_a_runbook_says_is_markup() {
    let place = Place::new("runbook-export");
    let file = place.at("hostile.toml");
    let words = HOSTILE.replace("../..", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(&file, words).unwrap();
    let output = run(&["runbook", "export", &file]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output);
    for words in [
        "Owner: a\\|b \\*ops\\* \\<script\\>.",
        "   - \\- \\[look\\](http://x) \\`twice\\`\u{fffd}\\# and again\n",
        "   - Only if `job.class == \"training\" || target.kind == \"private\"`, which holds here.\n",
        "   - Somebody must approve it first.\n",
        "   - Fails 2.0 % of the time.\n",
    ] {
        assert!(text.contains(words), "{words} in\n{text}");
    }
}
