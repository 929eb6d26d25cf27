//! Pools: equal nodes under one offer, and what the offer says.

use crate::units::{MilliGpus, Price, SimTime, SiteId, Span};

use super::prices::PriceSteps;

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
    /// How long an instance that is given back is still paid for, while it is wiped.
    pub teardown: Span,
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

impl Pool {
    /// Whether capacity is rented by the instance.
    pub const fn is_rented(&self) -> bool {
        matches!(self.supply, Supply::Rented(_))
    }

    /// How long rented instances take to come up, in the mean; owned capacity is up.
    pub fn mean_boot(&self) -> Span {
        match &self.supply {
            Supply::Owned { .. } => Span::ZERO,
            Supply::Rented(terms) => match terms.boot {
                Boot::Fixed(span) => span,
                // The mean of a lognormal law.
                Boot::LogNormal { mu, sigma } => {
                    Span(libm::exp(mu + sigma * sigma / 2.0).round() as u64)
                }
            },
        }
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
