//! A value that says where it comes from.

use serde::{Deserialize, Serialize};

/// A fact with its provenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Who says so.
    pub source: String,
    /// When it was true: a year, month or day.
    pub as_of: String,
    /// How sure we are.
    pub confidence: Confidence,
}

/// How sure we are of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confidence {
    /// Read in a primary source.
    #[serde(rename = "V")]
    Verified,
    /// Read in a secondary source.
    #[serde(rename = "S")]
    Secondary,
    /// From memory, not checked.
    #[serde(rename = "M")]
    Memory,
    /// Derived by arithmetic from other facts.
    #[serde(rename = "D")]
    Derived,
    /// A choice that we recommend, not a fact.
    #[serde(rename = "R")]
    Recommended,
}

impl Confidence {
    /// The word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Secondary => "secondary source",
            Self::Memory => "from memory",
            Self::Derived => "derived",
            Self::Recommended => "recommended",
        }
    }
}

impl<T> Sourced<T> {
    /// The same provenance for a value that was worked out from this one.
    pub fn map<U>(&self, with: impl FnOnce(&T) -> U) -> Sourced<U> {
        Sourced {
            value: with(&self.value),
            source: self.source.clone(),
            as_of: self.as_of.clone(),
            confidence: self.confidence,
        }
    }
}
