//! What is wrong with a scenario: all of it, each with place, value and fix.

use std::fmt;

use super::render;
use super::source::{Origin, Sources};

/// More problems than this are counted, not shown.
const SHOWN: usize = 40;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do about it; stands under the caret.
    pub fix: String,
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular.
    Nowhere,
    /// At these bytes of a source.
    At(Origin),
    /// At a place of another kind, such as a row of a trace.
    Named(String),
}

/// All problems of one scenario, with the texts needed to show them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    pub(super) sources: Sources,
    pub(super) list: Vec<Problem>,
    pub(super) more: usize,
}

impl Problem {
    /// A problem without a place.
    pub fn new(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: Place::Nowhere,
            fix: fix.into(),
        }
    }

    /// A problem at a place of the scenario.
    pub fn at(origin: Origin, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            place: Place::At(origin),
            ..Self::new(message, fix)
        }
    }

    /// A problem at a place that is named in words, such as a row of a trace.
    pub fn named(
        place: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            place: Place::Named(place.into()),
            ..Self::new(message, fix)
        }
    }
}

impl Problems {
    /// No problem yet, with these texts.
    pub fn new(sources: Sources) -> Self {
        Self {
            sources,
            ..Self::default()
        }
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        if self.list.len() < SHOWN {
            self.list.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len() + self.more
    }

    /// Those that are shown.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    /// The texts that they point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// All of them as a person reads them, ending with how many there are.
    pub fn render(&self, color: bool) -> String {
        render::render(self, color)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}
