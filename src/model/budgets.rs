//! Budgets: what may be spent, on what or by whom, in which period, and what happens when it is.

use crate::units::{ClassId, Epoch, Money, PoolId, SimTime, Span, TenantId};

/// All budgets of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budgets {
    /// In the order of the file.
    pub all: Vec<Budget>,
}

/// What may be spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Its name.
    pub name: String,
    /// Whose jobs; `None` if it does not look at tenants.
    pub tenant: Option<TenantId>,
    /// Of which class; `None` if it does not look at classes.
    pub class: Option<ClassId>,
    /// Pools whose cost counts, ascending; where they are rented, nobody goes there once it is used up.
    pub pools: Vec<PoolId>,
    /// How much for each period.
    pub amount: Money,
    /// Whether it limits nothing until a phase says so.
    pub awaits_phase: bool,
    /// What a period is.
    pub period: BudgetPeriod,
    /// Whether it also holds back who is expected, with those who run, to spend more by the end of the period.
    pub looks_ahead: bool,
    /// What happens to who would spend more.
    pub at_limit: AtLimit,
    /// Shares of the amount of which somebody wants to hear, in millionths, ascending.
    pub alerts: Vec<u32>,
}

/// What a period of a budget is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetPeriod {
    /// A UTC month.
    Month,
    /// A quarter of the UTC year.
    Quarter,
    /// A UTC year.
    Year,
    /// The whole run.
    Run,
}

/// What happens to a job that would go to rented capacity once a budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtLimit {
    /// It waits: for a place in owned capacity, or for the next period.
    Queue,
    /// It is turned away, unless it has run before.
    Shed,
    /// As with [`AtLimit::Queue`], and the first of a period asks for more, which comes after a time.
    Ask {
        /// How long that takes.
        approval: Span,
        /// How much more may then be spent in that period.
        grants: Money,
    },
    /// It goes, and is counted.
    Flag,
    /// As with [`AtLimit::Queue`], and what runs on rented capacity that counts is told to stop so early that what it
    /// writes then is paid for, too.
    Stop,
}

impl Budgets {
    /// Whether of two jobs of one shape one may be refused and the other not.
    pub fn tell_jobs_apart(&self) -> bool {
        let tells = |budget: &Budget| budget.tenant.is_some() || budget.looks_ahead;
        self.all.iter().any(tells)
    }

    /// Whether one of them stops what runs.
    pub fn stop_work(&self) -> bool {
        let stops = |budget: &Budget| budget.at_limit == AtLimit::Stop;
        self.all.iter().any(stops)
    }

    /// Whether who is refused may be turned away.
    pub fn turn_away(&self) -> bool {
        let sheds = |budget: &Budget| budget.at_limit == AtLimit::Shed;
        self.all.iter().any(sheds)
    }
}

impl Budget {
    /// Whether it counts what jobs hold, and not what pools cost.
    pub const fn is_of_jobs(&self) -> bool {
        self.tenant.is_some() || self.class.is_some()
    }

    /// Whether it is about jobs of this tenant and class.
    pub fn concerns(&self, tenant: TenantId, class: ClassId) -> bool {
        self.tenant.is_none_or(|of| of == tenant) && self.class.is_none_or(|of| of == class)
    }

    /// The place of a pool among those that count.
    pub fn place_of(&self, pool: PoolId) -> Option<usize> {
        self.pools.binary_search(&pool).ok()
    }
}

impl BudgetPeriod {
    /// When the period that holds an instant ends.
    pub fn end(self, epoch: Epoch, at: SimTime) -> SimTime {
        match self {
            Self::Month => epoch.next_period(at, 1),
            Self::Quarter => epoch.next_period(at, 3),
            Self::Year => epoch.next_period(at, 12),
            Self::Run => SimTime::NEVER,
        }
    }
}
