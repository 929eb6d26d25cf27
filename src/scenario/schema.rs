//! The JSON Schema of a scenario file, which editors use to complete and check while one writes.

use super::spec::ScenarioFile;

/// The schema as JSON text, ending with a line feed.
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(ScenarioFile);
    // A schema is a JSON value, and a JSON value prints.
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
