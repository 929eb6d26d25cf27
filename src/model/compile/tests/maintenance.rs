//! Planned maintenance, from words to batches.

use super::good_with as compiled;
use super::*;

const PLANS: &str = r#"
[[group]]
name = "second"
pool = "dc/h200"
first = 1

[[group]]
name = "both"
pool = "dc/h200"

[[maintenance]]
name = "firmware"
start = "12 h"
every = "1 d"
lasts = "1 h"
batch = 1
notice = "2 h"
drain = "checkpoint"

[[maintenance]]
name = "power"
where = { groups = ["second", "both"] }
start = 2026-01-06T00:00:00Z
lasts = "30 min"
"#;

#[test]
fn plans_have_batches_in_the_order_in_which_nodes_are_named() {
    let compiled = compiled("maintenance", PLANS).unwrap();
    let pool = PoolId(0);
    let range = |first, nodes| NodeRange { pool, first, nodes };
    let hour = Span::HOUR.0;
    let firmware = Maintenance {
        name: "firmware".to_owned(),
        batches: vec![vec![range(0, 1)], vec![range(1, 1)]],
        start: SimTime(12 * hour),
        every: Some(Span::DAY),
        lasts: Span::HOUR,
        notice: Span(2 * hour),
        drain: Drain::Checkpoint,
    };
    // A node that is in two of the groups is worked on once, where it comes first.
    let power = Maintenance {
        name: "power".to_owned(),
        batches: vec![vec![range(1, 1), range(0, 1)]],
        start: SimTime(24 * hour),
        every: None,
        lasts: Span(hour / 2),
        notice: Span(7 * 24 * hour),
        drain: Drain::Wait,
    };
    assert_eq!(compiled.model.weather.maintenance, [firmware, power]);
    assert!(!compiled.model.weather.rolls_dice());
    let notes = compiled.assumptions.iter();
    let notes: Vec<&str> = notes.map(|note| note.what.as_str()).collect();
    assert!(notes.contains(&"maintenance power: notice"));
    assert!(notes.contains(&"maintenance power: drain"));
    assert!(!notes.contains(&"maintenance firmware: notice"));
}

#[test]
fn what_is_wrong_with_a_plan_is_told_with_a_fix() {
    for (plan, words) in [
        (
            "start = \"1 h\"",
            "how long the work on a batch takes is missing",
        ),
        ("lasts = \"1 h\"", "the start of maintenance is missing"),
        (
            "start = 2020-01-01T00:00:00Z\nlasts = \"1 h\"",
            "this is before the start",
        ),
        (
            "start = \"1 h\"\nlasts = \"0 h\"",
            "this length of time is zero",
        ),
        (
            "start = \"1 h\"\nlasts = \"2 h\"\nbatch = 1\nevery = \"3 h\"",
            "2 batches one after the other take 4.0 h, longer than from one round to the next",
        ),
        (
            "start = \"1 h\"\nlasts = \"1 h\"\nwhere = { offer = \"on-demand\" }",
            "nothing in this estate matches",
        ),
        (
            "start = \"1 h\"\nlasts = \"1 h\"\nwhere = { groups = [\"rack\"] }",
            "unknown group `rack`",
        ),
        (
            "start = \"1 h\"\nlasts = \"1 h\"\ndrain = \"nicely\"",
            "nicely",
        ),
    ] {
        let text = format!("[[maintenance]]\nname = \"work\"\n{plan}\n");
        let told = compiled("maintenance-wrong", &text).expect_err(plan);
        assert!(told.contains(words), "{plan}\n{told}");
    }
    let text = "[[maintenance]]\nname = \"work\"\nstart = \"1 h\"\nlasts = \"1 h\"\n";
    let count = GOOD.replace("nodes = 2", "nodes = 2\npacking = \"count\"");
    let folder = Folder::new("maintenance-count", &format!("{count}\n{text}"), TRACE);
    let told = try_compile(&folder.0, &[]).expect_err("nodes alike");
    assert!(told.contains("does not tell its nodes apart"), "{told}");
}
