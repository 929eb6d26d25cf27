//! The estate: sites, pools and what they cost, and the classes of work that they may hold.

use crate::units::{
    Bandwidth, ByteTariff, Bytes, ClassId, Currency, DatasetId, Epoch, MilliGpus, PoolId, Price,
    ProviderId, ShapeId, SimTime, SiteId, Span,
};

use super::commitments::Commitments;
use super::data::Dataset;
use super::demand::{Demand, DemandSource, Replay};
use super::elastic::{Elastic, ElasticTerms};
use super::factors::Factors;
use super::initial::Initial;
use super::network::Network;
use super::power::Power;
use super::prices::PriceSteps;
use super::request::Shape;
use super::rhythm::Rhythm;
use super::rollout::Rollout;
use super::services::Services;
use super::settings::{Placement, StrategySettings};
use super::timeline::{JobSource, Timeline};
use super::weather::Weather;

/// A scenario, checked and indexed. Only `compile` makes one from words.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The scenario's name, safe as a folder name.
    pub name: String,
    /// Where simulated time zero lies in UTC.
    pub epoch: Epoch,
    /// The one currency of the ledger.
    pub currency: Currency,
    /// Where a run stops.
    pub horizon: Horizon,
    /// What happens to a job that runs longer than it asked for.
    pub overrun: Overrun,
    /// Places.
    pub sites: Vec<Site>,
    /// Capacity.
    pub pools: Vec<Pool>,
    /// Kinds of work.
    pub classes: Vec<Class>,
    /// Who pays, by name.
    pub tenants: Vec<String>,
    /// All shapes of request that demand can produce, ascending by GPUs, then class.
    pub shapes: Vec<Shape>,
    /// With which of them gangs can go on that lost a part.
    pub elastic: Elastic,
    /// What is compared.
    pub strategies: Vec<StrategySettings>,
    /// When jobs of each shape write checkpoints in each pool, by shape, then pool; empty if none ever does.
    pub rhythms: Vec<Rhythm>,
    /// Terms with providers beyond single prices.
    pub commitments: Commitments,
    /// What GPUs draw from the wall, where somebody counts.
    pub power: Power,
    /// What data travel on between sites.
    pub network: Network,
    /// Data that jobs read.
    pub datasets: Vec<Dataset>,
    /// What jobs cannot do without.
    pub services: Services,
    /// What may go wrong.
    pub weather: Weather,
    /// How the estate changes inside one run.
    pub rollout: Rollout,
    /// What a run begins with.
    pub initial: Initial,
    /// Luck that several things of one replication share.
    pub factors: Factors,
    /// Where jobs come from; empty where worlds are made by hand.
    pub demand: Vec<Demand>,
}

/// Where a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Horizon {
    /// At this instant.
    At(SimTime),
    /// At the submission of the last job.
    LastSubmit,
    /// When nothing is left to do: for verification only, since the drain-out biases utilisation.
    UntilEmpty,
}

/// What happens when a job has run for as long as it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// It goes on; its estimate becomes now + max(1 min, 10 % of what it asked for).
    Extend,
    /// It ends as timed out.
    Kill,
}

/// A place with one operator, jurisdiction and trust zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// What kind of place.
    pub kind: SiteKind,
    /// Whose law applies.
    pub jurisdiction: String,
    /// Its trust zone.
    pub zone: String,
    /// Who counts the bytes that leave it, together with those of its other sites.
    pub provider: ProviderId,
    /// What data that leaves the site costs.
    pub egress: ByteTariff,
    /// How much it can hold for a time of what is kept elsewhere; `None` is without limit.
    pub cache: Option<Bytes>,
    /// The storage on which it holds that; `None`: it costs nothing.
    pub cache_on: Option<u16>,
}

/// The kind of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SiteKind {
    /// Our own machines in our own or colocated rooms.
    Private,
    /// A private cloud that somebody hosts for us alone.
    Hosted,
    /// A region of a GPU-as-a-service provider.
    Gpuaas,
    /// A small site near where data arises.
    Edge,
}

/// Equal nodes of one GPU type at a site under one offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub site: SiteId,
    /// Its GPU type, by catalog id.
    pub gpu: String,
    /// Nodes owned; for a rented pool the most instances that its quota allows.
    pub nodes: u32,
    /// GPUs in each node (instance).
    pub gpus_per_node: u32,
    /// How gangs are laid on nodes.
    pub packing: Packing,
    /// Whether a gang larger than a node may use parts of nodes.
    pub spread: Spread,
    /// What it costs and how it comes.
    pub supply: Supply,
    /// Speed in ‰ of the reference GPU type, by class.
    pub speed: Vec<u32>,
}

/// How gangs are laid on nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Only the number of free GPUs matters.
    Count,
    /// The node of lowest index that has room.
    First,
    /// The node with the fewest free GPUs that still fits; lowest index on ties.
    Best,
    /// As `Best`, and a gang that may spread over parts of nodes takes as few nodes as it can.
    Consolidated,
    /// The node whose fragmentation, over the mix of requested sizes, grows least (FGD, ATC'23).
    Fgd,
}

/// Which nodes a gang larger than one node may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Every node that it uses must be completely free.
    Never,
    /// Completely free nodes, and for the remainder any node with room.
    Remainder,
    /// Any free GPUs.
    Any,
}

/// What capacity costs and how it comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Supply {
    /// Ours (or under a fixed contract): paid for whether used or not.
    Owned {
        /// What one GPU-hour of capacity costs, used or not.
        price: Price,
        /// From when until when; throughout unless there is one.
        term: Option<Term>,
    },
    /// Rented by the instance.
    Rented(Rented),
}

/// When capacity is ours, and how its end is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// From when it can be used, and is paid for.
    pub from: SimTime,
    /// Until when.
    pub until: SimTime,
    /// So long before the end nothing new starts, and running jobs write a checkpoint if there is time for it.
    pub notice: Span,
}

/// Terms of an offer by the instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Rented {
    /// Whether the provider may take instances back.
    pub kind: RentKind,
    /// How long instances that the provider takes back may still be used.
    pub notice: Span,
    /// The published price over time, before anything moves it.
    pub prices: PriceSteps,
    /// Most GPUs that may be held at once.
    pub quota: Option<u64>,
    /// From launch until the instance is up.
    pub boot: Boot,
    /// Least time that an instance is charged for.
    pub minimum: Span,
    /// Charges are rounded up to a multiple of this.
    pub increment: Span,
    /// An instance that no job uses for this long is given back.
    pub idle_release: Span,
}

/// Whether a provider may take rented instances back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RentKind {
    /// Ours until we give them back; a market without room refuses new ones only.
    OnDemand,
    /// Taken back, after notice, when the market has less than we hold.
    Spot,
}

impl Rented {
    /// What a fall of the market below what we hold means: notice, or nothing at all.
    pub fn reclaim_notice(&self) -> Option<Span> {
        (self.kind == RentKind::Spot).then_some(self.notice)
    }
}

/// How long instances take to come up; one draw for each gang and attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Boot {
    /// Always the same.
    Fixed(Span),
    /// Lognormal: ln of the milliseconds has this mean and standard deviation.
    LogNormal {
        /// Mean of ln(ms).
        mu: f64,
        /// Standard deviation of ln(ms).
        sigma: f64,
    },
}

/// A kind of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Pools that may hold it, in the order of the scenario file.
    pub pools: Vec<PoolId>,
    /// Whether it may leave owned capacity at all.
    pub burst: bool,
    /// Data that a finished job sends home from where it ran.
    pub results: Bytes,
    /// Where they go over links; `None`: they leave at once, for the egress of their site.
    pub results_to: Option<SiteId>,
    /// What its jobs read where they run, ascending.
    pub data: Vec<DatasetId>,
    /// Whether its jobs hold their GPUs while what they read comes; they take none before that otherwise.
    pub holds_staging: bool,
    /// How fast each of its GPUs reads while it runs at the speed of the reference GPU type; `None`: it reads
    /// nothing then.
    pub feed: Option<Bandwidth>,
    /// What stopping it costs.
    pub preemption: Preemption,
    /// On which storage the newest checkpoint of each job is kept, and how large it is; `None`: it costs nothing.
    pub checkpoints_on: Option<(u16, Bytes)>,
    /// Where its checkpoints go, to be read from anywhere; `None`: they are at hand everywhere.
    pub checkpoint_home: Option<CheckpointHome>,
    /// Checkpoints that turn out to be broken when they are needed, in millionths.
    pub bad_checkpoints: u32,
    /// Mean running time after which a job crashes by itself, whatever its size; `None` if it never does.
    pub crash_mean: Option<Span>,
    /// How its gangs survive the loss of a part; `None`: they wait until all of it is to be had again.
    pub elastic: Option<ElasticTerms>,
}

/// Where checkpoints go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointHome {
    /// The site.
    pub site: SiteId,
    /// The storage there that keeps the newest that came; `None`: that costs nothing.
    pub storage: Option<u16>,
    /// Bytes of one.
    pub size: Bytes,
}

/// What happens to the work of a job that is stopped to make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preemption {
    /// It writes a checkpoint for `write`, then frees its GPUs; on resumption it pays `restart`.
    Checkpoint {
        /// Time to write.
        write: Span,
        /// Time to restore.
        restart: Span,
    },
    /// Its work is lost; on resumption it pays `restart`.
    Kill {
        /// Time to start again.
        restart: Span,
    },
}

impl Class {
    /// Whether a job of the class may roll dice while it lives.
    pub const fn rolls_dice(&self) -> bool {
        self.bad_checkpoints > 0 || self.crash_mean.is_some()
    }
}

impl SiteKind {
    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Hosted => "hosted",
            Self::Gpuaas => "gpuaas",
            Self::Edge => "edge",
        }
    }
}

impl Pool {
    /// Whether capacity is rented by the instance.
    pub const fn is_rented(&self) -> bool {
        matches!(self.supply, Supply::Rented(_))
    }

    /// All GPUs that it can ever have; for a rented pool without quota, as many as anybody asks for.
    pub fn gpus(&self) -> u64 {
        u64::from(self.nodes) * u64::from(self.gpus_per_node)
    }

    /// The price at which capacity is charged, over time.
    pub fn prices(&self) -> PriceSteps {
        match &self.supply {
            Supply::Owned { price, .. } => PriceSteps::constant(*price),
            Supply::Rented(terms) => terms.prices.clone(),
        }
    }

    /// When its capacity is ours, if it is so for a time.
    pub const fn term(&self) -> Option<Term> {
        match &self.supply {
            Supply::Owned { term, .. } => *term,
            Supply::Rented(_) => None,
        }
    }

    /// From when until when owned capacity is paid for in a run that ends at `end`.
    pub fn paid_until(&self, end: SimTime) -> (SimTime, SimTime) {
        match self.term() {
            None => (SimTime::ZERO, end),
            Some(term) => (term.from.min(end), term.until.min(end)),
        }
    }

    /// Whether a gang of `gpus` could ever lie in this pool when nothing else does.
    pub fn can_ever_hold(&self, gpus: MilliGpus) -> bool {
        gpus.occupied() <= self.gpus()
    }
}

impl Model {
    /// The pool of an id.
    pub fn pool(&self, id: PoolId) -> &Pool {
        &self.pools[id.index()]
    }

    /// The class of a shape.
    pub fn class_of(&self, shape: ShapeId) -> ClassId {
        self.shapes[shape.index()].class
    }

    /// When a job of a shape writes checkpoints in a pool.
    pub fn rhythm(&self, shape: ShapeId, pool: PoolId) -> Rhythm {
        if self.rhythms.is_empty() {
            return Rhythm::NONE;
        }
        self.rhythms[shape.index() * self.pools.len() + pool.index()]
    }

    /// The milli-GPUs of a shape.
    pub fn milli_of(&self, shape: ShapeId) -> u64 {
        self.shapes[shape.index()].gpus.0
    }

    /// Whether two replications can differ: some demand draws, or an instance that some strategy may rent boots
    /// in a random time.
    pub fn rolls_dice(&self) -> bool {
        let rents = |strategy: &StrategySettings| strategy.placement != Placement::PrivateOnly;
        let random = |pool: &Pool| matches!(&pool.supply, Supply::Rented(terms) if matches!(terms.boot, Boot::LogNormal { .. }));
        self.demand.iter().any(Demand::rolls_dice)
            || self.weather.rolls_dice()
            || self.rollout.rolls_dice()
            || self.factors.rolls_dice()
            || self.classes.iter().any(Class::rolls_dice)
            || (self.strategies.iter().any(rents) && self.pools.iter().any(random))
    }

    /// The name of job `index` of a timeline: its own name in the trace, or else its number from 1.
    pub fn job_name(&self, timeline: &Timeline, index: usize) -> String {
        let own = timeline.source.get(index).and_then(|source| {
            if source.demand == JobSource::INITIAL {
                let job = self.initial.jobs.get(source.row as usize)?;
                return Some(job.name.clone());
            }
            let demand = self.demand.get(usize::from(source.demand))?;
            match &demand.source {
                DemandSource::Recorded(recorded) if recorded.replay == Replay::PLAIN => {
                    Some(recorded.names.name(source.row as usize))
                }
                // Copies of a row would share its name.
                DemandSource::Recorded(_) | DemandSource::Generated(_) => None,
            }
        });
        own.unwrap_or_else(|| format!("j-{}", index + 1))
    }

    /// The kind of site where a pool stands.
    pub fn site_of(&self, id: PoolId) -> &Site {
        &self.sites[self.pools[id.index()].site.index()]
    }
}
