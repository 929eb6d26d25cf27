//! Who may import whom, and where each crate lives.

use std::fs;

use super::sources::{code_lines, home, mentions_of_crate, names_path, root, shown, sources};
use super::{FLOORS, HOMES};

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
        .filter(|name| !name.starts_with("src/") && !name.ends_with("/main.rs"))
        .filter(|name| {
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            !["tests/common", "tests/tidy", "benches/common"].contains(&folder)
                && folder.matches('/').count() <= usize::from(folder.starts_with("tests/"))
        });
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
