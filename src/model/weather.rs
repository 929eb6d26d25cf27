//! What may go wrong in a scenario: laws to draw from and what is sure to happen.

use crate::process::{Faults, Law, Renewal, RenewalStart};
use crate::units::{DatasetId, LinkId, OutletId, PoolId, SimTime, SiteId, Span};

use super::happening::{Happening, Incident, Turn};
use super::maintenance::Maintenance;
use super::market::Market;

/// The weather of a scenario; each replication draws its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weather {
    /// What fails and is repaired, whether anybody uses it or not.
    pub failures: Vec<Failure>,
    /// Single GPUs that fail and are repaired.
    pub gpus: Vec<GpuFailure>,
    /// Rented instances that fail.
    pub instances: Vec<InstanceFailure>,
    /// Links and storages that are slow or dead, and mended.
    pub cuts: Vec<LinkFailure>,
    /// Services that go out and come back.
    pub outages: Vec<ServiceFailure>,
    /// Artifacts of which new versions come, some of them bad.
    pub releases: Vec<Releases>,
    /// What fails and shares few crews or spares.
    pub shops: Vec<Shop>,
    /// What is planned and announced.
    pub maintenance: Vec<Maintenance>,
    /// What happens in every replication, in the order in which it is played.
    pub script: Vec<Incident>,
    /// What the market does by itself.
    pub market: Market,
}

/// Things that fail alike, each by its own dice.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Its name; with an entity's name it names the dice.
    pub name: String,
    /// Up and down times.
    pub times: Times,
    /// What fails.
    pub entities: Vec<Entity>,
}

/// GPUs that fail alike, each by its own dice. Of a node, the jobs hold its working GPUs from the lowest on, in the
/// order in which they came: whose GPU breaks is so decided by the tape alone.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuFailure {
    /// Its name; with a GPU's name it names the dice.
    pub name: String,
    /// Up and down times.
    pub times: Times,
    /// Whether a node takes no new work while a GPU of it is broken; otherwise it goes on with one GPU fewer.
    pub drains: bool,
    /// What fails.
    pub gpus: Vec<Gpu>,
}

/// One GPU of a node of an owned pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
    /// Its name within the scenario.
    pub name: String,
    /// Whose node.
    pub pool: PoolId,
    /// Which node.
    pub node: u32,
    /// Which of its GPUs, from 0.
    pub gpu: u8,
}

/// Links, or storages, that fail alike, each by its own dice.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkFailure {
    /// Its name; with a link's name it names the dice.
    pub name: String,
    /// Up and down times.
    pub times: Times,
    /// The share of the bandwidth that is left meanwhile, in ‰.
    pub permille: u32,
    /// Names of links with their directions, or of storages with what their reading is called.
    pub links: Vec<(String, Vec<LinkId>)>,
}

/// Services that fail alike, each by its own dice.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceFailure {
    /// Its name; with a service's name it names the dice.
    pub name: String,
    /// Up and down times.
    pub times: Times,
    /// What is out as one: names, with the sites that it serves.
    pub entities: Vec<(String, Vec<OutletId>)>,
}

/// When something is up and when down.
#[derive(Clone, Debug, PartialEq)]
pub enum Times {
    /// Found in the middle of its life, or new.
    Renewal(Renewal),
    /// All of an age, some of them lemons, some taken early.
    Aged(Faults),
}

impl Times {
    /// The same for what comes new, in time since it came: up, of no age.
    pub fn of_the_new(&self) -> Self {
        match self {
            Self::Renewal(renewal) => Self::Renewal(Renewal {
                start: RenewalStart::Up,
                ..renewal.clone()
            }),
            Self::Aged(faults) => Self::Aged(Faults {
                age: Span::ZERO,
                ..faults.clone()
            }),
        }
    }
}

/// New versions of an artifact, by its own dice.
#[derive(Clone, Debug, PartialEq)]
pub struct Releases {
    /// Of what.
    pub artifact: DatasetId,
    /// Its name: that of the dice.
    pub name: String,
    /// Where it is used.
    pub sites: Vec<SiteId>,
    /// Time from one version to the next, in milliseconds.
    pub every: Law,
    /// Versions that are bad, in millionths.
    pub bad: u32,
    /// How long after its start a job fails on a bad one.
    pub fails_after: Span,
}

/// Things that fail alike and share repair crews and spares. All are new and up at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Shop {
    /// Its name; with an entity's name it names the dice.
    pub name: String,
    /// Up times, in milliseconds.
    pub up: Law,
    /// How long a crew takes, in milliseconds.
    pub down: Law,
    /// How many repairs can go on at once.
    pub crews: u32,
    /// Working spares at the start; what is mended becomes one.
    pub spares: u32,
    /// How long it takes to put something that works in place.
    pub swap: Span,
    /// What fails.
    pub entities: Vec<Entity>,
}

/// Something that is up or down as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its name within the scenario.
    pub name: String,
    /// The nodes that it holds.
    pub nodes: Vec<NodeRange>,
}

/// Rented instances that fail, each by its own dice from when it has booted. What runs there stops; the instance is
/// given back, and whoever needs another one orders it as always.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceFailure {
    /// Its name; with a pool's name it names the dice.
    pub name: String,
    /// How long an instance works, in milliseconds.
    pub up: Law,
    /// Whose instances.
    pub pools: Vec<PoolId>,
}

/// Neighbouring nodes of one owned pool; of a rented pool there are none, and all of it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeRange {
    /// Whose.
    pub pool: PoolId,
    /// The first.
    pub first: u32,
    /// How many.
    pub nodes: u32,
}

impl NodeRange {
    /// All of a rented pool.
    pub const fn rented(pool: PoolId) -> Self {
        Self {
            pool,
            first: 0,
            nodes: 0,
        }
    }

    /// It goes down, or (`up`) one cause that it is down is over.
    pub const fn incident(&self, at: SimTime, up: bool) -> Incident {
        let pool = self.pool;
        match (up, self.nodes) {
            (false, 0) => Incident {
                at,
                turn: Turn::Blow,
                what: Happening::Lost { pool },
            },
            (true, 0) => Incident {
                at,
                turn: Turn::Relief,
                what: Happening::Regained { pool },
            },
            (false, nodes) => Incident::down(at, pool, self.first, nodes),
            (true, nodes) => Incident::up(at, pool, self.first, nodes),
        }
    }
}

impl Gpu {
    /// It breaks, or (`up`) one cause that it is broken is over.
    pub const fn incident(&self, at: SimTime, up: bool, drains: bool) -> Incident {
        let (pool, node, gpu) = (self.pool, self.node, self.gpu);
        let (turn, what) = if up {
            let what = Happening::GpuUp {
                pool,
                node,
                gpu,
                drains,
            };
            (Turn::Relief, what)
        } else {
            let what = Happening::GpuDown {
                pool,
                node,
                gpu,
                drains,
            };
            (Turn::Blow, what)
        };
        Incident { at, turn, what }
    }
}

impl Weather {
    /// Whether two replications can differ by it.
    pub fn rolls_dice(&self) -> bool {
        !self.failures.is_empty()
            || !self.gpus.is_empty()
            || !self.instances.is_empty()
            || !self.cuts.is_empty()
            || !self.outages.is_empty()
            || !self.shops.is_empty()
            || !self.releases.is_empty()
            || self.market.rolls_dice()
    }
}
