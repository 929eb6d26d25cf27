//! The names behind the ids of a scenario, as JSON that is put together once.

use crate::units::{Epoch, JobId, ShapeId};

use super::super::decimal::decimal;
use super::line::{Line, json_text};
use super::moving::{Attributes, Moving, MovingWords, names};

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Any number of marks.
    Marks(Vec<String>),
    /// One text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
}

/// A pool as evidence shows it.
#[derive(Clone, Debug, Default)]
pub struct PoolWords {
    /// Its name.
    pub name: String,
    /// Its site.
    pub site: String,
    /// Whose law applies there.
    pub jurisdiction: String,
    /// Whether it is rented.
    pub rented: bool,
    /// What rules know of it.
    pub attributes: Vec<(String, Known)>,
}

/// A rule as a run begins with it.
#[derive(Clone, Debug, Default)]
pub struct RuleWords {
    /// Its id.
    pub id: String,
    /// What it judges: run, move.
    pub on: &'static str,
    /// What it does: permit, forbid, require.
    pub effect: &'static str,
    /// The transform that it requires.
    pub transform: Option<String>,
    /// How much may move on the strength of it in a UTC day, in bytes.
    pub bytes_per_day: Option<u64>,
    /// Whether it is obeyed: enforce, audit, off.
    pub mode: &'static str,
    /// What it is about, as it was written.
    pub when: String,
    /// Why there is such a rule.
    pub reason: String,
    /// The controls for which it stands.
    pub controls: Vec<String>,
}

/// A job as evidence shows it.
#[derive(Clone, Debug, Default)]
pub struct JobWords {
    /// Its name.
    pub name: String,
    /// Its number in order of arrival, from 0.
    pub number: u32,
    /// What kind of work.
    pub class: String,
    /// Who pays.
    pub tenant: String,
    /// What it asked for, in thousandths of a GPU.
    pub milli_gpus: u64,
    /// The same, with its class.
    pub shape: ShapeId,
}

/// A service as one site sees it.
#[derive(Clone, Debug, Default)]
pub struct OutletWords {
    /// What it is for: key, identity, registry.
    pub kind: String,
    /// Its name.
    pub service: String,
    /// The site.
    pub site: String,
}

/// What is the same in all runs of a scenario.
#[derive(Clone, Debug)]
pub struct EvidenceWords {
    /// The hash of the scenario.
    pub scenario_sha256: String,
    /// The seed of all randomness.
    pub seed: u64,
    /// Where simulated time begins.
    pub epoch: Epoch,
    /// The currency of all prices.
    pub currency: String,
    /// How many versions of their work jobs do.
    pub versions: usize,
    /// By shape and version of its work, what rules know of its jobs, and the transforms that were used on all that they
    /// read.
    pub shapes: Vec<(Attributes, Vec<String>)>,
    /// By pool.
    pub pools: Vec<PoolWords>,
    /// By rule, its id; behind the last, what stands for what nothing permits.
    pub rules: Vec<String>,
    /// By data set, its name and how many bytes it is.
    pub datasets: Vec<(String, u64)>,
    /// By site, its name.
    pub sites: Vec<String>,
    /// By link, its name.
    pub links: Vec<String>,
    /// By outlet.
    pub outlets: Vec<OutletWords>,
    /// By budget, its name.
    pub budgets: Vec<String>,
    /// What rules know of what moves.
    pub moving: MovingWords,
    /// Envelopes, in the order of the model.
    pub envelopes: Vec<String>,
    /// Windows, in the order of the model.
    pub windows: Vec<String>,
    /// Attributes that change while time passes, in order.
    pub changes: Vec<ChangeWords>,
    /// What rules know of everybody once these changed.
    pub later: Vec<KnownWords>,
}

/// One attribute that is otherwise than before.
#[derive(Clone, Debug)]
pub struct SaidWords {
    /// What it is of: dataset, class, site, pool, link.
    pub kind: &'static str,
    /// The name of that.
    pub name: String,
    /// Which attribute.
    pub attribute: String,
    /// What it was; unknown if `None`.
    pub before: Option<Known>,
    /// What it is.
    pub after: Option<Known>,
}

/// Attributes that change at one instant.
#[derive(Clone, Debug)]
pub struct ChangeWords {
    /// The happenings that begin or end then.
    pub by: Vec<String>,
    /// What is otherwise.
    pub said: Vec<SaidWords>,
    /// What rules know of everybody from then on: as at the start, or one of what they know later.
    pub known: Option<usize>,
}

/// What rules know of everybody for some time.
#[derive(Clone, Debug)]
pub struct KnownWords {
    /// By shape and version of its work, of jobs, and the transforms that were used on all that they read.
    pub shapes: Vec<(Attributes, Vec<String>)>,
    /// By pool.
    pub pools: Vec<Attributes>,
    /// Of what moves.
    pub moving: MovingWords,
}

/// What is of one run.
pub struct RunWords<'a> {
    /// The strategy.
    pub strategy: String,
    /// Which sampled world.
    pub replication: u32,
    /// The rules as they are at the start.
    pub rules: Vec<RuleWords>,
    /// Controls for which there should be rules.
    pub controls: Vec<String>,
    /// What to say of a job.
    pub job: &'a dyn Fn(JobId) -> JobWords,
}

/// The same, with everything in quotation marks.
#[derive(Debug)]
pub(super) struct Spelt {
    versions: usize,
    /// By shape and version, what rules know of its jobs, and the transforms that were used.
    shapes: Vec<(String, Option<String>)>,
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
    pub(super) fn frame(words: &EvidenceWords, run: &RunWords<'_>) -> String {
        let mut line = Line::default();
        line.text("scenario", &words.scenario_sha256);
        line.number("seed", words.seed);
        line.number("replication", run.replication);
        line.text("strategy", &run.strategy);
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
        Self {
            versions: words.versions.max(1),
            shapes: spelt_jobs(&words.shapes),
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
        let shapes = later.map_or(&words.shapes, |later| &later.shapes);
        self.shapes = spelt_jobs(shapes);
        self.targets = match later {
            Some(later) => later.pools.iter().map(|pool| known(pool)).collect(),
            None => words
                .pools
                .iter()
                .map(|pool| known(&pool.attributes))
                .collect(),
        };
        self.moving = Moving::of(later.map_or(&words.moving, |later| &later.moving));
    }

    /// The rules of a run, written into its first line.
    pub(super) fn rules(line: &mut Line, run: &RunWords<'_>) {
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
    }

    /// What rules know of jobs of a shape in a version of its work, and the transforms that were used.
    pub(super) fn job(&self, (shape, version): (ShapeId, u8)) -> (&str, Option<&str>) {
        let known = self
            .shapes
            .get(shape.index() * self.versions + usize::from(version));
        known.map_or(("{}", None), |(known, used)| (known, used.as_deref()))
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

fn controls(line: &mut Line, controls: &[String]) {
    line.json("controls", &names(controls));
}

fn spelt_jobs(shapes: &[(Attributes, Vec<String>)]) -> Vec<(String, Option<String>)> {
    let spelt = |(shape, used): &(Attributes, Vec<String>)| {
        (known(shape), (!used.is_empty()).then(|| names(used)))
    };
    shapes.iter().map(spelt).collect()
}

/// A value as JSON.
pub(super) fn value(value: &Known) -> String {
    match value {
        Known::Marks(marks) => {
            let marks: Vec<String> = marks.iter().map(|mark| json_text(mark)).collect();
            format!("[{}]", marks.join(","))
        }
        Known::Text(text) => json_text(text),
        // What JSON cannot hold, no scenario can either.
        Known::Number(number) => number.to_string(),
        Known::Flag(flag) => flag.to_string(),
    }
}

/// Attributes as a JSON object.
pub(super) fn known(attributes: &[(String, Known)]) -> String {
    let mut line = Line::default();
    line.begin();
    for (name, known) in attributes {
        line.pair(name, &value(known));
    }
    line.close();
    line.into_text()
}

impl JobWords {
    /// As a JSON object.
    pub(super) fn json(&self) -> String {
        format!("{{{}}}", self.members())
    }

    /// The members of that object.
    pub(super) fn members(&self) -> String {
        let mut line = Line::default();
        line.text("job", &self.name);
        line.number("number", self.number);
        line.text("class", &self.class);
        line.text("tenant", &self.tenant);
        line.json("gpus", &decimal(i128::from(self.milli_gpus), 1000, 3));
        line.into_text()
    }
}
