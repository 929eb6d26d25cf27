//! What rules know of all that could move, of the sites at both ends and of links: for whoever judges it again.

use std::collections::BTreeMap;

use crate::model::rules::Value;
use crate::units::{DatasetId, LinkId, SiteId};

use super::Freight;

/// Attributes with their values; what is unknown is left out.
pub(in crate::model) type Attributes = Vec<(String, Value)>;

/// What rules about moves know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownOfMoves {
    /// By what moves: its attributes, and transforms that were used on it, a bit for each by its place in the model.
    pub(in crate::model) freight: BTreeMap<Freight, (Attributes, u32)>,
    /// By data set, with what transforms make.
    pub(in crate::model) data: Vec<Attributes>,
    /// By site, as the one that something leaves.
    pub(in crate::model) from: Vec<Attributes>,
    /// By site, as the one to which something goes.
    pub(in crate::model) to: Vec<Attributes>,
    /// By link.
    pub(in crate::model) links: Vec<Attributes>,
}

impl KnownOfMoves {
    /// All that could move, with its attributes, and a bit for each transform that was used on it.
    pub fn freight(&self) -> impl Iterator<Item = (Freight, &[(String, Value)], u32)> {
        let all = self.freight.iter();
        all.map(|(&freight, (known, used))| (freight, known.as_slice(), *used))
    }

    /// A data set, whatever it is for.
    pub fn data(&self, data: DatasetId) -> &[(String, Value)] {
        self.data.get(data.index()).map_or(&[], Vec::as_slice)
    }

    /// A site that something leaves.
    pub fn from(&self, site: SiteId) -> &[(String, Value)] {
        self.from.get(site.index()).map_or(&[], Vec::as_slice)
    }

    /// A site to which something goes.
    pub fn to(&self, site: SiteId) -> &[(String, Value)] {
        self.to.get(site.index()).map_or(&[], Vec::as_slice)
    }

    /// A link.
    pub fn link(&self, link: LinkId) -> &[(String, Value)] {
        self.links.get(link.index()).map_or(&[], Vec::as_slice)
    }
}
