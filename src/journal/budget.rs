//! What became of a budget.

use crate::units::{Money, SimTime};

/// Most alerts of one budget.
pub const ALERTS_MAX: usize = 8;

/// One period of a budget, as far as it lies in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetRecord {
    /// Which budget, by its place in the model.
    pub budget: u16,
    /// When the period began; the start of the run, if it began before.
    pub from: SimTime,
    /// When it ended; the horizon, if it ends later.
    pub to: SimTime,
    /// What could be spent, as it was at the end; `None` if nothing limited it.
    pub amount: Option<Money>,
    /// What was granted of it when somebody asked for more.
    pub granted: Money,
    /// What was spent, with what had been before the run.
    pub spent: Money,
    /// When it was first used up; `None` if it was not.
    pub used_up: Option<SimTime>,
    /// When each of its alerts was first reached.
    pub alerts: [Option<SimTime>; ALERTS_MAX],
    /// Placements in rented capacity while it was used up, where it allows them.
    pub flagged: u64,
    /// Jobs that it turned away.
    pub shed: u64,
    /// How often it told a job to stop.
    pub stopped: u64,
}

impl BudgetRecord {
    /// What was spent above the amount.
    pub fn overshoot(&self) -> Money {
        let over = self.amount.map_or(0, |amount| self.spent.0 - amount.0);
        Money(over.max(0))
    }
}
