//! Windows in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const WINDOWS: &str = r#"
[[window]]
name = "nights"
classes = ["large"]
where = { pools = ["cloud/h100"] }
hours = { from = "20:00", to = "06:00", days = ["mon", "tue"], utc_offset = "+01:00" }
lead = "15 min"

[[window]]
name = "mornings"
classes = ["small", "large"]
hours = { from = "06:00", to = "08:00" }
teardown = "stop"
"#;

#[test]
fn a_window_is_of_classes_and_pools_in_hours_of_a_clock() {
    let folder = Folder::new("windows", &format!("{GOOD}{WINDOWS}"), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let windows = &compiled.model.windows;
    let [nights, mornings] = &windows.list[..] else {
        panic!("two windows");
    };
    assert_eq!(nights.classes, [ClassId(0)]);
    assert_eq!(nights.pools, [PoolId(1)]);
    assert_eq!(nights.teardown, Teardown::Checkpoint);
    assert_eq!(nights.lead, Span(900_000));
    // Monday 20:00 at +01:00 is 19:00 UTC, when the run is 19 h old.
    let hours = |hours: u64| SimTime(hours * 3_600_000);
    assert_eq!(nights.hours.next_edge(SimTime::ZERO), hours(19));
    assert_eq!(nights.hours.next_edge(hours(19)), hours(29));
    assert_eq!(mornings.pools, [PoolId(0), PoolId(1)]);
    assert_eq!(mornings.teardown, Teardown::Stop);
    // Monday to Friday, which is said, and so is what becomes of what runs at the end.
    assert_eq!(mornings.hours.in_week(), Span(10 * 3_600_000));
    let noted = |what: &str, value: &str| {
        let mut all = compiled.assumptions.iter();
        assert!(
            all.any(|of| of.what == what && of.value.contains(value)),
            "{what}"
        );
    };
    noted("window mornings: days", "Monday to Friday");
    noted("window nights: teardown", "checkpoint");
    let folder = Folder::new("no-windows", GOOD, TRACE);
    let plain = try_compile(&folder.0, &[]).unwrap();
    assert!(!plain.model.windows.are_used());
}

#[test]
fn mistakes_are_told_with_their_fix() {
    let kill = "[[class]]\nname = \"large\"\npreemption = { kind = \"kill\" }";
    for (name, before, after, message) in [
        (
            "class",
            "classes = [\"large\"]",
            "classes = [\"larg\"]",
            "did you mean `large`",
        ),
        (
            "no-class",
            "classes = [\"large\"]\n",
            "",
            "a window of no class",
        ),
        (
            "nothing-used",
            "classes = [\"large\"]\nwhere = { pools = [\"cloud/h100\"] }",
            "classes = [\"small\"]\nwhere = { pools = [\"cloud/h100\"] }",
            "none of these classes may use what is meant",
        ),
        (
            "no-hours",
            "hours = { from = \"06:00\", to = \"08:00\" }\n",
            "",
            "when it is open is missing",
        ),
        (
            "always",
            "hours = { from = \"06:00\", to = \"08:00\" }",
            "hours = { from = \"00:00\", to = \"24:00\", days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"] }",
            "open around the clock",
        ),
        (
            "late",
            "from = \"06:00\"",
            "from = \"6\"",
            "not a time of the day",
        ),
        (
            "lead",
            "lead = \"15 min\"",
            "lead = \"10 h\"",
            "nothing ever starts",
        ),
        (
            "word",
            "teardown = \"stop\"",
            "teardown = \"kill\"",
            "teardown",
        ),
        ("twice", "\"mornings\"", "\"nights\"", "nights"),
        (
            "kill",
            "[[class]]\nname = \"large\"",
            kill,
            "writes no checkpoint",
        ),
        (
            "endless",
            "horizon = \"2 d\"",
            "horizon = \"until-empty\"",
            "the run has no horizon",
        ),
    ] {
        let words = format!("{GOOD}{WINDOWS}");
        assert!(words.contains(before), "{before}");
        let folder = Folder::new(name, &words.replacen(before, after, 1), TRACE);
        let told = try_compile(&folder.0, &[]).unwrap_err();
        assert!(told.contains(message), "{name}: {told}");
    }
}
