//! What to write instead of a value of another kind, or of a key in another place.

use crate::scenario::tree::{Entry, Table, Value};

/// What is expected, in words, where the fix has more to say.
pub(super) const TEXT: &str = "a text in quotes";
pub(super) const TABLE: &str = "a table";

/// What to write for the key `name` where `expected` was expected and `value` was found.
pub(super) fn instead(value: &Value, name: &str, expected: &str) -> String {
    match value {
        Value::Text(text) if expected.ends_with("number") => match share(text) {
            Some(share) => format!("write {share} without quotes"),
            None => format!("write {expected}"),
        },
        Value::Integer(_) | Value::Float(_) if expected == TEXT => {
            "write it as a text, with its unit if it is an amount, such as \"3 h\"".to_owned()
        }
        _ if expected == TABLE => format!("write {name} = {{ key = value }}"),
        _ => format!("write {expected}"),
    }
}

/// The number that a text means: `0.8` of "0.8" and of "80 %".
fn share(text: &str) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(percent) => Some(percent.trim().parse::<f64>().ok()? / 100.0),
        None => text.parse().ok(),
    }
}

/// Where a key stands that was looked for one table too high.
pub(super) fn inside(table: &Table, key: &str) -> Option<String> {
    let holds = |(_, entry): &(&String, &Entry)| match &entry.node.value {
        Value::Table(inner) => inner.contains_key(key),
        _ => false,
    };
    let (name, _) = table.iter().find(holds)?;
    Some(format!("did you mean `{name}.{key}`?"))
}
