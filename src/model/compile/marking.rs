//! What `[[enrich]]` makes of each recorded job: its class, and labels of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::dice::{Dice, Purpose};
use crate::model::rules::Kind;
use crate::model::{Amount, LabelSource, Labelled};
use crate::scenario::{AttributeValue, Given, Origin};
use crate::units::{ClassId, LabelsId, MilliGpus, Span};

use super::classes::ClassDraft;
use super::context::{Context, unknown};
use super::enrich::{Block, By, CLASS, Conditions, Says};
use super::glob::is_like;
use super::label_words::read;

/// An attribute of which blocks say something.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) at: Origin,
    /// What it is, where the scenario tells: texts that are read alike are one value then.
    kind: Option<Kind>,
    /// What is said, each once.
    pub(super) values: Vec<Written>,
    /// Places of texts as they are written, so that each is read once.
    texts: BTreeMap<String, u32>,
    /// Places of values by what they are read as.
    places: BTreeMap<String, u32>,
}

/// Something that is said, and where.
pub(super) struct Written {
    pub(super) said: Wording,
    pub(super) at: Origin,
    /// The row of a file, where it is not in the scenario.
    pub(super) from: Option<String>,
}

/// In which form it is said.
#[derive(Clone)]
pub(super) enum Wording {
    /// A value of a scenario.
    Value(AttributeValue),
    /// A text that has to be read as one.
    Text(String),
}

impl Asked {
    /// An attribute of which nothing is said yet.
    pub(super) fn new(name: &str, at: Origin, kind: Option<Kind>) -> Self {
        Self {
            name: name.to_owned(),
            at,
            kind,
            values: Vec::new(),
            texts: BTreeMap::new(),
            places: BTreeMap::new(),
        }
    }

    /// The place of a value among those that are said: the same for all that are read alike, however they are written.
    pub(super) fn place(&mut self, written: Written) -> u32 {
        if let Wording::Text(text) = &written.said
            && let Some(&known) = self.texts.get(text)
        {
            return known;
        }
        let next = self.values.len() as u32;
        let place = *self.places.entry(self.meaning(&written)).or_insert(next);
        if let Wording::Text(text) = &written.said {
            self.texts.insert(text.clone(), place);
        }
        if place == next {
            self.values.push(written);
        }
        place
    }

    /// What something is read as, in one way of writing; what cannot be read stands for itself.
    fn meaning(&self, written: &Written) -> String {
        match &written.said {
            Wording::Value(value) => meaning(value),
            Wording::Text(text) => {
                let value = self.kind.and_then(|kind| read(kind, text, written.at));
                value.map_or_else(|| format!("text {text}"), |value| meaning(&value))
            }
        }
    }
}

/// A value in one way of writing: marks have no order.
fn meaning(value: &AttributeValue) -> String {
    match value {
        AttributeValue::Text(text) => format!("text {text}"),
        AttributeValue::Number(number) => format!("number {number}"),
        AttributeValue::Flag(flag) => format!("flag {flag}"),
        AttributeValue::Marks(marks) => {
            let marks = marks.iter().filter_map(Given::value);
            let marks: BTreeSet<&str> = marks.map(String::as_str).collect();
            let marks: Vec<&str> = marks.into_iter().collect();
            format!("marks {}", marks.join(";"))
        }
    }
}

/// What is known of a job when it comes.
pub(super) struct Facts<'a> {
    /// The demand to which it belongs; none of jobs that the scenario writes out.
    pub(super) demand: Option<&'a str>,
    pub(super) job: &'a str,
    pub(super) tenant: &'a str,
    pub(super) class: &'a str,
    pub(super) gpus: MilliGpus,
    pub(super) requested: Option<Span>,
    /// Columns of the trace, and what they say of it.
    pub(super) columns: &'a [String],
    pub(super) kept: &'a [String],
}

/// What was said of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Its class, if a block says it.
    pub(super) class: Option<ClassId>,
    pub(super) labels: LabelsId,
    /// Which combination of blocks said it.
    pub(super) by: u32,
}

/// All blocks, and what they said so far.
#[derive(Default)]
pub(super) struct Enrichment {
    pub(super) blocks: Vec<Block>,
    pub(super) asked: Vec<Asked>,
    /// Whether anybody wants to know what is labelled.
    pub(super) counts: bool,
    /// The names of all classes.
    names: Vec<String>,
    /// By value of `class`, the class.
    classes: Vec<Option<ClassId>>,
    /// Labels by what is said of each attribute but the class; the first say nothing.
    pub(super) labels: Vec<Vec<Option<u32>>>,
    known: BTreeMap<Vec<Option<u32>>, LabelsId>,
    /// By combination, the block that said each attribute.
    pub(super) by: Vec<Vec<Option<u16>>>,
    by_known: BTreeMap<Vec<Option<u16>>, u32>,
    /// How much work there is of each kind by what was said of it.
    pub(super) tallies: BTreeMap<(Labelled, u32), Amount>,
    overflowed: bool,
}

/// Most combinations of labels: each is a kind of work of its own.
const LABELS_MAX: usize = 1_000;

impl Enrichment {
    /// Whether anything is said of anybody.
    pub(super) fn is_used(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// Finds the classes to which blocks say that jobs belong.
    pub(super) fn know_classes(&mut self, context: &mut Context, classes: &[ClassDraft]) {
        self.names = classes.iter().map(|one| one.class.name.clone()).collect();
        if let Some(place) = self.asked.iter().position(|one| one.name == CLASS) {
            self.find_classes(context, place);
        }
    }

    /// Finds the classes of names that were not looked at before.
    fn find_classes(&mut self, context: &mut Context, place: usize) {
        if self.classes.len() == self.asked[place].values.len() {
            return;
        }
        let known: Vec<&str> = self.names.iter().map(String::as_str).collect();
        for written in self.asked[place].values.iter().skip(self.classes.len()) {
            let (Wording::Text(name) | Wording::Value(AttributeValue::Text(name))) = &written.said
            else {
                let fix = "write value = \"…\", the name of a [[class]]";
                context.fault(written.at, "this is no name of a class", fix);
                self.classes.push(None);
                continue;
            };
            let found = known.iter().position(|one| one == name);
            if found.is_none() && !known.is_empty() {
                let (message, fix) = unknown("class", name, &known);
                context.fault_in(written.from.as_deref(), written.at, message, fix);
            }
            self.classes.push(found.map(ClassId::from));
        }
    }

    /// What blocks say of a job: of each attribute the first that says something.
    pub(super) fn mark(&mut self, context: &mut Context, facts: &Facts<'_>) -> Mark {
        if self.blocks.is_empty() {
            return Mark::default();
        }
        let mut said: Vec<Option<u32>> = vec![None; self.asked.len()];
        let mut by: Vec<Option<u16>> = vec![None; self.asked.len()];
        for (index, block) in self.blocks.iter().enumerate() {
            if said[block.about].is_some() || !block.is_about(facts) {
                continue;
            }
            said[block.about] = block.says(facts, &mut self.asked[block.about]);
            by[block.about] = said[block.about].map(|_| index as u16);
        }
        let mut mark = Mark {
            class: None,
            labels: LabelsId(0),
            by: self.combination(by),
        };
        if let Some(place) = self.asked.iter().position(|one| one.name == CLASS)
            && let Some(value) = said[place].take()
        {
            // Names that stand in the trace come as they come.
            self.find_classes(context, place);
            mark.class = self.classes.get(value as usize).copied().flatten();
        }
        mark.labels = self.combined(context, said);
        mark
    }

    fn combination(&mut self, by: Vec<Option<u16>>) -> u32 {
        if let Some(&known) = self.by_known.get(&by) {
            return known;
        }
        let next = self.by.len() as u32;
        self.by.push(by.clone());
        self.by_known.insert(by, next);
        next
    }

    fn combined(&mut self, context: &mut Context, said: Vec<Option<u32>>) -> LabelsId {
        if self.labels.is_empty() {
            self.labels.push(vec![None; self.asked.len()]);
        }
        if said.iter().all(Option::is_none) || self.overflowed {
            return LabelsId(0);
        }
        if let Some(&known) = self.known.get(&said) {
            return known;
        }
        if self.labels.len() == LABELS_MAX {
            self.overflowed = true;
            let at = self
                .asked
                .first()
                .map_or_else(Origin::default, |one| one.at);
            let message = format!("these labels tell more than {LABELS_MAX} kinds of jobs apart");
            let fix = "give jobs coarser labels: each combination is judged by itself";
            context.fault(at, message, fix);
            return LabelsId(0);
        }
        let id = LabelsId::from(self.labels.len());
        self.labels.push(said.clone());
        self.known.insert(said, id);
        id
    }

    /// A recorded job is taken into the model.
    pub(super) fn count(&mut self, whose: Labelled, by: u32, amount: Amount) {
        if self.counts {
            self.tallies.entry((whose, by)).or_default().add(amount);
        }
    }

    /// How a block says what it says.
    pub(super) fn source_of(&self, block: u16) -> LabelSource {
        match self.blocks[usize::from(block)].says {
            Says::Value(_) => LabelSource::Matched,
            Says::Column(_) => LabelSource::Trace,
            Says::Joined(..) => LabelSource::Joined,
            Says::Shares(..) => LabelSource::Sampled,
        }
    }
}

impl Facts<'_> {
    fn column(&self, name: &str) -> Option<&str> {
        let place = self.columns.iter().position(|known| known == name)?;
        self.kept.get(place).map(String::as_str)
    }
}

impl Block {
    fn is_about(&self, facts: &Facts<'_>) -> bool {
        let demand = self.demand.as_deref();
        demand.is_none_or(|demand| facts.demand == Some(demand)) && self.matching.hold(facts)
    }

    /// What it says of a job; nothing if the column, the file or the draw has nothing for it.
    fn says(&self, facts: &Facts<'_>, asked: &mut Asked) -> Option<u32> {
        match &self.says {
            Says::Value(value) => Some(*value),
            Says::Column(column) => {
                let text = facts.column(column).filter(|text| !text.is_empty())?;
                Some(asked.place(Written {
                    said: Wording::Text(text.to_owned()),
                    at: asked.at,
                    from: Some(format!("column `{column}` of the trace, job {}", facts.job)),
                }))
            }
            Says::Joined(by, rows) => {
                let key = match by {
                    By::Job => facts.job,
                    By::Tenant => facts.tenant,
                    By::Class => facts.class,
                    By::Column(column) => facts.column(column)?,
                };
                rows.get(key).copied()
            }
            Says::Shares(parts, seed) => {
                let dice = Dice {
                    seed: *seed,
                    replication: 0,
                };
                let key = dice.key(&format!("enrich {}", self.name), facts.job);
                let drawn = dice.stream(key, Purpose::Label, 0, 0).below(1_000_000_000);
                let found = parts.iter().find(|(reaches, _)| drawn < *reaches);
                found.map(|&(_, value)| value)
            }
        }
    }
}

impl Conditions {
    fn hold(&self, facts: &Facts<'_>) -> bool {
        let like = |pattern: &Option<String>, text: &str| {
            pattern
                .as_ref()
                .is_none_or(|pattern| is_like(text, pattern))
        };
        let gpus = facts.gpus.occupied();
        let within = |&(low, high): &(u64, u64)| low <= gpus && gpus <= high;
        let asked = |&(low, high): &(Span, Span)| {
            let requested = facts.requested;
            requested.is_some_and(|requested| low <= requested && requested <= high)
        };
        let column = |(name, pattern): &(String, String)| {
            facts
                .column(name)
                .is_some_and(|text| is_like(text, pattern))
        };
        like(&self.job, facts.job)
            && like(&self.tenant, facts.tenant)
            && like(&self.class, facts.class)
            && self.gpus.as_ref().is_none_or(within)
            && self.requested.as_ref().is_none_or(asked)
            && self.columns.iter().all(column)
    }
}
