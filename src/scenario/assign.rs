//! `--set path=value`: one value laid over the scenario from the command line.
//!
//! The path is dotted; a part may be quoted. In a list of tables a part is a `name`; when the list has one
//! table, its name may be left out. `pool.dc-main/h200.nodes=40`, `demand.trace=month.csv`.

use super::merge::name_of;
use super::problem::Problem;
use super::source::{Origin, Source, Sources};
use super::suggest::nearest;
use super::tree::{Entry, Node, Table, Value, set_value};

/// Carries out one `--set`.
pub(super) fn assign(
    root: &mut Table,
    argument: &str,
    sources: &mut Sources,
) -> Result<(), Problem> {
    let source = sources.add(Source {
        name: if argument.starts_with(ASSUME) {
            "--assume".to_owned()
        } else {
            "--set".to_owned()
        },
        path: None,
        text: argument.to_owned(),
    });
    let whole = Origin {
        source,
        start: 0,
        end: argument.len() as u32,
    };
    let parts = path(argument, source)?;
    let Some((last, leading)) = parts.split_last() else {
        return Err(Problem::at(
            whole,
            "nothing is named before the `=`",
            EXAMPLE,
        ));
    };
    let value_at = last.end + 1;
    let node = set_value(argument[value_at..].trim(), source, value_at);
    let mut table = root;
    let mut rest = leading;
    while let Some((part, after)) = rest.split_first() {
        (table, rest) = enter(table, part, after, whole)?;
    }
    match table.get_mut(&last.text) {
        // A list of texts or tables is not replaced by a single text by mistake.
        Some(entry)
            if matches!(entry.node.value, Value::Array(_))
                && !matches!(node.value, Value::Array(_))
                && !argument.starts_with(ASSUME) =>
        {
            Err(Problem::at(
                last.origin,
                format!("`{}` is a list", last.text),
                "name one of its tables, or give a list in brackets",
            ))
        }
        _ => {
            let key = last.origin;
            table.insert(last.text.clone(), Entry { key, node });
            Ok(())
        }
    }
}

const EXAMPLE: &str = "write it like pool.dc-main/h200.nodes=40";

/// One part of a path.
struct Part {
    text: String,
    origin: Origin,
    /// The byte after it (a dot or the `=`).
    end: usize,
}

/// Goes one part down; returns the table reached and the parts that are left.
fn enter<'t, 'p>(
    table: &'t mut Table,
    part: &Part,
    rest: &'p [Part],
    whole: Origin,
) -> Result<(&'t mut Table, &'p [Part]), Problem> {
    let entry = table.entry(part.text.clone()).or_insert_with(|| Entry {
        key: part.origin,
        node: Node {
            origin: whole,
            value: Value::Table(Table::new()),
        },
    });
    match &mut entry.node.value {
        Value::Table(inner) => Ok((inner, rest)),
        Value::Array(items) => {
            let names: Vec<String> = items
                .iter()
                .filter_map(name_of)
                .map(str::to_owned)
                .collect();
            let named = rest.split_first().and_then(|(name, after)| {
                let at = items
                    .iter()
                    .position(|item| name_of(item) == Some(&name.text))?;
                Some((at, after))
            });
            let (at, after) = match named {
                Some(found) => found,
                None if items.len() == 1 => (0, rest),
                None => return Err(unnamed(part, rest.first(), &names)),
            };
            match &mut items[at].value {
                Value::Table(inner) => Ok((inner, after)),
                _ => Err(not_a_table(part)),
            }
        }
        _ => Err(not_a_table(part)),
    }
}

fn unnamed(list: &Part, name: Option<&Part>, names: &[String]) -> Problem {
    let what = &list.text;
    let Some(name) = name else {
        return Problem::at(
            list.origin,
            format!("there are {} of `{what}`", names.len()),
            format!("name one: {}", names.join(", ")),
        );
    };
    let fix = match nearest(&name.text, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("name one: {}", names.join(", ")),
    };
    Problem::at(
        name.origin,
        format!("there is no {what} `{}`", name.text),
        fix,
    )
}

fn not_a_table(part: &Part) -> Problem {
    Problem::at(
        part.origin,
        format!("`{}` has no keys inside it", part.text),
        EXAMPLE,
    )
}

/// What stands before an attribute that is assumed.
const ASSUME: &str = "assume.";

/// The `--set` that `--assume ATTRIBUTE=VALUE` is.
pub fn assumption(words: &str) -> String {
    format!("{ASSUME}{}", words.trim())
}

/// The path to an attribute that is assumed: its name is one part, dots and all.
fn assumed(argument: &str, source: u16) -> Option<Vec<Part>> {
    let (name, _) = argument.strip_prefix(ASSUME)?.split_once('=')?;
    let end = ASSUME.len() + name.len();
    let part = |text: &str, start: usize, end: usize| Part {
        text: text.trim().trim_matches(['"', '\'']).to_owned(),
        origin: Origin {
            source,
            start: start as u32,
            end: end as u32,
        },
        end,
    };
    let table = ASSUME.len() - 1;
    let name = part(name, ASSUME.len(), end);
    (!name.text.is_empty()).then(|| vec![part(&ASSUME[..table], 0, table), name])
}

/// Splits what stands before the `=` at its dots, outside quotes.
fn path(argument: &str, source: u16) -> Result<Vec<Part>, Problem> {
    if let Some(parts) = assumed(argument, source) {
        return Ok(parts);
    }
    let mut parts: Vec<Part> = Vec::new();
    let (mut start, mut text, mut quote) = (0, String::new(), None);
    for (at, c) in argument.char_indices() {
        match (c, quote) {
            ('"' | '\'', None) if text.trim().is_empty() => {
                quote = Some(c);
                text.clear();
            }
            (_, Some(open)) if c == open => quote = None,
            ('.' | '=', None) => {
                let origin = Origin {
                    source,
                    start: start as u32,
                    end: at as u32,
                };
                let name = text.trim().to_owned();
                if name.is_empty() {
                    return Err(Problem::at(origin, "an empty name in the path", EXAMPLE));
                }
                parts.push(Part {
                    text: name,
                    origin,
                    end: at,
                });
                if c == '=' {
                    return Ok(parts);
                }
                text.clear();
                start = at + 1;
            }
            _ => text.push(c),
        }
    }
    let origin = Origin {
        source,
        start: 0,
        end: argument.len() as u32,
    };
    Err(Problem::at(origin, "no `=` behind the path", EXAMPLE))
}
