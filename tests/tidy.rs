//! The rules of the house test themselves: floors, homes of crates, sizes, floats, words.

use std::fs;
use std::path::{Path, PathBuf};

/// Every module with its floor; a module imports only from lower floors (`docs/ARCHITECTURE.md`).
const FLOORS: [(&str, u32); 17] = [
    ("units", 0),
    ("dice", 1),
    ("journal", 1),
    ("process", 2),
    ("queueing", 2),
    ("stats", 2),
    ("catalog", 3),
    ("metrics", 3),
    ("scenario", 3),
    ("trace", 3),
    ("model", 4),
    ("record", 4),
    ("world", 5),
    ("strategy", 6),
    ("engine", 7),
    ("experiment", 8),
    ("cli", 11),
];

/// Third-party crates and the only modules that may name them.
const HOMES: [(&str, &[&str]); 18] = [
    ("anyhow", &["cli"]),
    ("clap", &["cli"]),
    ("ctrlc", &["cli"]),
    ("indicatif", &["cli"]),
    ("terminal_size", &["cli"]),
    ("unicode_width", &["cli"]),
    ("rayon", &["experiment"]),
    ("csv", &["trace", "record", "model"]),
    ("flate2", &["trace"]),
    ("zstd", &["trace"]),
    ("toml", &["scenario", "catalog"]),
    ("schemars", &["scenario"]),
    ("strsim", &["scenario"]),
    ("statrs", &["stats"]),
    ("jiff", &["units"]),
    ("sha2", &["record"]),
    ("serde_json", &["record", "scenario", "cli"]),
    ("libm", &["process", "queueing", "stats", "model"]),
];

/// Rooms in which everything is an integer.
const INTEGER_ROOMS: [&str; 4] = [
    "src/world/",
    "src/engine/",
    "src/journal/",
    "src/strategy/plan.rs",
];

const LINES_MAX: usize = 600;

#[test]
fn modules_import_only_from_lower_floors() {
    let mut faults = Vec::new();
    for file in sources() {
        let Some((module, floor)) = home(&file) else {
            continue;
        };
        for (number, line) in code_lines(&file) {
            for target in mentions_of_crate(&line) {
                let Some(&(_, below)) = FLOORS.iter().find(|(name, _)| *name == target) else {
                    continue;
                };
                if target != module && floor <= below {
                    faults.push(format!(
                        "{}:{number}: `{module}` (floor {floor}) imports `{target}` (floor {below}); move the \
                         code up, or what it needs down",
                        shown(&file)
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_module_has_a_floor() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for line in text.lines() {
        let Some(rest) = line.strip_prefix("pub mod ") else {
            continue;
        };
        let (name, note) = rest.split_once(';').unwrap();
        let floor = FLOORS
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("`{name}` has no floor in tests/tidy.rs"))
            .1;
        assert!(
            note.contains(&format!("// {floor}: ")),
            "src/lib.rs: the note on `{name}` must open with its floor, `// {floor}: `"
        );
    }
}

#[test]
fn the_architecture_names_every_module_crate_and_test() {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    for (module, floor) in FLOORS {
        let row = format!("| {floor} | `{module}` | ");
        assert!(
            text.contains(&row),
            "docs/ARCHITECTURE.md: the table of floors has no row that opens with `{row}`"
        );
    }
    let top = sources()
        .into_iter()
        .map(|file| shown(&file))
        .filter(|name| !name.starts_with("src/") && name.matches('/').count() == 1);
    for name in top {
        assert!(
            text.contains(&format!("`{name}`")),
            "docs/ARCHITECTURE.md does not say what {name} is for"
        );
    }
    let rows = text.lines().filter_map(|line| {
        let (crates, homes) = line.strip_prefix("| ")?.split_once(" | ")?;
        Some((crates.replace('-', "_"), homes))
    });
    let rows: Vec<(String, &str)> = rows.collect();
    for (name, homes) in HOMES {
        if name == "statrs" {
            continue;
        }
        let row = rows
            .iter()
            .find(|(crates, _)| crates.split(", ").any(|known| known == name))
            .unwrap_or_else(|| panic!("docs/ARCHITECTURE.md does not say where `{name}` lives"));
        for home in homes {
            assert!(
                row.1.contains(&format!("`{home}`")),
                "docs/ARCHITECTURE.md: `{name}` lives in `{home}` too"
            );
        }
    }
}

#[test]
fn crates_stay_at_home() {
    let mut faults = Vec::new();
    for file in sources() {
        let Some((module, _)) = home(&file) else {
            continue;
        };
        for (number, line) in code_lines(&file) {
            for (name, homes) in HOMES {
                if names_path(&line, name) && !homes.contains(&module.as_str()) {
                    faults.push(format!(
                        "{}:{number}: `{name}` lives in {homes:?}, not in `{module}`",
                        shown(&file)
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

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

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root())
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/")
}

/// The module that a file of `src` belongs to, with its floor; `None` for `lib.rs` and `main.rs`.
fn home(file: &Path) -> Option<(String, u32)> {
    let name = shown(file);
    let module = name.strip_prefix("src/")?.split_once('/')?.0.to_owned();
    let floor = FLOORS
        .iter()
        .find(|(known, _)| *known == module)
        .unwrap_or_else(|| panic!("{name}: `{module}` has no floor in tests/tidy.rs"))
        .1;
    Some((module, floor))
}

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        walk(&root().join(folder), &mut files);
    }
    files.retain(|file| file.extension().is_some_and(|kind| kind == "rs"));
    files
}

fn texts() -> Vec<PathBuf> {
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
fn code_lines(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or("").to_owned()))
        .collect()
}

/// The modules named after `crate::` in a line, `crate::{a, b}` included.
fn mentions_of_crate(line: &str) -> Vec<String> {
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
fn names_path(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let heads = before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '"')));
        heads && after.starts_with("::")
    })
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let edge = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
        edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next())
    })
}
