//! The words that rules may use: attributes, of what kind they are, and which values they may have.

use std::collections::BTreeSet;

/// What a rule judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOn {
    /// Where jobs run.
    Run,
    /// What moves between sites.
    Move,
}

/// Whose attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::model) enum Of {
    /// The job's: `job.…`.
    Job,
    /// That of the pool where it would run: `target.…`.
    Target,
    /// That of what moves: `data.…`.
    Data,
    /// That of the site that it leaves: `from.…`.
    From,
    /// That of the site to which it goes: `to.…`.
    To,
    /// That of a link on its way: `link.…`.
    Link,
}

/// What the values of an attribute are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Kind {
    /// Any number of marks.
    Marks,
    /// One text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Any number of marks; also a list that a rule writes out.
    Marks(Vec<String>),
    /// One text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
}

/// An attribute that somebody has, or may have.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::model) struct Attribute {
    /// Whose.
    pub(in crate::model) of: Of,
    /// Its name.
    pub(in crate::model) name: String,
    /// What its values are.
    pub(in crate::model) kind: Kind,
    /// The marks or texts that are known.
    pub(in crate::model) values: BTreeSet<String>,
    /// Whether there can be others.
    pub(in crate::model) is_open: bool,
}

/// All attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::model) struct Vocabulary(pub(in crate::model) Vec<Attribute>);

/// The values of all attributes of a vocabulary, those of others than `of` left out; `None` is unknown.
pub(in crate::model) type Tuple = Vec<Option<Value>>;

impl Of {
    /// The word before the dot.
    pub(in crate::model) const fn word(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Target => "target",
            Self::Data => "data",
            Self::From => "from",
            Self::To => "to",
            Self::Link => "link",
        }
    }

    /// What the word before a dot stands for.
    pub(in crate::model) fn from_word(word: &str) -> Option<Self> {
        let all = [RuleOn::Run, RuleOn::Move].map(Self::known);
        let mut all = all.into_iter().flatten();
        all.find(|of| of.word() == word).copied()
    }

    /// Whose attributes a rule may read that judges this.
    pub(in crate::model) const fn known(on: RuleOn) -> &'static [Self] {
        match on {
            RuleOn::Run => &[Self::Job, Self::Target],
            RuleOn::Move => &[Self::Data, Self::From, Self::To, Self::Link],
        }
    }
}

impl Kind {
    /// What it is, in words.
    pub(in crate::model) const fn words(self) -> &'static str {
        match self {
            Self::Marks => "a list of marks",
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Flag => "true or false",
        }
    }
}

impl Value {
    /// Of what kind it is.
    pub(in crate::model) const fn kind(&self) -> Kind {
        match self {
            Self::Marks(_) => Kind::Marks,
            Self::Text(_) => Kind::Text,
            Self::Number(_) => Kind::Number,
            Self::Flag(_) => Kind::Flag,
        }
    }
}

impl Attribute {
    /// As a rule writes it.
    pub(in crate::model) fn written(&self) -> String {
        format!("{}.{}", self.of.word(), self.name)
    }

    /// Whether it can have a value; numbers and flags can have any.
    pub(in crate::model) fn may_be(&self, text: &str) -> bool {
        self.is_open || self.values.contains(text)
    }
}

impl Vocabulary {
    /// The attributes of somebody that are known, with their values.
    pub(in crate::model) fn known(&self, of: Of, tuples: &[Tuple]) -> Vec<Vec<(String, Value)>> {
        let known = |tuple: &Tuple| {
            let own = self.0.iter().zip(tuple);
            let own = own.filter(|(attribute, _)| attribute.of == of);
            own.filter_map(|(attribute, value)| Some((attribute.name.clone(), value.clone()?)))
                .collect()
        };
        tuples.iter().map(known).collect()
    }

    /// The place of an attribute.
    pub(in crate::model) fn position(&self, of: Of, name: &str) -> Option<usize> {
        self.0
            .iter()
            .position(|attribute| attribute.of == of && attribute.name == name)
    }
}
