//! `plimsoll explain data` as a shell sees it.

use crate::explain::{refused, said};

#[test]
fn what_a_data_set_has_become_a_part_of_is_told() {
    let file = "scenarios/masked.toml";
    let burst = ["--strategy", "burst, obeyed"];
    let weather = [
        "--set",
        "weather=[\"scenarios/weather/reidentification.toml\"]",
    ];
    let ask = [&["explain", "data", "records", file][..], &burst, &weather].concat();
    let told = said(&ask);
    for words in [
        "records · 2000 GB · its home is dc",
        "re-identification found: data set records (de-identify): classification",
        // Ten days after the start.
        "as of       2026-01-15T00:00:00Z",
        "copy        records at dc: its home, 2000 GB",
        "copy        records (de-identify) at dc: kept since",
        "of large have read it",
        "in all      ",
        "became      ",
    ] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    let early = [&ask[..], &["--at", "1 h"]].concat();
    let early = said(&early);
    assert!(
        early.contains("as of       2026-01-05T01:00:00Z"),
        "{early}"
    );
    assert!(!early.contains("(de-identify) at dc"), "{early}");
    // One in ten attempts fails: nobody needs the twelfth.
    refused(
        &["explain", "job", "de-identify records 12", file],
        "an attempt of a transform that was not needed",
    );
    refused(
        &["explain", "data", "recrods", file],
        "did you mean `records`?",
    );
    refused(
        &["explain", "data", "records", file, "--at", "soon"],
        "write an instant after the start",
    );
}
