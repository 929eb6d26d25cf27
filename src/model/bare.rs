//! The plainest of each thing, for models that are made by hand: change what matters with `..`.

use crate::units::{
    BytePrice, ByteTariff, Bytes, Currency, Epoch, PoolId, Price, ProviderId, SimTime, SiteId, Span,
};

use super::Model;
use super::budgets::Budgets;
use super::commitments::Commitments;
use super::elastic::Elastic;
use super::envelopes::Envelopes;
use super::estate::{Class, Horizon, Overrun, Preemption, Site, SiteKind};
use super::factors::Factors;
use super::failover::Failovers;
use super::initial::Initial;
use super::labels::Labels;
use super::network::Network;
use super::pool::{Packing, Pool, Spread, Supply};
use super::power::Power;
use super::quotas::Quotas;
use super::retention::Retention;
use super::rollout::Rollout;
use super::rules::Rules;
use super::services::Services;
use super::settings::{Discipline, Placement, Requeue, StrategySettings};
use super::start_windows::StartWindows;
use super::transforms::Transforms;
use super::weather::Weather;

impl Model {
    /// A model of nothing, to be filled: no estate, no demand, one minute long.
    pub fn bare(name: &str, epoch: Epoch, currency: Currency) -> Self {
        Self {
            name: name.to_owned(),
            epoch,
            currency,
            horizon: Horizon::At(SimTime(60_000)),
            overrun: Overrun::Extend,
            sites: Vec::new(),
            pools: Vec::new(),
            classes: Vec::new(),
            tenants: Vec::new(),
            shapes: Vec::new(),
            labels: Labels::default(),
            rhythms: Vec::new(),
            commitments: Commitments::default(),
            budgets: Budgets::default(),
            providers: Vec::new(),
            quotas: Quotas::default(),
            envelopes: Envelopes::default(),
            windows: StartWindows::default(),
            elastic: Elastic::default(),
            network: Network::default(),
            power: Power::default(),
            datasets: Vec::new(),
            transforms: Transforms::default(),
            retention: Retention::default(),
            inspections: Vec::new(),
            services: Services::default(),
            weather: Weather::default(),
            rollout: Rollout::default(),
            rules: Rules::default(),
            failovers: Failovers::default(),
            initial: Initial::default(),
            factors: Factors::default(),
            demand: Vec::new(),
            strategies: Vec::new(),
        }
    }
}

impl Site {
    /// A private site that data leave for nothing.
    pub fn bare(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: SiteKind::Private,
            jurisdiction: "DE".to_owned(),
            zone: "private".to_owned(),
            provider: ProviderId(0),
            egress: ByteTariff::flat(BytePrice(0)),
            cache: None,
            cache_on: None,
        }
    }
}

impl Pool {
    /// Nodes at the first site, owned for one unit of currency per GPU-hour, at the speed of the reference for
    /// the one class there is; a gang larger than a node takes whole ones.
    pub fn bare(name: &str, nodes: u32, gpus_per_node: u32, packing: Packing) -> Self {
        Self {
            name: name.to_owned(),
            site: SiteId(0),
            gpu: "h200".to_owned(),
            nodes,
            gpus_per_node,
            packing,
            spread: Spread::Never,
            supply: Supply::Owned {
                price: Price(1_000_000),
                term: None,
            },
            speed: vec![1000],
        }
    }
}

impl Class {
    /// A class that may use the given pools, stops at no cost, and sends nothing home.
    pub fn bare(name: &str, pools: Vec<PoolId>) -> Self {
        Self {
            name: name.to_owned(),
            pools,
            memory: None,
            burst: true,
            results: Bytes(0),
            results_to: None,
            results_on: None,
            data: Vec::new(),
            holds_staging: false,
            feed: None,
            checkpoints_on: None,
            checkpoint_home: None,
            bad_checkpoints: 0,
            crash_mean: None,
            deadline: None,
            elastic: None,
            preemption: Preemption::Checkpoint {
                write: Span::ZERO,
                restart: Span::ZERO,
            },
        }
    }
}

impl StrategySettings {
    /// A discipline on owned capacity only; whoever is stopped keeps its place.
    pub fn bare(name: &str, discipline: Discipline) -> Self {
        Self {
            name: name.to_owned(),
            discipline,
            placement: Placement::PrivateOnly,
            spot: None,
            rules: Vec::new(),
            requeue: Requeue::Keep,
            overspends: false,
        }
    }
}
