//! `controls`: names of what an auditor asks for, which rules stand for.

use crate::scenario::{List, ScenarioFile};

use super::context::Context;

/// More controls are a slip.
const CONTROLS_MAX: usize = 1_000;

/// Controls for which there should be rules.
pub(super) fn declared(context: &mut Context, file: &ScenarioFile) -> Vec<String> {
    match file.record.value() {
        Some(record) => names(context, &record.controls),
        None => Vec::new(),
    }
}

/// A list of controls, each once.
pub(super) fn names(context: &mut Context, list: &List<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for given in list.value().into_iter().flatten() {
        let Some((name, origin)) = given.here() else {
            continue;
        };
        if name.trim().is_empty() || name.contains(char::is_control) || 100 < name.chars().count() {
            let fix = "write 1 to 100 printable characters, such as \"HIPAA 164.312(a)\"";
            context.fault(origin, "not a name for a control", fix);
        } else if found.contains(name) {
            let message = format!("the control `{name}` stands here twice");
            context.fault(origin, message, "name it once");
        } else if found.len() == CONTROLS_MAX {
            let fix = format!("keep to {CONTROLS_MAX}");
            context.fault(origin, "too many controls", fix);
            break;
        } else {
            found.push(name.clone());
        }
    }
    found
}
