//! The names behind the ids of a scenario, as JSON that is put together once.

use crate::units::ShapeId;

use super::super::decimal::decimal;
use super::FORMAT;
use super::line::{Line, json_text};
use super::moving::{Attributes, Moving, names};
use super::retained;
use super::words::{EvidenceWords, Known, RunWords, ShapeWords};

/// The same, with everything in quotation marks.
#[derive(Debug)]
pub(super) struct Spelt {
    /// By shape and version, what is said of its jobs.
    subjects: Vec<Vec<String>>,
    /// How many versions of their work jobs of a shape do at most.
    versions: usize,
    /// By tenant, its name.
    pub(super) tenants: Vec<String>,
    /// By pool, what rules know of it.
    pub(super) targets: Vec<String>,
    /// By pool, what a destination says of it.
    pub(super) pools: Vec<String>,
    /// By pool, its name alone.
    pub(super) pool_names: Vec<String>,
    /// By rule, and behind the last what nothing permits.
    pub(super) rules: Vec<String>,
    /// What rules know of what moves.
    pub(super) moving: Moving,
}

impl Spelt {
    /// What stands in every line of a run.
    pub(super) fn frame(words: &EvidenceWords, (run, number): (&RunWords<'_>, u64)) -> String {
        let mut line = Line::default();
        line.text("scenario", words.short());
        line.count("seed", words.seed);
        line.count("replication", u64::from(run.replication));
        line.count("run", number);
        line.into_text()
    }

    pub(super) fn of(words: &EvidenceWords) -> Self {
        let pools = words.pools.iter().map(|pool| {
            let mut line = Line::default();
            line.begin();
            line.text("pool", &pool.name);
            line.text("site", &pool.site);
            line.text("jurisdiction", &pool.jurisdiction);
            line.number("rented", pool.rented);
            line.close();
            line.into_text()
        });
        let pool_names = words.pools.iter().map(|pool| json_text(&pool.name));
        let targets = words.pools.iter().map(|pool| known(&pool.attributes));
        let shapes = words.shapes.iter();
        let of_shapes: Vec<_> = shapes
            .map(|shape| subjects(shape, &shape.versions))
            .collect();
        Self {
            versions: most(&of_shapes),
            subjects: of_shapes,
            tenants: words
                .tenants
                .iter()
                .map(|tenant| json_text(tenant))
                .collect(),
            targets: targets.collect(),
            pools: pools.collect(),
            pool_names: pool_names.collect(),
            rules: words.rules.iter().map(|rule| json_text(rule)).collect(),
            moving: Moving::of(&words.moving),
        }
    }

    /// Rules know something else from now on: as at the start, or one of what they know later.
    pub(super) fn turn(&mut self, words: &EvidenceWords, now: Option<usize>) {
        let later = now.and_then(|index| words.later.get(index));
        let shapes = words.shapes.iter().enumerate();
        self.subjects = shapes
            .map(|(index, shape)| {
                let known = later.and_then(|later| later.shapes.get(index));
                subjects(shape, known.unwrap_or(&shape.versions))
            })
            .collect();
        self.versions = most(&self.subjects);
        let pools = words.pools.iter().enumerate();
        self.targets = pools
            .map(|(index, pool)| {
                let known_later = later.and_then(|later| later.pools.get(index));
                known(known_later.unwrap_or(&pool.attributes))
            })
            .collect();
        self.moving = Moving::of(later.map_or(&words.moving, |later| &later.moving));
    }

    /// What the first line of a run says.
    pub(super) fn begin(line: &mut Line, words: &EvidenceWords, run: &RunWords<'_>) {
        line.count("format", FORMAT);
        line.text("scenario_sha256", &words.scenario_sha256);
        line.text("strategy", &run.strategy);
        line.text("currency", &words.currency);
        line.open_list("rules");
        for rule in &run.rules {
            line.open_item();
            line.text("id", &rule.id);
            line.text("on", rule.on);
            line.text("effect", rule.effect);
            if let Some(transform) = &rule.transform {
                line.text("transform", transform);
            }
            if let Some(bytes) = rule.bytes_per_day {
                line.number("bytes_per_day", bytes);
            }
            line.text("mode", rule.mode);
            line.text("when", &rule.when);
            line.text("reason", &rule.reason);
            controls(line, &rule.controls);
            line.close();
        }
        line.close_list();
        controls(line, &run.controls);
        if let Some((_, Some(scoring))) = run.scorings.first() {
            scoring.begin(line, &words.currency);
        }
        retained::begin(line, &words.retention);
    }

    /// How many versions of their work jobs of a shape do.
    pub(super) const fn versions(&self) -> usize {
        self.versions
    }

    /// What is said of jobs of a shape in a version of its work: members.
    pub(super) fn subject(&self, (shape, version): (ShapeId, u8)) -> &str {
        let of_shape = &self.subjects[shape.index()];
        let found = of_shape.get(usize::from(version)).or(of_shape.first());
        found.map_or("", String::as_str)
    }

    /// The names of the bits of a verdict.
    pub(super) fn rules_of(&self, bits: u128) -> impl Iterator<Item = &str> {
        let last = self.rules.len().saturating_sub(1);
        let names = self.rules.iter().enumerate();
        names.filter_map(move |(index, name)| {
            // What nothing permits has the highest bit.
            let bit = if index == last {
                u128::BITS - 1
            } else {
                index as u32
            };
            (bits >> bit & 1 == 1).then_some(name.as_str())
        })
    }
}

/// The most versions that any shape has; one where nobody says any.
fn most(subjects: &[Vec<String>]) -> usize {
    subjects.iter().map(Vec::len).max().unwrap_or(0).max(1)
}

/// What is said of jobs of a shape, by version of its work.
fn subjects(shape: &ShapeWords, versions: &[(Attributes, Vec<String>)]) -> Vec<String> {
    let none = [Default::default()];
    let versions = if versions.is_empty() { &none } else { versions };
    let told = versions.iter().map(|(attributes, transforms)| {
        let mut line = Line::default();
        line.text("class", &shape.class);
        line.json("gpus", &decimal(i128::from(shape.milli_gpus), 1000, 3));
        line.json("attributes", &known(attributes));
        if !transforms.is_empty() {
            line.json("transforms", &names(transforms));
        }
        line.into_text()
    });
    told.collect()
}

fn controls(line: &mut Line, controls: &[String]) {
    line.json("controls", &names(controls));
}

/// Attributes as a JSON object.
pub(super) fn known(attributes: &[(String, Known)]) -> String {
    let mut line = Line::default();
    line.begin();
    for (name, own) in attributes {
        line.pair(name, &value(own));
    }
    line.close();
    line.into_text()
}

/// A value as JSON.
pub(super) fn value(value: &Known) -> String {
    match value {
        Known::Marks(marks) => names(marks),
        Known::Text(text) => json_text(text),
        // What JSON cannot hold, no scenario can either.
        Known::Number(number) => number.to_string(),
        Known::Flag(flag) => flag.to_string(),
    }
}
