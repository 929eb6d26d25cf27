//! The page on `plimsoll explain`: its commands work, and its answers fit a narrow terminal.

use std::fs;

use crate::command::SMALL;
use crate::shell::{Place, code, plimsoll, run, stderr, stdout};

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    let change = ["explain", "change", SMALL, "--replications", "2", "--set"];
    let output = plimsoll(&[&change[..], &["pool.dc-main/h200.nodes=5"]].concat())
        .env("COLUMNS", "40")
        .output()
        .unwrap();
    let told = stdout(&output);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let wide: Vec<&str> = told
        .lines()
        .filter(|line| line.chars().count() > 40)
        .collect();
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn the_commands_of_the_page_work() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/explain.md");
    let page = fs::read_to_string(page).unwrap();
    let place = Place::new("explain");
    let mut count = 0;
    for line in page
        .lines()
        .filter_map(|line| line.strip_prefix("plimsoll "))
    {
        let line = line.replace(" out", &format!(" {}", place.at("out")));
        let words = words_of(&line);
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words[0] == "run" || words[..2] == ["explain", "change"] && !line.contains("--keep-off")
        {
            words.extend(["--replications", "2"]);
        }
        let output = run(&words);
        assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
        assert!(!stdout(&output).is_empty(), "{line}");
        count += 1;
    }
    assert!(count > 3);
}

/// The words of a line, as a shell would read them.
fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words
}
