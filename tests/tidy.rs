//! The rules of the house test themselves: floors, homes of crates, sizes, floats, words.

#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/sources.rs"]
mod sources;
#[path = "tidy/words.rs"]
mod words;

/// Every module with its floor; a module imports only from lower floors (`docs/ARCHITECTURE.md`).
const FLOORS: [(&str, u32); 18] = [
    ("units", 0),
    ("dice", 1),
    ("journal", 1),
    ("process", 2),
    ("queueing", 2),
    ("reliability", 2),
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
    ("serde_json", &["record", "scenario", "trace", "cli"]),
    (
        "libm",
        &["process", "queueing", "reliability", "stats", "model"],
    ),
];

/// Rooms in which everything is an integer.
const INTEGER_ROOMS: [&str; 4] = [
    "src/world/",
    "src/engine/",
    "src/journal/",
    "src/strategy/plan.rs",
];

const LINES_MAX: usize = 600;
