//! How files look: their first line, their size, their numbers, their language.

use std::fs;

use super::sources::{code_lines, has_word, shown, sources};
use super::{INTEGER_ROOMS, LINES_MAX};

#[test]
fn files_open_with_their_subject_and_stay_small() {
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with("//! "),
            "{} must open with `//! ` and one sentence on what it holds",
            shown(&file)
        );
        let lines = text.lines().count();
        assert!(
            lines <= LINES_MAX,
            "{} has {lines} lines; {LINES_MAX} is the limit: one idea per file",
            shown(&file)
        );
    }
}

#[test]
fn integer_rooms_hold_no_floats() {
    let mut faults = Vec::new();
    for file in sources() {
        let name = shown(&file);
        if !INTEGER_ROOMS.iter().any(|room| name.starts_with(room)) {
            continue;
        }
        for (number, line) in code_lines(&file) {
            if has_word(&line, "f64") || has_word(&line, "f32") {
                faults.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "floats where everything is an integer:\n{}",
        faults.join("\n")
    );
}

#[test]
fn only_the_counting_allocator_leaves_the_checked_language() {
    for file in sources() {
        let name = shown(&file);
        // Spelled in two halves so that this line is not one of them.
        let word = concat!("uns", "afe");
        let found = code_lines(&file)
            .into_iter()
            .find(|(_, line)| line.contains(word));
        if name == "tests/allocations.rs" {
            assert!(found.is_some(), "{name} needs no exception any more");
        } else if let Some((number, line)) = found {
            panic!(
                "{name}:{number}: {}; only tests may count memory",
                line.trim()
            );
        }
    }
}
