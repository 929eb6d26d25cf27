//! `[assume]`, which `--assume` writes: what attributes are taken to be of whatever nobody says it of.

use crate::model::rules::{Kind, Of};
use crate::scenario::{AttributeValue, Given, Origin, ScenarioFile, nearest};

use super::attribute_words::Words;
use super::context::Context;

/// Those who may have attributes.
const WHOSE: [Of; 4] = [Of::Job, Of::Target, Of::Data, Of::Link];
/// What is known of everybody.
const ALWAYS: [&str; 10] = [
    "class", "gpus", "site", "pool", "gpu", "kind", "offer", "rented", "what", "name",
];

/// Reads all of it; returns each attribute with its value, in words.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    words: &mut Words,
) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for (name, given) in file.assume.value().into_iter().flatten() {
        let Some((value, at)) = given.here() else {
            continue;
        };
        for place in places(context, words, name, at) {
            let value = one_mark(words.all[place].kind, value, at);
            let Some(value) = words.checked(context, place, &value, at) else {
                // Of jobs and of what they read the same would be told twice.
                break;
            };
            let attribute = words.all[place].written();
            let what = format!("{attribute} where nobody says");
            context.note_assumed(what, value.to_string(), at);
            told.push((attribute, value.to_string()));
            words.assumed[place] = Some(value);
        }
    }
    told
}

/// A single text may stand for a list of one mark.
fn one_mark(kind: Kind, value: &AttributeValue, at: Origin) -> AttributeValue {
    match (kind, value) {
        (Kind::Marks, AttributeValue::Text(mark)) => {
            AttributeValue::Marks(vec![Given::Here(mark.clone(), at)])
        }
        _ => value.clone(),
    }
}

/// The attributes that are meant: of whom it is said, or else of jobs and what they read, or of the one who has it.
fn places(context: &mut Context, words: &Words, name: &str, at: Origin) -> Vec<usize> {
    let (whose, bare) = match name.split_once('.') {
        Some((word, bare)) => (Of::from_word(word), bare),
        None => (None, name),
    };
    let is_known = whose.is_none_or(|of| WHOSE.contains(&of));
    if (whose.is_none() && bare != name) || !is_known {
        let fix = "write job.…, data.…, target.… (sites and pools) or link.…";
        let message = format!("nobody who has attributes is called so: `{name}`");
        context.fault(at, message, fix);
        return Vec::new();
    }
    let asked = |of: &Of| whose.is_none_or(|whose| whose == *of);
    let found = WHOSE.into_iter().filter(asked);
    let found: Vec<usize> = found.filter_map(|of| words.find(of, bare)).collect();
    if found.is_empty() {
        context.fault(
            at,
            format!("unknown attribute `{name}`"),
            near(words, name, bare),
        );
        return Vec::new();
    }
    if let Some(&place) = found.iter().find(|&&place| is_always_known(words, place)) {
        let message = format!("`{}` is known of everybody", words.all[place].written());
        context.fault(at, message, "assume something that somebody does not say");
        return Vec::new();
    }
    let others = found
        .iter()
        .filter(|&&place| !matches!(words.all[place].of, Of::Job | Of::Data));
    if 1 < found.len() && others.count() > 0 {
        let all = found.iter().map(|&place| words.all[place].written());
        let fix = format!("write which: {}", all.collect::<Vec<_>>().join(", "));
        context.fault(at, format!("several have `{name}`"), fix);
        return Vec::new();
    }
    found
}

fn is_always_known(words: &Words, place: usize) -> bool {
    place < words.built_in && ALWAYS.contains(&words.all[place].name.as_str())
}

fn near(words: &Words, name: &str, bare: &str) -> String {
    let all = words.all.iter().filter(|one| WHOSE.contains(&one.of));
    let all: Vec<String> = all
        .flat_map(|one| [one.name.clone(), one.written()])
        .collect();
    let names = || all.iter().map(String::as_str);
    let found = nearest(name, names()).or_else(|| nearest(bare, names()));
    found.map_or_else(
        || {
            "assume an attribute that somebody has, that rules read, or that [attributes] declares"
                .to_owned()
        },
        |near| format!("did you mean `{near}`?"),
    )
}
