//! What the outside does to the estate, at its instant: sampled, replayed or scripted, always the same.

use crate::units::{DatasetId, LinkId, Money, OutletId, PoolId, SimTime, SiteId, Span};

use super::network::LinkUse;
use super::pool::Term;
use super::rules::RuleMode;

/// Something that happens to the estate, whoever decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Nodes of an owned pool stop: whatever runs on them is interrupted. A node is up again when every cause
    /// that stopped it is over.
    Down {
        /// Whose nodes.
        pool: PoolId,
        /// The first of them.
        first: u32,
        /// How many, from the first on.
        nodes: u32,
    },
    /// One cause that stopped these nodes is over.
    Up {
        /// Whose nodes.
        pool: PoolId,
        /// The first of them.
        first: u32,
        /// How many, from the first on.
        nodes: u32,
    },
    /// One GPU of a node of an owned pool breaks: the job that holds it is interrupted. It works again when every
    /// cause that stopped it is over.
    GpuDown {
        /// Whose node.
        pool: PoolId,
        /// Which.
        node: u32,
        /// Which of its GPUs, from 0.
        gpu: u8,
        /// Whether the node takes no new work meanwhile; jobs on its other GPUs run on.
        drains: bool,
    },
    /// One cause that stopped a GPU is over.
    GpuUp {
        /// Whose node.
        pool: PoolId,
        /// Which.
        node: u32,
        /// Which of its GPUs, from 0.
        gpu: u8,
        /// As when it began.
        drains: bool,
    },
    /// A rented pool is lost: its instances are gone at once, and there are no others. It can be had again when every
    /// cause that lost it is over.
    Lost {
        /// Which pool.
        pool: PoolId,
    },
    /// One cause that lost a rented pool is over.
    Regained {
        /// Which pool.
        pool: PoolId,
    },
    /// The term of a pool begins: its nodes are there.
    Begin {
        /// Whose term.
        pool: PoolId,
    },
    /// The term of a pool will end: nothing new starts there.
    Warn {
        /// Whose term.
        pool: PoolId,
        /// How long what runs may go on.
        notice: Span,
    },
    /// The term of a pool ends: its nodes are gone, whatever runs on them.
    End {
        /// Whose term.
        pool: PoolId,
    },
    /// From now on the market would let us hold so many instances of a rented pool in all.
    Capacity {
        /// Which pool.
        pool: PoolId,
        /// How many instances.
        instances: u32,
        /// How long the instances that are too many may still be used; `None` if they stay ours, and the
        /// market only refuses new ones.
        notice: Option<Span>,
    },
    /// From now on one direction of a link, or the reading of a storage, gives at most this share of its bandwidth. Of several causes at
    /// once the worst counts.
    LinkDown {
        /// Which.
        link: LinkId,
        /// In ‰; 0 is cut.
        permille: u32,
    },
    /// One cause that let a direction of a link carry only this share is over.
    LinkUp {
        /// Which.
        link: LinkId,
        /// In ‰, as when it began.
        permille: u32,
    },
    /// From now on a direction of a link must not be used for something.
    Forbidden {
        /// Which.
        link: LinkId,
        /// For what.
        used_for: LinkUse,
    },
    /// One cause that forbade it is over.
    Allowed {
        /// Which.
        link: LinkId,
        /// For what.
        used_for: LinkUse,
    },
    /// A copy of a data set is sent to where it will be kept.
    CopyBegins {
        /// Which of the model's copies.
        copy: u16,
    },
    /// A copy of a data set is kept no longer.
    CopyEnds {
        /// Which of the model's copies.
        copy: u16,
    },
    /// A service does not answer a site, or for one more cause.
    ServiceDown {
        /// Which, where.
        outlet: OutletId,
        /// Whether what was fetched of it before is of no use either.
        voids: bool,
    },
    /// One cause that kept a service from answering a site is over.
    ServiceUp {
        /// Which, where.
        outlet: OutletId,
    },
    /// What a service gave out before is of no use from now on: it was replaced.
    Rotated {
        /// Which, where.
        outlet: OutletId,
        /// For how long the old one and the new one held both.
        overlap: Span,
    },
    /// What a service gave out at a site is revoked: whatever uses it stops.
    Revoked {
        /// Which, where.
        outlet: OutletId,
    },
    /// A site receives a corrupted version of an artifact: what starts on it there fails.
    Corrupted {
        /// Which.
        artifact: DatasetId,
        /// Where.
        site: SiteId,
        /// How long what starts on it runs before it fails.
        fails_after: Span,
    },
    /// It is known that a site has a corrupted version: nothing starts on it any more, and what runs on it fails.
    Detected {
        /// Which.
        artifact: DatasetId,
        /// Where.
        site: SiteId,
    },
    /// A site has the version before the corrupted one, to be pulled again.
    RolledBack {
        /// Which.
        artifact: DatasetId,
        /// Where.
        site: SiteId,
    },
    /// From now on so many GPUs of a rented pool may be held at once; what is held already stays.
    Quota {
        /// Which pool.
        pool: PoolId,
        /// The ceiling.
        gpus: u64,
        /// Whether it ends; then it limits what else holds, and otherwise it takes the place of the offer's.
        passes: bool,
    },
    /// A quota for a time is over.
    QuotaOver {
        /// Which pool.
        pool: PoolId,
        /// The ceiling that is lifted.
        gpus: u64,
    },
    /// From now on so much may be spent of a budget in a period.
    Budget {
        /// Which, by its place in the model.
        budget: u16,
        /// How much.
        amount: Money,
        /// Whether it ends; meanwhile it holds whatever else is said, and the lowest of several.
        passes: bool,
    },
    /// An amount for a time is over.
    BudgetOver {
        /// Which budget, by its place in the model.
        budget: u16,
        /// The amount that is lifted.
        amount: Money,
    },
    /// From now on a rule is in this mode.
    Rule {
        /// Which.
        rule: u16,
        /// Its mode.
        mode: RuleMode,
        /// Whether it ends; then it stands before what else is said of the rule, and otherwise it takes its place.
        passes: bool,
    },
    /// Attributes are otherwise from now on, and rules judge anew.
    Attributes {
        /// Which of the model's changes.
        change: u16,
    },
    /// The mode of a rule for a time is over.
    RuleOver {
        /// Which.
        rule: u16,
        /// The mode that ends.
        mode: RuleMode,
    },
    /// A round of planned maintenance is announced: no job is started there whose estimate reaches over it.
    Announce {
        /// Which plan of the model.
        plan: u16,
        /// When the round begins.
        start: SimTime,
    },
    /// A round of planned maintenance begins with its first batch.
    Service {
        /// Which plan of the model.
        plan: u16,
    },
}

/// A happening with its place among all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incident {
    /// When.
    pub at: SimTime,
    /// Its place in the order of one instant.
    pub turn: Turn,
    /// What.
    pub what: Happening,
}

/// When within its instant a happening takes place: repairs before finishes, faults after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Capacity comes (back).
    Relief,
    /// Capacity goes.
    Blow,
    /// A price, a quota, a service.
    Terms,
}

impl Incident {
    /// The incident of nodes that stop.
    pub const fn down(at: SimTime, pool: PoolId, first: u32, nodes: u32) -> Self {
        Self {
            at,
            turn: Turn::Blow,
            what: Happening::Down { pool, first, nodes },
        }
    }

    /// The incident of nodes for which one cause is over.
    pub const fn up(at: SimTime, pool: PoolId, first: u32, nodes: u32) -> Self {
        Self {
            at,
            turn: Turn::Relief,
            what: Happening::Up { pool, first, nodes },
        }
    }

    /// The incidents of capacity that is ours for a time.
    pub fn term(pool: PoolId, term: Term) -> impl Iterator<Item = Self> {
        let begin = (SimTime::ZERO < term.from).then_some(Self {
            at: term.from,
            turn: Turn::Relief,
            what: Happening::Begin { pool },
        });
        let last_start = SimTime(term.until.0.saturating_sub(term.notice.0));
        let ends = term.until < SimTime::NEVER;
        let warn = (ends && term.notice > Span::ZERO).then_some(Self {
            at: last_start.max(term.from),
            turn: Turn::Blow,
            what: Happening::Warn {
                pool,
                notice: term.until.since(last_start.max(term.from)),
            },
        });
        let end = ends.then_some(Self {
            at: term.until,
            turn: Turn::Blow,
            what: Happening::End { pool },
        });
        begin.into_iter().chain(warn).chain(end)
    }

    /// The incident of a direction of a link that carries only a share, in ‰.
    pub const fn link_down(at: SimTime, link: LinkId, permille: u32) -> Self {
        Self {
            at,
            turn: Turn::Blow,
            what: Happening::LinkDown { link, permille },
        }
    }

    /// The incident of a direction of a link for which one such cause is over.
    pub const fn link_up(at: SimTime, link: LinkId, permille: u32) -> Self {
        Self {
            at,
            turn: Turn::Relief,
            what: Happening::LinkUp { link, permille },
        }
    }

    /// The incident of something that belongs to terms and services.
    pub const fn terms(at: SimTime, what: Happening) -> Self {
        Self {
            at,
            turn: Turn::Terms,
            what,
        }
    }

    /// The incidents of a capacity that takes these values from these instants on.
    pub fn capacities(
        pool: PoolId,
        notice: Option<Span>,
        steps: impl IntoIterator<Item = (SimTime, u32)>,
    ) -> impl Iterator<Item = Self> {
        let mut before = u32::MAX;
        steps.into_iter().map(move |(at, instances)| {
            let turn = if instances < before {
                Turn::Blow
            } else {
                Turn::Relief
            };
            before = instances;
            let what = Happening::Capacity {
                pool,
                instances,
                notice,
            };
            Self { at, turn, what }
        })
    }

    /// Puts incidents in the order in which they are played; those of one instant and turn keep theirs.
    pub fn put_in_order(incidents: &mut [Self]) {
        incidents.sort_by_key(|incident| (incident.at, incident.turn));
    }
}
