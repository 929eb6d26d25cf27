//! What `check` tells of attributes that change while time passes: which, and what rules make of it.

use std::fmt::Write as _;

use crate::model::{AttributeSaid, Masks, Model, set_bits};
use crate::record::plain;

use super::output;
use super::rules::places;

/// All of them; nothing where none change.
pub(super) fn changes(model: &Model) -> String {
    let mut lines = by_the_clock(model);
    lines.extend(when_found(model));
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    let told: String = wrapped.collect();
    if told.is_empty() {
        told
    } else {
        "\n".to_owned() + &told
    }
}

/// Those at instants that are known.
fn by_the_clock(model: &Model) -> Vec<String> {
    let changes = &model.rules.changes;
    if changes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["attributes change while time passes".to_owned()];
    let mut before = model.rules.first_masks();
    for change in changes {
        let when = model.epoch.format(change.at);
        let by: Vec<_> = change.by.iter().map(|name| plain(name)).collect();
        lines.push(format!("  {when} {}", by.join(", ")));
        lines.extend(
            change
                .said
                .iter()
                .map(|one| format!("    {}", said(model, one))),
        );
        let now = Masks {
            situation: change.situation,
            ..before
        };
        lines.push(follows(model, &change.said, (before, now)));
        before = now;
    }
    lines
}

/// Those at instants that depend on what is decided, as they would be at the start.
fn when_found(model: &Model) -> Vec<String> {
    let findings = &model.rules.findings;
    let mut lines = Vec::new();
    let before = model.rules.first_masks();
    for (bit, finding) in findings.list.iter().enumerate() {
        if lines.is_empty() {
            lines.push(
                "attributes change, at instants that depend on what is decided, when".to_owned(),
            );
        }
        lines.push(format!("  {}", plain(&model.finding_name(finding))));
        let Some(row) = findings.row(0, 1 << bit) else {
            continue;
        };
        let own = &row.found[bit];
        lines.extend(own.iter().map(|one| format!("    {}", said(model, one))));
        let now = Masks {
            situation: row.situation,
            ..before
        };
        lines.push(follows(model, own, (before, now)));
    }
    lines
}

/// Who has what otherwise: "data set records: classification [] becomes [health]".
pub(super) fn said(model: &Model, said: &AttributeSaid) -> String {
    let (kind, name) = model.named(said.whom);
    let shown = |value: &Option<crate::model::AttributeValue>| {
        let known = value.as_ref();
        known.map_or_else(
            || "unknown".to_owned(),
            |value| plain(&value.to_string()).into_owned(),
        )
    };
    let kind = if kind == "dataset" { "data set" } else { kind };
    format!(
        "{kind} {}: {} {} becomes {}",
        plain(name),
        plain(&said.attribute),
        shown(&said.before),
        shown(&said.after)
    )
}

/// What rules refuse, or do not refuse any more, as their modes are at the start.
fn follows(model: &Model, said: &[AttributeSaid], (before, now): (Masks, Masks)) -> String {
    if said.is_empty() {
        return "    nothing is otherwise than before".to_owned();
    }
    let mut line = String::new();
    if model.rules.are_used() {
        let mut all = 0;
        for shape in (0..model.shapes.len()).map(crate::units::ShapeId::from) {
            for &pool in &model.classes[model.class_of(shape).index()].pools {
                let new = model.refusing(now, shape, pool);
                all |= new & !model.refusing(before, shape, pool);
            }
        }
        let refuses = |masks, shape, pool| model.refusing(masks, shape, pool) != 0;
        let new = places(model, |shape, pool| {
            refuses(now, shape, pool) && !refuses(before, shape, pool)
        });
        let gone = places(model, |shape, pool| {
            !refuses(now, shape, pool) && refuses(before, shape, pool)
        });
        if !new.is_empty() {
            let names = set_bits(all).map(|bit| plain(model.rules.name_of(bit)));
            let names: Vec<_> = names.collect();
            let _ = write!(
                line,
                "    from then on rules ({}) refuse {}",
                names.join(", "),
                new.join("; ")
            );
        }
        if !gone.is_empty() {
            let lead = if line.is_empty() {
                "    from then on rules"
            } else {
                ", and"
            };
            let _ = write!(line, "{lead} let run {}", gone.join("; "));
        }
    }
    if line.is_empty() {
        if before == now {
            line.push_str("    no rule reads that, or none says otherwise for it");
        } else {
            line.push_str(
                "    rules judge otherwise what moves, or what they do not keep from running",
            );
        }
    }
    line
}
