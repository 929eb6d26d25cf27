//! What is written for people is true: no path of anybody's machine, no command that is not there.

use std::fs;

use super::sources::{root, shown, texts};

#[test]
fn nothing_speaks_of_the_machine_it_was_written_on() {
    // Spelled in two halves so that this file does not speak of them either.
    let forbidden = [
        concat!("/wo", "rk/"),
        concat!("/tm", "p/"),
        concat!("/ro", "ot/"),
    ];
    for file in texts() {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for path in forbidden {
                assert!(
                    !line.contains(path),
                    "{}:{}: names a path of somebody's machine: {}",
                    shown(&file),
                    number + 1,
                    line.trim()
                );
            }
        }
    }
}

#[test]
fn every_command_of_the_readme_exists() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let binary = env!("CARGO_BIN_EXE_plimsoll");
    let mut seen = 0;
    for line in readme.lines() {
        let Some(arguments) = line.trim().strip_prefix("cargo run --release -- ") else {
            continue;
        };
        let mut words = arguments.split_whitespace();
        let Some(command) = words.next() else {
            continue;
        };
        if command.starts_with('-') {
            continue;
        }
        seen += 1;
        let output = std::process::Command::new(binary)
            .args([command, "--help"])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "README.md: `{command}` is no command"
        );
        let help = String::from_utf8_lossy(&output.stdout);
        for word in words.filter(|word| word.starts_with("--")) {
            let flag = word.split('=').next().unwrap_or(word);
            assert!(
                help.contains(flag),
                "README.md: `{command}` knows no `{flag}`"
            );
        }
    }
    assert!(0 < seen, "README.md shows no `cargo run --release -- …`");
}

#[test]
fn every_assumption_has_its_source_and_what_would_falsify_it() {
    let model = fs::read_to_string(root().join("docs/model.md")).unwrap();
    let mut among_assumptions = false;
    let mut seen = 0;
    for (number, line) in model.lines().enumerate() {
        if !line.starts_with('|') {
            among_assumptions = false;
            continue;
        }
        if line == "| assumption | source | what would falsify it |" {
            among_assumptions = true;
            continue;
        }
        if among_assumptions {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let whole = cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty());
            assert!(
                whole || line.starts_with("|---"),
                "docs/model.md:{}: {line}",
                number + 1
            );
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} assumptions");
}
