//! `plimsoll schema`: the JSON Schema of scenario files, for editors.

use super::exit::Failure;
use super::output;

/// Prints the schema.
pub(super) fn schema() -> Result<(), Failure> {
    output::data(&crate::scenario::json_schema())?;
    Ok(())
}
