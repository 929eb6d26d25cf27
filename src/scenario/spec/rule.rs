//! `[[rule]]`, `[attributes]`: what may run and move where, and the words that rules read.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::scenario::given::Given;

use super::{ByName, List};

/// A rule about what may run where, or what may move where.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["id", "effect", "when"]))]
pub struct RuleSpec {
    /// Its name.
    pub id: Given<String>,
    /// Whether it judges where jobs run or what moves between sites; "run" unless given.
    pub on: Given<SubjectKind>,
    /// What it does to what it is about.
    pub effect: Given<EffectKind>,
    /// What it is about: a condition in a part of CEL, such as
    /// '"health" in job.classification && target.jurisdiction != "US"'. It knows == != < <= > >= && || ! in, has(…),
    /// size(…), lists, and the attributes of job.* and target.*; with on = "move" those of data.* (what moves), from.*
    /// and to.* (the sites) and link.* (each link on the way).
    pub when: Given<String>,
    /// With on = "move" and effect = "permit": how much may move on the strength of it in each UTC day, such as
    /// "10 TB"; as much as there is unless given.
    pub bytes_per_day: Given<String>,
    /// With effect = "require": the transform whose copies may run or move there.
    pub transform: Given<String>,
    /// Why there is such a rule, for whoever is refused.
    pub reason: Given<String>,
    /// The controls for which it stands, in your own names, such as "HIPAA 164.312(a)"; `plimsoll evidence report` tells
    /// what was decided for each.
    pub controls: List<String>,
    /// Whether it is obeyed; "enforce" unless given.
    pub mode: Given<ModeKind>,
    /// What becomes of running work, and of copies of data, when the rule turns against them; work may finish and copies
    /// stay unless given.
    pub on_change: Given<OnChangeKind>,
    /// How long they may go on as before first, such as "24 h"; no time unless given.
    pub grace: Given<String>,
}

/// What a rule judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// Where jobs run.
    Run,
    /// What moves from one site to another: data sets, artifacts, copies, checkpoints, results, feeds.
    Move,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EffectKind {
    /// It allows what it is about; with such a rule in force, what no rule permits is refused.
    Permit,
    /// It refuses what it is about, whatever permits it.
    Forbid,
    /// It refuses what it is about, but for copies that a transform made.
    Require,
}

/// Whether a rule is obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ModeKind {
    /// It is.
    Enforce,
    /// What it refuses happens all the same, and is counted.
    Audit,
    /// As if it were not there, until something turns it on.
    Off,
}

/// What becomes of running work and of copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnChangeKind {
    /// Work ends where it is; copies stay, and nothing new reads them.
    Finish,
    /// Work writes a checkpoint, if it keeps any, and goes on elsewhere; copies are deleted once nobody reads them.
    Evict,
    /// Work stops at once and goes back to its newest checkpoint; copies are deleted.
    Stop,
    /// Work stops at once, and what it wrote since it began there is locked; copies stay and are locked.
    Quarantine,
}

/// Attributes that rules read, where more should be said of them than follows from who has them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AttributesSpec {
    /// Those of classes, `job.…` in a rule.
    pub job: ByName<AttributeSpec>,
    /// Those of sites and pools, `target.…` in a rule; those of sites also `from.…` and `to.…`.
    pub target: ByName<AttributeSpec>,
    /// Those of data sets and artifacts, `data.…` in a rule. Jobs, their checkpoints and their results have the marks of
    /// what they read.
    pub data: ByName<AttributeSpec>,
    /// Those of links, `link.…` in a rule.
    pub link: ByName<AttributeSpec>,
}

/// An attribute.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AttributeSpec {
    /// What its values are; follows from `values`, or from those who have it, unless given.
    pub kind: Given<AttributeKind>,
    /// The marks or texts that it may have; those that somebody has unless given.
    pub values: List<String>,
    /// What it is taken to be of those who do not say; unknown unless given, so that whatever a rule would refuse
    /// because of it is refused.
    pub assume: Given<AttributeValue>,
}

/// What the values of an attribute are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeKind {
    /// Any number of marks, such as `["health", "personal"]`.
    Marks,
    /// One text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// One text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// Any number of marks.
    Marks(Vec<Given<String>>),
}

impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = AttributeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true or false, or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Number(number))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Flag(yes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<AttributeValue, A::Error> {
        let mut marks = Vec::new();
        while let Some(mark) = items.next_element()? {
            marks.push(mark);
        }
        Ok(AttributeValue::Marks(marks))
    }
}

impl JsonSchema for AttributeValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AttributeValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string" },
            { "type": "number" },
            { "type": "boolean" },
            { "type": "array", "items": { "type": "string" } },
        ] })
    }
}
