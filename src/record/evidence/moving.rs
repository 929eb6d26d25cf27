//! What rules know of all that could move, of sites and of links, as evidence tells it.

use std::collections::BTreeMap;

use crate::journal::{Moved, Movement};
use crate::units::{ClassId, DatasetId, LabelsId, SiteId};

use super::line::{Line, json_text};
use super::spelt::known;
use super::words::Known;

/// Attributes of somebody, as far as they are known.
pub type Attributes = Vec<(String, Known)>;

/// What moves, as far as rules tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carried {
    /// A data set, for jobs of a class.
    Dataset(DatasetId, ClassId),
    /// A copy of a data set.
    Replica(DatasetId),
    /// Checkpoints of jobs of a class, with labels of their own, in a version of its work.
    Checkpoint(ClassId, LabelsId, u8),
    /// What jobs of a class, with labels of their own, found out in a version of its work.
    Results(ClassId, LabelsId, u8),
    /// What jobs of a class read while they run.
    Feed(ClassId, LabelsId),
}

/// All attributes that rules about moves know.
#[derive(Clone, Debug, Default)]
pub struct MovingWords {
    /// What could move, with the names of the transforms that were used on it.
    pub carried: Vec<(Carried, Attributes, Vec<String>)>,
    /// By data set, whatever it is for.
    pub data: Vec<Attributes>,
    /// By site, as the one that something leaves.
    pub from: Vec<Attributes>,
    /// By site, as the one to which something goes.
    pub to: Vec<Attributes>,
    /// By link.
    pub links: Vec<Attributes>,
}

/// The same as JSON.
#[derive(Debug)]
pub(super) struct Moving {
    carried: BTreeMap<Carried, (String, Option<String>)>,
    from: Vec<String>,
    to: Vec<String>,
    links: Vec<String>,
}

impl Carried {
    /// What it is that moves.
    pub fn of(moved: &Movement) -> Option<Self> {
        let class = moved.class;
        Some(match moved.what {
            Moved::Dataset(id) => Self::Dataset(id, class?),
            Moved::Replica(id) => Self::Replica(id),
            Moved::Checkpoint(_) | Moved::Restore(_) => {
                Self::Checkpoint(class?, moved.labels, moved.version)
            }
            Moved::Results(_) => Self::Results(class?, moved.labels, moved.version),
            Moved::Feed(_) => Self::Feed(class?, moved.labels),
        })
    }
}

impl Moving {
    pub(super) fn of(words: &MovingWords) -> Self {
        let carried = words.carried.iter().map(|(what, attributes, transforms)| {
            let used = (!transforms.is_empty()).then(|| names(transforms));
            (*what, (known(attributes), used))
        });
        let all = |list: &[Attributes]| list.iter().map(|one| known(one)).collect();
        Self {
            carried: carried.collect(),
            from: all(&words.from),
            to: all(&words.to),
            links: all(&words.links),
        }
    }

    /// What rules know of something that moves: itself, where it comes from and goes, and each link on its way.
    pub(super) fn attributes(&self, line: &mut Line, moved: &Movement) {
        const NOTHING: &str = "{}";
        if self.carried.is_empty() {
            return;
        }
        let at = |all: &'_ [String], site: Option<SiteId>| {
            let found = site.and_then(|site| all.get(site.index()));
            found.map_or(NOTHING, String::as_str).to_owned()
        };
        let what = Carried::of(moved).and_then(|what| self.carried.get(&what));
        line.open("attributes");
        line.json("data", what.map_or(NOTHING, |(known, _)| known));
        line.json("from", &at(&self.from, moved.from));
        line.json("to", &at(&self.to, moved.to));
        let links = moved.links.iter();
        let links = links.filter_map(|link| self.links.get(link.index()));
        line.list("links", links.map(String::as_str));
        if let Some(used) = what.and_then(|(_, used)| used.as_deref()) {
            line.json("transforms", used);
        }
        line.close();
    }
}

/// Names as a JSON list.
pub(super) fn names(all: &[String]) -> String {
    let all: Vec<String> = all.iter().map(|name| json_text(name)).collect();
    format!("[{}]", all.join(","))
}
