//! What went into a run, so that it can be repeated and doubted.

use serde::Serialize;

use super::SCHEMA_VERSION;
use super::evidence::Seal;
use super::hash::sha256_hex;

/// How many hexadecimal digits of the hash name a run.
const RUN_ID_DIGITS: usize = 12;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    /// As the user named it.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// A value that the user did not give, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// What it is about.
    pub what: String,
    /// Its value, with unit.
    pub value: String,
    /// Where it was found.
    pub source: String,
    /// When it was true.
    pub as_of: String,
    /// How far to trust it: V verified in a file, S seen in an excerpt, M measured, D derived, R remembered.
    pub confidence: String,
}

/// The content of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// See [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The name of the run: a hash of everything in this file but how far the run came.
    pub run_id: String,
    /// The program and its version.
    pub version: String,
    /// The command that repeats the run, without what does not change its numbers.
    pub command: String,
    /// The scenario's name.
    pub scenario: String,
    /// SHA-256 of `resolved`.
    pub scenario_sha256: String,
    /// The scenario after `extends` and `--set`, in TOML.
    pub resolved: String,
    /// Every file that was read.
    pub inputs: Vec<Input>,
    /// The seed of all randomness.
    pub seed: u64,
    /// How many replications were asked for (1 where nothing rolls dice).
    pub replications_asked: u32,
    /// How many are recorded.
    pub replications_done: u32,
    /// Whether the run was interrupted.
    pub partial: bool,
    /// The strategies compared, the base of comparison first.
    pub strategies: Vec<String>,
    /// The replications whose jobs are recorded one by one.
    pub jobs_of: Vec<u32>,
    /// The replications of which there is evidence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence_of: Vec<u32>,
    /// Its end, if there is any: what `plimsoll evidence verify` compares with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Seal>,
    /// How the estate stood at the start.
    pub initial_state: String,
    /// Values that the user did not give.
    pub assumptions: Vec<Assumption>,
}

impl Manifest {
    /// A manifest of a complete run without inputs, to be filled in.
    pub fn new(scenario: String, resolved: String) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            run_id: String::new(),
            version: concat!("plimsoll ", env!("CARGO_PKG_VERSION")).to_owned(),
            command: String::new(),
            scenario,
            scenario_sha256: sha256_hex(resolved.as_bytes()),
            resolved,
            inputs: Vec::new(),
            seed: 0,
            replications_asked: 0,
            replications_done: 0,
            partial: false,
            strategies: Vec::new(),
            jobs_of: Vec::new(),
            evidence_of: Vec::new(),
            evidence: None,
            initial_state: "started empty".to_owned(),
            assumptions: Vec::new(),
        }
    }

    /// Names the run after its inputs; how far it came does not enter.
    pub fn seal(&mut self) {
        let inputs = Self {
            run_id: String::new(),
            replications_done: 0,
            partial: false,
            evidence: None,
            ..self.clone()
        };
        let text = serde_json::to_string(&inputs).unwrap_or_default();
        let hash = sha256_hex(text.as_bytes());
        hash[..RUN_ID_DIGITS].clone_into(&mut self.run_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_depends_on_what_went_in_only() {
        let mut manifest = Manifest::new("x".into(), "[scenario]".into());
        manifest.seal();
        let first = manifest.run_id.clone();
        assert_eq!(first.len(), RUN_ID_DIGITS);
        manifest.replications_done = 7;
        manifest.partial = true;
        manifest.seal();
        assert_eq!(manifest.run_id, first);
        manifest.seed = 2;
        manifest.seal();
        assert_ne!(manifest.run_id, first);
    }
}
