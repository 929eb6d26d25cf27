//! Reading the record of a run again: enough of it to play any of its worlds once more.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::scenario::assumption;

/// What the record of a run says about how it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The name of the run.
    pub run_id: String,
    /// The program and its version.
    pub version: String,
    /// The scenario file, as the user named it.
    pub file: PathBuf,
    /// What was set on the command line.
    pub sets: Vec<String>,
    /// The scenario after `extends` and `--set`, in TOML.
    pub resolved: String,
    /// Every file that was read, with its SHA-256.
    pub inputs: Vec<(String, String)>,
    /// The seed of all randomness.
    pub seed: u64,
    /// The strategies played.
    pub strategies: Vec<String>,
    /// How many replications are recorded.
    pub replications: u32,
    /// Of which replications the jobs are recorded.
    pub jobs_of: Vec<u32>,
}

impl Recorded {
    /// Reads the manifest of a folder; what is wrong is told in words.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join("manifest.json");
        let bytes = std::fs::read(&path).map_err(|error| {
            format!(
                "cannot read {}: {error}; name the folder that `plimsoll compare` or `run` wrote",
                path.display()
            )
        })?;
        let manifest: Value = serde_json::from_slice(&bytes)
            .map_err(|error| format!("{} is no record of a run: {error}", path.display()))?;
        Self::of(&manifest).ok_or_else(|| {
            format!(
                "{} is no record of a run that this version can repeat; run it again",
                path.display()
            )
        })
    }

    fn of(manifest: &Value) -> Option<Self> {
        let text = |key: &str| manifest[key].as_str().map(str::to_owned);
        let list = |key: &str| manifest[key].as_array();
        let words = words_of(manifest["command"].as_str()?);
        let mut sets = Vec::new();
        for pair in words.windows(2) {
            if pair[0] == "--set" {
                sets.push(pair[1].clone());
            }
            if pair[0] == "--assume" {
                sets.push(assumption(&pair[1]));
            }
        }
        let input = |of: &Value| {
            let field = |key: &str| of[key].as_str().map(str::to_owned);
            Some((field("path")?, field("sha256")?))
        };
        let number = |of: &Value| u32::try_from(of.as_u64()?).ok();
        Some(Self {
            run_id: text("run_id")?,
            version: text("version")?,
            file: PathBuf::from(words.get(2)?),
            sets,
            resolved: text("resolved")?,
            inputs: list("inputs")?.iter().map(input).collect::<Option<_>>()?,
            seed: manifest["seed"].as_u64()?,
            strategies: list("strategies")?
                .iter()
                .map(|name| name.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
            replications: number(&manifest["replications_done"])?,
            jobs_of: list("jobs_of")?.iter().map(number).collect::<Option<_>>()?,
        })
    }

    /// What `runs.csv` says of a strategy in a replication; `None` if it does not say it.
    pub fn figure(folder: &Path, strategy: &str, replication: u32, id: &str) -> Option<f64> {
        let mut rows = csv::Reader::from_path(folder.join("runs.csv")).ok()?;
        let column = rows.headers().ok()?.iter().position(|name| name == id)?;
        let written = super::csv_text(strategy);
        for row in rows.records() {
            let row = row.ok()?;
            let is_it = row.get(0) == Some(&*written)
                && row.get(1).and_then(|text| text.parse().ok()) == Some(replication);
            if is_it {
                return row.get(column)?.parse().ok();
            }
        }
        None
    }
}

/// The words of a command as a POSIX shell reads it, for commands that manifests hold: words stand bare or in single
/// quotes.
fn words_of(command: &str) -> Vec<String> {
    let (mut words, mut word, mut begun) = (Vec::new(), String::new(), false);
    let mut quoted = false;
    let mut characters = command.chars();
    while let Some(c) = characters.next() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            '\\' if !quoted => word.extend(characters.next()),
            ' ' if !quoted => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => word.push(c),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_were_written() {
        let command = "plimsoll run 'my file.toml' --strategy 'it'\\''s' --set a='b c' --set ''";
        let words = [
            "plimsoll",
            "run",
            "my file.toml",
            "--strategy",
            "it's",
            "--set",
            "a=b c",
        ];
        assert_eq!(words_of(command)[..7], words);
        assert_eq!(words_of(command)[7..], ["--set", ""]);
    }

    #[test]
    fn the_shipped_record_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/starter-example");
        let recorded = Recorded::open(&folder).unwrap();
        assert_eq!(recorded.file, Path::new("scenarios/starter.toml"));
        assert_eq!(recorded.sets, ["scenario.horizon=12 h"]);
        assert_eq!((recorded.seed, recorded.replications), (1, 4));
        assert_eq!(recorded.strategies[0], "private only");
        let cost = |name, replication| Recorded::figure(&folder, name, replication, "cost_total");
        assert!(cost("private only", 3).is_some());
        assert_eq!(cost("private only", 4), None);
        assert_eq!(cost("nobody", 0), None);
        let error = Recorded::open(Path::new("no/such")).unwrap_err();
        assert!(error.contains("plimsoll compare"), "{error}");
    }
}
