//! The files of the house, and what their lines name.

use std::fs;
use std::path::{Path, PathBuf};

use super::FLOORS;

pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn shown(file: &Path) -> String {
    file.strip_prefix(root())
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/")
}

/// The module that a file of `src` belongs to, with its floor; `None` for `lib.rs` and `main.rs`.
pub(super) fn home(file: &Path) -> Option<(String, u32)> {
    let name = shown(file);
    let module = name.strip_prefix("src/")?.split_once('/')?.0.to_owned();
    let floor = FLOORS
        .iter()
        .find(|(known, _)| *known == module)
        .unwrap_or_else(|| panic!("{name}: `{module}` has no floor in tests/tidy.rs"))
        .1;
    Some((module, floor))
}

pub(super) fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        walk(&root().join(folder), &mut files);
    }
    files.retain(|file| file.extension().is_some_and(|kind| kind == "rs"));
    files
}

pub(super) fn texts() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in [
        "src",
        "tests",
        "benches",
        "docs",
        "scenarios",
        "catalog",
        "traces",
        ".ci",
    ] {
        walk(&root().join(folder), &mut files);
    }
    for name in ["README.md", "CHANGELOG.md", "Cargo.toml"] {
        files.push(root().join(name));
    }
    files
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Lines of code with their numbers: comments are cut off.
pub(super) fn code_lines(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or("").to_owned()))
        .collect()
}

/// The modules named after `crate::` in a line, `crate::{a, b}` included.
pub(super) fn mentions_of_crate(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or(list),
            None => rest,
        };
        for name in names.split(',') {
            let name: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            found.push(name);
            if !rest.starts_with('{') {
                break;
            }
        }
    }
    found
}

/// Whether a line names crate `name` at the head of a path (`name::…`, `use name;`).
pub(super) fn names_path(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let heads = before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '"')));
        heads && after.starts_with("::")
    })
}

pub(super) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let edge = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
        edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next())
    })
}
