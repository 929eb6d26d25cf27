//! How long what is kept may be kept: which rule is about what.

use std::collections::BTreeMap;

use crate::process::Law;
use crate::units::{DatasetId, SimTime, SiteId, Span};

use super::Model;
use super::estate::SiteKind;
use super::request::Labelled;
use super::rules::Value;
use super::sheets::SheetItem;

pub use crate::journal::KeptKind;

/// Since when a time of keeping counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFrom {
    /// When a job last began or ceased to read it.
    LastUse,
    /// When it came or was made.
    Written,
    /// The end of its job.
    JobEnd,
}

/// How long something of one kind is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptFor {
    /// How long; `None` is for ever.
    pub keep: Option<Span>,
    /// Since when.
    pub from: KeptFrom,
}

/// A rule of how long something is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct RetentionRule {
    /// Its name.
    pub id: String,
    /// How long what is of each kind, ascending.
    pub of: BTreeMap<KeptKind, KeptFor>,
    /// How long a proof of deletion takes, in ms; as usual if `None`.
    pub proof: Option<Law>,
    /// Whether what is deleted takes with it what this rule is about and was made of it.
    pub follows: bool,
    /// Why there is such a rule.
    pub reason: String,
    /// The controls for which it stands.
    pub controls: Vec<String>,
}

/// All of them, and which is about what; what no rule is about stays as long as there is room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retention {
    /// The rules, in the order of the scenario.
    pub rules: Vec<RetentionRule>,
    /// Of data sets at sites that keep them throughout.
    pub homes: BTreeMap<(DatasetId, SiteId), u16>,
    /// Of what lies in caches.
    pub cached: BTreeMap<(DatasetId, SiteId), u16>,
    /// Of the network's copies.
    pub copies: BTreeMap<u16, u16>,
    /// Of checkpoints, by whose they are, the version of the work, and where they lie.
    pub checkpoints: BTreeMap<(Labelled, u8, SiteId), u16>,
    /// Of results, by whose they are and the version of the work.
    pub results: BTreeMap<(Labelled, u8), u16>,
    /// What no rule is about and somebody may ask for: of which kind, and of what.
    pub without: Vec<(KeptKind, String)>,
}

/// How long it takes a provider to prove a deletion, unless a rule says it.
pub const PROOF_USUAL: Span = Span(30 * Span::DAY.0);

impl KeptFrom {
    /// The word for it in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LastUse => "last-use",
            Self::Written => "written",
            Self::JobEnd => "job-end",
        }
    }
}

impl RetentionRule {
    /// How long something of a kind is kept; for ever where the rule is not about it.
    pub fn kept(&self, kind: KeptKind) -> KeptFor {
        let given = self.of.get(&kind).copied();
        given.unwrap_or(KeptFor {
            keep: None,
            from: KeptFrom::Written,
        })
    }
}

impl Retention {
    /// Whether anything is ever deleted because its time is over.
    #[inline]
    pub const fn are_used(&self) -> bool {
        !self.rules.is_empty()
    }
}

impl Model {
    /// Of which kind a data set is where a copy of it lies in a cache.
    pub fn cached_kind(&self, id: DatasetId) -> KeptKind {
        match self.dataset(id).artifact {
            Some(_) => KeptKind::Artifact,
            None => KeptKind::Copy,
        }
    }

    /// Of which kind one of the network's copies is.
    pub fn copy_kind(&self, copy: u16) -> KeptKind {
        let made = self.transforms.derived.iter();
        let mut made = made.filter(|made| made.copy == copy);
        match made.next() {
            Some(_) => KeptKind::Transformed,
            None => KeptKind::Replica,
        }
    }

    /// Whether something was made of a data set, or is it.
    pub fn comes_of(&self, id: DatasetId, source: DatasetId) -> bool {
        let base = || self.transforms.making(id).map(|(_, made)| made.base);
        id == source || base().is_some_and(|base| self.comes_of(base, source))
    }

    /// Whether who runs a site proves that what was deleted is: as its provider says; we do on sites of our own.
    pub fn proves_deletion(&self, site: SiteId) -> bool {
        let of = &self.sites[site.index()];
        let mut sheets = self.providers.iter();
        let sheet = sheets.find(|sheet| sheet.provider == of.provider);
        let said = sheet.and_then(|sheet| {
            let mut says = sheet.says.iter();
            says.find(|(item, _)| *item == SheetItem::DeletionProof)
        });
        match said {
            Some((_, value)) => *value == Value::Flag(true),
            None => self.is_own(site),
        }
    }

    /// Whether a site is our own.
    pub fn is_own(&self, site: SiteId) -> bool {
        matches!(
            self.sites[site.index()].kind,
            SiteKind::Private | SiteKind::Edge
        )
    }

    /// Until when a data set costs what it does at a home, at the least.
    pub fn kept_at_least(&self, id: DatasetId, site: SiteId, until: SimTime) -> SimTime {
        let rule = self.retention.homes.get(&(id, site));
        let keep = rule.and_then(|&rule| {
            self.retention.rules[usize::from(rule)]
                .kept(KeptKind::Dataset)
                .keep
        });
        keep.map_or(until, |keep| until.min(SimTime::ZERO + keep))
    }
}
