//! Phases: how the estate changes inside one run, by date or one behind the other.

use crate::process::Law;
use crate::units::{ClassId, LinkId, Money, PoolId, ShapeId, SimTime, Span};

use super::rules::RuleMode;
use super::settings::{Discipline, Placement};
use super::weather::NodeRange;

/// A stage of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// When it begins.
    pub begins: Begins,
    /// How long it lasts at least.
    pub lasts: Span,
    /// When it would begin if nothing slipped.
    pub planned_start: SimTime,
    /// What it orders.
    pub orders: Vec<Order>,
    /// Nodes that it gives up.
    pub retires: Vec<Retirement>,
    /// What else it changes when it begins.
    pub changes: Vec<Change>,
    /// What must hold for it to end.
    pub gates: Vec<Gate>,
    /// What happens if they do not hold.
    pub on_fail: OnFail,
}

/// When a phase begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// By date.
    At(SimTime),
    /// Some time after another phase has ended.
    After {
        /// Which phase.
        phase: u16,
        /// How long after.
        delay: Span,
    },
}

/// Nodes that are ordered.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The owned pool that they join.
    pub pool: PoolId,
    /// The first of them, by index.
    pub first: u32,
    /// How many.
    pub nodes: u32,
    /// When they are ordered; `None` when the phase begins.
    pub ordered: Option<SimTime>,
    /// From order to delivery, in milliseconds.
    pub lead: Law,
    /// Its place among the orders of all phases.
    pub number: u32,
    /// The name of its dice.
    pub name: String,
}

/// Nodes that are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// The owned pool that they leave.
    pub pool: PoolId,
    /// How many, the last of those that are there.
    pub nodes: u32,
    /// How long what runs there may go on.
    pub notice: Span,
}

/// Something that is otherwise while a phase holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// GPUs that may be held of a rented pool.
    Quota {
        /// Which.
        pool: PoolId,
        /// What the phase allows, under whatever else limits it; `None` if phases do not limit it.
        gpus: Option<u64>,
    },
    /// What the price of a rented pool is multiplied by, in millionths.
    Price {
        /// Which.
        pool: PoolId,
        /// In millionths.
        factor: u64,
    },
    /// The share of a direction of a link that there is, in ‰.
    Link {
        /// Which.
        link: LinkId,
        /// In ‰.
        permille: u32,
    },
    /// The share of a class that goes elsewhere, in millionths.
    Cutover {
        /// Which class.
        class: ClassId,
        /// Its twin that may use other pools; `None` if all stay.
        twin: Option<ClassId>,
        /// In millionths.
        share: u32,
    },
    /// Whether a link is rented.
    Lease {
        /// Which.
        link: LinkId,
        /// Whether its rent is paid from now on.
        held: bool,
    },
    /// What may be spent of a budget in a period.
    Budget {
        /// Which, by its place in the model.
        budget: u16,
        /// How much; `None` if nothing limits it.
        amount: Option<Money>,
    },
    /// The mode of a rule.
    Rule {
        /// Which.
        rule: u16,
        /// Its mode.
        mode: RuleMode,
    },
    /// Attributes are as they are while a finding holds.
    Attributes {
        /// Which of the model's findings.
        finding: u16,
        /// Whether it holds.
        holds: bool,
    },
    /// The strategy goes on as it says for this phase, or as it began.
    Strategy {
        /// Which phase; `None` is before any.
        phase: Option<u16>,
    },
}

/// What must hold for a phase to end, measured from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The least share of owned GPU-time that jobs held, in millionths.
    Utilisation(u64),
    /// The longest mean wait of jobs that started.
    MeanWait(Span),
    /// The fewest jobs that finished.
    Finished(u64),
    /// The most jobs that wait.
    Waiting(u64),
}

/// What happens if a phase cannot end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFail {
    /// It is looked at again after so long.
    Delay(Span),
    /// What it changed is changed back, and it never ends.
    RollBack,
    /// It ends all the same.
    Proceed,
}

impl Phase {
    /// When it would end if nothing slipped.
    pub fn planned_end(&self) -> SimTime {
        self.planned_start + self.lasts
    }
}

/// How the estate changes inside one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollout {
    /// The phases, each behind those that it comes after.
    pub phases: Vec<Phase>,
    /// Orders of all phases.
    pub orders: u32,
    /// By pool, how many nodes, the last ones, are not there at the start; `None` where none comes or goes. Empty
    /// if that holds for all pools.
    pub late: Vec<Option<u32>>,
    /// Rented pools that nobody may use until a phase opens them.
    pub closed: Vec<PoolId>,
    /// Directions of links that are neither open nor rented until a phase opens them.
    pub closed_links: Vec<LinkId>,
    /// What strategies do otherwise from a phase on, by strategy; empty if none does.
    pub later: Vec<Vec<Later>>,
    /// Classes that stand for the jobs of another one which were cut over.
    pub twins: Vec<Twin>,
    /// By shape and twin class, the shape of a job that was cut over, ascending.
    pub twin_shapes: Vec<(ShapeId, ClassId, ShapeId)>,
}

/// How a strategy goes on from the beginning of a phase on.
#[derive(Clone, Debug, PartialEq)]
pub struct Later {
    /// Which phase.
    pub phase: u16,
    /// Who is next.
    pub discipline: Discipline,
    /// Where.
    pub placement: Placement,
}

/// A class for jobs that were cut over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The class that they came as.
    pub of: ClassId,
    /// The class that says where they may run.
    pub class: ClassId,
}

impl Rollout {
    /// How many nodes of a pool are not there at the start; `None` where none comes or goes.
    pub fn late(&self, pool: PoolId) -> Option<u32> {
        self.late.get(pool.index()).copied().flatten()
    }

    /// The class as which a job is reported.
    pub fn reported(&self, class: ClassId) -> ClassId {
        let twin = self.twins.iter().find(|twin| twin.class == class);
        twin.map_or(class, |twin| twin.of)
    }

    /// The shape of a job that is cut over; its own if the other pools could never hold it.
    pub fn twin_of(&self, shape: ShapeId, class: ClassId) -> ShapeId {
        let found = self
            .twin_shapes
            .binary_search_by_key(&(shape, class), |&(shape, class, _)| (shape, class));
        found.map_or(shape, |at| self.twin_shapes[at].2)
    }

    /// The order by which all of these nodes come; `None` where some are there from the start, or come apart.
    pub fn order_of(&self, nodes: &[NodeRange]) -> Option<u32> {
        let brings = |order: &Order, range: &NodeRange| {
            let inside = order.first <= range.first
                && range.first + range.nodes <= order.first + order.nodes;
            order.pool == range.pool && inside
        };
        let mut orders = self.phases.iter().flat_map(|phase| &phase.orders);
        let found = orders.find(|order| nodes.iter().all(|range| brings(order, range)));
        found
            .filter(|_| !nodes.is_empty())
            .map(|order| order.number)
    }

    /// Whether two replications can differ by it.
    pub fn rolls_dice(&self) -> bool {
        let drawn = |order: &Order| !matches!(order.lead, Law::Constant(_));
        let orders = self.phases.iter().flat_map(|phase| &phase.orders);
        orders.into_iter().any(drawn)
    }
}
