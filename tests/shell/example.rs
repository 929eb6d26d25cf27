//! The record in `reports/starter-example` is what its command gives, byte by byte: `PLIMSOLL_BLESS=1 cargo test
//! --test shell example` writes it anew.

use std::path::{Path, PathBuf};

use crate::shell::{Place, code, run, stderr};

const FILES: [&str; 4] = ["manifest.json", "summary.json", "runs.csv", "jobs.csv"];

/// The command that `reports/README.md` names, but for where it writes.
const COMMAND: [&str; 8] = [
    "compare",
    "scenarios/starter.toml",
    "--set",
    "scenario.horizon=12 h",
    "--replications",
    "4",
    "--jobs",
    "0",
];

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/starter-example")
}

#[test]
fn the_example_is_what_its_command_gives() {
    let place = Place::new("example");
    let out = place.at("starter-example");
    let output = run(&[&COMMAND[..], &["--out", &out]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        std::fs::create_dir_all(shipped()).unwrap();
        for name in FILES {
            std::fs::copy(Path::new(&out).join(name), shipped().join(name)).unwrap();
        }
    }
    for name in FILES {
        let made = place.read(&format!("starter-example/{name}"));
        let kept = std::fs::read_to_string(shipped().join(name)).unwrap_or_default();
        assert!(
            kept.replace("\r\n", "\n") == made,
            "reports/starter-example/{name} is stale; write it anew with `PLIMSOLL_BLESS=1 cargo test --test shell \
             example`"
        );
    }
    is_small_and_explained();
}

fn is_small_and_explained() {
    let sizes = FILES.map(|name| std::fs::metadata(shipped().join(name)).unwrap().len());
    assert!(sizes.iter().sum::<u64>() < 250_000, "{sizes:?}");
    let beside = std::fs::read_dir(shipped()).unwrap().count();
    assert_eq!(beside, FILES.len(), "a file too many in the example");
    let readme = shipped().with_file_name("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    for name in FILES {
        assert!(
            readme.contains(&format!("`{name}`")),
            "{name} is not explained"
        );
    }
    let words = COMMAND.map(|word| {
        if word.contains(' ') {
            format!("'{word}'")
        } else {
            word.to_owned()
        }
    });
    let command = format!("{} --out reports/starter-example", words.join(" "));
    assert!(readme.contains(&command), "{command}");
}
