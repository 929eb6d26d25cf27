//! `plimsoll init`: a first scenario, commented, to change.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use crate::record::write_whole;

use super::exit::Failure;
use super::output;

const STARTER: &str = include_str!("../../scenarios/starter.toml");

/// The starter as it is written elsewhere: an editor finds the schema where the user puts it.
fn starter() -> String {
    let (_, rest) = STARTER.split_once('\n').unwrap_or(("", STARTER));
    format!(
        "#:schema scenario.schema.json\n# Editors complete and check it with `plimsoll schema > scenario.schema.json`.\n{rest}"
    )
}

/// Where to.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The file to write; an existing one is left alone
    #[arg(value_name = "FILE", default_value = "scenario.toml")]
    file: PathBuf,
}

/// Writes the starter.
pub(super) fn init(arguments: &InitArguments) -> Result<(), Failure> {
    let file = &arguments.file;
    if file.exists() {
        return Err(Failure::Usage(format!(
            "{} exists already; name another file",
            file.display()
        )));
    }
    write_whole(file, |out| {
        std::io::Write::write_all(out, starter().as_bytes())
    })
    .with_context(|| format!("cannot write {}", file.display()))?;
    output::message(&format!(
        "wrote {0}; next: plimsoll compare {0}",
        file.display()
    ));
    Ok(())
}
