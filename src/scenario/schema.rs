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

#[cfg(test)]
mod tests {
    use super::json_schema;

    #[test]
    fn the_schema_in_docs_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scenario.schema.json");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        // To renew it: cargo run -- schema > docs/scenario.schema.json
        assert!(
            kept == json_schema(),
            "docs/scenario.schema.json is not what `plimsoll schema` prints"
        );
    }
}
