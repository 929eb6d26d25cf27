//! `plimsoll evidence`: what was decided, written down by runs, and whether it is what was written.

mod report;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;

use crate::experiment::{EvidenceInto, ExperimentError, Plan, evidence_words, grouped};
use crate::record::{Broken, Chain, Folder, Manifest, Seal, plain, verify};

use super::exit::Failure;
use super::output;
use super::study::counted;

/// The file of a record that holds evidence.
const EVIDENCE: &str = "evidence.jsonl";
/// The file of a record that says what went into it.
const MANIFEST: &str = "manifest.json";
/// No manifest is longer.
const MANIFEST_MAX: u64 = 64 << 20;

/// What to do with evidence.
#[derive(Debug, Subcommand)]
pub(super) enum EvidenceCommand {
    /// Say whether evidence is what was written: each line, in its place, to the last
    #[command(
        after_help = "Examples:\n  plimsoll evidence verify reports/hybrid-burst/3f9c21a0b7de\n  \
                      plimsoll evidence verify evidence.jsonl\n\n\
                      A file beside its manifest.json is compared with what that says of it; alone it can only be \
                      shown to be whole in itself."
    )]
    Verify {
        /// The folder of a record, or a file of evidence
        #[arg(value_name = "FOLDER|FILE")]
        path: PathBuf,
    },
    /// Tell which rules stand for which controls, what they allowed, refused and let pass, and what is missing
    #[command(
        after_help = "Example:\n  plimsoll evidence report reports/rollout-90d-regulated/3f9c21a0b7de\n  plimsoll evidence report \
                      reports/rollout-90d-regulated/3f9c21a0b7de --controls hipaa --controls eu-ai-act"
    )]
    Report {
        /// The folder of a record, or a file of evidence
        #[arg(value_name = "FOLDER|FILE")]
        path: PathBuf,
        /// Only what one strategy decided
        #[arg(long, value_name = "NAME")]
        strategy: Option<String>,
        /// Also tell which controls of a law or a standard these rules and records stand for: hipaa, iso-27001,
        /// nist-800-53, eu-ai-act, or a file like them; may be repeated. No legal advice
        #[arg(long, value_name = "NAME|FILE")]
        controls: Vec<String>,
        /// What keeping a gigabyte for a month costs, in the currency of the scenario
        #[arg(long, value_name = "PRICE", default_value_t = report::STORAGE_PRICE)]
        storage_price: f64,
    },
}

/// Does it.
pub(super) fn evidence(command: &EvidenceCommand) -> Result<(), Failure> {
    match command {
        EvidenceCommand::Verify { path } => {
            let (_, told) = check(path)?;
            Ok(output::data(&told)?)
        }
        EvidenceCommand::Report {
            path,
            strategy,
            controls,
            storage_price,
        } => {
            let maps = report::maps(controls, *storage_price)?;
            // What is not as it was written is worth no report.
            let (file, _) = check(path)?;
            report::report(&file, strategy.as_deref(), (&maps, *storage_price))
        }
    }
}

/// The file for evidence in a folder.
pub(super) fn create(folder: &mut Folder) -> io::Result<BufWriter<File>> {
    folder.create(EVIDENCE)
}

/// Writes the evidence of the replications that are wanted while `play` plays them, and tells the manifest of which there is
/// some, and its end.
pub(super) fn write<T>(
    (plan, wanted): (&Plan<'_>, &[u32]),
    manifest: &mut Manifest,
    file: BufWriter<File>,
    play: impl FnOnce(&mut EvidenceInto<'_, BufWriter<File>>) -> Result<T, ExperimentError>,
) -> Result<T, ExperimentError> {
    let words = evidence_words(plan.model, &manifest.scenario_sha256, plan.seed);
    let mut chain = Chain::new(file);
    let mut evidence = EvidenceInto {
        words: &words,
        wanted,
        chain: &mut chain,
        written: Vec::new(),
    };
    let played = play(&mut evidence)?;
    manifest.evidence_of = evidence.written;
    manifest.evidence = Some(chain.finish(&words)?);
    Ok(played)
}

/// What a record knows of its evidence; `None` if it knows nothing.
fn seal_of(folder: &Path) -> Result<Option<Seal>, Failure> {
    let path = folder.join(MANIFEST);
    let bad = |why: String| Failure::Input(format!("{}: {why}", path.display()));
    let size = match fs::metadata(&path) {
        Ok(found) => found.len(),
        Err(_) => return Ok(None),
    };
    if MANIFEST_MAX < size {
        return Err(bad(format!(
            "is larger than {MANIFEST_MAX} bytes, and no manifest is"
        )));
    }
    let bytes = fs::read(&path).map_err(|error| bad(error.to_string()))?;
    let manifest: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| bad(format!("is no manifest: {error}")))?;
    match &manifest["evidence"] {
        serde_json::Value::Null => Ok(None),
        seal => serde_json::from_value(seal.clone())
            .map(Some)
            .map_err(|error| bad(format!("says something odd of its evidence: {error}"))),
    }
}

/// Verifies evidence; returns where it is, and what to say of it.
fn check(path: &Path) -> Result<(PathBuf, String), Failure> {
    let is_folder = path.is_dir();
    let file = if is_folder {
        path.join(EVIDENCE)
    } else {
        path.to_owned()
    };
    let folder = match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let is_ours = file.file_name().is_some_and(|name| name == EVIDENCE);
    let seal = if is_ours { seal_of(folder)? } else { None };
    if is_folder && seal.is_none() {
        return Err(Failure::Input(if file.exists() {
            format!(
                "{}: its {MANIFEST} knows of no evidence, so nothing says what {EVIDENCE} should be; verify the file \
                 by itself to see whether it is whole",
                path.display()
            )
        } else {
            format!(
                "{}: there is no evidence in it; run with --evidence to write some",
                path.display()
            )
        }));
    }
    let opened = File::open(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let found = verify(BufReader::new(opened), seal.as_ref()).map_err(|broken| match broken {
        Broken::Read(error) => {
            Failure::Runtime(anyhow::Error::new(error).context(file.display().to_string()))
        }
        broken @ Broken::Line { .. } => {
            let file = file.display().to_string();
            Failure::Gate(format!("{}: {broken}", plain(&file)))
        }
    })?;
    let lines = counted(found.seal.lines, "line");
    let anchor = if seal.is_some() {
        format!("as {MANIFEST} says")
    } else {
        format!("whole in itself; no {MANIFEST} beside it says what its end should be")
    };
    let text = format!(
        "good: {lines}, {} bytes, {anchor}\nlast hash {}\nit tells of a simulation, not of anything that happened",
        grouped(&found.bytes.to_string()),
        found.seal.last_hash
    );
    let width = output::width();
    let wrapped = text.lines().map(|line| output::wrapped(line, width) + "\n");
    Ok((file, wrapped.collect()))
}
