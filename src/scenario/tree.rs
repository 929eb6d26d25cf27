//! TOML as a tree in which every node and key knows where it was written.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Problem;
use super::source::{Origin, Sources};

/// Tables and arrays inside each other, at most.
const DEPTH: usize = 24;
/// Dots in one line, at most: each may be one more table inside another.
const DOTS: usize = 24;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Where.
    pub(super) origin: Origin,
    /// What.
    pub(super) value: Value,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    Moment(String),
    Array(Vec<Node>),
    Table(Table),
}

/// Keys and what they hold.
pub(super) type Table = BTreeMap<String, Entry>;

/// What a key holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Where the key was written.
    pub(super) key: Origin,
    /// Its value.
    pub(super) node: Node,
}

/// Reads source number `source` as a TOML document; syntax errors are all reported.
pub(super) fn document(sources: &Sources, source: u16) -> Result<Table, Vec<Problem>> {
    let whole = Origin {
        source,
        start: 0,
        end: 0,
    };
    let text = &sources.of(whole).text;
    if let Some(problem) = deep_key(text, source) {
        return Err(vec![problem]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| syntax(error, source)).collect());
    }
    let mut problems = Vec::new();
    let table = convert_table(table.get_ref(), source, DEPTH, &mut problems);
    if problems.is_empty() {
        Ok(table)
    } else {
        Err(problems)
    }
}

/// Reads what stands behind the `=` of a `--set` argument: a TOML value, or else plain text.
pub(super) fn set_value(text: &str, source: u16, offset: usize) -> Node {
    let origin = Origin {
        source,
        start: offset as u32,
        end: (offset + text.len()) as u32,
    };
    let plain = || Node {
        origin,
        value: Value::Text(text.to_owned()),
    };
    if deep_key(text, source).is_some() {
        return plain();
    }
    let Ok(parsed) = DeValue::parse(text) else {
        return plain();
    };
    let mut problems = Vec::new();
    let mut node = convert(&parsed, source, DEPTH, &mut problems);
    shift(&mut node, offset as u32);
    if problems.is_empty() { node } else { plain() }
}

fn shift(node: &mut Node, offset: u32) {
    node.origin.start += offset;
    node.origin.end += offset;
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, offset)),
        Value::Table(table) => {
            for entry in table.values_mut() {
                entry.key.start += offset;
                entry.key.end += offset;
                shift(&mut entry.node, offset);
            }
        }
        _ => {}
    }
}

/// A dotted key makes one table per dot without any bracket that the parser would count; a megabyte of dots
/// would overflow the stack when such a tree is dropped. So a line with very many dots is refused unread.
fn deep_key(text: &str, source: u16) -> Option<Problem> {
    let mut start = 0;
    for line in text.split('\n') {
        if line.bytes().filter(|&byte| byte == b'.').count() > DOTS {
            let place = place(source, &(start..start + 1));
            let message = format!("a line with more than {DOTS} dots");
            let fix = "no key of a scenario lies this deep: write shorter lines";
            return Some(Problem::at(place, message, fix));
        }
        start += line.len() + 1;
    }
    None
}

fn syntax(error: &toml::de::Error, source: u16) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let message = error.message().replace('\n', ", ");
    let fix = if message.contains("duplicate") {
        "keep one of them"
    } else {
        "write TOML: [table], [[list]] or key = value, with texts in quotes and brackets closed"
    };
    let message = format!("not valid TOML: {message}");
    Problem::at(place(source, &span), message, fix)
}

fn place(source: u16, span: &std::ops::Range<usize>) -> Origin {
    Origin {
        source,
        start: span.start as u32,
        end: span.end as u32,
    }
}

fn convert_table(
    table: &DeTable<'_>,
    source: u16,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Table {
    table
        .iter()
        .map(|(key, value)| {
            let entry = Entry {
                key: place(source, &key.span()),
                node: convert(value, source, depth - 1, problems),
            };
            (key.get_ref().to_string(), entry)
        })
        .collect()
}

fn convert(
    value: &Spanned<DeValue<'_>>,
    source: u16,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Node {
    let origin = place(source, &value.span());
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => {
            let read = i128::from_str_radix(number.as_str(), number.radix());
            Value::Integer(read.unwrap_or(i128::MAX))
        }
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(yes) => Value::Boolean(*yes),
        DeValue::Datetime(moment) => Value::Moment(moment.to_string()),
        DeValue::Array(_) | DeValue::Table(_) if depth <= 1 => {
            problems.push(Problem::at(
                origin,
                format!("tables and arrays lie more than {DEPTH} deep"),
                "no scenario needs that: take some brackets away",
            ));
            Value::Boolean(false)
        }
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| convert(item, source, depth - 1, problems))
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(convert_table(table, source, depth - 1, problems)),
    };
    Node { origin, value }
}

impl Node {
    /// The node as a TOML value, for the resolved scenario of a manifest.
    pub(super) fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::Text(text) => toml::Value::String(text.clone()),
            Value::Integer(number) => i64::try_from(*number).map_or_else(
                |_| toml::Value::String(number.to_string()),
                toml::Value::Integer,
            ),
            Value::Float(number) => toml::Value::Float(*number),
            Value::Boolean(yes) => toml::Value::Boolean(*yes),
            Value::Moment(text) => text
                .parse()
                .map_or_else(|_| toml::Value::String(text.clone()), toml::Value::Datetime),
            Value::Array(items) => toml::Value::Array(items.iter().map(Self::to_toml).collect()),
            Value::Table(table) => toml::Value::Table(table_to_toml(table)),
        }
    }
}

/// A table as TOML, keys in alphabetical order.
pub(super) fn table_to_toml(table: &Table) -> toml::Table {
    table
        .iter()
        .map(|(key, entry)| (key.clone(), entry.node.to_toml()))
        .collect()
}
