//! The estate: sites, pools and what they cost, and the classes of work that they may hold.

use std::fmt::Write as _;

use crate::units::{
    Bandwidth, ByteTariff, Bytes, ClassId, Currency, DatasetId, Epoch, PoolId, ProviderId, ShapeId,
    SimTime, SiteId, Span,
};

use super::budgets::Budgets;
use super::commitments::Commitments;
use super::data::Dataset;
use super::demand::{Demand, DemandSource, Replay};
use super::elastic::{Elastic, ElasticTerms};
use super::envelopes::Envelopes;
use super::factors::Factors;
use super::failover::Failovers;
use super::initial::Initial;
use super::labels::Labels;
use super::network::Network;
use super::pool::{Boot, Pool, Supply};
use super::power::Power;
use super::quotas::Quotas;
use super::request::{Labelled, Shape};
use super::retention::Retention;
use super::rhythm::Rhythm;
use super::rollout::Rollout;
use super::rules::Rules;
use super::runbook::Runbook;
use super::services::Services;
use super::settings::{Placement, StrategySettings};
use super::sheets::ProviderSheet;
use super::start_windows::StartWindows;
use super::timeline::{JobSource, Timeline};
use super::transforms::Transforms;
use super::validation::Inspection;
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
    /// Labels that jobs have beside those of their class.
    pub labels: Labels,
    /// With which of them gangs can go on that lost a part.
    pub elastic: Elastic,
    /// What is compared.
    pub strategies: Vec<StrategySettings>,
    /// When jobs of each shape write checkpoints in each pool, by shape, then pool; empty if none ever does.
    pub rhythms: Vec<Rhythm>,
    /// Terms with providers beyond single prices.
    pub commitments: Commitments,
    /// What may be spent.
    pub budgets: Budgets,
    /// What providers that have a name say of themselves.
    pub providers: Vec<ProviderSheet>,
    /// How many GPUs tenants and classes may hold.
    pub quotas: Quotas,
    /// What one job may cost.
    pub envelopes: Envelopes,
    /// When work of some classes may start.
    pub windows: StartWindows,
    /// What GPUs draw from the wall, where somebody counts.
    pub power: Power,
    /// What data travel on between sites.
    pub network: Network,
    /// Data that jobs read.
    pub datasets: Vec<Dataset>,
    /// What makes copies of them that may go where they may not.
    pub transforms: Transforms,
    /// How long what is kept may be kept.
    pub retention: Retention,
    /// By class, how results of its jobs are looked at; empty where nobody looks at any.
    pub inspections: Vec<Option<Inspection>>,
    /// What jobs cannot do without.
    pub services: Services,
    /// What may go wrong.
    pub weather: Weather,
    /// How the estate changes inside one run.
    pub rollout: Rollout,
    /// What may run where.
    pub rules: Rules,
    /// What classes of work do when something fails.
    pub failovers: Failovers,
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

/// A kind of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Pools that may hold it, in the order of the scenario file.
    pub pools: Vec<PoolId>,
    /// Memory that each of its GPUs must have, as `pools` heeds it already.
    pub memory: Option<Bytes>,
    /// Whether it may leave owned capacity at all.
    pub burst: bool,
    /// Data that a finished job sends home from where it ran.
    pub results: Bytes,
    /// Where they go over links; `None`: they leave at once, for the egress of their site.
    pub results_to: Option<SiteId>,
    /// The storage there that keeps them; `None`: that costs nothing.
    pub results_on: Option<u16>,
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
    /// How long after its submission a job should be over, if anybody says so.
    pub deadline: Option<Span>,
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

impl Model {
    /// The pool of an id.
    pub fn pool(&self, id: PoolId) -> &Pool {
        &self.pools[id.index()]
    }

    /// The class of a shape.
    pub fn class_of(&self, shape: ShapeId) -> ClassId {
        self.shapes[shape.index()].class
    }

    /// The class of a shape, and the labels of its jobs.
    pub fn labelled(&self, shape: ShapeId) -> Labelled {
        self.shapes[shape.index()].labelled()
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
            || self.transforms.roll_dice()
            || self
                .inspections
                .iter()
                .flatten()
                .any(Inspection::rolls_dice)
            || self.failovers.runbooks.iter().any(Runbook::rolls_dice)
            || self.classes.iter().any(Class::rolls_dice)
            || (self.strategies.iter().any(rents) && self.pools.iter().any(random))
    }

    /// The name of job `index` of a timeline: its own name in the trace, or else its number from 1.
    pub fn job_name(&self, timeline: &Timeline, index: usize) -> String {
        let mut name = String::new();
        self.write_job_name(timeline, index, &mut name);
        name
    }

    /// Writes that name behind what is there.
    pub fn write_job_name(&self, timeline: &Timeline, index: usize, out: &mut String) {
        if let Some(errand) = timeline.errand(index) {
            out.push_str(&self.errand_name(errand));
            return;
        }
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
        match own {
            Some(own) => out.push_str(&own),
            // Nothing can go wrong in memory.
            None => drop(write!(out, "j-{}", index + 1)),
        }
    }

    /// The kind of site where a pool stands.
    pub fn site_of(&self, id: PoolId) -> &Site {
        &self.sites[self.pools[id.index()].site.index()]
    }
}
