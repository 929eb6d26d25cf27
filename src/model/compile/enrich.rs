//! `[[enrich]]`: what is said of recorded jobs, block by block, before any job is looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::{EnrichMatchSpec, EnrichSpec, Origin, ScenarioFile};
use crate::trace::{Limits, read_joined};
use crate::units::{QuantityError, Span, parse_span};

use super::classes::range;
use super::context::Context;
use super::label_words::kind_of_label;
use super::marking::{Asked, Enrichment, Wording, Written};
use super::traces::{Feed, Jobs};

/// One block, understood.
pub(super) struct Block {
    pub(super) name: String,
    /// Which of the attributes that are asked it is about.
    pub(super) about: usize,
    /// The demand that it is about, if not all.
    pub(super) demand: Option<String>,
    pub(super) matching: Conditions,
    pub(super) says: Says,
}

/// What a block says.
pub(super) enum Says {
    /// The same of all.
    Value(u32),
    /// What stands in a column of the trace.
    Column(String),
    /// What a file says by this key.
    Joined(By, BTreeMap<String, u32>),
    /// Values with the parts of a billion up to which each reaches, and the seed of the draws.
    Shares(Vec<(u64, u32)>, u64),
}

/// By what the rows of a file are found.
pub(super) enum By {
    /// The name of the job.
    Job,
    /// Who pays.
    Tenant,
    /// The class that the trace names.
    Class,
    /// A column of the trace.
    Column(String),
}

/// Which jobs a block is about.
#[derive(Default)]
pub(super) struct Conditions {
    pub(super) job: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) class: Option<String>,
    pub(super) gpus: Option<(u64, u64)>,
    pub(super) requested: Option<(Span, Span)>,
    pub(super) columns: Vec<(String, String)>,
}

/// Most blocks of a scenario.
const BLOCKS_MAX: usize = 1_000;
/// Shares are kept in parts of a billion.
const WHOLE: f64 = 1e9;
/// What belongs to classes and not to single jobs, under the names that classes give it.
const OF_CLASSES: [&str; 14] = [
    "use",
    "data",
    "memory",
    "checkpoint",
    "deadline",
    "elastic",
    "key",
    "identity",
    "artifacts",
    "feed",
    "results",
    "burst",
    "preemption",
    "requested_default",
];
/// The name under which a block says to which class jobs belong.
pub(super) const CLASS: &str = "class";

/// The columns of a demand's trace of which blocks speak, in the order of the blocks.
pub(super) fn columns_of(context: &Context, file: &ScenarioFile, demand: &str) -> Vec<String> {
    // Whoever is wrong about something else is told that alone.
    if !context.problems.is_empty() {
        return Vec::new();
    }
    let mut columns: Vec<String> = Vec::new();
    for (spec, _) in file.enrich.items() {
        if spec.demand.value().is_some_and(|only| only != demand) {
            continue;
        }
        let matched = spec.matching.value().and_then(|spec| spec.column.value());
        let matched = matched.into_iter().flat_map(BTreeMap::keys);
        let own = match (spec.csv.value(), spec.key.value()) {
            (None, _) => spec.column.value(),
            (Some(_), key) => key.filter(|key| matches!(by(key), By::Column(_))),
        };
        for name in matched.chain(own) {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
    }
    columns
}

fn by(key: &str) -> By {
    match key {
        "job" => By::Job,
        "tenant" => By::Tenant,
        CLASS => By::Class,
        column => By::Column(column.to_owned()),
    }
}

/// Reads all blocks.
pub(super) fn read(context: &mut Context, file: &ScenarioFile, feeds: &[Feed<'_>]) -> Enrichment {
    let mut enrichment = Enrichment::default();
    // Who labels nothing is told of what lacks labels all the same, if anybody reads them.
    enrichment.counts = !(file.enrich.is_absent() && file.rule.is_absent());
    let mut taken = BTreeSet::new();
    for (spec, table) in file.enrich.items() {
        if enrichment.blocks.len() == BLOCKS_MAX {
            context.fault(
                table,
                "too many [[enrich]]",
                format!("keep to {BLOCKS_MAX}"),
            );
            break;
        }
        let name = context.name(&spec.name, table, "enrich", &mut taken);
        let block = block(context, (spec, table), file, feeds, &mut enrichment.asked);
        let block = block.zip(name).map(|(block, name)| Block { name, ..block });
        enrichment.blocks.extend(block);
    }
    enrichment
}

fn block(
    context: &mut Context,
    (spec, table): (&EnrichSpec, Origin),
    file: &ScenarioFile,
    feeds: &[Feed<'_>],
    asked: &mut Vec<Asked>,
) -> Option<Block> {
    let example = "attribute = \"classification\"";
    let about = context.required(&spec.attribute, table, "what is said of jobs", example);
    let about = about.and_then(|about| attribute(context, about, file, asked));
    let demand = demand(context, spec, feeds);
    let matching = spec.matching.value();
    let matching =
        matching.map_or_else(|| Some(Conditions::default()), |of| conditions(context, of));
    belong(context, spec);
    let about = about?;
    let says = says(context, (spec, table), &mut asked[about])?;
    Some(Block {
        name: String::new(),
        about,
        demand: demand.ok()?,
        matching: matching?,
        says,
    })
}

/// The place of an attribute among those that are asked.
fn attribute(
    context: &mut Context,
    (name, at): (&String, Origin),
    file: &ScenarioFile,
    asked: &mut Vec<Asked>,
) -> Option<usize> {
    let name = name.strip_prefix("job.").unwrap_or(name);
    if let Some(known) = asked.iter().position(|one| one.name == name) {
        return Some(known);
    }
    let declared = file.attributes.value().and_then(|all| all.job.value());
    let declared = declared.is_some_and(|all| all.contains_key(name));
    if OF_CLASSES.contains(&name) && !declared {
        let message = format!("`{name}` belongs to a class, not to a single job");
        let fix = "say to which class such jobs belong, and give that class what they need: attribute = \"class\", \
                   value = \"…\"";
        context.fault(at, message, fix);
        return None;
    }
    let kind = (name != CLASS).then(|| kind_of_label(file, name)).flatten();
    asked.push(Asked::new(name, at, kind));
    Some(asked.len() - 1)
}

/// The demand that a block is about, if it names one; an error if it is none.
fn demand(
    context: &mut Context,
    spec: &EnrichSpec,
    feeds: &[Feed<'_>],
) -> Result<Option<String>, ()> {
    let Some((name, at)) = spec.demand.here() else {
        return if spec.demand.is_absent() {
            Ok(None)
        } else {
            Err(())
        };
    };
    let Some(feed) = feeds.iter().find(|feed| feed.name == *name) else {
        // A demand that is broken is told by itself.
        let known: Vec<&str> = feeds.iter().map(|feed| feed.name.as_str()).collect();
        if context.problems.is_empty() {
            context.unknown(at, "demand", name, &known);
        }
        return Err(());
    };
    if matches!(feed.jobs, Jobs::Generator(_)) {
        let message = format!("demand `{name}` is not recorded");
        let fix = "generated jobs have the attributes of their class: give them to [[class]]";
        context.fault(at, message, fix);
        return Err(());
    }
    Ok(Some(name.clone()))
}

fn conditions(context: &mut Context, spec: &EnrichMatchSpec) -> Option<Conditions> {
    let before = context.problems.len();
    let gpus = spec.gpus.here().and_then(|(text, at)| {
        let found = range(text);
        if found.is_none() {
            let fix = "write \"8\", \"8..64\", \"8..\" or \"..4\"";
            context.fault(at, format!("`{text}` is not a range of GPUs"), fix);
        }
        found
    });
    let requested = spec.requested.here().and_then(|(text, at)| {
        let found = spans(text);
        if found.is_err() {
            let fix = "write \"4 h..\", \"30 min..4 h\" or \"..30 min\"";
            context.fault(at, format!("`{text}` is not a range of run times"), fix);
        }
        found.ok()
    });
    let columns = spec.column.value().into_iter().flatten();
    let columns = columns.filter_map(|(name, like)| Some((name.clone(), like.value()?.clone())));
    let conditions = Conditions {
        job: spec.job.value().cloned(),
        tenant: spec.tenant.value().cloned(),
        class: spec.trace_class.value().cloned(),
        gpus,
        requested,
        columns: columns.collect(),
    };
    (context.problems.len() == before).then_some(conditions)
}

/// A range of lengths of time; both ends belong to it.
fn spans(text: &str) -> Result<(Span, Span), Option<QuantityError>> {
    let (low, high) = text.split_once("..").ok_or(None)?;
    let end = |text: &str, open: Span| match text.trim() {
        "" => Ok(open),
        text => parse_span(text).map_err(Some),
    };
    let both = (end(low, Span::ZERO)?, end(high, Span(u64::MAX))?);
    let is_range = both.0 <= both.1 && text.trim() != "..";
    is_range.then_some(both).ok_or(None)
}

/// Words that belong to others.
fn belong(context: &mut Context, spec: &EnrichSpec) {
    for (origin, word) in [
        (spec.key.origin(), "key"),
        (spec.key_column.origin(), "key_column"),
    ] {
        if let (Some(origin), true) = (origin, spec.csv.is_absent()) {
            let message = format!("`{word}` belongs to a csv file");
            context.fault(origin, message, "add csv = \"labels.csv\", or leave it out");
        }
    }
    if let (Some(origin), true) = (spec.seed.origin(), spec.share.is_absent()) {
        let fix = "add share = { … }, or leave it out";
        context.fault(origin, "`seed` belongs to shares", fix);
    }
}

fn says(
    context: &mut Context,
    (spec, table): (&EnrichSpec, Origin),
    asked: &mut Asked,
) -> Option<Says> {
    let column = spec.csv.is_absent() && !spec.column.is_absent();
    let ways = [
        !spec.value.is_absent(),
        column,
        !spec.csv.is_absent(),
        !spec.share.is_absent(),
    ];
    if ways.iter().filter(|way| **way).count() != 1 {
        let message = format!(
            "what `{}` is of these jobs is not said, or said twice",
            asked.name
        );
        let fix = "add one of value = …, column = \"…\", csv = \"…\" and share = { … }";
        context.fault(table, message, fix);
        return None;
    }
    if let Some((value, at)) = spec.value.here() {
        return Some(Says::Value(asked.place(Written {
            said: Wording::Value(value.clone()),
            at,
            from: None,
        })));
    }
    if let Some((path, at)) = spec.csv.here() {
        return joined(context, spec, (path, at), asked);
    }
    if let Some((column, _)) = spec.column.here() {
        return Some(Says::Column(column.clone()));
    }
    shares(context, spec, asked)
}

/// Reads the file of a block.
fn joined(
    context: &mut Context,
    spec: &EnrichSpec,
    (path, at): (&String, Origin),
    asked: &mut Asked,
) -> Option<Says> {
    let key = spec.key.value().map_or("job", String::as_str);
    let key_column = spec.key_column.value().map_or(key, String::as_str);
    let column = spec.column.value().unwrap_or(&asked.name).clone();
    let path = context.problems.sources().resolve(at, path);
    let found = match read_joined(&path, (key_column, &column), &Limits::default()) {
        Ok(found) => found,
        Err(error) => {
            context.unusable(at, &error);
            return None;
        }
    };
    let shown = path.display().to_string();
    context.files.push(path);
    let rows = found.into_iter().map(|(key, of)| {
        let from = Some(format!("{shown}, row {}", of.row));
        let said = Wording::Text(of.text);
        (key, asked.place(Written { said, at, from }))
    });
    Some(Says::Joined(by(key), rows.collect()))
}

/// Values with their shares.
fn shares(context: &mut Context, spec: &EnrichSpec, asked: &mut Asked) -> Option<Says> {
    let (shares, at) = spec.share.here()?;
    let (mut reached, mut parts) = (0.0, Vec::new());
    let before = context.problems.len();
    for (text, share) in shares {
        let origin = share.origin().unwrap_or(at);
        let Some(share) = context.number(share, 0.0, 1.0) else {
            continue;
        };
        reached += share;
        let value = asked.place(Written {
            said: Wording::Text(text.clone()),
            at: origin,
            from: None,
        });
        parts.push(((reached * WHOLE).round() as u64, value));
    }
    if reached > 1.0 + 1e-9 {
        let message = format!("these shares add up to {reached}");
        context.fault(at, message, "let them add up to 1, or less");
    }
    if shares.is_empty() {
        context.fault(
            at,
            "there is no share",
            "write share = { health = 0.2, public = 0.8 }",
        );
    }
    let seed = spec.seed.value().copied().unwrap_or(1);
    if context.problems.len() > before {
        return None;
    }
    context.note_declared(
        format!("enrich {}: drawn for each job", spec.name.value().map_or("", String::as_str)),
        format!("by its name and seed {seed}, the same under every strategy, in every replication and run"),
    );
    Some(Says::Shares(parts, seed))
}
