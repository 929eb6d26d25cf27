//! What `[[enrich]]` says, as values of attributes: each read as its attribute is, and one that it may have.

use crate::model::rules::{Attribute, Kind, Of, Value};
use crate::scenario::{AttributeValue, Given, Origin, ScenarioFile};

use super::attribute_words::{Words, kind_of_job, kind_of_value};
use super::attributes::Own;
use super::context::Context;
use super::enrich::CLASS;
use super::marking::{Asked, Enrichment, Wording, Written};

/// What is said of jobs, by their labels.
pub(super) fn take(context: &mut Context, words: &mut Words, enrichment: &Enrichment) -> Vec<Own> {
    let values: Vec<Vec<Option<(usize, Value)>>> = enrichment
        .asked
        .iter()
        .map(|asked| {
            if asked.name == CLASS {
                return Vec::new();
            }
            let Some(place) = place(context, words, asked) else {
                return Vec::new();
            };
            let said = asked.values.iter();
            let said = said.map(|written| Some((place, value(context, words, place, written)?)));
            said.collect()
        })
        .collect();
    let own = |said: &Vec<Option<u32>>| -> Own {
        let each = said.iter().zip(&values);
        let each = each.filter_map(|(said, values)| values.get((*said)? as usize)?.clone());
        each.collect()
    };
    enrichment.labels.iter().map(own).collect()
}

/// What an attribute of jobs is, as far as the scenario tells: as it is declared, of whom it is said first, or as a block
/// writes it out.
pub(super) fn kind_of_label(file: &ScenarioFile, name: &str) -> Option<Kind> {
    kind_of_job(file, name).or_else(|| {
        let blocks = file.enrich.items().map(|(spec, _)| spec);
        let mut about = blocks.filter(|spec| {
            let about = spec.attribute.value().map(String::as_str);
            about.map(|of| of.strip_prefix("job.").unwrap_or(of)) == Some(name)
        });
        about.find_map(|spec| spec.value.value().map(kind_of_value))
    })
}

/// The place of an attribute that blocks say.
fn place(context: &mut Context, words: &mut Words, asked: &Asked) -> Option<usize> {
    let name = &asked.name;
    match words.find(Of::Job, name) {
        Some(place) if place < words.built_in => {
            let message = format!("`job.{name}` is there anyhow");
            context.fault(asked.at, message, "give it another name");
            None
        }
        Some(place) => Some(place),
        None => words.twin_of(Of::Job, name).or_else(|| {
            let mut said = asked.values.iter();
            let kind = said.find_map(|written| match &written.said {
                Wording::Value(value) => Some(kind_of_value(value)),
                Wording::Text(_) => None,
            });
            let Some(kind) = kind else {
                let message = format!("nobody says what `{name}` is");
                let fix = format!(
                    "add [attributes.job.{name}] with kind = \"marks\" (or text, number, flag)"
                );
                context.fault(asked.at, message, fix);
                return None;
            };
            let attribute = Attribute {
                of: Of::Job,
                name: name.clone(),
                kind,
                values: std::collections::BTreeSet::new(),
                is_open: false,
            };
            Some(words.push(attribute, false))
        }),
    }
}

/// A value, as its attribute is.
fn value(
    context: &mut Context,
    words: &mut Words,
    place: usize,
    written: &Written,
) -> Option<Value> {
    let row = written.from.as_deref();
    let read = match &written.said {
        Wording::Value(value) => value.clone(),
        Wording::Text(text) => {
            let attribute = &words.all[place];
            let Some(value) = read(attribute.kind, text, written.at) else {
                let (name, kind) = (attribute.written(), attribute.kind.words());
                let message = format!("`{name}` is {kind}, not `{text}`");
                let fix = match attribute.kind {
                    Kind::Number => "write a number, such as 8",
                    _ => "write true or false",
                };
                context.fault_in(row, written.at, message, fix);
                return None;
            };
            value
        }
    };
    words.checked_in(context, place, &read, (written.at, row))
}

/// A text as a value of a kind: marks stand between semicolons, `-` is none.
pub(super) fn read(kind: Kind, text: &str, at: Origin) -> Option<AttributeValue> {
    let text = text.trim();
    Some(match kind {
        Kind::Text => AttributeValue::Text(text.to_owned()),
        Kind::Number => {
            let number: f64 = text.parse().ok()?;
            AttributeValue::Number(Some(number).filter(|number| number.is_finite())?)
        }
        Kind::Flag => match text.to_ascii_lowercase().as_str() {
            "true" => AttributeValue::Flag(true),
            "false" => AttributeValue::Flag(false),
            _ => return None,
        },
        Kind::Marks => {
            let marks = text.split(';').map(str::trim);
            let marks = marks.filter(|mark| !mark.is_empty() && *mark != "-");
            let marks = marks.map(|mark| Given::Here(mark.to_owned(), at));
            AttributeValue::Marks(marks.collect())
        }
    })
}
