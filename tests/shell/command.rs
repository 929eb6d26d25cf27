//! The program as a shell sees it: exit codes, what goes where, what is written, and what is not.

use std::fs;
use std::path::Path;

use crate::shell::{Place, code, plimsoll, run, stderr, stdout};
use serde_json::Value;

pub(super) const SMALL: &str = "tests/fixtures/command/small.toml";

#[test]
fn help_has_examples_and_exit_codes() {
    let output = run(&["--help"]);
    assert_eq!(code(&output), 0);
    for word in [
        "compare",
        "run",
        "check",
        "import",
        "Examples:",
        "Exit codes:",
        "130",
    ] {
        assert!(stdout(&output).contains(word), "{word}");
    }
    for command in ["compare", "run", "check", "import", "generate"] {
        let output = run(&[command, "--help"]);
        assert!(stdout(&output).contains("Example"), "{command}");
    }
    // Quotes are written as they are read.
    let output = run(&["explain", "data", "--help"]);
    assert!(!stdout(&output).contains('\\'), "{}", stdout(&output));
}

#[test]
fn wrong_usage_is_two() {
    for arguments in [
        &["compose"][..],
        &["compare"],
        &["compare", SMALL, "--replications", "0"],
        &["compare", SMALL, "--replications", "2", "--jobs", "2"],
        &["run", SMALL, "--strategy", "no such"],
        &["import", SMALL, "--from", "philly"],
    ] {
        let output = run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", stderr(&output));
        assert!(stdout(&output).is_empty() && !stderr(&output).is_empty());
    }
    let output = run(&["run", SMALL, "--strategy", "no such"]);
    assert!(
        stderr(&output).contains("`burst after 30 min`"),
        "the known names are listed"
    );
}

#[test]
fn invalid_input_is_three_and_writes_nothing() {
    let place = Place::new("invalid");
    for (arguments, said) in [
        (&["compare", "tests/no/such.toml"][..], "no/such.toml"),
        (
            &["compare", SMALL, "--set", "pool.dc-main/h200.nods=3"],
            "nods",
        ),
        (
            &["compare", SMALL, "--set", "pool.dc-main/h200.gpu=h20"],
            "h20",
        ),
        (
            &["check", SMALL, "--set", "demand.trace=nowhere.csv"],
            "nowhere.csv",
        ),
        (&["import", SMALL, "--from", "plimsoll"], "small.toml"),
    ] {
        let out = place.at("out");
        let mut all = arguments.to_vec();
        if arguments[0] == "compare" {
            all.extend(["--out", &out]);
        }
        let output = run(&all);
        assert_eq!(code(&output), 3, "{arguments:?}: {}", stderr(&output));
        assert!(
            stderr(&output).contains(said),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(!stderr(&output).contains("panicked"));
        assert!(stdout(&output).is_empty());
    }
    assert_eq!(fs::read_dir(&place.0).unwrap().count(), 0);
}

#[test]
fn json_is_one_object_with_intervals() {
    let place = Place::new("json");
    let output = run(&[
        "compare",
        SMALL,
        "--format",
        "json",
        "--out",
        &place.at("run"),
    ]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(answer["schema_version"], 1);
    assert_eq!(answer["scenario"], "small");
    let strategies = answer["strategies"].as_array().unwrap();
    assert_eq!(strategies.len(), 3);
    assert_eq!(strategies[1]["name"], "burst after 30 min");
    assert!(strategies[0]["versus_first"].is_null());
    let wait = &strategies[0]["metrics"]["wait_mean_s"];
    let number = |key: &str| wait[key].as_f64().unwrap();
    assert!(number("low") < number("mean") && number("mean") < number("high"));
    assert_eq!(wait["n"], 20);
    assert!(strategies[1]["metrics"]["wait_p95_s.training"]["mean"].is_number());
    let versus = &strategies[1]["versus_first"]["cost_total"];
    assert!(
        0.0 < versus["difference_low"].as_f64().unwrap(),
        "renting costs more"
    );
    assert_eq!(
        stdout(&output),
        place.read("run/summary.json"),
        "what is printed is what is kept"
    );
}

#[test]
fn the_table_fits_its_terminal() {
    let place = Place::new("width");
    for width in ["40", "80", "140"] {
        let output = plimsoll(&["compare", SMALL, "--out", &place.at("run")])
            .env("COLUMNS", width)
            .output()
            .unwrap();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let text = stdout(&output);
        for word in [
            "± ",
            "Δ",
            "wait p95",
            "burst after 30 min",
            "What would change this:",
        ] {
            assert!(text.contains(word), "{width}: {word}");
        }
        let limit: usize = width.parse().unwrap();
        for line in text.lines() {
            // A path or a name without spaces cannot be broken.
            let fits = line.chars().count() <= limit || !line.trim().contains(' ');
            assert!(fits, "{width}: {line}");
        }
    }
}

#[test]
fn without_dice_it_runs_once_and_says_so() {
    let place = Place::new("deterministic");
    let arguments = [
        "compare",
        SMALL,
        "--set",
        "demand.resample=none",
        "--replications",
        "50",
        "--out",
        &place.at("run"),
    ];
    let output = run(&arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("deterministic: no interval"), "{text}");
    assert!(!text.contains('±'), "{text}");
    assert_eq!(place.read("run/runs.csv").lines().count(), 1 + 3);
}

#[test]
fn the_starter_is_a_scenario_and_overwrites_nothing() {
    let place = Place::new("starter");
    let file = place.at("my.toml");
    assert_eq!(code(&run(&["init", &file])), 0);
    let output = run(&["check", &file]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(code(&run(&["init", &file])), 2, "it exists already");
}

/// Every kind of file that cannot be used ends with 3, names itself and leaves nothing behind.
#[test]
fn files_that_cannot_be_used_are_three_and_write_nothing() {
    let place = Place::new("unusable");
    let small = fs::read_to_string(SMALL).unwrap();
    let trace = fs::read_to_string("tests/fixtures/command/small.csv").unwrap();
    let packed = fs::read("traces/research-month.csv.gz").unwrap();
    let noise: Vec<u8> = (0..4000u32).map(|at| ((at * at) >> 3) as u8).collect();
    let wide = vec!["1"; 400].join(",");
    let early = trace.lines().next().unwrap().to_owned() + "\n";
    let files: [(&str, &[u8], &str); 6] = [
        ("cut.csv.gz", &packed[..packed.len() / 2], "cut.csv.gz"),
        ("empty.csv", b"", "empty.csv"),
        ("wide.csv", wide.as_bytes(), "wide.csv"),
        ("headers.csv", early.as_bytes(), "headers.csv"),
        ("noise.csv", &noise, "noise.csv"),
        ("noise.csv.zst", &noise, "noise.csv.zst"),
    ];
    let out = place.at("out");
    for (name, bytes, said) in files {
        let file = place.at(name);
        fs::write(&file, bytes).unwrap();
        let set = format!("demand.trace={file}");
        refused(&["compare", SMALL, "--out", &out, "--set", &set], said);
    }
    let scenarios: [(&str, Vec<u8>, &str); 4] = [
        ("noise.toml", noise.clone(), "noise.toml"),
        ("cut.toml", small.as_bytes()[..300].to_vec(), "cut.toml"),
        (
            "price.toml",
            small.replace("\"2.50 USD", "\"-2.50 USD").into_bytes(),
            "is negative",
        ),
        (
            "unit.toml",
            small.replace("\"6 d\"", "\"6 GB\"").into_bytes(),
            "6 GB",
        ),
    ];
    for (name, bytes, said) in scenarios {
        let file = place.at(name);
        fs::write(&file, bytes).unwrap();
        refused(&["compare", &file, "--out", &out], said);
    }
    assert!(!Path::new(&out).exists());
}

fn refused(arguments: &[&str], said: &str) {
    let output = run(arguments);
    assert_eq!(code(&output), 3, "{arguments:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"));
}

#[test]
fn the_commands_of_the_readme_work() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let place = Place::new("readme");
    for line in readme.lines() {
        let Some(arguments) = line.trim().strip_prefix("cargo run --release -- ") else {
            continue;
        };
        let mut words: Vec<&str> = arguments.split_whitespace().collect();
        let out = place.at("run");
        if matches!(words[0], "compare" | "run") {
            if let Some(at) = words.iter().position(|word| *word == "--out") {
                words.drain(at..at + 2);
            }
            words.extend(["--out", &out]);
            if !words.contains(&"--replications") {
                words.extend(["--replications", "2"]);
            }
        }
        let output = run(&words);
        assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
        assert!(!stdout(&output).is_empty(), "{line}");
    }
}
