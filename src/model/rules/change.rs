//! Attributes that change while time passes: whose, which, and in which situation that leaves everybody.

use crate::units::{ClassId, DatasetId, LinkId, PoolId, SimTime, SiteId};

use super::super::Model;
use super::vocabulary::Value;

/// Attributes are otherwise from an instant on.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeChange {
    /// When.
    pub at: SimTime,
    /// Which row of verdicts rules have from then on: the first whose verdicts are the same.
    pub situation: u16,
    /// Who has what from then on, as [`Rules`](super::Rules) know it: 0 is the start. Several may have the same verdicts.
    pub known: u16,
    /// The happenings that begin or end then.
    pub by: Vec<String>,
    /// What is otherwise than before.
    pub said: Vec<AttributeSaid>,
}

/// One attribute that is otherwise than before.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeSaid {
    /// Whose.
    pub whom: Whom,
    /// Its name.
    pub attribute: String,
    /// What it was; unknown if `None`.
    pub before: Option<Value>,
    /// What it is.
    pub after: Option<Value>,
}

/// Who has attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// A data set, an artifact, or what a transform makes.
    Data(DatasetId),
    /// Jobs of a class, with what they read.
    Class(ClassId),
    /// A site.
    Site(SiteId),
    /// A pool, with what its site says.
    Pool(PoolId),
    /// A direction of a link.
    Link(LinkId),
}

impl Model {
    /// What kind of thing has attributes, and its name.
    pub fn named(&self, whom: Whom) -> (&'static str, &str) {
        match whom {
            Whom::Data(id) => ("dataset", &self.dataset(id).name),
            Whom::Class(id) => ("class", &self.classes[id.index()].name),
            Whom::Site(id) => ("site", &self.sites[id.index()].name),
            Whom::Pool(id) => ("pool", &self.pool(id).name),
            Whom::Link(id) => ("link", &self.network.links[id.index()].name),
        }
    }
}
