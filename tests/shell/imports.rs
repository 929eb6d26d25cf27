//! `plimsoll import` and `plimsoll generate` as a shell sees them.

use std::process::Output;

use crate::shell::{Place, code, run, stderr, stdout};

const SMALL: &str = "tests/fixtures/command/small.toml";

#[test]
fn what_is_generated_can_be_imported() {
    let place = Place::new("generated");
    let csv = place.at("jobs.csv");
    let output = run(&["generate", SMALL, "--replication", "2", "--out", &csv]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = run(&["import", &csv, "--from", "plimsoll"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let rows = place.read("jobs.csv").lines().count() - 1;
    assert!(stdout(&output).contains(&format!("rows read {rows} = accepted {rows} + dropped 0")));
}

/// Where the small recordings of weather lie, as in a command.
const WEATHER: &str = "tests/fixtures/weather";

/// `plimsoll import` with words that hold no blanks.
fn import(words: &str) -> Output {
    let words: Vec<&str> = words.split_whitespace().collect();
    run(&[&["import"][..], &words].concat())
}

/// Recorded weather, forth and back: what `import` writes, it reads.
#[test]
fn recorded_weather_is_imported_and_written() {
    let place = Place::new("weather");
    let (capacity, outages, steps) = (place.at("c.csv"), place.at("o.csv"), place.at("p.csv"));
    let samples = format!("{WEATHER}/availability_zone-a.json --from skypilot --kind availability");
    let prices = format!("{WEATHER}/price_changes.csv --from gcp-prices --kind spot");
    let answer = format!("{WEATHER}/aws_spot_price_history.json");
    for (words, said) in [
        (
            format!("{samples} --out {capacity}"),
            "samples read 12 = accepted 12 + dropped 0",
        ),
        (
            format!("{capacity} --from capacity"),
            "5 changes, up 0.5833 of 2.0 h",
        ),
        (
            format!("{WEATHER}/lanl_failures.csv --from lanl --zone UTC --out {outages}"),
            "lines read 8 = accepted 5 + dropped 3",
        ),
        (
            format!("{outages} --from outages"),
            "outages: 4, 8.5 h down",
        ),
        (
            format!("{prices} --only region=here1 --out {steps}"),
            "lowest 4.25",
        ),
        (format!("{steps} --from prices"), "series: 1"),
        (
            format!("{answer} {answer} --from aws-prices"),
            "dropped 4: repeats another row",
        ),
    ] {
        let output = import(&words);
        assert_eq!(code(&output), 0, "{words}: {}", stderr(&output));
        assert!(
            stdout(&output).contains(said),
            "{words}: {}",
            stdout(&output)
        );
    }
}

#[test]
fn recorded_weather_that_cannot_be_used_is_refused() {
    for (words, exit, said) in [
        (
            "availability_zone-a.json --from skypilot",
            2,
            "say what the samples are",
        ),
        (
            "availability_zone-a.json --from skypilot --kind preemption",
            3,
            "its name says availability",
        ),
        ("lanl_failures.csv --from lanl", 2, "declare one"),
        (
            "price_changes.csv --from gcp-prices --kind 1y --only region=x",
            3,
            "`region` holds here1, there1",
        ),
        (
            "price_changes.csv --from failure-archive",
            3,
            "none of 6 lines can be used",
        ),
        ("absent.csv --from outages", 3, "cannot be opened"),
    ] {
        let output = import(&format!("{WEATHER}/{words}"));
        assert_eq!(code(&output), exit, "{words}: {}", stderr(&output));
        assert!(
            stderr(&output).contains(said),
            "{words}: {}",
            stderr(&output)
        );
    }
    let output = run(&["import", SMALL, SMALL, "--from", "swf"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
}
