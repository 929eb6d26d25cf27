//! What data travel on: links between sites, and the routes over them.

use std::collections::BTreeMap;

use crate::units::{Bandwidth, BytePrice, Bytes, DatasetId, LinkId, Price, SiteId, Span};

use super::moves::MoveRules;
use super::storage::Storage;

/// Most routes that are kept between two sites.
pub const ROUTES_MAX: usize = 4;

/// The links of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Every direction of every link.
    pub links: Vec<Link>,
    /// From where to where: the best routes first, by (cost, latency, links).
    pub routes: BTreeMap<(SiteId, SiteId), Vec<Route>>,
    /// What jobs read from while they run. What one can be read at is shared like a link; its id follows those of
    /// the links.
    pub storages: Vec<Storage>,
    /// Data that lie on storages throughout: on which, and how much.
    pub kept: Vec<(u16, Bytes)>,
    /// Of which data set each of these is.
    pub shelved: Vec<DatasetId>,
    /// Copies of data sets that are made while time passes.
    pub copies: Vec<Replica>,
    /// What crosses links all the time.
    pub background: Vec<Background>,
    /// How fast one transfer moves at most over routes that lose packets, by their links.
    pub limits: BTreeMap<Vec<LinkId>, Bandwidth>,
    /// From which site each site is steered, by site; empty if none is from elsewhere.
    pub steered: Vec<Option<SiteId>>,
    /// The ways on which jobs of a class are fed in a pool, best first, by class, then pool; empty if none is.
    pub feeds: Vec<Vec<Route>>,
    /// What rules say of all that could move.
    pub moves: MoveRules,
}

/// A copy of a data set that is made while time passes. When is said by happenings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replica {
    /// Of which data set.
    pub dataset: DatasetId,
    /// Where it is kept.
    pub site: SiteId,
    /// The storage there, which says what keeping it costs; `None`: the data set says it.
    pub storage: Option<u16>,
}

/// Traffic that crosses a link all the time, as fast as it can up to a rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Background {
    /// The link, as the links of a route.
    pub lanes: [LinkId; 1],
    /// How urgent it is.
    pub traffic: Traffic,
    /// How fast it would move.
    pub rate: Bandwidth,
}

/// One direction of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its name; both directions of a link share it.
    pub name: String,
    /// Where it begins.
    pub from: SiteId,
    /// Where it ends.
    pub to: SiteId,
    /// What kind.
    pub kind: LinkKind,
    /// What it carries, after what is lost on the way.
    pub bandwidth: Bandwidth,
    /// How long a byte is on its way.
    pub latency: Span,
    /// What a gigabyte costs on it; `None`: the egress of the site where it begins.
    pub price: Option<BytePrice>,
    /// Rent by the hour, of the first direction only, per hour.
    pub rent: Price,
    /// Shares kept for each kind of traffic, in ‰, by [`Traffic`].
    pub reserved: [u32; Traffic::ALL.len()],
}

/// The kind of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A line of our own.
    Circuit,
    /// A tunnel through the internet.
    Vpn,
    /// The internet.
    Internet,
}

/// How urgent data are, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Traffic {
    /// What steers the estate.
    Control,
    /// Questions and answers.
    Inference,
    /// Data sets, results, checkpoints.
    Bulk,
}

/// What data move for: a link may carry all the rest and be forbidden for one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkUse {
    /// Data sets and artifacts come to where they are read.
    DataSets,
    /// Results go home.
    Results,
    /// Jobs read while they run.
    Feeds,
    /// Checkpoints go home.
    CheckpointSync,
    /// Checkpoints come back from home.
    Restores,
}

impl LinkUse {
    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataSets => "data-sets",
            Self::Results => "results",
            Self::Feeds => "feeds",
            Self::CheckpointSync => "checkpoint-sync",
            Self::Restores => "restores",
        }
    }
}

/// A way from one site to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// What a gigabyte costs on all of it, in the dearest band of each site that it leaves.
    pub cost: BytePrice,
    /// How long a byte is on its way.
    pub latency: Span,
    /// Its links in order.
    pub links: Vec<LinkId>,
}

impl Traffic {
    /// All of them, most urgent first.
    pub const ALL: [Self; 3] = [Self::Control, Self::Inference, Self::Bulk];
}

impl LinkKind {
    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Circuit => "circuit",
            Self::Vpn => "vpn",
            Self::Internet => "internet",
        }
    }
}

impl Network {
    /// The routes from one site to another, best first.
    pub fn routes(&self, from: SiteId, to: SiteId) -> &[Route] {
        self.routes.get(&(from, to)).map_or(&[], Vec::as_slice)
    }

    /// The link of an id.
    pub fn link(&self, id: LinkId) -> &Link {
        &self.links[id.index()]
    }

    /// The links among what a route crosses: it may begin with the reading of a storage.
    pub fn crossed<'a>(&'a self, lanes: &'a [LinkId]) -> impl Iterator<Item = &'a Link> + 'a {
        lanes.iter().filter_map(|lane| self.links.get(lane.index()))
    }

    /// How fast one transfer moves over these links at most.
    pub fn limit(&self, links: &[LinkId]) -> Bandwidth {
        let limit = self.limits.get(links).copied();
        limit.unwrap_or(Bandwidth(u64::MAX))
    }

    /// What the reading of a storage is called on a route.
    pub fn reading(&self, storage: usize) -> LinkId {
        LinkId::from(self.links.len() + storage)
    }

    /// The storage whose reading is called so; `None` for a link.
    pub fn storage(&self, lane: LinkId) -> Option<&Storage> {
        self.storages
            .get(lane.index().checked_sub(self.links.len())?)
    }
}
