//! What became of a budget in one replication.

use crate::journal::{ALERTS_MAX, BudgetRecord};
use crate::units::{Money, SimTime};

use super::cell::Cell;

const DAY_MS: f64 = 86_400_000.0;

/// All periods of one budget in one replication.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spending {
    spent: Money,
    granted: Money,
    overshoot: Money,
    /// The largest share of its amount that was spent in a period, and whether there was an amount.
    share: Option<f64>,
    used_up: Option<SimTime>,
    alerts: [Option<SimTime>; ALERTS_MAX],
    flagged: u64,
    shed: u64,
    stopped: u64,
}

impl Spending {
    /// Adds a period; they come in their order.
    pub fn add(&mut self, record: &BudgetRecord) {
        self.spent += record.spent;
        self.granted += record.granted;
        self.overshoot += record.overshoot();
        self.used_up = self.used_up.or(record.used_up);
        for (first, this) in self.alerts.iter_mut().zip(record.alerts) {
            *first = first.or(this);
        }
        self.flagged += record.flagged;
        self.shed += record.shed;
        self.stopped += record.stopped;
        if let Some(amount) = record.amount.filter(|amount| *amount != Money::ZERO) {
            let share = record.spent.as_units() / amount.as_units();
            self.share = Some(self.share.map_or(share, |before| before.max(share)));
        }
    }

    /// When an alert was first reached.
    pub fn alert(&self, place: usize) -> Option<SimTime> {
        self.alerts.get(place).copied().flatten()
    }
}

/// All that was spent.
pub(super) fn spent(of: &Spending) -> Cell {
    Cell::amount(of.spent.as_units())
}

/// What was granted when somebody asked for more.
pub(super) fn granted(of: &Spending) -> Cell {
    Cell::amount(of.granted.as_units())
}

/// What was spent above the amounts.
pub(super) fn overshoot(of: &Spending) -> Cell {
    Cell::amount(of.overshoot.as_units())
}

/// The largest share of its amount in a period; nothing where there was no amount.
pub(super) fn share(of: &Spending) -> Cell {
    of.share.map_or_else(Cell::default, Cell::amount)
}

/// Whether it was used up.
pub(super) fn used_up(of: &Spending) -> Cell {
    reached(of.used_up)
}

/// When it was first used up; nothing where it was not.
pub(super) fn used_up_on(of: &Spending) -> Cell {
    on(of.used_up)
}

/// How often it told a job to stop.
pub(super) fn stopped(of: &Spending) -> Cell {
    Cell::amount(of.stopped as f64)
}

/// Placements that it allowed though it was used up.
pub(super) fn flagged(of: &Spending) -> Cell {
    Cell::amount(of.flagged as f64)
}

/// Jobs that it turned away.
pub(super) fn shed(of: &Spending) -> Cell {
    Cell::amount(of.shed as f64)
}

/// Whether something was reached.
pub(super) fn reached(at: Option<SimTime>) -> Cell {
    Cell::amount(f64::from(u8::from(at.is_some())))
}

/// When something was reached, in days; nothing where it was not.
pub(super) fn on(at: Option<SimTime>) -> Cell {
    at.map_or_else(Cell::default, |at| Cell::amount(at.0 as f64 / DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(amount: i128, spent_units: i128, used_up_day: Option<u64>) -> BudgetRecord {
        let units = |amount: i128| Money(amount * Money::TICKS_PER_UNIT);
        BudgetRecord {
            budget: 0,
            from: SimTime::ZERO,
            to: SimTime::ZERO,
            amount: Some(units(amount)),
            granted: units(1),
            spent: units(spent_units),
            used_up: used_up_day.map(|day| SimTime(day * 86_400_000)),
            alerts: [None; ALERTS_MAX],
            flagged: 1,
            shed: 2,
            stopped: 0,
        }
    }

    #[test]
    fn periods_add_up_and_the_first_date_counts() {
        let mut all = Spending::default();
        for record in [
            month(100, 50, None),
            month(100, 130, Some(40)),
            month(200, 210, Some(70)),
        ] {
            all.add(&record);
        }
        assert_eq!(spent(&all), Cell::amount(390.0));
        assert_eq!(granted(&all), Cell::amount(3.0));
        assert_eq!(overshoot(&all), Cell::amount(40.0));
        assert_eq!(share(&all), Cell::amount(1.3));
        assert_eq!(
            (used_up(&all), used_up_on(&all)),
            (Cell::amount(1.0), Cell::amount(40.0))
        );
        assert_eq!(
            (flagged(&all), shed(&all)),
            (Cell::amount(3.0), Cell::amount(6.0))
        );
        assert_eq!(used_up_on(&Spending::default()).value(), None);
    }
}
